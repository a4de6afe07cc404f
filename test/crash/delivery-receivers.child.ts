// The receiving side of the delivery run, in a process that nobody kills: a server for each destination on an address of its own, that
// takes, defers and refuses as the local part of a recipient asks, and sometimes takes a message and breaks the connection instead of
// saying so. Every message that was taken is written down, in order with the deaths of those that send.

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export type ToReceivers =
  /** All of them on one port, each on its own address. */
  | { readonly type: 'listen'; readonly addresses: readonly string[] }
  /** The process that says EHLO by this name is dead. */
  | { readonly type: 'died'; readonly node: string }
  /** Say when so many messages were taken. */
  | { readonly type: 'tell'; readonly at: number }
  | { readonly type: 'report' }

export type FromReceivers =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'noted' }
  | { readonly type: 'reached' }
  | { readonly type: 'report'; readonly journal: readonly Entry[]; readonly deferrals: number }

/** `life` counts the processes of one name. */
export type Sender = { readonly node: string; readonly life: number }

export type Entry =
  /** `broken`: and the connection was broken instead of an answer. `report`: what a delivery report says of whom. */
  | (Sender & {
      readonly type: 'taken'
      readonly messageId: string
      readonly recipient: string
      readonly broken: boolean
      readonly report?: Report
    })
  | (Sender & { readonly type: 'died' })

export type Report = {
  readonly queueId: string
  readonly recipients: readonly { readonly address: string; readonly action: string }[]
}

type Stage = 'recipient' | 'content'

const journal: Entry[] = []
const lives = new Map<string, number>()
const tries = new Map<string, number>()
let taken = 0
let deferrals = 0
let tellAt = Infinity

const tell = (message: FromReceivers) => void process.send?.(message)

/**
 * What a local part asks for: `later-2-…` and `busy-2-…` are deferred twice, at RCPT and after the content; `broken-2-…` is taken, and the
 * connection broken, twice; `no-…` and `spam-…` are refused, at RCPT and after the content.
 */
function refusalOf(recipient: string, stage: Stage): string | undefined {
  const [kind = '', count] = recipient.split('-')
  if (kind === 'no') return stage === 'recipient' ? '550 5.1.1 nobody here' : undefined
  if (kind === 'spam') return stage === 'content' ? '554 5.7.1 not wanted' : undefined
  if (kind !== (stage === 'recipient' ? 'later' : 'busy') || !isWithin(recipient, Number(count))) return undefined
  deferrals += 1
  return '450 4.2.1 come again'
}

const isBroken = (recipient: string): boolean => {
  const [kind, count] = recipient.split('-')
  return kind === 'broken' && isWithin(recipient, Number(count))
}

/** Every message has addresses of its own. */
function isWithin(recipient: string, count: number): boolean {
  const before = tries.get(recipient) ?? 0
  tries.set(recipient, before + 1)
  return before < count
}

class Session {
  readonly #socket: Socket
  #sender: Sender = { node: '', life: 0 }
  #recipients: string[] = []
  #text = ''
  #isContent = false

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('data', (octets: Buffer) => {
      this.#text += octets.toString('latin1')
      this.#read()
    })
    this.#reply('220 mx.example.net ESMTP')
  }

  #reply(line: string): void {
    if (this.#socket.writable) this.#socket.write(`${line}\r\n`)
  }

  #read(): void {
    for (;;) {
      const end = this.#isContent ? '\r\n.\r\n' : '\r\n'
      const at = this.#text.indexOf(end)
      if (at < 0) return
      const piece = this.#text.slice(0, at)
      this.#text = this.#text.slice(at + end.length)
      if (this.#isContent) this.#take(piece)
      else this.#obey(piece)
    }
  }

  #obey(line: string): void {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'EHLO') {
      const node = line.slice(5)
      this.#sender = { node, life: lives.get(node) ?? 0 }
      this.#reply('250-mx.example.net\r\n250-PIPELINING\r\n250 8BITMIME')
    } else if (verb === 'RCPT') this.#admit(/<([^>]*)>/.exec(line)?.[1] ?? '')
    else if (verb === 'DATA') {
      this.#isContent = this.#recipients.length > 0
      this.#reply(this.#isContent ? '354 go on' : '503 5.5.1 nobody to send it to')
    } else if (verb === 'QUIT') {
      this.#reply('221 2.0.0 bye')
      this.#socket.end()
    } else {
      this.#recipients = []
      this.#reply('250 2.0.0 ok')
    }
  }

  #admit(recipient: string): void {
    const refusal = refusalOf(recipient, 'recipient')
    if (refusal === undefined) this.#recipients.push(recipient)
    this.#reply(refusal ?? '250 2.1.5 ok')
  }

  #take(content: string): void {
    this.#isContent = false
    const recipients = this.#recipients
    this.#recipients = []
    const messageId = /^Message-ID: <([^>]+)>/im.exec(content)?.[1] ?? ''
    const refusal = recipients.map((recipient) => refusalOf(recipient, 'content')).find((one) => one !== undefined)
    if (refusal !== undefined) return this.#reply(refusal)
    const broken = recipients.some(isBroken)
    const report = readReport(content)
    for (const recipient of recipients)
      journal.push({ type: 'taken', ...this.#sender, messageId, recipient, broken, ...(report && { report }) })
    if (broken) this.#socket.resetAndDestroy()
    else this.#reply('250 2.0.0 taken')
    taken += 1
    if (taken < tellAt) return
    tellAt = Infinity
    tell({ type: 'reached' })
  }
}

/** RFC 3464 §2; fields of ours that are short enough to be on one line. */
function readReport(content: string): Report | undefined {
  const queueId = /^X-Postern-Queue-Id: (\S+)/m.exec(content)?.[1]
  if (queueId === undefined) return undefined
  const parts = content.matchAll(/^Final-Recipient: rfc822; ?(\S+)\r\nAction: (\S+)/gm)
  return { queueId, recipients: [...parts].map(([, address = '', action = '']) => ({ address, action })) }
}

async function listen(addresses: readonly string[]): Promise<number> {
  let port = 0
  for (const address of addresses) {
    const server = createServer({ noDelay: true }, (socket) => new Session(socket))
    server.listen(port, address)
    await once(server, 'listening')
    port = (server.address() as { readonly port: number }).port
  }
  return port
}

process.on('message', (message: ToReceivers) => {
  switch (message.type) {
    case 'listen':
      return void listen(message.addresses).then((port) => tell({ type: 'listening', port }))
    case 'died': {
      const life = lives.get(message.node) ?? 0
      journal.push({ type: 'died', node: message.node, life })
      lives.set(message.node, life + 1)
      return tell({ type: 'noted' })
    }
    case 'tell':
      tellAt = message.at
      if (taken >= tellAt) tell({ type: 'reached' })
      return
    case 'report':
      tell({ type: 'report', journal, deferrals })
  }
})
process.on('disconnect', () => process.exit(0))
