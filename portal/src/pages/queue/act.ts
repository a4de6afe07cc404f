// What is done to some of the queue. Large selections go in as many calls as they need; between them somebody may stop it.

import { useQuery } from '@tanstack/react-query'
import type { Api } from '../../api/api.ts'
import { useApi } from '../../session/session-context.tsx'
import { bodyOf, holdBodyOf, QUEUE, QUEUE_GROUPS, type QueueGroups, queryOf, type Selected } from './queued.ts'

export type QueueAct = 'retry' | 'hold' | 'delete'

type Outcome = 'due' | 'held' | 'active' | 'deleted' | 'changed' | 'missing'
type Answer = { readonly value: readonly { readonly outcome: Outcome }[]; readonly next?: string }
export type Outcomes = Readonly<Partial<Record<Outcome, number>>>

/** How much would be reached; undefined while it is being counted. */
export function useReach(selected: Selected) {
  const api = useApi()
  const query = selected.type === 'fitting' ? queryOf(selected.filter) : {}
  return useQuery({
    queryKey: [QUEUE_GROUPS, query, 'reach'],
    enabled: selected.type === 'fitting',
    staleTime: 0,
    queryFn: ({ signal }) => api.call<QueueGroups>('GET', QUEUE_GROUPS, { query, signal }),
  })
}

export async function runThrough(
  api: Api,
  act: 'retry' | 'delete',
  selected: Selected,
  options: {
    readonly more?: object
    readonly onProgress: (done: number) => void
    readonly isStopped: () => boolean
  },
): Promise<Outcomes> {
  const counts: Partial<Record<Outcome, number>> = {}
  let done = 0
  for (let before: string | undefined, isOver = false; !isOver && !options.isStopped(); ) {
    const json = { ...bodyOf(selected), ...options.more, ...(before !== undefined && { before }) }
    const { value, next } = await api.call<Answer>('POST', `${QUEUE}/${act}`, { json })
    for (const { outcome } of value) counts[outcome] = (counts[outcome] ?? 0) + 1
    done += value.length
    options.onProgress(done)
    before = next
    isOver = next === undefined
  }
  return counts
}

export const setHold = (api: Api, selected: Selected, reason: string): Promise<unknown> =>
  api.call('POST', `${QUEUE}/hold`, { json: { ...holdBodyOf(selected), reason } })
