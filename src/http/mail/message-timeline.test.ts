// The timeline of a message over HTTP: by everything that names it, to whoever may see it, and with the filters of a list.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { newEvent } from '../../events/webhook.fixture.ts'
import { claimAt, enqueue, outcome } from '../../storage/mail-store.fixture.ts'
import { subscriptionOf } from '../../storage/webhooks.contract.ts'
import { A, AT, B, change } from '../../storage/two-tenants.fixture.ts'
import { assign, BASE, type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const MESSAGES = '/providers/Postern.Mail/messages'
const MESSAGE_ID = 'm1/x+y@contoso.test'

let http: HttpFixture
const tokens: Record<string, string> = {}
const services = { one: '', two: '' }
const messages = { one: '', two: '', theirs: '' }
const operations = { single: randomUUID(), twice: randomUUID(), theirs: randomUUID() }

before(async () => {
  http = await openHttpFixture()
  services.one = (await putService(http.storage, A, 'one')).id
  services.two = (await putService(http.storage, A, 'two')).id
  const decider = await http.program(A)
  const name = randomUUID()
  await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, {
    name,
    roleName: 'Decisions',
    description: '',
    type: 'CustomRole',
    permissions: [{ actions: [], notActions: [], dataActions: ['Postern.Mail/decisions/read'], notDataActions: [] }],
    assignableScopes: [`/subscriptions/${A.subscriptionId}`],
  })
  await assign(http.storage, decider, name, services.one)
  const programs = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    readerOfOne: await http.program(A, READER.name, services.one),
    decider,
  }
  for (const [key, program] of Object.entries(programs)) tokens[key] = await http.token(program)
  const acceptance = { listener: 'submission', username: 'u', login: { at: AT - 7, method: 'PLAIN' } }
  const queue = (operationId: string, changes: Parameters<typeof enqueue>[1]) =>
    enqueue(http.storage, changes, undefined, {
      operationId,
      requestKey: operationId,
      fingerprint: 'f',
      repeatsSince: AT,
    })
  const one = { resourceId: services.one, internetMessageId: MESSAGE_ID, acceptance }
  messages.one = await queue(operations.twice, one)
  messages.two = await queue(operations.twice, { resourceId: services.two, reversePath: 'other@contoso.test' })
  const elsewhere = (await putService(http.storage, B, 'three')).id
  const theirs = { tenantId: B.tenantId, internetMessageId: MESSAGE_ID, resourceId: elsewhere }
  messages.theirs = await queue(operations.theirs, theirs)
  await putDecision('ABCDEFGH01', A.tenantId, services.one, messages.one)
  await putDecision('ABCDEFGH02', A.tenantId, services.one, randomUUID())
  await putDecision('ABCDEFGH03', A.tenantId, services.one, messages.theirs)
  await putDecision('ABCDEFGH04', B.tenantId, '', messages.theirs)
})
after(() => http.close())

async function putDecision(reference: string, tenantId: string, resourceId: string, queueId: string): Promise<void> {
  const steps = [{ step: 'content', passed: false, detail: 'spam' }]
  const trace = { reason: 'content-refused', reply: '554 5.7.1 no', resourceId, queueId, steps, suggestions: [] }
  const decision = { references: [reference], tenantId, at: AT - 5, trace: JSON.stringify(trace) }
  await http.storage.write.decisions.recordDecisions([decision])
}

type Body = {
  message?: { id: string }
  decision?: { reference: string; trace: { reason: string } }
  messages?: { id: string }[]
  timeline: { at: string; kind: string; detail: string; id?: string; status?: string }[]
  value: { id: string }[]
  nextLink?: string
  error: { code: string }
}
async function ask(path: string, by: string) {
  const response = await http.request('GET', `${MESSAGES}${path}`, { token: tokens[by] ?? '' })
  return { status: response.status, body: (await response.json()) as Body }
}

const ONE = 'login policy queued'
const encoded = encodeURIComponent(MESSAGE_ID)
const cases: readonly (readonly [what: string, by: string, id: () => string, kinds: string | undefined])[] = [
  ['by queue id', 'readerOfOne', () => messages.one, ONE],
  ['by Message-ID', 'readerOfOne', () => encoded, ONE],
  ['by Message-ID in brackets', 'readerOfOne', () => `%3C${encoded}%3E`, ONE],
  ['by operation id', 'readerOfOne', () => operations.twice.toUpperCase(), ONE],
  ['the operation id of another tenant', 'administrator', () => operations.theirs, undefined],
  ['an operation id without the right', 'decider', () => operations.twice, undefined],
  ['an operation id that never was', 'administrator', () => operations.single, undefined],
  ['a message of another resource', 'readerOfOne', () => messages.two, undefined],
  ['a message of another tenant', 'administrator', () => messages.theirs, undefined],
  ['a message without the right', 'decider', () => messages.one, undefined],
  ['a reference, in any case', 'administrator', () => 'abcdefgh01', 'login refused policy queued'],
  ['a reference without the right to decisions', 'readerOfOne', () => 'ABCDEFGH01', undefined],
  ['a reference without the right to messages', 'decider', () => 'ABCDEFGH01', 'refused'],
  ['a reference whose message was never accepted', 'administrator', () => 'ABCDEFGH02', 'refused'],
  ['a reference that names a message of another tenant', 'administrator', () => 'ABCDEFGH03', 'refused'],
  ['a reference of another tenant', 'administrator', () => 'ABCDEFGH04', undefined],
  ['what never was', 'administrator', () => 'nothing@x', undefined],
]
for (const [what, by, id, kinds] of cases)
  test(`${what}, for ${by}: ${kinds ?? 'absent'}`, async () => {
    const { status, body } = await ask(`/${id()}/timeline`, by)
    if (kinds === undefined) {
      const absent = await ask(`/${randomUUID()}/timeline`, by)
      assert.deepEqual([status, body], [404, absent.body])
      return
    }
    assert.equal(status, 200)
    assert.equal(body.timeline.map(({ kind }) => kind).join(' '), kinds)
    assert.equal(body.message?.id, kinds === 'refused' ? undefined : messages.one)
    assert.equal(body.decision?.trace.reason, kinds.includes('refused') ? 'content-refused' : undefined)
  })

test('an operation id of several resources names them all', async () => {
  const { status, body } = await ask(`/${operations.twice}/timeline`, 'administrator')
  assert.equal(status, 200)
  assert.deepEqual(
    body.messages?.map(({ id }) => id),
    [messages.two, messages.one],
  )
  assert.deepEqual([body.message, body.timeline], [undefined, []])
})

test('a refusal is told with its reply and its cause', async () => {
  const { body } = await ask('/ABCDEFGH02/timeline', 'administrator')
  const at = new Date(AT - 5).toISOString()
  assert.deepEqual(body.timeline, [{ at, kind: 'refused', status: 'content-refused', detail: '554 5.7.1 no; spam' }])
})

const filters: readonly (readonly [query: string, by: string, found: readonly (keyof typeof messages)[]])[] = [
  ['recipient=ONE@example.com', 'administrator', ['two', 'one']],
  ['recipient=ONE@example.com', 'readerOfOne', ['one']],
  ['recipient=ONE@example.com', 'administratorOfB', ['theirs']],
  ['sender=other@contoso.test', 'administrator', ['two']],
  [`messageId=${encodeURIComponent(`<${MESSAGE_ID}>`)}`, 'administrator', ['one']],
  ['status=failed', 'administrator', []],
  [`applicationId=${A.applicationId.toUpperCase()}`, 'administrator', ['two', 'one']],
  ['since=2030-01-01T01:00:00%2B01:00&until=2030-01-01T00:00:00Z', 'administrator', ['two', 'one']],
  ['since=2030-01-01T00:00:00.001Z', 'administrator', []],
]
for (const [query, by, found] of filters)
  test(`${query} for ${by}`, async () => {
    const { status, body } = await ask(`?${query}`, by)
    assert.equal(status, 200)
    assert.deepEqual(
      body.value.map(({ id }) => id),
      found.map((name) => messages[name]),
    )
  })

test('the link to the next page asks the same', async () => {
  const { body } = await ask('?recipient=one@example.com&limit=1', 'administrator')
  const link = new URL(body.nextLink ?? '')
  assert.equal(`${link.origin}${link.pathname}`, `${BASE}${MESSAGES}`)
  assert.deepEqual(Object.fromEntries(link.searchParams), {
    recipient: 'one@example.com',
    limit: '1',
    before: messages.two,
  })
})

for (const query of [
  'since=yesterday',
  'until=2030-01-01',
  'status=held',
  'applicationId=x',
  'sender=',
  `recipient=${'a'.repeat(321)}`,
])
  test(`${query.slice(0, 40)} is refused`, async () => {
    const { status, body } = await ask(`?${query}`, 'administrator')
    assert.deepEqual([status, body.error.code], [400, 'InvalidRequestContent'])
  })

test('what webhooks were told is told to whoever may read their subscriptions', async () => {
  const { write } = http.storage
  const queueId = await enqueue(http.storage, { resourceId: services.one, receivedAt: AT + 1 })
  for (const [name, scope] of [
    ['everything', '/'],
    ['of-one', services.one],
  ] as const)
    await write.webhooks.putEventSubscription(change(), subscriptionOf({ name, scope }))
  const [claim] = (await claimAt(http.storage, AT + 1)).filter((one) => one.envelope.queueId === queueId)
  assert(claim !== undefined)
  const event = newEvent({ source: services.one, at: AT + 2 })
  const settlement = { queueId, token: claim.token, at: AT + 2, outcomes: [outcome(0, 'delivered')], events: [event] }
  await write.spool.settle([settlement])
  await write.webhooks.spreadEvents(10, AT + 3)
  const told = async (by: string) => {
    const { body } = await ask(`/${queueId}/timeline`, by)
    return body.timeline.filter(({ kind }) => kind === 'webhook')
  }
  const at = new Date(AT + 3).toISOString()
  const waiting = { at, kind: 'webhook', id: event.eventId, status: 'pending' }
  assert.deepEqual(await told('administrator'), [
    { ...waiting, detail: 'everything: not told yet' },
    { ...waiting, detail: 'of-one: not told yet' },
  ])
  const { subscriptionId = '' } =
    (await http.storage.read.webhooks.readEventSubscription(A.tenantId, services.one, 'of-one')) ?? {}
  const lend = { subscriptionId, at: AT + 4, leaseUntil: AT + 50, limit: 1 }
  const [lent] = await write.webhooks.claimDeliveries(lend)
  await write.webhooks.settleDelivery({
    subscriptionId,
    eventId: event.eventId,
    token: lent?.token ?? 0,
    attempt: { at: AT + 5, status: 503, detail: 'it answers 503' },
    outcome: { type: 'pending', nextAt: AT + 10_000 },
  })
  const next = new Date(AT + 10_000).toISOString()
  const detail = `of-one: it answers 503; 1 attempt, the next at ${next}`
  assert.deepEqual(await told('readerOfOne'), [{ ...waiting, at: new Date(AT + 5).toISOString(), detail }])
})
