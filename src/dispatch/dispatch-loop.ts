// Lends due messages from the spool and attends to each until it is settled. It opens no socket; leases are renewed while attempts run,
// an attempt whose lease was lost is aborted, since somebody else has the message, and one that a hold stops begins nothing more.

import type { Clock } from '../config/clock.ts'
import { isHeld } from '../spool/hold-matching.ts'
import type { Claim, Spool } from '../spool/spool.ts'
import type { HoldReader } from '../storage/holds.ts'
import { StoreError } from '../storage/store-error.ts'
import { attendClaim, type AttendService } from './attend-claim.ts'
import { DestinationLines } from './destination-lines.ts'
import type { DestinationPace } from './delivery-ports.ts'
import { createSettler } from './settler.ts'

export type DispatchService = Omit<AttendService, 'lines' | 'settler' | 'now'> & {
  readonly spool: Spool
  readonly pace: DestinationPace
  readonly holds: Pick<HoldReader, 'findHolds'>
  /** Resolves when new mail may be due, at the latest after so many milliseconds. */
  readonly untilDue: (patience: number) => Promise<void>
}

export type Dispatch = {
  /** Claims nothing more and waits for the attempts under way, at most `patience` milliseconds; the rest is given back. */
  stop(patience: number): Promise<void>
}

/** With the longest wait until somebody looks, what a dead node had is with another one within 30 seconds. */
export const LEASE = 25_000
const RENEWAL = 8_000
const CLAIM_BATCH = 100
/** Messages in memory, waiting or under way. */
const MOST_CLAIMS = 600
const IDLE_WAIT = 1_000
/** Let new mail gather for a moment: one claim for many costs a fraction of one claim each. */
const GATHER = 20

type Attended = {
  readonly claim: Claim
  readonly abort: AbortController
  readonly halt: AbortController
  readonly done: Promise<void>
  /** When its lease ends, as far as is known. */
  leaseUntil: number
}

export function startDispatch(service: DispatchService): Dispatch {
  const attended = new Map<string, Attended>()
  const lines = new DestinationLines(service.pace, service.clock)
  const settler = createSettler(service, LEASE, (error) => service.onFailure('settle', error))
  const onFailure = oncePerOutage(service)
  const attending: AttendService = { ...service, onFailure, lines, settler, now: () => service.clock.now() }
  const stopping = new AbortController()

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      // A few long lines must not keep out everybody else.
      if (MOST_CLAIMS - attended.size < CLAIM_BATCH) lines.shed(CLAIM_BATCH)
      const room = Math.min(CLAIM_BATCH, MOST_CLAIMS - attended.size)
      const claims = room > 0 ? await claimDue(service, room) : []
      if (stopping.signal.aborted) return await giveBack(service, claims)
      for (const claim of claims) start(claim)
      if (attended.size >= MOST_CLAIMS) await Promise.race([...attended.values()].map((one) => one.done))
      else if (claims.length < room) {
        await service.untilDue(IDLE_WAIT)
        await pause(service.clock, GATHER)
      }
    }
  }

  function start(claim: Claim): void {
    const [abort, halt] = [new AbortController(), new AbortController()]
    const held = { claim, abort: abort.signal, halt: halt.signal }
    const done = attendClaim(attending, held).finally(() => attended.delete(claim.token))
    attended.set(claim.token, { claim, abort, halt, done, leaseUntil: service.clock.now() + LEASE })
  }

  const renewal = startRenewal(service, attended)
  const running = loop().catch((error: unknown) => service.onFailure('dispatch', error))
  return {
    async stop(patience) {
      stopping.abort()
      for (const { halt } of attended.values()) halt.abort()
      const finished = Promise.all([running, ...[...attended.values()].map((one) => one.done)])
      await Promise.race([finished, pause(service.clock, patience)])
      renewal.stop()
      const late = [...attended.values()]
      for (const { abort } of late) abort.abort()
      await giveBack(
        service,
        late.map(({ claim }) => claim),
      )
    },
  }
}

/** In milliseconds: so long a store that is away is not told of again. Hundreds of messages find it away at once. */
const OUTAGE = 10_000

function oncePerOutage({ clock, onFailure }: DispatchService): DispatchService['onFailure'] {
  let quietUntil = 0
  return (what, error) => {
    if (error instanceof StoreError && error.code !== 'internal') {
      if (clock.now() < quietUntil) return
      quietUntil = clock.now() + OUTAGE
    }
    onFailure(what, error)
  }
}

function pause(clock: Clock, delay: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delay, resolve)
  })
}

async function claimDue(service: DispatchService, limit: number): Promise<readonly Claim[]> {
  const at = service.clock.now()
  try {
    return await service.spool.claim({ at, limit, leaseUntil: at + LEASE })
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

function startRenewal(service: DispatchService, attended: ReadonlyMap<string, Attended>): { stop(): void } {
  let cancel = () => {}
  async function renew(): Promise<void> {
    try {
      if (attended.size > 0) {
        await renewLeases(service, attended)
        await haltHeld(service, attended)
      }
    } catch (error) {
      service.onFailure('renew', error)
      haltUnsure(service, attended)
    }
    next()
  }
  function next(): void {
    cancel = service.clock.after(RENEWAL, () => void renew())
  }
  next()
  return { stop: () => cancel() }
}

async function renewLeases({ spool, clock }: DispatchService, attended: ReadonlyMap<string, Attended>): Promise<void> {
  const tokens = [...attended.keys()]
  const leaseUntil = clock.now() + LEASE
  const kept = new Set(await spool.renew(tokens, leaseUntil))
  for (const token of tokens) {
    const one = attended.get(token)
    if (one === undefined) continue
    if (kept.has(token)) one.leaseUntil = leaseUntil
    else {
      one.abort.abort()
      one.halt.abort()
    }
  }
}

/** What will be over before the next look may be somebody else's then: what is under way goes on, and nothing more begins. */
function haltUnsure({ clock }: DispatchService, attended: ReadonlyMap<string, Attended>): void {
  for (const { leaseUntil, halt } of attended.values()) if (leaseUntil < clock.now() + RENEWAL) halt.abort()
}

async function haltHeld({ holds }: DispatchService, attended: ReadonlyMap<string, Attended>): Promise<void> {
  const all = [...attended.values()].filter(({ halt }) => !halt.signal.aborted)
  const found = await holds.findHolds(all.map(({ claim }) => claim.envelope.queueId))
  if (found.length === 0) return
  for (const { claim, halt } of all) {
    const isStopped = claim.recipients.some(({ forwardPath }) =>
      found.some((hold) => isHeld(hold, claim.envelope, forwardPath)),
    )
    if (isStopped) halt.abort()
  }
}
