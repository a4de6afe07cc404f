// What waits in the queue now, by where it is going.

import { Card, Caption1, Subtitle2, Text, Title3 } from '@fluentui/react-components'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { Link } from 'react-router'
import { ApiError } from '../../api/api.ts'
import { BarList } from '../../parts/charts/bar-list.tsx'
import { Failure } from '../../parts/failure.tsx'
import { useApi } from '../../session/session-context.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { activityTexts } from './activity-texts.ts'

type Groups = {
  readonly messages: number
  readonly isComplete: boolean
  readonly value: readonly {
    readonly destination: string
    readonly messages: number
    readonly held: number
    readonly oldestAt: string
  }[]
}

const PATH = '/providers/Postern.Mail/queueGroups'
const MOST = 5
const OFTEN = 30_000

export function WaitingCard() {
  const t = useTexts(activityTexts)
  const common = useTexts(commonTexts)
  const api = useApi()
  const heading = useId()
  const { data, error } = useQuery({
    queryKey: [PATH],
    refetchInterval: OFTEN,
    queryFn: ({ signal }) => api.call<Groups>('GET', PATH, { signal }),
  })
  const isForbidden = error instanceof ApiError && error.status === 403
  return (
    <Card role="group" aria-labelledby={heading}>
      <Subtitle2 as="h3" id={heading}>
        {t.waiting}
      </Subtitle2>
      {isForbidden && <Text>{common.needs('Postern.Mail/queue/read')}</Text>}
      {error !== null && !isForbidden && <Failure error={error} />}
      {data !== undefined && <Waiting groups={data} />}
    </Card>
  )
}

function Waiting({ groups }: { readonly groups: Groups }) {
  const t = useTexts(activityTexts)
  const { number, fromNow } = useFormats()
  if (groups.messages === 0) return <Text>{t.noneWaiting}</Text>
  const destinations = byDestination(groups)
  const most = destinations[0]?.messages ?? 1
  const detailOf = ({ oldestAt, held }: { readonly oldestAt: string; readonly held: number }) =>
    [t.oldest(fromNow(oldestAt)), ...(held > 0 ? [t.held(held)] : [])].join(', ')
  return (
    <>
      <div>
        <Title3>{t.waitingNow(number(groups.messages), groups.isComplete)}</Title3> <Caption1>{t.waitingHint}</Caption1>
      </div>
      <BarList
        label={t.waiting}
        bars={destinations.slice(0, MOST).map((one) => ({
          key: one.destination,
          name: (
            <>
              {one.destination} <Caption1>{detailOf(one)}</Caption1>
            </>
          ),
          share: one.messages / most,
          text: number(one.messages),
        }))}
      />
      <Link to="/queue">{t.toQueue}</Link>
    </>
  )
}

/** The API tells applications apart; here only the place counts. */
function byDestination({ value }: Groups) {
  const places = new Map<string, Groups['value'][number]>()
  for (const group of value) {
    const before = places.get(group.destination)
    places.set(group.destination, {
      destination: group.destination,
      messages: group.messages + (before?.messages ?? 0),
      held: group.held + (before?.held ?? 0),
      oldestAt: before !== undefined && before.oldestAt < group.oldestAt ? before.oldestAt : group.oldestAt,
    })
  }
  return [...places.values()].toSorted((one, other) => other.messages - one.messages)
}
