// A whole set-up from the outside in: the network as a device meets it, and what the service says of the login where an operator's
// credential is there to ask with. Without one, what could not be looked at is said.

import type { Api } from '../api.ts'
import type { Failure } from '../failure.ts'
import { submit } from '../submission-client.ts'
import { fail, type Finding, pass, skip } from './findings.ts'
import { networkFindings } from './network-findings.ts'
import type { DoctorQuestion } from './question.ts'
import { askServer, explainRefusal, serverFindings, type ServerView } from './server-findings.ts'
import { type SessionReport, sessionFindings } from './session-findings.ts'
import { usernameFindings } from './username-findings.ts'

/** `api` or why there is none. */
export type Inside = Api | Failure

export type AskedView = ServerView | Failure

export const askInside = (
  inside: Inside,
  username: string,
  from: string | undefined,
  now: () => number,
): Promise<AskedView> => ('connection' in inside ? askServer(inside, username, from, now) : Promise.resolve(inside))

export async function examine(
  question: DoctorQuestion,
  inside: Inside,
  view: AskedView,
  now: () => number,
): Promise<readonly Finding[]> {
  const better = view.type === 'view' ? view.place?.server : undefined
  const network = await networkFindings(question, better)
  const session = network.some(({ step, state }) => step === 'port' && state !== 'pass')
    ? NOT_REACHED
    : await sessionFindings(question, now())
  const explained = await explainAll(session, inside)
  const isOfLogin = ({ step }: Finding) => step === 'login' || step === 'sender, over SMTP'
  const soFar = [
    ...network,
    ...explained.filter((finding) => !isOfLogin(finding)),
    ...usernameFindings(question.username),
    ...(view.type === 'view' ? serverFindings(view) : [skip('login, from inside', `not looked at: ${view.what}`)]),
    ...explained.filter(isOfLogin),
  ]
  const ready = session.ready && soFar.every(({ state }) => state !== 'fail')
  return [...soFar, await sendFinding(question, ready, inside)]
}

const NOT_REACHED: SessionReport = {
  findings: [skip('greeting', 'the port does not answer')],
  references: {},
  ready: false,
}

function explainAll({ findings, references }: SessionReport, inside: Inside): Promise<readonly Finding[]> {
  return Promise.all(
    findings.map(async (finding) => {
      const reference = references[finding.step]
      if (reference === undefined || !('connection' in inside)) return finding
      return explainRefusal(inside, finding, reference)
    }),
  )
}

const REFERENCE = /\[([0-9A-HJKMNP-TV-Z]{10})\]\s*$/

/** A real message, where one is asked for and nothing is in its way. */
async function sendFinding(question: DoctorQuestion, ready: boolean, inside: Inside): Promise<Finding> {
  const { server, port, tls, ca, username, password, from, to } = question
  if (to.length === 0) return skip('send', 'no message was asked for: --to sends one')
  if (!ready || password === undefined || from === undefined)
    return skip(
      'send',
      password === undefined || from === undefined ? 'it needs a password and --from' : 'not while something fails',
    )
  const submission = { host: server, port, implicitTls: tls === 'implicit', ca, username, password, from }
  const mail = { to, subject: 'A test from postern doctor', text: 'Everything that postern doctor looks at is right.' }
  const outcome = await submit({ type: 'submission', ...submission }, mail)
  if (outcome.type === 'failed') return fail('send', outcome.what, { text: outcome.next })
  if (outcome.type === 'accepted') {
    const [refused] = outcome.refused
    return refused === undefined ? pass('send', outcome.reply) : refusedFinding(refused.reply, inside)
  }
  return refusedFinding(outcome.reply, inside)
}

function refusedFinding(reply: string, inside: Inside): Promise<Finding> {
  const reference = REFERENCE.exec(reply)?.[1]
  const text = 'Ask whoever runs the service why, with this reference.'
  const finding = fail('send', reply, {
    text,
    ...(reference !== undefined && { command: `postern explain ${reference}` }),
  })
  if (reference === undefined || !('connection' in inside)) return Promise.resolve(finding)
  return explainRefusal(inside, finding, reference)
}
