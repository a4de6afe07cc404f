// How much of each, as bars with their names and numbers: they are read as a list, and the bars are only looked at.

import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

export type Bar = {
  readonly key: string
  readonly name: ReactNode
  /** From 0 to 1 of the room there is. */
  readonly share: number
  readonly text: string
  readonly look?: 'plain' | 'full'
}

const useStyles = makeStyles({
  list: { display: 'grid', gap: tokens.spacingVerticalS, margin: 0, padding: 0, listStyleType: 'none' },
  line: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    columnGap: tokens.spacingHorizontalM,
    overflowWrap: 'anywhere',
  },
  room: {
    height: '8px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground5,
    overflow: 'hidden',
  },
  bar: { height: '100%', backgroundColor: tokens.colorBrandBackground },
  some: { minWidth: '2px' },
  full: { backgroundColor: tokens.colorPaletteRedForeground1 },
})

export function BarList({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const styles = useStyles()
  return (
    <ul className={styles.list} aria-label={label}>
      {bars.map(({ key, name, share, text, look }) => (
        <li key={key}>
          <div className={styles.line}>
            <span>{name}</span>
            <strong>{text}</strong>
          </div>
          <div className={styles.room} aria-hidden="true">
            <div
              className={mergeClasses(styles.bar, share > 0 && styles.some, look === 'full' && styles.full)}
              style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }}
            />
          </div>
        </li>
      ))}
    </ul>
  )
}
