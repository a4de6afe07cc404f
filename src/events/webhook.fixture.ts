// Fixture: receivers of events, which are real HTTPS servers that answer as they are told; a clock set by hand; and senders over a store.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { systemClock, type Clock } from '../config/clock.ts'
import { createPrivateAddressCheck } from '../identity/private-address.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { createSealer } from '../keys/sealing.ts'
import { queueIdAt } from '../storage/mail-store.fixture.ts'
import type { EventSubscription, NewEvent, Storage } from '../storage/storage.ts'
import { A, AT, change } from '../storage/two-tenants.fixture.ts'
import { createAuthority } from '../transport/certificates.fixture.ts'
import { startWebhookDelivery, type WebhookService } from './webhook-delivery.ts'
import { createWebhookLine } from './webhook-line.ts'
import { newWebhookSecret, sealTarget } from './webhook-target.ts'

const authority = await createAuthority()
export const { certificate: ca } = authority
const issued = await authority.issue(['localhost', '127.0.0.1'])
export const sealer = createSealer(deriveKeys(Buffer.alloc(32, 7)))
export const SECRET = newWebhookSecret((count) => Buffer.alloc(count, 9))

export type Received = { readonly method: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
export type Answer = (response: ServerResponse, received: Received) => void
export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body)

export type Receiver = Awaited<ReturnType<typeof openReceiver>>

export async function openReceiver(first: Answer = answering(200), port = 0) {
  const received: Received[] = []
  const arrivals = new EventEmitter()
  const state = { answer: first }
  const server = createServer({ cert: issued.certificate, key: issued.privateKey }, (request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const one = { method: request.method ?? '', headers: request.headers, body: Buffer.concat(pieces) }
      received.push(one)
      arrivals.emit('arrival')
      state.answer(response, one)
    })
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')
  const address = server.address() as AddressInfo
  return {
    url: `https://localhost:${address.port}/hook?token=t0p`,
    port: address.port,
    received,
    answer(next: Answer) {
      state.answer = next
    },
    async arrived(count: number) {
      while (received.length < count) await once(arrivals, 'arrival')
    },
    dropConnections: () => server.closeIdleConnections(),
    async close() {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

export const idsIn = ({ received }: Receiver): readonly string[] =>
  received.map(({ headers }) => String(headers['webhook-id']))

/** Moves only when it is told to. */
export function createHandClock(start = AT): Clock & { advance(time: number): void } {
  let now = start
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  return {
    now: () => now,
    after(delay, callback) {
      const timer = { at: now + delay, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(time) {
      now += time
      for (const timer of timers)
        if (timer.at <= now) {
          timers.delete(timer)
          timer.callback()
        }
    },
  }
}

export const openLine = (allowed: readonly string[] = ['127.0.0.0/8', '::1/128'], timeout = 5000) =>
  createWebhookLine({ clock: systemClock, isPrivate: createPrivateAddressCheck(allowed), timeout })

/** `attempts(n)` resolves when so many have been recorded. */
type Outbox = {
  readonly read: { readonly webhooks: WebhookService['read'] }
  readonly write: { readonly webhooks: WebhookService['write'] }
}

export function startSender(storage: Outbox, clock: Clock, line = openLine()) {
  const outcomes: string[] = []
  const failures: unknown[] = []
  const told = new EventEmitter()
  const sender = startWebhookDelivery({
    read: storage.read.webhooks,
    write: storage.write.webhooks,
    line,
    sealer,
    clock,
    random: () => 0,
    onAttempt(outcome) {
      outcomes.push(outcome)
      told.emit('attempt')
    },
    onFailure: (what, error) => failures.push([what, error]),
  })
  return {
    outcomes,
    async attempts(count: number) {
      while (outcomes.length < count) await once(told, 'attempt')
    },
    async stop(patience = 1000) {
      await sender.stop(patience)
      assert.deepEqual(failures, [])
    },
  }
}

export async function subscribe(
  { write }: Storage,
  url: string,
  more: Partial<EventSubscription> = {},
): Promise<EventSubscription> {
  const subscriptionId = randomUUID()
  const subscription: EventSubscription = {
    subscriptionId,
    tenantId: A.tenantId,
    scope: '/',
    name: `s-${subscriptionId}`,
    endpoint: url,
    eventSchema: 'EventGridSchema',
    eventTypes: [],
    headerNames: [],
    ca,
    validation: undefined,
    createdAt: AT,
    sealed: sealTarget(sealer, { subscriptionId }, { url, headers: { 'x-key': 'k' }, secret: SECRET }),
    ...more,
  }
  assert.equal((await write.webhooks.putEventSubscription(change(), subscription)).type, 'created')
  return subscription
}

export const newEvent = (more: Partial<NewEvent> = {}): NewEvent => ({
  eventId: queueIdAt(AT),
  tenantId: A.tenantId,
  source: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/communicationServices/c',
  subject: 'sender/a@contoso.example/message/1',
  type: 'Microsoft.Communication.EmailDeliveryReportReceived',
  at: AT,
  data: { recipient: 'ä@example.com', status: 'Delivered' },
  ...more,
})
