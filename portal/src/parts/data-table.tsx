// Rows that are at hand, in columns; some of them may be selected. Where there is no room for all columns the table is scrolled by
// itself, never the page.

import {
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  TableSelectionCell,
  tokens,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'

export type Column<Item> = {
  readonly key: string
  readonly header: string
  readonly cell: (item: Item) => ReactNode
  /** The least, in pixels. */
  readonly width?: number
}

/** Of rows by their keys. The labels are for who does not see the boxes. */
export type Selection = {
  readonly selected: ReadonlySet<string>
  readonly onSelect: (selected: ReadonlySet<string>) => void
  readonly label: string
  readonly labelOf: (key: string) => string
}

/** In pixels. */
const NARROWEST_COLUMN = 120
const SELECTION_COLUMN = 44

const useStyles = makeStyles({
  frame: { overflowX: 'auto' },
  cell: { overflowWrap: 'anywhere' },
  // On the usual one links are too pale in dark colours.
  row: { ':hover': { backgroundColor: tokens.colorNeutralBackground2 } },
})

export function DataTable<Item>(props: {
  readonly label: string
  readonly items: readonly Item[]
  readonly columns: readonly Column<Item>[]
  readonly keyOf: (item: Item) => string
  readonly selection?: Selection
}) {
  const { label, items, columns, keyOf, selection } = props
  const styles = useStyles()
  const widths = columns.map(({ width = NARROWEST_COLUMN }) => width)
  const minWidth = widths.reduce((sum, width) => sum + width, selection === undefined ? 0 : SELECTION_COLUMN)
  return (
    <div className={styles.frame} role="region" aria-label={label} tabIndex={0}>
      <Table aria-label={label} size="small" style={{ minWidth: `${minWidth}px` }}>
        <TableHeader>
          <TableRow>
            {selection && <SelectAll selection={selection} keys={items.map(keyOf)} />}
            {columns.map(({ key, header }, index) => (
              <TableHeaderCell key={key} style={{ width: `${((widths[index] ?? 0) / minWidth) * 100}%` }}>
                {header}
              </TableHeaderCell>
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {items.map((item) => (
            <TableRow key={keyOf(item)} className={styles.row}>
              {selection && <SelectOne selection={selection} row={keyOf(item)} />}
              {columns.map(({ key, cell }) => (
                <TableCell key={key} className={styles.cell}>
                  {cell(item)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  )
}

/** In a row of headers. */
export function SelectAll({ selection, keys }: { readonly selection: Selection; readonly keys: readonly string[] }) {
  const { selected, onSelect, label } = selection
  const count = keys.filter((key) => selected.has(key)).length
  const isAll = count > 0 && count === keys.length
  return (
    <TableSelectionCell
      checked={isAll || (count > 0 && 'mixed')}
      checkboxIndicator={{ 'aria-label': label }}
      onClick={() => onSelect(new Set(isAll ? [] : keys))}
    />
  )
}

/** In a row of `row`. */
export function SelectOne({ selection, row }: { readonly selection: Selection; readonly row: string }) {
  const { selected, onSelect, labelOf } = selection
  return (
    <TableSelectionCell
      checked={selected.has(row)}
      checkboxIndicator={{ 'aria-label': labelOf(row) }}
      onClick={() => onSelect(selected.symmetricDifference(new Set([row])))}
    />
  )
}
