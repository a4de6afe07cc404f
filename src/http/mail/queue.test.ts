// The queue tools over HTTP: who sees and touches which messages and holds; what is asked wrongly; what the audit log
// says; and what a deleted message leaves behind.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import type { SpooledEnvelope } from '../../spool/spool.ts'
import { claimAt, enqueue, inline, outcome } from '../../storage/mail-store.fixture.ts'
import { A, AT, B, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const MAIL = '/providers/Postern.Mail'
const OTHER = 'ffffffff-0000-4000-8000-000000000000'
const UNKNOWN = '01890000-0000-7000-8000-000000000099'
const CONTENT = 'From: a@contoso.example\r\nSubject: x\r\n\r\nHello.\r\n'

let http: HttpFixture
const tokens: Record<string, string> = {}
const services = { one: '', two: '', other: '' }
/** Queue ids: two of service one (the second of another application), one of two, one of tenant B. */
let ids: { first: string; second: string; two: string; other: string }

before(async () => {
  http = await openHttpFixture()
  services.one = (await putService(http.storage, A, 'one')).id
  services.two = (await putService(http.storage, A, 'two')).id
  services.other = (await putService(http.storage, B, 'other')).id
  const programs = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    owner: await http.program(A, OWNER.name),
    ownerOfOne: await http.program(A, OWNER.name, services.one),
    reader: await http.program(A, READER.name),
    nobody: await http.program(A),
  }
  for (const [name, program] of Object.entries(programs)) tokens[name] = await http.token(program)
})
after(() => http.close())

/** Every test has a queue of its own kind: what the last one left is gone. */
beforeEach(async () => {
  for (const by of ['administrator', 'administratorOfB']) {
    for (const { id } of (await ask('GET', 'holds', by)).value) await ask('DELETE', `holds/${id}`, by)
    await ask('POST', 'queue/delete', by, { everything: true })
  }
  ids = {
    first: await put(A, services.one),
    second: await put(A, services.one, {
      applicationId: OTHER,
      reversePath: 'Other@contoso.example',
      recipients: to('c@x.example'),
    }),
    two: await put(A, services.two, { recipients: to('d@y.example') }),
    other: await put(B, services.other),
  }
})

const to = (...paths: string[]) => paths.map((forwardPath) => ({ forwardPath, parameters: {} }))
const put = (tenant: TenantFixture, resourceId: string, changes: Partial<SpooledEnvelope> = {}) => {
  const { tenantId, applicationId } = tenant
  const recipients = to('a@x.example', 'b@y.example')
  return enqueue(http.storage, { tenantId, resourceId, applicationId, recipients, ...changes }, inline(CONTENT))
}

type Answer = {
  readonly status: number
  readonly value: readonly ({ readonly id: string; readonly outcome: string } & Record<string, unknown>)[]
  readonly body: Record<string, unknown> & { readonly error?: { readonly code: string }; readonly nextLink?: string }
}
async function ask(method: string, path: string, by = 'administrator', json?: unknown): Promise<Answer> {
  const url = path.startsWith('/') ? path : `${MAIL}/${path}`
  const response = await http.request(method, url, { token: tokens[by] ?? '', ...(json === undefined ? {} : { json }) })
  const text = await response.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Answer['body']
  return { status: response.status, body, value: (body['value'] ?? []) as Answer['value'] }
}
const idsIn = ({ value }: Answer) => value.map(({ id }) => id)
const names = (found: readonly string[]) =>
  found.map((id) => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id).sort()

const lists: readonly [by: string, query: string, status: number, shown: readonly string[]][] = [
  ['administrator', '', 200, ['first', 'second', 'two']],
  ['administratorOfB', '', 200, ['other']],
  ['owner', '', 200, ['first', 'second', 'two']],
  ['ownerOfOne', '', 200, ['first', 'second']],
  ['nobody', '', 403, []],
  ['reader', `?applicationId=${OTHER.toUpperCase()}`, 200, ['second']],
  ['reader', '?sender=OTHER@contoso.example', 200, ['second']],
  ['reader', '?destination=Y.example', 200, ['first', 'two']],
  ['ownerOfOne', '?destination=y.example', 200, ['first']],
  ['reader', '?state=held', 200, []],
  ['reader', '?state=waiting&destination=x.example', 200, ['first', 'second']],
]
for (const [by, query, status, shown] of lists)
  test(`the queue${query} for ${by}: ${status} ${shown.join(', ')}`, async () => {
    const answer = await ask('GET', `queue${query}`, by)
    assert.equal(answer.status, status)
    assert.deepEqual(names(idsIn(answer)), shown)
  })

test('pages keep the question', async () => {
  const seen: string[] = []
  let next: string | undefined = `${MAIL}/queue?limit=1&destination=x.example`
  for (let page = 0; next !== undefined && page < 9; page++) {
    const answer: Answer = await ask('GET', next)
    seen.push(...idsIn(answer))
    assert.ok(answer.body.nextLink?.startsWith(`${BASE}${MAIL}/queue?`) ?? true)
    next = answer.body.nextLink?.slice(BASE.length)
  }
  assert.deepEqual(names(seen), ['first', 'second'])
})

test('a queued message with its attempts and what stops it', async () => {
  const claim = (await claimAt(http.storage, AT)).find(({ envelope }) => envelope.queueId === ids.first)
  const remote = { host: 'mx.x.example', reply: '451 4.3.0 busy' }
  const outcomes = [{ ...outcome(0, 'deferred', AT + 5000), remote }, outcome(1, 'deferred', AT + 9000)]
  await http.storage.write.spool.settle([{ queueId: ids.first, token: claim?.token ?? '', at: AT, outcomes }])
  const { body: waiting } = await ask('GET', `queue/${ids.first.toUpperCase()}`)
  assert.deepEqual(
    [waiting['state'], waiting['nextAttemptAt'], waiting['holds']],
    ['waiting', '2030-01-01T00:00:05.000Z', []],
  )
  assert.deepEqual((waiting['recipients'] as object[])[0], {
    forwardPath: 'a@x.example',
    status: 'deferred',
    attempts: 1,
    nextAttemptAt: '2030-01-01T00:00:05.000Z',
    lastReply: '451 4.3.0 busy',
  })
  const { body: held } = await ask('POST', 'queue/hold', 'administrator', {
    applicationId: A.applicationId,
    reason: 'x',
  })
  await ask('POST', 'queue/hold', 'administrator', { sender: 'other@contoso.example' })
  const { body } = await ask('GET', `queue/${ids.first}`)
  const [{ id }] = held['value'] as [{ id: string }]
  assert.deepEqual(
    [body['state'], body['nextAttemptAt'], body['holds']],
    ['held', undefined, [{ id, selection: { applicationId: A.applicationId }, reason: 'x' }]],
  )
})

test('counts by application and destination', async () => {
  const { body } = await ask('GET', 'queueGroups', 'ownerOfOne')
  const at = '2030-01-01T00:00:00.000Z'
  const group = { messages: 1, recipients: 1, held: 0, oldestAt: at, nextAttemptAt: at }
  const { value, ...rest } = body as { value: { applicationId: string; destination: string }[] }
  assert.deepEqual(rest, { messages: 2, isComplete: true })
  assert.deepEqual(
    new Set(value),
    new Set([
      { applicationId: A.applicationId, destination: 'x.example', ...group },
      { applicationId: A.applicationId, destination: 'y.example', ...group },
      { applicationId: OTHER, destination: 'x.example', ...group },
    ]),
  )
  assert.equal((await ask('GET', 'queueGroups?destination=x.example', 'reader')).body['messages'], 2)
})

/** What comes of an action on everything that is meant. */
const actions: readonly [
  by: string,
  path: string,
  json: () => object,
  status: number,
  outcomes: Record<string, string>,
][] = [
  ['administrator', 'retry', () => ({ everything: true }), 200, { first: 'due', second: 'due', two: 'due' }],
  ['administrator', 'retry', () => ({ ids: [ids.first, ids.other] }), 200, { first: 'due', other: 'missing' }],
  ['ownerOfOne', 'retry', () => ({ destination: 'y.example' }), 200, { first: 'due' }],
  ['ownerOfOne', 'retry', () => ({ ids: [ids.two] }), 200, { two: 'missing' }],
  ['reader', 'retry', () => ({ everything: true }), 403, {}],
  ['administrator', 'delete', () => ({ applicationId: OTHER }), 200, { second: 'deleted' }],
  ['ownerOfOne', 'delete', () => ({ ids: [ids.two, ids.first] }), 200, { first: 'deleted', two: 'missing' }],
  ['administratorOfB', 'delete', () => ({ ids: [ids.first] }), 200, { first: 'missing' }],
  ['reader', 'delete', () => ({ everything: true }), 403, {}],
  ['nobody', 'delete', () => ({ ids: [ids.first] }), 403, {}],
]
for (const [by, path, json, status, outcomes] of actions)
  test(`${path} by ${by}: ${status} ${JSON.stringify(outcomes)}`, async () => {
    const answer = await ask('POST', `queue/${path}`, by, json())
    assert.equal(answer.status, status)
    const seen = answer.value.map(({ id, outcome: what }) => [names([id])[0], what])
    assert.deepEqual(Object.fromEntries(seen), outcomes)
    const deleted = new Set(Object.keys(outcomes).filter((name) => outcomes[name] === 'deleted'))
    const left = names(idsIn(await ask('GET', 'queue')))
    assert.deepEqual(
      left,
      ['first', 'second', 'two'].filter((name) => !deleted.has(name)),
    )
  })

test('an action on a large queue goes on where it was', async () => {
  for (let count = 0; count < 60; count++) await put(A, services.two)
  const first = await ask('POST', 'queue/retry', 'administrator', { everything: true })
  const rest = await ask('POST', 'queue/retry', 'administrator', { everything: true, before: first.body['next'] })
  assert.deepEqual([first.value.length, rest.value.length, rest.body['next']], [50, 13, undefined])
  assert.equal(new Set([...idsIn(first), ...idsIn(rest)]).size, 63)
})

test('a retry makes due what was put off, and says what is held all the same', async () => {
  const claims = await claimAt(http.storage, AT)
  for (const { envelope, token, recipients } of claims) {
    const outcomes = recipients.map(({ index }) => outcome(index, 'deferred', AT + 3_600_000))
    await http.storage.write.spool.settle([{ queueId: envelope.queueId, token, at: AT, outcomes }])
  }
  assert.deepEqual(await claimAt(http.storage, AT), [])
  await ask('POST', 'queue/hold', 'administrator', { ids: [ids.two] })
  const { value } = await ask('POST', 'queue/retry', 'administrator', { ids: [ids.first, ids.two] })
  assert.deepEqual(new Set(value.map(({ outcome: what }) => what)), new Set(['due', 'held']))
  const due = await claimAt(http.storage, AT)
  assert.deepEqual(names(due.map(({ envelope }) => envelope.queueId)), ['first'])
})

for (const report of [false, true])
  test(`what is deleted ${report ? 'with' : 'without'} a report ends as failed, with an event for each recipient`, async () => {
    await ask('POST', 'queue/delete', 'administrator', { ids: [ids.second], report })
    const { body } = await ask('GET', `messages/${ids.second}`)
    assert.deepEqual([body['status'], (body['recipients'] as { status: string }[])[0]?.status], ['failed', 'failed'])
    const timeline = body['timeline'] as { kind: string; detail: string }[]
    assert.equal(timeline[1]?.detail, 'operator: 5.7.1 deleted from the queue by an operator')
    const kinds = timeline.slice(1).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['final', ...(report ? ['report'] : []), 'event'])
    const events = await http.storage.read.events.listEvents({ tenantId: A.tenantId, limit: 100 })
    const told = events.filter(({ data }) => data['messageId'] === ids.second)
    assert.deepEqual(
      told.map(({ data }) => [data['recipient'], data['status']]),
      [['c@x.example', 'Failed']],
    )
    const reports = await ask('GET', `queue?sender=${encodeURIComponent('<>')}`)
    assert.equal(reports.value.length, report ? 1 : 0)
    if (!report) return
    const [id = ''] = idsIn(reports)
    const pieces: Uint8Array[] = []
    for await (const piece of http.storage.content.open({ kind: 'stored', size: 0, contentId: id })) pieces.push(piece)
    const text = Buffer.concat(pieces).toString()
    assert.match(text, /^Final-Recipient: rfc822; ?c@x\.example\r\n[^]*^Status: 5\.7\.1/m)
    assert.deepEqual(reports.value[0]?.['recipients'], [
      {
        forwardPath: 'Other@contoso.example',
        status: 'queued',
        attempts: 0,
        nextAttemptAt: '2030-01-01T00:00:00.000Z',
      },
    ])
  })

test('a report to a domain of ours, which takes no mail, becomes an event', async () => {
  const queueId = await put(A, services.one, { reversePath: 'a@guid.postern.test' })
  await ask('POST', 'queue/delete', 'administrator', { ids: [queueId], report: true })
  const events = await http.storage.read.events.listEvents({ tenantId: A.tenantId, limit: 100 })
  const types = events.filter(({ data }) => data['messageId'] === queueId).map(({ type }) => type)
  assert.ok(types.includes('Postern.Mail.DeliveryReportNotSent'), types.join())
})

const holds: readonly [
  by: string,
  json: () => object,
  status: number,
  held: readonly string[],
  missing: readonly string[],
][] = [
  ['administrator', () => ({ applicationId: A.applicationId.toUpperCase() }), 200, ['first', 'two'], []],
  ['owner', () => ({ sender: 'other@CONTOSO.example' }), 200, ['second'], []],
  ['administrator', () => ({ destination: 'Y.example', applicationId: A.applicationId }), 200, ['two'], []],
  ['administrator', () => ({ everything: true }), 200, ['first', 'second', 'two'], []],
  ['ownerOfOne', () => ({ ids: [ids.first, ids.two, UNKNOWN] }), 200, ['first'], ['two', UNKNOWN]],
  ['ownerOfOne', () => ({ applicationId: A.applicationId }), 403, [], []],
  ['ownerOfOne', () => ({ everything: true }), 403, [], []],
  ['administratorOfB', () => ({ ids: [ids.first] }), 200, [], ['first']],
  ['administratorOfB', () => ({ applicationId: A.applicationId }), 200, [], []],
  ['reader', () => ({ ids: [ids.first] }), 403, [], []],
]
for (const [by, json, status, held, missing] of holds)
  test(`hold ${JSON.stringify(Object.keys(json))} by ${by}: ${status}, held ${held.join(', ')}`, async () => {
    const answer = await ask('POST', 'queue/hold', by, json())
    assert.equal(answer.status, status)
    assert.deepEqual(
      names((answer.body['missing'] as string[] | undefined) ?? []),
      names([...missing].map((name) => ids[name as 'first'] ?? name)),
    )
    assert.deepEqual(names(idsIn(await ask('GET', 'queue?state=held'))), held)
    for (const { id } of answer.value) assert.equal((await ask('DELETE', `holds/${id}`, by)).status, 204)
    assert.deepEqual(idsIn(await ask('GET', 'queue?state=held')), [])
    assert.deepEqual(idsIn(await ask('GET', 'queue?state=held', 'administratorOfB')), [])
  })

test('holds are listed by what they select, and each only to whom it is open', async () => {
  const hold = async (json: object, by = 'administrator') => idsIn(await ask('POST', 'queue/hold', by, json))[0] ?? ''
  const [ofApplication, ofOne, ofTwo] = [
    await hold({ applicationId: OTHER }),
    await hold({ ids: [ids.first] }),
    await hold({ ids: [ids.two] }),
  ]
  const everything = await hold({ everything: true })
  const shown = async (query: string, by = 'administrator') => idsIn(await ask('GET', `holds${query}`, by))
  assert.deepEqual(new Set(await shown('')), new Set([ofApplication, ofOne, ofTwo, everything]))
  assert.deepEqual(await shown('', 'ownerOfOne'), [ofOne])
  assert.deepEqual(await shown('', 'administratorOfB'), [])
  assert.deepEqual(await shown(`?applicationId=${OTHER}`), [ofApplication])
  assert.deepEqual(await shown(`?applicationId=${OTHER}&destination=x.example`), [])
  assert.deepEqual(await shown(`?id=${ids.two}`), [ofTwo])
  assert.deepEqual(await shown('?everything=true'), [everything])
  for (const [by, id] of [
    ['ownerOfOne', ofTwo],
    ['ownerOfOne', ofApplication],
    ['administratorOfB', ofOne],
    ['administrator', UNKNOWN],
    ['administrator', 'x'],
  ])
    assert.deepEqual([(await ask('DELETE', `holds/${id}`, by)).status, (await shown('')).length], [404, 4])
  assert.equal((await ask('DELETE', `holds/${ofOne}`, 'reader')).status, 403)
  assert.equal((await ask('DELETE', `holds/${ofOne}`, 'ownerOfOne')).status, 204)
})

test('the audit log tells who did what', async () => {
  await ask('POST', 'queue/retry', 'administrator', { ids: [ids.first] })
  const { value } = await ask('POST', 'queue/hold', 'administrator', { ids: [ids.first] })
  await ask('DELETE', `holds/${value[0]?.id}`)
  await ask('POST', 'queue/delete', 'administrator', { ids: [ids.first] })
  await ask('PUT', 'suppressions/x@x.example', 'administrator', {})
  await ask('DELETE', 'suppressions/x@x.example')
  const entries = await http.storage.read.audit.listAudit(A.tenantId, 6)
  assert.deepEqual(
    entries.map(({ operation }) => operation.slice('Postern.Mail/'.length)),
    [
      'suppressions/delete',
      'suppressions/write',
      'queue/delete/action',
      'queue/release/action',
      'queue/hold/action',
      'queue/retry/action',
    ],
  )
})

const malformed: readonly [method: string, path: string, json?: unknown][] = [
  ['GET', 'queue?limit=0'],
  ['GET', "queue?before=' OR 1=1--"],
  ['GET', 'queue?applicationId=printer'],
  ['GET', 'queue?state=lost'],
  ['GET', 'queue?destination=not%20a%20domain'],
  ['GET', 'queueGroups?state=lost'],
  ['GET', 'holds?everything=yes'],
  ['POST', 'queue/retry', {}],
  ['POST', 'queue/retry', { everything: false }],
  ['POST', 'queue/retry', { everything: true, destination: 'x.example' }],
  ['POST', 'queue/retry', { ids: [] }],
  ['POST', 'queue/retry', { ids: ['x'] }],
  ['POST', 'queue/retry', { ids: Array.from({ length: 51 }, () => UNKNOWN) }],
  ['POST', 'queue/retry', { ids: [UNKNOWN], sender: 'a@x.example' }],
  ['POST', 'queue/delete', { state: 'held' }],
  ['POST', 'queue/delete', { everything: true, report: 'yes' }],
  ['POST', 'queue/delete', { everything: true, resource: 'x' }],
  ['POST', 'queue/hold', { reason: 'x' }],
  ['POST', 'queue/hold', { everything: true, reason: 'x'.repeat(501) }],
  ['POST', 'queue/hold', { sender: 'x'.repeat(321) }],
  ['POST', 'queue/hold', { sender: 'a\u0000@x.example' }],
]
for (const [method, path, json] of malformed)
  test(`${method} ${path} ${JSON.stringify(json ?? '').slice(0, 60)} is not understood`, async () => {
    assert.equal((await ask(method, path, 'administrator', json)).status, 400)
  })

for (const id of [UNKNOWN, 'x'])
  test(`${id} is not in the queue`, async () => assert.equal((await ask('GET', `queue/${id}`)).status, 404))

test('what another tenant has is as absent as what never was', async () => {
  for (const id of [ids.other, ids.two])
    assert.deepEqual(await ask('GET', `queue/${id}`, 'ownerOfOne'), await ask('GET', `queue/${UNKNOWN}`, 'ownerOfOne'))
})
