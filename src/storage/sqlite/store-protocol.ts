// What travels between a thread that wants something written and the store thread: plain data, in batches, by structured clone.
// Both ends import these types; nothing else knows them.

import type { AtomicOutcome, EpochGuard, Writers } from '../storage.ts'
import type { StoreErrorCode } from '../store-error.ts'
import type { Synchronous } from './synchronous.ts'

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

/** Several calls are one unit: all or nothing. `id` is unique per connection. */
export type StoreRequest = readonly [id: number, calls: readonly StoreCall[]]

/** `value` is what the last call returned. */
export type StoreAnswer =
  | readonly [id: number, value: unknown]
  | readonly [id: number, code: StoreErrorCode, message: string]

/**
 * Performs the calls in order and returns what the last one did. A guard that does not hold ends them, and so does a taken name right
 * behind it: nothing was written then. A taken name further on throws, so that all is undone. To be run inside a transaction.
 */
export function perform(writers: Synchronous<Writers>, calls: readonly StoreCall[]): unknown {
  const rooms = writers as unknown as Record<string, Record<string, (...args: readonly unknown[]) => unknown>>
  let value: unknown
  for (const [index, [room, method, args]] of calls.entries()) {
    const write = rooms[room]?.[method]
    if (write === undefined) throw new TypeError(`the store has no ${room}.${method}`)
    value = write(...args)
    if (value === BROKEN_GUARD) break
    if (calls.length > 1 && isTakenName(value)) {
      if (index === 1 && calls[0]?.[1] === 'checkEpoch') break
      throw new Error('a resource that was to be written together with others has a name that is taken')
    }
  }
  return value
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
