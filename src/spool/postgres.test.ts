// What PostgreSQL's spool promises beyond the suite that both pass.

import assert from 'node:assert/strict'
import {
  claimAt,
  claimOne,
  enqueue,
  envelope,
  inline,
  mailTests,
  message,
  outcome,
  queueIdAt,
} from '../storage/mail-store.fixture.ts'
import { runSql } from '../storage/postgres/run-sql.ts'
import { inTransaction } from '../storage/postgres/transaction.ts'
import { lockHolds } from '../storage/sql/holds.ts'
import { createPostgresSpool } from './postgres.ts'
import { openTemporaryMailStore } from '../storage/postgres/temporary-store.fixture.ts'
import { A, AT, change } from '../storage/two-tenants.fixture.ts'

const spoolTest = mailTests('postgres spool', openTemporaryMailStore)

spoolTest('content in an upload that is gone is never accepted, and takes no neighbour with it', async (store) => {
  const lost = { kind: 'upload', size: 5, uploadId: 'unknown' } as const
  const messages = [await message(store), await message(store, {}, lost), await message(store)]
  const outcomes = await Promise.all(messages.map((one) => store.write.spool.enqueue(one)))
  assert.deepEqual(
    outcomes.map(({ type }) => type),
    ['queued', 'unavailable', 'queued'],
  )
  assert.equal((await claimAt(store, AT)).length, 2)
})

spoolTest('a crowd of enqueues is stored whole, whatever its size', async (store) => {
  const messages = await Promise.all(Array.from({ length: 77 }, () => message(store)))
  const outcomes = await Promise.all(messages.map((one) => store.write.spool.enqueue(one)))
  assert.deepEqual(new Set(outcomes.map(({ type }) => type)), new Set(['queued']))
  const claimed = (await claimAt(store, AT)).map(({ envelope: { queueId } }) => queueId)
  assert.deepEqual(claimed.toSorted(), messages.map(({ envelope: { queueId } }) => queueId).toSorted())
})

spoolTest('within one crowd each message is held to its own verdict', async (store) => {
  const old = await message(store)
  await store.write.directory.setApplicationDisabled(change(), A.tenantId, A.applicationObjectId, true)
  const messages = [old, await message(store), { ...old, envelope: envelope() }, await message(store)]
  const outcomes = await Promise.all(messages.map((one) => store.write.spool.enqueue(one)))
  assert.deepEqual(
    outcomes.map(({ type }) => type),
    ['stale', 'queued', 'stale', 'queued'],
  )
})

spoolTest('a hold of a message that comes while it is being lent stays', async (store) => {
  const to = (...paths: string[]) => paths.map((forwardPath) => ({ forwardPath, parameters: {} }))
  const hold = { tenantId: A.tenantId, reason: 'incident', createdAt: AT, createdBy: 'operator' }
  const broad = { ...hold, holdId: queueIdAt(AT), selection: { destination: 'held.example' } }
  await store.write.holds.putHold(change(), broad)
  const queueId = await enqueue(store, { recipients: to('a@held.example', 'b@free.example') })
  const { token } = await claimOne(store, AT)
  await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [outcome(1, 'deferred', AT + 500)] }])
  assert.deepEqual(await claimAt(store, AT), [])
  await enqueue(store, { recipients: to('c@held.example') })
  const single = { ...hold, holdId: queueIdAt(AT), selection: { queueId } }
  // The second half of the claim waits for the broad hold.
  const claims = await inTransaction(store.pool, async (connection) => {
    await runSql(connection, lockHolds([broad.holdId]), '')
    const claiming = claimAt(store, AT + 500)
    const state = async () =>
      (await store.read.queue.listQueue({ tenantId: A.tenantId, limit: 9, queueIds: [queueId] })).messages[0]?.state
    while ((await state()) !== 'active');
    await store.write.holds.putHold(change(), single)
    return { claiming }
  })
  const [claim] = await claims.claiming
  assert.equal(claim?.envelope.queueId, queueId)
  const { messages } = await store.read.queue.listQueue({ tenantId: A.tenantId, limit: 9, queueIds: [queueId] })
  assert.equal(messages[0]?.holdId, single.holdId)
})

spoolTest('claimants step over what another one is just taking', async (store) => {
  for (let index = 0; index < 12; index += 1) await enqueue(store, {}, inline(String(index)))
  const claims = await Promise.all(Array.from({ length: 4 }, () => claimAt(store, AT, 3)))
  const ids = claims.flat().map(({ envelope: { queueId } }) => queueId)
  assert.equal(new Set(ids).size, ids.length)
  const rest = await claimAt(store, AT, 12)
  assert.equal(ids.length + rest.length, 12)
})

spoolTest(
  'while looks are slow the oldest go first, and what lies before them waits for the next thorough look',
  async (store) => {
    let elapsed = 0
    let slow = 300
    const spool = createPostgresSpool(store.pool, () => (elapsed += slow))
    const claimTwo = async () => {
      const claims = await spool.claim({ at: AT + 60_000, limit: 2, leaseUntil: AT + 90_000 })
      return claims.map(({ envelope: { queueId } }) => queueId)
    }
    const [first, second, third] = [
      await enqueue(store, { receivedAt: AT + 10_000 }),
      await enqueue(store, { receivedAt: AT + 20_000 }),
      await enqueue(store, { receivedAt: AT + 30_000 }),
    ]
    assert.deepEqual(await claimTwo(), [first, second])
    const late = await enqueue(store, { receivedAt: AT })
    assert.deepEqual(await claimTwo(), [third])
    slow = 10_000
    assert.deepEqual(await claimTwo(), [late])
  },
)
