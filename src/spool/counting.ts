// What a message that is about to be queued counts against, as a plan: nothing is written before it is known that the message is stored.
// Both engines count alike; which rows are held meanwhile, and whether one shard will do, is theirs.

import { countExactly, countOnShard, shardCount, type Shards } from '../quota/counter.ts'
import { unpackTerms } from '../quota/packed-terms.ts'
import { type OverQuota, type QuotaAmount, type QuotaSubject, type QuotaTerm, subjectText } from '../quota/quota.ts'
import type { QuotaCounter } from '../storage/quotas.ts'
import type { NewMessage } from './spool.ts'

/** Counters by tenant and subject, as they are read and as they become. */
export type Counters = Map<string, QuotaCounter & { readonly tenantId: string }>

export type Counting = {
  /** The shard to count on, of as many as there are. */
  readonly own: number
  /** Shards at most. */
  readonly most: number
  /** False: only the own shard has been read. */
  readonly isExact: boolean
}

export type CountedMessage =
  /** `shards`: what each counter becomes, in the order of the terms. */
  | { readonly type: 'counted'; readonly shards: readonly Shards[] }
  | { readonly type: 'over quota'; readonly over: OverQuota }
  /** It takes a look at all shards. */
  | { readonly type: 'look at all' }

export const counterKey = (tenantId: string, subject: QuotaSubject): string => `${tenantId} ${subjectText(subject)}`

export const termsOf = ({ terms }: NewMessage): readonly QuotaTerm[] => (terms === undefined ? [] : unpackTerms(terms))

const amountOf = ({ envelope }: NewMessage): QuotaAmount => ({
  messages: 1,
  recipients: envelope.recipients.length,
})

/** Counts nothing yet: against every term, or none. `before`: what each counter is, in the order of the terms. */
export function planCount(
  before: readonly (Shards | undefined)[],
  message: NewMessage,
  counting: Counting,
): CountedMessage {
  const counted: Shards[] = []
  for (const [index, term] of termsOf(message).entries()) {
    const outcome = countTerm(before[index] ?? new Map(), term, message, counting)
    if (outcome.type !== 'counted') return outcome
    counted.push(outcome.shards)
  }
  return { type: 'counted', shards: counted }
}

/** Counts in `counters`, against every term or none. */
export function countMessage(counters: Counters, message: NewMessage, counting: Counting): CountedMessage {
  const { tenantId } = message.envelope
  const keys = termsOf(message).map(({ subject }) => counterKey(tenantId, subject))
  const before = keys.map((key) => counters.get(key)?.shards)
  const plan = planCount(before, message, counting)
  if (plan.type !== 'counted') return plan
  for (const [index, { subject }] of termsOf(message).entries()) {
    const shards = plan.shards[index]
    if (shards !== undefined) counters.set(keys[index] ?? '', { tenantId, subject, shards })
  }
  return plan
}

type TermOutcome = Exclude<CountedMessage, { type: 'counted' }> | { readonly type: 'counted'; readonly shards: Shards }

function countTerm(shards: Shards, term: QuotaTerm, message: NewMessage, counting: Counting): TermOutcome {
  const { receivedAt } = message.envelope
  const amount = amountOf(message)
  const count = shardCount(term, counting.most)
  const own = counting.own % count
  // What has happened already is counted whatever the limit, which only the exact way does.
  const mayExceed = message.epoch === undefined
  const shard = mayExceed ? undefined : shards.get(own)
  const simple = shard && countOnShard(shard, term, amount, receivedAt, count)
  if (simple !== undefined) return { type: 'counted', shards: new Map(shards).set(own, simple) }
  if (!counting.isExact) return { type: 'look at all' }
  const outcome = countExactly(shards, term, amount, receivedAt, { own, count, mayExceed })
  return outcome.type === 'over' ? { type: 'over quota', over: outcome.over } : outcome
}
