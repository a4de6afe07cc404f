// Our own operations on mail: messages, decisions and captures, who may see which, and pages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { randomUUID } from 'node:crypto'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import type { RoleDefinition } from '../../access/access.ts'
import type { MessageDetail } from '../../spool/spool.ts'
import type { CapturedMessage } from '../../storage/storage.ts'
import { A, AT, B, change, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { assign, BASE, type HttpFixture, openHttpFixture, putService, type Program } from '../http.fixture.ts'

let http: HttpFixture
const tokens: Record<string, string> = {}
const services = { one: '', two: '', other: '' }

/** A custom role with data actions only. */
async function privateRole(name: string, ...dataActions: string[]): Promise<string> {
  const permissions = [{ actions: [], notActions: [], dataActions, notDataActions: [] }]
  const role: RoleDefinition = {
    ...{ name: randomUUID(), roleName: name, description: '', type: 'CustomRole', permissions },
    assignableScopes: [`/subscriptions/${A.subscriptionId}`],
  }
  await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, role)
  return role.name
}

before(async () => {
  http = await openHttpFixture()
  services.one = (await putService(http.storage, A, 'one')).id
  services.two = (await putService(http.storage, A, 'two')).id
  services.other = (await putService(http.storage, B, 'other')).id
  const programs: Record<string, Program> = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    owner: await http.program(A, OWNER.name),
    readerOfOne: await http.program(A, READER.name, services.one),
    nobody: await http.program(A),
    privateOfOne: await http.program(A),
    contentOfOne: await http.program(A),
  }
  const inbox = ['Postern.Mail/captures/*', 'Postern.Mail/decisions/read']
  await assign(http.storage, programs['privateOfOne'] as Program, await privateRole('Inbox', ...inbox), services.one)
  const content = await privateRole('Content', 'Postern.Mail/messages/content/read')
  await assign(http.storage, programs['contentOfOne'] as Program, content, services.one)
  for (const [name, program] of Object.entries(programs)) tokens[name] = await http.token(program)
  fillStore()
})
after(() => http.close())

type Body = { value: { id: string }[]; nextLink?: string; error: { code: string; message: string }; deleted: number }
async function ask(path: string, by: string, method = 'GET') {
  const response = await http.request(method, path, { token: tokens[by] ?? '' })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
}
const queueId = (count: number) => `01890000-0000-7000-8000-${String(count).padStart(12, '0')}`

function message(count: number, tenant: TenantFixture, resourceId: string): MessageDetail {
  const envelope = {
    ...{ queueId: queueId(count), tenantId: tenant.tenantId, resourceId, principalId: tenant.principalId },
    ...{ applicationId: tenant.applicationId, reversePath: 'a@contoso.test', parameters: {} },
    recipients: [{ forwardPath: 'b@example.test', parameters: {} }],
    ...{ receivedAt: AT, internetMessageId: `m${count}/x+y@contoso.test`, subject: `Number ${count}` },
    ...{ fromField: 'A <a@contoso.test>', client: { address: '127.0.0.1', name: 'printer' } },
  }
  const { parameters: _, recipients: __, principalId: ___, fromField: ____, client: _____, ...summary } = envelope
  return {
    ...summary,
    ...{ size: 100 + count, status: 'queued', envelope },
    recipients: [{ forwardPath: 'b@example.test', status: 'queued', attempts: 0 }],
    timeline: [{ at: AT, kind: 'queued', detail: 'accepted' }],
  }
}
const capture = (count: number, tenant: TenantFixture, resourceId: string): CapturedMessage => ({
  ...{ id: queueId(count), tenantId: tenant.tenantId, resourceId, reversePath: 'a@contoso.test' },
  ...{ recipients: ['b@example.test'], subject: `Number ${count}`, receivedAt: AT, size: 12 },
})
const RAW = 'Subject: x\r\n'

function fillStore(): void {
  const { messages, captures } = http.mail.stored
  const rows: readonly [TenantFixture, string][] = [
    [A, services.one],
    [A, services.two],
    [A, `${services.one}-gone`],
    [B, services.other],
  ]
  for (const [index, [tenant, id]] of rows.entries()) {
    messages.push(message(index + 1, tenant, id))
    captures.push({ ...capture(index + 1, tenant, id), octets: Buffer.from(RAW) })
  }
}

const MESSAGES = '/providers/Postern.Mail/messages'
const CAPTURES = '/capture/messages'
const idsOf = ({ value }: Body) => value.map(({ id }) => Number(id.slice(-3)))

const lists: readonly [string, string, number, readonly number[]][] = [
  [MESSAGES, 'administrator', 200, [3, 2, 1]],
  [MESSAGES, 'owner', 200, [3, 2, 1]],
  [MESSAGES, 'readerOfOne', 200, [1]],
  [MESSAGES, 'nobody', 403, []],
  [MESSAGES, 'privateOfOne', 403, []],
  [MESSAGES, 'administratorOfB', 200, [4]],
  [CAPTURES, 'administrator', 200, [3, 2, 1]],
  [CAPTURES, 'owner', 403, []],
  [CAPTURES, 'readerOfOne', 403, []],
  [CAPTURES, 'privateOfOne', 200, [1]],
  [CAPTURES, 'contentOfOne', 403, []],
  [CAPTURES, 'administratorOfB', 200, [4]],
]
for (const [path, by, status, ids] of lists) {
  test(`${path} for ${by}: ${status} ${ids.join(', ')}`, async () => {
    const answer = await ask(path, by)
    assert.equal(answer.status, status)
    if (status === 200) assert.deepEqual(idsOf(answer.body), ids)
    else assert.equal(answer.body.error.code, 'AuthorizationFailed')
  })
}

test('the shapes of a list', async () => {
  const { body } = await ask(MESSAGES, 'readerOfOne')
  assert.deepEqual(body, {
    value: [
      {
        id: queueId(1),
        resource: services.one,
        applicationId: A.applicationId,
        reversePath: 'a@contoso.test',
        recipients: [{ forwardPath: 'b@example.test', status: 'queued', attempts: 0 }],
        subject: 'Number 1',
        internetMessageId: 'm1/x+y@contoso.test',
        receivedAt: '2030-01-01T00:00:00.000Z',
        size: 101,
        status: 'queued',
      },
    ],
  })
  const captured = await ask(CAPTURES, 'privateOfOne')
  assert.deepEqual(captured.body, {
    value: [
      {
        id: queueId(1),
        resource: services.one,
        envelope: { reversePath: 'a@contoso.test', recipients: ['b@example.test'] },
        subject: 'Number 1',
        receivedAt: '2030-01-01T00:00:00.000Z',
      },
    ],
  })
})

for (const path of [MESSAGES, CAPTURES]) {
  test(`${path} in pages, by absolute links`, async () => {
    const seen: number[] = []
    let next: string | undefined = `${path}?limit=2`
    for (let page = 0; next !== undefined && page < 9; page++) {
      const { body } = await ask(next, 'administrator')
      seen.push(...idsOf(body))
      if (body.nextLink !== undefined) assert.ok(body.nextLink.startsWith(`${BASE}${path}?`), body.nextLink)
      next = body.nextLink?.slice(BASE.length)
    }
    assert.deepEqual(seen, [3, 2, 1])
    const exact = await ask(`${path}?limit=3`, 'administrator')
    assert.equal(exact.body.nextLink, undefined, 'no link to a page that is empty')
  })

  for (const query of ['limit=0', 'limit=1001', 'limit=-1', 'limit=1e2', 'limit=x', 'limit=', "before=' OR 1=1--"]) {
    test(`${path}?${query} is refused`, async () => {
      const { status, body } = await ask(`${path}?${query}`, 'administrator')
      assert.deepEqual([status, body.error.code], [400, 'InvalidRequestContent'])
    })
  }
}

test('a message by queue id or Message-ID, with its timeline', async () => {
  const encoded = encodeURIComponent('m1/x+y@contoso.test')
  for (const id of [queueId(1), encoded, `%3C${encoded}%3E`]) {
    const { status, body } = await ask(`${MESSAGES}/${id}`, 'readerOfOne')
    assert.equal(status, 200, id)
    const { timeline, client, fromField, principalId } = body as unknown as Record<string, unknown>
    assert.deepEqual(
      { timeline, client, fromField, principalId },
      {
        timeline: [{ at: '2030-01-01T00:00:00.000Z', kind: 'queued', detail: 'accepted' }],
        client: { address: '127.0.0.1', name: 'printer' },
        fromField: 'A <a@contoso.test>',
        principalId: A.principalId,
      },
    )
  }
})

/** Answers that must not tell an id of somebody else from one that never was. */
const walls: readonly [string, string, string, string][] = [
  ['a message of another resource', 'readerOfOne', `${MESSAGES}/${queueId(2)}`, `${MESSAGES}/${queueId(99)}`],
  ['a message of another tenant', 'administrator', `${MESSAGES}/${queueId(4)}`, `${MESSAGES}/${queueId(99)}`],
  ['a capture of another resource', 'contentOfOne', `${CAPTURES}/${queueId(2)}/raw`, `${CAPTURES}/${queueId(99)}/raw`],
  ['a capture of another tenant', 'administrator', `${CAPTURES}/${queueId(4)}/raw`, `${CAPTURES}/${queueId(99)}/raw`],
  [
    'a content without its own right',
    'privateOfOne',
    `${CAPTURES}/${queueId(1)}/raw`,
    `${CAPTURES}/${queueId(99)}/raw`,
  ],
]
for (const [name, by, path, absent] of walls) {
  test(`${name} is as absent as any`, async () => {
    const [one, other] = await Promise.all([ask(path, by), ask(absent, by)])
    assert.equal(one.status, 404)
    assert.deepEqual([one.status, one.body], [other.status, other.body])
  })
}

test('a captured message as it is, to be saved and not shown', async () => {
  const response = await http.request('GET', `${CAPTURES}/${queueId(1)}/raw`, { token: tokens['contentOfOne'] ?? '' })
  assert.equal(response.status, 200)
  assert.equal(await response.text(), RAW)
  const header = (name: string) => response.headers.get(name)
  assert.deepEqual(
    [header('content-type'), header('content-length'), header('content-disposition'), header('cache-control')],
    ['message/rfc822', '12', `attachment; filename="${queueId(1)}.eml"`, 'no-store'],
  )
})

test('a content that cannot be read breaks off; why is in the log alone', async () => {
  http.mail.stored.captures.push({ ...capture(50, B, services.other), octets: undefined })
  const token = tokens['administratorOfB'] ?? ''
  const response = await http.request('GET', `${CAPTURES}/${queueId(50)}/raw`, { token })
  await assert.rejects(response.text(), { message: 'the content cannot be read' })
  assert.match(http.state.log, /secret\/path/)
  http.mail.stored.captures.pop()
})

const trace = (resourceId?: string) =>
  JSON.stringify({ stage: 'AUTH', reason: 'wrong-secret', ...(resourceId && { resourceId }) })
const decisions: readonly [string, string, number, string | undefined, (() => string) | undefined][] = [
  ['ABCDEFGH01', 'privateOfOne', 200, A.tenantId, () => services.one],
  ['ABCDEFGH02', 'privateOfOne', 404, A.tenantId, () => services.two],
  ['ABCDEFGH03', 'privateOfOne', 404, A.tenantId, undefined],
  ['ABCDEFGH04', 'administrator', 200, A.tenantId, undefined],
  ['ABCDEFGH05', 'owner', 404, A.tenantId, () => services.one],
  ['ABCDEFGH06', 'administrator', 404, B.tenantId, undefined],
  ['ABCDEFGH07', 'administrator', 404, undefined, undefined],
]
for (const [reference, by, status, tenantId, resourceId] of decisions) {
  test(`decision of ${tenantId ?? 'no tenant'} on ${resourceId === undefined ? 'no resource' : 'a resource'} for ${by}: ${status}`, async () => {
    await http.storage.write.decisions.recordDecisions([
      { references: [reference], tenantId, at: AT, trace: trace(resourceId?.()) },
    ])
    const { status: answered, body } = await ask(`/providers/Postern.Mail/decisions/${reference.toLowerCase()}`, by)
    assert.equal(answered, status)
    const absent = await ask('/providers/Postern.Mail/decisions/ZZZZZZZZ99', by)
    const expected =
      status === 404
        ? absent.body
        : { reference, at: '2030-01-01T00:00:00.000Z', trace: JSON.parse(trace(resourceId?.())) }
    assert.deepEqual(body, expected)
  })
}

test('a decision that named no tenant is open to the root of the only tenant', async () => {
  const tenants = http.storage.read.directory.listTenants
  http.storage.read.directory.listTenants = async () => (await tenants()).slice(0, 1)
  assert.equal((await ask('/providers/Postern.Mail/decisions/ABCDEFGH07', 'administrator')).status, 200)
  assert.equal((await ask('/providers/Postern.Mail/decisions/ABCDEFGH07', 'privateOfOne')).status, 404)
  http.storage.read.directory.listTenants = tenants
})

test('what is no reference is not looked up', async () => {
  for (const reference of ['x', "'%20OR%201=1--", 'A'.repeat(11)]) {
    assert.equal((await ask(`/providers/Postern.Mail/decisions/${reference}`, 'administrator')).status, 404)
  }
})

test('the inbox is emptied as far as the caller may', async () => {
  const left = () => http.mail.stored.captures.map(({ id }) => Number(id.slice(-3)))
  assert.equal((await ask(CAPTURES, 'owner', 'DELETE')).status, 403)
  assert.deepEqual(left(), [1, 2, 3, 4])
  assert.deepEqual((await ask(CAPTURES, 'privateOfOne', 'DELETE')).body, { deleted: 1 })
  assert.deepEqual(left(), [2, 3, 4])
  assert.deepEqual((await ask(CAPTURES, 'administrator', 'DELETE')).body, { deleted: 2 })
  assert.deepEqual(left(), [4])
  const put = await http.request('PUT', CAPTURES, { token: tokens['administrator'] ?? '' })
  assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, DELETE'])
})

test('a deny assignment on one service keeps its messages, from whoever holds the root', async () => {
  http.mail.stored.captures.push({ ...capture(60, A, services.one), octets: undefined })
  http.mail.stored.captures.push({ ...capture(61, A, services.two), octets: undefined })
  const permissions = [{ actions: ['*'], notActions: [], dataActions: ['*'], notDataActions: [] }]
  await http.storage.write.roles.putDenyAssignment(change(), A.tenantId, {
    ...{ name: randomUUID(), denyAssignmentName: 'hands off', description: '', scope: services.one },
    ...{ doNotApplyToChildScopes: false, permissions, excludePrincipals: [] },
    principals: ['00000000-0000-0000-0000-000000000000'],
  })
  assert.deepEqual(idsOf((await ask(CAPTURES, 'administrator')).body), [61])
  assert.deepEqual(idsOf((await ask(MESSAGES, 'administrator')).body), [2])
  assert.deepEqual((await ask(CAPTURES, 'administrator', 'DELETE')).body, { deleted: 1 })
})
