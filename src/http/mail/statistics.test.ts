// Statistics over HTTP: who sees whose, the intervals, and sums together with what is not summed yet.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { noCounts } from '../../storage/count-facts.ts'
import { enqueue, type MailStore } from '../../storage/mail-store.fixture.ts'
import { STEP } from '../../storage/statistics.ts'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const PATH = '/providers/Postern.Mail/statistics'
const HOUR = 3_600_000
const iso = (at: number) => new Date(at).toISOString()

let http: HttpFixture
const tokens: Record<string, string> = {}
const services = { one: '', two: '', other: '' }

type Figures = {
  readonly at: string
  readonly submissions: number
  readonly delivered: number
  readonly latency?: { readonly p50: number; readonly p95: number }
  readonly refusals: readonly { readonly reason: string; readonly count: number }[]
}
type Answer = {
  readonly from: string
  readonly isComplete: boolean
  readonly totals: Figures
  readonly value: readonly Figures[]
  readonly error: { readonly code: string; readonly message: string }
}

before(async () => {
  http = await openHttpFixture()
  services.one = (await putService(http.storage, A, 'one')).id
  services.two = (await putService(http.storage, A, 'two')).id
  services.other = (await putService(http.storage, B, 'other')).id
  tokens['owner'] = await http.token(await http.program(A, OWNER.name))
  tokens['readerOfOne'] = await http.token(await http.program(A, READER.name, services.one))
  tokens['nobody'] = await http.token(await http.program(A))
  tokens['ownerOfB'] = await http.token(await http.program(B, OWNER.name))
  await putPast(http.storage)
  await putFresh(http.storage)
  http.state.now = AT + 10 * 60_000
})
after(() => http.close())

/** Two hours before, in the sums already. */
async function putPast({ write }: Pick<MailStore, 'write'>): Promise<void> {
  const latency = [...noCounts().latency]
  latency[2] = 10
  const counts = { ...noCounts(), submissions: 10, delivered: 10, latency }
  const at = AT - 2 * HOUR
  const place = { tenantId: A.tenantId, at }
  await write.statistics.putSums(
    ['submission', 'outcome', 'refusal'],
    [
      { ...place, subject: {}, counts: { ...counts, refusals: { 'wrong-secret': 3, quota: 4 } } },
      { ...place, subject: { resourceId: services.one }, counts },
      { ...place, subject: { resourceId: services.one, applicationId: A.applicationId }, counts },
    ],
  )
  const turn = { name: 'statistics', holder: 'x' }
  await write.watches.takeTurn({ ...turn, at: AT, until: AT + 1 })
  await write.watches.endTurn({ ...turn, dueAt: 0, position: String(AT) })
}

/** Since then; one before that is in no sum is in none here either. */
async function putFresh(store: HttpFixture['storage']): Promise<void> {
  for (const resourceId of [services.one, services.two]) await enqueue(store, { resourceId, receivedAt: AT + 60_000 })
  await enqueue(store, { resourceId: services.one, receivedAt: AT - 60_000 })
  const { tenantId, applicationId } = B
  await enqueue(store, { resourceId: services.other, tenantId, applicationId, receivedAt: AT + 60_000 })
  const trace = { at: AT + 60_000, trace: '{}', reason: 'wrong-secret', resourceId: services.two }
  await store.write.decisions.recordDecisions([{ ...trace, references: ['AAAAAAAAA1'], tenantId: A.tenantId }])
}

async function ask(by: string, query: Record<string, string> = {}) {
  const response = await http.request('GET', `${PATH}?${new URLSearchParams(query).toString()}`, {
    token: tokens[by] ?? '',
  })
  return { status: response.status, body: (await response.json()) as Answer }
}

const all: readonly [string, Record<string, string>, number, number][] = [
  ['owner', {}, 12, 8],
  ['owner', { resource: 'one' }, 11, 0],
  ['owner', { resource: 'two' }, 1, 1],
  ['owner', { applicationId: A.applicationId }, 12, 0],
  ['owner', { applicationId: B.applicationId }, 0, 0],
  ['owner', { resource: 'other' }, 0, 0],
  ['readerOfOne', {}, 11, 0],
  ['readerOfOne', { resource: 'one' }, 11, 0],
  ['ownerOfB', {}, 1, 0],
]
for (const [by, { resource, ...query }, submissions, refusals] of all)
  test(`${by} sees ${submissions} submissions ${resource ?? ''} ${JSON.stringify(query)}`, async () => {
    const service = services[resource as keyof typeof services]
    const { status, body } = await ask(by, service === undefined ? query : { ...query, resource: service })
    assert.equal(status, 200)
    assert.equal(body.isComplete, true)
    const refused = body.totals.refusals.reduce((sum, { count }) => sum + count, 0)
    assert.deepEqual([body.totals.submissions, refused], [submissions, refusals])
  })

test('who may see none is refused', async () => {
  for (const [by, query] of [
    ['nobody', {}],
    ['readerOfOne', { resource: services.two }],
  ] as const) {
    const { status, body } = await ask(by, query)
    assert.deepEqual([status, body.error.code], [403, 'AuthorizationFailed'])
  }
})

test('intervals, with what nothing happened in left out', async () => {
  const places = async (query: Record<string, string>) =>
    (await ask('owner', query)).body.value.map(({ at, submissions }) => [at, submissions])
  assert.deepEqual(await places({}), [
    [iso(AT - 2 * HOUR), 10],
    [iso(AT), 2],
  ])
  const week = { interval: 'P1D', from: iso(AT - 6 * 24 * HOUR) }
  assert.deepEqual(await places(week), [
    [iso(AT - 24 * HOUR), 10],
    [iso(AT), 2],
  ])
  assert.deepEqual(await places({ interval: 'PT5M', from: iso(AT + STEP), to: iso(AT + 2 * STEP) }), [])
  assert.deepEqual(await places({ to: iso(AT) }), [[iso(AT - 2 * HOUR), 10]])
})

test('figures of an interval', async () => {
  const { body } = await ask('owner', { to: iso(AT) })
  assert.deepEqual(body.value, [
    {
      at: iso(AT - 2 * HOUR),
      submissions: 10,
      size: 0,
      delivered: 10,
      failed: 0,
      suppressed: 0,
      latency: { p50: 375, p95: 488 },
      refusals: [
        { reason: 'quota', count: 4 },
        { reason: 'wrong-secret', count: 3 },
      ],
    },
  ])
})

for (const query of [
  { interval: 'PT1M' },
  { from: 'yesterday' },
  { from: iso(AT), to: iso(AT) },
  { interval: 'PT5M', from: iso(AT - 8 * 24 * HOUR) },
  { applicationId: 'x' },
])
  test(`${JSON.stringify(query)} is refused`, async () => {
    const { status, body } = await ask('owner', query)
    assert.deepEqual([status, body.error.code], [400, 'InvalidRequestContent'])
  })
