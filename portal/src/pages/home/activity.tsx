// What happened lately, for who looks rather than reads: how much was accepted, delivered and refused, how long it took, and what waits.

import { makeStyles, MessageBar, Spinner, Subtitle1, Tab, TabList, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { ApiError } from '../../api/api.ts'
import { Failure } from '../../parts/failure.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useTexts } from '../../texts/language.tsx'
import { ActivityCharts } from './activity-charts.tsx'
import { ActivityTiles } from './activity-tiles.tsx'
import { activityTexts } from './activity-texts.ts'
import { QuotaCard } from './quota-card.tsx'
import { ReasonsCard } from './reasons-card.tsx'
import { type Range, RANGES, useStatistics } from './statistics.ts'
import { WaitingCard } from './waiting-card.tsx'

const useStyles = makeStyles({
  section: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', justifyContent: 'space-between' },
  cards: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 340px), 1fr))',
    gap: tokens.spacingHorizontalM,
    minWidth: 0,
  },
})

export function Activity() {
  const t = useTexts(activityTexts)
  const styles = useStyles()
  const [range, setRange] = useState<Range>('day')
  return (
    <section className={styles.section} aria-label={t.title}>
      <div className={styles.head}>
        <Subtitle1 as="h2">{t.title}</Subtitle1>
        <TabList
          size="small"
          aria-label={t.range}
          selectedValue={range}
          onTabSelect={(_event, { value }) => setRange(value as Range)}
        >
          {Object.keys(RANGES).map((name) => (
            <Tab key={name} value={name}>
              {t.ranges[name as Range]}
            </Tab>
          ))}
        </TabList>
      </div>
      <Totals range={range} />
      <div className={styles.cards}>
        <Charts range={range} />
        <WaitingCard />
        <QuotaCard />
      </div>
    </section>
  )
}

function Totals({ range }: { readonly range: Range }) {
  const t = useTexts(activityTexts)
  const common = useTexts(commonTexts)
  const { data, error, refetch } = useStatistics(range)
  if (error instanceof ApiError && error.status === 403)
    return <MessageBar intent="info">{common.needs('Postern.Mail/messages/read')}</MessageBar>
  if (error !== null) return <Failure error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Spinner label={common.loading} />
  return (
    <>
      {!data.isComplete && <MessageBar intent="info">{t.incomplete}</MessageBar>}
      <ActivityTiles totals={data.totals} />
    </>
  )
}

function Charts({ range }: { readonly range: Range }) {
  const { data } = useStatistics(range)
  if (data === undefined) return null
  return (
    <>
      <ActivityCharts range={range} statistics={data} />
      <ReasonsCard refusals={data.totals.refusals} />
    </>
  )
}
