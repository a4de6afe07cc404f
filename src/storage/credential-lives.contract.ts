// Every store that tells the life of credentials passes this suite: what proves an application, when it was used last and by which devices,
// each tenant for itself; a use moves no epoch, and what is removed takes its uses along.

import assert from 'node:assert/strict'
import { type MailStore, mailTests, sampleOctets } from './mail-store.fixture.ts'
import { DEVICE_AGE, MOST_DEVICES } from './credentials.ts'
import type { CredentialLife, CredentialUse, DeviceQuery } from './storage.ts'
import { A, AT, B, change, type TenantFixture } from './two-tenants.fixture.ts'

const DAY = 86_400_000
const id = (tenant: TenantFixture, kind: number) => `${tenant.tenantId.slice(0, 8)}-900${kind}-4000-8000-000000000000`

const password = (keyId: string, startAt = AT) => ({
  keyId,
  displayName: 'SAP',
  hint: 'abc',
  startAt,
  endAt: AT + 365 * DAY,
  hash: sampleOctets(32, 1),
})
const certificate = (keyId: string, startAt = AT) => ({
  keyId,
  displayName: 'cert',
  customKeyIdentifier: '',
  startAt,
  endAt: AT + DAY,
  certificate: sampleOctets(50, 2),
})
const trust = (credentialId: string) => ({
  credentialId,
  name: 'Pipeline',
  issuer: 'https://issuer.example',
  subject: 'repo',
  audience: 'api://exchange',
  description: '',
})
const use = (tenant: TenantFixture, keyId: string, at: number, more: Partial<CredentialUse> = {}): CredentialUse => ({
  tenantId: tenant.tenantId,
  applicationId: tenant.applicationId,
  keyId,
  at,
  network: '192.0.2.1',
  door: 'smtp',
  ...more,
})

async function addEverything({ write: { directory } }: MailStore, tenant: TenantFixture): Promise<void> {
  const { tenantId, applicationObjectId: objectId, principalId: servicePrincipalId } = tenant
  await directory.addPassword(change(), tenantId, objectId, password(id(tenant, 1)))
  const ofPrincipal = { ...password(id(tenant, 2), AT + 1), servicePrincipalId }
  await directory.addPassword(change(), tenantId, objectId, ofPrincipal)
  const keyCredentials = [certificate(id(tenant, 3))]
  await directory.updateApplication(change(), tenantId, objectId, { keyCredentials })
  await directory.putFederatedCredential(change(), tenantId, objectId, trust(id(tenant, 4)))
}

async function lives({ read }: MailStore, tenant: TenantFixture): Promise<readonly CredentialLife[]> {
  return (await read.credentials.findCredentials(tenant.tenantId, tenant.applicationId))?.credentials ?? []
}
const uses = async (store: MailStore, tenant: TenantFixture) =>
  (await lives(store, tenant)).map(({ lastUse }) => lastUse?.at)

/** `open` gives an empty store. */
export function describeCredentialLives(name: string, open: () => Promise<MailStore>): void {
  const lifeTest = mailTests(`${name} credentials`, open)
  describeReading(lifeTest)
  describeUses(lifeTest)
  describeDevices(lifeTest)
  describeEnds(lifeTest)
}

type LifeTest = ReturnType<typeof mailTests>

function describeReading(lifeTest: LifeTest): void {
  lifeTest('every kind of credential of an application, with its times', async (store) => {
    for (const tenant of [A, B]) await addEverything(store, tenant)
    const found = await store.read.credentials.findCredentials(A.tenantId, A.applicationId)
    const times = { startAt: AT, endAt: AT + 365 * DAY }
    const secret = { kind: 'password', displayName: 'SAP', hint: 'abc' }
    assert.deepEqual(found, {
      objectId: A.applicationObjectId,
      applicationId: A.applicationId,
      displayName: 'Printer',
      usesSince: 0,
      credentials: [
        { ...secret, keyId: id(A, 1), ...times, ofServicePrincipal: false },
        { ...secret, keyId: id(A, 2), ...times, startAt: AT + 1, ofServicePrincipal: true },
        {
          kind: 'certificate',
          keyId: id(A, 3),
          displayName: 'cert',
          hint: '',
          startAt: AT,
          endAt: AT + DAY,
          ofServicePrincipal: false,
        },
        { kind: 'federated', keyId: id(A, 4), displayName: 'Pipeline', hint: '', ofServicePrincipal: false },
      ],
    })
    assert.equal(await store.read.credentials.findCredentials(B.tenantId, A.applicationId), undefined)
  })

  lifeTest('a device password is of a kind of its own', async (store) => {
    const { tenantId, applicationObjectId } = A
    const device = { ...password(id(A, 1)), device: { network: 'printers' } }
    await store.write.directory.addPassword(change(), tenantId, applicationObjectId, device)
    await store.write.directory.addPassword(change(), tenantId, applicationObjectId, password(id(A, 2)))
    await store.write.credentials.recordUses([use(A, id(A, 1), AT + 1)])
    assert.deepEqual(
      (await lives(store, A)).map(({ kind, lastUse }) => [kind, lastUse?.network]),
      [
        ['password', undefined],
        ['device-password', '192.0.2.1'],
      ],
    )
  })

  lifeTest('applications come in pages, each tenant for itself', async (store) => {
    const objectIds = ['a1', 'a2', 'a3'].map((digits) => digits.repeat(4).concat('-0001-4000-8000-000000000000'))
    for (const [index, objectId] of objectIds.entries())
      await store.write.directory.createApplication(change(), {
        objectId,
        applicationId: id(A, index + 5),
        tenantId: A.tenantId,
        displayName: 'Other',
        disabled: false,
        createdAt: AT,
      })
    const listed = async (after?: string) => {
      const page = await store.read.credentials.listCredentials(A.tenantId, { limit: 2, ...(after && { after }) })
      return page.map(({ objectId }) => objectId)
    }
    const all = [...objectIds, A.applicationObjectId].sort()
    assert.deepEqual(await listed(), all.slice(0, 2))
    assert.deepEqual(await listed(all[1]), all.slice(2))
    assert.deepEqual(await listed(all[3]), [])
  })
}

function describeUses(lifeTest: LifeTest): void {
  lifeTest('the latest use counts, in whatever order they are told, and moves no epoch', async (store) => {
    for (const tenant of [A, B]) await addEverything(store, tenant)
    const epoch = await store.read.directory.readEpoch(A.tenantId)
    const smtp = { username: 'printer' }
    await store.write.credentials.recordUses([use(A, id(A, 1), AT + 20, smtp), use(A, id(A, 2), AT + 30)])
    await store.write.credentials.recordUses([use(A, id(A, 1), AT + 10, { network: '192.0.2.2' })])
    const [first, second] = await lives(store, A)
    assert.deepEqual(first?.lastUse, { at: AT + 20, network: '192.0.2.1', door: 'smtp', username: 'printer' })
    assert.deepEqual(second?.lastUse, { at: AT + 30, network: '192.0.2.1', door: 'smtp' })
    await store.write.credentials.recordUses([use(A, id(A, 1), AT + 40, { network: '2001:db8::/64', door: 'token' })])
    const [later] = await lives(store, A)
    assert.deepEqual(later?.lastUse, { at: AT + 40, network: '2001:db8::/64', door: 'token', username: 'printer' })
    assert.equal(await store.read.directory.readEpoch(A.tenantId), epoch)
    assert.deepEqual(await uses(store, B), [undefined, undefined, undefined, undefined])
  })

  lifeTest('a certificate and a trust are known behind what they trust', async (store) => {
    await addEverything(store, A)
    const recorded = [use(A, `${id(A, 3)}.digest`, AT + 3), use(A, `${id(A, 4)}.digest`, AT + 4)]
    await store.write.credentials.recordUses(recorded)
    assert.deepEqual(await uses(store, A), [undefined, undefined, AT + 3, AT + 4])
    const keyCredentials = [certificate(id(A, 3), AT + 10)]
    await store.write.directory.updateApplication(change(), A.tenantId, A.applicationObjectId, { keyCredentials })
    assert.deepEqual(await uses(store, A), [undefined, undefined, undefined, AT + 4])
  })

  lifeTest('no use of what is not there, nor through another tenant', async (store) => {
    for (const tenant of [A, B]) await addEverything(store, tenant)
    const elsewhere = { tenantId: B.tenantId }
    await store.write.credentials.recordUses([
      use(A, id(B, 1), AT),
      use(A, 'unknown', AT),
      use(A, id(A, 1), AT, elsewhere),
      use(A, id(A, 1), AT, { applicationId: 'unknown' }),
    ])
    for (const tenant of [A, B])
      assert.deepEqual(await uses(store, tenant), [undefined, undefined, undefined, undefined])
  })

  lifeTest('a removed credential takes its uses along, the others keep theirs', async (store) => {
    await addEverything(store, A)
    const everything = [id(A, 1), id(A, 2), `${id(A, 3)}.x`, `${id(A, 4)}.x`].map((keyId) => use(A, keyId, AT + 5))
    await store.write.credentials.recordUses(everything)
    const { directory } = store.write
    await directory.removePassword(change(), A.tenantId, A.applicationObjectId, id(A, 1))
    await directory.addPassword(change(), A.tenantId, A.applicationObjectId, password(id(A, 1)))
    assert.deepEqual(await uses(store, A), [undefined, AT + 5, AT + 5, AT + 5])
    await directory.deleteFederatedCredential(change(), A.tenantId, A.applicationObjectId, id(A, 4))
    await directory.putFederatedCredential(change(), A.tenantId, A.applicationObjectId, trust(id(A, 4)))
    assert.deepEqual(await uses(store, A), [undefined, AT + 5, AT + 5, undefined])
    await directory.updateApplication(change(), A.tenantId, A.applicationObjectId, { keyCredentials: [] })
    const again = { keyCredentials: [certificate(id(A, 3), 0)] }
    await directory.updateApplication(change(), A.tenantId, A.applicationObjectId, again)
    assert.deepEqual(await uses(store, A), [undefined, AT + 5, undefined, undefined])
    await directory.deleteServicePrincipal(change(), A.tenantId, A.principalId)
    await directory.addPassword(change(), A.tenantId, A.applicationObjectId, password(id(A, 2)))
    assert.deepEqual(await uses(store, A), [undefined, undefined, undefined, undefined])
  })
}

async function devices({ read }: MailStore, more: Partial<DeviceQuery> = {}, tenant = A) {
  const { tenantId, applicationId } = tenant
  return read.credentials.listDevices({ tenantId, applicationId, since: AT, limit: 1000, ...more })
}
const seen = async (store: MailStore, more: Partial<DeviceQuery> = {}, tenant = A) =>
  (await devices(store, more, tenant)).devices.map(({ network, username, lastUsedAt }) => [
    network,
    username,
    lastUsedAt - AT,
  ])

function describeDevices(lifeTest: LifeTest): void {
  lifeTest('a device is a network and a username; its last use counts, whichever credential it used', async (store) => {
    for (const tenant of [A, B]) await addEverything(store, tenant)
    const smtp = (keyId: string, at: number, username: string, network = '192.0.2.1') =>
      use(A, keyId, AT + at, { username, network })
    await store.write.credentials.recordUses([
      smtp(id(A, 1), 30, 'Printer'),
      smtp(id(A, 1), 20, 'printer'),
      smtp(id(A, 1), 40, 'printer', '192.0.2.2'),
      smtp(id(A, 1), 10, 'fax'),
      use(A, id(A, 1), AT + 50, { door: 'token' }),
    ])
    await store.write.credentials.recordUses([smtp(id(A, 2), 60, 'printer'), smtp(id(A, 1), 5, 'fax')])
    const [fax, other, token] = [
      ['192.0.2.1', 'fax', 10],
      ['192.0.2.2', 'printer', 40],
      ['192.0.2.1', undefined, 50],
    ]
    assert.deepEqual(await seen(store), [['192.0.2.1', 'printer', 60], token, other, fax])
    assert.deepEqual(await seen(store, { keyId: id(A, 1) }), [token, other, ['192.0.2.1', 'printer', 30], fax])
    assert.deepEqual(await seen(store, { username: 'PRINTER' }), [['192.0.2.1', 'printer', 60], other])
    assert.deepEqual(await seen(store, { since: AT + 41 }), [['192.0.2.1', 'printer', 60], token])
    assert.deepEqual(await seen(store, {}, B), [])
    assert.deepEqual((await lives(store, A))[0]?.lastUse, {
      at: AT + 50,
      network: '192.0.2.1',
      door: 'token',
      username: 'printer',
    })
  })

  lifeTest('a list that is not whole says so', async (store) => {
    await addEverything(store, A)
    const from = (index: number) => use(A, id(A, 1), AT + index, { username: `fax-${index}` })
    const many = Array.from({ length: MOST_DEVICES - 1 }, (_, index) => from(index))
    await store.write.credentials.recordUses(many)
    assert.equal((await devices(store)).isComplete, true)
    assert.deepEqual(await devices(store, { limit: 1 }), {
      devices: [{ network: '192.0.2.1', username: 'fax-98', lastUsedAt: AT + 98 }],
      isComplete: false,
    })
    await store.write.credentials.recordUses([200, 201, 202].map(from))
    await store.write.credentials.recordUses([{ ...from(0), at: AT + 300 }])
    const { devices: found, isComplete } = await devices(store)
    assert.deepEqual([found.length, found[0]?.username, isComplete], [MOST_DEVICES, 'fax-0', false])
    assert.equal((await devices(store, { keyId: id(A, 2) })).isComplete, true)
  })

  lifeTest('devices go with their credential, and after a day', async (store) => {
    await addEverything(store, A)
    await store.write.credentials.recordUses([
      use(A, id(A, 1), AT + 1),
      use(A, id(A, 2), AT + 2),
      use(A, 'unknown', AT),
    ])
    const { tenantId, applicationObjectId } = A
    await store.write.directory.removePassword(change(), tenantId, applicationObjectId, id(A, 1))
    assert.deepEqual(await seen(store), [['192.0.2.1', undefined, 2]])
    const limits = { messageAge: DAY, captureCount: 1, captureSize: 1, decisionAge: DAY, decisionCount: 1 }
    const sweep = (at: number) => store.write.retention.sweep(at, { ...limits, auditAge: 400 * DAY, eventAge: DAY })
    await sweep(AT + 2 + DEVICE_AGE)
    assert.equal((await seen(store)).length, 1)
    await sweep(AT + 3 + DEVICE_AGE)
    assert.deepEqual(await seen(store), [])
    assert.deepEqual((await uses(store, A)).slice(0, 2), [AT + 2, undefined])
  })
}

function describeEnds(lifeTest: LifeTest): void {
  lifeTest('secrets are given an earlier end, never a later one; the log says so', async (store) => {
    for (const tenant of [A, B]) await addEverything(store, tenant)
    const before = await store.read.directory.readEpoch(A.tenantId)
    const end = AT + 7 * DAY
    const { tenantId, applicationObjectId } = A
    const endAll = (at: number) =>
      store.write.directory.endPasswords(change(), tenantId, applicationObjectId, [id(A, 1), id(B, 1)], at)
    await endAll(end)
    const ends = async (tenant: TenantFixture) => (await lives(store, tenant)).map(({ endAt }) => endAt)
    assert.deepEqual((await ends(A)).slice(0, 2), [end, AT + 365 * DAY])
    assert.deepEqual((await ends(B)).slice(0, 2), [AT + 365 * DAY, AT + 365 * DAY])
    assert.equal(await store.read.directory.readEpoch(tenantId), (before ?? 0) + 1)
    const [entry] = await store.read.audit.listAudit(tenantId, 1)
    assert.equal(entry?.target, `${applicationObjectId}/${id(A, 1)}`)
    const shown = { keyId: id(A, 1), displayName: 'SAP', hint: 'abc', startAt: AT }
    assert.deepEqual(entry?.before, { ...shown, endAt: AT + 365 * DAY })
    assert.deepEqual(entry?.after, { ...shown, endAt: end })
    await endAll(end + DAY)
    assert.equal((await ends(A))[0], end)
    assert.equal(await store.read.directory.readEpoch(tenantId), (before ?? 0) + 1)
  })
}
