// What travels between a thread that wants something written and the store thread: plain data, in batches, by structured clone.
// Both ends import these types; nothing else knows them.

import { goesOn, type StoreCall } from '../recorded-calls.ts'
import type { StoreErrorCode } from '../store-error.ts'
import type { Writers } from '../storage.ts'
import type { Synchronous } from './synchronous.ts'

/** Several calls are one unit: all or nothing. `id` is unique per connection. */
export type StoreRequest = readonly [id: number, calls: readonly StoreCall[]]

/** `value` is what the last call returned. */
export type StoreAnswer =
  | readonly [id: number, value: unknown]
  | readonly [id: number, code: StoreErrorCode, message: string]

/** Performs the calls in order and returns what the last one that was made did. To be run inside a transaction. */
export function perform(writers: Synchronous<Writers>, calls: readonly StoreCall[]): unknown {
  const rooms = writers as unknown as Record<string, Record<string, (...args: readonly unknown[]) => unknown>>
  let value: unknown
  for (const [index, [room, method, args]] of calls.entries()) {
    const write = rooms[room]?.[method]
    if (write === undefined) throw new TypeError(`the store has no ${room}.${method}`)
    value = write(...args)
    if (!goesOn(value, index, calls)) break
  }
  return value
}
