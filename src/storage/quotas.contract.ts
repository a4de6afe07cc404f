// Every store of quotas, and every spool that counts, passes this suite. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import { packTerms } from '../quota/packed-terms.ts'
import { type QuotaLimits, type QuotaSubject, type QuotaTerm, subjectsOf, subjectText } from '../quota/quota.ts'
import { usagesOf } from '../quota/counter.ts'
import type { EnqueueOutcome, SpooledEnvelope } from '../spool/spool.ts'
import { enqueue, type MailStore, mailTests, message, SERVICE } from './mail-store.fixture.ts'
import type { StoredQuota } from './quotas.ts'
import { A, AT, B, change } from './two-tenants.fixture.ts'

const HOUR = 3_600_000
const [APPLICATION, RESOURCE, DOMAIN] = subjectsOf({
  applicationId: A.applicationId,
  resourceId: SERVICE,
  domain: 'contoso.example',
}) as [QuotaSubject, QuotaSubject, QuotaSubject]

const termOf = (limits: QuotaLimits, subject = APPLICATION): QuotaTerm => ({ subject, limits })

const quotaOf = (subject: QuotaSubject, limits: QuotaLimits, tenantId = A.tenantId): StoredQuota => ({
  tenantId,
  subject,
  limits,
  target: `/providers/Postern.Mail/${subject.kind}`,
  changedAt: AT,
  changedBy: A.principalId,
})

async function enqueueUnder(
  store: MailStore,
  terms: readonly QuotaTerm[],
  changes: Partial<SpooledEnvelope> = {},
): Promise<EnqueueOutcome> {
  return store.write.spool.enqueue({ ...(await message(store, changes)), terms: packTerms(terms) })
}

const recipients = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ forwardPath: `r${index}@example.com`, parameters: {} }))

/** What was counted, in every window. */
async function counted(store: MailStore, subject = APPLICATION, at = AT, tenantId = A.tenantId): Promise<number[][]> {
  const [counter] = await store.read.quotas.readCounters(tenantId, [subject])
  const everything = { minute: 1e9, hour: 1e9, day: 1e9 }
  const term = termOf({ messages: everything, recipients: everything }, subject)
  const usages = usagesOf(counter?.shards ?? new Map(), term, at)
  const of = (unit: string) => usages.flatMap(({ limit, used }) => (limit.unit === unit ? used : []))
  return [of('messages'), of('recipients')]
}

const isStored = async (store: MailStore, queueId: string): Promise<boolean> =>
  (await store.read.messages.find(A.tenantId, queueId)) !== undefined

/** `open` gives an empty store. */
export function describeQuotas(name: string, open: () => Promise<MailStore>): void {
  const quotaTest = mailTests(`${name} quotas`, open)

  quotaTest('one is set, replaced and removed; each time the epoch moves and the audit log is told', async (store) => {
    const { quotas } = store.write
    const epoch = () => store.read.directory.readEpoch(A.tenantId)
    const before = (await epoch()) ?? 0
    assert.equal(await quotas.putQuota(change(), quotaOf(APPLICATION, { messages: { minute: 3 } })), true)
    assert.equal(await quotas.putQuota(change(), quotaOf(APPLICATION, { recipients: { day: 9 } })), false)
    assert.deepEqual(await store.read.quotas.findQuotas(A.tenantId, [APPLICATION, RESOURCE]), [
      quotaOf(APPLICATION, { recipients: { day: 9 } }),
    ])
    assert.equal(await quotas.deleteQuota(change(), B.tenantId, APPLICATION), false)
    assert.equal(await quotas.deleteQuota(change(), A.tenantId, APPLICATION), true)
    assert.equal(await quotas.deleteQuota(change(), A.tenantId, APPLICATION), false)
    assert.equal(await epoch(), before + 3)
    const audit = await store.read.audit.listAudit(A.tenantId, 2)
    assert.deepEqual(
      audit.map(({ operation, before: was, after }) => [operation, was, after]),
      [
        ['Postern.Mail/quotas/write', { recipients: { day: 9 } }, undefined],
        ['Postern.Mail/quotas/write', { messages: { minute: 3 } }, { recipients: { day: 9 } }],
      ],
    )
  })

  quotaTest('they are listed by subject, in pages, each tenant for itself', async (store) => {
    for (const subject of [RESOURCE, APPLICATION, DOMAIN])
      await store.write.quotas.putQuota(change(), quotaOf(subject, { messages: { day: 1 } }))
    await store.write.quotas.putQuota(change(), quotaOf(DOMAIN, {}, B.tenantId))
    const page = async (after?: string) => {
      const query = { tenantId: A.tenantId, limit: 2, ...(after === undefined ? {} : { after }) }
      return (await store.read.quotas.listQuotas(query)).map(({ subject }) => subject)
    }
    assert.deepEqual(await page(), [APPLICATION, DOMAIN])
    assert.deepEqual(await page(subjectText(DOMAIN)), [RESOURCE])
    assert.deepEqual(await store.read.quotas.findQuotas(B.tenantId, [APPLICATION, DOMAIN]), [
      quotaOf(DOMAIN, {}, B.tenantId),
    ])
  })

  quotaTest('a message is counted with its recipients, and refused beyond the limit', async (store) => {
    const term = termOf({ messages: { hour: 2 } })
    for (const count of [1, 3])
      assert.deepEqual(await enqueueUnder(store, [term], { recipients: recipients(count) }), { type: 'queued' })
    const refused = await message(store)
    assert.deepEqual(await store.write.spool.enqueue({ ...refused, terms: packTerms([term]) }), {
      type: 'over quota',
      over: {
        limit: { subject: APPLICATION, unit: 'messages', window: 'hour', limit: 2 },
        used: 2,
        retryAt: AT - (AT % HOUR) + HOUR,
      },
    })
    assert.equal(await isStored(store, refused.envelope.queueId), false)
    assert.deepEqual(await counted(store), [
      [2, 2, 2],
      [4, 4, 4],
    ])
    const later = { receivedAt: AT + HOUR }
    assert.deepEqual(await enqueueUnder(store, [term], later), { type: 'queued' })
  })

  quotaTest('what does not fit one of its limits is counted nowhere', async (store) => {
    const terms = [
      termOf({ messages: { day: 9 } }),
      termOf({ recipients: { minute: 4 } }, RESOURCE),
      termOf({ messages: { day: 9 } }, DOMAIN),
    ]
    assert.equal((await enqueueUnder(store, terms, { recipients: recipients(5) })).type, 'over quota')
    assert.equal((await enqueueUnder(store, terms, { recipients: recipients(4) })).type, 'queued')
    for (const subject of [APPLICATION, RESOURCE, DOMAIN])
      assert.deepEqual(await counted(store, subject), [
        [1, 1, 1],
        [4, 4, 4],
      ])
  })

  quotaTest('of many at once, as many as the limit are accepted', async (store) => {
    const term = termOf({ messages: { day: 50 } })
    const first = { receivedAt: AT }
    const outcomes = await Promise.all(Array.from({ length: 120 }, () => enqueueUnder(store, [term], first)))
    assert.equal(outcomes.filter(({ type }) => type === 'queued').length, 50)
    assert.deepEqual(new Set(outcomes.map(({ type }) => type)), new Set(['queued', 'over quota']))
    assert.deepEqual((await counted(store))[0], [50, 50, 50])
  })

  quotaTest('a counter of several shards gives out all of its limit and not one more', async (store) => {
    const term = termOf({ recipients: { day: 2100 } })
    const many = { recipients: recipients(100) }
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => enqueueUnder(store, [term], many)))
    assert.equal(outcomes.filter(({ type }) => type === 'queued').length, 21)
    assert.deepEqual(await counted(store), [
      [21, 21, 21],
      [2100, 2100, 2100],
    ])
  })

  quotaTest('whoever was judged under what has changed since is told so, and nothing is counted', async (store) => {
    const term = termOf({ messages: { day: 1 } })
    const judged = await message(store)
    await store.write.quotas.putQuota(change(), quotaOf(APPLICATION, { messages: { day: 5 } }))
    assert.deepEqual(await store.write.spool.enqueue({ ...judged, terms: packTerms([term]) }), { type: 'stale' })
    assert.deepEqual((await counted(store))[0], [0, 0, 0])
    assert.deepEqual(await enqueueUnder(store, [term]), { type: 'queued' })
    const late = await message(store)
    await store.write.quotas.deleteQuota(change(), A.tenantId, APPLICATION)
    assert.deepEqual(await store.write.spool.enqueue({ ...late, terms: packTerms([term]) }), { type: 'stale' })
    assert.deepEqual((await counted(store))[0], [1, 1, 1])
  })

  quotaTest('a lowered limit counts what was sent before', async (store) => {
    for (let index = 0; index < 3; index += 1) await enqueueUnder(store, [termOf({ messages: { day: 2000 } })])
    assert.equal((await enqueueUnder(store, [termOf({ messages: { day: 3 } })])).type, 'over quota')
    assert.equal((await enqueueUnder(store, [termOf({ messages: { day: 4 } })])).type, 'queued')
  })

  quotaTest('what the store fails to take is not counted, whatever comes with it is', async (store) => {
    const term = termOf({ messages: { day: 3 } })
    const queueId = await enqueue(store)
    const settled = await Promise.allSettled([
      enqueueUnder(store, [term]),
      enqueueUnder(store, [term], { queueId }),
      enqueueUnder(store, [term]),
    ])
    const types = settled.map((one) => (one.status === 'fulfilled' ? one.value.type : 'failed'))
    assert.equal(types[1], 'failed')
    const queued = types.filter((type) => type === 'queued').length
    assert.deepEqual((await counted(store))[0], [queued, queued, queued])
    for (let left = 3 - queued; left > 0; left -= 1) assert.equal((await enqueueUnder(store, [term])).type, 'queued')
    assert.equal((await enqueueUnder(store, [term])).type, 'over quota')
  })

  quotaTest('what is undone with other writes is not counted', async (store) => {
    const term = termOf({ messages: { day: 1 } })
    const undone = { ...(await message(store)), terms: packTerms([term]) }
    const { epoch } = undone
    const queueId = await enqueue(store)
    const taken = await message(store, { queueId })
    const outcome = store.atomically(
      ({ spool }) => {
        void spool.enqueue(undone)
        void spool.enqueue(taken)
      },
      { tenantId: A.tenantId, epoch: epoch ?? 0 },
    )
    await assert.rejects(outcome)
    assert.deepEqual((await counted(store))[0], [0, 0, 0])
    assert.deepEqual(await enqueueUnder(store, [term]), { type: 'queued' })
  })

  quotaTest('what somebody else has already is counted beyond the limit', async (store) => {
    const terms = packTerms([termOf({ messages: { day: 1 } })])
    for (let index = 0; index < 2; index += 1) {
      const { envelope, content } = await message(store)
      assert.deepEqual(await store.write.spool.enqueue({ envelope, content, terms }), { type: 'queued' })
    }
    assert.deepEqual((await counted(store))[0], [2, 2, 2])
  })

  quotaTest('counters of two tenants are two', async (store) => {
    const term = termOf({ messages: { day: 1 } }, DOMAIN)
    assert.deepEqual(await enqueueUnder(store, [term]), { type: 'queued' })
    assert.deepEqual(await enqueueUnder(store, [term], { tenantId: B.tenantId }), { type: 'queued' })
    assert.deepEqual((await counted(store, DOMAIN, AT, B.tenantId))[0], [1, 1, 1])
  })

  quotaTest('what was counted is forgotten two days later', async (store) => {
    await enqueueUnder(store, [termOf({ messages: { day: 1 } })])
    const far = { messageAge: 1e15, captureCount: 1e9, captureSize: 1e15, decisionAge: 1e15, decisionCount: 1e9 }
    const limits = { ...far, auditAge: 1e15, eventAge: 1e15 }
    const count = async () => (await store.read.quotas.readCounters(A.tenantId, [APPLICATION])).length
    await store.write.retention.sweep(AT + 24 * HOUR, limits)
    assert.equal(await count(), 1)
    await store.write.retention.sweep(AT + 72 * HOUR, limits)
    assert.equal(await count(), 0)
  })
}
