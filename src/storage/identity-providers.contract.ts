// Every store of identity providers passes this suite: one for each tenant, and a change of it is a change of the tenant.

import assert from 'node:assert/strict'
import { A, AT, B, change, type DirectoryStore, storeTests } from './two-tenants.fixture.ts'

const ENTRA = { provider: 'entra', entra: { authority: 'public' } }
const OIDC = { provider: 'oidc', oidc: { issuer: 'https://issuer.example.test' } }

/** `open` gives an empty store. */
export function describeIdentityProviders(name: string, open: () => Promise<DirectoryStore>): void {
  const providerTest = storeTests(name, open)

  providerTest('a provider is put, replaced and deleted, and is its own tenant’s alone', async ({ read, write }) => {
    const readIdentityProvider = async (tenantId: string) =>
      (await read.directory.readIdentityProvider(tenantId)).settings
    const { putIdentityProvider, deleteIdentityProvider } = write.directory
    assert.equal(await readIdentityProvider(A.tenantId), undefined)
    assert.deepEqual(await putIdentityProvider(change(), A.tenantId, ENTRA), { type: 'created' })
    assert.deepEqual(await putIdentityProvider(change(), B.tenantId, OIDC), { type: 'created' })
    assert.deepEqual(await readIdentityProvider(A.tenantId), ENTRA)
    assert.deepEqual(await putIdentityProvider(change(), A.tenantId, OIDC), { type: 'updated' })
    assert.deepEqual(await readIdentityProvider(A.tenantId), OIDC)
    assert.equal(await deleteIdentityProvider(change(), A.tenantId), true)
    assert.equal(await deleteIdentityProvider(change(), A.tenantId), false)
    assert.equal(await readIdentityProvider(A.tenantId), undefined)
    assert.deepEqual(await read.directory.readIdentityProvider(A.tenantId), { settings: undefined, any: true })
    assert.deepEqual(await readIdentityProvider(B.tenantId), OIDC)
  })

  providerTest('each change moves the epoch of its tenant and is audited', async ({ read, write }) => {
    const epochs = () => Promise.all([A, B].map(({ tenantId }) => read.directory.readEpoch(tenantId)))
    const [before = 0, other] = await epochs()
    await write.directory.putIdentityProvider(change(AT + 1), A.tenantId, ENTRA)
    await write.directory.putIdentityProvider(change(AT + 2), A.tenantId, OIDC)
    await write.directory.deleteIdentityProvider(change(AT + 3), A.tenantId)
    await write.directory.deleteIdentityProvider(change(AT + 4), A.tenantId)
    assert.deepEqual(await epochs(), [before + 3, other])
    const target = `/providers/Postern.Mail/identityProviders/${A.tenantId}`
    const audited = await read.audit.listAudit(A.tenantId, 3)
    assert.deepEqual(
      audited.map((entry) => [entry.at, entry.operation, entry.target, entry.before, entry.after]),
      [
        [AT + 3, 'Postern.Mail/identityProviders/delete', target, OIDC, undefined],
        [AT + 2, 'Postern.Mail/identityProviders/write', target, ENTRA, OIDC],
        [AT + 1, 'Postern.Mail/identityProviders/write', target, undefined, ENTRA],
      ],
    )
  })

  providerTest('there is none for a tenant that does not exist', async ({ read, write }) => {
    await assert.rejects(write.directory.putIdentityProvider(change(), 'nobody', ENTRA))
    assert.deepEqual(await read.directory.readIdentityProvider('nobody'), { settings: undefined, any: false })
  })
}
