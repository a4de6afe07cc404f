// One socket and what is said over it: commands out, their replies back in order. It keeps the server to its turn (a reply that nobody
// asked for ends the connection), to its time (a reply has its patience, a group of them a total, and octets that drip in buy no more),
// and to the bounds of `ReplyReader`. Once anything is wrong, everything is: the first fault answers whatever is still asked.
// RFC 5321 §4.5.3.2, RFC 2920 §3.1.

import type { Socket } from 'node:net'
import type { Clock } from '../config/clock.ts'
import { type ReceivedReply, ReplyReader } from '../smtp/reply-reader.ts'

export type Answer =
  | ReceivedReply
  /** `reply`: what the server said when it ended the connection. */
  | { readonly type: 'fault'; readonly detail: string; readonly reply?: ReceivedReply }

export type Fault = Extract<Answer, { readonly type: 'fault' }>

type Asked = {
  readonly patience: number
  /** When the whole group must have been answered. */
  readonly until: number
  readonly answer: (answer: Answer) => void
}

/** How many times its patience a whole group of commands gets. */
export const GROUP_PATIENCE = 4
const SERVICE_CLOSING = 421

export class SmtpWire {
  readonly socket: Socket
  readonly #clock: Clock
  readonly #reader = new ReplyReader()
  #asked: Asked[] = []
  #fault: Fault | undefined
  #cancelDeadline: (() => void) | undefined
  #onDrain: (() => void) | undefined

  constructor(socket: Socket, clock: Clock) {
    this.socket = socket
    this.#clock = clock
    socket.on('data', this.#receive)
    socket.on('drain', this.#drained)
    socket.on('error', this.#failed)
    socket.on('end', this.#closed)
    socket.on('close', this.#closed)
  }

  /** What ended the connection. */
  get fault(): Fault | undefined {
    return this.#fault
  }

  /** The greeting, or the reply to what was written already. */
  expect(patience: number, until = this.#clock.now() + patience): Promise<Answer> {
    if (this.#fault !== undefined) return Promise.resolve(this.#fault)
    return new Promise((answer) => {
      this.#asked.push({ patience, until, answer })
      if (this.#asked.length === 1) this.#watch()
    })
  }

  /** Without its CRLF. */
  ask(command: string, patience: number, until?: number): Promise<Answer> {
    const answer = this.expect(patience, until)
    this.#write(`${command}\r\n`)
    return answer
  }

  /** All at once; each answer in its place. RFC 2920 §3.1. */
  askAll(commands: readonly string[], patience: number): Promise<Answer>[] {
    const until = this.#clock.now() + GROUP_PATIENCE * patience
    const answers = commands.map(() => this.expect(patience, until))
    this.#write(commands.map((command) => `${command}\r\n`).join(''))
    return answers
  }

  /** Octets that nothing answers. Resolves when the socket takes more; whether all is well then. */
  async send(octets: Uint8Array, patience: number): Promise<boolean> {
    if (this.#fault !== undefined || this.socket.write(octets)) return this.#fault === undefined
    const cancel = this.#clock.after(patience, () => this.fail('it did not take the content in time'))
    await new Promise<void>((resolve) => {
      this.#onDrain = resolve
    })
    cancel()
    return this.#fault === undefined
  }

  /** Ends the connection, with what is to be told of it. */
  fail(detail: string, reply?: ReceivedReply): void {
    if (this.#fault !== undefined) return
    this.#fault = { type: 'fault', detail, ...(reply && { reply }) }
    this.#cancelDeadline?.()
    this.socket.destroy()
    const asked = this.#asked
    this.#asked = []
    for (const { answer } of asked) answer(this.#fault)
    this.#drained()
  }

  /** Lets go of the socket for TLS; false when octets have come that belong to nothing. RFC 3207 §4.2. */
  release(): boolean {
    this.socket.off('data', this.#receive)
    this.socket.off('drain', this.#drained)
    this.socket.off('error', this.#failed)
    this.socket.off('end', this.#closed)
    this.socket.off('close', this.#closed)
    return this.#fault === undefined && this.#reader.isEmpty && this.socket.readableLength === 0
  }

  #write(text: string): void {
    if (this.#fault === undefined) this.socket.write(text)
  }

  readonly #receive = (octets: Buffer): void => {
    this.#reader.push(octets)
    for (let taken = this.#reader.take(); taken !== undefined; taken = this.#reader.take()) {
      if (this.#fault !== undefined) return
      if (taken.type === 'fault') return this.fail(taken.detail)
      this.#accept(taken)
    }
  }

  #accept(reply: ReceivedReply): void {
    const asked = this.#asked.shift()
    this.#cancelDeadline?.()
    if (asked === undefined) return this.fail('it spoke out of turn', reply)
    asked.answer(reply)
    if (reply.code === SERVICE_CLOSING) this.fail('it closed the connection', reply)
    else if (this.#asked.length > 0) this.#watch()
  }

  /** The patience of a reply begins when those before it are there. */
  #watch(): void {
    const [first] = this.#asked
    if (first === undefined) return
    const delay = Math.max(0, Math.min(first.patience, first.until - this.#clock.now()))
    this.#cancelDeadline = this.#clock.after(delay, () => this.fail('it did not answer in time'))
  }

  readonly #drained = (): void => {
    this.#onDrain?.()
    this.#onDrain = undefined
  }

  readonly #failed = (error: NodeJS.ErrnoException): void => {
    this.fail(`the connection failed (${error.code ?? 'unknown'})`)
  }

  readonly #closed = (): void => this.fail('it closed the connection')
}
