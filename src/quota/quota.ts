// What a quota is: how many messages and recipients may be accepted in a minute, an hour and a day, for an application, a communication
// service or a sender domain. It names, measures and describes; who is refused, and with which words, is said by the doors, and what has
// been accepted is counted by the transaction that accepts it.
//
// Windows are aligned to UTC: each minute, hour and day begins with the clock's. So the end of a window is known to whoever waits for it
// and what is left of a quota is one number; what that gives up is that two windows that touch may be used up one right after the other.

import type { AskedFault } from '../storage/faults.ts'

export const QUOTA_WINDOWS = ['minute', 'hour', 'day'] as const
export const QUOTA_UNITS = ['messages', 'recipients'] as const
export const QUOTA_KINDS = ['application', 'resource', 'domain'] as const
export type QuotaWindow = (typeof QUOTA_WINDOWS)[number]
export type QuotaUnit = (typeof QUOTA_UNITS)[number]
export type QuotaKind = (typeof QUOTA_KINDS)[number]

/** Whose mail is counted. `key` in canonical form: an application id, the id of a resource, both in lower case, or a domain. */
export type QuotaSubject = { readonly kind: QuotaKind; readonly key: string }

/** Without a number: as many as one likes. */
export type QuotaLimits = {
  readonly [Unit in QuotaUnit]?: { readonly [Window in QuotaWindow]?: number | undefined } | undefined
}

/** What a message is counted against. */
export type QuotaTerm = { readonly subject: QuotaSubject; readonly limits: QuotaLimits }

/** One message is one of `messages` and as many `recipients` as it has. */
export type QuotaAmount = { readonly [Unit in QuotaUnit]: number }

export type QuotaLimit = {
  readonly subject: QuotaSubject
  readonly unit: QuotaUnit
  readonly window: QuotaWindow
  readonly limit: number
}

/** `retryAt`: when the window is over, in milliseconds since the epoch. */
export type OverQuota = {
  readonly limit: QuotaLimit
  readonly used: number
  readonly retryAt: number
  /** Nothing is used up: somebody asked for the refusal. */
  readonly fault?: AskedFault
}

/** What was used of one limit in the window that is now. */
export type QuotaUsage = OverQuota

const LENGTHS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const satisfies Record<QuotaWindow, number>

export const windowLength = (window: QuotaWindow): number => LENGTHS[window]
export const windowStart = (window: QuotaWindow, at: number): number => at - (at % LENGTHS[window])

export const sameSubject = (one: QuotaSubject, other: QuotaSubject): boolean =>
  one.kind === other.kind && one.key === other.key

/** What one subject is stored under. */
export const subjectText = ({ kind, key }: QuotaSubject): string => `${kind}:${key}`

export function parseSubject(text: string): QuotaSubject {
  const colon = text.indexOf(':')
  const kind = QUOTA_KINDS.find((one) => one === text.slice(0, colon))
  if (kind === undefined) throw new Error('a quota is stored for what is no subject')
  return { kind, key: text.slice(colon + 1) }
}

/** Whose quotas a message counts against. `domain` is the sender's, in canonical form. */
export const subjectsOf = (message: {
  readonly applicationId: string
  readonly resourceId: string
  readonly domain: string
}): readonly QuotaSubject[] => [
  { kind: 'application', key: message.applicationId.toLowerCase() },
  { kind: 'resource', key: message.resourceId.toLowerCase() },
  { kind: 'domain', key: message.domain },
]

/** Every limit of a term, with its place in a counter. */
export function* limitsOf({ subject, limits }: QuotaTerm): Generator<QuotaLimit> {
  for (const window of QUOTA_WINDOWS)
    for (const unit of QUOTA_UNITS) {
      const limit = limits[unit]?.[window]
      if (limit !== undefined) yield { subject, unit, window, limit }
    }
}

export const isUnlimited = (term: QuotaTerm): boolean => limitsOf(term).next().done === true

const mostOf = new WeakMap<readonly QuotaTerm[], number>()

/** The most recipients that one message can have, whenever it comes. Asked for each message, of lists that stay the same. */
export function mostRecipients(terms: readonly QuotaTerm[]): number {
  const known = mostOf.get(terms)
  if (known !== undefined) return known
  const limits = terms.flatMap((term) => [...limitsOf(term)]).filter(({ unit }) => unit === 'recipients')
  const most = Math.min(Infinity, ...limits.map(({ limit }) => limit))
  mostOf.set(terms, most)
  return most
}

/** `application-messages-per-minute`: a limit by its name, for replies and programs. */
export const limitName = ({ subject: { kind }, unit, window }: QuotaLimit): string => `${kind}-${unit}-per-${window}`

const KIND_NAMES: Readonly<Record<QuotaKind, string>> = {
  application: 'application',
  resource: 'communication service',
  domain: 'domain',
}

export function describeOverQuota({ limit, used, retryAt }: OverQuota): string {
  const { subject, unit, window } = limit
  const until = new Date(retryAt).toISOString()
  return `the ${KIND_NAMES[subject.kind]} ${subject.key} may send ${limit.limit} ${unit} per ${window} and has sent ${used}; the ${window} ends at ${until}`
}

/** Whole seconds, at least one. */
export const secondsUntil = (retryAt: number, at: number): number => Math.max(1, Math.ceil((retryAt - at) / 1000))
