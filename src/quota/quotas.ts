// What a message counts against, and a look at how much of it is left. It reserves nothing and refuses nobody: the transaction that
// enqueues has the last word. What the configuration says holds for everybody for whom nothing is set; what is set takes its place whole.

import type { QuotaReader } from '../storage/quotas.ts'
import { findOver, usagesOf } from './counter.ts'
import {
  isUnlimited,
  type OverQuota,
  type QuotaAmount,
  type QuotaKind,
  type QuotaLimits,
  type QuotaSubject,
  type QuotaTerm,
  type QuotaUsage,
  sameSubject,
  subjectsOf,
} from './quota.ts'

export type QuotaDefaults = { readonly [Kind in QuotaKind]?: QuotaLimits } & {
  /** Of domains below the suffix, in the place of what holds for the others. */
  readonly managedDomain?: { readonly suffix: string; readonly limits: QuotaLimits }
}

/** Of a message as far as quotas go. `epoch`: read before whatever is asked here. */
export type CountedSender = {
  readonly tenantId: string
  readonly epoch: number
  readonly applicationId: string
  readonly resourceId: string
  readonly domain: string
}

export interface Quotas {
  /** As of the epoch; none where nothing limits the sender. */
  termsOf(sender: CountedSender): Promise<readonly QuotaTerm[]>
  /** The limit that a message would exceed now. Of a sender who has plenty left that is said for a second without a look. */
  findOver(
    tenantId: string,
    terms: readonly QuotaTerm[],
    amount: QuotaAmount,
    at: number,
  ): Promise<OverQuota | undefined>
  readUsages(tenantId: string, terms: readonly QuotaTerm[], at: number): Promise<readonly QuotaUsage[]>
}

/** Tenants of which it is remembered that nothing is set. */
const REMEMBERED = 10_000

/** More than a second takes away, so that who has this much left now need not be looked at again before it is over. */
const PLENTY: QuotaAmount = { messages: 10_000, recipients: 10_000 }
const SECOND = 1_000

export function createQuotas(reader: QuotaReader, defaults: QuotaDefaults = {}): Quotas {
  const withoutAny = new Map<string, number>()
  /** When it was seen that there is plenty left of all of them: a sender's list of terms is the same while its limits are. */
  const withPlenty = new WeakMap<readonly QuotaTerm[], number>()

  /** With every change of a quota the epoch moves, so where there are none no message costs a look. */
  async function setFor(tenantId: string, epoch: number, subjects: readonly QuotaSubject[]) {
    if (withoutAny.get(tenantId) === epoch) return []
    const found = await reader.findQuotas(tenantId, subjects)
    if (found.length === 0 && (await reader.listQuotas({ tenantId, limit: 1 })).length === 0) {
      if (withoutAny.size >= REMEMBERED) withoutAny.clear()
      withoutAny.set(tenantId, epoch)
    }
    return found
  }

  const readCounters = async (tenantId: string, terms: readonly QuotaTerm[]) => {
    const subjects = terms.map(({ subject }) => subject)
    const counters = await reader.readCounters(tenantId, subjects)
    return terms.map((term) => {
      const counter = counters.find(({ subject }) => sameSubject(subject, term.subject))
      return { term, shards: counter?.shards ?? new Map() }
    })
  }

  return {
    async termsOf({ tenantId, epoch, ...sender }) {
      const subjects = subjectsOf(sender)
      const found = await setFor(tenantId, epoch, subjects)
      return subjects
        .map((subject) =>
          termFor(subject, found.find((quota) => sameSubject(quota.subject, subject))?.limits, defaults),
        )
        .filter((term) => !isUnlimited(term))
    },
    async findOver(tenantId, terms, amount, at) {
      if (Math.abs(at - (withPlenty.get(terms) ?? -Infinity)) < SECOND) return undefined
      const counters = await readCounters(tenantId, terms)
      const exceeded = (amount: QuotaAmount) =>
        counters.flatMap(({ term, shards }) => findOver(shards, term, amount, at) ?? [])
      if (exceeded(PLENTY).length === 0) withPlenty.set(terms, at)
      return exceeded(amount).toSorted((one, other) => other.retryAt - one.retryAt)[0]
    },
    async readUsages(tenantId, terms, at) {
      return (await readCounters(tenantId, terms)).flatMap(({ term, shards }) => usagesOf(shards, term, at))
    },
  }
}

export const termFor = (subject: QuotaSubject, set: QuotaLimits | undefined, defaults: QuotaDefaults): QuotaTerm => ({
  subject,
  limits: set ?? (isManaged(subject, defaults) ? defaults.managedDomain?.limits : defaults[subject.kind]) ?? {},
})

const isManaged = ({ kind, key }: QuotaSubject, { managedDomain }: QuotaDefaults): boolean =>
  kind === 'domain' && managedDomain !== undefined && key.endsWith(`.${managedDomain.suffix}`)
