// What became of the events that a subscription was to be told: each with its attempts. What was given up can be replayed.

import { Button, makeStyles, Subtitle2, Tab, TabList, tokens } from '@fluentui/react-components'
import { useState } from 'react'
import { usePages } from '../../api/pages.ts'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { DeliveryDetails } from './delivery-details.tsx'
import { ReplayDead } from './replay-dead.tsx'
import { useReplay } from './replay.ts'
import { type Delivery, MAY, subscriptionPath } from './subscription.ts'
import { subscriptionTexts } from './subscription-texts.ts'
import { eventsTexts, typeText } from './texts.ts'

const useStyles = makeStyles({
  section: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
  commands: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalS },
})

const STATES = ['', 'pending', 'delivered', 'dead'] as const
const LOOKS = { pending: 'none', delivered: 'good', dead: 'bad' } as const
/** What the API replays by their ids at once. */
const MOST_SELECTED = 500

export function Deliveries({ scope, name }: { readonly scope: string; readonly name: string }) {
  const t = useTexts(subscriptionTexts)
  const common = useTexts(commonTexts)
  const styles = useStyles()
  const [status, setStatus] = useState<(typeof STATES)[number]>('')
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<Delivery | undefined>()
  const [asksForDead, setAsksForDead] = useState(false)
  const pages = usePages<Delivery>(`${subscriptionPath(scope, name)}/deliveries`, { limit: 50, status })
  const columns = useColumns(setOpened)
  const subjects = new Map(pages.items.map(({ eventId, subject }) => [eventId, subject]))
  return (
    <section className={styles.section} aria-label={t.deliveries}>
      <Subtitle2 as="h2">{t.deliveries}</Subtitle2>
      <TabList
        size="small"
        aria-label={t.status}
        selectedValue={status}
        onTabSelect={(_event, { value }) => {
          setStatus(STATES.find((one) => one === value) ?? '')
          setSelected(new Set())
        }}
      >
        {STATES.map((one) => (
          <Tab key={one} value={one}>
            {t.deliveryStates[one]}
          </Tab>
        ))}
      </TabList>
      <div className={styles.commands}>
        <ReplaySelected scope={scope} name={name} selected={selected} onDone={() => setSelected(new Set())} />
        <GuardedButton size="small" scope={scope} right={MAY.replay} onClick={() => setAsksForDead(true)}>
          {t.replayDead}
        </GuardedButton>
        <Button size="small" disabled={pages.isFetching} onClick={() => void pages.refetch()}>
          {common.refresh}
        </Button>
      </div>
      <PagedTable
        label={t.deliveries}
        pages={pages}
        keyOf={({ eventId }) => eventId}
        columns={columns}
        selection={{
          selected,
          onSelect: (keys) => setSelected(new Set([...keys].slice(0, MOST_SELECTED))),
          label: t.selectAll,
          labelOf: (id) => t.select(subjects.get(id) ?? id),
        }}
      />
      {opened !== undefined && <DeliveryDetails delivery={opened} onClose={() => setOpened(undefined)} />}
      {asksForDead && <ReplayDead scope={scope} name={name} onClose={() => setAsksForDead(false)} />}
    </section>
  )
}

function ReplaySelected(props: {
  readonly scope: string
  readonly name: string
  readonly selected: ReadonlySet<string>
  readonly onDone: () => void
}) {
  const { scope, name, selected, onDone } = props
  const t = useTexts(subscriptionTexts)
  const replay = useReplay(scope, name, onDone)
  return (
    <GuardedButton
      size="small"
      appearance="primary"
      scope={scope}
      right={MAY.replay}
      disabled={selected.size === 0 || replay.isPending}
      onClick={() => replay.mutate({ eventIds: [...selected] })}
    >
      {t.replaySelected(selected.size)}
    </GuardedButton>
  )
}

function useColumns(onOpen: (delivery: Delivery) => void): readonly Column<Delivery>[] {
  const t = useTexts(subscriptionTexts)
  const events = useTexts(eventsTexts)
  const { time } = useFormats()
  return [
    { key: 'time', header: t.time, cell: ({ eventTime }) => time(eventTime), width: 190 },
    {
      key: 'status',
      header: t.status,
      width: 130,
      cell: ({ status }) => <StateBadge look={LOOKS[status]} text={t.deliveryState[status]} />,
    },
    { key: 'event', header: t.event, cell: ({ eventType }) => typeText(events, eventType), width: 160 },
    { key: 'subject', header: t.subject, cell: ({ subject }) => <ForeignText text={subject} />, width: 300 },
    {
      key: 'attempts',
      header: t.attempts,
      width: 130,
      cell: (delivery) => (
        <Button
          size="small"
          aria-label={`${t.attemptCount(delivery.attempts.length)}: ${delivery.subject}`}
          onClick={() => onOpen(delivery)}
        >
          {t.attemptCount(delivery.attempts.length)}
        </Button>
      ),
    },
  ]
}
