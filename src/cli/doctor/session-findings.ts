// What a device meets on the port it uses: greeting, TLS, certificate, login, sender, in this order, until something fails. A password
// is given only over a certificate that is right.

import { certificateFindings } from './certificate-findings.ts'
import { fail, type Finding, note, pass, skip } from './findings.ts'
import type { DoctorQuestion } from './question.ts'
import { type ProbeFault, type Reply, SmtpProbe, type TlsStart } from './smtp-probe.ts'

/** How long a server that greets at once may take; one that wants TLS first says nothing. */
const GREETING_PATIENCE = 4000
const REFERENCE = /\[([0-9A-HJKMNP-TV-Z]{10})\]\s*$/

export type SessionReport = {
  readonly findings: readonly Finding[]
  /** References of refusals, to be explained by the server; by the step that they are of. */
  readonly references: Readonly<Record<string, string>>
  readonly ready: boolean
}

type Context = {
  readonly question: DoctorQuestion
  readonly now: number
  readonly findings: Finding[]
  readonly references: Record<string, string>
}

const done = ({ findings, references }: Context, ready: boolean): SessionReport => ({ findings, references, ready })

export async function sessionFindings(question: DoctorQuestion, now: number): Promise<SessionReport> {
  const context: Context = { question, now, findings: [], references: {} }
  const probe = await openSecure(context)
  if (probe === undefined) return done(context, false)
  try {
    return done(context, await lookInside(context, probe))
  } finally {
    probe.close()
  }
}

const isFault = (answer: Reply | ProbeFault | SmtpProbe | undefined): answer is ProbeFault =>
  answer !== undefined && 'type' in answer

/** Up to TLS, whichever way it starts. */
async function openSecure(context: Context): Promise<SmtpProbe | undefined> {
  const { question, findings } = context
  const probe = await SmtpProbe.open({ host: question.server, port: question.port, ca: question.ca })
  if (isFault(probe)) {
    findings.push(skip('greeting', 'the port does not answer'))
    return undefined
  }
  const problem =
    question.tls === 'implicit' ? await startImplicit(question, probe) : await startTls(question, probe, findings)
  if (problem === undefined) return probe
  findings.push(problem)
  probe.close()
  return undefined
}

const useTls = (value: TlsStart, text: string) => ({ text, setting: { name: 'tls', value } })

async function startTls(question: DoctorQuestion, probe: SmtpProbe, findings: Finding[]): Promise<Finding | undefined> {
  const greeting = await within(probe.reply())
  if (greeting === 'nothing' || isFault(greeting)) return silentPort(question, greeting)
  if (greeting.code !== 220) return fail('greeting', shown(greeting), ...refusedConnection)
  findings.push(pass('greeting', shown(greeting)))
  const hello = await probe.hello()
  if (isFault(hello)) return fail('greeting', hello.detail)
  if (!hello.lines.includes('STARTTLS'))
    return fail('STARTTLS', 'it is not offered', {
      text: 'What answers on this port offers no TLS: a proxy or firewall in between may take it away.',
    })
  const ready = await probe.say('STARTTLS')
  if (isFault(ready) || ready.code !== 220) return fail('STARTTLS', isFault(ready) ? ready.detail : shown(ready))
  findings.push(pass('STARTTLS', 'it is offered'))
  const fault = await probe.secure()
  return fault && handshakeFailed(fault)
}

const refusedConnection = [
  {
    text: 'The service takes no more connections from here now: see smtp.connections.',
    command: 'postern config describe',
  },
]

/** A server that says nothing waits for TLS, or is none. */
async function silentPort({ server, port, ca }: DoctorQuestion, greeting: ProbeFault | 'nothing'): Promise<Finding> {
  const detail = greeting === 'nothing' ? 'it says nothing before TLS' : greeting.detail
  const other = await SmtpProbe.open({ host: server, port, ca })
  if (isFault(other)) return fail('greeting', detail)
  const fault = await other.secure()
  const secured = fault === undefined ? await other.reply() : fault
  other.close()
  if (isFault(secured)) return fail('greeting', detail, { text: 'Check the port: what answers is no SMTP server.' })
  const text = `Port ${port} speaks TLS from the start: set the device to SSL/TLS (implicit), not STARTTLS; or use a port for STARTTLS.`
  return fail('TLS start', `${detail}, and greets inside it`, useTls('implicit', text))
}

async function startImplicit({ server, port, ca }: DoctorQuestion, probe: SmtpProbe): Promise<Finding | undefined> {
  const fault = await probe.secure()
  const greeting = fault === undefined ? await probe.reply() : fault
  if (!isFault(greeting)) return undefined
  const other = await SmtpProbe.open({ host: server, port, ca })
  const clear = isFault(other) ? other : await within(other.reply())
  if (!isFault(other)) other.close()
  if (clear === 'nothing' || isFault(clear)) return handshakeFailed(greeting)
  const text = `Port ${port} begins in the clear: set the device to STARTTLS, not SSL/TLS; or use the port for TLS from the start.`
  return fail('TLS start', `the server greets before TLS: ${shown(clear)}`, useTls('starttls', text))
}

const handshakeFailed = ({ detail }: ProbeFault): Finding =>
  fail('TLS', `the handshake failed: ${detail}`, {
    text: 'The service takes TLS 1.2 and 1.3. Look for a proxy in between, or at the certificate files of the service.',
    setting: { name: 'tlsVersion', value: '1.2' },
  })

/** `nothing` where a server that has something to say would have said it. */
function within(reply: Promise<Reply | ProbeFault>): Promise<Reply | ProbeFault | 'nothing'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('nothing'), GREETING_PATIENCE)
    void reply.then((answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

const shown = ({ code, lines }: Reply): string => `${code} ${lines.join(' ')}`

async function lookInside(context: Context, probe: SmtpProbe): Promise<boolean> {
  const { question, findings, now } = context
  const { tls } = probe
  if (tls === undefined) throw new Error('TLS is up and was not seen')
  findings.push(pass('TLS', `${tls.protocol}, ${tls.cipher}`), await olderTls(question))
  if (OLD_TLS.has(question.tlsVersion)) findings.push(tooOld(question.tlsVersion))
  const certificate = certificateFindings(question.server, tls, now)
  findings.push(...certificate)
  const hello = await probe.hello()
  if (isFault(hello)) {
    findings.push(fail('login mechanisms', hello.detail))
    return false
  }
  const mechanisms =
    hello.lines
      .find((line) => line.startsWith('AUTH '))
      ?.slice(5)
      .split(' ') ?? []
  findings.push(mechanismFinding(mechanisms))
  if (certificate.some(({ state }) => state === 'fail')) {
    findings.push(skip('login', 'no password is given to a server whose certificate is wrong'))
    return false
  }
  return login(context, probe, mechanisms)
}

function mechanismFinding(mechanisms: readonly string[]): Finding {
  const usable = mechanisms.some((one) => one === 'PLAIN' || one === 'LOGIN')
  return usable
    ? pass('login mechanisms', mechanisms.join(', '))
    : fail('login mechanisms', mechanisms.join(', ') || 'none is offered', {
        text: 'What answers takes no password: check the server name and the port.',
        command: 'postern communication settings',
      })
}

const OLD_TLS: ReadonlySet<string> = new Set(['1.0', '1.1'])

const tooOld = (version: string): Finding =>
  fail('TLS of the device', `it has TLS ${version} at most; the service takes 1.2 and 1.3`, {
    text: 'Set the device to TLS 1.2 or later, or update it until it has that: older versions are broken.',
    setting: { name: 'tlsVersion', value: '1.2' },
  })

/** Devices of before 2018 have nothing newer. */
async function olderTls({ server, port, ca, tls }: DoctorQuestion): Promise<Finding> {
  const probe = await SmtpProbe.open({ host: server, port, ca })
  if (isFault(probe)) return note('TLS 1.2', probe.detail)
  try {
    if (tls === 'starttls') {
      await probe.reply()
      await probe.hello()
      await probe.say('STARTTLS')
    }
    const fault = await probe.secure('TLSv1.2')
    return fault === undefined
      ? note('TLS 1.2', 'it is taken; a device that has only TLS 1.0 or 1.1 cannot connect')
      : note('TLS 1.2', `it is not taken: ${fault.detail}`)
  } finally {
    probe.close()
  }
}

async function login(context: Context, probe: SmtpProbe, mechanisms: readonly string[]): Promise<boolean> {
  const { question, findings } = context
  const { username, password } = question
  if (password === undefined) {
    findings.push(skip('login', 'no password was given: --password asks for it'))
    return false
  }
  const reply = await authenticate(probe, mechanisms.includes('PLAIN'), username, password)
  if (isFault(reply)) findings.push(fail('login', reply.detail))
  else if (reply.code === 235) findings.push(pass('login', shown(reply)))
  else refuse(context, 'login', reply)
  if (isFault(reply) || reply.code !== 235) return false
  return sender(context, probe)
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

async function authenticate(
  probe: SmtpProbe,
  plain: boolean,
  username: string,
  password: string,
): Promise<Reply | ProbeFault> {
  if (plain) return probe.say(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`)
  const first = await probe.say('AUTH LOGIN')
  if (isFault(first) || first.code !== 334) return first
  const second = await probe.say(base64(username))
  return isFault(second) || second.code !== 334 ? second : probe.say(base64(password))
}

/** MAIL alone: nothing is sent. */
async function sender(context: Context, probe: SmtpProbe): Promise<boolean> {
  const { question, findings } = context
  if (question.from === undefined) return true
  const reply = await probe.say(`MAIL FROM:<${question.from}>`)
  if (isFault(reply)) findings.push(fail('sender, over SMTP', reply.detail))
  else if (reply.code === 250) findings.push(pass('sender, over SMTP', `${question.from}: ${shown(reply)}`))
  else refuse(context, 'sender, over SMTP', reply)
  return !isFault(reply) && reply.code === 250
}

function refuse({ findings, references }: Context, step: string, reply: Reply): void {
  const reference = REFERENCE.exec(reply.lines.at(-1) ?? '')?.[1]
  if (reference !== undefined) references[step] = reference
  const fix = {
    text: 'Ask whoever runs the service why, with this reference.',
    command: reference === undefined ? 'postern communication settings' : `postern explain ${reference}`,
  }
  findings.push(fail(step, shown(reply), fix))
}
