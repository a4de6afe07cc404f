// The clients of the chaos run, in a process of their own: Nodemailer over STARTTLS, some with a connection for each message, some
// with one for many. Each message is sent until somebody answers it with 250, to another node each time: what a client does that
// has a queue. What became of every try is told at the end.

import { createHash } from 'node:crypto'
import { setTimeout as after } from 'node:timers/promises'
import nodemailer from 'nodemailer'
import { createTestRandom } from './test-random.ts'

/** What the clients know of the service. */
export type ChaosLoad = {
  readonly seed: number
  readonly senders: number
  readonly ca: string
  readonly username: string
  readonly password: string
  readonly sender: string
}

export type ToClients =
  | { readonly type: 'begin'; readonly load: ChaosLoad; readonly ports: readonly number[] }
  /** The node listens there from now on. */
  | { readonly type: 'port'; readonly node: number; readonly port: number }
  /** No new message; those under way are sent to their end. */
  | { readonly type: 'stop' }

/** A message to the end of its story. */
export type ChaosMessage = {
  /** Different for each. */
  readonly subject: string
  readonly bodyHash: string
  /** Of the 250. */
  readonly queueId: string
  /** What each try before that came to: a reply's code and stage, or how the connection failed. */
  readonly failures: readonly string[]
}

type Random = (below: number) => number

const KIB = 1024
const SMALL = 4 * KIB
const LARGE = 300 * KIB
const LINE = 70
/** Between two messages of one client, and before a message is sent again, at most. */
const THINKING = 160
const BEFORE_AGAIN = 300
const MESSAGES_PER_CONNECTION = 25
const QUEUED = /queued as ([0-9a-f-]{36})/

class Clients {
  readonly #load: ChaosLoad
  readonly #ports: number[]
  readonly #done: ChaosMessage[] = []
  #stopping = false

  constructor(load: ChaosLoad, ports: readonly number[]) {
    this.#load = load
    this.#ports = [...ports]
  }

  move(node: number, port: number): void {
    this.#ports[node] = port
  }

  stop(): void {
    this.#stopping = true
  }

  async run(): Promise<readonly ChaosMessage[]> {
    const { senders, seed } = this.#load
    await Promise.all(
      Array.from({ length: senders }, (_, index) =>
        this.#send(`client-${index}`, createTestRandom(seed + index), index),
      ),
    )
    return this.#done
  }

  async #send(name: string, random: Random, first: number): Promise<void> {
    const keepsConnection = first % 2 === 0
    let node = first
    let transport: Transport | undefined
    for (let count = 0; !this.#stopping; count += 1) {
      const { raw, ...message } = compose(`${name}-${count}`, this.#load.sender, random)
      const failures: string[] = []
      for (;;) {
        transport ??= this.#open(node, keepsConnection)
        try {
          const { response } = await transport.sendMail({
            envelope: { from: this.#load.sender, to: 'reader@example.test' },
            raw,
          })
          this.#done.push({ ...message, queueId: QUEUED.exec(response)?.[1] ?? response, failures })
          break
        } catch (error) {
          failures.push(describe(error as Failure))
          transport.close()
          transport = undefined
          node += 1
          await after(random(BEFORE_AGAIN))
        }
      }
      if (!keepsConnection || (count + 1) % MESSAGES_PER_CONNECTION === 0) {
        transport.close()
        transport = undefined
        node += 1
      }
      await after(random(THINKING))
    }
    transport?.close()
  }

  #open(node: number, keepsConnection: boolean): Transport {
    const { ca, username, password } = this.#load
    const options = {
      host: '127.0.0.1',
      port: this.#ports[node % this.#ports.length] ?? 0,
      requireTLS: true,
      tls: { ca, servername: 'localhost' },
      auth: { user: username, pass: password },
      connectionTimeout: 5_000,
      greetingTimeout: 10_000,
      socketTimeout: 60_000,
    }
    // Without requeues nothing is sent again behind our back.
    return keepsConnection
      ? nodemailer.createTransport({
          ...options,
          pool: true,
          maxConnections: 1,
          maxMessages: Infinity,
          maxRequeues: 0,
        } as object)
      : nodemailer.createTransport(options)
  }
}

type Transport = {
  sendMail(mail: object): Promise<{ readonly response: string }>
  close(): void
}

type Failure = Error & { readonly code?: string; readonly responseCode?: number; readonly command?: string }

function describe({ responseCode, command, code, message }: Failure): string {
  if (responseCode !== undefined) return `${responseCode} at ${command}`
  return message.includes('ECONNREFUSED') ? 'ECONNREFUSED' : (code ?? message)
}

function compose(subject: string, sender: string, random: Random) {
  const size = random(16) === 0 ? LARGE : SMALL
  const lines = Array.from({ length: Math.ceil(size / LINE) }, (_, line) => `${line} ${subject}`.padEnd(LINE - 2, '.'))
  const body = `${lines.join('\r\n')}\r\n`
  const fields = [
    `From: <${sender}>`,
    'To: <reader@example.test>',
    `Subject: ${subject}`,
    `Message-ID: <${subject}@client.example.test>`,
  ]
  return {
    subject,
    bodyHash: createHash('sha256').update(body).digest('hex'),
    raw: `${fields.join('\r\n')}\r\n\r\n${body}`,
  }
}

let clients: Clients | undefined
process.on('message', (message: ToClients) => {
  if (message.type === 'begin') {
    clients = new Clients(message.load, message.ports)
    void clients.run().then((done) => process.send?.(done, () => process.exit(0)))
  } else if (message.type === 'port') clients?.move(message.node, message.port)
  else clients?.stop()
})
