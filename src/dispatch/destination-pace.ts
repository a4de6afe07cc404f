// How many attempts may be under way to each destination, and when a destination is left alone. What nodes share is in the store; here
// is the part of one node, in memory: permits are taken there for some seconds, with what came of attempts told along, so that a
// message costs nothing there while a destination is busy. It never waits for a connection to come free and starts nothing itself.

import type { Clock } from '../config/clock.ts'
import { domainOf } from '../resources/mail-address.ts'
import type { DestinationLimits, DestinationWriter, PermitGrant, PermitRequest } from '../storage/destinations.ts'
import type { Transport } from '../transport/transport.ts'
import type { Admission, DestinationPace, DestinationResult, Permit } from './delivery-ports.ts'

export type PaceOptions = {
  readonly destinations: Pick<DestinationWriter, 'exchangePermits'>
  /** By the name of a transport. Undefined: it takes whatever comes. */
  readonly limitsOf: (transport: string) => DestinationLimits | undefined
  /** Unlike that of every other node, and of this one before it was started again. */
  readonly node: string
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  /** An attempt of the transport began, or ended. */
  readonly onUse: (transport: string, change: 1 | -1) => void
  readonly onFailure: (what: string, error: unknown) => void
}

export type RunningPace = DestinationPace & {
  /** Gives everything back; attempts that are still under way keep what they use until it lapses. */
  close(): Promise<void>
}

/** So long does a dead node keep others out. */
const PERIOD = 10_000
const RENEWAL = 4_000
const BACK_OFF = { first: 10_000, most: 30 * 60_000 }
/** Between two questions about a destination whose window still grows. */
const GROWTH = 250
/** Destinations of one transaction. */
const BATCH = 64

/** The window of a destination that nothing is known about. */
export const INITIAL_WINDOW = 2

type Destination = {
  readonly name: string
  readonly limits: DestinationLimits
  granted: number
  messages: number
  until: number
  pausedUntil: number
  askAgainAt: number
  inUse: number
  /** Since the store was asked: the most in use at once, those that found no room, those that began. */
  peak: number
  refused: number
  begun: number
  successes: number
  failures: number
  reply: string
}

const unknown = (name: string, limits: DestinationLimits): Destination => ({
  name,
  limits,
  granted: 0,
  messages: 0,
  until: 0,
  pausedUntil: 0,
  askAgainAt: 0,
  inUse: 0,
  peak: 0,
  refused: 0,
  begun: 0,
  successes: 0,
  failures: 0,
  reply: '',
})

export function createDestinationPace(options: PaceOptions): RunningPace {
  const { clock, limitsOf, onFailure } = options
  const known = new Map<string, Destination>()
  const exchange = createExchange(options)
  const exchangeAll = (some: readonly Destination[], what: string) =>
    Promise.all(some.map((one) => exchange(one))).catch((error: unknown) => onFailure(what, error))
  const tell = (one: Destination) => void exchangeAll([one], 'tell of a destination')

  function find(name: string, limits: DestinationLimits): Destination {
    const one = known.get(name) ?? unknown(name, limits)
    known.set(name, one)
    return one
  }

  const renewal = startRenewal(clock, async () => {
    const now = clock.now()
    for (const one of known.values()) if (!isHeld(one) && one.pausedUntil <= now) known.delete(one.name)
    await exchangeAll([...known.values()].filter(isHeld), 'renew permits')
  })

  return {
    destinationOf: ({ name }, forwardPath) => (name === 'mx' ? domainOf(forwardPath) : name),
    async admit(transport, destination, latest) {
      const limits = limitsOf(transport.name)
      if (limits === undefined) return admitted(options, transport, undefined, tell)
      const one = find(destination, limits)
      for (;;) {
        const answer = admitFrom(one, clock.now(), latest)
        if (answer === 'take') return admitted(options, transport, one, tell)
        one.refused += answer === 'ask' || answer.type === 'busy' ? 1 : 0
        if (answer !== 'ask') return answer
        await exchange(one)
      }
    },
    async close() {
      renewal.stop()
      const held = [...known.values()].filter(isHeld)
      for (const one of held) Object.assign(one, { begun: 0, peak: 0, refused: 0 })
      await exchangeAll(held, 'return permits')
    },
  }
}

/** From memory, or `ask` the store first. */
function admitFrom(one: Destination, now: number, latest: number | undefined): Admission | 'take' | 'ask' {
  // A failure that nobody has been told of yet may be the beginning of a pause.
  if (now >= one.until || one.failures > 0) return 'ask'
  if (now < one.pausedUntil && (latest === undefined || now < latest))
    return { type: 'paused', until: Math.min(one.pausedUntil, latest ?? one.pausedUntil) }
  const mayBegin = one.limits.perMinute === undefined || one.messages > 0
  if (mayBegin && one.inUse < one.granted) return 'take'
  return now < one.askAgainAt ? { type: 'busy', askAgainAt: one.askAgainAt } : 'ask'
}

function admitted(
  { onUse }: PaceOptions,
  transport: Transport,
  one: Destination | undefined,
  tell: (one: Destination) => void,
): Admission {
  onUse(transport.name, 1)
  if (one !== undefined) begin(one)
  let isDone = false
  const permit: Permit = {
    done(result) {
      if (isDone) throw new Error('a permit was given back twice')
      isDone = true
      onUse(transport.name, -1)
      if (one !== undefined && end(one, result)) tell(one)
    },
  }
  return { type: 'admitted', permit }
}

function begin(one: Destination): void {
  one.inUse += 1
  one.begun += 1
  if (one.limits.perMinute !== undefined) one.messages -= 1
  one.peak = Math.max(one.peak, one.inUse)
}

/** True when others should know at once: that the destination is in trouble, or no longer. */
function end(one: Destination, result: DestinationResult): boolean {
  one.inUse -= 1
  if (result.type === 'unused') return false
  if (result.type === 'failed') {
    one.failures += 1
    one.reply = result.reply
    return true
  }
  one.successes += 1
  return one.pausedUntil > 0
}

/** The store has something of ours to renew, to take back, or to be told. */
const isHeld = (one: Destination): boolean =>
  one.granted > 0 || one.inUse > 0 || one.begun > 0 || one.refused > 0 || one.successes > 0 || one.failures > 0

/** Asks the store for many destinations at once: while one transaction is under way, the next ones gather. */
function createExchange({ destinations, node, clock, random }: PaceOptions): (one: Destination) => Promise<void> {
  let gathering = new Set<Destination>()
  let next: Promise<void> | undefined
  let running: Promise<unknown> = Promise.resolve()

  async function run(): Promise<void> {
    const all = [...gathering]
    gathering = new Set()
    next = undefined
    for (let done = 0; done < all.length; done += BATCH) await exchangeSome(all.slice(done, done + BATCH))
  }

  async function exchangeSome(some: readonly Destination[]): Promise<void> {
    const at = clock.now()
    const requests = some.map(requestOf)
    const backOff = { ...BACK_OFF, jitter: random() }
    const grants = await destinations.exchangePermits({ node, at, until: at + PERIOD, backOff, requests })
    for (const [index, one] of some.entries()) {
      const [request, grant] = [requests[index], grants[index]]
      if (request !== undefined && grant !== undefined) accept(one, request, grant, at)
    }
  }

  return (one) => {
    gathering.add(one)
    if (next === undefined) {
      next = running.then(run)
      running = next.catch(() => {})
    }
    return next
  }
}

function requestOf(one: Destination): PermitRequest {
  const { name, limits, inUse, peak, refused, begun, successes, failures, reply } = one
  // Who needed fewer permits than there were attempts will need them again.
  const wanted = Math.max(begun > peak ? peak : 0, inUse + refused)
  const messages = limits.perMinute === undefined ? 0 : Math.max(0, Math.max(begun, refused) - one.messages)
  return { destination: name, limits, inUse, wanted, messages, successes, failures, reply }
}

/** What was told or asked after the request stays for the next one. */
function accept(one: Destination, request: PermitRequest, grant: PermitGrant, at: number): void {
  one.granted = grant.granted
  one.messages += grant.messages
  one.until = at + PERIOD
  one.pausedUntil = grant.pausedUntil
  one.askAgainAt = askAgainAt(one, request, grant, at)
  one.peak = one.inUse
  one.begun = 0
  one.refused = 0
  one.successes -= request.successes
  one.failures -= request.failures
}

/** Who got all that was asked for may ask for more at once. Windows that grow, grow soon. */
function askAgainAt({ limits, until }: Destination, request: PermitRequest, grant: PermitGrant, at: number): number {
  if (grant.messages < request.messages) return Math.min(grant.askAgainAt, until)
  if (grant.granted >= limits.most) return until
  if (grant.granted >= request.wanted) return at
  return grant.window < limits.most ? at + GROWTH : Math.min(grant.askAgainAt, until)
}

function startRenewal(clock: Clock, renew: () => Promise<void>): { stop(): void } {
  let cancel = () => {}
  let stopped = false
  function next(): void {
    if (!stopped) cancel = clock.after(RENEWAL, () => void renew().then(next))
  }
  next()
  return {
    stop() {
      stopped = true
      cancel()
    },
  }
}
