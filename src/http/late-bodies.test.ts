// A body that is long in coming: what its sender may do is what holds when all of it is there, and so is the time of what it changes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { POSTERN_ADMINISTRATOR } from '../access/built-in-roles.ts'
import { A, AT, change } from '../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, type Program, VERSION } from './http.fixture.ts'

const GROUP = `/subscriptions/${A.subscriptionId}/resourceGroups/late`
const writes: readonly [string, string, string, object, number][] = [
  ['ARM', 'PUT', `${GROUP}?${VERSION}`, { location: 'global' }, 201],
  [
    'Graph',
    'POST',
    '/v1.0/groups',
    { displayName: 'late', mailNickname: 'late', mailEnabled: false, securityEnabled: true },
    201,
  ],
]

/** A request of which everything but the body has been read, and which then goes on. */
async function begin({ app }: HttpFixture, token: string, method: string, path: string, json: object) {
  const asked = Promise.withResolvers<void>()
  const sent = Promise.withResolvers<void>()
  const body = new ReadableStream(
    {
      async pull(controller) {
        asked.resolve()
        await sent.promise
        controller.enqueue(new TextEncoder().encode(JSON.stringify(json)))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = app.request(path, { method, headers, body, duplex: 'half' })
  await asked.promise
  return async () => {
    sent.resolve()
    const { status, headers } = await response
    return { status, challenge: headers.get('www-authenticate') ?? '' }
  }
}

async function withAdministrator(body: (http: HttpFixture, program: Program) => Promise<void>): Promise<void> {
  const http = await openHttpFixture()
  try {
    await body(http, await http.program(A, POSTERN_ADMINISTRATOR.name))
  } finally {
    await http.close()
  }
}

const newest = async ({ storage }: HttpFixture) => (await storage.read.audit.listAudit(A.tenantId, 1, {}))[0]

async function removeRoles({ storage }: HttpFixture, { principalId }: Program): Promise<void> {
  for (const assignment of await storage.read.roles.listRoleAssignments(A.tenantId)) {
    if (assignment.principalId === principalId)
      await storage.write.roles.deleteRoleAssignment(change(), A.tenantId, assignment.name)
  }
}

type Meanwhile = readonly [string, (http: HttpFixture, program: Program) => unknown, number, RegExp]
const meanwhile: readonly Meanwhile[] = [
  [
    'its secret is removed',
    ({ storage }, { objectId, keyId }) => storage.write.directory.removePassword(change(), A.tenantId, objectId, keyId),
    401,
    /error="insufficient_claims"/,
  ],
  ['its roles are taken away', removeRoles, 403, /^$/],
  ['its token ends', ({ state }) => void (state.now = AT + 3_600_000), 401, /has expired/],
]
for (const [door, method, path, json] of writes) {
  for (const [name, act, status, challenge] of meanwhile) {
    test(`${door}: ${name} while the body is on its way`, () =>
      withAdministrator(async (http, program) => {
        const finish = await begin(http, await http.token(program), method, path, json)
        await act(http, program)
        const last = await newest(http)
        const answer = await finish()
        assert.equal(answer.status, status)
        assert.match(answer.challenge, challenge)
        assert.deepEqual(await newest(http), last)
      }))
  }
}

for (const [door, method, path, json, status] of writes) {
  test(`${door}: what a late body changes is dated when it was there`, () =>
    withAdministrator(async (http, program) => {
      const finish = await begin(http, await http.token(program), method, path, json)
      http.state.now = AT + 30_000
      assert.equal((await finish()).status, status)
      assert.equal((await newest(http))?.at, AT + 30_000)
    }))
}

test('a body that nobody may send is not waited for', () =>
  withAdministrator(async (http, program) => {
    const token = await http.token(program)
    const body = new ReadableStream({ pull: () => Promise.reject(new Error('it was read')) }, { highWaterMark: 0 })
    for (const bearer of ['x', `${token}x`]) {
      const headers = { authorization: `Bearer ${bearer}` }
      const response = await http.app.request(`${GROUP}?${VERSION}`, { method: 'PUT', headers, body, duplex: 'half' })
      assert.equal(response.status, 401)
    }
  }))

test('a body that is too large is told to whoever may send one at all', () =>
  withAdministrator(async (http, program) => {
    const body = 'x'.repeat(1024 * 1024 + 1)
    const put = async (token: string) => (await http.request('PUT', `${GROUP}?${VERSION}`, { token, body })).status
    assert.equal(await put(await http.token(program)), 413)
    assert.equal(await put(await http.token(await http.program(A))), 403)
  }))
