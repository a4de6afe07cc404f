// One login: credentials in, a verdict or a refusal out, and for a refusal the trace and the reply. Every cause gives the same 535 at
// the same fixed moment; an outage gives 454 at once and never 535. RFC 4954 §4-6.

import type { SaslCredentials } from '../sasl/mechanism.ts'
import { type Reply, replies } from '../smtp/reply.ts'
import { admitLogin, type Admitted } from './admit-login.ts'
import type { DecisionTrace, TraceStep } from './decision-trace.ts'
import { describeShape, NOBODY, type ResolvedLogin } from './login.ts'
import { markUse } from './mark-use.ts'
import { withReference } from './reference.ts'
import type { Peer, SubmissionService } from './submission.ts'
import { suggestFor } from './suggestions.ts'
import { evaluateLogin, type Evaluation, type Refusal, type Verdict } from './verdict.ts'

export type LoginContext = {
  readonly peer: Peer
  readonly clientName: string
  readonly mechanism: string
  /** `ended`: nobody waits for the answer any more. */
  readonly waitUntil: (at: number) => Promise<'over' | 'ended'>
  /** A session for as long as the connection is open; false where there is no room for one more. Absent where there always is. */
  readonly takePlace?: (resourceId: string) => boolean
}

export type LoginOutcome =
  /** `clientSecret` is there where it has to be proven again; the caller erases it. */
  | {
      readonly type: 'authenticated'
      readonly verdict: Verdict
      readonly reply: Reply
      readonly clientSecret?: Uint8Array
    }
  /** `notBefore` is the moment the reply may be sent. */
  | { readonly type: 'refused'; readonly reply: Reply; readonly notBefore: number }
  /** The session ends with the reply. */
  | { readonly type: 'closed'; readonly reply: Reply; readonly notBefore: number }

/** `receivedAt` is when the last response arrived. The secret or token is zeroed before this returns. */
export async function authenticate(
  service: SubmissionService,
  context: LoginContext,
  credentials: SaslCredentials | undefined,
  receivedAt: number,
): Promise<LoginOutcome> {
  try {
    const username = credentials?.authenticationIdentity ?? ''
    const admission = await admitLogin(service, context, username, receivedAt)
    if (admission.type === 'given up') return admission.outcome
    if (admission.type !== 'admitted') return await refuse(service, context, admission.refusal, receivedAt)
    return await lookAt(service, context, credentials, admission)
  } finally {
    presentedOf(credentials).fill(0)
  }
}

async function lookAt(
  service: SubmissionService,
  context: LoginContext,
  credentials: SaslCredentials | undefined,
  { lookedAt, steps, settle }: Admitted,
): Promise<LoginOutcome> {
  const evaluation = await evaluateCredentials(service, context.peer, credentials, lookedAt)
  settle(SETTLED[evaluation.type])
  if (evaluation.type === 'granted') {
    if (context.takePlace?.(evaluation.verdict.service.id) === false)
      return refuse(service, context, noPlace(evaluation, steps), lookedAt)
    service.counters.authentication('authenticated', '')
    markUse(service, context.peer, evaluation.verdict)
    const { verdict } = evaluation
    return { type: 'authenticated', verdict, reply: replies.authenticated, ...keptSecret(verdict, credentials) }
  }
  return refuse(service, context, { ...evaluation, steps: [...steps, ...evaluation.steps] }, lookedAt)
}

function noPlace({ verdict, basis }: Evaluation & { type: 'granted' }, waited: readonly TraceStep[]): Refusal {
  verdict.credential.accessToken?.octets.fill(0)
  const { username, service, credential } = verdict
  const { tenantId, applicationId } = credential.principal
  const walked = [...waited, ...(basis?.steps ?? [])]
  const detail = 'the subscription has as many sessions as it may have'
  return {
    type: 'rejected',
    reason: 'too-many-sessions',
    login: { service, applicationId, tenantId, steps: walked, shownUsername: username },
    steps: [...walked, { step: 'limits', passed: false, detail }],
  }
}

/** A copy with memory of its own. */
function keptSecret(
  { credential }: Verdict,
  credentials: SaslCredentials | undefined,
): { readonly clientSecret?: Uint8Array } {
  const isNeeded = credential.reprove !== undefined && credentials !== undefined && credentials.type !== 'token'
  return isNeeded ? { clientSecret: Uint8Array.from(credentials.password) } : {}
}

const SETTLED = { granted: 'proven', rejected: 'failed', unavailable: 'undecided' } as const

const presentedOf = (credentials: SaslCredentials | undefined): Uint8Array => {
  if (credentials === undefined) return NOTHING
  return credentials.type === 'token' ? credentials.token : credentials.password
}

const NOTHING = new Uint8Array(0)

/** Goes through the whole walk even when the answer is known, so that the store does the same work for every refusal. */
async function evaluateCredentials(
  service: SubmissionService,
  { address }: Peer,
  credentials: SaslCredentials | undefined,
  at: number,
): Promise<Evaluation> {
  const username = credentials?.authenticationIdentity ?? ''
  const presented = presentedOf(credentials)
  const proof = credentials?.type === 'token' ? { token: presented } : { clientSecret: presented }
  const networks = service.networksOf?.(address) ?? []
  const evaluation = await evaluateLogin(service, { username, at, networks, ...proof })
  if (evaluation.type === 'unavailable') return evaluation
  if (credentials === undefined) return malformedResponse(service.options.mechanisms)
  const { authorizationIdentity } = credentials
  if (authorizationIdentity !== '' && authorizationIdentity !== username) return otherIdentity(username)
  return evaluation
}

const malformedResponse = (mechanisms: readonly string[]): Refusal => ({
  type: 'rejected',
  reason: 'malformed-response',
  mechanisms,
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

/** What ends the session at once. */
const CLOSING: ReadonlyMap<Refusal['reason'], Reply> = new Map([
  ['too-many-failures', replies.tooManyFailedLogins],
  ['too-many-sessions', replies.tooManyConnections],
])

const textOf = ({ code, enhancedStatusCode }: Reply): string => `${code} ${enhancedStatusCode}`

async function refuse(
  service: SubmissionService,
  context: LoginContext,
  refusal: Refusal,
  receivedAt: number,
): Promise<LoginOutcome> {
  service.counters.authentication(refusal.type, refusal.type === 'rejected' ? refusal.reason : '')
  const unavailable = refusal.type === 'unavailable'
  const closing = CLOSING.get(refusal.reason)
  const { loginRefusal = replies.authenticationUnsuccessful } = service.options
  const shown = unavailable ? '454 4.7.0' : closing ? textOf(closing) : `535 ${loginRefusal('').enhancedStatusCode}`
  const trace = traceRefusal('AUTH', refusal, context.peer, context.clientName, shown, receivedAt)
  const reference = await service.decisions.record({ ...trace, mechanism: context.mechanism })
  if (unavailable)
    return { type: 'refused', reply: withReference(replies.temporaryAuthenticationFailure, reference), notBefore: 0 }
  const notBefore = receivedAt + service.options.rejectAfter
  return closing
    ? { type: 'closed', reply: withReference(closing, reference), notBefore }
    : { type: 'refused', reply: loginRefusal(reference), notBefore }
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
