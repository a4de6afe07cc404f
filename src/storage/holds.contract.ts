// Every store of holds passes this suite, together with the spool that they stop. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import type { SpooledEnvelope } from '../spool/spool.ts'
import type { Hold, HoldSelection } from './holds.ts'
import { claimAt, claimOne, enqueue, type MailStore, mailTests, outcome, queueIdAt } from './mail-store.fixture.ts'
import { A, AT, B, change } from './two-tenants.fixture.ts'

const OTHER = 'ffffffff-0000-4000-8000-000000000000'
const to = (...paths: string[]) => paths.map((forwardPath) => ({ forwardPath, parameters: {} }))

function holdOf(selection: HoldSelection, changes: Partial<Hold> = {}): Hold {
  const made = { reason: 'incident', createdAt: AT, createdBy: 'operator' }
  return { holdId: queueIdAt(AT), tenantId: A.tenantId, selection, ...made, ...changes }
}

async function put(store: MailStore, selection: HoldSelection, changes: Partial<Hold> = {}): Promise<string> {
  const hold = holdOf(selection, changes)
  await store.write.holds.putHold(change(), hold)
  return hold.holdId
}

const idsAt = async (store: MailStore, at: number, limit?: number) =>
  (await claimAt(store, at, limit)).map(({ envelope }) => envelope.queueId)

const release = (store: MailStore, holdId: string, tenantId = A.tenantId) =>
  store.write.holds.deleteHold(change(), tenantId, holdId)

type SelectionCase = {
  readonly name: string
  readonly selection: HoldSelection
  readonly held: Partial<SpooledEnvelope>
  readonly free: Partial<SpooledEnvelope>
}
const selections: readonly SelectionCase[] = [
  {
    name: 'an application',
    selection: { applicationId: A.applicationId.toUpperCase() },
    held: {},
    free: { applicationId: OTHER },
  },
  {
    name: 'a sender',
    selection: { sender: 'donotreply@CONTOSO.example' },
    held: {},
    free: { reversePath: 'Other@contoso.example' },
  },
  {
    name: 'a destination',
    selection: { destination: 'Bücher.example' },
    held: { recipients: to('a@XN--bcher-kva.example') },
    free: { recipients: to('a@other.example') },
  },
  {
    name: 'a sender towards a destination',
    selection: { sender: 'DoNotReply@contoso.example', destination: 'example.com' },
    held: {},
    free: { recipients: to('a@other.example') },
  },
  { name: 'everything of a tenant', selection: {}, held: {}, free: { tenantId: B.tenantId } },
]

/** `open` gives an empty store. */
export function describeHolds(name: string, open: () => Promise<MailStore>): void {
  const holdTest = mailTests(`${name} holds`, open)

  for (const { name: what, selection, held, free } of selections)
    holdTest(`a hold of ${what} stops what it selects and nothing else, until it is released`, async (store) => {
      const before = await enqueue(store, held)
      const holdId = await put(store, selection)
      const after = await enqueue(store, held)
      const others = [await enqueue(store, free), await enqueue(store, { ...free, receivedAt: AT })]
      assert.deepEqual(await idsAt(store, AT), others)
      assert.deepEqual(await idsAt(store, AT + 20_000), [])
      const [listed] = await store.read.holds.listHolds({ tenantId: A.tenantId, limit: 9 })
      assert.deepEqual([listed?.holdId, listed?.parked, listed?.reason], [holdId, 2, 'incident'])
      assert.equal(await release(store, holdId, B.tenantId), false)
      assert.equal(await release(store, holdId), true)
      assert.equal(await release(store, holdId), false)
      assert.deepEqual(await idsAt(store, AT + 20_000), [before, after])
    })

  holdTest('holding and releasing are changes: the epoch moves and the audit log is told', async (store) => {
    const epoch = await store.read.directory.readEpoch(A.tenantId)
    await release(store, await put(store, { applicationId: OTHER }))
    assert.equal(await store.read.directory.readEpoch(A.tenantId), (epoch ?? 0) + 2)
    const audit = await store.read.audit.listAudit(A.tenantId, 2)
    assert.deepEqual(
      audit.map(({ operation }) => operation),
      ['Postern.Mail/queue/release/action', 'Postern.Mail/queue/hold/action'],
    )
  })

  holdTest('a message with recipients that are not held goes to them', async (store) => {
    const queueId = await enqueue(store, { recipients: to('a@held.example', 'b@free.example') })
    const holdId = await put(store, { destination: 'held.example' })
    const { token, recipients } = await claimOne(store, AT)
    assert.deepEqual(
      recipients.map(({ index }) => index),
      [1],
    )
    await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [outcome(1, 'deferred', AT + 500)] }])
    assert.deepEqual(await idsAt(store, AT + 499), [])
    for (const [at, next] of [
      [AT + 500, outcome(1, 'deferred', AT + 900)],
      [AT + 900, outcome(1, 'delivered')],
    ] as const) {
      const again = await claimOne(store, at)
      assert.deepEqual(
        again.recipients.map(({ index }) => index),
        [1],
      )
      await store.write.spool.settle([{ queueId, token: again.token, at, outcomes: [next] }])
      assert.deepEqual(await idsAt(store, at + 1), [])
    }
    assert.deepEqual(await idsAt(store, AT + 1e6), [])
    await release(store, holdId)
    assert.deepEqual(
      (await claimOne(store, AT + 1e6)).recipients.map(({ index }) => index),
      [0],
    )
  })

  holdTest('one message is held at once, also while somebody has it', async (store) => {
    const [waiting, lent] = [await enqueue(store, { receivedAt: AT + 1 }), await enqueue(store)]
    const { token } = await claimOne(store, AT)
    const holdIds = [await put(store, { queueId: waiting }), await put(store, { queueId: lent.toUpperCase() })]
    const found = await store.read.holds.findHolds([lent, 'unknown'])
    assert.deepEqual(
      found.map(({ holdId }) => holdId),
      [holdIds[1]],
    )
    assert.deepEqual(await store.write.spool.renew([token], AT + 30_000), [token])
    await store.write.spool.settle([{ queueId: lent, token, at: AT, outcomes: [outcome(0, 'deferred', AT + 500)] }])
    assert.deepEqual(await idsAt(store, AT + 1e6), [])
    for (const holdId of holdIds) assert.equal(await release(store, holdId), true)
    assert.deepEqual((await idsAt(store, AT + 1e6)).toSorted(), [waiting, lent].toSorted())
  })

  holdTest('a held message whose claimant died stays held', async (store) => {
    const queueId = await enqueue(store)
    await claimOne(store, AT)
    const holdId = await put(store, { queueId })
    assert.deepEqual(await idsAt(store, AT + 1e6), [])
    await release(store, holdId)
    assert.deepEqual(await idsAt(store, AT + 1e6), [queueId])
  })

  holdTest('releasing gives nobody a message that somebody has', async (store) => {
    const queueId = await enqueue(store)
    const { token } = await claimOne(store, AT)
    await release(store, await put(store, { queueId }))
    assert.deepEqual(await idsAt(store, AT + 1), [])
    await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [outcome(0, 'delivered')] }])
    assert.equal((await store.read.messages.find(A.tenantId, queueId))?.status, 'delivered')
  })

  holdTest('a second hold of a message replaces the first, and ends with the message', async (store) => {
    const queueId = await enqueue(store)
    const first = await put(store, { queueId })
    const second = await put(store, { queueId })
    assert.equal(await release(store, first), false)
    assert.deepEqual(await idsAt(store, AT), [])
    await release(store, second)
    const { token } = await claimOne(store, AT)
    await put(store, { queueId })
    await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [outcome(0, 'delivered')] }])
    assert.deepEqual(await store.read.holds.listHolds({ tenantId: A.tenantId, limit: 9 }), [])
  })

  holdTest('what another hold stops too stays where it is', async (store) => {
    const queueId = await enqueue(store)
    const holds = [
      await put(store, { applicationId: A.applicationId }),
      await put(store, { destination: 'example.com' }),
    ]
    assert.deepEqual(await idsAt(store, AT), [])
    await release(store, holds[0] ?? '')
    assert.deepEqual(await idsAt(store, AT), [])
    await release(store, holds[1] ?? '')
    assert.deepEqual(await idsAt(store, AT), [queueId])
  })

  holdTest('a hold of a message in another tenant holds nothing', async (store) => {
    const queueId = await enqueue(store)
    await put(store, { queueId }, { tenantId: B.tenantId })
    await put(store, { queueId })
    assert.deepEqual(await idsAt(store, AT), [])
    await release(store, (await store.read.holds.listHolds({ tenantId: A.tenantId, limit: 1 }))[0]?.holdId ?? '')
    assert.deepEqual(await idsAt(store, AT), [queueId])
  })

  holdTest('a long queue that is held hides nobody else, and comes back whole', async (store) => {
    const held: string[] = []
    for (let index = 0; index < 620; index += 1) held.push(await enqueue(store))
    const free = await enqueue(store, { applicationId: OTHER })
    const holdId = await put(store, { applicationId: A.applicationId })
    assert.deepEqual(await idsAt(store, AT, 100), [free])
    while ((await store.read.holds.listHolds({ tenantId: A.tenantId, limit: 1 }))[0]?.parked !== 620)
      assert.deepEqual(await idsAt(store, AT, 100), [])
    await release(store, holdId)
    const lent = new Set<string>()
    for (let claim = 0; claim < 10; claim += 1) for (const id of await idsAt(store, AT, 100)) lent.add(id)
    assert.deepEqual([...lent].toSorted(), held.toSorted())
  })

  holdTest('a hold is read by its id, in its tenant, until it is released', async (store) => {
    const holdId = await put(store, { applicationId: OTHER })
    const read = (tenantId: string, id = holdId) => store.read.holds.readHold(tenantId, id)
    assert.deepEqual(await read(A.tenantId), holdOf({ applicationId: OTHER }, { holdId }))
    assert.deepEqual([await read(B.tenantId), await read(A.tenantId, 'unknown')], [undefined, undefined])
    await release(store, holdId)
    assert.equal(await read(A.tenantId), undefined)
  })

  holdTest('holds are listed newest first, in pages, each tenant for itself', async (store) => {
    const ids = [await put(store, { destination: 'a.example' }), await put(store, { destination: 'b.example' })]
    await put(store, {}, { tenantId: B.tenantId })
    const page = async (before?: string) => {
      const query = { tenantId: A.tenantId, limit: 1, ...(before === undefined ? {} : { before }) }
      return (await store.read.holds.listHolds(query)).map(({ holdId }) => holdId)
    }
    assert.deepEqual(await page(), [ids[1]])
    assert.deepEqual(await page(ids[1]), [ids[0]])
    assert.deepEqual(await page(ids[0]), [])
    assert.equal((await store.read.holds.findHolds([])).length, 3)
  })
}
