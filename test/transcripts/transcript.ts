// Reads a dialogue script and plays it against the engine, with the owner's part scripted too. The language is described in README.md
// beside this file. No sockets: what is shown is the engine alone.

import assert from 'node:assert/strict'
import type { SaslCredentials } from '../../src/sasl/mechanism.ts'
import { mechanismNames } from '../../src/sasl/mechanisms.ts'
import type { SmtpEvent } from '../../src/smtp/events.ts'
import { type Reply, replies } from '../../src/smtp/reply.ts'
import { type SessionOptions, SmtpServerSession } from '../../src/smtp/session.ts'
import { SaslExchange } from '../../src/submission/sasl-exchange.ts'

type Step =
  | { readonly type: 'send'; readonly octets: Buffer }
  | { readonly type: 'expect'; readonly line: string }
  | { readonly type: 'tls' }
  | { readonly type: 'closed' }

export type Transcript = {
  readonly options: SessionOptions
  /** What has been said before the script begins; its replies are not looked at. */
  readonly prelude: readonly string[]
  readonly steps: readonly Step[]
  /** The owner's answers that are not the default, by the number of the `send` that raises the question. */
  readonly answers: ReadonlyMap<number, Reply>
  /** What the accepted messages hold, one after the other; undefined when the script does not say. */
  readonly message: string | undefined
}

const OPTIONS: SessionOptions = {
  hostname: 'mail.example.test',
  implicitTls: false,
  mechanisms: mechanismNames,
  sizeLimit: 26_214_400,
  recipientLimit: 100,
}
const LOGIN = `AUTH PLAIN ${Buffer.from('\0user\0secret').toString('base64')}`
const PRELUDES: Readonly<Record<string, readonly string[]>> = {
  secured: [],
  greeted: ['EHLO app.example.test'],
  authenticated: ['EHLO app.example.test', LOGIN],
  transaction: ['EHLO app.example.test', LOGIN, 'MAIL FROM:<a@example.test>'],
  recipients: ['EHLO app.example.test', LOGIN, 'MAIL FROM:<a@example.test>', 'RCPT TO:<b@example.test>'],
}

export function readTranscript(source: string): Transcript {
  let options = OPTIONS
  let prelude: readonly string[] = []
  let message: string | undefined
  const steps: Step[] = []
  const answers = new Map<number, Reply>()
  const countSends = () => steps.filter((step) => step.type === 'send').length
  for (const line of source.split('\n')) {
    const [, mark = '', text = ''] = /^(C:|C~|S:|M:|!|#|TLS$|CLOSED$)? ?(.*)$/.exec(line) ?? []
    if (mark === 'C:') steps.push({ type: 'send', octets: unescape(`${text}\\r\\n`) })
    else if (mark === 'C~') steps.push({ type: 'send', octets: unescape(text) })
    else if (mark === 'S:') steps.push({ type: 'expect', line: text })
    else if (mark === 'M:') message = `${message ?? ''}${unescape(text).toString('latin1')}\r\n`
    else if (mark === 'TLS') steps.push({ type: 'tls' })
    else if (mark === 'CLOSED') steps.push({ type: 'closed' })
    else if (mark === '!') readDirective(text)
    else assert.ok(mark === '#' || line === '', `not a line of a transcript: ${line}`)
  }
  return { options, prelude, steps, answers, message }

  function readDirective(text: string): void {
    const [word, ...rest] = text.split(' ')
    if (word === 'answer') {
      const [code, enhancedStatusCode = '', ...words] = rest
      answers.set(countSends(), { code: Number(code), enhancedStatusCode, lines: [words.join(' ')] })
    } else if (word === 'begin') {
      options = { ...options, implicitTls: true }
      prelude = PRELUDES[rest[0] ?? ''] ?? assert.fail(`no such beginning: ${text}`)
    } else if (text === 'lineEnds=normalised') {
      options = { ...options, lineEnds: 'normalised' }
    } else {
      const [key = '', value] = text.split('=')
      assert.ok(key === 'sizeLimit' || key === 'recipientLimit', `not a directive: ${text}`)
      options = { ...options, [key]: Number(value) }
    }
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', 0: '\0', '\\': '\\' }

const unescape = (text: string): Buffer =>
  Buffer.from(unescapeOctets(Buffer.from(text, 'utf8').toString('latin1')), 'latin1')

/** One character an octet. */
function unescapeOctets(octets: string): string {
  return octets.replace(/\\(?:\((\d+)\*([^)]*)\)|x([0-9a-f]{2})|(.))/g, (_, count, repeated, hex, simple) => {
    if (count !== undefined) return unescapeOctets(repeated).repeat(Number(count))
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    return SIMPLE_ESCAPES[simple] ?? assert.fail(`no such escape: \\${simple}`)
  })
}

/** `lock-step` waits for the replies wherever the script does; the others send on, and stop only for a TLS handshake. */
export type Pace = 'lock-step' | 'all at once' | 'one octet at a time'

export type Play = {
  readonly lines: readonly string[]
  /** What the owner was told, content put together, independent of how octets were cut. */
  readonly events: readonly string[]
  readonly message: string
}

/** In lock-step each reply is asserted where it is due; otherwise they are only collected. */
export function play(transcript: Transcript, pace: Pace): Play {
  const owner = new Owner(transcript)
  let sends = 0
  let due: string[] = []
  const meet = () => {
    if (pace === 'lock-step') assert.deepEqual(owner.takeLines(), due)
    due = []
  }
  const pending: Buffer[] = []
  const send = () => {
    const octets = Buffer.concat(pending.splice(0))
    if (pace === 'one octet at a time') for (const octet of octets) owner.receive(Buffer.of(octet))
    else if (octets.length > 0) owner.receive(octets)
  }
  for (const step of transcript.steps) {
    if (step.type === 'expect') {
      due.push(step.line)
      continue
    }
    if (due.length > 0) meet()
    if (step.type === 'send') {
      owner.announce(sends++, step.octets.length)
      pending.push(step.octets)
      if (pace === 'lock-step') send()
    } else {
      send()
      if (step.type === 'tls') owner.startTls()
      else assert.ok(owner.closed, 'the session should be closed')
    }
  }
  send()
  meet()
  return { lines: owner.takeLines(), events: owner.events, message: owner.message }
}

/** The other side of the engine: answers what it asks, with yes unless the script says otherwise. */
class Owner {
  readonly events: string[] = []
  closed = false
  message = ''
  readonly #session: SmtpServerSession
  readonly #transcript: Transcript
  #exchange = new SaslExchange('PLAIN')
  #content = ''
  #received = 0
  /** Where each `send` of the script ends in the stream. */
  readonly #ends: number[] = []

  constructor(transcript: Transcript) {
    this.#transcript = transcript
    this.#session = new SmtpServerSession(transcript.options)
    if (transcript.options.implicitTls) this.#session.takeOutput()
    for (const line of transcript.prelude) this.receive(Buffer.from(`${line}\r\n`))
    if (transcript.prelude.length > 0) this.#session.takeOutput()
    this.events.length = 0
    this.#received = 0
  }

  announce(index: number, length: number): void {
    this.#ends[index] = (this.#ends[index - 1] ?? 0) + length
  }

  takeLines(): string[] {
    const output = Buffer.from(this.#session.takeOutput() ?? []).toString('latin1')
    const lines = output.split('\r\n')
    assert.equal(lines.pop(), '', 'every reply line ends in CRLF')
    return lines
  }

  receive(octets: Buffer): void {
    this.#received += octets.length
    this.#session.receive(Buffer.from(octets))
    this.#run()
  }

  startTls(): void {
    this.#session.tlsStarted()
    this.#run()
  }

  #run(): void {
    for (;;) {
      const event = this.#session.next()
      if (event.type === 'NeedOctets' || event.type === 'Paused') return
      this.#note(event)
      if (event.type === 'Closed') {
        this.closed = true
        return
      }
      this.#answer(event)
    }
  }

  #note(event: SmtpEvent): void {
    if (event.type === 'ContentOctets') this.#content += Buffer.concat(event.octets).toString('latin1')
    else if (event.type === 'Closed' && this.closed) return
    else this.events.push(JSON.stringify(event))
    if (event.type === 'ContentStarted') this.#content = ''
  }

  #answer(event: SmtpEvent): void {
    switch (event.type) {
      case 'AuthRequested':
        this.#exchange = new SaslExchange(event.mechanism)
        return this.#authenticate(event.initialResponse)
      case 'AuthResponse':
        return this.#authenticate(event.response)
      case 'MailRequested':
        return this.#session.answer(this.#scripted() ?? replies.senderOk)
      case 'RcptRequested':
        return this.#session.answer(this.#scripted() ?? replies.recipientOk)
      case 'ContentEnded': {
        assert.equal(this.#content.length, event.size)
        const reply = this.#scripted() ?? replies.queued('ID')
        if (reply.code === 250) this.message += this.#content
        return this.#session.answer(reply)
      }
      default:
    }
  }

  #authenticate(response: Uint8Array | undefined): void {
    let step = this.#exchange.respond(response)
    if (step.type === 'credentials') {
      const known = step.credentials !== undefined && isKnown(step.credentials)
      const reply = this.#scripted() ?? (known ? replies.authenticated : replies.authenticationUnsuccessful('REF'))
      step = reply.code === 235 ? { type: 'answer', reply } : this.#exchange.refuse(reply)
    }
    if (step.type === 'challenge') this.#session.challenge(step.challenge)
    else this.#session.answer(step.reply)
  }

  /** The question comes from the `send` whose octets the session used last. */
  #scripted(): Reply | undefined {
    const used = this.#received - this.#session.pendingOctets
    return this.#transcript.answers.get(this.#ends.findIndex((end) => end >= used))
  }
}

function isKnown(credentials: SaslCredentials): boolean {
  const presented = credentials.type === 'secret' ? credentials.password : credentials.token
  const known = credentials.type === 'secret' ? 'secret' : 'token'
  return credentials.authenticationIdentity === 'user' && Buffer.from(presented).toString() === known
}
