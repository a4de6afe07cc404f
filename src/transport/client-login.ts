// Our half of AUTH: PLAIN, LOGIN and XOAUTH2. PLAIN and LOGIN say the same, so either is used where only one is offered. What the server
// answers is kept unless it holds what we have just told it. RFC 4954 §4, RFC 4616.

import type { Extensions } from '../smtp/client-commands.ts'
import type { ReceivedReply } from '../smtp/reply-reader.ts'
import type { SmtpCredentials } from './smtp-connection.ts'
import type { Answer, SmtpWire } from './smtp-wire.ts'

export type Login =
  | { readonly type: 'authenticated' }
  | { readonly type: 'refused'; readonly detail: string; readonly reply?: ReceivedReply }

/** RFC 5321 §4.5.3.1.4, RFC 4954 §4: what makes the line longer comes after a challenge. */
const COMMAND_LIMIT = 512

export async function logIn(
  wire: SmtpWire,
  extensions: Extensions,
  credentials: SmtpCredentials,
  patience: number,
): Promise<Login> {
  const mechanism = chooseMechanism(extensions, credentials)
  if (mechanism === undefined) return { type: 'refused', detail: `it does not offer AUTH ${credentials.mechanism}` }
  const responses = responsesOf(mechanism, credentials)
  const secrets = [...responses, credentials.mechanism === 'XOAUTH2' ? credentials.accessToken : credentials.password]
  const answer = await converse(wire, mechanism, responses, patience)
  if (answer.type === 'fault') return { type: 'refused', detail: answer.detail, ...keep(answer.reply, secrets) }
  if (answer.code === 235) return { type: 'authenticated' }
  return { type: 'refused', detail: `it refused AUTH ${mechanism}`, ...keep(answer, secrets) }
}

type Mechanism = SmtpCredentials['mechanism']

function chooseMechanism(extensions: Extensions, { mechanism }: SmtpCredentials): Mechanism | undefined {
  const offered = (extensions.get('AUTH') ?? '').toUpperCase().split(' ')
  const fitting: readonly Mechanism[] = mechanism === 'XOAUTH2' ? ['XOAUTH2'] : [mechanism, 'PLAIN', 'LOGIN']
  return fitting.find((each) => offered.includes(each))
}

/** What is said in turn. */
function responsesOf(mechanism: Mechanism, credentials: SmtpCredentials): readonly string[] {
  const { username } = credentials
  if (credentials.mechanism === 'XOAUTH2')
    return [base64(`user=${username}\x01auth=Bearer ${credentials.accessToken}\x01\x01`)]
  const { password } = credentials
  return mechanism === 'PLAIN' ? [base64(`\0${username}\0${password}`)] : [base64(username), base64(password)]
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

async function converse(
  wire: SmtpWire,
  mechanism: Mechanism,
  responses: readonly string[],
  patience: number,
): Promise<Answer> {
  const whole = `AUTH ${mechanism} ${responses[0]}`
  const immediate = mechanism !== 'LOGIN' && whole.length + 2 <= COMMAND_LIMIT
  let answer = await wire.ask(immediate ? whole : `AUTH ${mechanism}`, patience)
  for (const response of immediate ? [] : responses) {
    if (!isChallenge(answer)) return answer
    answer = await wire.ask(response, patience)
  }
  // XOAUTH2 tells what was wrong in a challenge, and refuses once that is acknowledged; for the others it is one too many.
  return isChallenge(answer) ? wire.ask(mechanism === 'XOAUTH2' ? '' : '*', patience) : answer
}

const isChallenge = (answer: Answer): boolean => answer.type === 'reply' && answer.code === 334

/** A reply that repeats a secret would carry it into logs and reports. */
function keep(reply: ReceivedReply | undefined, secrets: readonly string[]): { readonly reply?: ReceivedReply } {
  if (reply === undefined) return {}
  const told = reply.lines.join('')
  const repeats = secrets.some((secret) => told.includes(secret))
  return { reply: repeats ? { ...reply, lines: ['(its text repeats what we signed in with)'] } : reply }
}
