// Every store's retention passes this suite: what is past its time goes, the oldest first and a little at a time, and nothing else.

import assert from 'node:assert/strict'
import type { Claim } from '../spool/spool.ts'
import {
  claimAt,
  claimOne,
  enqueue,
  inline,
  isStored,
  type MailStore,
  mailTests,
  SERVICE,
  settleAll,
} from './mail-store.fixture.ts'
import type { RetentionLimits } from './storage.ts'
import { A, AT, change } from './two-tenants.fixture.ts'

const DAY = 86_400_000
const UNLIMITED: RetentionLimits = {
  messageAge: 1e15,
  captureCount: 1e15,
  captureSize: 1e15,
  decisionAge: 1e15,
  decisionCount: 1e15,
  auditAge: 1e15,
  eventAge: 1e15,
}

/** `open` gives an empty store. */
export function describeRetention(name: string, open: () => Promise<MailStore>): void {
  const retentionTest = mailTests(`${name} retention`, open)
  describeMail(retentionTest)
  describeRecords(retentionTest)
}

type RetentionTest = ReturnType<typeof mailTests>

/** Sweeps until there is nothing more to do and tells how often. */
async function sweep(store: MailStore, at: number, limits: Partial<RetentionLimits>): Promise<number> {
  for (let times = 1; ; times += 1)
    if (!(await store.write.retention.sweep(at, { ...UNLIMITED, ...limits }))) return times
}

function describeMail(retentionTest: RetentionTest): void {
  retentionTest('final messages go when they are old enough, with their timelines; the others stay', async (store) => {
    const old = await enqueue(store)
    await settleAll(store, await claimOne(store, AT), 'delivered', AT)
    const waiting = await enqueue(store)
    const young = await enqueue(store, { receivedAt: AT + DAY })
    for (const claim of await claimAt(store, AT + DAY))
      if (claim.envelope.queueId === young) await settleAll(store, claim, 'failed', AT + DAY)
    const left = async () =>
      (await store.read.messages.search({ tenantId: A.tenantId, limit: 10 })).messages.map(({ queueId }) => queueId)
    await sweep(store, AT + 30 * DAY, { messageAge: 30 * DAY })
    assert.deepEqual(await left(), [young, waiting, old])
    await sweep(store, AT + 30 * DAY + 1, { messageAge: 30 * DAY })
    assert.deepEqual(await left(), [young, waiting])
    assert.equal(await store.read.messages.find(A.tenantId, old), undefined)
    assert.equal(await isStored(store, waiting), true)
  })

  retentionTest('a capture outlives its message, and its content with it', async (store) => {
    const id = await captureOne(store, AT, 'kept')
    await sweep(store, AT + 30 * DAY, { messageAge: DAY })
    assert.equal(await store.read.messages.find(A.tenantId, id), undefined)
    assert.equal(await isStored(store, id), true)
    await sweep(store, AT + 30 * DAY, { captureCount: 0 })
    assert.equal(await store.read.captures.readCapture(id), undefined)
    assert.equal(await isStored(store, id), false)
  })

  retentionTest('the newest captures stay, by count and by size', async (store) => {
    const ids: string[] = []
    for (let index = 0; index < 6; index += 1) ids.unshift(await captureOne(store, AT + index, 'x'.repeat(100)))
    const left = async () =>
      (await store.read.captures.listCaptures({ tenantId: A.tenantId, limit: 10 })).map(({ id }) => id)
    await sweep(store, AT, { captureCount: 6, captureSize: 600 })
    assert.deepEqual(await left(), ids)
    await sweep(store, AT, { captureCount: 4 })
    assert.deepEqual(await left(), ids.slice(0, 4))
    await sweep(store, AT, { captureSize: 299 })
    assert.deepEqual(await left(), ids.slice(0, 2))
    assert.deepEqual(await Promise.all(ids.map((id) => isStored(store, id))), [true, true, false, false, false, false])
  })

  retentionTest('content of a message that is not final stays when its capture goes', async (store) => {
    await enqueue(store)
    const claim = await claimOne(store, AT)
    await store.write.captures.addCapture(captureOf(claim), claim.content)
    await sweep(store, AT, { captureCount: 0 })
    assert.equal(await isStored(store, claim.envelope.queueId), true)
  })

  retentionTest('much to do is done in several sweeps', async (store) => {
    await Promise.all(Array.from({ length: 450 }, () => enqueue(store)))
    for (const claim of await claimAt(store, AT, 1000)) await settleAll(store, claim, 'delivered', AT)
    assert.equal(await sweep(store, AT + DAY, { messageAge: 0 }), 3)
    assert.deepEqual(await store.read.messages.search({ tenantId: A.tenantId, limit: 10 }), { messages: [] })
    assert.equal(await sweep(store, AT + DAY, { messageAge: 0 }), 1)
  })
}

function describeRecords(retentionTest: RetentionTest): void {
  retentionTest('decisions go by age and by count, every reference with them', async (store) => {
    const decisions = Array.from({ length: 10 }, (_, index) => ({
      references: [`first${index}`, `second${index}`],
      tenantId: A.tenantId,
      at: AT + index,
      trace: '{}',
    }))
    await store.write.decisions.recordDecisions(decisions)
    const left = async (which: string) => {
      const found = await Promise.all(
        decisions.map((_, index) => store.read.decisions.findDecision(`${which}${index}`)),
      )
      return found.map((decision) => (decision === undefined ? '-' : 'x')).join('')
    }
    await sweep(store, AT + 100, { decisionAge: 97, decisionCount: 7 })
    assert.equal(await left('first'), '---xxxxxxx')
    await sweep(store, AT + 100, { decisionCount: 2 })
    assert.equal(await left('first'), '--------xx')
    assert.equal(await left('second'), '--------xx')
  })

  retentionTest('the audit log goes by age', async (store) => {
    const { tenantId, applicationObjectId } = A
    for (const at of [AT + DAY, AT + 2 * DAY])
      await store.write.directory.setApplicationDisabled(change(at), tenantId, applicationObjectId, true)
    await sweep(store, AT + 3 * DAY, { auditAge: DAY })
    assert.deepEqual(
      (await store.read.audit.listAudit(tenantId, 100)).map(({ at }) => at),
      [AT + 2 * DAY],
    )
  })
}

/** Accepts, captures and delivers one message. */
async function captureOne(store: MailStore, receivedAt: number, text: string): Promise<string> {
  await enqueue(store, { receivedAt }, inline(text))
  const claim = await claimOne(store, receivedAt)
  await store.write.captures.addCapture(captureOf(claim), claim.content)
  await settleAll(store, claim, 'delivered', receivedAt)
  return claim.envelope.queueId
}

function captureOf({ envelope: { queueId, tenantId, receivedAt }, content: { size } }: Claim) {
  const recipients = ['one@example.com']
  return { id: queueId, tenantId, resourceId: SERVICE, reversePath: '', recipients, subject: '', receivedAt, size }
}
