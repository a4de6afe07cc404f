// Every outbox of events passes this suite: whoever wanted to hear of an event when it happened is told, by one sender at a time, and
// nobody else; what was given up can be told again.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type MailStore, mailTests, queueIdAt, SERVICE } from './mail-store.fixture.ts'
import type { EventSubscription, NewEvent } from './storage.ts'
import { A, AT, B, change, communicationService } from './two-tenants.fixture.ts'

const TYPE = 'Microsoft.Communication.EmailDeliveryReportReceived'

export const subscriptionOf = (more: Partial<EventSubscription> = {}): EventSubscription => ({
  subscriptionId: randomUUID(),
  tenantId: A.tenantId,
  scope: '/',
  name: 'Monitor',
  endpoint: 'https://receiver.example.test/hook',
  eventSchema: 'EventGridSchema',
  eventTypes: [],
  headerNames: [],
  validation: undefined,
  createdAt: AT,
  sealed: Buffer.from('sealed'),
  ...more,
})

const event = (more: Partial<NewEvent> = {}): NewEvent => ({
  eventId: queueIdAt(AT),
  tenantId: A.tenantId,
  source: SERVICE,
  subject: 'sender/a@contoso.example/message/1',
  type: TYPE,
  at: AT,
  data: { recipient: 'ä@example.com' },
  ...more,
})

/** `open` gives an empty store. */
export function describeWebhooks(name: string, open: () => Promise<MailStore>): void {
  const webhookTest = mailTests(`${name} webhooks`, open)

  webhookTest('a subscription is found by its scope and name, each tenant for itself', async ({ read, write }) => {
    const { webhooks } = write
    const mine = subscriptionOf({ scope: SERVICE, headerNames: ['x-a'], ca: 'pem', eventTypes: [TYPE] })
    const theirs = subscriptionOf({ tenantId: B.tenantId, scope: SERVICE })
    const waiting = subscriptionOf({ validation: { code: 'no id has this', until: AT + 10 } })
    for (const one of [mine, theirs, waiting])
      assert.deepEqual(await webhooks.putEventSubscription(change(), one), { type: 'created' })
    const readOne = (scope: string) => read.webhooks.readEventSubscription(A.tenantId, scope, 'MONITOR')
    assert.deepEqual(plain(await readOne(SERVICE.toUpperCase())), plain(mine))
    assert.deepEqual(plain(await readOne('/')), plain(waiting))
    assert.deepEqual((await read.webhooks.listEventSubscriptions(A.tenantId)).map(idOf), [waiting, mine].map(idOf))
    assert.deepEqual((await read.webhooks.listEventSubscriptions(A.tenantId, SERVICE)).map(idOf), [idOf(mine)])
    const twin = subscriptionOf({ scope: SERVICE, name: 'monitor' })
    assert.deepEqual(await webhooks.putEventSubscription(change(), twin), { type: 'taken' })
    const changed = { ...mine, endpoint: 'https://other.example.test/', validation: { code: 'x', until: AT } }
    assert.deepEqual(await webhooks.putEventSubscription(change(), changed), { type: 'updated' })
    assert.deepEqual(plain(await readOne(SERVICE)), plain(changed))
    assert.equal(await webhooks.deleteEventSubscription(change(), A.tenantId, SERVICE, 'monitor'), true)
    assert.equal(await webhooks.deleteEventSubscription(change(), A.tenantId, SERVICE, 'monitor'), false)
    assert.equal((await read.webhooks.listEventSubscriptions(B.tenantId)).length, 1)
    const audit = await read.audit.listAudit(A.tenantId, 100)
    const lines = audit.filter(({ target }) => target.includes('eventSubscriptions'))
    assert.equal(lines.length, 4)
    assert.doesNotMatch(JSON.stringify(lines), /sealed|no id has this/)
  })

  webhookTest('a change counts only on what it was decided by', async ({ read, write: { webhooks } }) => {
    const [one, two] = [subscriptionOf({ sealed: Buffer.from('one') }), Buffer.from('two')]
    await webhooks.putEventSubscription(change(), one)
    const rotated = { ...one, sealed: two, oldSecretsEndAt: AT + 5 }
    assert.equal(await webhooks.rotateWebhookSecret(change(), rotated, Buffer.from('other')), false)
    assert.equal(await webhooks.rotateWebhookSecret(change(), rotated, one.sealed), true)
    assert.equal(await webhooks.rotateWebhookSecret(change(), rotated, one.sealed), false)
    assert.deepEqual(await webhooks.putEventSubscription(change(), one, one.sealed), { type: 'taken' })
    assert.deepEqual(plain(await read.webhooks.readEventSubscription(A.tenantId, '/', one.name)), plain(rotated))
    assert.deepEqual(await webhooks.putEventSubscription(change(), one, two), { type: 'updated' })
    assert.deepEqual(plain(await read.webhooks.readEventSubscription(A.tenantId, '/', one.name)), plain(one))
    await webhooks.deleteEventSubscription(change(), A.tenantId, '/', one.name)
    assert.equal(await webhooks.rotateWebhookSecret(change(), rotated, one.sealed), false)
    assert.deepEqual(await webhooks.putEventSubscription(change(), one, one.sealed), { type: 'taken' })
    const audit = await read.audit.listAudit(A.tenantId, 100)
    assert.equal(audit.filter(({ operation }) => operation.includes('rotateSecret')).length, 1)
  })

  webhookTest('an endpoint agrees by its code and in its time', async ({ read, write: { webhooks } }) => {
    const one = subscriptionOf({ validation: { code: 'abc', until: AT + 10 } })
    await webhooks.putEventSubscription(change(), one)
    assert.equal(await webhooks.validateEventSubscription(one.subscriptionId, 'abd', AT), false)
    assert.equal(await webhooks.validateEventSubscription(one.subscriptionId, 'abc', AT + 10), false)
    assert.equal(await webhooks.validateEventSubscription(randomUUID(), 'abc', AT), false)
    assert.equal(await webhooks.validateEventSubscription(one.subscriptionId, 'abc', AT + 9), true)
    const stored = await read.webhooks.readEventSubscription(A.tenantId, '/', one.name)
    assert.equal(stored?.validation, undefined)
    assert.equal(await webhooks.validateEventSubscription(one.subscriptionId, 'abc', AT + 9), false)
  })

  webhookTest('who is asked anew whether it wants events misses none meanwhile', async ({ read, write }) => {
    const asked = await put(write, { validation: { code: 'abc', until: AT + 10 } })
    const { subscriptionId } = asked
    const [before, after] = [event(), event({ eventId: queueIdAt(AT + 11), at: AT + 11 })]
    await write.events.appendEvents([before])
    assert.equal(await write.webhooks.spreadEvents(10, AT + 1), 1)
    assert.deepEqual((await read.webhooks.lookForWork()).due, [])
    await write.events.appendEvents([after])
    assert.equal((await read.webhooks.lookForWork()).toSpread, false)
    assert.equal(await write.webhooks.validateEventSubscription(subscriptionId, 'abc', AT + 9), true)
    const claimed = await write.webhooks.claimDeliveries({ subscriptionId, at: AT + 20, leaseUntil: AT + 30, limit: 9 })
    assert.deepEqual(
      claimed.map(({ event: { eventId } }) => eventId),
      [before.eventId],
    )
  })

  webhookTest('an event goes to those who want it, once', async ({ read, write }) => {
    const all = await put(write, { name: 'all' })
    const ofService = await put(write, { name: 'service', scope: SERVICE.toUpperCase() })
    const ofType = await put(write, { name: 'type', eventTypes: [TYPE.toLowerCase()] })
    await put(write, { name: 'waiting', validation: { code: 'a', until: AT } })
    await put(write, { name: 'other type', eventTypes: ['Other'] })
    await put(write, { name: 'other scope', scope: `${SERVICE}2` })
    await put(write, { tenantId: B.tenantId })
    const told = event()
    const other = event({ source: '/elsewhere', type: 'Postern.Mail.CredentialExpired' })
    await write.events.appendEvents([told, other])
    assert.equal((await read.webhooks.lookForWork()).toSpread, true)
    assert.equal(await write.webhooks.spreadEvents(1, AT + 1), 1)
    assert.equal(await write.webhooks.spreadEvents(10, AT + 2), 1)
    assert.equal(await write.webhooks.spreadEvents(10, AT + 2), 0)
    const { toSpread, due } = await read.webhooks.lookForWork()
    assert.equal(toSpread, false)
    assert.deepEqual(
      new Map(due.map(({ subscription, nextAt }) => [subscription.name, nextAt])),
      new Map([
        ['all', AT + 1],
        ['service', AT + 1],
        ['type', AT + 1],
      ]),
    )
    const claimed = await claim(write, all, AT + 2)
    assert.deepEqual(
      claimed.map(({ event: { eventId } }) => eventId),
      [told.eventId, other.eventId],
    )
    assert.deepEqual(claimed[0]?.event, told)
    assert.equal((await claim(write, ofService, AT + 2)).length, 1)
    assert.equal((await claim(write, ofType, AT + 2)).length, 1)
  })

  webhookTest(
    'what nobody wanted to hear of when it happened is not told to who comes later',
    async ({ read, write }) => {
      await write.events.appendEvents([event()])
      await put(write)
      assert.deepEqual(await read.webhooks.lookForWork(), { toSpread: false, due: [] })
    },
  )

  webhookTest("a delivery is one sender's until its lease is over", async ({ read, write }) => {
    const one = await put(write)
    const { eventId } = await tell(write)
    const claims = await Promise.all([claim(write, one, AT), claim(write, one, AT), claim(write, one, AT)])
    const [first] = claims.flat()
    assert.equal(claims.flat().length, 1)
    assert(first !== undefined)
    assert.deepEqual(await claim(write, one, AT + 59), [])
    const [second] = await claim(write, one, AT + 60)
    assert(second !== undefined)
    const settle = (token: number, type: 'delivered' | 'dead') =>
      write.webhooks.settleDelivery({
        subscriptionId: one.subscriptionId,
        eventId,
        token,
        attempt: { at: AT, status: 200, detail: 'it answers 200' },
        outcome: { type },
      })
    assert.equal(await settle(first.token, 'dead'), false)
    assert.equal(await settle(second.token, 'delivered'), true)
    assert.equal(await settle(second.token, 'delivered'), false)
    assert.deepEqual(await claim(write, one, AT + 1000), [])
    const [delivery] = await read.webhooks.listDeliveries({ subscriptionId: one.subscriptionId, limit: 10 })
    assert.deepEqual(delivery?.attempts, [{ at: AT, status: 200, detail: 'it answers 200' }])
    assert.equal(delivery.status, 'delivered')
  })

  webhookTest('attempts are kept in their order, and counted', async ({ read, write }) => {
    const one = await put(write)
    await tell(write)
    for (const number of [1, 2, 3]) {
      const [claimed] = await claim(write, one, AT + number * 100)
      assert.equal(claimed?.attempts, number - 1)
      await settleAs(write, one, claimed, { type: 'pending', nextAt: AT + (number + 1) * 100 }, `attempt ${number}`)
    }
    const { due } = await read.webhooks.lookForWork()
    assert.deepEqual(
      due.map(({ nextAt }) => nextAt),
      [AT + 400],
    )
    const [delivery] = await read.webhooks.listDeliveries({ subscriptionId: one.subscriptionId, limit: 10 })
    assert.deepEqual(
      delivery?.attempts.map(({ detail }) => detail),
      ['attempt 1', 'attempt 2', 'attempt 3'],
    )
    assert.equal(delivery.nextAt, AT + 400)
  })

  webhookTest('who was told of an event is known by the event', async ({ read, write }) => {
    const mine = [await put(write, { name: 'one' }), await put(write, { name: 'another', scope: SERVICE })]
    const { eventId } = await tell(write)
    await put(write, { name: 'later' })
    const [claimed] = await claim(write, mine[0] ?? subscriptionOf(), AT)
    await settleAs(write, mine[0] ?? subscriptionOf(), claimed, { type: 'dead' })
    const list = async (tenantId: string, ...eventIds: string[]) =>
      (await read.webhooks.listDeliveriesOf(tenantId, eventIds)).map(({ subscription, status, attempts }) => [
        subscription,
        status,
        attempts.length,
      ])
    assert.deepEqual(await list(A.tenantId, randomUUID(), eventId), [
      [{ scope: '/', name: 'one' }, 'dead', 1],
      [{ scope: SERVICE, name: 'another' }, 'pending', 0],
    ])
    assert.deepEqual(await list(B.tenantId, eventId), [])
    assert.deepEqual(await list(A.tenantId), [])
  })

  webhookTest('what was given up is listed apart and can be told again', async ({ read, write }) => {
    const one = await put(write)
    const [dead, delivered] = [await tell(write), await tell(write)]
    for (const claimed of await claim(write, one, AT)) {
      const type = claimed.event.eventId === dead.eventId ? 'dead' : 'delivered'
      await settleAs(write, one, claimed, { type })
    }
    const { subscriptionId } = one
    const deadOnes = () => read.webhooks.listDeliveries({ subscriptionId, status: 'dead', limit: 10 })
    assert.deepEqual((await deadOnes()).map(eventIdOf), [dead.eventId])
    const all = await read.webhooks.listDeliveries({ subscriptionId, limit: 1 })
    assert.deepEqual(all.map(eventIdOf), [delivered.eventId])
    const rest = await read.webhooks.listDeliveries({ subscriptionId, limit: 5, before: delivered.eventId })
    assert.deepEqual(rest.map(eventIdOf), [dead.eventId])
    const { eventIds } = await write.webhooks.replayDeliveries(change(AT + 5), one, { type: 'dead' }, 10)
    assert.deepEqual(eventIds, [dead.eventId])
    assert.deepEqual(await deadOnes(), [])
    const [again] = await claim(write, one, AT + 5)
    assert.deepEqual([again?.event.eventId, again?.attempts, again?.createdAt], [dead.eventId, 0, AT + 5])
  })

  webhookTest('events of a time are told again, also those from before the subscription', async ({ write }) => {
    const early = event({ eventId: queueIdAt(AT) })
    const late = event({ eventId: queueIdAt(AT + 50), type: 'Other' })
    const strange = event({ eventId: queueIdAt(AT + 1), tenantId: B.tenantId })
    await write.events.appendEvents([early, late, strange])
    const one = await put(write, { eventTypes: [TYPE] })
    const replay = async (from: number, to: number, limit: number, after?: string) => {
      const choice = { type: 'time', from, to, ...(after === undefined ? {} : { after }) } as const
      return write.webhooks.replayDeliveries(change(AT + 100), one, choice, limit)
    }
    assert.deepEqual(await replay(AT + 1, AT + 100, 10), { eventIds: [] })
    assert.deepEqual(await replay(AT, AT + 51, 1), { eventIds: [early.eventId], last: early.eventId })
    assert.deepEqual(await replay(AT, AT + 51, 1, early.eventId), { eventIds: [], last: late.eventId })
    assert.deepEqual(await replay(AT, AT + 51, 10, late.eventId), { eventIds: [] })
    const byId = { type: 'events', eventIds: [early.eventId, strange.eventId, randomUUID()] } as const
    const { eventIds } = await write.webhooks.replayDeliveries(change(AT + 100), one, byId, 10)
    assert.deepEqual(eventIds, [early.eventId])
    assert.equal((await claim(write, one, AT + 100)).length, 1)
  })

  webhookTest('a replay takes what is under way from its sender', async ({ write }) => {
    const one = await put(write)
    const { eventId } = await tell(write)
    const [before] = await claim(write, one, AT)
    await write.webhooks.replayDeliveries(change(AT + 1), one, { type: 'events', eventIds: [eventId] }, 10)
    assert.equal(await settleAs(write, one, before, { type: 'delivered' }), false)
    assert.equal((await claim(write, one, AT + 1)).length, 1)
  })

  webhookTest('a subscription goes with its resource; what is left of it goes with its time', async (store) => {
    const { read, write } = store
    await write.resources.putResource(change(), communicationService(A, 'Contoso'))
    const below = await put(write, { scope: SERVICE })
    const kept = await put(write, { name: 'kept' })
    await tell(write)
    await write.resources.deleteResource(change(), SERVICE)
    assert.deepEqual((await read.webhooks.listEventSubscriptions(A.tenantId)).map(idOf), [idOf(kept)])
    assert.deepEqual(
      (await read.webhooks.lookForWork()).due.map(({ subscription }) => idOf(subscription)),
      [idOf(kept)],
    )
    const never = { messageAge: 1e15, captureCount: 1e15, captureSize: 1e15, decisionAge: 1e15, decisionCount: 1e15 }
    await write.retention.sweep(AT + 2, { ...never, auditAge: 1e15, eventAge: 1 })
    assert.deepEqual(await claim(write, kept, AT + 2), [])
    assert.deepEqual(await read.webhooks.listDeliveries({ subscriptionId: below.subscriptionId, limit: 1 }), [])
    assert.deepEqual((await read.webhooks.lookForWork()).due, [])
  })
}

const plain = (one: EventSubscription | undefined) => one && { ...one, sealed: Buffer.from(one.sealed).toString() }
const idOf = ({ subscriptionId }: EventSubscription): string => subscriptionId
const eventIdOf = ({ event: { eventId } }: { readonly event: { readonly eventId: string } }): string => eventId

type Write = MailStore['write']

async function put({ webhooks }: Write, more: Partial<EventSubscription> = {}): Promise<EventSubscription> {
  const one = subscriptionOf(more)
  assert.equal((await webhooks.putEventSubscription(change(), one)).type, 'created')
  return one
}

async function tell({ events, webhooks }: Write): Promise<NewEvent> {
  const told = event()
  await events.appendEvents([told])
  assert.equal(await webhooks.spreadEvents(10, AT), 1)
  return told
}

const claim = ({ webhooks }: Write, { subscriptionId }: EventSubscription, at: number) =>
  webhooks.claimDeliveries({ subscriptionId, at, leaseUntil: at + 60, limit: 10 })

async function settleAs(
  { webhooks }: Write,
  { subscriptionId }: EventSubscription,
  claimed: Awaited<ReturnType<typeof claim>>[number] | undefined,
  outcome: Parameters<Write['webhooks']['settleDelivery']>[0]['outcome'],
  detail = 'told',
): Promise<boolean> {
  assert(claimed !== undefined)
  const { token, event } = claimed
  return webhooks.settleDelivery({
    subscriptionId,
    eventId: event.eventId,
    token,
    attempt: { at: AT, detail },
    outcome,
  })
}
