// Every directory store passes this suite: a change that would leave nobody who holds one of the roles to keep at the root of the tenant
// and could sign in is told so, and changes nothing. Tenant B has an administrator throughout, who never counts for A.

import assert from 'node:assert/strict'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../access/built-in-roles.ts'
import { A, AT, B, change, type DirectoryStore, storeTests, type TenantFixture } from './two-tenants.fixture.ts'

const KEEP = [OWNER.name, POSTERN_ADMINISTRATOR.name]
const id = (kind: number) => `dddddddd-000${kind}-4000-8000-000000000000`
const [OUTER, INNER, USER, SECOND] = [id(1), id(2), id(3), id(4)] as const
const SECOND_APPLICATION = { objectId: id(5), applicationId: id(6) }

/** Each would take A's principal, or the way by which it holds its role. */
const TAKINGS = {
  'delete the application': ({ write }: DirectoryStore, keepOne = KEEP) =>
    write.directory.deleteApplication(change(), A.tenantId, A.applicationObjectId, keepOne),
  'delete the principal': ({ write }: DirectoryStore, keepOne = KEEP) =>
    write.directory.deleteServicePrincipal(change(), A.tenantId, A.principalId, keepOne),
  'disable the principal': ({ write }: DirectoryStore, keepOne = KEEP) =>
    write.directory.updateServicePrincipal(change(), A.tenantId, A.principalId, { accountEnabled: false }, keepOne),
  'remove the member': ({ write }: DirectoryStore, keepOne = KEEP) =>
    write.directory.removeMember(change(), A.tenantId, INNER, A.principalId, keepOne),
  'remove the group from the group': ({ write }: DirectoryStore, keepOne = KEEP) =>
    write.directory.removeMember(change(), A.tenantId, OUTER, INNER, keepOne),
  'delete the inner group': ({ write }: DirectoryStore, keepOne = KEEP) =>
    write.directory.deleteGroup(change(), A.tenantId, INNER, keepOne),
  'delete the outer group': ({ write }: DirectoryStore, keepOne = KEEP) =>
    write.directory.deleteGroup(change(), A.tenantId, OUTER, keepOne),
}
type Taking = keyof typeof TAKINGS
const ALL = Object.keys(TAKINGS) as Taking[]
const OF_THE_PRINCIPAL = ALL.slice(0, 3)

async function assign(
  { write }: DirectoryStore,
  principalId: string,
  { tenant = A, role = OWNER.name, scope = '/' }: { tenant?: TenantFixture; role?: string; scope?: string } = {},
): Promise<void> {
  await write.roles.putRoleAssignment(change(), tenant.tenantId, {
    name: `${principalId}-${scope.length}`,
    scope,
    roleDefinitionName: role,
    principalId,
    principalType: 'ServicePrincipal',
  })
}

/** Groups in a circle, the principal in the inner one. */
async function nestGroups({ write }: DirectoryStore): Promise<void> {
  const { tenantId } = A
  for (const objectId of [OUTER, INNER])
    await write.directory.createGroup(change(), { objectId, tenantId, displayName: objectId })
  for (const [group, member] of [
    [OUTER, INNER],
    [INNER, OUTER],
    [INNER, A.principalId],
  ] as const)
    await write.directory.addMember(change(), tenantId, group, member)
}

async function createSecond(
  { write }: DirectoryStore,
  { accountEnabled = true, disabled = false }: { accountEnabled?: boolean; disabled?: boolean } = {},
): Promise<void> {
  const application = { ...SECOND_APPLICATION, tenantId: A.tenantId, displayName: 'Second', createdAt: AT }
  await write.directory.createApplication(change(), { ...application, disabled })
  const { applicationId, tenantId, displayName } = application
  await write.directory.createServicePrincipal(change(), {
    objectId: SECOND,
    applicationId,
    tenantId,
    displayName,
    accountEnabled,
  })
}

async function createUser({ write }: DirectoryStore): Promise<void> {
  await write.directory.createUser(change(), {
    objectId: USER,
    tenantId: A.tenantId,
    userPrincipalName: 'ada@contoso.example',
    displayName: 'Ada',
    accountEnabled: true,
    createdAt: AT,
    facts: {},
  })
}

/** Who holds what beside the principal of A, which is in the groups, and which changes are told `last` then. */
const cases: readonly [string, (store: DirectoryStore) => Promise<void>, readonly Taking[]][] = [
  ['the principal itself', (store) => assign(store, A.principalId), OF_THE_PRINCIPAL],
  ['the group it is in, through another', (store) => assign(store, OUTER), ALL],
  [
    'the principal itself, and the group',
    async (store) => {
      await assign(store, A.principalId)
      await assign(store, OUTER)
    },
    OF_THE_PRINCIPAL,
  ],
  [
    'another principal, under another of the roles',
    async (store) => {
      await createSecond(store)
      await assign(store, OUTER)
      await assign(store, SECOND, { role: POSTERN_ADMINISTRATOR.name })
    },
    [],
  ],
  [
    'another principal, in the same group',
    async (store) => {
      await createSecond(store)
      await assign(store, INNER)
      await store.write.directory.addMember(change(), A.tenantId, INNER, SECOND)
    },
    ['delete the inner group'],
  ],
  [
    'a disabled principal',
    async (store) => {
      await createSecond(store, { accountEnabled: false })
      await assign(store, SECOND)
      await assign(store, OUTER)
    },
    ALL,
  ],
  [
    'a principal of a disabled application',
    async (store) => {
      await createSecond(store, { disabled: true })
      await assign(store, SECOND)
      await assign(store, OUTER)
    },
    ALL,
  ],
  [
    'a user, who cannot sign in, somebody who is gone, and somebody of another tenant',
    async (store) => {
      await createUser(store)
      for (const principalId of [USER, 'gone', B.principalId]) await assign(store, principalId)
      await assign(store, OUTER)
    },
    ALL,
  ],
  [
    'another principal, with another role and on another scope',
    async (store) => {
      await createSecond(store)
      await assign(store, SECOND, { role: READER.name })
      await assign(store, SECOND, { scope: A.resourceGroupId })
      await assign(store, OUTER)
    },
    ALL,
  ],
  ['nobody', (store) => assign(store, OUTER, { role: READER.name }), []],
]

/** `open` gives an empty store. */
export function describeDirectoryAdministrators(name: string, open: () => Promise<DirectoryStore>): void {
  const directoryTest = storeTests(name, open)
  for (const [held, prepare, refused] of cases)
    for (const taking of ALL)
      directoryTest(`${taking}, the roles held by ${held}`, async (store) => {
        await assign(store, B.principalId, { tenant: B })
        await nestGroups(store)
        await prepare(store)
        const before = await stateOf(store)
        const { type } = await TAKINGS[taking](store)
        assert.equal(type === 'last', refused.includes(taking))
        assert.equal(JSON.stringify(await stateOf(store)) === JSON.stringify(before), type === 'last')
      })

  for (const taking of ALL)
    directoryTest(`${taking}, without roles to keep`, async (store) => {
      await nestGroups(store)
      await assign(store, OUTER)
      const { type } = await TAKINGS[taking](store, [])
      assert.equal(type, taking === 'disable the principal' ? 'updated' : 'removed')
    })

  directoryTest('a last holder may be changed otherwise, and what is not there is missing', async (store) => {
    await assign(store, A.principalId)
    const { directory } = store.write
    const update = (changes: object) =>
      directory.updateServicePrincipal(change(), A.tenantId, A.principalId, changes, KEEP)
    assert.deepEqual(await update({ displayName: 'New', accountEnabled: true }), { type: 'updated' })
    for (const remove of [directory.deleteApplication, directory.deleteServicePrincipal, directory.deleteGroup])
      assert.deepEqual(await remove(change(), A.tenantId, 'nobody', KEEP), { type: 'missing' })
    assert.deepEqual(await directory.removeMember(change(), A.tenantId, OUTER, A.principalId, KEEP), {
      type: 'missing',
    })
  })
}

async function stateOf({ read }: DirectoryStore): Promise<unknown> {
  return [await read.directory.readEpoch(A.tenantId), await read.audit.listAudit(A.tenantId, 1000)]
}
