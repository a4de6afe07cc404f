// One message over a connection: MAIL, RCPT and DATA in one go where PIPELINING is offered, the content, the final dot, and what the
// server said of each recipient. Where it ends early, whoever was answered keeps the answer and the others share the failure. Once the
// dot is on its way and no reply comes, nobody can tell whether the message was taken. RFC 5321 §3.3, §4.1.1, §4.2.5, RFC 2920 §3.1,
// RFC 1047.

import type { Clock } from '../config/clock.ts'
import { type Extensions, mailCommand, rcptCommand } from '../smtp/client-commands.ts'
import { DotStuffer } from '../smtp/dot-stuffer.ts'
import type { ReceivedReply } from '../smtp/reply-reader.ts'
import { StoreError } from '../storage/store-error.ts'
import { type Fit, isUnfit, unfit } from './fit-message.ts'
import { failureAt, isRefusal, toServerReply } from './server-reply.ts'
import type { ConnectionFailure, ConnectionPatience, OutgoingMessage, RecipientReply } from './smtp-connection.ts'
import { type Answer, type Fault, GROUP_PATIENCE, type SmtpWire } from './smtp-wire.ts'

export type Link = {
  readonly wire: SmtpWire
  readonly extensions: Extensions
  readonly tls: string | undefined
  /** The server is known to be the right one. */
  readonly isVerified: boolean
  readonly patience: ConnectionPatience
  readonly clock: Clock
}

type Stage = ConnectionFailure['stage']

/** What is written at once; `dataBlock` is the patience for one. */
const BLOCK = 64 * 1024
/** Octets in a second; a server that takes them slower only pretends to. */
const SLOWEST = 4096

const NOTHING_SENT: RecipientReply = { type: 'failed', stage: 'mail', detail: 'nothing was sent' }

export class MailTransaction {
  readonly #link: Link
  readonly #message: OutgoingMessage
  readonly #fit: Fit
  readonly #needsReset: boolean
  /** Undefined as long as a recipient has no answer of its own. */
  readonly #replies: (RecipientReply | undefined)[]
  /** For those that have none. */
  #rest: RecipientReply = NOTHING_SENT
  #ended = false

  constructor(link: Link, message: OutgoingMessage, fit: Fit, needsReset: boolean) {
    this.#link = link
    this.#message = message
    this.#fit = fit
    this.#needsReset = needsReset
    this.#replies = fit.recipients.map((each) => (isUnfit(each) ? each : undefined))
  }

  /** The server has nothing of a transaction any more. */
  get ended(): boolean {
    return this.#ended
  }

  /** To be called once. */
  async run(): Promise<readonly RecipientReply[]> {
    const ask = this.#begin()
    if (await this.#agreeOnEnvelope(ask)) await this.#hand()
    return this.#replies.map((reply) => reply ?? this.#rest)
  }

  get #wire(): SmtpWire {
    return this.#link.wire
  }

  get #isPipelined(): boolean {
    return this.#link.extensions.has('PIPELINING')
  }

  /** Gives the answers to the commands in turn; without PIPELINING a command leaves when its answer is asked for. */
  #begin(): () => Promise<Answer> {
    const { wire, patience, clock } = this.#link
    const commands = this.#commands()
    const patienceOf = (command: string) => (command === 'DATA' ? patience.dataInitiation : patience.command)
    if (!this.#isPipelined) {
      const left = commands.values()
      const until = clock.now() + GROUP_PATIENCE * patience.command
      return () => {
        const command = left.next().value ?? 'NOOP'
        return wire.ask(command, patienceOf(command), until)
      }
    }
    const answers = wire.askAll(commands, patience.command).values()
    return () => answers.next().value ?? wire.ask('NOOP', patience.command)
  }

  #commands(): readonly string[] {
    const { reversePath, carriage, recipients } = this.#fit
    const { extensions } = this.#link
    const rcpt = recipients.flatMap((mailbox, index) => {
      const parameters = this.#message.recipients[index]?.parameters ?? {}
      return isUnfit(mailbox) ? [] : [rcptCommand(mailbox, parameters, extensions)]
    })
    const mail = mailCommand(reversePath, this.#message.parameters, carriage, extensions)
    return [...(this.#needsReset ? ['RSET'] : []), mail, ...rcpt, 'DATA']
  }

  /** Up to the invitation to send content; false when it does not come. */
  async #agreeOnEnvelope(ask: () => Promise<Answer>): Promise<boolean> {
    if (this.#needsReset && !this.#isAccepted('mail', await ask())) {
      this.#wire.fail('it refused RSET')
      return false
    }
    const isSenderTaken = this.#isAccepted('mail', await ask())
    // What was pipelined behind a refusal is answered too.
    if (!isSenderTaken && !this.#isPipelined) return false
    const isAnyTaken = await this.#offerRecipients(ask, isSenderTaken)
    if (!isAnyTaken && !this.#isPipelined) return false
    const answer = await ask()
    if (isAnyTaken) return this.#isAccepted('data', answer, 354)
    // Deviates: RFC 2920 §3.1 asks for a lone dot where content is invited for nobody. A server that refuses everybody and then wants
    // content cannot be trusted to know that there is none, so the connection ends instead.
    if (answer.type === 'reply' && !isRefusal(answer)) this.#wire.fail('it wants content for nobody')
    return false
  }

  async #offerRecipients(ask: () => Promise<Answer>, isSenderTaken: boolean): Promise<boolean> {
    for (const [index, mailbox] of this.#fit.recipients.entries()) {
      if (isUnfit(mailbox)) continue
      const answer = await ask()
      if (!isSenderTaken) continue
      if (answer.type === 'reply' && isRefusal(answer)) this.#replies[index] = refused('rcpt', answer)
      else if (!this.#isAccepted('rcpt', answer)) return false
    }
    return isSenderTaken && this.#replies.includes(undefined)
  }

  /** Whether the answer lets us go on; if not, it is what becomes of all who have no answer of their own. */
  #isAccepted(stage: Stage, answer: Answer, wanted?: number): boolean {
    if (answer.type === 'reply' && isRefusal(answer)) {
      this.#rest = refused(stage, answer)
      return false
    }
    if (answer.type === 'reply' && (wanted === undefined ? answer.code < 300 : answer.code === wanted)) return true
    this.#rest = failureAt(stage, answer)
    this.#wire.fail('it gave an answer that does not fit')
    return false
  }

  async #hand(): Promise<void> {
    const { wire, patience } = this.#link
    const end = await this.#sendContent()
    if (wire.fault !== undefined && this.#rest === NOTHING_SENT) this.#rest = lossOf(wire.fault)
    if (end === undefined || wire.fault !== undefined) return
    // From here on the server may have the message.
    const answer = await wire.ask(end, patience.dataTermination)
    if (answer.type === 'reply' && answer.code < 300) {
      this.#rest = { type: 'accepted', reply: toServerReply(answer) }
      this.#ended = true
    } else if (answer.type === 'reply' && isRefusal(answer)) {
      this.#rest = refused('content', answer)
      this.#ended = true
    } else {
      this.#rest = { ...failureAt('content', answer), ambiguous: true }
      wire.fail('it gave an answer that does not fit')
    }
  }

  /** Gives what is left to end the message with; undefined when it could not be sent whole, so that no end of it may be sent. */
  async #sendContent(): Promise<string | undefined> {
    const { wire, clock } = this.#link
    const { size, octets } = this.#message.content
    const until = clock.now() + this.#link.patience.dataBlock + (1000 * size) / SLOWEST
    const stuffer = new DotStuffer()
    try {
      for await (const piece of octets)
        for (let at = 0; at < piece.length; at += BLOCK) {
          const stuffed = stuffer.stuff(piece.subarray(at, at + BLOCK))
          if (stuffed === undefined) return this.#refuseContent()
          if (!(await this.#sendBlock(stuffed, until))) return undefined
        }
    } catch (error) {
      wire.fail('the content could not be read')
      if (!(error instanceof StoreError)) throw error
      this.#rest = { type: 'failed', stage: 'content', detail: `our own store failed (${error.code})` }
      return undefined
    }
    return stuffer.end()?.slice(0, -2) ?? this.#refuseContent()
  }

  async #sendBlock(octets: Uint8Array, until: number): Promise<boolean> {
    const { wire, patience, clock } = this.#link
    return wire.send(octets, Math.max(0, Math.min(patience.dataBlock, until - clock.now())))
  }

  #refuseContent(): undefined {
    this.#wire.fail('the content may not be sent')
    this.#rest = unfit('5.6.11', 'the message holds a bare CR, a bare LF or NUL')
  }
}

/** Before the end of the content. A refusal that comes before it was asked for is one all the same. */
const lossOf = (fault: Fault): RecipientReply =>
  fault.reply !== undefined && isRefusal(fault.reply) ? refused('content', fault.reply) : failureAt('content', fault)

const refused = (stage: Stage, reply: ReceivedReply): RecipientReply => ({
  type: 'refused',
  stage,
  reply: toServerReply(reply),
})
