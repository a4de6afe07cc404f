// Every store passes this suite: an operation is there with its message or not at all, and the same request queues one message however
// often and from however many sides it comes.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { SpooledEnvelope } from '../spool/spool.ts'
import type { NewEmailOperation } from './email-operations.ts'
import {
  claimOne,
  enqueue,
  mailTests,
  type MailStore,
  message,
  OTHER_SERVICE,
  SERVICE,
  settleAll,
} from './mail-store.fixture.ts'
import { A, AT, B, change, communicationService } from './two-tenants.fixture.ts'

const DAY = 86_400_000

const operation = (changes: Partial<NewEmailOperation> = {}): NewEmailOperation => {
  const operationId = changes.operationId ?? randomUUID()
  return { operationId, requestKey: operationId, fingerprint: 'f', repeatsSince: AT - DAY, ...changes }
}

async function send(store: MailStore, operation: NewEmailOperation, changes: Partial<SpooledEnvelope> = {}) {
  const accepted = { ...(await message(store, changes)), operation }
  return { queueId: accepted.envelope.queueId, outcome: await store.write.spool.enqueue(accepted) }
}

const queued = async ({ read }: MailStore): Promise<number> =>
  (await read.queue.countQueue({ tenantId: A.tenantId })).messages

/** `open` gives an empty store. */
export function describeEmailOperations(name: string, open: () => Promise<MailStore>): void {
  const operationTest = mailTests(`${name} email operations`, open)

  operationTest('an operation is stored with its message', async (store) => {
    const one = operation()
    const { queueId, outcome } = await send(store, one)
    assert.deepEqual(outcome, { type: 'queued' })
    const { emailOperations } = store.read
    const expected = { operationId: one.operationId, queueId, fingerprint: 'f', createdAt: AT }
    assert.deepEqual(await emailOperations.findOperation(SERVICE.toUpperCase(), one.operationId), expected)
    assert.equal(await emailOperations.findOperation(OTHER_SERVICE, one.operationId), undefined)
    assert.equal(await emailOperations.findOperation(SERVICE, randomUUID()), undefined)
  })

  const repetitions: readonly [title: string, again: (first: NewEmailOperation) => NewEmailOperation, same: boolean][] =
    [
      ['the same id', (first) => first, true],
      ['the same id with another content', (first) => ({ ...first, fingerprint: 'g' }), true],
      ['the same id after a year', (first) => ({ ...first, repeatsSince: AT + 365 * DAY }), true],
      ['the same request under another id', ({ requestKey }) => operation({ requestKey }), true],
      ['the same request after a day', ({ requestKey }) => operation({ requestKey, repeatsSince: AT }), false],
      ['another request', () => operation({ requestKey: 'another one' }), false],
    ]
  for (const [title, again, same] of repetitions)
    operationTest(`${title} is ${same ? 'the first message' : 'another message'}`, async (store) => {
      const first = operation({ requestKey: 'request hash' })
      const { queueId } = await send(store, first)
      const { outcome } = await send(store, again(first))
      if (same) {
        const known = { operationId: first.operationId, queueId, fingerprint: 'f', createdAt: AT }
        assert.deepEqual(outcome, { type: 'repeated', operation: known })
        assert.deepEqual(await store.read.emailOperations.findRepeated(SERVICE, again(first)), known)
      } else assert.deepEqual(outcome, { type: 'queued' })
      assert.equal(await queued(store), same ? 1 : 2)
      const found = await store.read.emailOperations.findOperation(SERVICE, first.operationId)
      assert.equal(found?.queueId, queueId)
    })

  operationTest('another resource has operations of its own', async (store) => {
    const one = operation()
    assert.deepEqual((await send(store, one)).outcome, { type: 'queued' })
    assert.deepEqual((await send(store, one, { resourceId: OTHER_SERVICE })).outcome, { type: 'queued' })
  })

  operationTest('an id leads to its messages on every service of the tenant, and of no other', async (store) => {
    const one = operation()
    for (const [tenant, name] of [
      [A, 'Contoso'],
      [A, 'Fabrikam'],
      [B, 'Elsewhere'],
    ] as const)
      await store.write.resources.putResource(change(), communicationService(tenant, name))
    const theirs = communicationService(B, 'Elsewhere').id
    const mine = [await send(store, one), await send(store, one, { resourceId: OTHER_SERVICE })]
    const other = await send(store, one, { resourceId: theirs, tenantId: B.tenantId })
    const list = (tenantId: string, id = one.operationId) => store.read.emailOperations.listByOperation(tenantId, id)
    assert.deepEqual(
      await list(A.tenantId),
      mine
        .map(({ queueId }) => queueId)
        .toSorted()
        .reverse(),
    )
    assert.deepEqual(await list(B.tenantId), [other.queueId])
    assert.deepEqual(await list(A.tenantId, randomUUID()), [])
  })

  operationTest('of many at once, one is queued', async (store) => {
    const requestKey = 'request hash'
    const sent = await Promise.all(Array.from({ length: 12 }, () => send(store, operation({ requestKey }))))
    const types = sent.map(({ outcome }) => outcome.type).toSorted()
    assert.deepEqual(types, ['queued', ...Array.from({ length: 11 }, () => 'repeated')])
    assert.equal(await queued(store), 1)
  })

  operationTest('what is stale leaves no operation behind', async (store) => {
    const accepted = { ...(await message(store)), operation: operation() }
    await store.write.audit.append(change(), A.tenantId, 'x', 'x', { movesEpoch: true })
    assert.deepEqual(await store.write.spool.enqueue(accepted), { type: 'stale' })
    const { operationId } = accepted.operation
    assert.equal(await store.read.emailOperations.findOperation(SERVICE, operationId), undefined)
    const { outcome } = await send(store, accepted.operation)
    assert.deepEqual(outcome, { type: 'queued' })
  })

  operationTest('an operation goes when its message has, and not before a day is over', async (store) => {
    const limits = {
      messageAge: 1000,
      captureCount: 1,
      captureSize: 1,
      decisionAge: DAY,
      decisionCount: 1,
      auditAge: DAY,
      eventAge: DAY,
    }
    const [one, waiting] = [operation(), operation()]
    await send(store, one)
    await settleAll(store, await claimOne(store, AT), 'delivered', AT)
    await send(store, waiting)
    const left = async (at: number) => {
      await store.write.retention.sweep(at, limits)
      const found = [one, waiting].map(({ operationId }) =>
        store.read.emailOperations.findOperation(SERVICE, operationId),
      )
      return (await Promise.all(found)).map((each) => each !== undefined)
    }
    assert.deepEqual(await left(AT + DAY), [true, true])
    assert.deepEqual(await left(AT + DAY + 1), [false, true])
  })

  operationTest('its id and its wishes come back with the message', async (store) => {
    const queueId = await enqueue(store, { operationId: 'an id', engagementTrackingDisabled: true })
    const { envelope } = await claimOne(store, AT)
    assert.deepEqual(
      [envelope.queueId, envelope.operationId, envelope.engagementTrackingDisabled],
      [queueId, 'an id', true],
    )
  })
}
