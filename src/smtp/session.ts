// The server half of an SMTP session as a value: octets in, events and replies out. It knows the order commands may come in and how
// their answers are spelt; it does not know who may send, where mail goes, or what time it is, and asks its owner by pausing events.
// RFC 5321 §4.1.4, RFC 2920, RFC 3207, RFC 4954, RFC 3030, RFC 6409.

import { type CommandLine, takeAuthLine, takeCommandLine } from './command-line.ts'
import { checkArguments, type Command, parseAuth, parseBdat, parseMail, parseRcpt } from './commands.ts'
import { ContentReader } from './content-reader.ts'
import type { SmtpEvent } from './events.ts'
import { isClientName } from './grammar.ts'
import { LineEndNormaliser } from './line-end-normaliser.ts'
import { OctetQueue } from './octet-queue.ts'
import { Patience } from './patience.ts'
import { encodeReply, type Reply, replies } from './reply.ts'
import { replyToEhlo, type SessionOptions } from './session-options.ts'
import {
  AFTER_CONTENT,
  AFTER_REFUSED_CHUNK,
  SESSION_TABLE,
  type SessionState,
  type Transition,
} from './session-table.ts'

export type { SessionOptions }

const NEED_OCTETS: SmtpEvent = { type: 'NeedOctets' }
const PAUSED: SmtpEvent = { type: 'Paused' }
const CLOSED: SmtpEvent = { type: 'Closed' }
const CONTENT_STARTED: SmtpEvent = { type: 'ContentStarted' }

/** What the owner has been asked and has not answered. */
type Question = 'tls' | 'auth' | 'mail' | 'rcpt' | 'content'
/** What the next octets are. */
type Phase = 'commands' | 'response' | 'content' | 'unwanted'

export class SmtpServerSession {
  readonly #options: SessionOptions
  readonly #queue = new OctetQueue()
  readonly #patience = new Patience()
  readonly #normaliser: LineEndNormaliser | undefined
  #output = ''
  #state: SessionState
  #phase: Phase = 'commands'
  #question: Question | undefined
  /** The state after the question, if it is answered with yes. */
  #stateAfter: SessionState = 'clear'
  #closed = false
  #clientName: string | undefined
  #extended = false
  #tls: boolean

  #transactionOpen = false
  #smtputf8 = false
  #recipients = 0
  #command: Command = 'UNKNOWN'
  /** MAIL or RCPT was refused, and the rest of its pipeline may still be on its way. */
  #pathRefused = false
  /** Set before the phase `content`. */
  #content!: ContentReader
  /** Set before the phase `unwanted`: a refused chunk, whose octets must never be read as commands. */
  #unwanted!: { left: number; readonly reply: Reply; readonly counts: boolean }

  constructor(options: SessionOptions) {
    this.#options = options
    this.#tls = options.implicitTls
    if (options.lineEnds === 'normalised') this.#normaliser = new LineEndNormaliser()
    this.#state = options.implicitTls ? 'secured' : 'clear'
    this.#put(replies.greeting(options.hostname))
  }

  /** The argument of the last EHLO or HELO. */
  get clientName(): string | undefined {
    return this.#clientName
  }

  get tls(): boolean {
    return this.#tls
  }

  get authenticated(): boolean {
    return this.#state !== 'clear' && this.#state !== 'secured' && this.#state !== 'greeted'
  }

  /** The client said EHLO, not HELO. */
  get extended(): boolean {
    return this.#extended
  }

  /** Received and not used yet; the owner stops reading when it grows. */
  get pendingOctets(): number {
    return this.#queue.size
  }

  /** Takes ownership of the octets. What comes between STARTTLS and TLS, or after the end, is thrown away. */
  receive(octets: Uint8Array): void {
    if (!this.#closed && this.#question !== 'tls') this.#queue.push(this.#normaliser?.normalise(octets) ?? octets)
  }

  next(): SmtpEvent {
    for (;;) {
      if (this.#closed) return CLOSED
      if (this.#question !== undefined) return PAUSED
      const event = this.#step()
      if (event !== undefined) return event
    }
  }

  /** Everything that is to be written, once. */
  takeOutput(): Uint8Array | undefined {
    if (this.#output === '') return undefined
    const output = Buffer.from(this.#output, 'latin1')
    this.#output = ''
    return output
  }

  /** Answers the pausing event: 2yz accepts, anything else refuses. Does nothing once the session is closed. */
  answer(reply: Reply): void {
    if (this.#closed) return
    const question = this.#question
    if (question === undefined || question === 'tls') throw new Error('there is no question to answer')
    this.#question = undefined
    const accepted = reply.code < 300
    if (!accepted && (question === 'mail' || question === 'rcpt')) return this.#refusePath(reply)
    this.#put(reply)
    if (accepted) this.#state = this.#stateAfter
    if (question === 'auth') this.#authAnswered(accepted)
    else if (question === 'mail') this.#transactionOpen = true
    else if (question === 'rcpt') this.#recipients += 1
    else this.#messageOver()
  }

  /** Goes on with an authentication exchange: the response to this comes as `AuthResponse`. */
  challenge(octets: Uint8Array): void {
    if (this.#closed) return
    if (this.#question !== 'auth') throw new Error('there is no authentication to go on with')
    this.#question = undefined
    this.#phase = 'response'
    this.#put(replies.challenge(Buffer.from(octets).toString('base64')))
  }

  /** The handshake after `TlsRequested` is done: all that was said before is forgotten. RFC 3207 §4.2. */
  tlsStarted(): void {
    if (this.#closed) return
    if (this.#question !== 'tls') throw new Error('TLS was not asked for')
    this.#question = undefined
    this.#queue.clear()
    this.#normaliser?.restart()
    this.#tls = true
    this.#state = this.#stateAfter
    this.#clientName = undefined
    this.#extended = false
  }

  /** Ends the session with a reply, at any time. Whatever is pending is thrown away. */
  close(reply: Reply): void {
    if (this.#closed) return
    this.#put(reply)
    this.#closed = true
    this.#queue.clear()
  }

  #put(reply: Reply): void {
    this.#output += encodeReply(reply)
  }

  #step(): SmtpEvent | undefined {
    if (this.#phase === 'response') return this.#readResponse()
    if (this.#phase === 'content') return this.#readContent()
    return this.#phase === 'unwanted' ? this.#skipUnwanted() : this.#readCommand()
  }

  #readCommand(): SmtpEvent | undefined {
    const line = takeCommandLine(this.#queue)
    if (line === undefined) return NEED_OCTETS
    const { farewell } = this.#patience
    if (farewell !== undefined) return this.#hangUp(farewell)
    if (line.type === 'command') return this.#takeCommand(line)
    return line.isFatal ? this.#hangUp(line.reply) : this.#refuse(line.reply)
  }

  #takeCommand(line: CommandLine): SmtpEvent | undefined {
    const { command, args } = line
    const transition = this.#transitionFor(command)
    const isConsequence = this.#pathRefused && (command === 'RCPT' || command === 'DATA' || command === 'BDAT')
    this.#pathRefused = isConsequence
    this.#command = command
    if (command === 'BDAT') return this.#beginChunk(args, transition, !isConsequence)
    if ('refuse' in transition)
      return this.#refuse(isConsequence ? transition.refuse : this.#refer(transition.refuse), !isConsequence)
    const wrong = checkArguments(command, args)
    if (wrong !== undefined) return this.#refuse(this.#refer(wrong))
    return 'close' in transition ? this.#hangUp(transition.close) : this.#run(command, args, transition.to)
  }

  #transitionFor(command: Command): Transition {
    const isKnown = this.#options.identified === true && this.#state === 'greeted' && command === 'MAIL'
    return SESSION_TABLE[isKnown ? 'authenticated' : this.#state][command]
  }

  /** Carries out a command that is in order. */
  #run(command: Command, args: string, to: SessionState): SmtpEvent | undefined {
    switch (command) {
      case 'EHLO':
      case 'HELO':
        return this.#greet(command, args, to)
      case 'STARTTLS':
        this.#put(replies.readyToStartTls)
        this.#queue.clear()
        return this.#ask('tls', to, { type: 'TlsRequested' })
      case 'AUTH':
        return this.#authenticate(args, to)
      case 'MAIL':
        return this.#mail(args, to)
      case 'RCPT':
        return this.#rcpt(args, to)
      case 'DATA':
        this.#put(replies.startContent)
        this.#content = new ContentReader('DATA', this.#queue, this.#options.sizeLimit)
        this.#phase = 'content'
        return CONTENT_STARTED
      case 'RSET':
        this.#state = to
        return this.#idle(replies.ok) ?? this.#endTransaction()
      case 'NOOP':
        return this.#idle(replies.ok)
      case 'VRFY':
        return args === '' ? this.#refuse(replies.badArguments) : this.#idle(replies.cannotVerify)
      case 'HELP':
        return this.#idle(replies.help)
      default:
        throw new Error(`the session table lets ${command} through`)
    }
  }

  /** Pauses until the owner has answered. */
  #ask(question: Question, stateAfter: SessionState, event: SmtpEvent): SmtpEvent {
    this.#question = question
    this.#stateAfter = stateAfter
    return event
  }

  /** `counts`: the client made a mistake. Otherwise it has only been told no. */
  #refuse(reply: Reply, counts = true): undefined {
    if (counts) this.#patience.erred()
    else this.#patience.refused()
    this.#put(reply)
  }

  readonly #refer = (reply: Reply): Reply => this.#options.refer?.(this.#command, reply) ?? reply

  #idle(reply: Reply): undefined {
    this.#patience.idled()
    this.#put(reply)
  }

  #hangUp(reply: Reply): SmtpEvent {
    this.close(reply)
    return this.#endTransaction() ?? CLOSED
  }

  #endTransaction(): SmtpEvent | undefined {
    if (!this.#transactionOpen) return undefined
    this.#transactionOpen = false
    return { type: 'TransactionReset' }
  }

  #greet(command: 'EHLO' | 'HELO', name: string, to: SessionState): SmtpEvent | undefined {
    if (!isClientName(name)) return this.#refuse(replies.badClientName)
    this.#clientName = name
    this.#extended = command === 'EHLO'
    this.#state = to
    this.#idle(this.#extended ? replyToEhlo(this.#options, this.#tls) : replies.helo(this.#options.hostname))
    return this.#endTransaction()
  }

  #authenticate(args: string, to: SessionState): SmtpEvent | undefined {
    const auth = parseAuth(args, this.#options.mechanisms)
    if (auth.type === 'refused') return this.#refuse(this.#refer(auth.reply))
    const { mechanism, initialResponse } = auth
    const response = initialResponse === undefined ? {} : { initialResponse }
    return this.#ask('auth', to, { type: 'AuthRequested', mechanism, ...response })
  }

  #readResponse(): SmtpEvent {
    const line = takeAuthLine(this.#queue)
    if (line === undefined) return NEED_OCTETS
    if (line.type === 'response')
      return this.#ask('auth', this.#stateAfter, { type: 'AuthResponse', response: line.response })
    this.#phase = 'commands'
    this.#refuse(this.#refer(line.reply))
    return { type: 'AuthAborted' }
  }

  #authAnswered(accepted: boolean): void {
    this.#phase = 'commands'
    if (accepted) this.#patience.moved()
    else this.#patience.authenticationFailed()
  }

  #mail(args: string, to: SessionState): SmtpEvent | undefined {
    const mail = parseMail(args)
    if (mail.type === 'refused') return this.#refuseMalformed(mail.reply)
    const { reversePath, parameters } = mail
    if ((parameters.size ?? 0) > this.#options.sizeLimit) return this.#refusePath(this.#refer(replies.messageTooLarge))
    this.#smtputf8 = parameters.smtputf8 === true
    this.#recipients = 0
    return this.#ask('mail', to, { type: 'MailRequested', reversePath, parameters })
  }

  #rcpt(args: string, to: SessionState): SmtpEvent | undefined {
    const rcpt = parseRcpt(args, this.#smtputf8)
    if (rcpt.type === 'refused') return this.#refuseMalformed(rcpt.reply)
    if (this.#recipients >= this.#options.recipientLimit)
      return this.#refusePath(this.#refer(replies.tooManyRecipients))
    const { forwardPath, parameters } = rcpt
    return this.#ask('rcpt', to, { type: 'RcptRequested', forwardPath, parameters })
  }

  /** A path that is wrong in itself. */
  #refuseMalformed(reply: Reply): undefined {
    this.#pathRefused = true
    this.#refuse(this.#refer(reply))
  }

  /** A path that is not wrong, but not wanted. */
  #refusePath(reply: Reply): undefined {
    this.#pathRefused = true
    this.#refuse(reply, false)
  }

  #beginChunk(args: string, transition: Transition, counts: boolean): SmtpEvent | undefined {
    if (this.#normaliser !== undefined) return this.#hangUp(replies.notImplemented)
    const bdat = parseBdat(args)
    if (bdat === undefined) return this.#hangUp(replies.badArguments)
    const { size, last, malformed } = bdat
    if ('refuse' in transition) return this.#refuseChunk(size, transition.refuse, counts, transition.to)
    if (malformed) return this.#refuseChunk(size, replies.badArguments, counts, AFTER_REFUSED_CHUNK)
    const isFirst = this.#state !== 'chunks'
    if (isFirst) this.#content = new ContentReader('BDAT', this.#queue, this.#options.sizeLimit)
    this.#content.beginChunk(size, last)
    this.#state = 'chunks'
    this.#phase = 'content'
    return isFirst ? CONTENT_STARTED : undefined
  }

  /** The reply waits until the octets have gone by: RFC 3030 §2 wants them accepted and thrown away. */
  #refuseChunk(size: number, reply: Reply, counts: boolean, to = this.#state): SmtpEvent | undefined {
    this.#unwanted = { left: size, reply, counts }
    this.#phase = 'unwanted'
    this.#state = to
    if (!this.#transactionOpen) return undefined
    this.#transactionOpen = false
    return { type: 'ContentRefused' }
  }

  #skipUnwanted(): SmtpEvent | undefined {
    const unwanted = this.#unwanted
    if (unwanted.left === 0) {
      this.#phase = 'commands'
      return this.#refuse(unwanted.counts ? this.#refer(unwanted.reply) : unwanted.reply, unwanted.counts)
    }
    const piece = this.#queue.peek(unwanted.left)
    if (piece === undefined) return NEED_OCTETS
    unwanted.left -= piece.length
    this.#queue.use(piece.length)
    return undefined
  }

  #readContent(): SmtpEvent | undefined {
    const step = this.#content.read()
    switch (step) {
      case 'need octets':
        return NEED_OCTETS
      case 'end of chunk':
        return this.#endChunk()
      case 'end of content':
        return this.#endContent()
      default:
        if (step?.type === 'ContentRefused') this.#transactionOpen = false
        return step
    }
  }

  #endChunk(): undefined {
    const { refusal } = this.#content
    this.#phase = 'commands'
    if (refusal !== undefined) this.#state = AFTER_REFUSED_CHUNK
    this.#put(refusal === undefined ? replies.chunkOk : this.#refer(refusal))
  }

  #endContent(): SmtpEvent | undefined {
    const { refusal, size } = this.#content
    this.#phase = 'commands'
    if (refusal === undefined) return this.#ask('content', AFTER_CONTENT, { type: 'ContentEnded', size })
    this.#put(this.#refer(refusal))
    return this.#messageOver()
  }

  /** The content has had its reply, whichever. */
  #messageOver(): undefined {
    this.#state = AFTER_CONTENT
    this.#transactionOpen = false
    this.#patience.moved()
  }
}
