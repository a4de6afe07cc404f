// One login: credentials in, a verdict or a refusal out, and for a refusal the trace and the reply. Every cause gives the same 535 at
// the same fixed moment; an outage gives 454 at once and never 535. RFC 4954 §4-6.

import { startMechanism } from '../sasl/mechanisms.ts'
import type { SaslCredentials, SaslMechanism } from '../sasl/mechanism.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import type { DecisionTrace } from './decision-trace.ts'
import { describeShape, NOBODY, type ResolvedLogin } from './login.ts'
import { withReference } from './reference.ts'
import type { Peer, SubmissionService } from './submission.ts'
import { suggestFor } from './suggestions.ts'
import { evaluateLogin, type Evaluation, type Refusal, type Verdict } from './verdict.ts'

export type LoginContext = { readonly peer: Peer; readonly clientName: string; readonly mechanism: string }

export type LoginOutcome =
  | { readonly type: 'authenticated'; readonly verdict: Verdict; readonly reply: Reply }
  /** `notBefore` is the moment the reply may be sent. */
  | { readonly type: 'refused'; readonly reply: Reply; readonly notBefore: number }

/** The mechanisms of `sasl/`, by the name the client gave; undefined for one that is not ours. */
export const beginMechanism = (name: string): SaslMechanism | undefined => startMechanism(name)

/** `receivedAt` is when the last response arrived. The password is zeroed before this returns. */
export async function authenticate(
  service: SubmissionService,
  context: LoginContext,
  credentials: SaslCredentials | undefined,
  receivedAt: number,
): Promise<LoginOutcome> {
  const evaluation = await evaluateCredentials(service, credentials, receivedAt)
  credentials?.password.fill(0)
  if (evaluation.type === 'granted') {
    service.counters.authentication('authenticated', '')
    return { type: 'authenticated', verdict: evaluation.verdict, reply: replies.authenticated }
  }
  return refuse(service, context, evaluation, receivedAt)
}

/** Goes through the whole walk even when the answer is known, so that the store does the same work for every refusal. */
async function evaluateCredentials(
  service: SubmissionService,
  credentials: SaslCredentials | undefined,
  at: number,
): Promise<Evaluation> {
  const username = credentials?.authenticationIdentity ?? ''
  const clientSecret = credentials?.password ?? new Uint8Array(0)
  const evaluation = await evaluateLogin(service, { username, clientSecret, at })
  if (evaluation.type === 'unavailable') return evaluation
  if (credentials === undefined) return malformedResponse()
  const { authorizationIdentity } = credentials
  if (authorizationIdentity !== '' && authorizationIdentity !== username) return otherIdentity(username)
  return evaluation
}

const malformedResponse = (): Refusal => ({
  type: 'rejected',
  reason: 'malformed-response',
  login: undefined,
  steps: [{ step: 'response', passed: false, detail: 'the response does not have the form of the mechanism' }],
})

// Deviates: RFC 4616 §2 lets a server authorise one identity to act as another. A service principal acts as nobody else.
const otherIdentity = (username: string): Refusal => ({
  type: 'rejected',
  reason: 'authorization-identity-mismatch',
  login: undefined,
  steps: [
    {
      step: 'response',
      passed: false,
      detail: `an authorization identity other than the user name ${describeShape(username)}`,
    },
  ],
})

async function refuse(
  service: SubmissionService,
  context: LoginContext,
  refusal: Refusal,
  receivedAt: number,
): Promise<LoginOutcome> {
  service.counters.authentication(refusal.type, refusal.type === 'rejected' ? refusal.reason : '')
  const unavailable = refusal.type === 'unavailable'
  const shown = unavailable ? '454 4.7.0' : '535 5.7.8'
  const trace = traceRefusal('AUTH', refusal, context.peer, context.clientName, shown, receivedAt)
  const reference = await service.decisions.record({ ...trace, mechanism: context.mechanism })
  return unavailable
    ? { type: 'refused', reply: withReference(replies.temporaryAuthenticationFailure, reference), notBefore: 0 }
    : {
        type: 'refused',
        reply: replies.authenticationUnsuccessful(reference),
        notBefore: receivedAt + service.options.rejectAfter,
      }
}

/** The trace of a login refused at AUTH, or of a right lost since. */
export function traceRefusal(
  stage: DecisionTrace['stage'],
  refusal: Refusal,
  peer: Peer,
  clientName: string,
  reply: string,
  at: number,
): DecisionTrace {
  return {
    stage,
    at,
    outcome: refusal.type,
    reason: refusal.reason,
    reply,
    client: { address: peer.address, name: clientName },
    listener: peer.listener,
    ...(refusal.login === undefined ? {} : identify(refusal.login)),
    ...(refusal.principalId === undefined ? {} : { principalId: refusal.principalId }),
    steps: refusal.steps,
    ...(refusal.access === undefined ? {} : { access: refusal.access }),
    suggestions: suggestFor(refusal),
  }
}

/** The tenant of a trace is the resource's where there is one: a stranger's claim to be of another tenant must not hide it. */
function identify(login: ResolvedLogin): Partial<DecisionTrace> {
  const tenantId = login.service?.tenantId ?? (login.tenantId === NOBODY ? undefined : login.tenantId)
  return {
    username: login.shownUsername,
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(login.service === undefined ? {} : { resourceId: login.service.id }),
    ...(login.applicationId === NOBODY ? {} : { applicationId: login.applicationId }),
  }
}
