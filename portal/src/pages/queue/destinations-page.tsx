// How fast each destination is sent to: those that are paused or slowed down, and what they said.

import { Text } from '@fluentui/react-components'
import { Link } from 'react-router'
import { usePages } from '../../api/pages.ts'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { destinationsTexts } from './holds-texts.ts'
import { QueueFrame } from './queue-frame.tsx'
import { addressOfQueue, type Destination, DESTINATIONS } from './queued.ts'
import { queueTexts } from './texts.ts'

export function DestinationsPage() {
  const t = useTexts(destinationsTexts)
  const { views } = useTexts(queueTexts)
  const pages = usePages<Destination>(DESTINATIONS, { limit: 200 })
  return (
    <QueueFrame view="destinations">
      <Text>{t.intro}</Text>
      <PagedTable
        label={views.destinations}
        pages={pages}
        keyOf={({ destination }) => destination}
        empty={t.none}
        columns={useColumns()}
      />
    </QueueFrame>
  )
}

function useColumns(): readonly Column<Destination>[] {
  const t = useTexts(destinationsTexts)
  const { number, fromNow, time } = useFormats()
  return [
    {
      key: 'destination',
      header: t.destination,
      width: 150,
      cell: ({ destination }) => <Name destination={destination} />,
    },
    { key: 'state', header: t.state, width: 200, cell: (destination) => <Pace destination={destination} /> },
    { key: 'failures', header: t.failures, width: 90, cell: ({ failures }) => number(failures) },
    { key: 'connections', header: t.connections, width: 110, cell: ({ connections }) => number(connections) },
    { key: 'window', header: t.window, width: 110, cell: ({ window }) => number(window) },
    {
      key: 'reply',
      header: t.lastReply,
      width: 230,
      cell: ({ lastReply }) => <ForeignText text={lastReply} lines={3} />,
    },
    {
      key: 'updated',
      header: t.updated,
      width: 110,
      cell: ({ updatedAt }) => <span title={time(updatedAt)}>{fromNow(updatedAt)}</span>,
    },
  ]
}

/** Domains lead to what waits for them; a smarthost stands for all that goes through it. */
function Name({ destination }: { readonly destination: string }) {
  if (!destination.includes('.')) return <ForeignText text={destination} />
  return (
    <Link to={addressOfQueue({ destination })}>
      <ForeignText text={destination} lines={2} />
    </Link>
  )
}

function Pace({ destination: { pausedUntil, failures } }: { readonly destination: Destination }) {
  const t = useTexts(destinationsTexts)
  const { time } = useFormats()
  if (pausedUntil !== undefined)
    return (
      <div>
        <StateBadge look="bad" text={t.paused} /> {t.until(time(pausedUntil))}
      </div>
    )
  return <StateBadge look={failures > 0 ? 'warning' : 'good'} text={failures > 0 ? t.troubled : t.flowing} />
}
