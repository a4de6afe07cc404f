// Tells receivers of events, from the outbox: spreads what happened over the subscriptions that want it, claims what is due, sends, and
// records each attempt. Any number of nodes may do it at once: a delivery is one sender's at a time, and another's when that sender dies.
// A receiver that fails has one request at a time until it works again, and no receiver takes room from another.

import type { Clock } from '../config/clock.ts'
import type { Sealer } from '../keys/sealing.ts'
import type { ClaimedDelivery, EventSubscription, WebhookReader, WebhookWriter } from '../storage/webhooks.ts'
import type { WebhookAnswer, WebhookLine } from './webhook-line.ts'
import { notification } from './webhook-request.ts'
import { judgeAnswer } from './webhook-schedule.ts'
import { openTarget } from './webhook-target.ts'

/** Longer than a request takes with all that is around it; so long an event waits when its sender has died. */
const LEASE = 45_000
/** Between two looks at the outbox, when nothing is known to be due earlier. */
const BETWEEN_LOOKS = 1000
const AFTER_FAILURE = 5000
/** Events that are spread in one transaction. */
const SPREAD = 100
/** Before receivers get their turn. */
const ROUNDS = 10
/** Requests under way to one receiver that works. */
const UNDER_WAY = 8

export type WebhookService = {
  readonly read: Pick<WebhookReader, 'lookForWork'>
  readonly write: Pick<WebhookWriter, 'spreadEvents' | 'claimDeliveries' | 'settleDelivery'>
  readonly line: WebhookLine
  readonly sealer: Sealer
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  readonly onAttempt: (outcome: 'delivered' | 'pending' | 'dead') => void
  readonly onFailure: (what: string, error: unknown) => void
}

type Receiver = { underWay: number; isFailing: boolean }

export function startWebhookDelivery(service: WebhookService): { stop(patience: number): Promise<void> } {
  const teller = new Teller(service)
  teller.start()
  return teller
}

class Teller {
  readonly #service: WebhookService
  readonly #receivers = new Map<string, Receiver>()
  readonly #sending = new Set<Promise<void>>()
  #stopped = false
  #cancel = () => {}
  #looking: Promise<void> | undefined
  #lookAgain = false

  constructor(service: WebhookService) {
    this.#service = service
  }

  start(): void {
    this.#schedule(0)
  }

  /** What is still under way after `patience` milliseconds is ended, and told again by whoever comes next. */
  async stop(patience: number): Promise<void> {
    const { clock, line } = this.#service
    this.#stopped = true
    this.#cancel()
    await this.#looking
    const cancelClose = clock.after(patience, () => line.close())
    await Promise.all(this.#sending)
    cancelClose()
    line.close()
  }

  #schedule(delay: number): void {
    this.#cancel()
    if (!this.#stopped) this.#cancel = this.#service.clock.after(delay, () => this.#look())
  }

  /** One at a time. */
  #look(): void {
    if (this.#stopped) return
    if (this.#looking !== undefined) {
      this.#lookAgain = true
      return
    }
    this.#looking = this.#lookOnce()
      .catch((error: unknown) => {
        this.#service.onFailure('looking for events to tell', error)
        return AFTER_FAILURE
      })
      .then((delay) => {
        this.#looking = undefined
        this.#schedule(this.#lookAgain ? 0 : delay)
        this.#lookAgain = false
      })
  }

  /** Gives the time until the next look. */
  async #lookOnce(): Promise<number> {
    const { read, write, clock } = this.#service
    let work = await read.lookForWork()
    for (let round = 0; work.toSpread && round < ROUNDS && !this.#stopped; round += 1) {
      await write.spreadEvents(SPREAD, clock.now())
      work = await read.lookForWork()
    }
    let delay = work.toSpread ? 0 : BETWEEN_LOOKS
    for (const { subscription, nextAt } of work.due) {
      const free = roomOf(this.#receivers.get(subscription.subscriptionId))
      if (free === 0 || this.#stopped) continue
      if (nextAt <= clock.now()) await this.#claimSome(subscription, free)
      else delay = Math.min(delay, nextAt - clock.now())
    }
    return delay
  }

  async #claimSome(subscription: EventSubscription, limit: number): Promise<void> {
    const { write, clock } = this.#service
    const { subscriptionId } = subscription
    const at = clock.now()
    const claimed = await write.claimDeliveries({ subscriptionId, at, leaseUntil: at + LEASE, limit })
    for (const delivery of claimed) this.#begin(subscription, delivery)
  }

  #begin(subscription: EventSubscription, delivery: ClaimedDelivery): void {
    const { subscriptionId } = subscription
    const receiver = this.#receivers.get(subscriptionId) ?? { underWay: 0, isFailing: false }
    this.#receivers.set(subscriptionId, receiver)
    receiver.underWay += 1
    const sent = tell(this.#service, subscription, delivery)
      .then((isTold) => {
        receiver.isFailing = !isTold
      })
      .catch((error: unknown) => this.#service.onFailure('recording what a receiver of events answered', error))
      .finally(() => {
        receiver.underWay -= 1
        if (receiver.underWay === 0 && !receiver.isFailing) this.#receivers.delete(subscriptionId)
        this.#sending.delete(sent)
        this.#look()
      })
    this.#sending.add(sent)
  }
}

function roomOf(receiver: Receiver | undefined): number {
  if (receiver === undefined) return UNDER_WAY
  return Math.max(0, (receiver.isFailing ? 1 : UNDER_WAY) - receiver.underWay)
}

/** False when the receiver did not take it. */
async function tell(
  { line, sealer, write, clock, random, onAttempt }: WebhookService,
  subscription: EventSubscription,
  delivery: ClaimedDelivery,
): Promise<boolean> {
  const { event, token, attempts } = delivery
  const target = openTarget(sealer, subscription)
  const answer: WebhookAnswer =
    target === undefined
      ? { type: 'failed', detail: 'its secrets were sealed under another key' }
      : await line.send(notification(subscription, target, event, { at: clock.now(), attempts }))
  const judged = judgeAnswer(delivery, answer, clock.now(), random())
  const { subscriptionId } = subscription
  const settled = await write.settleDelivery({ subscriptionId, eventId: event.eventId, token, ...judged })
  if (settled) onAttempt(judged.outcome.type)
  return judged.outcome.type === 'delivered'
}
