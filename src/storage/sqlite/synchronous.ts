// The ports are asynchronous because a store may be far away; SQLite answers in the call. Rooms here are written synchronously, so
// that a write can run inside the store thread's group transaction, and are lifted to the port's shape at the edge.

import { toStoreError } from './sqlite-error.ts'

/** The same methods without their promises. */
export type Synchronous<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : Synchronous<T[K]>
}

/** Lifts a reader to its port. What SQLite throws for want of disk or memory rejects as a StoreError. */
export function asynchronous<T extends object>(reader: Synchronous<T>): T {
  const methods = Object.entries(reader) as [string, (...args: unknown[]) => unknown][]
  return Object.fromEntries(methods.map(([name, method]) => [name, lift(method)])) as T
}

function lift(method: (...args: unknown[]) => unknown): (...args: unknown[]) => Promise<unknown> {
  return async (...args) => {
    try {
      return method(...args)
    } catch (error) {
      throw toStoreError(error)
    }
  }
}
