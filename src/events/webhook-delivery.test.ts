// Events to real receivers: in both schemas, signed, tried again, by one sender at a time, and none lost whoever is down.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, test } from 'node:test'
import { beginQueueIds, type MailStore } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { AT, seedTwoTenants } from '../storage/two-tenants.fixture.ts'
import {
  answering,
  createHandClock,
  idsIn,
  newEvent,
  openLine,
  openReceiver,
  type Received,
  type Receiver,
  SECRET,
  startSender,
  subscribe,
} from './webhook.fixture.ts'

let storage: MailStore
let receivers: Receiver[]
beforeEach(async () => {
  beginQueueIds()
  storage = await seedTwoTenants(await openTemporaryMailStore())
  receivers = []
})
afterEach(async () => {
  await Promise.all(receivers.map((one) => one.close()))
  await storage.close()
})

async function receiver(...given: Parameters<typeof openReceiver>): Promise<Receiver> {
  const opened = await openReceiver(...given)
  receivers.push(opened)
  return opened
}

async function tell(count = 1): Promise<readonly string[]> {
  const events = Array.from({ length: count }, () => newEvent())
  return storage.write.events.appendEvents(events)
}

/** As Standard Webhooks tells its receivers to check. */
function assertSigned({ headers, body }: Received): void {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']]
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(`${String(id)}.${String(timestamp)}.${body.toString()}`)
  assert.equal(headers['webhook-signature'], `v1,${expected.digest('base64')}`)
  assert.equal(timestamp, String(Math.floor(AT / 1000)))
}

test('an event arrives in the schema of Event Grid, signed and with the headers that were chosen', async () => {
  const there = await receiver()
  const { name } = await subscribe(storage, there.url)
  const [id] = await tell()
  const clock = createHandClock()
  const sender = startSender(storage, clock)
  clock.advance(0)
  await sender.attempts(1)
  const [received] = there.received
  assert(received !== undefined)
  assertSigned(received)
  const { headers } = received
  assert.equal(headers['x-key'], 'k')
  assert.equal(headers['aeg-event-type'], 'Notification')
  assert.equal(headers['aeg-subscription-name'], name.toUpperCase())
  assert.equal(headers['webhook-id'], id)
  const { source, subject, type, data } = newEvent()
  assert.deepEqual(JSON.parse(received.body.toString()), [
    {
      id,
      topic: source,
      subject,
      data,
      eventType: type,
      dataVersion: '1.0',
      metadataVersion: '1',
      eventTime: new Date(AT).toISOString(),
    },
  ])
  await sender.stop()
})

test('an event arrives as a CloudEvent', async () => {
  const there = await receiver(answering(202))
  await subscribe(storage, there.url, { eventSchema: 'CloudEventSchemaV1_0' })
  const [id] = await tell()
  const clock = createHandClock()
  const sender = startSender(storage, clock)
  clock.advance(0)
  await sender.attempts(1)
  const [received] = there.received
  assert(received !== undefined)
  assertSigned(received)
  assert.equal(received.headers['content-type'], 'application/cloudevents+json; charset=utf-8')
  const body = JSON.parse(received.body.toString()) as Record<string, unknown>
  assert.deepEqual([body['specversion'], body['id'], body['type']], ['1.0', id, newEvent().type])
  assert.deepEqual(sender.outcomes, ['delivered'])
  await sender.stop()
})

test('a receiver that is down loses nothing, and its attempts are kept in their order', async () => {
  const before = await openReceiver()
  const { port, url } = before
  await before.close()
  const { subscriptionId } = await subscribe(storage, url)
  const ids = await tell(12)
  const clock = createHandClock()
  const sender = startSender(storage, clock)
  clock.advance(0)
  await sender.attempts(12)
  clock.advance(10_000)
  await sender.attempts(24)
  const there = await receiver(answering(503), port)
  clock.advance(30_000)
  await sender.attempts(36)
  there.answer(answering(200))
  clock.advance(60_000)
  await sender.attempts(48)
  assert.deepEqual([...new Set(idsIn(there))].toSorted(), [...ids].toSorted())
  const deliveries = await storage.read.webhooks.listDeliveries({ subscriptionId, limit: 100 })
  for (const { status, attempts } of deliveries) {
    assert.equal(status, 'delivered')
    assert.deepEqual(
      attempts.map(({ at, detail }) => [at - AT, detail]),
      [
        [0, 'the connection failed (ECONNREFUSED)'],
        [10_000, 'the connection failed (ECONNREFUSED)'],
        [40_000, 'it answers 503'],
        [100_000, 'it answers 200'],
      ],
    )
  }
  await sender.stop()
})

for (const status of [400, 401, 403, 404, 413])
  test(`after ${status} nothing is tried again, until it is replayed`, async () => {
    const there = await receiver(answering(status))
    const subscription = await subscribe(storage, there.url)
    await tell()
    const clock = createHandClock()
    const sender = startSender(storage, clock)
    clock.advance(0)
    await sender.attempts(1)
    assert.deepEqual(sender.outcomes, ['dead'])
    there.answer(answering(204))
    const change = { at: AT, principalId: 'p', requestId: 'r' }
    await storage.write.webhooks.replayDeliveries(change, subscription, { type: 'dead' }, 10)
    clock.advance(1000)
    await sender.attempts(2)
    assert.deepEqual(sender.outcomes, ['dead', 'delivered'])
    await sender.stop()
  })

test('a receiver that does not answer holds up no other', async () => {
  const waiting: ServerResponse[] = []
  const slow = await receiver((response) => void waiting.push(response))
  const quick = await receiver()
  await subscribe(storage, slow.url)
  await subscribe(storage, quick.url)
  const ids = await tell(30)
  const clock = createHandClock()
  const sender = startSender(storage, clock)
  clock.advance(0)
  await sender.attempts(30)
  assert.deepEqual([...idsIn(quick)].toSorted(), [...ids].toSorted())
  await slow.arrived(1)
  assert(waiting.length <= 8)
  slow.answer(answering(200))
  for (const response of waiting) response.writeHead(200).end()
  await sender.attempts(60)
  assert.deepEqual([...new Set(idsIn(slow))].toSorted(), [...ids].toSorted())
  await sender.stop()
})

test('two senders tell each event once', async () => {
  const there = await receiver()
  await subscribe(storage, there.url)
  const ids = await tell(40)
  const clock = createHandClock()
  const senders = [startSender(storage, clock), startSender(storage, clock)]
  clock.advance(0)
  await there.arrived(40)
  await Promise.all(senders.map((one) => one.stop()))
  assert.deepEqual([...idsIn(there)].toSorted(), [...ids].toSorted())
})

test('what was sent and not recorded is sent again by another when the lease is over', async () => {
  const there = await receiver()
  await subscribe(storage, there.url)
  const [id] = await tell()
  const clock = createHandClock()
  // The first one is gone between the answer and the record of it.
  const never = new Promise<never>(() => {})
  const { webhooks } = storage.write
  const { spreadEvents, claimDeliveries } = webhooks
  const dying = { webhooks: { spreadEvents, claimDeliveries, settleDelivery: () => never } }
  const itsClock = createHandClock()
  startSender({ read: storage.read, write: dying }, itsClock)
  itsClock.advance(0)
  await there.arrived(1)
  const second = startSender(storage, clock)
  clock.advance(45_000)
  await second.attempts(1)
  assert.deepEqual(idsIn(there), [id, id])
  await second.stop()
})

test('what happened while nobody told is told by whoever starts', async () => {
  const there = await receiver()
  await subscribe(storage, there.url)
  const ids = await tell(250)
  const clock = createHandClock()
  const sender = startSender(storage, clock)
  clock.advance(0)
  await sender.attempts(250)
  assert.deepEqual([...idsIn(there)].toSorted(), [...ids].toSorted())
  await sender.stop()
})

test('stopping ends what is under way, which is told again later', async () => {
  const there = await receiver(() => {})
  const { subscriptionId } = await subscribe(storage, there.url)
  await tell()
  const clock = createHandClock()
  const sender = startSender(storage, clock, openLine(undefined, 60_000))
  clock.advance(0)
  await there.arrived(1)
  const stopped = sender.stop(1000)
  await new Promise(setImmediate)
  clock.advance(1000)
  await stopped
  const [delivery] = await storage.read.webhooks.listDeliveries({ subscriptionId, limit: 1 })
  assert.equal(delivery?.status, 'pending')
})
