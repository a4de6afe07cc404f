// Fixture: a dispatch loop over a spool that lends what a test gives it and keeps what is settled, with a clock that is set by hand.

import assert from 'node:assert/strict'
import { ManualClock, settleMicrotasks } from '../../test/fixtures/manual-clock.ts'
import type { Claim, PendingRecipient, RecipientOutcome, Settlement, Spool, SpooledEnvelope } from '../spool/spool.ts'
import type { Hold } from '../storage/holds.ts'
import type { Shipment, Transport, TransportOutcome } from '../transport/transport.ts'
import { type DispatchService, startDispatch } from './dispatch-loop.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

/** `recipients` are addresses, or more of what a pending recipient has. */
export function claimOf(
  queueId: string,
  recipients: readonly (string | Partial<PendingRecipient>)[] = ['b@example.test'],
  envelope: Partial<SpooledEnvelope> = {},
): Claim {
  const pending = recipients.map((recipient, index): PendingRecipient => {
    const given = typeof recipient === 'string' ? { forwardPath: recipient } : recipient
    return { index, forwardPath: 'b@example.test', parameters: {}, attempts: 0, delayReported: false, ...given }
  })
  return {
    token: `token ${queueId}`,
    leaseUntil: 0,
    envelope: {
      queueId,
      tenantId: 't',
      resourceId: 'r',
      principalId: 'p',
      applicationId: 'a',
      reversePath: 'a@example.test',
      parameters: {},
      recipients: pending.map(({ forwardPath, parameters }) => ({ forwardPath, parameters })),
      receivedAt: NOW,
      internetMessageId: 'm@example.test',
      subject: '',
      fromField: '',
      client: { address: '192.0.2.1', name: 'x' },
      ...envelope,
    },
    content: { kind: 'stored', size: 1, contentId: 'c' },
    recipients: pending,
    released: false,
  }
}

export const NOW = new ManualClock().now()

/** Of each recipient of a shipment, by its address. */
export type Say = (recipient: PendingRecipient, shipment: Shipment) => Partial<TransportOutcome>

export function transportOf(name: string, say: Say): Transport & { readonly shipments: Shipment[] } {
  const shipments: Shipment[] = []
  return {
    name,
    signs: false,
    shipments,
    deliver: async (shipment) => {
      shipments.push(shipment)
      return shipment.recipients.map((recipient) => outcomeOf(name, recipient, say(recipient, shipment)))
    },
  }
}

export function outcomeOf(
  name: string,
  { index }: PendingRecipient,
  said: Partial<TransportOutcome>,
): TransportOutcome {
  const status = said.status ?? 'delivered'
  const enhancedStatusCode = { delivered: '2.0.0', deferred: '4.2.0', failed: '5.2.0', suppressed: '' }[status]
  return { index, status, enhancedStatusCode, diagnostic: `${status} by test`, transport: name, ...said }
}

/** One that answers when it is told to. */
export function slowTransport(name: string) {
  const waiting: { readonly shipment: Shipment; readonly signal: AbortSignal; readonly answer: (say: Say) => void }[] =
    []
  const transport: Transport = {
    name,
    signs: false,
    deliver: (shipment, signal) =>
      new Promise((resolve) => {
        const answer = (say: Say) =>
          resolve(shipment.recipients.map((recipient) => outcomeOf(name, recipient, say(recipient, shipment))))
        waiting.push({ shipment, signal, answer })
      }),
  }
  return { transport, waiting }
}

export function openDispatch(
  routes: readonly Transport[] | DispatchService['routes']['selectRoute'],
  changes: Partial<DispatchService> = {},
  held: (tokens: readonly string[]) => readonly string[] = (tokens) => tokens,
  store: Partial<Pick<Spool, 'settle'>> = {},
) {
  const clock = new ManualClock()
  const due: Claim[] = []
  const settled: Settlement[] = []
  const failures: string[] = []
  const released: string[] = []
  const holds: Hold[] = []
  let ids = 0
  let wake = () => {}
  let lend = async () => due.splice(0)
  const spool: Spool = {
    enqueue: () => assert.fail('dispatch enqueues nothing'),
    claim: () => lend(),
    renew: async (tokens) => held(tokens),
    settle: async (settlements) => {
      settled.push(...settlements)
      return settlements.map(() => ({ type: 'settled' as const }))
    },
    release: async (tokens) => void released.push(...tokens),
    voidClaims: async () => {},
    ...store,
  }
  const dispatch = startDispatch({
    spool,
    routes: { selectRoute: typeof routes === 'function' ? routes : () => routes },
    pace: {
      destinationOf: ({ name }, path) => (name === 'mx' ? path.slice(path.indexOf('@') + 1) : name),
      admit: async () => ({ type: 'admitted', permit: { done: () => {} } }),
    },
    openShipment: async (claim, recipients) => ({
      type: 'shipment',
      shipment: {
        claim,
        recipients,
        open: async () => ({ size: 0, header8bit: false, body8bit: false, octets: none() }),
      },
    }),
    suppressions: { findSuppressed: async () => ({ suppressed: new Map(), lapsed: [] }) },
    holds: { findHolds: async () => holds },
    clock,
    random: () => 0.5,
    limits: { giveUpAfter: 4 * DAY, delayedAfter: 4 * HOUR },
    reports: { hostname: 'mail.example.test', content: { open: () => none() }, nextQueueId: () => `report ${++ids}` },
    managedSuffix: 'postern.test',
    nextEventId: () => `event ${++ids}`,
    untilDue: () =>
      new Promise((resolve) => {
        wake = resolve
      }),
    counters: { outcome: () => {} },
    onFailure: (what) => failures.push(what),
    ...changes,
  })
  const turn = async () => {
    await settleMicrotasks()
    wake()
    await settleMicrotasks()
    clock.advance(20)
    await settleMicrotasks()
  }
  const hand = async (...claims: Claim[]) => {
    due.push(...claims)
    await turn()
  }
  /** The next claim is answered by hand. */
  const lendByHand = () => {
    const { promise, resolve } = Promise.withResolvers<Claim[]>()
    lend = () => promise
    return resolve
  }
  /** Time passes, and everything that it sets off is done. */
  const wait = async (by: number) => {
    clock.advance(by)
    await settleMicrotasks()
  }
  return { clock, settled, failures, released, holds, dispatch, hand, lendByHand, turn, wait, wake: () => wake() }
}

async function* none(): AsyncIterable<Uint8Array> {}

/** What came of each recipient, in the order it was settled. */
export const statusesOf = (settled: readonly Settlement[]): readonly RecipientOutcome['status'][] =>
  settled.flatMap(({ outcomes }) => outcomes.map(({ status }) => status))
