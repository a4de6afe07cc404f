// Lines over time, with axes, names and the values under the pointer; and the same as a table, for who reads rather than looks.

import { Card, makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components'
import { useId, useState } from 'react'
import { useTexts } from '../../texts/language.tsx'
import { ChartTable } from './chart-table.tsx'
import { type TimeChartProps, valueText } from './chart.ts'
import { SignOfSeries } from './sign.tsx'
import { chartTexts } from './texts.ts'
import { TimePlot } from './time-plot.tsx'
import { useWidth } from './use-width.ts'

const useStyles = makeStyles({
  card: { minWidth: 0, gap: tokens.spacingVerticalXS, alignContent: 'start' },
  names: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  name: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
  plot: { minWidth: 0, minHeight: '180px' },
  pointed: { color: tokens.colorNeutralForeground2, minHeight: '20px' },
})

export function TimeChart(props: TimeChartProps) {
  const { title, summary, times, series, format, formatTime } = props
  const t = useTexts(chartTexts)
  const styles = useStyles()
  const [width, ref] = useWidth()
  const [pointed, setPointed] = useState<number | undefined>()
  const heading = useId()
  const isEmpty = series.every(({ values }) => values.every((value) => value === undefined || value === 0))
  const at = pointed === undefined ? undefined : times[pointed]
  return (
    <Card className={styles.card} role="group" aria-labelledby={heading}>
      <Subtitle2 as="h3" id={heading}>
        {title}
      </Subtitle2>
      {isEmpty ? (
        <Text>{t.nothing}</Text>
      ) : (
        <>
          <ul className={styles.names}>
            {series.map(({ name, look }) => (
              <li key={name} className={styles.name}>
                <SignOfSeries look={look} /> {name}
              </li>
            ))}
          </ul>
          <div ref={ref} className={styles.plot}>
            {width > 0 && <TimePlot {...props} width={width} pointed={pointed} onPoint={setPointed} label={summary} />}
          </div>
          <div className={styles.pointed} aria-hidden="true">
            {at !== undefined &&
              pointed !== undefined &&
              [
                formatTime(at),
                ...series.map(({ name, values }) => `${name} ${valueText(values[pointed], format)}`),
              ].join(' · ')}
          </div>
          <ChartTable {...props} />
        </>
      )}
    </Card>
  )
}
