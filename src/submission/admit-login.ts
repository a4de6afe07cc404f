// Before a login is looked at: the wait for those who failed too often, or none, or 421 for a source that goes on failing. The 535 keeps
// its fixed moment, counted from when the login is looked at; the 421 has the same. What the operator is told of it, the client is not.
// RFC 4954 §4, RFC 5321 §3.8.

import type { Admission } from '../identity/login-limits.ts'
import { replies } from '../smtp/reply.ts'
import type { LoginContext, LoginOutcome } from './authenticate.ts'
import type { TraceStep } from './decision-trace.ts'
import { type ResolvedLogin, resolveLogin } from './login.ts'
import type { SubmissionService } from './submission.ts'
import type { Refusal } from './verdict.ts'

export type Admitted = {
  readonly type: 'admitted'
  /** From when the fixed moment of a refusal counts. */
  readonly lookedAt: number
  readonly steps: readonly TraceStep[]
  readonly settle: (outcome: 'proven' | 'failed' | 'undecided') => void
}

export type LoginAdmission =
  | Admitted
  | { readonly type: 'unavailable' | 'turned away'; readonly refusal: Refusal }
  | { readonly type: 'given up'; readonly outcome: LoginOutcome }

/** Waits as long as the login has to. */
export async function admitLogin(
  service: SubmissionService,
  context: LoginContext,
  username: string,
  receivedAt: number,
): Promise<LoginAdmission> {
  let admission: Admission
  try {
    admission = await service.loginLimits.admit({ username, address: context.peer.address })
  } catch (error) {
    return { type: 'unavailable', refusal: unavailable(error) }
  }
  if (admission.type === 'turned away') return turnAway(service, username, admission)
  const { wait, settle } = admission
  if (wait === undefined) return { type: 'admitted', lookedAt: receivedAt, steps: [], settle }
  service.counters.loginDelayed(wait.cause)
  const lookedAt = receivedAt + wait.duration
  if ((await context.waitUntil(lookedAt)) === 'over')
    return { type: 'admitted', lookedAt, steps: [waited(wait.duration, wait.detail)], settle }
  settle('undecided')
  return { type: 'given up', outcome: { type: 'closed', reply: replies.shuttingDown, notBefore: 0 } }
}

const waited = (duration: number, detail: string): TraceStep => ({
  step: 'limits',
  passed: true,
  detail: `looked at after ${duration / 1000} s: ${detail}`,
})

function unavailable(error: unknown): Refusal {
  const detail = error instanceof Error ? error.message : 'the store did not answer'
  const step: TraceStep = { step: 'limits', passed: false, detail: `temporarily unavailable: ${detail}` }
  return { type: 'unavailable', reason: 'unavailable', login: undefined, steps: [step] }
}

async function turnAway(
  service: SubmissionService,
  username: string,
  { network, detail }: Admission & { type: 'turned away' },
): Promise<LoginAdmission> {
  const step: TraceStep = { step: 'limits', passed: false, detail: `not looked at: ${detail}` }
  const login = await nameLogin(service, username)
  return {
    type: 'turned away',
    refusal: { type: 'rejected', reason: 'too-many-failures', login, steps: [step], network },
  }
}

/** Only so that the trace is found by whom it concerns. */
async function nameLogin({ resources }: SubmissionService, username: string): Promise<ResolvedLogin | undefined> {
  try {
    return await resolveLogin(resources, username)
  } catch {
    return undefined
  }
}
