// What a chart shows, in rows. It is closed until somebody wants it.

import { makeStyles, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { useTexts } from '../../texts/language.tsx'
import { DataTable } from '../data-table.tsx'
import { chartTexts } from './texts.ts'
import { type TimeChartProps, valueText } from './chart.ts'

const useStyles = makeStyles({
  summary: { cursor: 'pointer', color: tokens.colorBrandForegroundLink },
  table: { maxHeight: '300px', overflowY: 'auto' },
})

export function ChartTable({ title, times, series, format, formatTime }: TimeChartProps) {
  const t = useTexts(chartTexts)
  const styles = useStyles()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary className={styles.summary} aria-label={`${t.asTable}: ${title}`}>
        {t.asTable}
      </summary>
      {isOpen && (
        <div className={styles.table}>
          <DataTable
            label={title}
            items={times.map((time, index) => ({ time, index })).toReversed()}
            keyOf={({ time }) => time}
            columns={[
              { key: 'time', header: t.time, cell: ({ time }) => formatTime(time), width: 160 },
              ...series.map(({ name, values }) => ({
                key: name,
                header: name,
                cell: ({ index }: { readonly index: number }) => valueText(values[index], format),
                width: 100,
              })),
            ]}
          />
        </div>
      )}
    </details>
  )
}
