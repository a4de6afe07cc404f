// What is done with one claimed message from when it is lent until it is settled: whether its sender still may send, whom nobody is to
// write to, who goes where. Each group of recipients goes at its own pace. Whoever took the message is settled at once, so that a kill
// makes no copy there; what else came of it waits for the last group, so that the sender gets one report of it.

import type { Clock } from '../config/clock.ts'
import { canonicalAddress } from '../resources/mail-address.ts'
import type { Claim, PendingRecipient, RecipientOutcome, Settlement } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import type { SuppressionReader, SuppressionStanding } from '../storage/suppressions.ts'
import { conclude, type ConclusionService } from './conclude.ts'
import {
  type Delivery,
  type DeliveryService,
  deliverGroup,
  type Group,
  groupRecipients,
  type HeldClaim,
  type Postponed,
} from './deliver-recipients.ts'
import type { Routes, StandingOf } from './delivery-ports.ts'
import { type FaultsOf, findRecipientFault, outcomeOnRequest } from './recipient-faults.ts'
import type { Settler } from './settler.ts'

export type AttendService = DeliveryService &
  ConclusionService & {
    readonly clock: Clock
    readonly settler: Settler
    readonly routes: Routes
    readonly suppressions: Pick<SuppressionReader, 'findSuppressed'>
    readonly standingOf?: StandingOf
    /** Absent where nobody may ask for faults. */
    readonly faultsOf?: FaultsOf
    readonly counters: { outcome(transport: string, status: RecipientOutcome['status'], isAmbiguous: boolean): void }
  }

/** In milliseconds: when something of ours failed, not the mail; a store that is away spares nobody by a long wait. */
const AFTER_BUG = 60_000
const AFTER_OUTAGE = 5_000

const patienceAfter = (error: unknown): number => (isOutage(error) ? AFTER_OUTAGE : AFTER_BUG)

const isOutage = (error: unknown): boolean => error instanceof StoreError && error.code !== 'internal'

/** Rejects never; a message that could not be settled is somebody else's when its lease is over. */
export async function attendClaim(service: AttendService, held: HeldClaim): Promise<void> {
  const { claim } = held
  try {
    const standing = await standingOf(service, claim)
    if (standing !== undefined) return await park(service, held, standing)
    const suppression = await findSuppressed(service, claim)
    await deliverEveryone(service, held, suppression)
  } catch (error) {
    service.onFailure(`message ${claim.envelope.queueId}`, error)
    const until = service.clock.now() + patienceAfter(error)
    const postponed = claim.recipients.map(({ index }) => ({ index, until }))
    if (!held.abort.aborted) await service.settler.settle({ ...about(service, claim), outcomes: [], postponed })
  }
}

const about = ({ clock }: AttendService, { envelope: { queueId }, token }: Claim) => ({
  queueId,
  token,
  at: clock.now(),
})

/** Why it is not to leave; undefined when nothing is against it. What we send ourselves needs no leave. */
async function standingOf(service: AttendService, { envelope, released }: Claim): Promise<string | undefined> {
  if (service.standingOf === undefined || released || envelope.reversePath === '') return undefined
  const standing = await service.standingOf(envelope)
  return standing.type === 'may not' ? standing.reason : undefined
}

async function park(service: AttendService, { claim }: HeldClaim, reason: string): Promise<void> {
  const note = `held: ${reason}`
  const holdId = service.nextEventId()
  await service.settler.settle({ ...about(service, claim), outcomes: [], notes: [note], park: { holdId, reason } })
}

function findSuppressed(
  { suppressions, clock }: AttendService,
  { envelope: { tenantId, reversePath, resourceId }, recipients }: Claim,
): Promise<SuppressionStanding> {
  const addresses = recipients.map(({ forwardPath }) => canonicalAddress(forwardPath))
  return suppressions.findSuppressed({ tenantId, reversePath, resourceId, addresses, at: clock.now() })
}

async function deliverEveryone(
  service: AttendService,
  held: HeldClaim,
  { suppressed, lapsed }: SuppressionStanding,
): Promise<void> {
  const { envelope, recipients } = held.claim
  const fault = await findRecipientFault(service.faultsOf, envelope)
  const onRequest = recipients.flatMap((recipient) => outcomeOnRequest(fault, recipient) ?? [])
  const real = recipients.filter(({ index }) => !onRequest.some((outcome) => outcome.index === index))
  const stopped = real.filter(({ forwardPath }) => suppressed.has(canonicalAddress(forwardPath)))
  const routed = real
    .filter((recipient) => !stopped.includes(recipient))
    .map((recipient) => ({ recipient, route: service.routes.selectRoute(envelope, recipient.forwardPath) }))
  const lost = routed.filter(({ route }) => route.length === 0).map(({ recipient }) => withoutRoute(recipient))
  const groups = groupRecipients(
    service.pace,
    routed.filter(({ route }) => route.length > 0),
  )
  const book = new ClaimBook(service, held, lapsed, groups.length)
  const notTried = stopped.map((one) => suppressedOutcome(one, suppressed))
  book.add({ outcomes: [...onRequest, ...notTried, ...lost], postponed: [] })
  if (groups.length === 0) return await book.settle()
  await Promise.all(groups.map(async (group) => book.groupEnded(await deliverInTurn(service, held, group, book))))
}

/** The claim keeps everybody else from who is sent away, so that they wait here while another group may take long. */
async function deliverInTurn(
  service: AttendService,
  held: HeldClaim,
  group: Group,
  book: ClaimBook,
): Promise<Delivery> {
  for (;;) {
    const delivery = await deliverOrPostpone(service, held, group)
    const until = Math.max(0, ...delivery.postponed.map((one) => one.until))
    if (delivery.outcomes.length > 0 || !(await book.waitUntil(until))) return delivery
  }
}

/** A destination that cannot be asked about keeps the other groups of the message from nothing. */
async function deliverOrPostpone(service: AttendService, held: HeldClaim, group: Group): Promise<Delivery> {
  try {
    return await deliverGroup(service, held, group)
  } catch (error) {
    service.onFailure(`destination ${group.destination}`, error)
    const until = service.clock.now() + patienceAfter(error)
    return { outcomes: [], postponed: group.recipients.map(({ index }) => ({ index, until })) }
  }
}

function suppressedOutcome(
  { index, forwardPath }: PendingRecipient,
  suppressed: SuppressionStanding['suppressed'],
): RecipientOutcome {
  const { reason, detail } = suppressed.get(canonicalAddress(forwardPath)) ?? { reason: '', detail: '' }
  const diagnostic = `not attempted, the address is suppressed (${reason}): ${detail}`
  return { index, status: 'suppressed', enhancedStatusCode: '5.1.1', diagnostic, transport: 'suppression' }
}

const withoutRoute = ({ index }: PendingRecipient): RecipientOutcome => ({
  index,
  status: 'deferred',
  enhancedStatusCode: '4.4.4',
  diagnostic: 'no route of delivery.routes fits',
  transport: 'none',
})

/** What came of a claim so far, and what of it has been settled. */
class ClaimBook {
  readonly #service: AttendService
  readonly #held: HeldClaim
  readonly #lapsed: readonly string[]
  #open: number
  /** Of groups that wait for their turn; false ends the waiting. */
  readonly #waiting = new Set<(isTurn: boolean) => void>()
  #outcomes: RecipientOutcome[] = []
  #postponed: Postponed[] = []
  /** Parts are settled in their order: the last one ends the claim. */
  #settled = Promise.resolve()

  constructor(service: AttendService, held: HeldClaim, lapsed: readonly string[], groups: number) {
    this.#service = service
    this.#held = held
    this.#lapsed = lapsed
    this.#open = groups
  }

  add({ outcomes, postponed }: Delivery): void {
    this.#outcomes.push(...outcomes)
    this.#postponed.push(...postponed)
  }

  /** True at that moment; false as soon as no other group is under way, or nothing more is to begin. */
  async waitUntil(at: number): Promise<boolean> {
    const { halt } = this.#held
    const { clock } = this.#service
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const give = () => resolve(false)
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      this.#waiting.delete(resolve)
      resolve(true)
    })
    halt.addEventListener('abort', give, { once: true })
    if (halt.aborted) give()
    this.#waiting.add(resolve)
    this.#endWaiting()
    const isTurn = await promise
    cancel()
    halt.removeEventListener('abort', give)
    this.#waiting.delete(resolve)
    return isTurn
  }

  /** Where nobody is under way, the message may as well be lent again. */
  #endWaiting(): void {
    if (this.#waiting.size === this.#open) for (const end of this.#waiting) end(false)
  }

  async groupEnded(delivery: Delivery): Promise<void> {
    this.add(delivery)
    this.#open -= 1
    this.#endWaiting()
    if (this.#open === 0) return this.settle()
    const delivered = this.#outcomes.filter(({ status }) => status === 'delivered')
    if (delivered.length === 0) return
    this.#outcomes = this.#outcomes.filter(({ status }) => status !== 'delivered')
    await this.#settle({ outcomes: delivered, postponed: [] }, true)
  }

  settle(): Promise<void> {
    return this.#settle({ outcomes: this.#outcomes, postponed: this.#postponed }, false)
  }

  #settle(delivery: Delivery, isPartial: boolean): Promise<void> {
    this.#settled = this.#settled.then(() => this.#settleNow(delivery, isPartial))
    return this.#settled
  }

  async #settleNow(delivery: Delivery, isPartial: boolean): Promise<void> {
    if (this.#held.abort.aborted) return
    const { clock, counters, settler } = this.#service
    for (const { transport, status, ambiguous = false } of delivery.outcomes)
      counters.outcome(transport, status, ambiguous)
    const settlement = await this.#conclude(delivery, clock.now())
    const part = isPartial && { isPartial }
    if (await settler.settle({ ...settlement, ...part })) return
    // To forget the results would be worse than to be without what follows from them.
    await settler.settle({ ...this.#withoutNews(delivery, clock.now(), AFTER_BUG), ...part })
  }

  /** A report that cannot be made now keeps what it would tell of for later; what was delivered stays so. */
  async #conclude(delivery: Delivery, at: number): Promise<Settlement> {
    const { claim } = this.#held
    try {
      return await conclude(this.#service, claim, delivery, { at, lapsed: this.#lapsed })
    } catch (error) {
      this.#service.onFailure(`reports of ${claim.envelope.queueId}`, error)
      return this.#withoutNews(delivery, at, patienceAfter(error))
    }
  }

  #withoutNews({ outcomes, postponed }: Delivery, at: number, patience: number): Settlement {
    const later = outcomes.flatMap(({ index, status }) =>
      status === 'delivered' ? [] : { index, until: at + patience },
    )
    const delivered = outcomes.filter(({ status }) => status === 'delivered')
    return { ...about(this.#service, this.#held.claim), outcomes: delivered, postponed: [...postponed, ...later] }
  }
}
