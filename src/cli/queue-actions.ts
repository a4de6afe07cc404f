// Acting on a part of the queue, piece by piece as the API does, and saying beforehand how much that is.

import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import { type Failure, misused } from './failure.ts'
import { acted, type Acted } from './queue-answers.ts'
import { bodyOf, countQueue, messages, QUEUE, type Selection } from './queue-selection.ts'

/** As many as the API takes at once. */
const PIECE = 50

/** The refusal of what would touch more than one message that was named, undefined once it is confirmed. */
export async function confirm(
  api: Api,
  { ids, filter }: Selection,
  { yes, doing }: { readonly yes: true | undefined; readonly doing: string },
): Promise<Failure | undefined> {
  if (yes === true || ids?.length === 1) return undefined
  if (ids !== undefined) return misused(`${doing} ${messages(ids.length)}.`, 'Give --yes when that is meant.')
  const counted = await countQueue(api, { ...filter })
  if ('type' in counted) return counted
  const least = counted.isComplete ? '' : 'at least '
  return misused(`${doing} ${least}${messages(counted.messages)}.`, 'Give --yes when that is meant.')
}

/** What became of each message. */
export async function actOnQueue(
  api: Api,
  action: 'retry' | 'delete',
  selection: Selection,
  more: object = {},
): Promise<{ readonly type: 'acted'; readonly value: Acted } | Failure> {
  const value: Acted = []
  for (const piece of piecesOf(selection)) {
    let before: string | undefined
    do {
      const answer = await api.call('POST', `${QUEUE}/${action}`, {}, { ...piece, ...more, before })
      if (answer.type === 'failed') return told(answer, action, value)
      const parsed = acted.safeParse(answer.body)
      if (!parsed.success) return unexpectedAnswer('the queue')
      value.push(...parsed.data.value)
      before = parsed.data.next
    } while (before !== undefined)
  }
  return { type: 'acted', value }
}

/** The bodies of the calls that all of it takes. */
export function piecesOf(selection: Selection): readonly object[] {
  const { ids } = selection
  if (ids === undefined) return [bodyOf(selection)]
  return Array.from({ length: Math.ceil(ids.length / PIECE) }, (_, at) => ({
    ids: ids.slice(at * PIECE, (at + 1) * PIECE),
  }))
}

/** What was done before it failed stays done. */
function told(failure: Failure, action: string, value: Acted): Failure {
  if (value.length === 0) return failure
  return { ...failure, notes: [`Done before that (${action}): ${messages(value.length)}.`, ...(failure.notes ?? [])] }
}

export const countOf = (value: Acted, outcome: string): number => value.filter((one) => one.outcome === outcome).length
