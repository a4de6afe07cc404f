// Every store of statistics passes this suite. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import { noCounts } from './count-facts.ts'
import {
  claimOne,
  enqueue,
  type MailStore,
  mailTests,
  message,
  OTHER_SERVICE,
  outcome,
  queueIdAt,
  SERVICE,
} from './mail-store.fixture.ts'
import { type Fact, type FactKind, HOUR, type NewSum, STEP } from './statistics.ts'
import { A, AT, B } from './two-tenants.fixture.ts'

const BEGIN = Math.floor(AT / HOUR) * HOUR
const KEY = SERVICE.toLowerCase()

const facts = (store: MailStore, kind: FactKind, changes: object = {}) =>
  store.read.statistics.listFacts({ kind, from: AT, to: AT + HOUR, limit: 100, ...changes })

const sum = (changes: Partial<NewSum>, counts: Partial<NewSum['counts']>): NewSum => ({
  tenantId: A.tenantId,
  subject: {},
  at: BEGIN,
  ...changes,
  counts: { ...noCounts(), ...counts },
})

/** `open` gives an empty store. */
export function describeStatistics(name: string, open: () => Promise<MailStore>): void {
  const statisticsTest = mailTests(`${name} statistics`, open)
  describeFacts(statisticsTest)
  describeOutcomes(statisticsTest)
  describeSums(statisticsTest)
}

type StatisticsTest = ReturnType<typeof mailTests>

function describeFacts(statisticsTest: StatisticsTest): void {
  statisticsTest(
    'submissions are those of a stretch of time, of one tenant and its resources, but no reports',
    async (store) => {
      await enqueue(store, { receivedAt: AT - 1 })
      await enqueue(store, { receivedAt: AT })
      await enqueue(store, { receivedAt: AT + 1, resourceId: OTHER_SERVICE, subject: '"reversePath":"","parameters":' })
      await enqueue(store, { receivedAt: AT + 2, reversePath: '' })
      await enqueue(store, { receivedAt: AT + 3, tenantId: B.tenantId, applicationId: B.applicationId })
      await enqueue(store, { receivedAt: AT + HOUR })
      const seen = async (changes: object) => (await facts(store, 'submission', changes)).facts.map(({ at }) => at - AT)
      assert.deepEqual(await seen({}), [0, 1, 3])
      assert.deepEqual(await seen({ tenantId: A.tenantId }), [0, 1])
      assert.deepEqual(await seen({ tenantId: A.tenantId, resourceIds: [OTHER_SERVICE] }), [1])
      assert.deepEqual(await seen({ tenantId: B.tenantId }), [3])
      assert.deepEqual(await seen({ tenantId: A.tenantId, applicationId: B.applicationId }), [])
      assert.deepEqual((await facts(store, 'submission', { tenantId: A.tenantId, limit: 1 })).facts, [
        {
          kind: 'submission',
          tenantId: A.tenantId,
          resourceKey: KEY,
          applicationId: A.applicationId,
          at: AT,
          size: 15,
        },
      ] satisfies Fact[])
    },
  )

  statisticsTest('pages of facts hold each of them once', async (store) => {
    for (let index = 0; index < 5; index += 1) await enqueue(store, { receivedAt: AT + (index >> 1) })
    const record = (reference: string, at: number) =>
      store.write.decisions.recordDecisions([{ references: [reference], tenantId: A.tenantId, at, trace: '{}' }])
    for (const [index, reference] of ['A1', 'C1', 'B1', 'E1', 'D1'].entries())
      await record(reference, AT + (index >> 1))
    for (const kind of ['submission', 'refusal'] as const)
      for (const tenantId of [undefined, A.tenantId]) {
        let after: string | undefined
        let count = 0
        do {
          const page = await facts(store, kind, { tenantId, limit: 2, ...(after !== undefined && { after }) })
          count += page.facts.length
          after = page.next
        } while (after !== undefined)
        assert.equal(count, 5, `${kind} ${tenantId}`)
      }
  })

  statisticsTest('refusals count every attempt, and those of no tenant are nobody’s', async (store) => {
    const decision = { tenantId: A.tenantId, at: AT, trace: '{}', reason: 'wrong-secret', resourceId: SERVICE }
    await store.write.decisions.recordDecisions([
      { ...decision, references: ['AAAAAAAAA1', 'AAAAAAAAA2'], applicationId: A.applicationId },
      { ...decision, references: ['BBBBBBBBB1'], tenantId: undefined },
      { ...decision, references: ['CCCCCCCCC1'], tenantId: B.tenantId, at: AT + HOUR },
    ])
    const expected: Fact = {
      kind: 'refusal',
      tenantId: A.tenantId,
      resourceKey: KEY,
      applicationId: A.applicationId,
      at: AT,
      reason: 'wrong-secret',
      attempts: 2,
    }
    assert.deepEqual((await facts(store, 'refusal')).facts, [expected])
    assert.deepEqual((await facts(store, 'refusal', { tenantId: B.tenantId })).facts, [])
  })
}

function describeOutcomes(statisticsTest: StatisticsTest): void {
  statisticsTest('outcomes are told by delivery reports, with the time that mail took', async (store) => {
    await enqueue(store)
    await settleWithReport(store, AT + 700, 'Delivered', (id) => id)
    const operation = {
      operationId: 'a1b2c3d4-0000-4000-8000-000000000001',
      requestKey: 'r',
      fingerprint: 'f',
      repeatsSince: 0,
    }
    const second = await message(store, { receivedAt: AT + 1000, operationId: operation.operationId })
    assert.deepEqual(await store.write.spool.enqueue({ ...second, operation }), { type: 'queued' })
    await settleWithReport(store, AT + 5000, 'Bounced', () => operation.operationId)
    const shown = (await facts(store, 'outcome', { tenantId: A.tenantId })).facts.map((fact) => ({ ...fact }))
    const common = { kind: 'outcome', tenantId: A.tenantId, resourceKey: KEY, applicationId: A.applicationId }
    assert.deepEqual(shown, [
      { ...common, at: AT + 700, status: 'delivered', latency: 700 },
      { ...common, at: AT + 5000, status: 'failed', latency: 4000 },
    ])
    assert.deepEqual((await facts(store, 'outcome')).facts.length, 2)
    assert.deepEqual((await facts(store, 'outcome', { tenantId: B.tenantId })).facts, [])
  })
}

async function settleWithReport(store: MailStore, at: number, status: string, messageId: (queueId: string) => string) {
  const { envelope, token } = await claimOne(store, at)
  const { queueId, tenantId } = envelope
  const event = {
    eventId: queueIdAt(at),
    tenantId,
    source: SERVICE,
    subject: 's',
    type: 'Microsoft.Communication.EmailDeliveryReportReceived',
    at,
    data: { messageId: messageId(queueId), status },
  }
  const outcomes = [outcome(0, status === 'Delivered' ? 'delivered' : 'failed')]
  assert.deepEqual(await store.write.spool.settle([{ queueId, token, at, outcomes, events: [event] }]), [
    { type: 'settled' },
  ])
}

function describeSums(statisticsTest: StatisticsTest): void {
  const range = { from: BEGIN, to: BEGIN + 2 * HOUR }
  const kinds = ['submission', 'outcome', 'refusal'] as const
  const read = async (store: MailStore, subjects: NewSum['subject'][], changes: object = {}) =>
    (await store.read.statistics.readSums({ tenantId: A.tenantId, subjects, ...range, ...changes })).map(
      ({ at, counts }) => [at - BEGIN, counts.submissions],
    )

  statisticsTest('a sum takes the place of the one before, kind by kind', async (store) => {
    const { statistics } = store.write
    await statistics.putSums(kinds, [sum({}, { submissions: 1, delivered: 4, refusals: { quota: 2 } })])
    await statistics.putSums(['submission'], [sum({}, { submissions: 3, delivered: 9 })])
    const [found] = await store.read.statistics.readSums({ tenantId: A.tenantId, subjects: [{}], ...range })
    assert.deepEqual(found, {
      at: BEGIN,
      counts: { ...noCounts(), submissions: 3, delivered: 4, refusals: { quota: 2 } },
    })
  })

  statisticsTest('sums are of a tenant, of resources, of an application on one or all of them', async (store) => {
    const applicationId = A.applicationId
    await store.write.statistics.putSums(kinds, [
      sum({}, { submissions: 1 }),
      sum({ at: BEGIN + STEP }, { submissions: 2 }),
      sum({ at: BEGIN + HOUR + STEP }, { submissions: 3 }),
      sum({ at: BEGIN + 2 * HOUR }, { submissions: 4 }),
      sum({ tenantId: B.tenantId }, { submissions: 5 }),
      sum({ subject: { resourceId: SERVICE } }, { submissions: 6 }),
      sum({ subject: { resourceId: OTHER_SERVICE } }, { submissions: 7 }),
      sum({ subject: { applicationId, resourceId: SERVICE } }, { submissions: 8 }),
      sum({ subject: { applicationId, resourceId: OTHER_SERVICE } }, { submissions: 9 }),
      sum({ subject: { applicationId: `${applicationId}0`, resourceId: SERVICE } }, { submissions: 10 }),
    ])
    assert.deepEqual(await read(store, [{}]), [
      [0, 1],
      [STEP, 2],
      [HOUR + STEP, 3],
    ])
    assert.deepEqual(await read(store, [{}], { from: BEGIN + STEP, to: BEGIN + HOUR }), [[STEP, 2]])
    assert.deepEqual(await read(store, [{ resourceId: SERVICE.toUpperCase() }]), [[0, 6]])
    assert.deepEqual(await read(store, [{ resourceId: SERVICE }, { resourceId: OTHER_SERVICE }]), [[0, 13]])
    assert.deepEqual(await read(store, [{ applicationId }]), [[0, 17]])
    assert.deepEqual(await read(store, [{ applicationId, resourceId: SERVICE }]), [[0, 8]])
  })
}
