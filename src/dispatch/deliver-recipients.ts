// One recipient after the other way out: recipients that leave together make one shipment, and those whom nobody has because of the way
// itself go to the next one of their route at once. What comes back is an outcome or a later moment for everybody.

import type { Claim, PendingRecipient, RecipientOutcome } from '../spool/spool.ts'
import type { Shipment, Transport, TransportOutcome } from '../transport/transport.ts'
import type { DestinationPace, DestinationResult, OpenShipment, Permit } from './delivery-ports.ts'
import type { DestinationLines } from './destination-lines.ts'
import { isNewsDue, latestAttempt, type RetryLimits } from './retry-schedule.ts'

export type DeliveryService = {
  readonly lines: DestinationLines
  readonly pace: Pick<DestinationPace, 'destinationOf'>
  readonly openShipment: OpenShipment
  readonly limits: RetryLimits
  readonly now: () => number
  readonly onFailure: (what: string, error: unknown) => void
}

/** `abort`: somebody else has the message, so drop everything. `halt`: begin nothing more; what is under way may end. */
export type HeldClaim = { readonly claim: Claim; readonly abort: AbortSignal; readonly halt: AbortSignal }

export type Postponed = { readonly index: number; readonly until: number }
export type Delivery = { readonly outcomes: readonly RecipientOutcome[]; readonly postponed: readonly Postponed[] }

/** Recipients that share a route and their next destination. */
export type Group = {
  readonly recipients: readonly PendingRecipient[]
  readonly route: readonly Transport[]
  readonly destination: string
}

/** By where they go next, in order. Every route has a first transport. */
export function groupRecipients(
  pace: Pick<DestinationPace, 'destinationOf'>,
  routed: readonly { readonly recipient: PendingRecipient; readonly route: readonly Transport[] }[],
): readonly Group[] {
  const groups = new Map<string, { recipients: PendingRecipient[]; route: readonly Transport[]; destination: string }>()
  for (const { recipient, route } of routed) {
    const [next] = route
    if (next === undefined) throw new Error('a route has no transport')
    const destination = pace.destinationOf(next, recipient.forwardPath)
    const key = JSON.stringify([destination, ...route.map(({ name }) => name)])
    const group = groups.get(key) ?? { recipients: [], route, destination }
    group.recipients.push(recipient)
    groups.set(key, group)
  }
  return [...groups.values()]
}

export async function deliverGroup(service: DeliveryService, held: HeldClaim, group: Group): Promise<Delivery> {
  const { recipients, route, destination } = group
  const [transport, ...further] = route
  if (transport === undefined) return NOTHING
  const latest = latestAttempt(held.claim.envelope, recipients, service.limits)
  const turn = await service.lines.admit(transport, destination, { latest, halt: held.halt })
  if (turn.type === 'postponed') {
    if (turn.isPaused && further.length > 0 && mayGoRound(transport, destination, recipients))
      return deliverAll(service, held, recipients, further)
    const postponed = recipients.map(({ index }) => ({ index, until: turn.until }))
    return held.halt.aborted ? { outcomes: [], postponed } : withNews(service, held.claim, transport, postponed)
  }
  const given = await useTurn(service, held, { ...group, transport, permit: turn.permit })
  if (held.halt.aborted) return haltedDelivery(given, service.now())
  const outcomes = given.filter(({ notTried }) => notTried !== true)
  const notTried = given
    .filter(({ notTried }) => notTried === true)
    .map(({ index, nextAttemptAt: until = service.now() }) => ({ index, until }))
  const waiting = withNews(service, held.claim, transport, notTried)
  const onward = recipients.filter(({ index }) => isForNext(outcomes, index))
  const settled = outcomes.filter(({ tryNext }) => tryNext !== true || further.length === 0)
  const done = merge({ outcomes: settled.map(plain), postponed: [] }, waiting)
  if (onward.length === 0 || further.length === 0) return done
  return merge(done, keepHope(await deliverAll(service, held, onward, further), outcomes))
}

/** Of those whose turn comes later, the ones whose sender is to hear now that it takes long have an outcome. RFC 3463 §3.5: congestion. */
function withNews(
  { limits, now }: DeliveryService,
  { envelope, recipients }: Claim,
  transport: Transport,
  postponed: readonly Postponed[],
): Delivery {
  const isDue = ({ index }: Postponed) =>
    recipients.some((recipient) => recipient.index === index && isNewsDue(envelope, recipient, now(), limits))
  const outcomes = postponed.filter(isDue).map(({ index, until }) => ({
    ...deferred(index, transport, '4.4.5', 'it waits for its turn: the next way out takes no more at the moment'),
    nextAttemptAt: until,
  }))
  return { outcomes, postponed: postponed.filter((one) => !isDue(one)) }
}

const NOTHING: Delivery = { outcomes: [], postponed: [] }

async function deliverAll(
  service: DeliveryService,
  held: HeldClaim,
  recipients: readonly PendingRecipient[],
  route: readonly Transport[],
): Promise<Delivery> {
  const routed = recipients.map((recipient) => ({ recipient, route }))
  const groups = groupRecipients(service.pace, routed)
  const deliveries = await Promise.all(groups.map((group) => deliverGroup(service, held, group)))
  return deliveries.reduce(merge, NOTHING)
}

/** A way out that is in trouble as a whole is passed by, but for what may be there already. */
const mayGoRound = (transport: Transport, destination: string, recipients: readonly PendingRecipient[]): boolean =>
  destination === transport.name && (transport.remembers !== true || recipients.every(({ attempts }) => attempts === 0))

const isForNext = (outcomes: readonly TransportOutcome[], index: number): boolean =>
  outcomes.some((outcome) => outcome.index === index && outcome.tryNext === true)

/** Whom the last way out cannot take at all, an earlier one may take later. */
function keepHope({ outcomes, postponed }: Delivery, earlier: readonly TransportOutcome[]): Delivery {
  const hopeful = new Map(earlier.flatMap((one) => (one.status === 'deferred' ? [[one.index, one] as const] : [])))
  const kept = outcomes.map((outcome) => {
    const before = hopeful.get(outcome.index)
    return outcome.status === 'failed' && isUnfit(outcome) && before !== undefined ? plain(before) : outcome
  })
  return { outcomes: kept, postponed }
}

/** The message as it is, not its recipient, is what could not be taken. RFC 3463 §3.7, and §3.4 for its size. */
const isUnfit = ({ enhancedStatusCode, remote }: RecipientOutcome): boolean =>
  remote?.reply === undefined && /^5\.(?:6\.\d+|3\.4)$/.test(enhancedStatusCode)

const merge = (one: Delivery, other: Delivery): Delivery => ({
  outcomes: [...one.outcomes, ...other.outcomes],
  postponed: [...one.postponed, ...other.postponed],
})

function plain(outcome: TransportOutcome): RecipientOutcome {
  const { tryNext, ...rest } = outcome
  return tryNext === undefined ? outcome : rest
}

/** What no remote has answered is due again at once, and parked by whoever looks; the next way out is not tried. */
function haltedDelivery(outcomes: readonly TransportOutcome[], now: number): Delivery {
  const answered = outcomes.filter(({ status, tryNext, remote }) =>
    status === 'deferred' ? remote?.reply !== undefined : tryNext !== true,
  )
  const open = outcomes.filter((outcome) => !answered.includes(outcome))
  return { outcomes: answered.map(plain), postponed: open.map(({ index }) => ({ index, until: now })) }
}

type Attempt = Group & { readonly transport: Transport; readonly permit: Permit }

async function useTurn(
  service: DeliveryService,
  held: HeldClaim,
  attempt: Attempt,
): Promise<readonly TransportOutcome[]> {
  const { recipients, permit } = attempt
  let result: DestinationResult = { type: 'unused' }
  try {
    const outcomes = complete(recipients, await offer(service, held, attempt), attempt.transport)
    if (!held.abort.aborted && !held.halt.aborted) result = resultOf(outcomes)
    return outcomes
  } finally {
    permit.done(result)
  }
}

/** A transport that throws has a bug, and a content that cannot be read is our trouble; the message must not pay for either. */
async function offer(
  service: DeliveryService,
  { claim, abort, halt }: HeldClaim,
  { recipients, transport }: Attempt,
): Promise<readonly TransportOutcome[]> {
  const failed = (enhancedStatusCode: string, diagnostic: string) =>
    recipients.map(({ index }) => deferred(index, transport, enhancedStatusCode, diagnostic))
  try {
    const opened = await service.openShipment(claim, recipients, transport)
    if (opened.type === 'deferred') return failed(opened.enhancedStatusCode, opened.detail)
    return await transport.deliver(stoppable(opened.shipment, halt), abort)
  } catch (error) {
    if (!halt.aborted && !abort.aborted) service.onFailure(`transport ${transport.name}`, error)
    return failed('4.3.0', 'internal error of the transport')
  }
}

/** No content is opened once the claim is halted. */
function stoppable(shipment: Shipment, halt: AbortSignal): Shipment {
  return {
    ...shipment,
    open: (form) => (halt.aborted ? Promise.reject(new Error('the message was put on hold')) : shipment.open(form)),
  }
}

/** One outcome for each, whatever the transport forgot or made up. */
function complete(
  recipients: readonly PendingRecipient[],
  outcomes: readonly TransportOutcome[],
  transport: Transport,
): readonly TransportOutcome[] {
  return recipients.map(
    ({ index }) =>
      outcomes.find((outcome) => outcome.index === index) ??
      deferred(index, transport, '4.3.0', 'the transport gave no outcome'),
  )
}

const deferred = (
  index: number,
  transport: Transport,
  enhancedStatusCode: string,
  diagnostic: string,
): TransportOutcome => ({ index, status: 'deferred', enhancedStatusCode, diagnostic, transport: transport.name })

/** Codes that are about a server and the way to it, and not about one mailbox or message. RFC 3463 §3.4, §3.5, §3.8. */
const TROUBLE = /^4\.[347]\./

/** Only a remote that took nothing can be in trouble. */
function resultOf(outcomes: readonly TransportOutcome[]): DestinationResult {
  const trouble = outcomes.find(
    ({ status, tryNext, enhancedStatusCode, remote }) =>
      status === 'deferred' && TROUBLE.test(enhancedStatusCode) && (tryNext === true || remote !== undefined),
  )
  if (trouble === undefined || outcomes.some(({ status }) => status !== 'deferred')) {
    const isAnswered = outcomes.some(({ status, remote }) => status === 'delivered' || remote?.reply !== undefined)
    return isAnswered ? { type: 'ok' } : { type: 'unused' }
  }
  return { type: 'failed', reply: trouble.remote?.reply ?? trouble.diagnostic.slice(0, 500) }
}
