// Every directory store passes this suite: credentials of all kinds, service principals, groups, users, owners, pages. Two tenants are
// always there, and what is asked of one never answers for the other.

import assert from 'node:assert/strict'
import type { FederatedCredential, KeyCredential, NewApplication, User } from './directory.ts'
import { A, AT, B, change, type DirectoryStore, storeTests, type TenantFixture } from './two-tenants.fixture.ts'

const id = (kind: number, index = 0) => `dddddddd-000${kind}-4000-8000-${String(index).padStart(12, '0')}`

const APPLICATION: NewApplication = {
  objectId: id(1),
  applicationId: id(2),
  tenantId: A.tenantId,
  displayName: 'Scanner',
  disabled: false,
  createdAt: AT,
  identifierUris: ['api://Scanner', 'https://scanner.example'],
  facts: { tags: ['x'], web: { redirectUris: [] } },
}
const KEY: KeyCredential = {
  keyId: id(3),
  displayName: 'CN=x',
  customKeyIdentifier: 'ABC',
  startAt: AT,
  endAt: AT + 1000,
  certificate: new Uint8Array([1, 2, 3]),
}
const TRUST: FederatedCredential = {
  credentialId: id(4),
  name: 'Pipeline',
  issuer: 'https://issuer.example',
  subject: 'repo',
  audience: 'api://exchange',
  description: 'ours',
}
const USER: User = {
  objectId: id(5),
  tenantId: A.tenantId,
  userPrincipalName: 'Ada@contoso.example',
  displayName: 'Ada',
  accountEnabled: true,
  createdAt: AT,
  facts: { mail: 'ada@contoso.example' },
}

/** `open` gives an empty store. */
export function describeDirectoryObjects(name: string, open: () => Promise<DirectoryStore>): void {
  const directoryTest = storeTests(name, open)
  const group = ({ write }: DirectoryStore, objectId: string, tenant: TenantFixture = A) =>
    write.directory.createGroup(change(), { objectId, tenantId: tenant.tenantId, displayName: objectId })

  directoryTest('an application comes back as it was made, and as it was changed', async ({ read, write }) => {
    const { directory } = write
    const made = { ...APPLICATION, keyCredentials: [KEY] }
    assert.deepEqual(await directory.createApplication(change(), made), { type: 'created' })
    assert.deepEqual(await read.directory.readApplication(A.tenantId, id(1)), { ...made, passwordCredentials: [] })
    const update = { displayName: 'New', identifierUris: [], keyCredentials: [], facts: { notes: 'y' } }
    const outcome = await directory.updateApplication(change(), A.tenantId, id(1), update)
    assert.deepEqual(outcome, { type: 'updated' })
    const changed = { ...made, ...update, passwordCredentials: [] }
    assert.deepEqual(await read.directory.findApplication(A.tenantId, id(2)), changed)
    assert.deepEqual(await directory.updateApplication(change(), A.tenantId, id(1), {}), { type: 'updated' })
    assert.deepEqual(await read.directory.readApplication(A.tenantId, id(1)), changed)
    assert.deepEqual(await directory.updateApplication(change(), B.tenantId, id(1), update), { type: 'missing' })
  })

  directoryTest('an identifier URI is one application’s, without regard to case, in its tenant', async ({ write }) => {
    const { directory } = write
    await directory.createApplication(change(), APPLICATION)
    const twin = { ...APPLICATION, objectId: id(1, 1), applicationId: id(2, 1), identifierUris: ['API://scanner'] }
    const taken = { type: 'identifier taken', uri: 'API://scanner' }
    assert.deepEqual(await directory.createApplication(change(), twin), taken)
    await directory.createApplication(change(), { ...twin, identifierUris: [] })
    const { identifierUris } = twin
    assert.deepEqual(await directory.updateApplication(change(), A.tenantId, id(1, 1), { identifierUris }), taken)
    assert.deepEqual(await directory.updateApplication(change(), A.tenantId, id(1), { identifierUris }), {
      type: 'updated',
    })
    const inB = { ...twin, objectId: id(1, 2), applicationId: id(2, 2), tenantId: B.tenantId }
    assert.deepEqual(await directory.createApplication(change(), inB), { type: 'created' })
  })

  directoryTest('certificates and trust are what an assertion rests on, a principal’s included', async (store) => {
    const { read, write } = store
    const { directory } = write
    const put = (credential: FederatedCredential, objectId = A.applicationObjectId, tenantId = A.tenantId) =>
      directory.putFederatedCredential(change(), tenantId, objectId, credential)
    await directory.updateApplication(change(), A.tenantId, A.applicationObjectId, { keyCredentials: [KEY] })
    const own = { ...KEY, keyId: id(3, 1), endAt: AT + 5 }
    await directory.updateServicePrincipal(change(), A.tenantId, A.principalId, { keyCredentials: [own] })
    assert.deepEqual(await put(TRUST), { type: 'created' })
    const { certificates, federated } = await read.directory.readAssertionKeys(A.tenantId, A.applicationId)
    assert.deepEqual(
      certificates.map(({ keyId, certificate, startAt, endAt }) => [keyId, [...certificate], startAt, endAt]),
      [
        [KEY.keyId, [1, 2, 3], AT, AT + 1000],
        [own.keyId, [1, 2, 3], AT, AT + 5],
      ],
    )
    assert.deepEqual(federated, [TRUST])
    const none = { certificates: [], federated: [] }
    assert.deepEqual(await read.directory.readAssertionKeys(B.tenantId, A.applicationId), none)
    assert.deepEqual(await read.directory.readAssertionKeys(B.tenantId, B.applicationId), none)
    assert.deepEqual((await read.directory.readApplication(A.tenantId, A.applicationObjectId))?.keyCredentials, [KEY])
    assert.deepEqual((await read.directory.readServicePrincipal(A.tenantId, A.principalId))?.keyCredentials, [own])
    assert.deepEqual(await put(TRUST, B.applicationObjectId), { type: 'missing' })
    await directory.deleteServicePrincipal(change(), A.tenantId, A.principalId)
    const left = await read.directory.readAssertionKeys(A.tenantId, A.applicationId)
    assert.deepEqual([left.certificates.map(({ keyId }) => keyId), left.federated.length], [[KEY.keyId], 1])
  })

  directoryTest(
    'a federated credential is changed by its id and clashes by name and by subject',
    async ({ read, write }) => {
      const { directory } = write
      const put = async (credential: FederatedCredential, { tenantId, applicationObjectId } = A) =>
        (await directory.putFederatedCredential(change(), tenantId, applicationObjectId, credential)).type
      assert.equal(await put(TRUST), 'created')
      const changed = { ...TRUST, subject: 'other', audience: 'b', description: '' }
      assert.equal(await put(changed), 'updated')
      const second = { ...TRUST, credentialId: id(4, 1) }
      assert.equal(await put({ ...second, name: 'PIPELINE' }), 'name taken')
      assert.equal(await put({ ...second, name: 'second', subject: 'other' }), 'subject taken')
      assert.equal(await put({ ...second, name: 'second' }), 'created')
      assert.equal(await put(TRUST, B), 'created', 'ids of another application are its own')
      const list = (tenant: TenantFixture) =>
        read.directory.listFederatedCredentials(tenant.tenantId, tenant.applicationObjectId)
      assert.deepEqual(await list(A), [changed, { ...second, name: 'second' }])
      const remove = (tenantId: string) =>
        directory.deleteFederatedCredential(change(), tenantId, A.applicationObjectId, TRUST.credentialId)
      assert.deepEqual(
        [await remove(B.tenantId), await remove(A.tenantId), await remove(A.tenantId)],
        [false, true, false],
      )
      assert.deepEqual([(await list(A)).length, (await list(B)).length], [1, 1])
    },
  )

  directoryTest('a secret of the service principal is the principal’s, and a login’s', async ({ read, write }) => {
    const secret = { keyId: id(6), displayName: '', hint: 'abc', startAt: AT, endAt: AT + 1, hash: new Uint8Array([1]) }
    const password = { ...secret, servicePrincipalId: A.principalId }
    await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, password)
    const { hash: _, ...shown } = secret
    const principal = await read.directory.readServicePrincipal(A.tenantId, A.principalId)
    assert.deepEqual(principal?.passwordCredentials, [shown])
    assert.deepEqual((await read.directory.readApplication(A.tenantId, A.applicationObjectId))?.passwordCredentials, [])
    assert.equal((await read.directory.readLogin(A.tenantId, A.applicationId))?.secrets.length, 1)
    await write.directory.deleteServicePrincipal(change(), A.tenantId, A.principalId)
    assert.deepEqual((await read.directory.readLogin(A.tenantId, A.applicationId))?.secrets, [])
  })

  directoryTest('one service principal for an application of its tenant', async ({ read, write }) => {
    const { directory } = write
    const principal = {
      objectId: id(7),
      applicationId: A.applicationId,
      tenantId: A.tenantId,
      displayName: 'P',
      accountEnabled: true,
      createdAt: AT,
      facts: { tags: ['x'] },
    }
    const typeOf = async (changes: object) =>
      (await directory.createServicePrincipal(change(), { ...principal, ...changes })).type
    assert.equal(await typeOf({}), 'exists')
    assert.equal(await typeOf({ applicationId: B.applicationId }), 'no application')
    assert.deepEqual(await directory.deleteServicePrincipal(change(), B.tenantId, A.principalId), { type: 'missing' })
    assert.deepEqual(await directory.deleteServicePrincipal(change(), A.tenantId, A.principalId), { type: 'removed' })
    assert.equal(await typeOf({}), 'created')
    const stored = await read.directory.findServicePrincipal(A.tenantId, A.applicationId)
    assert.deepEqual(stored, {
      ...principal,
      applicationObjectId: A.applicationObjectId,
      applicationDisplayName: 'Printer',
      identifierUris: [],
      keyCredentials: [],
      passwordCredentials: [],
    })
    const update = { displayName: 'Q', accountEnabled: false, facts: {} }
    assert.deepEqual(await directory.updateServicePrincipal(change(), B.tenantId, id(7), update), { type: 'missing' })
    assert.deepEqual(await directory.updateServicePrincipal(change(), A.tenantId, id(7), update), { type: 'updated' })
    assert.deepEqual(await read.directory.readServicePrincipal(A.tenantId, id(7)), { ...stored, ...update })
  })

  directoryTest('a user comes back as it was made; its name is unique in the tenant', async ({ read, write }) => {
    const { directory } = write
    assert.deepEqual(await directory.createUser(change(), USER), { type: 'created' })
    const twin = { ...USER, objectId: id(5, 1), userPrincipalName: 'ADA@contoso.example' }
    assert.deepEqual(await directory.createUser(change(), twin), { type: 'name taken' })
    assert.deepEqual(await directory.createUser(change(), { ...twin, tenantId: B.tenantId }), { type: 'created' })
    assert.deepEqual(await read.directory.findUser(A.tenantId, 'ada@CONTOSO.example'), USER)
    const third = { ...USER, objectId: id(5, 2), userPrincipalName: 'Bob@contoso.example' }
    await directory.createUser(change(), third)
    const rename = { userPrincipalName: 'ada@contoso.example' }
    const update = (objectId: string, changes: object, tenantId = A.tenantId) =>
      directory.updateUser(change(), tenantId, objectId, changes)
    assert.deepEqual(await update(third.objectId, rename), { type: 'name taken' })
    assert.deepEqual(await update(USER.objectId, { ...rename, accountEnabled: false }), { type: 'updated' })
    assert.deepEqual(await update(USER.objectId, {}, B.tenantId), { type: 'missing' })
    const changed = { ...USER, ...rename, accountEnabled: false }
    assert.deepEqual(await read.directory.readUser(A.tenantId, USER.objectId), changed)
    assert.equal(await read.roles.readPrincipalType(A.tenantId, USER.objectId), 'User')
    assert.equal(await directory.deleteUser(change(), B.tenantId, USER.objectId), false)
    assert.equal(await directory.deleteUser(change(), A.tenantId, USER.objectId), true)
    assert.equal(await read.directory.readUser(A.tenantId, USER.objectId), undefined)
  })

  directoryTest('groups in a circle: everybody once, each tenant its own', async (store) => {
    const { read, write } = store
    const ring = [id(8, 1), id(8, 2), id(8, 3)] as const
    for (const one of ring) await group(store, one)
    const add = (to: string, member: string) => write.directory.addMember(change(), A.tenantId, to, member)
    for (const [index, one] of ring.entries()) assert.equal(await add(one, ring[(index + 1) % 3] ?? ''), true)
    assert.deepEqual([await add(ring[2], A.principalId), await add(ring[2], A.principalId)], [true, false])
    const { directory } = read
    const all = [...ring, A.principalId].toSorted()
    assert.deepEqual(await directory.listMembers(A.tenantId, ring[0], 'transitive'), all)
    assert.deepEqual(await directory.listMembers(A.tenantId, ring[0], 'direct'), [ring[1]])
    assert.deepEqual(await directory.listMemberOf(A.tenantId, A.principalId, 'transitive'), [...ring])
    assert.deepEqual(await directory.listMemberOf(A.tenantId, A.principalId, 'direct'), [ring[2]])
    for (const depth of ['direct', 'transitive'] as const) {
      assert.deepEqual(await directory.listMembers(B.tenantId, ring[0], depth), [])
      assert.deepEqual(await directory.listMemberOf(B.tenantId, A.principalId, depth), [])
    }
  })

  directoryTest('a group is changed and deleted; memberships and ownerships end with it', async (store) => {
    const { read, write } = store
    const { directory } = write
    const [one, other] = [id(8, 1), id(8, 2)]
    await group(store, one)
    await group(store, other)
    await directory.addMember(change(), A.tenantId, other, one)
    await directory.addOwner(change(), A.tenantId, one, A.principalId)
    const update = { displayName: 'New', facts: { description: 'x' } }
    assert.equal(await directory.updateGroup(change(), B.tenantId, one, update), false)
    assert.equal(await directory.updateGroup(change(), A.tenantId, one, update), true)
    assert.deepEqual(await read.directory.readGroup(A.tenantId, one), {
      objectId: one,
      tenantId: A.tenantId,
      ...update,
    })
    assert.deepEqual(await directory.deleteGroup(change(), B.tenantId, one), { type: 'missing' })
    assert.deepEqual(await directory.deleteGroup(change(), A.tenantId, one), { type: 'removed' })
    assert.deepEqual(await read.directory.listMembers(A.tenantId, other, 'direct'), [])
    assert.deepEqual(await read.directory.listOwned(A.tenantId, A.principalId), [])
  })

  directoryTest('owners are added once and removed once', async ({ read, write }) => {
    const { directory } = write
    const owned = A.applicationObjectId
    const add = () => directory.addOwner(change(), A.tenantId, owned, A.principalId)
    const remove = () => directory.removeOwner(change(), A.tenantId, owned, A.principalId)
    assert.deepEqual([await add(), await add()], [true, false])
    assert.deepEqual(await read.directory.listOwners(A.tenantId, owned), [A.principalId])
    assert.deepEqual(await read.directory.listOwned(A.tenantId, A.principalId), [owned])
    assert.deepEqual(await read.directory.listOwners(B.tenantId, owned), [])
    assert.deepEqual([await remove(), await remove()], [true, false])
    await add()
    await directory.deleteApplication(change(), A.tenantId, owned)
    assert.deepEqual(await read.directory.listOwners(A.tenantId, owned), [])
  })

  directoryTest('objects of all kinds by their ids, in that order, of one tenant', async (store) => {
    const { read, write } = store
    await group(store, id(8))
    await write.directory.createUser(change(), USER)
    const ids = [USER.objectId, 'nobody', A.principalId, B.principalId, id(8), A.applicationObjectId]
    const found = await read.directory.readObjects(A.tenantId, ids)
    assert.deepEqual(
      found.map(({ type, object }) => [type, object.objectId]),
      [
        ['user', USER.objectId],
        ['servicePrincipal', A.principalId],
        ['group', id(8)],
        ['application', A.applicationObjectId],
      ],
    )
  })

  directoryTest('lists come in pages by object id, each object with what is its own', async (store) => {
    const { read, write } = store
    const { directory } = write
    for (let index = 1; index <= 5; index += 1) {
      const keyCredentials = [{ ...KEY, keyId: id(3, index) }]
      const ids = { objectId: id(1, index), applicationId: id(2, index) }
      const identifierUris = [`api://${index}`]
      await directory.createApplication(change(), { ...APPLICATION, ...ids, identifierUris, keyCredentials })
      const principal = { ...ids, objectId: id(7, index), tenantId: A.tenantId, displayName: 'P', accountEnabled: true }
      await directory.createServicePrincipal(change(), principal)
      await directory.createUser(change(), {
        ...USER,
        objectId: id(5, index),
        userPrincipalName: `u${index}@x.example`,
      })
      await group(store, id(8, index))
    }
    const lists = {
      applications: [read.directory.listApplications, 1],
      servicePrincipals: [read.directory.listServicePrincipals, 7],
      users: [read.directory.listUsers, 5],
      groups: [read.directory.listGroups, 8],
    } as const
    for (const [title, [list, kind]] of Object.entries(lists)) {
      const idsAfter = async (after: string) =>
        (await list(A.tenantId, { after, limit: 2 })).map(({ objectId }) => objectId)
      assert.deepEqual(await idsAfter(id(kind, 1)), [id(kind, 2), id(kind, 3)], title)
      assert.deepEqual(await idsAfter(id(kind, 4)), [id(kind, 5)], title)
      assert.deepEqual(await idsAfter(id(kind, 5)), [], title)
      assert((await list(A.tenantId)).length >= 5, title)
      assert(
        (await list(B.tenantId)).every((one) => one.tenantId === B.tenantId),
        title,
      )
    }
    for (const [index, one] of (await read.directory.listApplications(A.tenantId, { after: id(1) })).entries()) {
      assert.deepEqual(one.identifierUris, [`api://${index + 1}`])
      assert.deepEqual(
        one.keyCredentials.map(({ keyId }) => keyId),
        [id(3, index + 1)],
      )
    }
  })

  directoryTest('lists are narrowed to those with a text in a name, in pages as well', async (store) => {
    const { read, write } = store
    const { directory } = write
    for (const [index, displayName] of ['Kopierer Süd', 'Fax 100%', 'KOPIERER Nord'].entries()) {
      const ids = { objectId: id(1, index + 1), applicationId: id(2, index + 1), displayName }
      await directory.createApplication(change(), { ...APPLICATION, ...ids, identifierUris: [] })
      const principal = { ...ids, objectId: id(7, index + 1), tenantId: A.tenantId, accountEnabled: true }
      await directory.createServicePrincipal(change(), principal)
      const userPrincipalName = `u${index}@kopierer.example`
      await directory.createUser(change(), { ...USER, objectId: id(5, index + 1), displayName, userPrincipalName })
      await directory.createGroup(change(), { objectId: id(8, index + 1), tenantId: A.tenantId, displayName })
    }
    const { listApplications, listServicePrincipals, listUsers, listGroups } = read.directory
    const lists = { listApplications, listServicePrincipals, listGroups, listUsers }
    for (const [title, list] of Object.entries(lists)) {
      const names = async (namePart: string, after = '') =>
        (await list(A.tenantId, { namePart, after, limit: 10 })).map(({ displayName }) => displayName)
      assert.deepEqual(await names('erer no'), ['KOPIERER Nord'], title)
      assert.deepEqual(await names('kopierer süd'), ['Kopierer Süd'])
      assert.deepEqual(await names('FAX 100%'), ['Fax 100%'])
      assert.deepEqual(await names('nothing'), [])
      const [first] = await list(A.tenantId, { namePart: 'erer', limit: 1 })
      assert.equal(first?.displayName, 'Kopierer Süd')
      assert.equal((await names('erer', first.objectId)).at(-1), 'KOPIERER Nord')
    }
    assert.equal((await listUsers(A.tenantId, { namePart: 'U1@KOP' }))[0]?.displayName, 'Fax 100%')
  })

  directoryTest(
    'every change is logged with what was there before and after, without octets',
    async ({ read, write }) => {
      const { directory } = write
      await directory.createApplication(change(), { ...APPLICATION, keyCredentials: [KEY] })
      await directory.updateApplication(change(AT + 1), A.tenantId, id(1), { keyCredentials: [] })
      await directory.deleteApplication(change(AT + 2), A.tenantId, id(1))
      const entries = await read.audit.listAudit(A.tenantId, 3)
      const states = entries.map(({ operation, before, after }) => {
        const states = [before, after] as readonly ({ readonly keyCredentials?: readonly object[] } | undefined)[]
        const keys = states.map((state) => state?.keyCredentials)
        return [operation.slice('Microsoft.Directory/'.length), ...keys.map((one) => one?.length)]
      })
      assert.deepEqual(states, [
        ['applications/delete', 0, undefined],
        ['applications/credentials/write', 1, 0],
        ['applications/write', undefined, 1],
      ])
      assert.equal(JSON.stringify(entries).includes('"certificate"'), false)
    },
  )
}
