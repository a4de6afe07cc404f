// The only loop that joins octets and engine: it reads the socket into the session, carries out the session's events through the
// flows, and writes what the session wants said. It decides nothing about mail; it owns the socket, its deadlines and its memory.

import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { SaslCredentials } from '../sasl/mechanism.ts'
import type { SmtpEvent } from '../smtp/events.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import { SmtpServerSession } from '../smtp/session.ts'
import { authenticate } from './authenticate.ts'
import { isSessionOver, patienceEnd, type Stage } from './connection-patience.ts'
import { Deadline } from './deadline.ts'
import type { Connection, Door } from './door.ts'
import { limitsOf, sessionTraits } from './door-profile.ts'
import { findSender } from './identify-by-network.ts'
import { type ExchangeAnswer, SaslExchange } from './sasl-exchange.ts'
import { eraseSecrets, type Sender } from './sender.ts'
import { SessionRefusals } from './session-refusals.ts'
import { takePlace } from './signed-in-limit.ts'
import type { SubmissionLimits, SubmissionService } from './submission.ts'
import { describeTls, upgradeToTls } from './tls-upgrade.ts'
import { addRecipient, beginContent, beginTransaction, endTransaction, type MailTransaction } from './transaction.ts'
import { waitUntil } from './wait-until.ts'

/** Octets waiting for a decision, or replies waiting for the client, beyond which reading stops. */
const BACKLOG = 64 * 1024
/** How long a client may leave replies unread. */
const WRITE_PATIENCE = 60_000

export function serveConnection(socket: Socket, door: Door, service: SubmissionService): Connection {
  return new SubmissionConnection(socket, door, service)
}

class SubmissionConnection implements Connection {
  readonly closed: Promise<void>
  readonly #service: SubmissionService
  readonly #door: Door
  readonly #limits: SubmissionLimits
  readonly #session: SmtpServerSession
  readonly #deadline: Deadline
  readonly #address: string
  readonly #openedAt: number
  readonly #refusals: SessionRefusals
  #socket: Socket | TLSSocket
  #markClosed: () => void = () => {}
  /** A login that nobody will look at any more need not wait for it. */
  readonly #waitingEnds: Promise<void>
  #endWaiting: () => void = () => {}
  #stage: Stage = 'command'
  #running = false
  #ended = false
  #draining: 'no' | 'after the transaction' | 'now' = 'no'
  #destroyed = false
  #exchange: SaslExchange | undefined
  #sender: Sender | undefined
  #transaction: MailTransaction | undefined
  #accepted = 0
  #contentStartedAt = 0
  #contentOctets = 0

  constructor(socket: Socket, door: Door, service: SubmissionService) {
    this.#socket = socket
    this.#door = door
    const { profile = 'modern' } = door
    this.#limits = limitsOf(profile, service.options.limits)
    this.#service = service
    this.#address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
    this.#openedAt = service.clock.now()
    this.#refusals = new SessionRefusals(service, {
      address: this.#address,
      listener: door.name,
      port: socket.localPort,
    })
    const { hostname, mechanisms } = service.options
    const { size: sizeLimit, recipients: recipientLimit } = this.#limits
    this.#session = new SmtpServerSession({
      hostname,
      implicitTls: door.implicitTls,
      ...sessionTraits(profile, mechanisms),
      identified: door.identityOf?.(this.#address) !== undefined,
      sizeLimit,
      recipientLimit,
      refer: (command, reply) =>
        this.#refusals.refer(command, reply, {
          clientName: this.#session.clientName,
          sender: this.#sender,
          transaction: this.#transaction,
        }),
    })
    this.#deadline = new Deadline(service.clock, () => this.#expire())
    this.closed = new Promise((resolve) => {
      this.#markClosed = resolve
    })
    this.#waitingEnds = new Promise((resolve) => {
      this.#endWaiting = resolve
      void this.closed.then(resolve)
    })
    service.counters.session(door.name)
    socket.setNoDelay(true)
    if (door.implicitTls) this.#upgrade(() => {})
    else this.#listen()
  }

  drain(): void {
    this.#draining = 'after the transaction'
    this.#endWaiting()
    this.#closeIfDrained()
  }

  dismiss(): void {
    this.#draining = 'now'
    this.#endWaiting()
    this.#closeIfDrained()
  }

  #closeIfDrained(): void {
    // In a handshake there is no way to say anything: who is not in a hurry is told after it.
    if (this.#stage === 'handshake') return this.#draining === 'now' ? this.#destroy() : undefined
    if (!this.#running && this.#isDrained()) this.#closeWith(replies.shuttingDown)
  }

  /** A transaction under way has its answer first. */
  #isTokenOver(): boolean {
    return this.#stage === 'command' && this.#transaction === undefined && this.#tokenEnd() <= this.#service.clock.now()
  }

  #tokenEnd(): number {
    return this.#sender?.verdict.credential.tokenEndsAt ?? Infinity
  }

  #isDrained(): boolean {
    if (this.#stage !== 'command' || this.#draining === 'no') return false
    return this.#draining === 'now' || this.#transaction === undefined
  }

  #listen(): void {
    const socket = this.#socket
    socket.on('data', (octets: Uint8Array) => this.#receive(octets))
    socket.once('end', () => {
      this.#ended = true
      if (!this.#running) this.#destroy()
    })
    socket.on('error', () => this.#destroy())
    socket.once('close', () => this.#destroy())
    this.#extendDeadline()
    this.#run()
  }

  #receive(octets: Uint8Array): void {
    this.#session.receive(octets)
    if (this.#stage === 'content') {
      this.#contentOctets += octets.length
      this.#extendDeadline()
    }
    if (this.#running && this.#session.pendingOctets > BACKLOG) this.#socket.pause()
    this.#run()
  }

  /** Runs the session until it needs octets. One run at a time: what arrives meanwhile is found by the run that is on. */
  #run(): void {
    if (this.#running || this.#destroyed) return
    this.#running = true
    this.#drive().then(
      () => {
        this.#running = false
        this.#afterRun()
      },
      (error: unknown) => {
        this.#service.onBug(error)
        this.#destroy()
      },
    )
  }

  async #drive(): Promise<void> {
    for (;;) {
      const event = this.#session.next()
      const idle = event.type === 'NeedOctets' || event.type === 'Paused'
      const step = idle ? this.#flush() : this.#carryOut(event)
      // A flush that had to wait may have let octets in: look again.
      if (step !== undefined) await step
      else if (idle) return
      if (this.#destroyed || event.type === 'Closed') return
    }
  }

  #afterRun(): void {
    if (this.#destroyed || this.#stage === 'closing') return
    if (this.#isDrained()) return this.#closeWith(replies.shuttingDown)
    if (this.#isTokenOver()) return this.#closeWith(replies.tokenExpired)
    if (this.#ended) return this.#destroy()
    if (this.#socket.isPaused()) this.#socket.resume()
  }

  #carryOut(event: SmtpEvent): Promise<void> | undefined {
    switch (event.type) {
      case 'TlsRequested':
        return this.#startTls()
      case 'AuthRequested':
        return this.#beginAuthentication(event.mechanism, event.initialResponse)
      case 'AuthResponse':
        return this.#stepAuthentication(event.response)
      case 'MailRequested':
        return this.#mail(event)
      case 'RcptRequested':
        return this.#recipient(event)
      case 'ContentStarted':
        return this.#startContent()
      case 'ContentOctets':
        return this.#transaction?.receiver?.append(event.octets)
      case 'ContentEnded':
        return this.#endContent()
      case 'AuthAborted':
        this.#exchange = undefined
        return undefined
      case 'ContentRefused':
      case 'TransactionReset':
        return this.#forgetTransaction()
      case 'Closed':
        return this.#close()
      case 'NeedOctets':
      case 'Paused':
        return undefined
    }
  }

  async #startTls(): Promise<void> {
    await this.#flush()
    const raw = this.#socket
    raw.removeAllListeners('data')
    raw.removeAllListeners('end')
    await new Promise<void>((resolve) => {
      void this.closed.then(resolve)
      this.#upgrade(() => {
        // Now, before the first octet from inside TLS can arrive: what came before it is thrown away here.
        this.#session.tlsStarted()
        resolve()
      })
    })
  }

  #upgrade(secured: () => void): void {
    this.#stage = 'handshake'
    this.#extendDeadline()
    this.#socket = upgradeToTls(this.#socket, this.#door.secureContext(), (socket) => {
      if (socket === undefined || this.#destroyed) return this.#destroy()
      this.#stage = 'command'
      secured()
      this.#listen()
    })
  }

  #beginAuthentication(name: string, initialResponse: Uint8Array | undefined): Promise<void> | undefined {
    this.#exchange = new SaslExchange(name)
    return this.#stepAuthentication(initialResponse)
  }

  #stepAuthentication(response: Uint8Array | undefined): Promise<void> | undefined {
    const exchange = this.#exchange
    if (exchange === undefined) throw new Error('a response to no challenge reached the connection loop')
    const step = exchange.respond(response)
    return step.type === 'credentials' ? this.#authenticate(exchange, step.credentials) : this.#say(step)
  }

  #say(step: ExchangeAnswer): undefined {
    if (step.type === 'challenge') this.#session.challenge(step.challenge)
    else this.#session.answer(step.reply)
  }

  async #authenticate(exchange: SaslExchange, credentials: SaslCredentials | undefined): Promise<void> {
    const receivedAt = this.#service.clock.now()
    const waitUntilLookedAt = (at: number) => waitUntil(this.#service.clock, at, this.#waitingEnds)
    const mayEnter = (resourceId: string) => takePlace(this.#service.signedIn, resourceId, this.closed)
    const how = { mechanism: exchange.mechanism, waitUntil: waitUntilLookedAt, takePlace: mayEnter }
    const outcome = await authenticate(this.#service, { ...this.#context(), ...how }, credentials, receivedAt)
    if (outcome.type === 'authenticated') {
      const login = { at: receivedAt, method: exchange.mechanism }
      this.#sender = { ...this.#context(), login, verdict: outcome.verdict, clientSecret: outcome.clientSecret }
      if (this.#destroyed) eraseSecrets(this.#sender)
      return this.#session.answer(outcome.reply)
    }
    await waitUntil(this.#service.clock, outcome.notBefore, this.closed)
    if (outcome.type === 'closed') this.#session.close(outcome.reply)
    else this.#say(exchange.refuse(outcome.reply))
  }

  async #mail(event: SmtpEvent & { type: 'MailRequested' }): Promise<void> {
    const identified = await findSender(this.#service, this.#sender, this.#door, this.#context())
    if (identified.type === 'refused') return this.#session.answer(identified.reply)
    this.#sender = identified.sender
    const outcome = await beginTransaction(this.#service, this.#sender, event.reversePath, event.parameters)
    if (outcome.type === 'lost') return this.#session.close(outcome.reply)
    if (outcome.type === 'begun') this.#transaction = outcome.transaction
    this.#session.answer(outcome.reply)
  }

  #context(): Pick<Sender, 'peer' | 'clientName'> {
    const peer = { address: this.#address, listener: this.#door.name, tls: describeTls(this.#socket) }
    return { peer, clientName: this.#session.clientName ?? '' }
  }

  #recipient(event: SmtpEvent & { type: 'RcptRequested' }): undefined {
    if (this.#transaction === undefined) throw new Error('RCPT without a transaction reached the connection loop')
    this.#session.answer(addRecipient(this.#transaction, event.forwardPath, event.parameters))
  }

  #startContent(): undefined {
    if (this.#transaction === undefined) throw new Error('content without a transaction reached the connection loop')
    beginContent(this.#service, this.#transaction)
    this.#stage = 'content'
    this.#contentStartedAt = this.#service.clock.now()
    this.#contentOctets = 0
    this.#extendDeadline()
  }

  async #endContent(): Promise<void> {
    const transaction = this.#transaction
    if (transaction === undefined) throw new Error('the end of content without a transaction')
    const reply = await endTransaction(this.#service, transaction)
    if (reply.code === 250) this.#accepted += 1
    else transaction.receiver?.drop()
    this.#transaction = undefined
    this.#stage = 'command'
    if (reply.code === 421) return this.#session.close(reply)
    this.#session.answer(reply)
    const age = this.#service.clock.now() - this.#openedAt
    if (isSessionOver(this.#accepted, age, this.#limits)) this.#session.close(replies.sessionLimit)
  }

  #forgetTransaction(): undefined {
    this.#transaction?.receiver?.drop()
    this.#transaction = undefined
    if (this.#stage === 'content') this.#stage = 'command'
  }

  /** Writes what the session wants said; a promise only when the client must read before we go on. */
  #flush(): Promise<void> | undefined {
    // A reference is shown when there is something behind it.
    const kept = this.#refusals.takeKept()
    if (kept !== undefined) return kept.then(() => this.#flush())
    const output = this.#session.takeOutput()
    if (output === undefined || this.#destroyed) return undefined
    // A reply is the sign of a whole command; octets that are none prolong nothing.
    this.#extendDeadline()
    if (this.#socket.write(output) || this.#socket.writableLength < BACKLOG) return undefined
    this.#deadline.set(this.#service.clock.now() + WRITE_PATIENCE)
    return new Promise<void>((resolve) => {
      this.#socket.once('drain', resolve)
      void this.closed.then(resolve)
    })
  }

  #closeWith(reply: Reply): void {
    this.#session.close(reply)
    this.#run()
  }

  async #close(): Promise<void> {
    this.#forgetTransaction()
    this.#stage = 'closing'
    await this.#flush()
    this.#socket.end()
    this.#extendDeadline()
  }

  #extendDeadline(): void {
    if (this.#destroyed) return
    const state = {
      stage: this.#stage,
      now: this.#service.clock.now(),
      openedAt: this.#openedAt,
      authenticated: this.#sender !== undefined,
      contentStartedAt: this.#contentStartedAt,
      contentOctets: this.#contentOctets,
      sessionEnd: this.#transaction === undefined ? this.#tokenEnd() : Infinity,
    }
    this.#deadline.set(patienceEnd(state, this.#limits))
  }

  #expire(): void {
    if (this.#stage === 'handshake' || this.#stage === 'closing' || this.#socket.writableNeedDrain)
      return this.#destroy()
    // While a decision is pending the client waits for us, not we for it.
    if (this.#running) this.#extendDeadline()
    else this.#closeWith(this.#isTokenOver() ? replies.tokenExpired : replies.idleTimeout)
  }

  #destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    if (this.#sender !== undefined) eraseSecrets(this.#sender)
    this.#forgetTransaction()
    this.#deadline.clear()
    this.#socket.destroy()
    this.#markClosed()
  }
}
