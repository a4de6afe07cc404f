// The last administrator cannot be taken away by the directory, by whichever path, and says so before anything is changed. Without the
// role, or with another administrator there, the same calls go through; the last secret may always be removed.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { OWNER, POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import { BASE, type Program, VERSION } from '../http.fixture.ts'
import { ABSENT, assertError, openGraphFixture } from './graph.fixture.ts'

const BY_GROUP = 'the group it is in'

/** The fixture's administrator hands over to a program that holds the role itself or through a group, and loses its own. */
async function openWithOne(context: TestContext, by: string) {
  const graph = await openGraphFixture()
  context.after(() => graph.close())
  const first = (await graph.storage.read.roles.listRoleAssignments(A.tenantId))[0]
  assert(first !== undefined)
  const last = await graph.program(A)
  const group = await graph.createGroup('administrators', [last.principalId])
  await graph.program(B, POSTERN_ADMINISTRATOR.name)
  const principal =
    by === BY_GROUP
      ? ({ principalId: group.id, principalType: 'Group' } as const)
      : ({ principalId: last.principalId, principalType: 'ServicePrincipal' } as const)
  const assignment = { name: ABSENT, scope: '/', roleDefinitionName: OWNER.name, ...principal }
  await graph.storage.write.roles.putRoleAssignment(change(), A.tenantId, assignment)
  await graph.storage.write.roles.deleteRoleAssignment(change(), A.tenantId, first.name)
  const token = await graph.tokenOf(last)
  const ask = (method: string, path: string, json?: unknown) => graph.ask(method, path, json, token)
  return { graph, last, group, ask }
}

type Last = Pick<Awaited<ReturnType<typeof openWithOne>>, 'last' | 'group'>
type Call = readonly [method: string, path: (one: Last) => string, body?: object]

const ofProgram: readonly Call[] = [
  ['DELETE', ({ last }) => `/applications/${last.objectId}`],
  ['DELETE', ({ last }) => `/applications(appId='${last.applicationId}')`],
  ['DELETE', ({ last }) => `/servicePrincipals/${last.principalId}`],
  ['DELETE', ({ last }) => `/servicePrincipals(appId='${last.applicationId}')`],
  ['PATCH', ({ last }) => `/servicePrincipals/${last.principalId}`, { accountEnabled: false }],
  ['PATCH', ({ last }) => `/servicePrincipals(appId='${last.applicationId}')`, { accountEnabled: false, notes: 'x' }],
]
const ofGroup: readonly Call[] = [
  ['DELETE', ({ last, group }) => `/groups/${group.id}/members/${last.principalId}/$ref`],
  ['DELETE', ({ group }) => `/groups/${group.id}`],
]
const refused: readonly [string, readonly Call[]][] = [
  ['it itself', ofProgram],
  [BY_GROUP, [...ofProgram, ...ofGroup]],
]
for (const [by, calls] of refused)
  test(`the role held by ${by}: nothing that would end it is done, and everything is once another holds it`, async (context) => {
    const { graph, ask, ...one } = await openWithOne(context, by)
    const epoch = await graph.storage.read.directory.readEpoch(A.tenantId)
    for (const [method, path, body] of calls) {
      const message = assertError(await ask(method, path(one), body), 400, 'Request_BadRequest')
      assert.match(message, /no service principal that can sign in.* to another service principal first\.$/)
    }
    assert.equal(await graph.storage.read.directory.readEpoch(A.tenantId), epoch)
    const other = await graph.tokenOf(await graph.program(A, POSTERN_ADMINISTRATOR.name))
    for (const [method, path, body] of calls.toReversed()) {
      const { status } = await graph.ask(method, path(one), body, other)
      assert.equal(status === 204 || status === 404, true, path(one))
    }
    assert.equal(await graph.storage.read.directory.readApplication(A.tenantId, one.last.objectId), undefined)
  })

test('groups that carry no such role go whoever is in them, also while there is one administrator', async (context) => {
  const { ask, group, last } = await openWithOne(context, 'it itself')
  assert.equal((await ask('DELETE', `/groups/${group.id}/members/${last.principalId}/$ref`)).status, 204)
  assert.equal((await ask('DELETE', `/groups/${group.id}`)).status, 204)
})

test('of two administrators who are deleted at once, one stays', async (context) => {
  const { graph, last, ask } = await openWithOne(context, 'it itself')
  const other = await graph.program(A, OWNER.name)
  const programs: readonly Program[] = [last, other]
  const answers = await Promise.all(programs.map(({ objectId }) => ask('DELETE', `/applications/${objectId}`)))
  const statuses = answers.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 204).length, 1, JSON.stringify(statuses))
})

test('the last secret of the last administrator may be removed', async (context) => {
  const { last, ask } = await openWithOne(context, 'it itself')
  const { status } = await ask('POST', `/applications/${last.objectId}/removePassword`, { keyId: last.keyId })
  assert.equal(status, 204)
})

test('the assignment itself is refused as before', async (context) => {
  const { graph, last } = await openWithOne(context, 'it itself')
  const path = `/providers/Microsoft.Authorization/roleAssignments/${ABSENT}?${VERSION}`
  const response = await graph.request('DELETE', path, { token: await graph.token(last, BASE) })
  const { error } = (await response.json()) as { error: { code: string } }
  assert.deepEqual([response.status, error.code], [400, 'LastAdministratorAssignment'])
})
