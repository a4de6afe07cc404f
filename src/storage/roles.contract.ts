// Every role store passes this suite: assignments by name and by triple, and the facts that access decisions rest on.

import assert from 'node:assert/strict'
import type { DenyAssignment, RoleAssignment, RoleDefinition } from '../access/access.ts'
import { READER } from '../access/built-in-roles.ts'
import type { RoleAssignmentQuery } from './storage.ts'
import { A, AT, B, change, type DirectoryStore, storeTests, type TenantFixture } from './two-tenants.fixture.ts'

const ROLE: RoleDefinition = {
  name: '12121212-0000-4000-8000-000000000001',
  roleName: 'SMTP Email Sender',
  description: 'May send.',
  type: 'CustomRole',
  permissions: [{ actions: ['*/read'], notActions: ['a/b'], dataActions: ['c/d'], notDataActions: [] }],
  assignableScopes: [A.resourceGroupId],
}

const ASSIGNMENT: RoleAssignment = {
  name: '13131313-0000-4000-8000-000000000001',
  scope: A.resourceGroupId,
  roleDefinitionName: ROLE.name,
  principalId: A.principalId,
  principalType: 'ServicePrincipal',
  description: 'the printer',
}

const DENY: DenyAssignment = {
  name: '14141414-0000-4000-8000-000000000001',
  denyAssignmentName: 'block',
  description: 'an emergency',
  scope: '/',
  doNotApplyToChildScopes: true,
  permissions: ROLE.permissions,
  principals: [A.principalId],
  excludePrincipals: ['somebody'],
}

const STAMP = { createdAt: AT, createdBy: 'operator', updatedAt: AT, updatedBy: 'operator' }

/** `open` gives an empty store. */
export function describeRoles(name: string, open: () => Promise<DirectoryStore>): void {
  const roleTest = storeTests(name, open)
  const group = async ({ write }: DirectoryStore, tenant: TenantFixture, objectId: string, ...members: string[]) => {
    await write.directory.createGroup(change(), { objectId, tenantId: tenant.tenantId, displayName: objectId })
    for (const member of members) await write.directory.addMember(change(), tenant.tenantId, objectId, member)
  }

  roleTest('a role definition comes back as it was put, is replaced and deleted', async ({ read, write }) => {
    const stored = { ...ROLE, stamp: STAMP }
    assert.deepEqual(await write.roles.putRoleDefinition(change(), A.tenantId, ROLE), { type: 'created', role: stored })
    assert.deepEqual(await read.roles.listRoleDefinitions(A.tenantId), [stored])
    assert.deepEqual(await read.roles.readRoleDefinition(A.tenantId, ROLE.name.toUpperCase()), stored)
    const changed = { ...ROLE, roleName: 'Sender', permissions: [] }
    const by = { at: AT + 1, principalId: 'another', requestId: 'request' }
    const role = { ...changed, stamp: { ...STAMP, updatedAt: AT + 1, updatedBy: 'another' } }
    assert.deepEqual(await write.roles.putRoleDefinition(by, A.tenantId, changed), { type: 'updated', role })
    assert.deepEqual(await read.roles.listRoleDefinitions(A.tenantId), [role])
    const remove = () => write.roles.deleteRoleDefinition(change(), A.tenantId, ROLE.name)
    assert.deepEqual([await remove(), await remove()], [{ type: 'deleted', role }, { type: 'missing' }])
    assert.deepEqual(await read.roles.listRoleDefinitions(A.tenantId), [])
  })

  roleTest('two roles of a tenant never share a name, whatever the casing', async ({ read, write }) => {
    await write.roles.putRoleDefinition(change(), A.tenantId, ROLE)
    const twin = { ...ROLE, name: 'other', roleName: ROLE.roleName.toUpperCase() }
    const taken = { type: 'role name taken', name: ROLE.name }
    assert.deepEqual(await write.roles.putRoleDefinition(change(), A.tenantId, twin), taken)
    assert.equal((await write.roles.putRoleDefinition(change(), B.tenantId, twin)).type, 'created')
    await write.roles.putRoleDefinition(change(), A.tenantId, { ...ROLE, roleName: 'Sender' })
    assert.equal((await write.roles.putRoleDefinition(change(), A.tenantId, twin)).type, 'created')
    assert.equal(await read.roles.countRoleDefinitions(A.tenantId), 2)
    assert.equal(await read.roles.countRoleDefinitions(B.tenantId), 1)
  })

  roleTest('a role that is assigned is not deleted', async ({ read, write }) => {
    await write.roles.putRoleDefinition(change(), A.tenantId, ROLE)
    for (const name of ['one', 'two'])
      await write.roles.putRoleAssignment(change(), A.tenantId, { ...ASSIGNMENT, name, principalId: name })
    await write.roles.putRoleAssignment(change(), B.tenantId, ASSIGNMENT)
    const outcome = await write.roles.deleteRoleDefinition(change(), A.tenantId, ROLE.name)
    assert.deepEqual(outcome, { type: 'assigned', count: 2 })
    assert.equal((await read.roles.listRoleDefinitions(A.tenantId)).length, 1)
  })

  roleTest('of an assignment only the description changes', async ({ read, write }) => {
    const put = (assignment: RoleAssignment, at = AT) =>
      write.roles.putRoleAssignment(change(at), A.tenantId, assignment)
    const assignment = { ...ASSIGNMENT, stamp: STAMP }
    assert.deepEqual(await put(ASSIGNMENT), { type: 'created', assignment })
    const repeated = await put({ ...ASSIGNMENT, scope: A.resourceGroupId.toUpperCase() }, AT + 1)
    assert.deepEqual(repeated, { type: 'unchanged', assignment })
    const changes: Partial<RoleAssignment>[] = [
      { scope: '/' },
      { roleDefinitionName: READER.name },
      { principalId: 'somebody' },
      { principalType: 'Group' },
    ]
    for (const other of changes)
      assert.deepEqual(await put({ ...ASSIGNMENT, ...other }), { type: 'update not permitted' }, JSON.stringify(other))
    assert.deepEqual(await read.roles.readRoleAssignment(A.tenantId, ASSIGNMENT.name), assignment)
    const updated = { ...ASSIGNMENT, description: 'another', stamp: { ...STAMP, updatedAt: AT + 2 } }
    assert.deepEqual(await put({ ...ASSIGNMENT, description: 'another' }, AT + 2), {
      type: 'updated',
      assignment: updated,
    })
    assert.deepEqual(await read.roles.readRoleAssignment(A.tenantId, ASSIGNMENT.name.toUpperCase()), updated)
  })

  roleTest('the same scope, principal and role cannot be assigned under another name', async ({ read, write }) => {
    await write.roles.putRoleAssignment(change(), A.tenantId, ASSIGNMENT)
    const twin = { ...ASSIGNMENT, name: 'other', scope: A.resourceGroupId.toUpperCase() }
    assert.deepEqual(await write.roles.putRoleAssignment(change(), A.tenantId, twin), {
      type: 'exists',
      name: ASSIGNMENT.name,
    })
    assert.deepEqual(await read.roles.listRoleAssignments(A.tenantId), [{ ...ASSIGNMENT, stamp: STAMP }])
  })

  roleTest('assignments are listed by role and name, at scopes, below one, of principals, in pages', async (store) => {
    const { read, write } = store
    const scopes = ['/', `/subscriptions/${A.subscriptionId}`, A.resourceGroupId, `${A.resourceGroupId}-other`]
    for (const [index, scope] of scopes.entries())
      for (const role of ['2', '1'])
        await write.roles.putRoleAssignment(change(), A.tenantId, {
          ...ASSIGNMENT,
          name: `${role}${index}`,
          scope,
          roleDefinitionName: role,
          principalId: `p${index}`,
        })
    await write.roles.putRoleAssignment(change(), B.tenantId, { ...ASSIGNMENT, scope: '/' })
    const names = async (query?: RoleAssignmentQuery) =>
      (await read.roles.listRoleAssignments(A.tenantId, query)).map(({ name }) => name)
    assert.deepEqual(await names(), ['10', '11', '12', '13', '20', '21', '22', '23'])
    const at = [A.resourceGroupId.toLowerCase(), '/']
    assert.deepEqual(await names({ at }), ['10', '12', '20', '22'])
    assert.deepEqual(await names({ at: ['/'], under: A.resourceGroupId }), ['10', '12', '20', '22'])
    assert.deepEqual(await names({ at: ['/'], under: '/', roleDefinitionName: '2' }), ['20', '21', '22', '23'])
    const principalIds = ['p3', 'p0', 'p0', 'nobody']
    assert.deepEqual(await names({ principalIds }), ['10', '13', '20', '23'])
    assert.deepEqual(await names({ principalIds, at, limit: 1 }), ['10'])
    assert.deepEqual(await names({ at, limit: 2, after: { roleDefinitionName: '1', name: '10' } }), ['12', '20'])
    const many = Array.from({ length: 100 }, (_, index) => `p${99 - index}`)
    assert.deepEqual(await names({ principalIds: many, limit: 3 }), ['10', '11', '12'])
    assert.deepEqual(await names({ principalIds: [] }), [])
  })

  roleTest('a deleted assignment is returned once and makes room', async ({ read, write }) => {
    const assignment = { ...ASSIGNMENT, stamp: STAMP }
    const remove = () => write.roles.deleteRoleAssignment(change(), A.tenantId, ASSIGNMENT.name)
    await write.roles.putRoleAssignment(change(), A.tenantId, ASSIGNMENT)
    assert.deepEqual([await remove(), await remove()], [{ type: 'deleted', assignment }, { type: 'missing' }])
    assert.equal(await read.roles.readRoleAssignment(A.tenantId, ASSIGNMENT.name), undefined)
    const other = await write.roles.putRoleAssignment(change(), A.tenantId, { ...ASSIGNMENT, name: 'other' })
    assert.equal(other.type, 'created')
  })

  roleTest('the last of the roles to keep stays at the root, held by one who could sign in', async (store) => {
    const { write } = store
    const put = async (name: string, principalId: string, rest: Partial<RoleAssignment> = {}) =>
      write.roles.putRoleAssignment(change(), A.tenantId, { ...ASSIGNMENT, name, principalId, scope: '/', ...rest })
    const remove = async (name: string) =>
      (await write.roles.deleteRoleAssignment(change(), A.tenantId, name, [ROLE.name, 'owner'])).type
    await group(store, A, 'nobody in it')
    await put('first', A.principalId)
    await put('nobody', 'nobody')
    await put('empty', 'nobody in it')
    await put('foreign', B.principalId)
    await put('below', A.principalId, { scope: A.resourceGroupId })
    await put('reader', A.principalId, { roleDefinitionName: READER.name })
    assert.equal(await remove('first'), 'last')
    for (const name of ['nobody', 'empty', 'reader', 'below']) assert.equal(await remove(name), 'deleted', name)
    await put('second', A.principalId, { roleDefinitionName: 'owner' })
    assert.equal(await remove('first'), 'deleted')
    assert.equal(await remove('second'), 'last')
    assert.equal((await write.roles.deleteRoleAssignment(change(), A.tenantId, 'second')).type, 'deleted')
  })

  roleTest('assignments are counted at a scope and below it, in their tenant', async ({ read, write }) => {
    const scopes = ['/', `/subscriptions/${A.subscriptionId}`, A.resourceGroupId, `${A.resourceGroupId}-2`]
    for (const [index, scope] of scopes.entries())
      await write.roles.putRoleAssignment(change(), A.tenantId, { ...ASSIGNMENT, name: `n${index}`, scope })
    await write.roles.putRoleAssignment(change(), B.tenantId, ASSIGNMENT)
    const counts = await Promise.all(
      [...scopes, 'nonsense'].map((scope) => read.roles.countRoleAssignments(A.tenantId, scope.toUpperCase())),
    )
    assert.deepEqual(counts, [4, 3, 1, 1, 0])
  })

  roleTest('deny assignments come back as they were put, are replaced and deleted', async ({ read, write }) => {
    const stored = { ...DENY, stamp: STAMP }
    assert.deepEqual(await write.roles.putDenyAssignment(change(), A.tenantId, DENY), stored)
    const replaced = { ...DENY, scope: A.resourceGroupId, doNotApplyToChildScopes: false, principals: [] }
    assert.deepEqual(await read.roles.listDenyAssignments(A.tenantId), [stored])
    const again = { ...replaced, stamp: { ...STAMP, updatedAt: AT + 1 } }
    assert.deepEqual(await write.roles.putDenyAssignment(change(AT + 1), A.tenantId, replaced), again)
    assert.deepEqual(await read.roles.listDenyAssignments(A.tenantId), [again])
    assert.deepEqual(await read.roles.readDenyAssignment(A.tenantId, DENY.name), again)
    assert.equal(await read.roles.readDenyAssignment(B.tenantId, DENY.name), undefined)
    const remove = () => write.roles.deleteDenyAssignment(change(), A.tenantId, DENY.name)
    assert.deepEqual([await remove(), await remove()], [again, undefined])
  })

  roleTest('the facts hold assignments with custom, built-in and missing roles', async ({ read, write }) => {
    await write.roles.putRoleDefinition(change(), A.tenantId, ROLE)
    const roles = [ROLE.name, READER.name, 'missing']
    for (const roleDefinitionName of roles)
      await write.roles.putRoleAssignment(change(), A.tenantId, {
        ...ASSIGNMENT,
        name: roleDefinitionName,
        roleDefinitionName,
      })
    await write.roles.putDenyAssignment(change(), A.tenantId, DENY)
    const facts = await read.roles.readAccessFacts(A.tenantId, A.principalId)
    assert.equal(facts.principalId, A.principalId)
    assert.deepEqual(facts.groupIds, [])
    assert.deepEqual(facts.denyAssignments, [DENY])
    const found = new Map(facts.assignments.map(({ assignment, role }) => [assignment.name, role]))
    assert.deepEqual(
      found,
      new Map([
        [ROLE.name, ROLE],
        [READER.name, READER],
        ['missing', undefined],
      ]),
    )
    assert.deepEqual(facts.assignments.find(({ role }) => role === READER)?.assignment, {
      ...ASSIGNMENT,
      name: READER.name,
      roleDefinitionName: READER.name,
    })
  })

  roleTest('a built-in role cannot be shadowed by a custom one of its name', async ({ read, write }) => {
    await write.roles.putRoleDefinition(change(), A.tenantId, { ...ROLE, name: READER.name })
    await write.roles.putRoleAssignment(change(), A.tenantId, { ...ASSIGNMENT, roleDefinitionName: READER.name })
    const { assignments } = await read.roles.readAccessFacts(A.tenantId, A.principalId)
    assert.deepEqual(
      assignments.map(({ role }) => role),
      [READER],
    )
  })

  roleTest('groups count at any depth, also where they contain each other', async (store) => {
    await group(store, A, 'inner', A.principalId, 'outer')
    await group(store, A, 'outer', 'inner')
    await group(store, A, 'beside', 'somebody')
    const groups = ['inner', 'outer', 'beside']
    for (const principalId of groups)
      await store.write.roles.putRoleAssignment(change(), A.tenantId, {
        ...ASSIGNMENT,
        name: principalId,
        principalId,
        principalType: 'Group',
      })
    const facts = await store.read.roles.readAccessFacts(A.tenantId, A.principalId)
    assert.deepEqual(facts.groupIds.toSorted(), ['inner', 'outer'])
    assert.deepEqual(facts.assignments.map(({ assignment }) => assignment.name).toSorted(), ['inner', 'outer'])
  })

  for (const count of [1, 4, 5, 16, 17, 64, 65, 200])
    roleTest(`${count} groups that somebody else tells of count, and so do those they are in`, async (store) => {
      const claimed = Array.from({ length: count }, (_, index) => `claimed-${index}`)
      const last = claimed.at(-1) ?? ''
      await group(store, A, 'above', last)
      await group(store, B, 'elsewhere', last)
      await group(store, A, 'own', A.principalId)
      const principals = [A.principalId, last, 'above', 'own', 'elsewhere', 'not-claimed']
      for (const principalId of principals)
        await store.write.roles.putRoleAssignment(change(), A.tenantId, {
          ...ASSIGNMENT,
          name: principalId,
          principalId,
          roleDefinitionName: READER.name,
        })
      const facts = await store.read.roles.readAccessFacts(A.tenantId, A.principalId, claimed)
      assert.deepEqual(facts.groupIds.toSorted(), [...claimed, 'above', 'own'].toSorted())
      const names = facts.assignments.map(({ assignment }) => assignment.name)
      assert.deepEqual(names.toSorted(), [A.principalId, 'above', last, 'own'].toSorted())
    })

  roleTest('facts of one tenant hold nothing of the other', async (store) => {
    const { write, read } = store
    await group(store, B, 'inner', A.principalId)
    await write.roles.putRoleDefinition(change(), B.tenantId, ROLE)
    await write.roles.putRoleAssignment(change(), B.tenantId, { ...ASSIGNMENT, scope: '/' })
    await write.roles.putRoleAssignment(change(), B.tenantId, { ...ASSIGNMENT, name: 'g', principalId: 'inner' })
    await write.roles.putDenyAssignment(change(), B.tenantId, DENY)
    assert.deepEqual(await read.roles.readAccessFacts(A.tenantId, A.principalId), {
      principalId: A.principalId,
      groupIds: [],
      assignments: [],
      denyAssignments: [],
    })
    await write.roles.putRoleAssignment(change(), A.tenantId, ASSIGNMENT)
    const { assignments } = await read.roles.readAccessFacts(A.tenantId, A.principalId)
    assert.deepEqual(assignments, [{ assignment: ASSIGNMENT, role: undefined, createdAt: STAMP.createdAt }])
    assert.deepEqual(await read.roles.listRoleDefinitions(A.tenantId), [])
    assert.equal((await read.roles.listRoleAssignments(A.tenantId)).length, 1)
    assert.equal(await read.roles.readRoleAssignment(A.tenantId, 'g'), undefined)
    const gone = { type: 'missing' }
    assert.deepEqual(await write.roles.deleteRoleAssignment(change(), A.tenantId, 'g'), gone)
    assert.deepEqual(await write.roles.deleteRoleDefinition(change(), A.tenantId, ROLE.name), gone)
    assert.equal(await write.roles.deleteDenyAssignment(change(), A.tenantId, DENY.name), undefined)
  })

  roleTest('assignments outlive their principal', async ({ read, write }) => {
    await write.roles.putRoleAssignment(change(), A.tenantId, ASSIGNMENT)
    await write.directory.deleteApplication(change(), A.tenantId, A.applicationObjectId)
    assert.deepEqual(await read.roles.listRoleAssignments(A.tenantId), [{ ...ASSIGNMENT, stamp: STAMP }])
    assert.equal(await read.roles.readPrincipalType(A.tenantId, A.principalId), undefined)
  })

  roleTest('the kind of a principal is found in its own tenant', async (store) => {
    await group(store, A, 'group')
    await store.write.directory.createUser(change(), {
      objectId: 'user',
      tenantId: A.tenantId,
      userPrincipalName: 'ada@contoso.test',
      displayName: 'Ada',
      accountEnabled: true,
      createdAt: AT,
      facts: {},
    })
    const readPrincipalType = (tenantId: string, id: string) => store.read.roles.readPrincipalType(tenantId, id)
    assert.equal(await readPrincipalType(A.tenantId, A.principalId), 'ServicePrincipal')
    assert.equal(await readPrincipalType(A.tenantId, 'group'), 'Group')
    assert.equal(await readPrincipalType(A.tenantId, 'user'), 'User')
    assert.equal(await readPrincipalType(B.tenantId, 'user'), undefined)
    assert.equal(await readPrincipalType(A.tenantId, B.principalId), undefined)
    assert.equal(await readPrincipalType(A.tenantId, A.applicationObjectId), undefined)
  })

  roleTest('a change moves the epoch of its tenant and is audited, an unchanged put does neither', async (store) => {
    const { roles } = store.write
    const changes: [string, () => Promise<unknown>][] = [
      ['roleDefinitions/write', () => roles.putRoleDefinition(change(), A.tenantId, ROLE)],
      ['roleAssignments/write', () => roles.putRoleAssignment(change(), A.tenantId, ASSIGNMENT)],
      ['denyAssignments/write', () => roles.putDenyAssignment(change(), A.tenantId, DENY)],
      ['roleAssignments/delete', () => roles.deleteRoleAssignment(change(), A.tenantId, ASSIGNMENT.name)],
      ['denyAssignments/delete', () => roles.deleteDenyAssignment(change(), A.tenantId, DENY.name)],
      ['roleDefinitions/delete', () => roles.deleteRoleDefinition(change(), A.tenantId, ROLE.name)],
    ]
    const other = await store.read.directory.readEpoch(B.tenantId)
    for (const [operation, run] of changes) {
      const before = (await store.read.directory.readEpoch(A.tenantId)) ?? 0
      await run()
      assert.equal(await store.read.directory.readEpoch(A.tenantId), before + 1, operation)
      const [entry] = await store.read.audit.listAudit(A.tenantId, 1)
      assert.equal(entry?.operation, `Microsoft.Authorization/${operation}`)
    }
    await roles.putRoleAssignment(change(), A.tenantId, ASSIGNMENT)
    const before = await store.read.directory.readEpoch(A.tenantId)
    await roles.putRoleAssignment(change(), A.tenantId, ASSIGNMENT)
    await roles.putRoleAssignment(change(), A.tenantId, { ...ASSIGNMENT, scope: '/' })
    assert.equal(await store.read.directory.readEpoch(A.tenantId), before)
    assert.equal(await store.read.directory.readEpoch(B.tenantId), other)
  })
}
