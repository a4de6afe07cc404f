// Calls of the port's writers that are to be one unit, written down instead of made: by name and arguments, so that they can travel to
// whoever writes, and be made again where a transaction has to be repeated.

import type { AtomicOutcome, EpochGuard, Writers } from './storage.ts'

const BROKEN_GUARD: Awaited<ReturnType<Writers['directory']['checkEpoch']>> = 'other epoch'

export const guardCall = (guard: EpochGuard): StoreCall => ['directory', 'checkEpoch', [guard]]

/** From what `perform` returned. */
export const atomicOutcome = (value: unknown): AtomicOutcome =>
  value === BROKEN_GUARD || isTakenName(value) ? { type: 'changed' } : { type: 'committed' }

/** Names are unique over all tenants, so an unchanged epoch does not keep one free. */
function isTakenName(value: unknown): boolean {
  const taken: Awaited<ReturnType<Writers['resources']['putResource']>>['type'] = 'name taken'
  return typeof value === 'object' && value !== null && 'type' in value && value.type === taken
}

export type StoreCall = readonly [room: string, method: string, args: readonly unknown[]]

/** What was called inside `record`, in order, behind its guard. */
export function recordCalls(record: (write: Writers) => void, guard?: EpochGuard): readonly StoreCall[] {
  const calls: StoreCall[] = guard === undefined ? [] : [guardCall(guard)]
  const never = new Promise<unknown>(() => {})
  const recorder = writersOver((call) => {
    calls.push(call)
    return never
  })
  record(recorder)
  return calls
}

/**
 * Whether the calls after this one are to be made: not behind a guard that does not hold, nor behind a taken name that nothing was
 * written before. A taken name further on throws, so that all is undone.
 */
export function goesOn(value: unknown, index: number, calls: readonly StoreCall[]): boolean {
  if (value === BROKEN_GUARD) return false
  if (calls.length === 1 || !isTakenName(value)) return true
  if (index === 1 && calls[0]?.[1] === 'checkEpoch') return false
  throw new Error('a resource that was to be written together with others has a name that is taken')
}

/** The port's shape around a function that is told which method was called with what. */
export function writersOver(call: (call: StoreCall) => Promise<unknown>): Writers {
  const rooms = Object.keys(ROOMS).map((room) => [room, roomOver((method, args) => call([room, method, args]))])
  return Object.fromEntries(rooms) as Writers
}

const ROOMS: Record<keyof Writers, true> = {
  directory: true,
  resources: true,
  roles: true,
  sealed: true,
  decisions: true,
  audit: true,
  captures: true,
  loginLimits: true,
  destinations: true,
  transportPolicies: true,
  upstreamOperations: true,
  watches: true,
  credentials: true,
  events: true,
  engagement: true,
  webhooks: true,
  faults: true,
  signIns: true,
  holds: true,
  queue: true,
  suppressions: true,
  quotas: true,
  statistics: true,
  spool: true,
  segments: true,
  retention: true,
}

/** An object whose methods are made when they are first asked for. */
function roomOver(call: (method: string, args: readonly unknown[]) => Promise<unknown>): object {
  const methods = new Map<string | symbol, (...args: readonly unknown[]) => Promise<unknown>>()
  return new Proxy(
    {},
    {
      get: (_, name) => {
        if (typeof name === 'string' && !methods.has(name)) methods.set(name, (...args) => call(name, args))
        return methods.get(name)
      },
    },
  )
}
