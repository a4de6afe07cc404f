// Every directory store passes this suite. Two tenants are always there, and what is asked of one never answers for the other.

import assert from 'node:assert/strict'
import { A, AT, B, change, type DirectoryStore, storeTests } from './two-tenants.fixture.ts'
import type { PasswordCredential } from './storage.ts'

const SECRET: PasswordCredential & { hash: Uint8Array } = {
  keyId: 'cccccccc-0000-4000-8000-000000000001',
  displayName: 'first',
  hint: 'abc',
  startAt: AT,
  endAt: AT + 1000,
  hash: new Uint8Array([1, 2, 3]),
}

/** `open` gives an empty store. */
export function describeDirectory(name: string, open: () => Promise<DirectoryStore>): void {
  const directoryTest = storeTests(name, open)
  const epochOf = async (store: DirectoryStore, tenantId: string) => {
    const epoch = await store.read.directory.readEpoch(tenantId)
    assert(epoch !== undefined)
    return epoch
  }

  directoryTest('tenants are found and listed', async ({ read }) => {
    assert.equal((await read.directory.readTenant(A.tenantId))?.displayName, 'Tenant a')
    assert.deepEqual(
      (await read.directory.listTenants()).map(({ tenantId }) => tenantId),
      [A.tenantId, B.tenantId],
    )
    assert.equal(await read.directory.readTenant('nobody'), undefined)
    assert.equal(await read.directory.readEpoch('nobody'), undefined)
  })

  directoryTest('a login is read with its service principal and every secret', async ({ read, write }) => {
    const second = { ...SECRET, keyId: 'cccccccc-0000-4000-8000-000000000002', hash: new Uint8Array([4]) }
    assert.equal(await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, SECRET), true)
    assert.equal(await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, second), true)
    const login = await read.directory.readLogin(A.tenantId, A.applicationId)
    assert.deepEqual(login?.application, { objectId: A.applicationObjectId, displayName: 'Printer', disabled: false })
    assert.deepEqual(login.servicePrincipal, { objectId: A.principalId, accountEnabled: true })
    const secrets = login.secrets.toSorted((one, other) => one.keyId.localeCompare(other.keyId))
    assert.deepEqual(
      secrets.map(({ keyId, hash, startAt, endAt }) => [keyId, [...hash], startAt, endAt]),
      [
        [SECRET.keyId, [1, 2, 3], AT, AT + 1000],
        [second.keyId, [4], AT, AT + 1000],
      ],
    )
  })

  directoryTest('a device password says that it is one, and where it is good', async ({ read, write }) => {
    const id = (last: number) => `cccccccc-0000-4000-8000-00000000000${last}`
    const bindings = [undefined, {}, { network: 'printers' }]
    for (const [index, device] of bindings.entries()) {
      const password = { ...SECRET, keyId: id(index), ...(device && { device }) }
      await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, password)
    }
    const login = await read.directory.readLogin(A.tenantId, A.applicationId)
    const application = await read.directory.readApplication(A.tenantId, A.applicationObjectId)
    for (const passwords of [login?.secrets ?? [], application?.passwordCredentials ?? []]) {
      const found = passwords.toSorted((one, other) => one.keyId.localeCompare(other.keyId))
      assert.deepEqual(
        found.map(({ device }) => device),
        bindings,
      )
    }
    assert.deepEqual((await read.directory.readLogin(B.tenantId, B.applicationId))?.secrets, [])
  })

  directoryTest('an application without secrets or principal is still a login', async ({ read, write }) => {
    const bare = { ...APPLICATION, tenantId: A.tenantId }
    await write.directory.createApplication(change(), bare)
    assert.deepEqual(await read.directory.readLogin(A.tenantId, bare.applicationId), {
      application: { objectId: bare.objectId, displayName: 'Bare', disabled: false },
      secrets: [],
    })
  })

  directoryTest('no tenant sees or changes objects of the other', async ({ read, write }) => {
    await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, SECRET)
    assert.equal(await read.directory.readLogin(B.tenantId, A.applicationId), undefined)
    assert.equal(await read.directory.readApplication(B.tenantId, A.applicationObjectId), undefined)
    assert.equal(await read.directory.findApplication(B.tenantId, A.applicationId), undefined)
    assert.equal(await read.directory.readServicePrincipal(B.tenantId, A.principalId), undefined)
    assert.equal(await read.directory.findServicePrincipal(B.tenantId, A.applicationId), undefined)
    assert.equal((await read.directory.listApplications(B.tenantId)).length, 1)
    const other = { ...SECRET, keyId: 'cccccccc-0000-4000-8000-000000000003' }
    assert.equal(await write.directory.addPassword(change(), B.tenantId, A.applicationObjectId, other), false)
    assert.equal(await write.directory.removePassword(change(), B.tenantId, A.applicationObjectId, SECRET.keyId), false)
    assert.equal(await write.directory.setApplicationDisabled(change(), B.tenantId, A.applicationObjectId, true), false)
    assert.deepEqual(await write.directory.deleteApplication(change(), B.tenantId, A.applicationObjectId), {
      type: 'missing',
    })
    assert.equal((await read.directory.readLogin(A.tenantId, A.applicationId))?.secrets.length, 1)
  })

  directoryTest('an application shows its secrets without their hashes', async ({ read, write }) => {
    await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, SECRET)
    const { hash: _, ...shown } = SECRET
    const application = await read.directory.findApplication(A.tenantId, A.applicationId)
    assert.deepEqual(application?.passwordCredentials, [shown])
    assert.deepEqual(await read.directory.readApplication(A.tenantId, A.applicationObjectId), application)
    assert.deepEqual(await read.directory.listApplications(A.tenantId), [application])
  })

  directoryTest('a removed secret is gone and cannot be removed twice', async ({ read, write }) => {
    await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, SECRET)
    const remove = () => write.directory.removePassword(change(), A.tenantId, A.applicationObjectId, SECRET.keyId)
    assert.equal(await remove(), true)
    assert.equal(await remove(), false)
    assert.deepEqual((await read.directory.readLogin(A.tenantId, A.applicationId))?.secrets, [])
  })

  directoryTest('disabling an application disables its service principal, and back', async ({ read, write }) => {
    for (const disabled of [true, false]) {
      await write.directory.setApplicationDisabled(change(), A.tenantId, A.applicationObjectId, disabled)
      const login = await read.directory.readLogin(A.tenantId, A.applicationId)
      assert.equal(login?.application.disabled, disabled)
      assert.equal(login.servicePrincipal?.accountEnabled, !disabled)
    }
    assert.equal((await read.directory.findServicePrincipal(B.tenantId, B.applicationId))?.accountEnabled, true)
  })

  directoryTest(
    'deleting an application takes its principal, secrets and memberships along',
    async ({ read, write }) => {
      const groupId = 'dddddddd-0000-4000-8000-000000000001'
      await write.directory.createGroup(change(), { objectId: groupId, tenantId: A.tenantId, displayName: 'Devices' })
      await write.directory.addMember(change(), A.tenantId, groupId, A.principalId)
      await write.directory.addPassword(change(), A.tenantId, A.applicationObjectId, SECRET)
      assert.deepEqual(await write.directory.deleteApplication(change(), A.tenantId, A.applicationObjectId), {
        type: 'removed',
      })
      assert.equal(await read.directory.readLogin(A.tenantId, A.applicationId), undefined)
      assert.equal(await read.directory.findServicePrincipal(A.tenantId, A.applicationId), undefined)
      assert.deepEqual((await read.roles.readAccessFacts(A.tenantId, A.principalId)).groupIds, [])
      assert.deepEqual(await write.directory.deleteApplication(change(), A.tenantId, A.applicationObjectId), {
        type: 'missing',
      })
      assert.notEqual(await read.directory.readLogin(B.tenantId, B.applicationId), undefined)
    },
  )

  directoryTest('a change moves the epoch of its own tenant alone, a change of nothing moves none', async (store) => {
    const { directory } = store.write
    const groupId = 'dddddddd-0000-4000-8000-000000000001'
    const changes: [string, () => Promise<unknown>][] = [
      ['createApplication', () => directory.createApplication(change(), { ...APPLICATION, tenantId: A.tenantId })],
      ['addPassword', () => directory.addPassword(change(), A.tenantId, A.applicationObjectId, SECRET)],
      ['removePassword', () => directory.removePassword(change(), A.tenantId, A.applicationObjectId, SECRET.keyId)],
      ['disable', () => directory.setApplicationDisabled(change(), A.tenantId, A.applicationObjectId, true)],
      [
        'createGroup',
        () => directory.createGroup(change(), { objectId: groupId, tenantId: A.tenantId, displayName: 'G' }),
      ],
      ['addMember', () => directory.addMember(change(), A.tenantId, groupId, A.principalId)],
      ['removeMember', () => directory.removeMember(change(), A.tenantId, groupId, A.principalId)],
      ['deleteApplication', () => directory.deleteApplication(change(), A.tenantId, A.applicationObjectId)],
    ]
    const other = await epochOf(store, B.tenantId)
    for (const [title, run] of changes) {
      const before = await epochOf(store, A.tenantId)
      await run()
      assert((await epochOf(store, A.tenantId)) > before, title)
    }
    const before = await epochOf(store, A.tenantId)
    await directory.removePassword(change(), A.tenantId, A.applicationObjectId, SECRET.keyId)
    await directory.removeMember(change(), A.tenantId, groupId, A.principalId)
    assert.equal(await epochOf(store, A.tenantId), before)
    assert.equal(await epochOf(store, B.tenantId), other)
  })

  directoryTest('every change is in the audit log of its tenant, newest first', async ({ read, write }) => {
    await write.directory.addPassword(change(AT + 1), A.tenantId, A.applicationObjectId, SECRET)
    await write.directory.removePassword(change(AT + 1), A.tenantId, A.applicationObjectId, SECRET.keyId)
    await write.directory.createGroup(change(AT + 1), { ...GROUP, tenantId: A.tenantId })
    await write.directory.setApplicationDisabled(change(AT + 2), A.tenantId, A.applicationObjectId, true)
    const secret = `${A.applicationObjectId}/${SECRET.keyId}`
    const entries = await read.audit.listAudit(A.tenantId, 4)
    assert.deepEqual(
      entries.map(({ at, operation, target }) => [at - AT, operation, target]),
      [
        [2, 'Microsoft.Directory/applications/write', A.applicationObjectId],
        [1, 'Microsoft.Directory/groups/write', GROUP.objectId],
        [1, 'Microsoft.Directory/applications/credentials/write', secret],
        [1, 'Microsoft.Directory/applications/credentials/write', secret],
      ],
    )
    const [{ at, principalId, requestId, tenantId } = assert.fail()] = entries
    assert.deepEqual({ at, principalId, requestId, tenantId }, { ...change(AT + 2), tenantId: A.tenantId })
    const other = await read.audit.listAudit(B.tenantId, 100)
    assert(other.length > 0 && other.every((entry) => entry.tenantId === B.tenantId && entry.at === AT))
  })

  directoryTest('a failing change leaves nothing behind', async (store) => {
    const before = await epochOf(store, A.tenantId)
    const audited = (await store.read.audit.listAudit(A.tenantId, 100)).length
    const twin = { ...APPLICATION, tenantId: A.tenantId, applicationId: A.applicationId }
    await assert.rejects(store.write.directory.createApplication(change(), twin))
    await assert.rejects(store.write.directory.createGroup(change(), { ...GROUP, tenantId: 'nobody' }))
    await assert.rejects(store.write.directory.addMember(change(), B.tenantId, GROUP.objectId, B.principalId))
    assert.equal(await epochOf(store, A.tenantId), before)
    assert.equal((await store.read.audit.listAudit(A.tenantId, 100)).length, audited)
  })
}

const APPLICATION = {
  objectId: 'eeeeeeee-0000-4000-8000-000000000001',
  applicationId: 'eeeeeeee-0000-4000-8000-000000000002',
  displayName: 'Bare',
  disabled: false,
  createdAt: AT,
}

const GROUP = { objectId: 'dddddddd-0000-4000-8000-000000000002', displayName: 'Nobody' }
