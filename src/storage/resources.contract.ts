// Every resource store passes this suite: ids and names without regard to case, links and sender names, and walls between tenants.

import assert from 'node:assert/strict'
import { EMAIL_SERVICES, SMTP_USERNAMES } from '../resources/resource-types.ts'
import type { Resource } from '../resources/resource.ts'
import type { Change, Subscription } from './storage.ts'
import {
  A,
  B,
  change,
  communicationService,
  type DirectoryStore,
  domain,
  emailService,
  storeTests,
  senderUsername,
  smtpUsername,
  type TenantFixture,
} from './two-tenants.fixture.ts'

/** `open` gives an empty store. */
export function describeResources(name: string, open: () => Promise<DirectoryStore>): void {
  const resourceTest = storeTests(name, open)
  const put = async (store: DirectoryStore, ...resources: readonly Resource[]) => {
    for (const resource of resources)
      assert.match((await store.write.resources.putResource(change(), resource)).type, /^(?:created|updated)$/)
  }
  const standing = (store: DirectoryStore, service: Resource, localPart: string, domainName: string) =>
    store.read.resources.readSenderStanding(service.id, localPart, domainName)

  resourceTest('a resource comes back as it was put, by an id in any casing', async (store) => {
    const service = { ...communicationService(A, 'Contoso-Mail'), tags: { team: 'mail' } }
    await put(store, service)
    assert.deepEqual(await store.read.resources.readResource(service.id), service)
    assert.deepEqual(await store.read.resources.readResource(service.id.toUpperCase()), service)
    assert.deepEqual(await store.read.resources.readResource(service.id.replace('/providers', '//providers')), service)
    assert.equal(await store.read.resources.readResource(`${service.id}x`), undefined)
    assert.equal(await store.read.resources.readResource('%00'), undefined)
  })

  resourceTest('a second put updates and keeps the casing of the first', async (store) => {
    const service = communicationService(A, 'Contoso-Mail')
    const putResource = (by: Change, put: Resource) => store.write.resources.putResource(by, put)
    assert.deepEqual(await putResource(change(), service), { type: 'created' })
    const again = {
      ...service,
      id: service.id.toLowerCase(),
      name: 'contoso-mail',
      etag: 'etag-2',
      properties: { x: [1] },
    }
    assert.deepEqual(await putResource(change(), again), { type: 'updated' })
    assert.deepEqual(await store.read.resources.readResource(service.id), {
      ...service,
      etag: 'etag-2',
      properties: { x: [1] },
    })
  })

  resourceTest('communication service names are unique over the installation', async (store) => {
    await put(store, communicationService(A, 'contoso'))
    const taken = await store.write.resources.putResource(change(), communicationService(B, 'CONTOSO'))
    assert.deepEqual(taken, { type: 'name taken' })
    assert.equal(await store.read.resources.readResource(communicationService(B, 'contoso').id), undefined)
    assert.deepEqual(await store.read.resources.findCommunicationService('ConToso'), {
      id: communicationService(A, 'contoso').id,
      name: 'contoso',
      tenantId: A.tenantId,
    })
    assert.equal(await store.read.resources.findCommunicationService('fabrikam'), undefined)
  })

  resourceTest('SMTP usernames are unique over the installation and found without regard to case', async (store) => {
    await put(store, communicationService(A, 'contoso'), communicationService(B, 'fabrikam'))
    await put(store, smtpUsername(A, 'contoso', 'printer', 'Printer@contoso.test'))
    const twin = smtpUsername(B, 'fabrikam', 'other', 'PRINTER@contoso.test')
    assert.deepEqual(await store.write.resources.putResource(change(), twin), { type: 'name taken' })
    assert.deepEqual(await store.read.resources.findSmtpUsername('PRINTER@CONTOSO.TEST'), {
      service: { id: communicationService(A, 'contoso').id, name: 'contoso', tenantId: A.tenantId },
      applicationId: A.applicationId,
      tenantId: A.tenantId,
      createdAt: Date.UTC(2030, 0, 1),
    })
    assert.equal(await store.read.resources.findSmtpUsername('contoso'), undefined)
  })

  resourceTest('a name that no store can hold is nobody’s', async (store) => {
    assert.equal(await store.read.resources.findSmtpUsername('printer\0'), undefined)
    assert.equal(await store.read.resources.findCommunicationService('\0contoso'), undefined)
    assert.equal(await store.read.directory.findUser(A.tenantId, 'some\0one@contoso.test'), undefined)
  })

  resourceTest('a renamed SMTP username frees the old name', async (store) => {
    await put(store, communicationService(A, 'contoso'), smtpUsername(A, 'contoso', 'printer', 'old'))
    await put(store, smtpUsername(A, 'contoso', 'printer', 'new'))
    assert.equal(await store.read.resources.findSmtpUsername('old'), undefined)
    await put(store, smtpUsername(A, 'contoso', 'scanner', 'old'))
  })

  resourceTest('an address stands to a service by its links, its domain and its sender usernames', async (store) => {
    const linked = [domain(A, 'mail', 'contoso.test'), domain(A, 'mail', 'pending.test', 'NotStarted')]
    const service = communicationService(A, 'contoso', [
      ...linked.map(({ id }) => id.toUpperCase()),
      'no id',
      `${A.resourceGroupId}/x`,
    ])
    await put(store, emailService(A, 'mail'), ...linked, domain(A, 'mail', 'unlinked.test'), service)
    await put(store, senderUsername(A, 'mail', 'contoso.test', 'DoNotReply'))
    await put(store, senderUsername(A, 'mail', 'pending.test', 'info'))
    const cases: [string, string, 'connected' | 'not verified' | 'not linked', boolean][] = [
      ['donotreply', 'contoso.test', 'connected', true],
      ['DONOTREPLY', 'contoso.test', 'connected', true],
      ['info', 'contoso.test', 'connected', false],
      ['', 'contoso.test', 'connected', false],
      ['info', 'pending.test', 'not verified', true],
      ['donotreply', 'unlinked.test', 'not linked', false],
      ['donotreply', 'nowhere.test', 'not linked', false],
    ]
    for (const [localPart, domainName, expected, isSenderUsername] of cases)
      assert.deepEqual(
        await standing(store, service, localPart, domainName),
        { domain: expected, isSenderUsername, linkedDomains: ['contoso.test'] },
        `${localPart}@${domainName}`,
      )
  })

  resourceTest('linked domains are those of the last put, sorted', async (store) => {
    const domains = ['b.test', 'a.test', 'c.test'].map((domainName) => domain(A, 'mail', domainName))
    const service = communicationService(
      A,
      'contoso',
      domains.map(({ id }) => id),
    )
    await put(store, emailService(A, 'mail'), ...domains, service)
    assert.deepEqual((await standing(store, service, '', '')).linkedDomains, ['a.test', 'b.test', 'c.test'])
    await put(
      store,
      communicationService(
        A,
        'contoso',
        domains.slice(0, 1).map(({ id }) => id),
      ),
    )
    assert.deepEqual((await standing(store, service, '', '')).linkedDomains, ['b.test'])
  })

  resourceTest('a link to a domain of another tenant counts for nothing', async (store) => {
    const foreign = domain(B, 'mail', 'fabrikam.test')
    await put(store, emailService(B, 'mail'), foreign, senderUsername(B, 'mail', 'fabrikam.test', 'info'))
    const service = communicationService(A, 'contoso', [foreign.id])
    await put(store, service)
    assert.deepEqual(await standing(store, service, 'info', 'fabrikam.test'), {
      domain: 'not linked',
      isSenderUsername: false,
      linkedDomains: [],
    })
  })

  resourceTest('of several linked owners of one domain a verified one counts', async (store) => {
    const claims = [
      domain(A, 'mail', 'contoso.test', 'NotStarted'),
      domain(A, 'mail-2', 'contoso.test'),
      domain(A, 'mail-3', 'contoso.test'),
    ]
    await put(store, ...claims, senderUsername(A, 'mail', 'contoso.test', 'unproven'))
    const service = communicationService(
      A,
      'contoso',
      claims.map(({ id }) => id),
    )
    await put(store, service)
    assert.deepEqual(await standing(store, service, 'unproven', 'contoso.test'), {
      domain: 'connected',
      isSenderUsername: false,
      linkedDomains: ['contoso.test'],
    })
  })

  resourceTest('the domain that a service sends from is linked to it, verified, and of its tenant', async (store) => {
    const find = (service: Resource, name: string) => store.read.resources.findConnectedDomain(service.id, name)
    const own = [
      domain(A, 'mail', 'contoso.test', 'NotStarted'),
      domain(A, 'mail-2', 'contoso.test'),
      domain(A, 'mail-3', 'contoso.test'),
      domain(A, 'mail', 'unproven.test', 'NotStarted'),
    ]
    const foreign = domain(B, 'mail', 'fabrikam.test')
    await put(store, ...own, foreign, domain(A, 'mail', 'unlinked.test'))
    const links = [...own, foreign].map(({ id }) => id.toUpperCase())
    const [service, other] = [communicationService(A, 'contoso', links), communicationService(A, 'other')]
    await put(store, service, other)
    assert.deepEqual(await find({ ...service, id: service.id.toUpperCase() }, 'contoso.test'), own[1])
    for (const name of ['unproven.test', 'fabrikam.test', 'unlinked.test', 'mail.contoso.test', ''])
      assert.equal(await find(service, name), undefined, name)
    assert.equal(await find(other, 'contoso.test'), undefined)
  })

  resourceTest('resources are listed by tenant, by what they are under and by type', async (store) => {
    await put(store, communicationService(A, 'contoso'), communicationService(A, 'contoso-2'))
    await put(store, smtpUsername(A, 'contoso', 'one', 'one'), smtpUsername(A, 'contoso-2', 'two', 'two'))
    await put(store, communicationService(B, 'fabrikam'))
    const names = async (query: { tenant?: TenantFixture; under?: string; type?: string }) => {
      const { tenant = A, ...rest } = query
      const found = await store.read.resources.listResources({ tenantId: tenant.tenantId, ...rest })
      return found.map((found) => found.name).toSorted()
    }
    const contoso = communicationService(A, 'contoso').id
    assert.deepEqual(await names({}), ['contoso', 'contoso-2', 'mail-rg', 'one', 'two'])
    assert.deepEqual(await names({ tenant: B }), ['fabrikam', 'mail-rg'])
    assert.deepEqual(await names({ under: '/' }), await names({}))
    assert.deepEqual(await names({ under: contoso.toUpperCase() }), ['contoso', 'one'])
    assert.deepEqual(await names({ under: A.resourceGroupId, type: SMTP_USERNAMES.toUpperCase() }), ['one', 'two'])
    assert.deepEqual(await names({ tenant: B, under: A.resourceGroupId }), [])
    assert.deepEqual(await names({ under: 'no id' }), [])
  })

  resourceTest('deleting a resource deletes what is below it and nothing beside it', async (store) => {
    await put(store, communicationService(A, 'contoso'), communicationService(A, 'contoso-2'))
    await put(store, smtpUsername(A, 'contoso', 'one', 'one'), smtpUsername(A, 'contoso-2', 'two', 'two'))
    const deleteResource = (by: Change, id: string) => store.write.resources.deleteResource(by, id)
    assert.equal(await deleteResource(change(), communicationService(A, 'CONTOSO').id), true)
    assert.equal(await deleteResource(change(), communicationService(A, 'contoso').id), false)
    const left = await store.read.resources.listResources({ tenantId: A.tenantId })
    assert.deepEqual(left.map(({ name }) => name).toSorted(), ['contoso-2', 'mail-rg', 'two'])
    assert.equal(await store.read.resources.findSmtpUsername('one'), undefined)
  })

  resourceTest('deleting a resource group empties it, and leaves the same group of the other tenant', async (store) => {
    await put(store, emailService(A, 'mail'), domain(A, 'mail', 'contoso.test'), communicationService(B, 'fabrikam'))
    assert.equal(await store.write.resources.deleteResource(change(), A.resourceGroupId), true)
    assert.deepEqual(await store.read.resources.listResources({ tenantId: A.tenantId }), [])
    assert.equal((await store.read.resources.listResources({ tenantId: B.tenantId })).length, 2)
  })

  resourceTest('deleting a resource takes along what is assigned or denied at it and below', async (store) => {
    const service = communicationService(A, 'contoso')
    const below = smtpUsername(A, 'contoso', 'one', 'one')
    await put(store, service, communicationService(A, 'contoso-2'), below)
    const scopes = [service.id.toUpperCase(), below.id, communicationService(A, 'contoso-2').id, A.resourceGroupId, '/']
    for (const [index, scope] of scopes.entries()) {
      const assignment = { name: `assignment-${index}`, scope, roleDefinitionName: 'role', principalId: A.principalId }
      await store.write.roles.putRoleAssignment(change(), A.tenantId, {
        ...assignment,
        principalType: 'ServicePrincipal',
      })
      await store.write.roles.putDenyAssignment(change(), A.tenantId, { ...DENY, name: `deny-${index}`, scope })
    }
    await store.write.resources.deleteResource(change(), service.id)
    const assignments = await store.read.roles.listRoleAssignments(A.tenantId)
    assert.deepEqual(assignments.map(({ name }) => name).toSorted(), ['assignment-2', 'assignment-3', 'assignment-4'])
    const denials = await store.read.roles.listDenyAssignments(A.tenantId)
    assert.deepEqual(denials.map(({ name }) => name).toSorted(), ['deny-2', 'deny-3', 'deny-4'])
  })

  resourceTest('subscriptions belong to one tenant', async ({ read }) => {
    const subscription = { subscriptionId: A.subscriptionId, tenantId: A.tenantId, displayName: 'Mail' }
    assert.deepEqual(await read.resources.readSubscription(A.subscriptionId.toUpperCase()), subscription)
    assert.deepEqual(await read.resources.listSubscriptions(A.tenantId), [subscription])
    assert.equal(await read.resources.readSubscription('nothing'), undefined)
  })

  resourceTest('tags and registrations of a subscription change, and are audited', async ({ read, write }) => {
    const subscription = { subscriptionId: A.subscriptionId, tenantId: A.tenantId, displayName: 'Mail' }
    const changed = { ...subscription, tags: { a: 'b' }, unregisteredProviders: ['contoso.fax'] }
    const update = (to: Subscription) => write.resources.updateSubscription(change(), 'Contoso.Fax/change', to)
    assert.equal(await update(changed), true)
    assert.deepEqual(await read.resources.readSubscription(A.subscriptionId), changed)
    const [entry] = await read.audit.listAudit(A.tenantId, 1)
    assert.deepEqual([entry?.operation, entry?.target], ['Contoso.Fax/change', `/subscriptions/${A.subscriptionId}`])
    assert.deepEqual([entry?.before, entry?.after], [subscription, changed])
    assert.equal(await update({ ...changed, tenantId: B.tenantId }), false)
    assert.equal(await update(subscription), true)
    assert.deepEqual(await read.resources.readSubscription(A.subscriptionId), subscription)
  })

  resourceTest('resources are listed in pages, in the order of their ids', async (store) => {
    await put(store, ...['Beta', 'alpha', 'gamma'].map((name) => emailService(A, name)), emailService(B, 'other'))
    const page = async (limit?: number, after?: string) => {
      const under = A.resourceGroupId
      const window = { ...(limit === undefined ? {} : { limit }), ...(after === undefined ? {} : { after }) }
      const listed = await store.read.resources.listResources({
        tenantId: A.tenantId,
        under,
        type: EMAIL_SERVICES,
        ...window,
      })
      return listed.map(({ name }) => name)
    }
    assert.deepEqual(await page(), ['alpha', 'Beta', 'gamma'])
    assert.deepEqual(await page(2), ['alpha', 'Beta'])
    assert.deepEqual(await page(2, emailService(A, 'BETA').id), ['gamma'])
    assert.deepEqual(await page(undefined, emailService(A, 'alpha').id), ['Beta', 'gamma'])
    assert.deepEqual(await page(2, emailService(A, 'gamma').id), [])
  })

  resourceTest('sealed records go with the resource they belong to', async ({ read, write }) => {
    const seal = (recordId: string, resourceId?: string) =>
      write.sealed.putSealed({
        recordId,
        purpose: 'access-key',
        sealed: new Uint8Array([1]),
        createdAt: 1,
        ...(resourceId === undefined ? {} : { resourceId }),
      })
    const service = communicationService(A, 'contoso')
    await write.resources.putResource(change(), service)
    await seal('own', service.id)
    await seal('below', `${service.id}/smtpUsernames/x`)
    await seal('beside', `${service.id}-2`)
    await seal('alone')
    assert.equal((await read.sealed.readSealed('own'))?.resourceId, service.id.toLowerCase())
    await write.resources.deleteResource(change(), service.id)
    const left = await read.sealed.listSealed('access-key')
    assert.deepEqual(left.map(({ recordId }) => recordId).toSorted(), ['alone', 'beside'])
  })

  resourceTest('what is deleted is audited, with everything below it', async (store) => {
    await put(store, communicationService(A, 'contoso'), smtpUsername(A, 'contoso', 'fax', 'fax'))
    await store.write.resources.deleteResource(change(), communicationService(A, 'contoso').id)
    const entries = await store.read.audit.listAudit(A.tenantId, 2)
    const expected = [smtpUsername(A, 'contoso', 'fax', 'fax'), communicationService(A, 'contoso')]
    assert.deepEqual(
      entries.map(({ operation, before, after }) => [operation, before, after]),
      expected.map((before) => [`${before.type}/delete`, before, undefined]),
    )
  })

  resourceTest('an operation counts its polls, within its tenant, for a day', async ({ write, read }) => {
    const day = 24 * 60 * 60 * 1000
    const operation = {
      operationId: 'one',
      tenantId: A.tenantId,
      subscriptionId: A.subscriptionId,
      principalId: 'someone',
      resourceId: A.resourceGroupId,
      verb: 'delete' as const,
      startedAt: 1000,
    }
    const epoch = await read.directory.readEpoch(A.tenantId)
    await write.resources.createAsyncOperation(operation)
    assert.deepEqual(await write.resources.pollAsyncOperation(A.tenantId, 'one'), { ...operation, polls: 1 })
    assert.equal((await write.resources.pollAsyncOperation(A.tenantId, 'one'))?.polls, 2)
    assert.equal(await write.resources.pollAsyncOperation(B.tenantId, 'one'), undefined)
    assert.equal(await write.resources.pollAsyncOperation(A.tenantId, 'none'), undefined)
    await write.resources.createAsyncOperation({ ...operation, operationId: 'two', startedAt: 1000 + day })
    assert.equal((await write.resources.pollAsyncOperation(A.tenantId, 'one'))?.polls, 3)
    await write.resources.createAsyncOperation({ ...operation, operationId: 'three', startedAt: 1001 + day })
    assert.equal(await write.resources.pollAsyncOperation(A.tenantId, 'one'), undefined)
    assert.equal(await read.directory.readEpoch(A.tenantId), epoch)
  })

  resourceTest('no resource lies in a subscription of another tenant', async (store) => {
    const putResource = (by: Change, put: Resource) => store.write.resources.putResource(by, put)
    const service = communicationService(A, 'contoso')
    await assert.rejects(putResource(change(), { ...service, tenantId: B.tenantId }))
    await assert.rejects(putResource(change(), { ...service, tenantId: B.tenantId, subscriptionId: B.subscriptionId }))
    await put(store, service)
    await assert.rejects(putResource(change(), { ...service, tenantId: B.tenantId }))
    await assert.rejects(putResource(change(), { ...service, id: '/not/an/id' }))
    assert.deepEqual(await store.read.resources.readResource(service.id), service)
  })

  resourceTest('a change moves the epoch of its tenant and is audited, a refused one does neither', async (store) => {
    const epoch = async () => (await store.read.directory.readEpoch(A.tenantId)) ?? 0
    const before = await epoch()
    const other = await store.read.directory.readEpoch(B.tenantId)
    await put(store, communicationService(A, 'contoso'))
    assert.equal(await epoch(), before + 1)
    await store.write.resources.deleteResource(change(), communicationService(A, 'contoso').id)
    assert.equal(await epoch(), before + 2)
    await put(store, communicationService(B, 'taken'))
    await store.write.resources.putResource(change(), communicationService(A, 'taken'))
    await store.write.resources.deleteResource(change(), communicationService(A, 'contoso').id)
    assert.equal(await epoch(), before + 2)
    assert.equal(await store.read.directory.readEpoch(B.tenantId), (other ?? 0) + 1)
    assert.deepEqual(
      (await store.read.audit.listAudit(A.tenantId, 2)).map(({ operation, target }) => [operation, target]),
      [
        ['Microsoft.Communication/communicationServices/delete', communicationService(A, 'contoso').id],
        ['Microsoft.Communication/communicationServices/write', communicationService(A, 'contoso').id],
      ],
    )
  })
}

const DENY = {
  denyAssignmentName: 'block',
  description: '',
  doNotApplyToChildScopes: false,
  permissions: [],
  principals: [],
  excludePrincipals: [],
}
