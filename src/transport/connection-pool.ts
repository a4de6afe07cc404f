// Connections that are kept for the next message: by key, which is whatever makes two of them interchangeable (host, address, policy,
// credentials), few at once, for so many messages, and not idle for long. A server may close a kept connection whenever it likes, so
// a message that finds it closed goes over another one, as long as the server had not heard of the message. What a failure means is
// not known here. RFC 5321 §4.5.3.2.7.

import type { Clock } from '../config/clock.ts'
import { StoreError } from '../storage/store-error.ts'
import type { ConnectionFailure, OutgoingMessage, RecipientReply, SmtpConnection } from './smtp-connection.ts'

export type PoolSettings = {
  /** At once by key; one more waits for its turn. */
  readonly connections: number
  readonly messagesPerConnection: number
  /** How long one is kept without work, in milliseconds. */
  readonly idle: number
}

export type Sent = {
  readonly type: 'sent'
  readonly connection: Pick<SmtpConnection, 'target' | 'tls' | 'extensions'>
  readonly replies: readonly RecipientReply[]
}

export type Open = (signal: AbortSignal) => Promise<SmtpConnection | ConnectionFailure>
/** Made anew for each connection that it is tried over, in a form that suits the server. */
export type Prepare = (connection: Pick<SmtpConnection, 'extensions'>) => Promise<OutgoingMessage>

export interface ConnectionPool {
  /** Over a kept connection of that key, or one that `open` makes. */
  send(key: string, open: Open, prepare: Prepare, signal: AbortSignal): Promise<Sent | ConnectionFailure>
  /** Ends the kept ones at once, and those in use after their message. */
  close(): Promise<void>
}

export function createConnectionPool(settings: PoolSettings, clock: Clock): ConnectionPool {
  const places = new Map<string, Place>()
  let closed = false

  function keep(place: Place, connection: SmtpConnection): void {
    const isWorn = connection.messages >= settings.messagesPerConnection
    if (closed || isWorn) void connection.close()
    else place.keep(connection)
  }

  /** Whatever comes of the message, the connection is kept or has ended. */
  async function use(place: Place, connection: SmtpConnection, prepare: Prepare, signal: AbortSignal) {
    try {
      return await sendOver(connection, prepare, signal)
    } finally {
      keep(place, connection)
    }
  }

  async function sendFrom(place: Place, open: Open, prepare: Prepare, signal: AbortSignal) {
    for (let kept = place.takeKept(); kept !== undefined; kept = place.takeKept()) {
      const sent = await use(place, kept, prepare, signal)
      if (!isStale(sent, kept) || signal.aborted) return sent
    }
    const opened = await open(signal)
    return 'type' in opened ? opened : use(place, opened, prepare, signal)
  }

  return {
    async send(key, open, prepare, signal) {
      const place = places.get(key) ?? new Place(settings, clock, () => places.delete(key))
      places.set(key, place)
      if (!(await place.enter(signal))) return { type: 'failed', stage: 'connect', detail: 'given up' }
      try {
        return await sendFrom(place, open, prepare, signal)
      } finally {
        place.leave()
      }
    },
    async close() {
      closed = true
      await Promise.all([...places.values()].map((place) => place.clear()))
    },
  }
}

type Kept = { readonly connection: SmtpConnection; readonly forget: () => void }

/** The connections of one key. */
class Place {
  readonly #settings: PoolSettings
  readonly #clock: Clock
  readonly #onEmpty: () => void
  #inUse = 0
  #kept: Kept[] = []
  #waiting: (() => void)[] = []

  constructor(settings: PoolSettings, clock: Clock, onEmpty: () => void) {
    this.#settings = settings
    this.#clock = clock
    this.#onEmpty = onEmpty
  }

  /** Resolves when there is room for another one; whether it is still wanted then. */
  enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) {
      this.#prune()
      return Promise.resolve(false)
    }
    if (this.#inUse < this.#settings.connections) {
      this.#inUse += 1
      return Promise.resolve(true)
    }
    return new Promise((resolve) => {
      const enter = () => {
        signal.removeEventListener('abort', giveUp)
        resolve(true)
      }
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((each) => each !== enter)
        resolve(false)
      }
      this.#waiting.push(enter)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** Who waits longest has the room at once, so that nobody comes in between. */
  leave(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) return next()
    this.#inUse -= 1
    this.#prune()
  }

  keep(connection: SmtpConnection): void {
    if (!connection.usable) return
    const drop = () => {
      this.#kept = this.#kept.filter((each) => each !== kept)
      void connection.close()
      this.#prune()
    }
    const kept: Kept = { connection, forget: this.#clock.after(this.#settings.idle, drop) }
    this.#kept.push(kept)
  }

  /** The one used last: those that are not needed grow old. */
  takeKept(): SmtpConnection | undefined {
    for (let kept = this.#kept.pop(); kept !== undefined; kept = this.#kept.pop()) {
      kept.forget()
      if (kept.connection.usable) return kept.connection
    }
    return undefined
  }

  async clear(): Promise<void> {
    const kept = this.#kept.splice(0)
    for (const { forget } of kept) forget()
    await Promise.all(kept.map(({ connection }) => connection.close()))
  }

  #prune(): void {
    if (this.#inUse === 0 && this.#kept.length === 0) this.#onEmpty()
  }
}

async function sendOver(
  connection: SmtpConnection,
  prepare: Prepare,
  signal: AbortSignal,
): Promise<Sent | ConnectionFailure> {
  try {
    return { type: 'sent', connection, replies: await connection.send(await prepare(connection), signal) }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return { type: 'failed', stage: 'content', detail: `our own store failed (${error.code})` }
  }
}

/** The connection had ended before MAIL was taken, so that nobody has heard of the message. */
function isStale(sent: Sent | ConnectionFailure, { usable }: SmtpConnection): boolean {
  if (usable || sent.type === 'failed') return false
  const ended = sent.replies.filter(({ type }) => type !== 'unfit')
  return ended.length > 0 && ended.every((reply) => 'stage' in reply && reply.stage === 'mail' && isGoodbye(reply))
}

const isGoodbye = (reply: RecipientReply): boolean =>
  reply.type === 'failed' || (reply.type === 'refused' && reply.reply.code === 421)
