// The same over time: mail, refusals, and how long delivery took.

import { useMemo } from 'react'
import { TimeChart } from '../../parts/charts/time-chart.tsx'
import { useFormats } from '../../texts/formats.ts'
import { localeOf, useLanguage, useTexts } from '../../texts/language.tsx'
import { activityTexts } from './activity-texts.ts'
import { type Figures, type Range, refusedIn, type Statistics } from './statistics.ts'

export function ActivityCharts({ range, statistics }: { readonly range: Range; readonly statistics: Statistics }) {
  const t = useTexts(activityTexts)
  const { number, duration } = useFormats()
  const times = useTimes(range)
  const { totals, figures } = statistics
  const common = { ...times, times: statistics.times }
  const each = (valueOf: (one: Figures) => number) => figures.map((one) => (one === undefined ? 0 : valueOf(one)))
  return (
    <>
      <TimeChart
        {...common}
        title={t.mail}
        summary={t.mailSummary(
          number(totals.submissions),
          number(totals.delivered),
          number(totals.failed + totals.suppressed),
        )}
        isWhole
        format={number}
        series={[
          { name: t.submissions, look: 'main', values: each(({ submissions }) => submissions) },
          { name: t.delivered, look: 'good', values: each(({ delivered }) => delivered) },
          { name: t.failed, look: 'bad', values: each(({ failed, suppressed }) => failed + suppressed) },
        ]}
      />
      <TimeChart
        {...common}
        title={t.refusals}
        summary={t.refusalsSummary(number(refusedIn(totals)))}
        isWhole
        format={number}
        series={[{ name: t.refused, look: 'bad', values: each(refusedIn) }]}
      />
      <TimeChart
        {...common}
        title={t.latency}
        summary={
          totals.latency === undefined
            ? ''
            : t.latencySummary(duration(totals.latency.p50), duration(totals.latency.p95))
        }
        format={duration}
        series={[
          { name: t.median, look: 'main', values: figures.map((one) => one?.latency?.p50) },
          { name: t.most, look: 'bad', values: figures.map((one) => one?.latency?.p95) },
        ]}
      />
    </>
  )
}

/** Whole moments for who reads one, short ones for the axis: within a day the time of day says enough. */
function useTimes(range: Range) {
  const { language } = useLanguage()
  return useMemo(() => {
    const locale = localeOf(language)
    const whole = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
    const short = new Intl.DateTimeFormat(
      locale,
      range === 'week' ? { day: 'numeric', month: 'numeric' } : { hour: '2-digit', minute: '2-digit' },
    )
    return {
      formatTime: (time: string) => whole.format(new Date(time)),
      formatTick: (time: string) => short.format(new Date(time)),
    }
  }, [language, range])
}
