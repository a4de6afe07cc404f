// The audit log over HTTP: what it says, who reads which part of it, its filters and pages.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { A, AT, B, change } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture, type Program, putService, VERSION } from '../http.fixture.ts'

const RG = A.resourceGroupId
const EVENTS = 'providers/Postern.Mail/auditEvents'
const ASSIGNMENTS = 'providers/Microsoft.Authorization/roleAssignments'
const CORRELATION = '0f0f0f0f-0000-4000-8000-000000000001'

let http: HttpFixture
let administrator: Program
let token: string
let service: string
before(async () => {
  http = await openHttpFixture()
  administrator = await http.program(A, POSTERN_ADMINISTRATOR.name)
  token = await http.token(administrator)
  service = (await putService(http.storage, A, 'contoso')).id
})
after(() => http.close())

type Event = { id: string; name: string; type: string; properties: Record<string, unknown> }
type Body = { value: Event[]; nextLink?: string; error: { code: string; target?: string } }
async function ask(path: string, bearer = token) {
  const response = await http.request('GET', path, { token: bearer })
  return { status: response.status, body: (await response.json()) as Body }
}

test('a change through the API: who, what, where, from what to what, by which request', async () => {
  http.state.now = AT + 1000
  const name = randomUUID()
  const put = async (description: string) =>
    http.request('PUT', `${service}/${ASSIGNMENTS}/${name}?${VERSION}`, {
      token,
      headers: { 'x-ms-correlation-request-id': CORRELATION },
      json: { properties: { roleDefinitionId: READER.name, principalId: administrator.principalId, description } },
    })
  await put('first')
  const response = await put('second')
  assert.equal(response.status, 200)
  const { status, body } = await ask(`${service}/${EVENTS}?limit=1`)
  assert.equal(status, 200)
  const [event] = body.value
  const grant = {
    name,
    scope: service,
    roleDefinitionName: READER.name,
    principalId: administrator.principalId,
    principalType: 'ServicePrincipal',
    stamp: {
      createdAt: AT + 1000,
      createdBy: administrator.principalId,
      updatedAt: AT + 1000,
      updatedBy: administrator.principalId,
    },
  }
  assert.deepEqual(event, {
    id: `/${EVENTS}/${AT + 1000}-1`,
    name: `${AT + 1000}-1`,
    type: 'Postern.Mail/auditEvents',
    properties: {
      at: '2030-01-01T00:00:01.000Z',
      principalId: administrator.principalId,
      operation: 'Microsoft.Authorization/roleAssignments/write',
      target: `${service}/${ASSIGNMENTS}/${name}`,
      requestId: response.headers.get('x-ms-request-id'),
      correlationId: CORRELATION,
      before: { ...grant, description: 'first' },
      after: { ...grant, description: 'second' },
    },
  })
})

test('scope by scope, and each needs the data action there', async () => {
  const local = await http.token(await http.program(A, POSTERN_ADMINISTRATOR.name, service))
  const operations = async (scope: string, bearer: string) => {
    const { status, body } = await ask(`${scope}/${EVENTS}`, bearer)
    return status === 200 ? new Set(body.value.map(({ properties }) => String(properties['target']))) : status
  }
  const root = await operations('', token)
  assert(root instanceof Set && root.has(A.applicationObjectId))
  const mine = await operations(service.toUpperCase(), local)
  assert(mine instanceof Set && mine.size > 0 && [...mine].every((target) => target.startsWith(service)))
  assert.equal(await operations(RG, local), 403)
  assert.equal(await operations(`${service}x`, local), 403)
  assert.equal(await operations(`${service}x`, token), 404)
  assert.equal(await operations(B.resourceGroupId, token), 404)
  for (const role of [OWNER, CONTRIBUTOR, READER])
    assert.equal(await operations('', await http.token(await http.program(A, role.name))), 403, role.roleName)
})

test('nothing of another tenant', async () => {
  const other = await http.token(await http.program(B, POSTERN_ADMINISTRATOR.name))
  const { body } = await ask(`/${EVENTS}?limit=1000`, other)
  assert(body.value.length > 0)
  assert.equal(JSON.stringify(body).includes(A.subscriptionId), false)
})

test('filters by time, operation and principal', async () => {
  const write = (at: number, principalId: string, displayName: string) =>
    http.storage.write.directory.createGroup(
      { ...change(at), principalId },
      { objectId: randomUUID(), tenantId: A.tenantId, displayName },
    )
  const day = 24 * 3600 * 1000
  await write(AT + day, 'somebody', 'one')
  await write(AT + 2 * day, 'somebody', 'two')
  await write(AT + 3 * day, 'else', 'three')
  const list = async (query: string) => {
    const { status, body } = await ask(`/${EVENTS}?${query}`)
    if (status !== 200) return [status, body.error.target]
    return body.value.map(({ properties }) => new Date(String(properties['at'])).getUTCDate() - 1)
  }
  const from = 'from=2030-01-02T00:00:00Z'
  assert.deepEqual(await list(from), [3, 2, 1])
  assert.deepEqual(await list(`${from}&to=2030-01-03T00:00:00Z`), [1])
  assert.deepEqual(await list(`from=2030-01-03T01%3A00%3A00%2B01%3A00`), [3, 2])
  assert.deepEqual(await list('principalId=SOMEBODY'), [2, 1])
  assert.deepEqual(await list(`${from}&operation=microsoft.directory/GROUPS/write&principalId=else`), [3])
  assert.deepEqual(await list('operation=Microsoft.Directory/users/write'), [])
  assert.deepEqual(await list('from=yesterday'), [400, 'from'])
  assert.deepEqual(await list('limit=0'), [400, 'limit'])
  assert.deepEqual(await list('before=x'), [400, 'before'])
})

test('pages with absolute links that keep the question', async () => {
  const seen: string[] = []
  let link: string | undefined = `${BASE}/${EVENTS}?limit=2&operation=Microsoft.Directory/groups/write`
  while (link !== undefined) {
    assert(link.startsWith(`${BASE}/`), link)
    const { body }: { body: Body } = await ask(link.slice(BASE.length))
    assert(body.value.length <= 2)
    seen.push(...body.value.map(({ name }) => name))
    link = body.nextLink
  }
  assert.equal(seen.length, 3)
  assert.equal(new Set(seen).size, 3)
})

test('no secret of an application is in it', async () => {
  const { body } = await ask(`/${EVENTS}?limit=1000`)
  const text = JSON.stringify(body)
  assert.equal(text.includes(administrator.secret), false)
  assert.equal(/"hash"/.test(text), false)
})
