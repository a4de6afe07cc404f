// Faults on request in the walk of a message: what a developer has asked to go wrong, at the same steps and with the same words as the
// real cause. A fault only ever takes away: nobody gets in or through who would not without it, and what would be refused anyway is
// refused for its own reason. Every trace says that it was a fault. It knows neither store nor configuration: without `FindFaults`, none.

import type { AccessFacts } from '../access/access.ts'
import type { Clock } from '../config/clock.ts'
import type { AssertionProver, AuthenticationOutcome, IdentityProvider } from '../identity/identity.ts'
import type { OverQuota } from '../quota/quota.ts'
import type { FaultKind } from '../resources/fault-kinds.ts'
import type { AskedFault, Fault, FaultReader } from '../storage/faults.ts'
import { AZURE_PROFILE } from './azure-profile.ts'
import { posternCommand } from './copyable-command.ts'
import type { Suggestion, TraceStep } from './decision-trace.ts'
import type { Evaluation } from './verdict.ts'

/** What is in force now for whoever sends; `resourceId` is that of the communication service, where it is known. */
export type FindFaults = (sender: {
  readonly tenantId: string
  readonly applicationId: string
  readonly resourceId?: string
}) => Promise<readonly Fault[]>

export const createFindFaults =
  (faults: FaultReader, clock: Clock): FindFaults =>
  (sender) =>
    faults.findFaults({ ...sender, at: clock.now() })

export const faultOf = (faults: readonly Fault[] | undefined, kind: FaultKind): Fault | undefined =>
  faults?.find((fault) => fault.kind === kind)

const describeFault = ({ kind, faultId, endsAt }: AskedFault): string =>
  `a fault on request: ${kind}, ${faultId}, until ${new Date(endsAt).toISOString()}`

export const faultStep = (fault: AskedFault): TraceStep => ({
  step: 'fault',
  passed: false,
  detail: describeFault(fault),
})

export const clearFault = ({ faultId }: AskedFault): Suggestion => ({
  text: 'Nothing is wrong: somebody asked for this fault. Clear it, or wait for its end.',
  command: posternCommand(['fault', 'clear'], { '--id': faultId }),
})

/** Assignments that count for nothing: what a sender without a role has. */
export const withoutRoles = (facts: AccessFacts): AccessFacts => ({ ...facts, assignments: [] })

const REFUSING: readonly FaultKind[] = ['expired-secret', 'missing-role', 'unverified-domain', 'throttled']

/** Of faults that refuse nothing by themselves: what whoever sends will see. */
export const noteFaults = (faults: readonly Fault[] = []): readonly TraceStep[] =>
  faults
    .filter(({ kind }) => !REFUSING.includes(kind))
    .map((fault) => ({
      step: 'fault',
      passed: true,
      detail: `${describeFault(fault)} (clear it: ${clearFault(fault).command})`,
    }))

/** How long a door waits for the token service: a refusal has to come at its fixed moment. */
export const tokenServicePatience = (rejectAfter: number): number => Math.max(0, rejectAfter - 200)

/** What was evaluated under faults. `missing` is the one by which a role that is there was not seen. */
export function underFaults(evaluation: Evaluation, faults: readonly Fault[], missing: Fault | undefined): Evaluation {
  if (faults.length === 0) return evaluation
  if (evaluation.type === 'granted') {
    return { ...evaluation, verdict: { ...evaluation.verdict, faults } }
  }
  if (missing === undefined || evaluation.reason !== 'missing-role') return evaluation
  return { ...evaluation, steps: [...evaluation.steps, faultStep(missing)], fault: missing }
}

/** A verdict rests on its faults: with the end of one it is asked for again. */
export const isOneOver = (faults: readonly Fault[] | undefined, at: number): boolean =>
  faults?.some(({ endsAt }) => endsAt <= at) === true

/** As if one more message exceeded the limit that ACS has for a minute. */
export function exceededOnRequest(fault: Fault, resourceId: string, at: number): OverQuota {
  const subject = { kind: 'resource', key: resourceId.toLowerCase() } as const
  const { minute: limit } = AZURE_PROFILE.messages
  const retryAt = at + (fault.retryAfter ?? 0) * 1000
  return { limit: { subject, unit: 'messages', window: 'minute', limit }, used: limit, retryAt, fault }
}

/** The answer of whatever is under way, later where that was asked for. */
export async function slowly<T>(clock: Clock, faults: readonly Fault[] | undefined, work: Promise<T>): Promise<T> {
  const answer = await work
  const delay = faultOf(faults, 'slow-reply')?.delay ?? 0
  await wait(clock, delay)
  return answer
}

const wait = (clock: Clock, delay: number): Promise<void> =>
  delay > 0 ? new Promise((resolve) => clock.after(delay, resolve)) : Promise.resolve()

type Surroundings = {
  readonly findFaults: FindFaults
  readonly clock: Clock
  /** How long whoever asks waits for a token service, in milliseconds: after it that is an outage. */
  readonly patience: () => number
}

/** A provider that answers as the faults of the application want it. Established sessions need no token service, as with a real one. */
export function createFaultyProvider(provider: IdentityProvider, surroundings: Surroundings): IdentityProvider {
  const afterFaults = async (login: Account, outcome: Promise<AuthenticationOutcome>) => {
    const [faults, answered] = await Promise.all([surroundings.findFaults(login), outcome])
    return expired(answered, faults)
  }
  return {
    authenticate: (login) => atTokenService(surroundings, login, afterFaults(login, provider.authenticate(login))),
    authenticateToken: (login) => afterFaults(login, provider.authenticateToken(login)),
    identify: (login) => provider.identify(login),
    recheck: (credential, at, clientSecret) =>
      afterFaults(credential.principal, provider.recheck(credential, at, clientSecret)),
  }
}

/** The same for what is signed; a certificate is no secret and does not run out. */
export const createFaultyAssertions = (prover: AssertionProver, surroundings: Surroundings): AssertionProver => ({
  authenticateAssertion: (login) => atTokenService(surroundings, login, prover.authenticateAssertion(login)),
})

type Account = { readonly tenantId: string; readonly applicationId: string }

async function atTokenService<Outcome>(
  { findFaults, clock, patience }: Surroundings,
  login: Account,
  outcome: Promise<Outcome>,
): Promise<Outcome | Unavailable> {
  const [faults, answered] = await Promise.all([findFaults(login), outcome])
  const isDown = faultOf(faults, 'token-service-down') !== undefined
  const { delay = 0 } = faultOf(faults, 'token-service-slow') ?? {}
  if (!isDown) await wait(clock, Math.min(delay, patience()))
  return findOutage(faults, patience()) ?? answered
}

function findOutage(faults: readonly Fault[], patience: number): Unavailable | undefined {
  const down = faultOf(faults, 'token-service-down')
  if (down !== undefined) return unavailable(down, 'the token service does not answer')
  const slow = faultOf(faults, 'token-service-slow')
  if (slow === undefined || (slow.delay ?? 0) < patience) return undefined
  return unavailable(slow, `the token service did not answer within ${patience} ms`)
}

/** What would become of a login, without waiting for it. */
export const foretell = (
  faults: readonly Fault[],
  patience: number,
  outcome: AuthenticationOutcome,
): AuthenticationOutcome => findOutage(faults, patience) ?? expired(outcome, faults)

type Unavailable = AuthenticationOutcome & { readonly type: 'unavailable' }

const unavailable = (fault: Fault, what: string): Unavailable => ({
  type: 'unavailable',
  detail: `${what} (${describeFault(fault)})`,
  fault,
})

/** Only what stands can have run out. */
function expired(outcome: AuthenticationOutcome, faults: readonly Fault[]): AuthenticationOutcome {
  const fault = faultOf(faults, 'expired-secret')
  if (fault === undefined || outcome.type !== 'authenticated') return outcome
  outcome.credential.accessToken?.octets.fill(0)
  const detail = `credential ${outcome.credential.keyId} counts as expired (${describeFault(fault)})`
  return { type: 'rejected', reason: 'expired-secret', detail, fault }
}
