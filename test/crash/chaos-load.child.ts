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
  readonly load: ChaosLoad
  readonly #ports: number[]
  readonly #done: ChaosMessage[] = []
  #stopping = false

  constructor(load: ChaosLoad, ports: readonly number[]) {
    this.load = load
    this.#ports = [...ports]
  }

  /** Where a node listens; nodes are counted round and round. */
  portOf(node: number): number {
    return this.#ports[node % this.#ports.length] ?? 0
  }

  move(node: number, port: number): void {
    this.#ports[node] = port
  }

  stop(): void {
    this.#stopping = true
  }

  async run(): Promise<readonly ChaosMessage[]> {
    await Promise.all(Array.from({ length: this.load.senders }, (_, index) => this.#send(index)))
    return this.#done
  }

  async #send(index: number): Promise<void> {
    const random = createTestRandom(this.load.seed + index)
    const client = new ChaosClient(this, index, random)
    for (let count = 0; !this.#stopping; count += 1) {
      const { raw, ...message } = compose(`client-${index}-${count}`, this.load.sender, random)
      this.#done.push({ ...message, ...(await client.submit(raw)) })
      await after(random(THINKING))
    }
    client.close()
  }
}

/** One of them, at one node after the other. */
class ChaosClient {
  readonly #clients: Clients
  readonly #random: Random
  readonly #messagesPerConnection: number
  #node: number
  #connection: { readonly transport: Transport; messages: number } | undefined

  constructor(clients: Clients, index: number, random: Random) {
    this.#clients = clients
    this.#random = random
    this.#messagesPerConnection = index % 2 === 0 ? MESSAGES_PER_CONNECTION : 1
    this.#node = index
  }

  /** Until there is a 250. */
  async submit(raw: string): Promise<Pick<ChaosMessage, 'queueId' | 'failures'>> {
    const failures: string[] = []
    for (;;) {
      const connection = (this.#connection ??= { transport: this.#open(), messages: 0 })
      try {
        const envelope = { from: this.#clients.load.sender, to: 'reader@example.test' }
        const { response } = await connection.transport.sendMail({ envelope, raw })
        connection.messages += 1
        if (connection.messages === this.#messagesPerConnection) this.close()
        return { queueId: QUEUED.exec(response)?.[1] ?? response, failures }
      } catch (error) {
        failures.push(describe(error as Failure))
        this.close()
        await after(this.#random(BEFORE_AGAIN))
      }
    }
  }

  /** The next message goes to the next node. */
  close(): void {
    this.#connection?.transport.close()
    this.#connection = undefined
    this.#node += 1
  }

  #open(): Transport {
    const { ca, username, password } = this.#clients.load
    const options = {
      host: '127.0.0.1',
      port: this.#clients.portOf(this.#node),
      requireTLS: true,
      tls: { ca, servername: 'localhost' },
      auth: { user: username, pass: password },
      connectionTimeout: 5_000,
      greetingTimeout: 10_000,
      socketTimeout: 60_000,
    }
    if (this.#messagesPerConnection === 1) return nodemailer.createTransport(options)
    // Without requeues nothing is sent again behind our back.
    const pooled = { ...options, pool: true, maxConnections: 1, maxMessages: Infinity, maxRequeues: 0 }
    return nodemailer.createTransport(pooled as object)
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
