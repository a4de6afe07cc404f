// Lends due messages from the spool, gives each to its transport, and settles what came of it. It opens no socket; leases are renewed
// while attempts run, and an attempt whose lease was lost is aborted: somebody else has the message.

import type { Clock } from '../config/clock.ts'
import type { Claim, RecipientOutcome, Spool } from '../spool/spool.ts'
import type { Transport } from '../transport/transport.ts'
import { nextAttemptAt } from './retry-schedule.ts'
import { createSettler, type Settler } from './settler.ts'

export type DispatchService = {
  readonly spool: Spool
  readonly selectTransport: (claim: Claim) => Transport
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  /** Resolves when new mail may be due, at the latest after so many milliseconds. */
  readonly untilDue: (patience: number) => Promise<void>
  readonly counters: { outcome(transport: string, status: RecipientOutcome['status']): void }
  readonly onFailure: (what: string, error: unknown) => void
}

export type Dispatch = {
  /** Claims nothing more and waits for the attempts under way, at most `patience` milliseconds; the rest is given back. */
  stop(patience: number): Promise<void>
}

/** With the longest wait until somebody looks, what a dead node had is with another one within 30 seconds. */
export const LEASE = 25_000
const RENEWAL = 8_000
const CLAIM_BATCH = 100
const CONCURRENT_ATTEMPTS = 200
const IDLE_WAIT = 1_000
/** Let new mail gather for a moment: one claim for many costs a fraction of one claim each. */
const GATHER = 20

type Attempt = { readonly claim: Claim; readonly abort: AbortController; readonly done: Promise<void> }

export function startDispatch(service: DispatchService): Dispatch {
  const attempts = new Map<string, Attempt>()
  const settler = createSettler(service, LEASE, (error) => service.onFailure('settle', error))
  const stopping = new AbortController()

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const claims = attempts.size < CONCURRENT_ATTEMPTS ? await claimDue(service) : []
      if (stopping.signal.aborted) return await giveBack(service, claims)
      for (const claim of claims) start(claim)
      if (attempts.size >= CONCURRENT_ATTEMPTS) await Promise.race([...attempts.values()].map((one) => one.done))
      else if (claims.length < CLAIM_BATCH) {
        await service.untilDue(IDLE_WAIT)
        await pause(service.clock, GATHER)
      }
    }
  }

  function start(claim: Claim): void {
    const abort = new AbortController()
    const done = attemptDelivery(service, settler, claim, abort.signal).finally(() => attempts.delete(claim.token))
    attempts.set(claim.token, { claim, abort, done })
  }

  const renewal = startRenewal(service, attempts)
  const running = loop().catch((error: unknown) => service.onFailure('dispatch', error))
  return {
    async stop(patience) {
      stopping.abort()
      const finished = Promise.all([running, ...[...attempts.values()].map((one) => one.done)])
      await Promise.race([finished, pause(service.clock, patience)])
      renewal.stop()
      const late = [...attempts.values()]
      for (const { abort } of late) abort.abort()
      await giveBack(
        service,
        late.map(({ claim }) => claim),
      )
    },
  }
}

function pause(clock: Clock, delay: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delay, resolve)
  })
}

async function claimDue(service: DispatchService): Promise<readonly Claim[]> {
  const at = service.clock.now()
  try {
    return await service.spool.claim({ at, limit: CLAIM_BATCH, leaseUntil: at + LEASE })
  } catch (error) {
    service.onFailure('claim', error)
    return []
  }
}

/** Others have it at once. Should it fail, the leases lapse. */
async function giveBack(service: DispatchService, claims: readonly Claim[]): Promise<void> {
  if (claims.length === 0) return
  try {
    await service.spool.release(claims.map(({ token }) => token))
  } catch (error) {
    service.onFailure('release', error)
  }
}

async function attemptDelivery(
  service: DispatchService,
  settler: Settler,
  claim: Claim,
  signal: AbortSignal,
): Promise<void> {
  const transport = service.selectTransport(claim)
  const outcomes = await deliverWith(service, transport, claim, signal)
  if (signal.aborted) return
  const at = service.clock.now()
  for (const outcome of outcomes) service.counters.outcome(outcome.transport, outcome.status)
  await settler.settle({
    queueId: claim.envelope.queueId,
    token: claim.token,
    at,
    outcomes: outcomes.map((outcome) => schedule(claim, outcome, at, service.random)),
  })
}

/** A transport that throws has a bug; the message must not pay for it. */
async function deliverWith(
  service: DispatchService,
  transport: Transport,
  claim: Claim,
  signal: AbortSignal,
): Promise<readonly RecipientOutcome[]> {
  try {
    return await transport.deliver(claim, signal)
  } catch (error) {
    service.onFailure(`transport ${transport.name}`, error)
    return claim.recipients.map(({ index }) => ({
      index,
      status: 'deferred',
      enhancedStatusCode: '4.3.0',
      diagnostic: 'internal error of the transport',
      transport: transport.name,
    }))
  }
}

function schedule(claim: Claim, outcome: RecipientOutcome, at: number, random: () => number): RecipientOutcome {
  if (outcome.status !== 'deferred' || outcome.nextAttemptAt !== undefined) return outcome
  const before = claim.recipients.find(({ index }) => index === outcome.index)?.attempts ?? 0
  return { ...outcome, nextAttemptAt: nextAttemptAt(before + 1, at, random) }
}

function startRenewal(service: DispatchService, attempts: Map<string, Attempt>): { stop(): void } {
  let cancel = () => {}
  async function renew(): Promise<void> {
    const tokens = [...attempts.keys()]
    try {
      if (tokens.length > 0) {
        const held = new Set(await service.spool.renew(tokens, service.clock.now() + LEASE))
        for (const token of tokens) if (!held.has(token)) attempts.get(token)?.abort.abort()
      }
    } catch (error) {
      service.onFailure('renew', error)
    }
    next()
  }
  function next(): void {
    cancel = service.clock.after(RENEWAL, () => void renew())
  }
  next()
  return { stop: () => cancel() }
}
