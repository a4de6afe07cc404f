// Any other thread's end of a connection to the store thread. Calls of one turn of the event loop travel together; a bounded number
// is on the way and the others wait here, so a slow disk slows its callers instead of filling memory. When the store thread is gone,
// whatever waits is rejected as unavailable: an edge answers 451 and the client comes back. Whether a call that was on the way took
// effect is then not known, and nobody is told that it did.

import type { MessagePort } from 'node:worker_threads'
import type { AtomicOutcome, EpochGuard, Writers } from '../storage.ts'
import { StoreError } from '../store-error.ts'
import { atomicOutcome, recordCalls, type StoreCall, writersOver } from '../recorded-calls.ts'
import type { StoreAnswer, StoreRequest } from './store-protocol.ts'

export interface StoreConnection {
  readonly write: Writers
  /** See `Storage.atomically`. The recorder's promises never settle. */
  atomically(record: (write: Writers) => void, guard?: EpochGuard): Promise<AtomicOutcome>
  /** Goes on with the port of a store thread that was started again. */
  reconnect(port: MessagePort): void
  /** Waits for the answers to what was asked, then lets the port go. */
  close(): Promise<void>
}

/** Calls on the way. With content of at most 32 KiB inline that is 8 MiB for each connection. */
const IN_FLIGHT = 256

export function connectStore(port: MessagePort): StoreConnection {
  return new RemoteStore(port)
}

type Waiting = {
  readonly calls: readonly StoreCall[]
  readonly resolve: (value: unknown) => void
  readonly reject: (error: StoreError) => void
}

class RemoteStore implements StoreConnection {
  readonly write: Writers = writersOver((call) => this.#call([call]))
  #port: MessagePort | undefined
  #waiting: Waiting[] = []
  readonly #inFlight = new Map<number, Waiting>()
  #nextId = 0
  #idle: (() => void) | undefined

  constructor(port: MessagePort) {
    this.reconnect(port)
  }

  async atomically(record: (write: Writers) => void, guard?: EpochGuard): Promise<AtomicOutcome> {
    const calls = recordCalls(record, guard)
    return atomicOutcome(calls.length > 0 ? await this.#call(calls) : undefined)
  }

  reconnect(port: MessagePort): void {
    this.#lose()
    this.#port = port
    port.on('message', (answers: readonly StoreAnswer[]) => this.#settle(answers))
    port.on('close', () => {
      if (this.#port === port) this.#lose()
    })
  }

  async close(): Promise<void> {
    if (this.#waiting.length + this.#inFlight.size > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    this.#lose()
  }

  #call(calls: readonly StoreCall[]): Promise<unknown> {
    if (this.#port === undefined) return Promise.reject(gone())
    return new Promise((resolve, reject) => {
      // After the poll phase: what all sockets of this turn brought goes in one post.
      if (this.#waiting.length === 0) setImmediate(() => this.#post())
      this.#waiting.push({ calls, resolve, reject })
    })
  }

  #post(): void {
    const port = this.#port
    const batch = this.#waiting.splice(0, IN_FLIGHT - this.#inFlight.size)
    if (batch.length === 0 || port === undefined) return
    const requests = batch.map((waiting): StoreRequest => {
      const id = this.#nextId++
      this.#inFlight.set(id, waiting)
      return [id, waiting.calls]
    })
    if (isPosted(port, requests)) return
    // Nothing of it went. What cannot be copied fails alone, and the calls that came with it go one by one.
    const failed = requests.filter((request) => !isPosted(port, [request]))
    this.#settle(failed.map(([id]): StoreAnswer => [id, 'internal', 'the call cannot be copied to the store thread']))
  }

  #settle(answers: readonly StoreAnswer[]): void {
    for (const answer of answers) {
      const waiting = this.#inFlight.get(answer[0])
      this.#inFlight.delete(answer[0])
      if (answer.length === 2) waiting?.resolve(answer[1])
      else waiting?.reject(new StoreError(answer[1], answer[2]))
    }
    this.#post()
    if (this.#inFlight.size + this.#waiting.length === 0) this.#idle?.()
  }

  #lose(): void {
    const port = this.#port
    this.#port = undefined
    port?.close()
    const lost = [...this.#inFlight.values(), ...this.#waiting]
    this.#inFlight.clear()
    this.#waiting = []
    for (const { reject } of lost) reject(gone())
    this.#idle?.()
  }
}

/** False for values that cannot be cloned: those nested deeper than the call stack, or a bug of ours. */
function isPosted(port: MessagePort, requests: readonly StoreRequest[]): boolean {
  try {
    port.postMessage(requests)
    return true
  } catch {
    return false
  }
}

const gone = () => new StoreError('unavailable', 'the store thread is not there')
