// How late what is granted counts, where `compatibility: azure` wants it as late as at Azure: a role assignment, and an SMTP username. It
// only puts off: what is taken away counts at once, and what counts already goes on. An assignment is as old as it is, whatever was
// changed of it since; where nobody knows how old something is, it counts.
// Azure: control-plane reference §6.10, data-plane reference §5. A membership of a group has no delay of its own there.

import type { AccessFacts, SendDecision } from '../access/access.ts'
import type { Clock } from '../config/clock.ts'
import type { Suggestion, TraceStep } from './decision-trace.ts'
import type { ResolvedLogin } from './login.ts'

/** In milliseconds. */
export type GrantDelays = {
  readonly roleAssignment: number
  readonly smtpUsername: number
  readonly clock: Pick<Clock, 'now'>
}

/** What is there already and gives nothing before `holdsFrom`, in milliseconds since the epoch. */
export type TooNew = { readonly holdsFrom: number; readonly step: TraceStep }

export type DelayedDecision = { readonly decision: SendDecision; readonly tooNew?: TooNew }

/** The decision as of now. `check` says what given facts would give. */
export function decideDelayed(
  delays: GrantDelays | undefined,
  facts: AccessFacts,
  check: (facts: AccessFacts) => SendDecision,
): DelayedDecision {
  const decision = check(facts)
  if (delays === undefined || !decision.allowed) return { decision }
  const at = delays.clock.now()
  const holdsFrom = ({ createdAt }: AccessFacts['assignments'][number]) =>
    createdAt === undefined ? -Infinity : createdAt + delays.roleAssignment
  const asOf = (moment: number) =>
    check({
      ...facts,
      assignments: facts.assignments.map((one) => (holdsFrom(one) > moment ? { ...one, isTooNew: true } : one)),
    })
  const now = asOf(at)
  if (now.allowed) return { decision: now }
  const newest = facts.assignments
    .filter((one) => holdsFrom(one) > at)
    .toSorted((one, other) => holdsFrom(one) - holdsFrom(other))
    .find((one) => asOf(holdsFrom(one)).allowed)
  if (newest === undefined) throw new Error('what all assignments allow is allowed with none of them')
  const { assignment, role, createdAt = at } = newest
  const what = `the role assignment ${assignment.name} (${role?.roleName ?? assignment.roleDefinitionName})`
  return { decision: now, tooNew: tooNew('access', what, at - createdAt, holdsFrom(newest), 'azure.grantDelay') }
}

/** Set where the login is by an SMTP username that does not count yet. */
export function findTooNewUsername(delays: GrantDelays | undefined, { usernameMadeAt }: ResolvedLogin) {
  if (delays === undefined || usernameMadeAt === undefined) return undefined
  const age = delays.clock.now() - usernameMadeAt
  // What cannot be read is of no age.
  if (!(age < delays.smtpUsername)) return undefined
  const holdsFrom = usernameMadeAt + delays.smtpUsername
  return tooNew('username', 'the SMTP username', age, holdsFrom, 'azure.usernameDelay')
}

function tooNew(step: TraceStep['step'], what: string, age: number, holdsFrom: number, key: string): TooNew {
  const from = new Date(holdsFrom).toISOString()
  const detail = `${what} is ${describeAge(age)} old and holds from ${from} on (compatibility: azure, ${key})`
  return { holdsFrom, step: { step, passed: false, detail } }
}

function describeAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} minutes`
}

export const waitUntilItHolds = ({ holdsFrom }: TooNew): Suggestion => ({
  text: `Nothing is missing. What was granted is new and holds from ${new Date(holdsFrom).toISOString()} on, as at Azure: try again then.`,
})
