// What a tenant and a subscription must keep and cannot exceed: an administrator at the root, and so many role assignments.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { A, change } from '../../storage/two-tenants.fixture.ts'
import { assign, BASE, openHttpFixture, VERSION } from '../http.fixture.ts'

/** Role Based Access Control Administrator. */
const RBAC_ADMINISTRATOR = 'f58310d9-a9f6-439a-9e8d-f62e7b41a168'

const S = `/subscriptions/${A.subscriptionId}`
const RG = A.resourceGroupId
const roleId = (name: string) => `${S}/providers/Microsoft.Authorization/roleDefinitions/${name}`
const at = (scope: string, name = '') =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments${name && `/${name}`}?${VERSION}`
type Body = { error?: { code: string }; value: { name: string }[]; nextLink?: string }

test('the root keeps an administrator that is there', async () => {
  const only = await openHttpFixture()
  try {
    const administrator = await only.program(A)
    const name = await assign(only.storage, administrator, OWNER.name, '/')
    const gone = { ...administrator, principalId: randomUUID() }
    const orphan = await assign(only.storage, gone, OWNER.name, '/')
    await assign(only.storage, await only.program(A), READER.name, '/')
    await assign(only.storage, await only.program(A), OWNER.name, S)
    const bearer = await only.token(administrator)
    const remove = async (assignment: string) => {
      const response = await only.request('DELETE', at('', assignment), { token: bearer })
      return [response.status, ((await response.json()) as Body).error?.code]
    }
    assert.deepEqual(await remove(name), [400, 'LastAdministratorAssignment'])
    assert.deepEqual(await remove(orphan), [200, undefined])
    await only.program(A, RBAC_ADMINISTRATOR)
    assert.deepEqual(await remove(name), [200, undefined])
  } finally {
    await only.close()
  }
})

test('the limit of a subscription, and pages of more than one', async () => {
  const full = await openHttpFixture()
  try {
    const program = await full.program(A, OWNER.name)
    await full.storage.atomically((write) => {
      for (let index = 0; index < 4000; index += 1) {
        const name = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
        const grant = { roleDefinitionName: READER.name, principalType: 'ServicePrincipal' } as const
        void write.roles.putRoleAssignment(change(), A.tenantId, { ...grant, name, scope: RG, principalId: name })
      }
    })
    const bearer = await full.token(program)
    const put = async (scope: string, name: string, properties: object = {}) => {
      const given = { roleDefinitionId: roleId(READER.name), principalId: A.principalId, ...properties }
      const response = await full.request('PUT', at(scope, name), { token: bearer, json: { properties: given } })
      return [response.status, ((await response.json()) as Body).error?.code]
    }
    assert.deepEqual(await put(RG, randomUUID()), [400, 'RoleAssignmentLimitExceeded'])
    assert.deepEqual(await put('', randomUUID()), [201, undefined])
    const seen = new Set<string>()
    let link: string | undefined = `${BASE}${at(S)}`
    for (let page = 0; link !== undefined; page += 1) {
      assert(page < 100 && link.startsWith(`${BASE}/`) && link.includes(VERSION), link)
      const response = await full.request('GET', link.slice(BASE.length), { token: bearer })
      const body = (await response.json()) as Body
      for (const { name } of body.value) seen.add(name)
      link = body.nextLink
    }
    assert.equal(seen.size, 4002)
  } finally {
    await full.close()
  }
})

test('a crowd gets no further than one after the other would', async () => {
  const crowded = await openHttpFixture()
  try {
    const bearer = await crowded.token(await crowded.program(A, OWNER.name))
    const { roles } = crowded.storage.read
    const [assignments, definitions] = [roles.countRoleAssignments.bind(roles), roles.countRoleDefinitions.bind(roles)]
    roles.countRoleAssignments = async (...asked) => 3995 + (await assignments(...asked))
    roles.countRoleDefinitions = async (...asked) => 4995 + (await definitions(...asked))
    const crowd = async (path: (name: string) => string, body: (index: number) => object) => {
      const puts = Array.from({ length: 20 }, async (_, index) => {
        const json = { properties: body(index) }
        return (await crowded.request('PUT', path(randomUUID()), { token: bearer, json })).status
      })
      return (await Promise.all(puts)).toSorted((one, other) => one - other)
    }
    const programs = await Promise.all(Array.from({ length: 20 }, () => crowded.program(A)))
    const grant = { roleDefinitionId: roleId(READER.name) }
    const expected = [...Array<number>(5).fill(201), ...Array<number>(15).fill(400)]
    assert.deepEqual(
      await crowd(
        (name) => at(RG, name),
        (index) => ({ ...grant, principalId: programs[index]?.principalId }),
      ),
      expected,
    )
    const role = { permissions: [{ actions: ['*/read'] }], assignableScopes: [S] }
    assert.deepEqual(
      await crowd(
        (name) => `${roleId(name)}?${VERSION}`,
        (index) => ({ ...role, roleName: `role-${index}` }),
      ),
      expected,
    )
    const twins = await crowd(
      (name) => at('', name),
      () => ({ ...grant, principalId: A.principalId }),
    )
    assert.deepEqual(twins, [201, ...Array<number>(19).fill(409)])
  } finally {
    await crowded.close()
  }
})
