// Every spool passes this suite. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import {
  claimAt,
  claimOne,
  enqueue,
  envelope,
  inline,
  isStored,
  type MailStore,
  mailTests,
  message,
  outcome,
  readStored,
  settleAll,
} from '../storage/mail-store.fixture.ts'
import { A, AT, B, change } from '../storage/two-tenants.fixture.ts'
import type { Claim, SpooledEnvelope } from './spool.ts'

const THREE = ['one@example.com', 'two@example.com', 'three@example.com'].map((forwardPath) => ({
  forwardPath,
  parameters: {},
}))

/** `open` gives an empty store. */
export function describeSpool(name: string, open: () => Promise<MailStore>): void {
  const spoolTest = mailTests(`${name} spool`, open)
  describeEnqueue(spoolTest)
  describeClaims(spoolTest)
  describeFairness(spoolTest)
  describeSettlement(spoolTest)
}

type SpoolTest = ReturnType<typeof mailTests>

function describeEnqueue(spoolTest: SpoolTest): void {
  spoolTest('a claim gives back exactly what was enqueued', async (store) => {
    const accepted = await message(store, { recipients: THREE, reversePath: '' }, inline('Subject: 1\r\n\r\nbody'))
    assert.deepEqual(await store.write.spool.enqueue(accepted), { type: 'queued' })
    const claim = await claimOne(store, AT)
    const { queueId } = accepted.envelope
    assert.deepEqual(claim.envelope, accepted.envelope)
    assert.deepEqual(claim.content, { kind: 'stored', size: accepted.content.size, contentId: queueId })
    assert.equal(claim.leaseUntil, AT + 30_000)
    assert.deepEqual(
      claim.recipients,
      THREE.map((recipient, index) => ({ ...recipient, index, attempts: 0, delayReported: false })),
    )
    assert.equal(Buffer.from(await readStored(store, queueId)).toString(), 'Subject: 1\r\n\r\nbody')
  })

  spoolTest('a verdict of another epoch stores nothing', async (store) => {
    const judged = await message(store)
    await store.write.directory.setApplicationDisabled(change(), A.tenantId, A.applicationObjectId, true)
    assert.deepEqual(await store.write.spool.enqueue(judged), { type: 'stale' })
    assert.deepEqual(await claimAt(store, AT), [])
    assert.equal(await store.read.messages.find(A.tenantId, judged.envelope.queueId), undefined)
    assert.equal(await isStored(store, judged.envelope.queueId), false)
  })

  spoolTest('a change in one tenant leaves the mail of another alone', async (store) => {
    const judged = await message(store)
    await store.write.directory.setApplicationDisabled(change(), B.tenantId, B.applicationObjectId, true)
    assert.deepEqual(await store.write.spool.enqueue(judged), { type: 'queued' })
  })

  spoolTest('a tenant that is not there is stale', async (store) => {
    const accepted = await message(store)
    const stray = { ...accepted, envelope: { ...accepted.envelope, tenantId: 'nobody' } }
    assert.deepEqual(await store.write.spool.enqueue(stray), { type: 'stale' })
  })

  spoolTest('many at once are each stored with their own content', async (store) => {
    const accepted = await Promise.all(
      Array.from({ length: 200 }, (_, index) => message(store, {}, inline(`Subject: ${index}\r\n\r\n`))),
    )
    const outcomes = await Promise.all(accepted.map((one) => store.write.spool.enqueue(one)))
    assert(outcomes.every(({ type }) => type === 'queued'))
    assert.equal((await claimAt(store, AT, 1000)).length, 200)
    for (const [index, { envelope }] of accepted.entries())
      assert.equal(Buffer.from(await readStored(store, envelope.queueId)).toString(), `Subject: ${index}\r\n\r\n`)
  })

  spoolTest('a queue id is used once', async (store) => {
    const accepted = await message(store, {}, inline('first'))
    await store.write.spool.enqueue(accepted)
    const again = { ...accepted, content: inline('second') }
    await assert.rejects(store.write.spool.enqueue(again), { name: 'StoreError', code: 'internal' })
    assert.equal(Buffer.from(await readStored(store, accepted.envelope.queueId)).toString(), 'first')
  })

  spoolTest('content that is stored already may be enqueued again and lives for itself', async (store) => {
    const first = await enqueue(store, {}, inline('shared'))
    const claim = await claimOne(store, AT)
    const second = await enqueue(store, {}, claim.content)
    await settleAll(store, claim, 'delivered', AT)
    assert.equal(await isStored(store, first), false)
    assert.equal(Buffer.from(await readStored(store, second)).toString(), 'shared')
  })

  spoolTest('content that leads nowhere is never accepted', async (store) => {
    const stored = { kind: 'stored', size: 5, contentId: 'unknown' } as const
    await assert.rejects(store.write.spool.enqueue(await message(store, {}, stored)))
    assert.deepEqual(await claimAt(store, AT), [])
  })
}

function describeClaims(spoolTest: SpoolTest): void {
  spoolTest('two dispatchers never claim the same message', async (store) => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => enqueue(store)))
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimAt(store, AT, 10)))
    const claimed = claims.flat().map((claim) => claim.envelope.queueId)
    assert.deepEqual(claimed.toSorted(), ids.toSorted())
    assert.equal(new Set(claims.flat().map(({ token }) => token)).size, 50)
  })

  spoolTest('the oldest come first, and no more than asked for', async (store) => {
    const ids = [AT + 300, AT + 100, AT + 200, AT + 400].map((receivedAt) => ({ receivedAt }))
    const [third, first, second] = await Promise.all(ids.map((changes) => enqueue(store, changes)))
    const claimed = (await claimAt(store, AT + 300, 2)).map((claim) => claim.envelope.queueId)
    assert.deepEqual(claimed, [first, second])
    assert.equal((await claimOne(store, AT + 300)).envelope.queueId, third)
  })

  spoolTest('nothing is due before its time', async (store) => {
    await enqueue(store, { receivedAt: AT + 1 })
    assert.deepEqual(await claimAt(store, AT), [])
    assert.equal((await claimAt(store, AT + 1)).length, 1)
  })

  spoolTest('a lease lapses, and the claimant that outlived it is fenced', async (store) => {
    const queueId = await enqueue(store)
    const first = await claimOne(store, AT)
    assert.deepEqual(await claimAt(store, AT + 29_999), [])
    const second = await claimOne(store, AT + 30_000)
    assert.notEqual(second.token, first.token)
    const late = { queueId, token: first.token, at: AT + 30_001, outcomes: [outcome(0, 'failed')] }
    assert.deepEqual(await store.write.spool.settle([late]), [{ type: 'fenced' }])
    assert.deepEqual(await store.write.spool.renew([first.token], AT + 99_000), [])
    assert.equal((await store.read.messages.find(A.tenantId, queueId))?.timeline.length, 1)
    await settleAll(store, second, 'delivered', AT + 30_002)
    assert.equal((await store.read.messages.find(A.tenantId, queueId))?.status, 'delivered')
  })

  spoolTest('a lapsed claim that nobody took may still be settled', async (store) => {
    await enqueue(store)
    await settleAll(store, await claimOne(store, AT), 'delivered', AT + 60_000)
    assert.deepEqual(await claimAt(store, AT + 90_000), [])
  })

  spoolTest('a renewed lease holds longer, the others lapse', async (store) => {
    const renewed = await enqueue(store)
    const lapsed = await enqueue(store)
    const claims = await claimAt(store, AT)
    const token = claims.find((claim) => claim.envelope.queueId === renewed)?.token ?? ''
    assert.deepEqual(await store.write.spool.renew([token, 'nonsense'], AT + 60_000), [token])
    assert.equal((await claimOne(store, AT + 30_000)).envelope.queueId, lapsed)
    assert.deepEqual(await claimAt(store, AT + 59_999), [])
    assert.equal((await claimAt(store, AT + 60_000)).length, 2)
  })

  spoolTest('what is given back is due again at once, and its claimant is fenced', async (store) => {
    const [released, kept] = [await enqueue(store), await enqueue(store)]
    const claims = await claimAt(store, AT)
    const tokenOf = (queueId: string) => claims.find(({ envelope }) => envelope.queueId === queueId)?.token ?? ''
    const token = tokenOf(released)
    await store.write.spool.release([token, 'nonsense'])
    assert.deepEqual(await store.write.spool.settle([{ queueId: released, token, at: AT, outcomes: [] }]), [
      { type: 'fenced' },
    ])
    const again = await claimOne(store, AT)
    assert.equal(again.envelope.queueId, released)
    assert.deepEqual(await store.write.spool.renew([tokenOf(kept)], AT + 60_000), [tokenOf(kept)])
  })

  spoolTest('giving back what was lent again since changes nothing', async (store) => {
    await enqueue(store)
    const first = await claimOne(store, AT)
    const second = await claimOne(store, AT + 30_000)
    await store.write.spool.release([first.token])
    assert.deepEqual(await claimAt(store, AT + 30_000), [])
    assert.deepEqual(await store.write.spool.renew([second.token], AT + 99_000), [second.token])
  })
}

function describeFairness(spoolTest: SpoolTest): void {
  const towards = (domain: string) => [{ forwardPath: `somebody@${domain}`, parameters: {} }]
  const enqueueMany = async (store: MailStore, count: number, changes: Partial<SpooledEnvelope>) => {
    const ids = []
    for (let index = 0; index < count; index += 1) ids.push(await enqueue(store, changes))
    return ids
  }
  const idsOf = (claims: readonly Claim[]) => claims.map(({ envelope: { queueId } }) => queueId)

  spoolTest('an application with a long queue does not keep another waiting', async (store) => {
    await enqueueMany(store, 30, {})
    const other = await enqueue(store, { applicationId: 'ffffffff-0000-4000-8000-000000000000' })
    assert(idsOf(await claimAt(store, AT, 10)).includes(other))
  })

  spoolTest('many applications get equal shares of a claim', async (store) => {
    const applications = ['a', 'b', 'c', 'd'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`)
    for (const applicationId of applications) await enqueueMany(store, 10, { applicationId })
    const claims = await claimAt(store, AT, 12)
    const counts = applications.map(
      (id) => claims.filter(({ envelope: { applicationId } }) => applicationId === id).length,
    )
    assert.deepEqual(counts, [3, 3, 3, 3])
  })

  spoolTest('a destination with a long queue does not keep another waiting', async (store) => {
    await enqueueMany(store, 30, { recipients: towards('Slow.example') })
    const other = await enqueue(store, { recipients: towards('quick.example') })
    assert(idsOf(await claimAt(store, AT, 10)).includes(other))
  })

  spoolTest('every destination has its turn', async (store) => {
    const domains = Array.from({ length: 12 }, (_, index) => `d${index}.example`)
    const wanted = new Set<string>()
    await enqueueMany(store, 40, { recipients: towards('a-slow.example') })
    for (const domain of domains) wanted.add(await enqueue(store, { recipients: towards(domain) }))
    for (let claim = 0; claim < 4; claim += 1) for (const id of idsOf(await claimAt(store, AT, 8))) wanted.delete(id)
    assert.equal(wanted.size, 0)
  })

  spoolTest('destinations with long queues take turns', async (store) => {
    const domains = Array.from({ length: 12 }, (_, index) => `d${index}.example`)
    for (const domain of domains) await enqueueMany(store, 9, { recipients: towards(domain) })
    const seen = new Set<string | undefined>()
    for (let claim = 0; claim < 3; claim += 1)
      for (const { envelope } of await claimAt(store, AT, 8)) seen.add(envelope.recipients[0]?.forwardPath)
    assert.equal(seen.size, domains.length)
  })

  spoolTest('what others do not take is lent all the same', async (store) => {
    await enqueueMany(store, 30, {})
    await enqueue(store, { applicationId: 'ffffffff-0000-4000-8000-000000000000' })
    assert.equal((await claimAt(store, AT, 20)).length, 20)
  })

  spoolTest('a claim is filled from as many applications as it takes', async (store) => {
    for (let index = 0; index < 60; index += 1)
      await enqueue(store, { applicationId: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000` })
    assert.equal((await claimAt(store, AT, 40)).length, 40)
    assert.equal((await claimAt(store, AT, 40)).length, 20)
  })

  spoolTest('applications whose mail waits for a later moment keep nobody waiting', async (store) => {
    for (let index = 0; index < 30; index += 1)
      await enqueue(store, { applicationId: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000` })
    for (const {
      envelope: { queueId },
      token,
    } of await claimAt(store, AT))
      await store.write.spool.settle([{ queueId, token, at: AT, outcomes: [outcome(0, 'deferred', AT + 1e6)] }])
    await enqueueMany(store, 30, {})
    const other = await enqueue(store, { applicationId: 'ffffffff-0000-4000-8000-000000000000' })
    const claims = [await claimAt(store, AT, 10), await claimAt(store, AT, 10)]
    assert.deepEqual(
      claims.map(({ length }) => length),
      [10, 10],
    )
    assert(claims.flatMap(idsOf).includes(other))
  })

  spoolTest('mail that waits for a later moment hides none that is due', async (store) => {
    const later = await enqueueMany(store, 20, { receivedAt: AT })
    for (const claim of await claimAt(store, AT))
      await store.write.spool.settle([
        { queueId: claim.envelope.queueId, token: claim.token, at: AT, outcomes: [outcome(0, 'deferred', AT + 1e6)] },
      ])
    const due = await enqueue(store, { recipients: towards('zz.example') })
    assert.deepEqual(idsOf(await claimAt(store, AT + 1, 5)), [due])
    assert.equal(later.length, 20)
  })

  spoolTest('a queue is lent out whole, each message once', async (store) => {
    const queued = await enqueueMany(store, 25, {})
    queued.push(...(await enqueueMany(store, 25, { recipients: towards('other.example') })))
    const lent: string[] = []
    for (let claim = 0; claim < 10; claim += 1) lent.push(...idsOf(await claimAt(store, AT, 7)))
    assert.deepEqual(lent.toSorted(), queued.toSorted())
  })
}

function describeSettlement(spoolTest: SpoolTest): void {
  spoolTest('deferred recipients are claimed again when they are due, and only they', async (store) => {
    await enqueue(store, { recipients: THREE })
    const first = await claimOne(store, AT)
    const { queueId } = first.envelope
    const outcomes = [outcome(0, 'delivered'), outcome(1, 'deferred', AT + 5000), outcome(2, 'deferred', AT + 9000)]
    await store.write.spool.settle([{ queueId, token: first.token, at: AT + 10, outcomes }])
    assert.deepEqual(await claimAt(store, AT + 4999), [])
    const second = await claimOne(store, AT + 5000)
    const tried = { attempts: 1, delayReported: false, lastAttemptAt: AT + 10, lastReply: 'deferred by test' }
    assert.deepEqual(second.recipients, [{ ...THREE[1], index: 1, ...tried }])
    await settleAll(store, second, 'failed', AT + 5010)
    assert.deepEqual(await claimAt(store, AT + 8999), [])
    const third = await claimOne(store, AT + 9000)
    assert.deepEqual(third.recipients, [{ ...THREE[2], index: 2, ...tried }])
    await settleAll(store, third, 'delivered', AT + 9010)
    const detail = await store.read.messages.find(A.tenantId, queueId)
    assert.equal(detail?.status, 'partial')
    assert.deepEqual(
      detail.recipients.map(({ status, attempts }) => [status, attempts]),
      [
        ['delivered', 1],
        ['failed', 2],
        ['delivered', 2],
      ],
    )
    assert.deepEqual(await claimAt(store, AT + 1e9), [])
  })

  spoolTest('a recipient without an outcome is due again at once', async (store) => {
    await enqueue(store, { recipients: THREE })
    const { envelope, token } = await claimOne(store, AT)
    await store.write.spool.settle([{ queueId: envelope.queueId, token, at: AT, outcomes: [outcome(1, 'delivered')] }])
    const again = await claimOne(store, AT)
    assert.deepEqual(
      again.recipients.map(({ index, attempts }) => [index, attempts]),
      [
        [0, 0],
        [2, 0],
      ],
    )
  })

  spoolTest('a claim is settled once', async (store) => {
    const queueId = await enqueue(store)
    const claim = await claimOne(store, AT)
    await settleAll(store, claim, 'failed', AT)
    const again = { queueId, token: claim.token, at: AT, outcomes: [outcome(0, 'delivered')] }
    assert.deepEqual(await store.write.spool.settle([again]), [{ type: 'fenced' }])
    assert.equal((await store.read.messages.find(A.tenantId, queueId))?.status, 'failed')
  })

  spoolTest('settlements of one batch stand alone, and a token opens only its own message', async (store) => {
    const ids = [await enqueue(store), await enqueue(store)]
    const [one, other] = await claimAt(store, AT)
    assert(one !== undefined && other !== undefined)
    const outcomes = [outcome(0, 'delivered')]
    const settled = await store.write.spool.settle([
      { queueId: other.envelope.queueId, token: one.token, at: AT, outcomes },
      { queueId: 'nobody', token: 'nonsense', at: AT, outcomes },
      { queueId: one.envelope.queueId, token: one.token, at: AT, outcomes },
    ])
    assert.deepEqual(
      settled.map(({ type }) => type),
      ['fenced', 'fenced', 'settled'],
    )
    const statuses = await Promise.all(ids.map((id) => store.read.messages.find(A.tenantId, id)))
    assert.deepEqual(
      statuses.map((detail) => detail?.status),
      ['delivered', 'queued'],
    )
  })

  spoolTest('content goes with the last recipient, unless a capture needs it', async (store) => {
    const kept = await enqueue(store)
    const released = await enqueue(store, { recipients: THREE })
    const claims = await claimAt(store, AT)
    for (const { envelope, content } of claims)
      if (envelope.queueId === kept) await store.write.captures.addCapture(captureOf(envelope.queueId), content)
    for (const claim of claims) {
      assert.equal(await isStored(store, claim.envelope.queueId), true)
      await settleAll(store, claim, 'delivered', AT)
    }
    assert.equal(await isStored(store, kept), true)
    assert.equal(await isStored(store, released), false)
  })
}

function captureOf(id: string) {
  const { tenantId, resourceId, reversePath, subject, receivedAt } = envelope({ queueId: id })
  return { id, tenantId, resourceId, reversePath, subject, receivedAt, recipients: ['one@example.com'], size: 15 }
}
