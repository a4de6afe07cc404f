// The right to send, as of one epoch. A session holds a verdict and asks for it again at every MAIL and before every 250: it stands
// while its tenant's epoch is the same and its credential's end has not come; else the whole question is asked anew.

import { checkSend } from '../access/check-send.ts'
import type { AccessFacts, SendDecision } from '../access/access.ts'
import type {
  AuthenticationOutcome,
  ProvenCredential,
  RejectReason,
  RemoteKind,
  SecretMistake,
} from '../identity/identity.ts'
import { parseSenderAddress } from '../resources/sender-address.ts'
import type { QuotaTerm } from '../quota/quota.ts'
import type { Quotas } from '../quota/quotas.ts'
import type { Mailbox } from '../smtp/events.ts'
import type { Grant } from '../spool/acceptance.ts'
import type { AskedFault, Fault } from '../storage/faults.ts'
import type { CommunicationServiceRef, SenderStanding } from '../storage/storage.ts'
import { grantOf } from './acceptance.ts'
import type { AccessTrace, TraceStep } from './decision-trace.ts'
import type { NetworkIdentity } from './door.ts'
import { faultOf, type FindFaults, isOneOver, underFaults, withoutRoles } from './faults.ts'
import { decideDelayed, findTooNewUsername, type GrantDelays, type TooNew } from './grant-delays.ts'
import { NOBODY, resolveLogin, type ResolvedLogin } from './login.ts'
import type { SubmissionService } from './submission.ts'

/** An address that was asked about: its domain in canonical form where it has one, and how it stands. */
export type KnownSender = { readonly domain: string; readonly standing: SenderStanding | undefined }

/** A positive answer and what it rests on. `senders` remembers sender lookups; they live and die with the epoch. */
export type Verdict = {
  readonly username: string
  readonly service: CommunicationServiceRef
  readonly credential: ProvenCredential
  readonly epoch: number
  readonly senders: Map<string, KnownSender>
  /** What a message of a sender domain counts against, remembered like senders. */
  readonly quotaTerms?: Map<string, readonly QuotaTerm[]>
  /** What gave the right to send. */
  readonly grant?: Grant
  /** What to send as where the device's own address may not. */
  readonly defaultFrom?: Mailbox
  /** How it is evaluated anew, where no user name leads to it. */
  readonly evaluateAgain?: () => Promise<Evaluation>
  /** Faults on request that are in force as long as the verdict stands. */
  readonly faults?: readonly Fault[]
}

/** A negative answer, with everything an operator needs to see. */
export type Refusal = {
  readonly type: 'rejected' | 'unavailable'
  readonly reason: RejectReason | 'unavailable'
  readonly login: ResolvedLogin | undefined
  readonly steps: readonly TraceStep[]
  readonly principalId?: string
  readonly access?: AccessTrace
  readonly mistake?: SecretMistake
  /** Who said so, where it was not ourselves. */
  readonly provider?: RemoteKind
  /** That is turned away. */
  readonly network?: string
  /** Somebody asked for it. */
  readonly fault?: AskedFault
  /** That the door offers, where the response had not the form of the one it was for. */
  readonly mechanisms?: readonly string[]
  /** Only time is missing. */
  readonly tooNew?: TooNew
}

/** What a grant was seen from, for whoever tells about it. */
export type Basis = { readonly steps: readonly TraceStep[]; readonly decision: SendDecision }

export type Evaluation = { readonly type: 'granted'; readonly verdict: Verdict; readonly basis?: Basis } | Refusal

/** How the credential is proven: with the secret at login, from what was proven before later on. */
export type Proof = (login: {
  readonly tenantId: string
  readonly applicationId: string
}) => Promise<AuthenticationOutcome>

/** What the walk looks at. */
export type LoginWalk = Pick<SubmissionService, 'directory' | 'resources' | 'roles'> & {
  readonly options: Pick<SubmissionService['options'], 'requiredActions'>
  readonly findFaults?: FindFaults
  readonly sendingQuotas?: Quotas
  readonly grantDelays?: GrantDelays
}

/** A login's own proof, as octets that are the caller's. */
export type Presented = { readonly clientSecret: Uint8Array } | { readonly token: Uint8Array }

/** The first evaluation of a session, with the secret or token. Takes the same steps whatever they yield. */
export async function evaluateLogin(
  service: SubmissionService,
  login: { readonly username: string; readonly at: number; readonly networks?: readonly string[] } & Presented,
): Promise<Evaluation> {
  const { provider } = service
  const { at, networks: deviceNetworks = [] } = login
  return evaluate(service, login.username, (named) =>
    'token' in login
      ? provider.authenticateToken({ ...named, token: login.token, at })
      : provider.authenticate({ ...named, clientSecret: login.clientSecret, at, deviceNetworks }),
  )
}

/** The first evaluation of a session that nobody signs in to: its network says what it sends as. */
export const evaluateNetwork = (
  service: SubmissionService,
  { network, username }: NetworkIdentity,
  at: number,
): Promise<Evaluation> => evaluate(service, username, (named) => service.provider.identify({ ...named, network, at }))

/** The secret, where the session keeps it, and whether a message begins. */
export type Renewal = { readonly clientSecret?: Uint8Array | undefined; readonly isAtMail?: boolean }

/** The verdict again: the same one when nothing changed, else a new evaluation. */
export async function renewVerdict(
  service: SubmissionService,
  verdict: Verdict,
  { clientSecret, isAtMail = false }: Renewal = {},
): Promise<Evaluation> {
  const at = service.clock.now()
  const isDue = isAtMail && verdict.credential.reprove === 'message'
  const credential = isDue ? { ...verdict.credential, notAfter: at } : verdict.credential
  try {
    const epoch = await service.directory.readEpoch(verdict.service.tenantId)
    const isSame = epoch === verdict.epoch && !isOneOver(verdict.faults, at)
    if (isSame && at < credential.notAfter) return { type: 'granted', verdict }
  } catch (error) {
    return unavailable(undefined, [], error)
  }
  if (verdict.evaluateAgain !== undefined) return verdict.evaluateAgain()
  return evaluate(service, verdict.username, (named) => reprove(service, { credential, clientSecret }, named, at))
}

async function reprove(
  service: SubmissionService,
  {
    credential,
    clientSecret,
  }: { readonly credential: ProvenCredential; readonly clientSecret: Uint8Array | undefined },
  named: { readonly tenantId: string; readonly applicationId: string },
  at: number,
): Promise<AuthenticationOutcome> {
  const { principal } = credential
  if (isTokenOver(credential, at))
    return { type: 'rejected', reason: 'expired-token', detail: 'the access token of the login is over' }
  if (named.tenantId === principal.tenantId && named.applicationId === principal.applicationId)
    return holdToToken(credential, await service.provider.recheck(credential, at, clientSecret))
  return { type: 'rejected', reason: 'unknown-username', detail: 'the username now names another application' }
}

const isTokenOver = ({ tokenEndsAt = Infinity }: ProvenCredential, at: number): boolean => at >= tokenEndsAt

/** What a token was obtained with may last longer than the token does. */
function holdToToken({ tokenEndsAt }: ProvenCredential, outcome: AuthenticationOutcome): AuthenticationOutcome {
  if (tokenEndsAt === undefined || outcome.type !== 'authenticated') return outcome
  const notAfter = Math.min(outcome.credential.notAfter, tokenEndsAt)
  return { type: 'authenticated', credential: { ...outcome.credential, notAfter, tokenEndsAt } }
}

const NOBODY_PROVEN = { principal: { principalId: NOBODY }, groupIds: [] }

/** The whole walk of a login; `prove` is asked whatever the username yields. */
export async function evaluate(service: LoginWalk, username: string, prove: Proof): Promise<Evaluation> {
  let login: ResolvedLogin | undefined
  try {
    login = await resolveLogin(service.resources, username)
    const newUsername = login.reason === undefined ? findTooNewUsername(service.grantDelays, login) : undefined
    if (newUsername !== undefined) login = { ...login, reason: 'unknown-username' }
    const named = login.reason === undefined ? login : { tenantId: NOBODY, applicationId: NOBODY }
    // Read before everything that the verdict rests on: a change in between makes the verdict stale, never too young.
    const epoch = await service.directory.readEpoch(named.tenantId)
    const outcome = await prove(named)
    const { principal, groupIds } = outcome.type === 'authenticated' ? outcome.credential : NOBODY_PROVEN
    const scope = login.service?.id ?? `/subscriptions/${NOBODY}`
    const facts = await service.roles.readAccessFacts(named.tenantId, principal.principalId, groupIds)
    const faults = login.service && (await service.findFaults?.({ ...named, resourceId: login.service.id }))
    const check = (known: AccessFacts) => checkSend(known, scope, service.options.requiredActions)
    const { decision: seen, tooNew } = decideDelayed(service.grantDelays, facts, check)
    const missing = seen.allowed ? faultOf(faults, 'missing-role') : undefined
    const decision = missing ? check(withoutRoles(facts)) : seen
    const concluded = conclude(username, login, epoch, outcome, decision, scope)
    return underFaults(underDelay(concluded, newUsername ?? tooNew), faults ?? [], missing)
  } catch (error) {
    return unavailable(login, login?.steps ?? [], error)
  }
}

/** What was refused although it is granted, and will be. */
function underDelay(evaluation: Evaluation, tooNew: TooNew | undefined): Evaluation {
  if (evaluation.type !== 'rejected' || tooNew === undefined) return evaluation
  const isForIt = evaluation.reason === (tooNew.step.step === 'access' ? 'missing-role' : 'unknown-username')
  if (!isForIt) return evaluation
  return { ...evaluation, steps: [...evaluation.steps.filter(({ passed }) => passed), tooNew.step], tooNew }
}

function unavailable(login: ResolvedLogin | undefined, steps: readonly TraceStep[], error: unknown): Refusal {
  const detail = error instanceof Error ? error.message : 'the store did not answer'
  const failed: TraceStep = { step: 'credential', passed: false, detail: `temporarily unavailable: ${detail}` }
  return { type: 'unavailable', reason: 'unavailable', login, steps: [...steps, failed] }
}

function conclude(
  username: string,
  login: ResolvedLogin,
  epoch: number | undefined,
  outcome: AuthenticationOutcome,
  decision: SendDecision,
  scope: string,
): Evaluation {
  if (login.reason !== undefined || login.service === undefined)
    return { type: 'rejected', reason: login.reason ?? 'unknown-resource', login, steps: login.steps }
  if (outcome.type === 'unavailable')
    return { ...unavailable(login, login.steps, new Error(outcome.detail)), ...saidBy(outcome) }
  if (outcome.type === 'rejected' || epoch === undefined) {
    const reason = outcome.type === 'rejected' ? outcome.reason : 'unknown-tenant'
    const detail = outcome.type === 'rejected' ? outcome.detail : `there is no tenant ${login.tenantId}`
    const mistake = outcome.type === 'rejected' && outcome.mistake !== undefined ? { mistake: outcome.mistake } : {}
    const steps: readonly TraceStep[] = [...login.steps, { step: 'credential', passed: false, detail }]
    return { type: 'rejected', reason, login, steps, ...mistake, ...saidBy(outcome) }
  }
  const { credential } = outcome
  const proven: TraceStep = {
    step: 'credential',
    passed: true,
    detail: `${credential.tokenEndsAt === undefined ? 'secret' : 'token by'} ${credential.keyId} of ${credential.principal.displayName}${describeGroups(credential)}`,
  }
  if (decision.allowed) {
    const defaultFrom = parseSenderAddress(login.defaultFrom ?? '')
    const grant = grantOf(decision, credential.principal.principalId)
    const verdict = {
      username,
      service: login.service,
      credential,
      epoch,
      grant,
      senders: new Map(),
      quotaTerms: new Map(),
    }
    return {
      type: 'granted',
      verdict: defaultFrom === undefined ? verdict : { ...verdict, defaultFrom },
      basis: { steps: [...login.steps, proven], decision },
    }
  }
  credential.accessToken?.octets.fill(0)
  return {
    type: 'rejected',
    reason: 'missing-role',
    login,
    steps: [...login.steps, proven, describeAccess(decision, scope)],
    principalId: credential.principal.principalId,
    access: traceAccess(decision, scope),
  }
}

function saidBy(outcome: AuthenticationOutcome): Pick<Refusal, 'provider' | 'fault'> {
  if (outcome.type === 'authenticated') return {}
  const { provider, fault } = outcome
  return { ...(provider && { provider }), ...(fault && { fault }) }
}

/** Groups of which only the provider knows. */
const describeGroups = ({ groupIds = [] }: ProvenCredential): string =>
  groupIds.length === 0 ? '' : `, in the groups ${groupIds.join(', ')}`

function describeAccess(decision: SendDecision, scope: string): TraceStep {
  const denied = decision.decisions.find((one) => one.deniedBy !== undefined)?.deniedBy
  const missing = `missing on ${scope}: ${decision.missingActions.join(', ')} (or the data action ${decision.dataAction})`
  return {
    step: 'access',
    passed: false,
    detail: denied === undefined ? missing : `deny assignment ${denied}; ${missing}`,
  }
}

export function traceAccess(decision: SendDecision, scope: string): AccessTrace {
  const assignments = new Map(
    decision.decisions.flatMap((one) => one.considered.map((each) => [`${each.assignmentName} ${each.verdict}`, each])),
  )
  const deniedBy = decision.decisions.find((one) => one.deniedBy !== undefined)?.deniedBy
  return {
    scope,
    requiredActions: decision.decisions.filter((one) => one.kind === 'control').map((one) => one.action),
    missingActions: decision.missingActions,
    dataAction: decision.dataAction,
    assignments: [...assignments.values()],
    ...(deniedBy === undefined ? {} : { deniedBy }),
  }
}
