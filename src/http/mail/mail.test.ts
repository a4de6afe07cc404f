// Our own operations on mail: messages, decisions and captures, who may see which, and pages.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { EVERYONE, type RoleDefinition } from '../../access/access.ts'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { enqueue, inline } from '../../storage/mail-store.fixture.ts'
import { A, AT, B, change, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import {
  assign,
  BASE,
  hideOtherTenants,
  type HttpFixture,
  openHttpFixture,
  type Program,
  putService,
} from '../http.fixture.ts'

const MESSAGES = '/providers/Postern.Mail/messages'
const CAPTURES = '/capture/messages'
const DECISIONS = '/providers/Postern.Mail/decisions'
const RAW = 'Subject: x\r\n'

let http: HttpFixture
const tokens: Record<string, string> = {}
const principals: Record<string, string> = {}
const services = { one: '', two: '', gone: '', other: '' }

before(async () => {
  http = await openHttpFixture()
  services.one = (await putService(http.storage, A, 'one')).id
  services.two = (await putService(http.storage, A, 'two')).id
  services.gone = services.one.replace(/one$/, 'gone')
  services.other = (await putService(http.storage, B, 'other')).id
  await putPrograms()
  await putMail(1, A, services.one)
  await putMail(2, A, services.two)
  await putMail(3, A, services.gone)
  await putMail(4, B, services.other)
})
after(() => http.close())

async function putPrograms(): Promise<void> {
  const privateOfOne = await http.program(A)
  const contentOfOne = await http.program(A)
  const programs: Record<string, Program> = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    owner: await http.program(A, OWNER.name),
    readerOfOne: await http.program(A, READER.name, services.one),
    nobody: await http.program(A),
    privateOfOne,
    contentOfOne,
  }
  const inbox = await putDataRole('Inbox', 'Postern.Mail/captures/*', 'Postern.Mail/decisions/read')
  await assign(http.storage, privateOfOne, inbox, services.one)
  const content = await putDataRole('Content', 'Postern.Mail/messages/content/read')
  await assign(http.storage, contentOfOne, content, services.one)
  for (const [name, program] of Object.entries(programs)) {
    principals[name] = program.principalId
    tokens[name] = await http.token(program)
  }
}

/** A custom role with data actions only. */
async function putDataRole(roleName: string, ...dataActions: string[]): Promise<string> {
  const role: RoleDefinition = {
    name: randomUUID(),
    roleName,
    description: '',
    type: 'CustomRole',
    permissions: [{ actions: [], notActions: [], dataActions, notDataActions: [] }],
    assignableScopes: [`/subscriptions/${A.subscriptionId}`],
  }
  await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, role)
  return role.name
}

const queueId = (count: number) => `01890000-0000-7000-8000-${String(count).padStart(12, '0')}`

/** A message, accepted and captured. */
async function putMail(count: number, tenant: TenantFixture, resourceId: string): Promise<void> {
  const { tenantId, principalId, applicationId } = tenant
  const id = queueId(count)
  const [reversePath, subject, receivedAt] = ['a@contoso.test', `Number ${count}`, AT]
  const recipients = [{ forwardPath: 'b@example.test', parameters: {} }]
  const internetMessageId = `m${count}/x+y@contoso.test`
  const common = { tenantId, resourceId, reversePath, subject, receivedAt }
  const envelope = { ...common, queueId: id, principalId, applicationId, recipients, internetMessageId }
  await enqueue(http.storage, envelope, inline(RAW))
  const capture = { ...common, id, recipients: ['b@example.test'], size: RAW.length }
  await http.storage.write.captures.addCapture(capture, { kind: 'stored', size: RAW.length, contentId: id })
}

type Body = { value: { id: string }[]; nextLink?: string; error: { code: string; message: string } }
async function ask(path: string, by: string, method = 'GET') {
  const response = await http.request(method, path, { token: tokens[by] ?? '' })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
}
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
        recipients: [
          {
            forwardPath: 'b@example.test',
            status: 'queued',
            attempts: 0,
            nextAttemptAt: '2030-01-01T00:00:00.000Z',
          },
        ],
        subject: 'Number 1',
        internetMessageId: 'm1/x+y@contoso.test',
        receivedAt: '2030-01-01T00:00:00.000Z',
        size: RAW.length,
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
      { client, fromField, principalId },
      {
        client: { address: '192.0.2.1', name: 'printer.example' },
        fromField: 'DoNotReply@contoso.example',
        principalId: A.principalId,
      },
    )
    const [queued] = timeline as Record<string, unknown>[]
    assert.deepEqual([queued?.['at'], queued?.['kind']], ['2030-01-01T00:00:00.000Z', 'queued'])
  }
})

/** Answers that must not tell an id of somebody else from one that never was. */
const walls: readonly [string, string, string, string][] = [
  ['a message of another resource', 'readerOfOne', `${MESSAGES}/${queueId(2)}`, `${MESSAGES}/${queueId(99)}`],
  ['a message of another tenant', 'administrator', `${MESSAGES}/${queueId(4)}`, `${MESSAGES}/${queueId(99)}`],
  ['a capture of another resource', 'contentOfOne', `${CAPTURES}/${queueId(2)}/raw`, `${CAPTURES}/${queueId(99)}/raw`],
  ['a capture of another tenant', 'administrator', `${CAPTURES}/${queueId(4)}/raw`, `${CAPTURES}/${queueId(99)}/raw`],
  ['content without its own right', 'privateOfOne', `${CAPTURES}/${queueId(1)}/raw`, `${CAPTURES}/${queueId(99)}/raw`],
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

test('content that cannot be read breaks off; why is in the log alone', async () => {
  const open = http.storage.content.open.bind(http.storage.content)
  http.storage.content.open = () => {
    throw new Error('unreadable: /secret/path')
  }
  const ask = () => http.request('GET', `${CAPTURES}/${queueId(1)}/raw`, { token: tokens['contentOfOne'] ?? '' })
  assert.equal((await ask()).status, 500)
  http.storage.content.open = async function* broken() {
    yield Buffer.from('Sub')
    throw new Error('broken: /secret/path')
  }
  await assert.rejects((await ask()).text(), { message: 'the content cannot be read' })
  http.storage.content.open = open
  for (const cause of ['unreadable: /secret/path', 'broken: /secret/path']) assert.ok(http.state.log.includes(cause))
})

const trace = (resourceId: string | undefined) => ({
  stage: 'AUTH',
  reason: 'wrong-secret',
  ...(resourceId && { resourceId }),
})
const decisions: readonly [string, string, string | undefined, keyof typeof services | undefined, number][] = [
  ['ABCDEFGH01', 'privateOfOne', A.tenantId, 'one', 200],
  ['ABCDEFGH02', 'privateOfOne', A.tenantId, 'two', 404],
  ['ABCDEFGH03', 'privateOfOne', A.tenantId, undefined, 404],
  ['ABCDEFGH04', 'administrator', A.tenantId, undefined, 200],
  ['ABCDEFGH05', 'owner', A.tenantId, 'one', 404],
  ['ABCDEFGH06', 'administrator', B.tenantId, undefined, 404],
  ['ABCDEFGH07', 'administrator', undefined, undefined, 404],
]
for (const [reference, by, tenantId, service, status] of decisions) {
  test(`a decision on ${service ?? 'no resource'} of ${tenantId ?? 'no tenant'} for ${by}: ${status}`, async () => {
    const stored = trace(service && services[service])
    const decision = { references: [reference], tenantId, at: AT, trace: JSON.stringify(stored) }
    await http.storage.write.decisions.recordDecisions([decision])
    const { status: answered, body } = await ask(`${DECISIONS}/${reference.toLowerCase()}`, by)
    const absent = await ask(`${DECISIONS}/ZZZZZZZZ99`, by)
    assert.equal(answered, status)
    assert.deepEqual(body, status === 404 ? absent.body : { reference, at: '2030-01-01T00:00:00.000Z', trace: stored })
  })
}

test('a decision that named no tenant is open to the root of the only tenant', async () => {
  const showAll = hideOtherTenants(http.storage)
  assert.equal((await ask(`${DECISIONS}/ABCDEFGH07`, 'administrator')).status, 200)
  assert.equal((await ask(`${DECISIONS}/ABCDEFGH07`, 'privateOfOne')).status, 404)
  showAll()
})

const captures: readonly [string, number, number][] = [
  ['privateOfOne', 1, 200],
  ['privateOfOne', 2, 404],
  ['contentOfOne', 1, 404],
  ['administrator', 3, 200],
  ['administrator', 4, 404],
]
for (const [by, count, status] of captures) {
  test(`the envelope of capture ${count} for ${by}: ${status}`, async () => {
    const answer = await ask(`${CAPTURES}/${queueId(count)}`, by)
    assert.equal(answer.status, status)
    if (status !== 200) return
    const { value } = (await ask(CAPTURES, by)).body
    assert.deepEqual(
      answer.body,
      value.find(({ id }) => id === queueId(count)),
    )
  })
}

test('what is no reference is not looked up', async () => {
  for (const reference of ['x', "'%20OR%201=1--", 'A'.repeat(11)]) {
    assert.equal((await ask(`${DECISIONS}/${reference}`, 'administrator')).status, 404)
  }
})

test('the inbox is emptied as far as the caller may', async () => {
  const left = async () => [
    ...idsOf((await ask(CAPTURES, 'administrator')).body),
    ...idsOf((await ask(CAPTURES, 'administratorOfB')).body),
  ]
  assert.equal((await ask(CAPTURES, 'owner', 'DELETE')).status, 403)
  assert.deepEqual(await left(), [3, 2, 1, 4])
  assert.deepEqual((await ask(CAPTURES, 'privateOfOne', 'DELETE')).body, { deleted: 1 })
  assert.deepEqual(await left(), [3, 2, 4])
  assert.deepEqual((await ask(CAPTURES, 'administrator', 'DELETE')).body, { deleted: 2 })
  assert.deepEqual(await left(), [4])
  assert.deepEqual((await ask(CAPTURES, 'administrator', 'DELETE')).body, { deleted: 0 })
  const put = await http.request('PUT', CAPTURES, { token: tokens['administrator'] ?? '' })
  assert.deepEqual([put.status, put.headers.get('allow')], [405, 'GET, DELETE'])
})

test('who emptied the inbox, and of how many messages, is in the audit log; what found nothing is not', async () => {
  const operation = 'Postern.Mail/captures/delete'
  const told = async (tenant: TenantFixture, scope = '/') =>
    (await http.storage.read.audit.listAudit(tenant.tenantId, 10, { operation, scope })).map(
      ({ principalId, target, before }) => [principalId, target, before],
    )
  const byOne = [principals['privateOfOne'], `${services.one}/providers/Postern.Mail/captures`, { count: 1 }]
  const byAdministrator = [principals['administrator'], '/providers/Postern.Mail/captures', { count: 2 }]
  assert.deepEqual(await told(A), [byAdministrator, byOne])
  assert.deepEqual(await told(A, services.one), [byOne])
  assert.deepEqual(await told(B), [])
})

test('a deny assignment on one service keeps its messages, from whoever holds the root', async () => {
  await putMail(5, A, services.one)
  await putMail(6, A, services.two)
  await http.storage.write.roles.putDenyAssignment(change(), A.tenantId, {
    name: randomUUID(),
    denyAssignmentName: 'hands off',
    description: '',
    scope: services.one,
    doNotApplyToChildScopes: false,
    permissions: [{ actions: ['*'], notActions: [], dataActions: ['*'], notDataActions: [] }],
    principals: [EVERYONE],
    excludePrincipals: [],
  })
  assert.deepEqual(idsOf((await ask(CAPTURES, 'administrator')).body), [6])
  assert.deepEqual(idsOf((await ask(MESSAGES, 'administrator')).body), [6, 2])
  assert.deepEqual((await ask(CAPTURES, 'administrator', 'DELETE')).body, { deleted: 1 })
})
