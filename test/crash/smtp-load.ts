// Senders that keep a service busy until it dies, and a ledger of what they sent and what was acknowledged. Nothing is ever sent a
// second time, so whatever is there twice was doubled by the service.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import type { RunningService } from '../fixtures/capture-inbox.ts'

const KIB = 1024
const LARGE = 200 * KIB
/** Before it signs in anew. */
const BATCHES_PER_SESSION = 12

export type Sent = {
  readonly subject: string
  readonly recipients: readonly string[]
  readonly bodyHash: string
  /** Once it has been acknowledged. */
  queueId?: string
}

/** By subject, which is different for each. */
export type Ledger = Map<string, Sent>

export type Load = {
  /** Of the sender. */
  readonly name: string
  readonly random: Random
  readonly ledger: Ledger
  readonly acknowledged: () => void
  readonly isKilled: () => boolean
}

type Random = (below: number) => number
type Outgoing = { readonly sent: Sent; readonly content: Buffer }

const LINES = 4096
const LINE_LENGTH = 64
/** Lines of text, some of them beginning with dots: 256 KiB from which each body is a stretch. */
const TEXT = Buffer.from(Array.from({ length: LINES }, (_, line) => `${lineOf(line)}\r\n`).join(''))

function lineOf(line: number): string {
  const text = `${'.'.repeat(line % 3)}${createHash('sha256').update(`${line}`).digest('hex')}`
  return text.slice(0, LINE_LENGTH - 2)
}

export const hashOf = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex')

/** Sends until the service is killed; rejects when it refuses anything, or breaks a connection before that. */
export async function sendUntilKilled(
  { quickstart, ca }: RunningService,
  { name, random, ledger, acknowledged, isKilled }: Load,
): Promise<void> {
  const { smtp, usernames, application, senderAddress } = quickstart
  let count = 0
  const compose = () => composeMessage(`${name}-${count++}`, senderAddress, random)
  const note = ({ sent }: Outgoing, reply: string) => {
    const queueId = /^250 2\.0\.0 Ok: queued as ([0-9a-f-]{36})$/.exec(reply)?.[1]
    if (queueId === undefined) return expectReply(reply, /^250 2\.0\.0 Ok: queued as/)
    sent.queueId = queueId
    acknowledged()
  }
  try {
    for (;;) {
      const dialogue = await SmtpDialogue.openSecure(random(2) === 0 ? smtp.port : smtp.port25, ca)
      expectReply(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
      for (let batch = 0; batch < BATCHES_PER_SESSION; batch += 1) {
        const messages = Array.from({ length: 1 + random(4) }, compose)
        for (const { sent } of messages) ledger.set(sent.subject, sent)
        await (random(2) === 0 ? sendChunks : sendData)(dialogue, senderAddress, messages, note)
      }
      dialogue.destroy()
    }
  } catch (error) {
    if (error instanceof assert.AssertionError || !isKilled()) throw error
  }
}

function expectReply(reply: string, expected: RegExp): void {
  // Half a reply is the last word of a service that died.
  if (!/^\d{3} /m.test(reply)) throw new Error(`the connection ended with "${reply}"`)
  assert.match(reply, expected)
}

type Note = (message: Outgoing, reply: string) => void

/** Several transactions in one piece, as CHUNKING and PIPELINING allow. RFC 3030 §4.2. */
async function sendChunks(
  dialogue: SmtpDialogue,
  sender: string,
  messages: readonly Outgoing[],
  note: Note,
): Promise<void> {
  const pieces = messages.flatMap(({ sent, content }) => [
    Buffer.from([...commandsOf(sender, sent), `BDAT ${content.length} LAST\r\n`].join('\r\n')),
    content,
  ])
  dialogue.send(Buffer.concat(pieces))
  for (const message of messages) {
    await expectAccepted(dialogue, message)
    note(message, await dialogue.reply())
  }
}

/** Each message in one piece with the commands of the next. RFC 2920 §3.1: DATA ends a group. */
async function sendData(
  dialogue: SmtpDialogue,
  sender: string,
  messages: readonly Outgoing[],
  note: Note,
): Promise<void> {
  let before: Outgoing | undefined
  let octets = Buffer.alloc(0)
  for (const message of messages) {
    dialogue.send(Buffer.concat([octets, Buffer.from([...commandsOf(sender, message.sent), 'DATA\r\n'].join('\r\n'))]))
    if (before !== undefined) note(before, await dialogue.reply())
    await expectAccepted(dialogue, message)
    expectReply(await dialogue.reply(), /^354 /)
    before = message
    octets = Buffer.from(`${message.content.toString('latin1').replaceAll('\r\n.', '\r\n..')}.\r\n`, 'latin1')
  }
  dialogue.send(octets)
  if (before !== undefined) note(before, await dialogue.reply())
}

const commandsOf = (sender: string, { recipients }: Sent): readonly string[] => [
  `MAIL FROM:<${sender}>`,
  ...recipients.map((recipient) => `RCPT TO:<${recipient}>`),
]

async function expectAccepted(dialogue: SmtpDialogue, { sent }: Outgoing): Promise<void> {
  for (let command = 0; command <= sent.recipients.length; command += 1) expectReply(await dialogue.reply(), /^250 /)
}

function composeMessage(subject: string, sender: string, random: Random): Outgoing {
  const size = random(6) === 0 ? LARGE : random(8 * KIB)
  const lines = Math.max(1, Math.floor(size / LINE_LENGTH))
  const start = random(LINES - lines) * LINE_LENGTH
  const body = Buffer.concat([Buffer.from(`${subject}\r\n`), TEXT.subarray(start, start + lines * LINE_LENGTH)])
  const recipients = Array.from({ length: 1 + random(3) }, (_, index) => `r${index}@example.test`)
  const fields = [`From: <${sender}>`, `To: ${recipients.join(', ')}`, `Subject: ${subject}`]
  const content = Buffer.concat([Buffer.from(`${fields.join('\r\n')}\r\n\r\n`), body])
  return { sent: { subject, recipients, bodyHash: hashOf(body) }, content }
}
