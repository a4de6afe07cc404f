// Refused logins as events. Failures that differ in nothing an operator would act on are gathered for a minute and told as one with their
// number; a tenant under attack is told of a few and of how many there were besides. It is told of by each thread that lets logins in,
// which gathers by itself. Nothing waits for it, and what cannot be stored is given up. It never holds a secret, nor a user name that
// fits no form.

import type { Clock } from '../config/clock.ts'
import type { EventWriter, NewEvent } from '../storage/events.ts'

export type FailedLogin = {
  /** Of the resource: what a stranger says of a tenant is nothing to be told. */
  readonly tenantId: string
  readonly resourceId: string
  readonly applicationId?: string
  readonly username?: string
  readonly reason: string
  readonly listener: string
  readonly clientAddress: string
  /** Leads to its trace, where one is kept. */
  readonly reference?: string
}

export type FailedLoginService = {
  readonly events: EventWriter
  readonly clock: Clock
  /** UUIDv7. */
  readonly nextEventId: () => string
  readonly onFailure: (error: unknown) => void
}

const MINUTE = 60_000
/** Events of one tenant in a minute; the last one tells of all that are left. */
const EVENTS = 10
/** Kinds of failures that are told apart in a minute: of one tenant, so that an attack on it leaves room for others, and of all. */
const KINDS_OF_TENANT = 100
const KINDS = 1000

type Gathered = {
  readonly first: FailedLogin
  readonly since: number
  count: number
  lastReference: string | undefined
}

export interface FailedLoginEvents {
  note(failure: FailedLogin): void
  /** Tells what was gathered. */
  stop(): Promise<void>
}

export function createFailedLoginEvents({
  events,
  clock,
  nextEventId,
  onFailure,
}: FailedLoginService): FailedLoginEvents {
  let gathered = new Map<string, Gathered>()
  const kinds = new Map<string, number>()
  let cancel: (() => void) | undefined
  let telling = Promise.resolve()

  function tell(): Promise<void> {
    cancel?.()
    cancel = undefined
    const all = [...gathered.values()]
    gathered = new Map()
    kinds.clear()
    const at = clock.now()
    const told = [...Map.groupBy(all, ({ first }) => first.tenantId).values()].flatMap((ofTenant) =>
      eventsOf(ofTenant, at, nextEventId),
    )
    telling = telling.then(async () => {
      if (told.length > 0) await events.appendEvents(told).catch(onFailure)
    })
    return telling
  }

  return {
    note(failure) {
      const { tenantId, resourceId, applicationId, username, reason, reference } = failure
      const known = JSON.stringify([tenantId, resourceId, applicationId, username, reason])
      // Beyond the bound kinds are not told apart any more, and what is counted is the tenant's.
      const ofTenant = kinds.get(tenantId) ?? 0
      const hasRoom = ofTenant < KINDS_OF_TENANT && gathered.size < KINDS
      const key = gathered.has(known) || hasRoom ? known : tenantId
      const before = gathered.get(key)
      if (before === undefined) {
        kinds.set(tenantId, ofTenant + 1)
        gathered.set(key, {
          first: key === known ? failure : other(failure),
          since: clock.now(),
          count: 1,
          lastReference: reference,
        })
      } else Object.assign(before, { count: before.count + 1, lastReference: reference ?? before.lastReference })
      cancel ??= clock.after(MINUTE, () => void tell())
    },
    stop: tell,
  }
}

function other({ applicationId: _application, username: _username, ...failure }: FailedLogin): FailedLogin {
  return { ...failure, reason: 'other' }
}

/** The most frequent ones, and the rest as one. */
function eventsOf(ofTenant: readonly Gathered[], at: number, nextEventId: () => string): readonly NewEvent[] {
  const byCount = ofTenant.toSorted((one, other) => other.count - one.count)
  const shown = byCount.length > EVENTS ? byCount.slice(0, EVENTS - 1) : byCount
  const rest = byCount.slice(shown.length)
  const events = shown.map((one) => eventOf(one, { eventId: nextEventId(), at }))
  if (rest.length === 0) return events
  const count = rest.reduce((sum, one) => sum + one.count, 0)
  const since = Math.min(...rest.map((one) => one.since))
  const { tenantId = '' } = rest[0]?.first ?? {}
  const data = { reason: 'other', count, kinds: rest.length, since: isoTime(since), until: isoTime(at) }
  return [...events, { ...base(tenantId, nextEventId(), at), source: `/tenants/${tenantId}`, subject: 'logins', data }]
}

function eventOf(
  { first, since, count, lastReference }: Gathered,
  { eventId, at }: { readonly eventId: string; readonly at: number },
): NewEvent {
  const { tenantId, resourceId, reference, applicationId, username, reason, listener, clientAddress } = first
  return {
    ...base(tenantId, eventId, at),
    source: resourceId,
    subject: applicationId === undefined ? 'logins' : `logins/${applicationId}`,
    data: {
      reason,
      count,
      since: isoTime(since),
      until: isoTime(at),
      ...(applicationId === undefined ? {} : { applicationId }),
      ...(username === undefined ? {} : { username }),
      listener,
      clientAddress,
      ...(lastReference === undefined
        ? {}
        : { reference: reference ?? lastReference, lastReference, command: `postern explain ${lastReference}` }),
    },
  }
}

const base = (tenantId: string, eventId: string, at: number) => ({
  eventId,
  tenantId,
  type: 'Postern.Mail.LoginFailed',
  at,
})

const isoTime = (at: number): string => new Date(at).toISOString()
