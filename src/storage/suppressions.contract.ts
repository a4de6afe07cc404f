// Every store of suppressions passes this suite. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import { SUPPRESSION_LIST_ADDRESSES, SUPPRESSION_LISTS } from '../resources/resource-types.ts'
import { claimOne, enqueue, type MailStore, mailTests, outcome, SERVICE } from './mail-store.fixture.ts'
import { A, AT, B, change, communicationService, domain, emailService, resource } from './two-tenants.fixture.ts'

const DAY = 86_400_000
const ADDRESS = 'gone@one.example'

type Query = Parameters<MailStore['read']['suppressions']['findSuppressed']>[0]

async function standing(store: MailStore, at: number, changes: Partial<Query> = {}) {
  const { suppressed, lapsed } = await store.read.suppressions.findSuppressed({
    tenantId: A.tenantId,
    reversePath: 'DoNotReply@contoso.example',
    resourceId: SERVICE,
    addresses: [ADDRESS, 'other@one.example'],
    at,
    ...changes,
  })
  return { suppressed: [...suppressed.keys()], lapsed }
}

/** Settles a new message with a bounce of `ADDRESS`, or with its end. */
async function settleWith(store: MailStore, at: number, what: 'bounce' | 'delivery', address = ADDRESS): Promise<void> {
  const queueId = await enqueue(store, { receivedAt: at })
  const { token } = await claimOne(store, at)
  const settlement = { queueId, token, at }
  const bounce = { tenantId: A.tenantId, address, detail: '550 5.1.1 gone', queueId, at }
  await store.write.spool.settle([
    what === 'bounce'
      ? { ...settlement, outcomes: [outcome(0, 'failed')], suppressions: [bounce] }
      : { ...settlement, outcomes: [outcome(0, 'delivered')], unsuppressed: [address] },
  ])
}

/** `open` gives an empty store. */
export function describeSuppressions(name: string, open: () => Promise<MailStore>): void {
  const suppressionTest = mailTests(`${name} suppressions`, open)

  suppressionTest('each bounce in a row lasts longer, to two weeks', async (store) => {
    let at = AT
    for (const days of [1, 2, 4, 7, 14, 14]) {
      await settleWith(store, at, 'bounce')
      assert.deepEqual(await standing(store, at + days * DAY - 1), { suppressed: [ADDRESS], lapsed: [] })
      at += days * DAY
      assert.deepEqual(await standing(store, at), { suppressed: [], lapsed: [ADDRESS] })
    }
  })

  suppressionTest('a bounce of what was on its way already changes nothing', async (store) => {
    await settleWith(store, AT, 'bounce')
    await settleWith(store, AT + 1000, 'bounce', 'GONE@One.Example')
    assert.deepEqual((await standing(store, AT + DAY)).lapsed, [ADDRESS])
    const [listed] = await store.read.suppressions.listSuppressions({ tenantId: A.tenantId, at: AT, limit: 2 })
    assert.deepEqual([listed?.bounces, listed?.createdAt, listed?.expiresAt], [1, AT, AT + DAY])
  })

  suppressionTest('a delivery ends the streak once the suppression is over, and not before', async (store) => {
    await settleWith(store, AT, 'bounce')
    await settleWith(store, AT + 1, 'delivery')
    assert.deepEqual((await standing(store, AT + 2)).suppressed, [ADDRESS])
    await settleWith(store, AT + DAY, 'delivery')
    assert.deepEqual(await standing(store, AT + DAY), { suppressed: [], lapsed: [] })
    await settleWith(store, AT + DAY, 'bounce')
    assert.deepEqual((await standing(store, AT + 2 * DAY)).lapsed, [ADDRESS])
  })

  suppressionTest('a streak is forgotten two weeks after its end', async (store) => {
    await settleWith(store, AT, 'bounce')
    const far = { messageAge: 1e15, captureCount: 1e9, captureSize: 1e15, decisionAge: 1e15, decisionCount: 1e9 }
    const limits = { ...far, auditAge: 1e15, eventAge: 1e15 }
    await store.write.retention.sweep(AT + 15 * DAY, limits)
    assert.deepEqual((await standing(store, AT + 15 * DAY)).lapsed, [ADDRESS])
    await store.write.retention.sweep(AT + 15 * DAY + 1, limits)
    assert.deepEqual((await standing(store, AT + 15 * DAY)).lapsed, [])
  })

  suppressionTest('what an operator says stands against bounces, and is told to the audit log', async (store) => {
    const suppression = {
      tenantId: A.tenantId,
      reason: 'operator',
      detail: 'asked us to',
      createdAt: AT,
      bounces: 0,
    } as const
    await store.write.suppressions.putSuppression(change(), { ...suppression, address: 'Gone@ONE.example' })
    await settleWith(store, AT + 1, 'bounce')
    await settleWith(store, AT + 2, 'delivery')
    const query = { tenantId: A.tenantId, at: AT + 3, limit: 9 }
    assert.deepEqual(await store.read.suppressions.listSuppressions(query), [{ ...suppression, address: ADDRESS }])
    assert.equal(await store.write.suppressions.deleteSuppression(change(), B.tenantId, ADDRESS), false)
    assert.equal(await store.write.suppressions.deleteSuppression(change(), A.tenantId, 'GONE@one.example'), true)
    assert.equal(await store.write.suppressions.deleteSuppression(change(), A.tenantId, ADDRESS), false)
    assert.deepEqual(await store.read.suppressions.listSuppressions(query), [])
    const audit = await store.read.audit.listAudit(A.tenantId, 2)
    assert.deepEqual(
      audit.map(({ operation }) => operation),
      ['Postern.Mail/suppressions/delete', 'Postern.Mail/suppressions/write'],
    )
  })

  suppressionTest('suppressions are listed by address, in pages', async (store) => {
    for (const [index, address] of ['c@x.example', 'a@x.example', 'b@x.example'].entries())
      await settleWith(store, AT + index, 'bounce', address)
    const page = async (after?: string) => {
      const query = { tenantId: A.tenantId, at: AT, limit: 2, ...(after === undefined ? {} : { after }) }
      return (await store.read.suppressions.listSuppressions(query)).map(({ address }) => address)
    }
    assert.deepEqual(await page(), ['a@x.example', 'b@x.example'])
    assert.deepEqual(await page('b@x.example'), ['c@x.example'])
    assert.deepEqual(await store.read.suppressions.listSuppressions({ tenantId: B.tenantId, at: AT, limit: 9 }), [])
  })

  suppressionTest('one tenant does not see what another one suppresses', async (store) => {
    await settleWith(store, AT, 'bounce')
    assert.deepEqual((await standing(store, AT, { tenantId: B.tenantId })).suppressed, [])
  })

  suppressionTest('one is read by its address in any form while it is in force', async (store) => {
    await settleWith(store, AT, 'bounce')
    const read = async (tenantId: string, at: number, address = 'Gone@ONE.example') =>
      (await store.read.suppressions.readSuppression(tenantId, address, at))?.address
    assert.equal(await read(A.tenantId, AT), ADDRESS)
    assert.equal(await read(A.tenantId, AT + DAY), undefined)
    assert.equal(await read(B.tenantId, AT), undefined)
    assert.equal(await read(A.tenantId, AT, 'other@one.example'), undefined)
  })

  suppressionTest('many recipients are looked up at once', async (store) => {
    const addresses = Array.from({ length: 100 }, (_, index) => `r${index}@x.example`)
    for (const index of [0, 8, 63, 64, 99]) await settleWith(store, AT + index, 'bounce', addresses[index])
    const { suppressed } = await standing(store, AT + 100, { addresses })
    assert.deepEqual(suppressed.toSorted(), [0, 8, 63, 64, 99].map((index) => `r${index}@x.example`).toSorted())
  })

  suppressionTest('lists of the sender and of its domain count, those of others do not', async (store) => {
    await addLists(store)
    const suppressed = async (changes: Partial<Query>) => (await standing(store, AT, changes)).suppressed
    const addresses = ['domain@one.example', 'sender@one.example', 'other@one.example']
    assert.deepEqual((await suppressed({ addresses })).toSorted(), ['domain@one.example', 'sender@one.example'])
    const other = { addresses, reversePath: 'Other@CONTOSO.example' }
    assert.deepEqual((await suppressed(other)).toSorted(), ['domain@one.example', 'other@one.example'])
    assert.deepEqual(await suppressed({ addresses, reversePath: 'DoNotReply@fabrikam.example' }), [])
    assert.deepEqual(await suppressed({ addresses, resourceId: `${SERVICE}2` }), [])
    assert.deepEqual(await suppressed({ addresses, tenantId: B.tenantId }), [])
    assert.deepEqual(await suppressed({ addresses, reversePath: '' }), [])
  })
}

async function addLists({ write: { resources } }: MailStore): Promise<void> {
  const sender = domain(A, 'domains', 'contoso.example')
  const lists = [
    ['whole', '', 'Domain@One.Example'],
    ['sender', 'DoNotReply', 'Sender@one.example'],
    ['others', 'other', 'other@one.example'],
  ] as const
  const below = lists.flatMap(([name, listName, email]) => [
    { ...resource(A, SUPPRESSION_LISTS, ['domains', 'contoso.example', name]), properties: { listName } },
    { ...resource(A, SUPPRESSION_LIST_ADDRESSES, ['domains', 'contoso.example', name, 'one']), properties: { email } },
  ])
  for (const one of [emailService(A, 'domains'), sender, communicationService(A, 'Contoso', [sender.id]), ...below])
    await resources.putResource(change(), one)
}
