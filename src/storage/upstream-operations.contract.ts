// Every store passes this suite: a message keeps the ids under which it was given to an upstream, whoever asks and however often, and all
// nodes share one pace.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { claimOne, enqueue, type MailStore, mailTests, settleAll } from './mail-store.fixture.ts'
import type { OperationRequest } from './upstream-operations.ts'
import { A, AT, B } from './two-tenants.fixture.ts'

const DAY = 86_400_000

const request = (changes: Partial<OperationRequest> = {}): OperationRequest => ({
  transport: 'acs',
  tenantId: A.tenantId,
  queueId: 'a',
  recipients: [0, 1, 2],
  most: 2,
  at: AT,
  operationIds: [randomUUID(), randomUUID(), randomUUID()],
  ...changes,
})

const begin = async ({ write }: MailStore, changes: Partial<OperationRequest> = {}) =>
  [...(await write.upstreamOperations.beginOperations(request(changes)))].sort(
    (one, other) => (one.recipients[0] ?? 0) - (other.recipients[0] ?? 0),
  )

const ids = (operations: readonly { readonly operationId: string }[]) =>
  operations.map(({ operationId }) => operationId)

/** `open` gives an empty store. */
export function describeUpstreamOperations(name: string, open: () => Promise<MailStore>): void {
  const upstreamTest = mailTests(`${name} upstream operations`, open)
  describeIds(upstreamTest)
  describeSubmittedAgain(upstreamTest)
  describePace(upstreamTest)
}

type UpstreamTest = ReturnType<typeof mailTests>

function describeIds(upstreamTest: UpstreamTest): void {
  upstreamTest('a message keeps its ids, and each what it is sent to', async (store) => {
    const first = await begin(store)
    assert.deepEqual(
      first.map(({ recipients, standing, since }) => [recipients, standing, since]),
      [
        [[0, 1], 'new', AT],
        [[2], 'new', AT],
      ],
    )
    const again = await begin(store, { at: AT + 1 })
    assert.deepEqual(
      again.map(({ recipients, standing, since }) => [recipients, standing, since]),
      [
        [[0, 1], 'begun', AT],
        [[2], 'begun', AT],
      ],
    )
    assert.deepEqual(ids(again), ids(first))
  })

  upstreamTest('whoever begins at the same time gets the same ids', async (store) => {
    const all = await Promise.all(Array.from({ length: 8 }, () => begin(store)))
    assert.equal(new Set(all.flatMap(ids)).size, 2)
    assert.equal(all.flat().filter(({ standing }) => standing === 'new').length, 2)
  })

  upstreamTest('a recipient that comes later has an operation of its own', async (store) => {
    const [first] = await begin(store, { recipients: [0, 2] })
    const both = await begin(store, { recipients: [1, 2] })
    assert.deepEqual(
      both.map(({ recipients, standing }) => [recipients, standing]),
      [
        [[0, 2], 'begun'],
        [[1], 'new'],
      ],
    )
    assert.equal(both[0]?.operationId, first?.operationId)
  })

  upstreamTest('transports and messages have ids of their own', async (store) => {
    const all = [await begin(store), await begin(store, { transport: 'other' }), await begin(store, { queueId: 'b' })]
    assert.equal(new Set(all.flatMap(ids)).size, 6)
  })

  upstreamTest('what came of a call is known to the next one; accepted it stays', async (store) => {
    const { upstreamOperations: upstream } = store.write
    const [one, other] = await begin(store)
    assert(one !== undefined && other !== undefined)
    await upstream.recordOperation({ operationId: one.operationId, standing: 'refused', at: AT + 1 })
    await upstream.recordOperation({
      operationId: other.operationId,
      standing: 'accepted',
      at: AT + 2,
      resume: '{"a":1}',
    })
    assert.deepEqual(
      (await begin(store)).map(({ standing, since, resume }) => [standing, since, resume]),
      [
        ['refused', AT + 1, ''],
        ['accepted', AT + 2, '{"a":1}'],
      ],
    )
    await upstream.recordOperation({ operationId: other.operationId, standing: 'refused', at: AT + 3 })
    const stored = await store.read.upstreamOperations.listOperations('acs', 'a')
    assert.deepEqual(stored.map(({ standing }) => standing).sort(), ['accepted', 'begun'])
    assert.deepEqual(await store.read.upstreamOperations.listOperations('acs', 'b'), [])
  })

  upstreamTest('operations go when they are old and their message is not queued', async (store) => {
    const limits = {
      messageAge: DAY,
      captureCount: 1,
      captureSize: 1,
      decisionAge: DAY,
      decisionCount: 1,
      auditAge: DAY,
      eventAge: DAY,
    }
    const queueId = await enqueue(store, {})
    await begin(store, { queueId })
    await begin(store, { queueId: 'never enqueued' })
    await begin(store, { queueId: 'young', at: AT + DAY })
    const left = async () => {
      await store.write.retention.sweep(AT + DAY + 1, limits)
      const each = [queueId, 'never enqueued', 'young'].map((id) =>
        store.read.upstreamOperations.listOperations('acs', id),
      )
      return (await Promise.all(each)).map(({ length }) => length)
    }
    assert.deepEqual(await left(), [2, 0, 2])
    await settleAll(store, await claimOne(store, AT), 'delivered', AT)
    assert.deepEqual(await left(), [0, 0, 2])
  })
}

function describeSubmittedAgain(upstreamTest: UpstreamTest): void {
  const again = { fingerprint: 'f', since: AT - DAY }

  upstreamTest('what is submitted again has the operation of the first, and both keep it', async (store) => {
    const first = await begin(store, { again })
    const second = await begin(store, { again, queueId: 'b', at: AT + 1 })
    const third = await begin(store, { again, queueId: 'c', at: AT + 2 })
    assert.deepEqual([ids(second), ids(third)], [ids(first), ids(first)])
    assert.deepEqual(
      second.map(({ standing }) => standing),
      ['begun', 'begun'],
    )
    await store.write.upstreamOperations.recordOperation({
      operationId: first[0]?.operationId ?? '',
      standing: 'accepted',
      at: AT + 3,
    })
    for (const queueId of ['a', 'b', 'c']) {
      const stored = await store.read.upstreamOperations.listOperations('acs', queueId)
      assert.deepEqual(stored.map(({ standing }) => standing).sort(), ['accepted', 'begun'])
    }
  })

  const others: readonly [string, Partial<OperationRequest>][] = [
    ['too late', { again: { fingerprint: 'f', since: AT } }],
    ['something else', { again: { fingerprint: 'g', since: 0 } }],
    ['in another tenant', { again: { fingerprint: 'f', since: 0 }, tenantId: B.tenantId }],
    ['by another transport', { again: { fingerprint: 'f', since: 0 }, transport: 'other' }],
    ['without a fingerprint', {}],
  ]
  for (const [title, changes] of others)
    upstreamTest(`${title} it has ids of its own`, async (store) => {
      const all = [await begin(store, { again }), await begin(store, { queueId: 'b', at: AT + 1, ...changes })]
      assert.equal(new Set(all.flatMap(ids)).size, 4)
    })
}

function describePace(upstreamTest: UpstreamTest): void {
  const take = ({ write }: MailStore, at: number, wanted = 1, transport = 'acs') =>
    write.upstreamOperations.takeRequests({ transport, at, wanted, interval: 2000 })

  upstreamTest('all nodes together ask once in an interval', async (store) => {
    const answers = await Promise.all([1, 2, 3].map(() => take(store, AT)))
    assert.equal(
      answers.reduce((sum, { granted }) => sum + granted, 0),
      1,
    )
    assert.deepEqual(
      answers.map(({ askAgainAt }) => askAgainAt),
      [AT + 2000, AT + 2000, AT + 2000],
    )
    assert.equal((await take(store, AT + 1999)).granted, 0)
    assert.equal((await take(store, AT + 2000)).granted, 1)
    assert.equal((await take(store, AT + 2000, 1, 'other')).granted, 1)
  })

  upstreamTest('several requests at once take the time of several', async (store) => {
    assert.deepEqual(await take(store, AT, 3), { granted: 3, askAgainAt: AT + 6000, paused: false })
  })

  upstreamTest('what was left unused is not made up for', async (store) => {
    await take(store, AT)
    assert.equal((await take(store, AT + DAY)).granted, 1)
    assert.equal((await take(store, AT + DAY)).granted, 0)
  })

  upstreamTest('a pause holds for all, and is never shortened', async (store) => {
    await store.write.upstreamOperations.pauseRequests('acs', AT + 5000)
    await store.write.upstreamOperations.pauseRequests('acs', AT + 1000)
    assert.deepEqual(await take(store, AT + 4999), { granted: 0, askAgainAt: AT + 5000, paused: true })
    assert.equal((await take(store, AT, 1, 'other')).granted, 1)
    assert.equal((await take(store, AT + 5000)).granted, 1)
  })

  upstreamTest('a clock that was set back makes nobody wait for long', async (store) => {
    await take(store, AT + DAY)
    assert.deepEqual(await take(store, AT), { granted: 0, askAgainAt: AT + 60_000, paused: false })
  })
}
