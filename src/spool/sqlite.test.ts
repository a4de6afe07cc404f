// What only a single writer promises.

import assert from 'node:assert/strict'
import { claimAt, claimOne, enqueue, mailTests, message, outcome, settleAll } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { A, AT, change } from '../storage/two-tenants.fixture.ts'
import { describeMessageLog } from './message-log.contract.ts'
import { describeMessageSearch } from './message-search.contract.ts'
import { describeMessageTimeline } from './message-timeline.contract.ts'
import { describeQueue } from './queue.contract.ts'
import { describeSettlement } from './settlement.contract.ts'
import { describeSpool } from './spool.contract.ts'

describeSpool('sqlite', openTemporaryMailStore)
describeMessageLog('sqlite', openTemporaryMailStore)
describeMessageSearch('sqlite', openTemporaryMailStore)
describeMessageTimeline('sqlite', openTemporaryMailStore)
describeQueue('sqlite', openTemporaryMailStore)
describeSettlement('sqlite', openTemporaryMailStore)

const spoolTest = mailTests('sqlite spool', openTemporaryMailStore)

spoolTest(
  'a search that finds nothing looks at no more than some of a long log, and says where to go on',
  async (store) => {
    const oldest = await enqueue(store, { receivedAt: AT - 1, subject: 'wanted', reversePath: 'rare@contoso.example' })
    for (let batch = 0; batch < 11; batch += 1)
      await Promise.all(Array.from({ length: 1000 }, () => enqueue(store, { receivedAt: AT + batch })))
    const query = { tenantId: A.tenantId, sender: 'rare@contoso.example', limit: 10 }
    const first = await store.read.messages.search(query)
    assert.deepEqual(first.messages, [])
    assert.ok(first.next !== undefined)
    const second = await store.read.messages.search({ ...query, before: first.next })
    assert.deepEqual([second.messages.map(({ queueId }) => queueId), second.next], [[oldest], undefined])
  },
)

// One thread writes, so what was asked for first happens first.
spoolTest('a change that was asked for first makes the verdict stale, also within one commit', async (store) => {
  const judged = await message(store)
  const [, outcome] = await Promise.all([
    store.write.directory.setApplicationDisabled(change(), A.tenantId, A.applicationObjectId, true),
    store.write.spool.enqueue(judged),
  ])
  assert.deepEqual(outcome, { type: 'stale' })
})

spoolTest('voiding frees every claim at once and fences its claimant', async (store) => {
  const claimed = await enqueue(store)
  const claim = await claimOne(store, AT)
  const final = await enqueue(store)
  await settleAll(store, await claimOne(store, AT), 'delivered', AT)
  await store.write.spool.voidClaims()
  const again = await claimOne(store, AT)
  assert.equal(again.envelope.queueId, claimed)
  const late = { queueId: claimed, token: claim.token, at: AT, outcomes: [outcome(0, 'delivered')] }
  assert.deepEqual(await store.write.spool.settle([late]), [{ type: 'fenced' }])
  assert.equal((await store.read.messages.find(A.tenantId, final))?.status, 'delivered')
})

spoolTest('voiding frees what the dead could use of a destination', async (store) => {
  const take = async (node: string) => {
    const wanted = { inUse: 0, wanted: 2, messages: 0, successes: 0, failures: 0, reply: '' }
    const requests = [{ destination: 'example.test', limits: { initial: 2, most: 5 }, ...wanted }]
    const backOff = { first: 1, most: 1, jitter: 0 }
    const [grant] = await store.write.destinations.exchangePermits({ node, at: AT, until: AT + 1, backOff, requests })
    return grant?.granted
  }
  assert.deepEqual([await take('dead'), await take('living')], [2, 0])
  await store.write.spool.voidClaims()
  assert.equal(await take('living'), 2)
})

spoolTest('a voided claim is fenced even before the next one', async (store) => {
  const queueId = await enqueue(store)
  const { token } = await claimOne(store, AT)
  await store.write.spool.voidClaims()
  assert.deepEqual(await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [] }]), [{ type: 'fenced' }])
  assert.deepEqual(await store.write.spool.renew([token], AT + 99_000), [])
})

spoolTest('content in a segment that is gone is never accepted', async (store) => {
  const segment = { kind: 'segment', size: 5, segment: 'unknown', extents: [{ offset: 0, length: 5 }] } as const
  const { type } = await store.write.spool.enqueue(await message(store, {}, segment))
  assert.equal(type, 'unavailable')
  assert.deepEqual(await claimAt(store, AT), [])
})
