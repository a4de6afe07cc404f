// What the article sets up, with Azure's own packages and nothing else, from nothing to a delivered message; then what these packages
// make of updates, deletions, generic resources, permissions and catalogues. Azure: control-plane reference §10.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import { assignRole, createMailPlace, createSender, createSenderRole, sendMail, threePartName } from './article.ts'
import { administratorCredential, collect, connectAzure, connectGraph, errorOf, namesOf } from './azure-clients.ts'

const service = await startService({ after })
const { tenantId, subscriptionId } = service.quickstart
const credential = administratorCredential(service)
const clients = connectAzure(service, credential)
const { communication, authorization, resources, subscriptions } = clients
const graph = connectGraph(service, credential)

test('the article from nothing: its objects in its order, then mail with the result', async () => {
  const place = await createMailPlace(clients)
  const sender = await createSender(graph)
  const roleId = await createSenderRole(clients, `/subscriptions/${subscriptionId}`)
  await assignRole(clients, place.serviceId, roleId, { id: sender.principalId, type: 'ServicePrincipal' })
  const username = `scanner-${randomUUID().slice(0, 8)}`
  // Azure refuses a username that is the name of its own resource; here it is the natural choice.
  const alias = await communication.smtpUsernames.createOrUpdate(place.group, place.service, username, {
    username,
    entraApplicationId: sender.applicationId,
    tenantId,
  })
  assert.equal(alias.username, username)
  const from = `DoNotReply@${place.domain}`
  const dotted = threePartName(place, sender, tenantId)
  for (const name of [username, dotted, dotted.replaceAll('.', '|')])
    await sendMail(service, { username: name, secret: sender.clientSecret, from })
})

test('an alias in the form of an address of a linked domain signs in', async () => {
  const place = await createMailPlace(clients)
  const sender = await createSender(graph)
  const roleId = await createSenderRole(clients, place.serviceId)
  await assignRole(clients, place.serviceId, roleId, { id: sender.principalId, type: 'ServicePrincipal' })
  const username = `scanner@${place.domain}`
  const { group, service: name } = place
  const properties = { username, entraApplicationId: sender.applicationId, tenantId }
  await communication.smtpUsernames.createOrUpdate(group, name, 'by-address', properties)
  await communication.senderUsernames.createOrUpdate(group, place.emailService, 'AzureManagedDomain', 'scanner', {
    username: 'scanner',
  })
  await sendMail(service, { username, secret: sender.clientSecret, from: username })
  const listed = await collect(communication.smtpUsernames.list(group, name))
  assert.deepEqual(
    listed.map((one) => one.username),
    [username],
  )
})

test('subscriptions, tenants and locations', async () => {
  const [subscription] = await collect(subscriptions.subscriptions.list())
  assert.deepEqual([subscription?.subscriptionId, subscription?.state], [subscriptionId, 'Enabled'])
  assert.equal((await subscriptions.subscriptions.get(subscriptionId)).id, `/subscriptions/${subscriptionId}`)
  const [tenant] = await collect(subscriptions.tenants.list())
  assert.equal(tenant?.tenantId, tenantId)
  const locations = await collect(subscriptions.subscriptions.listLocations(subscriptionId))
  assert.ok(locations.length > 0)
})

test('a resource group lives: created, seen, tagged, deleted with all that is in it', async () => {
  const { group, service: name } = await createMailPlace(clients)
  const groups = resources.resourceGroups
  assert.equal((await groups.checkExistence(group)).body, true)
  assert.equal((await groups.get(group)).location, 'westeurope')
  assert.deepEqual((await groups.update(group, { tags: { a: '1' } })).tags, { a: '1' })
  const tagged = await collect(groups.list({ filter: "tagName eq 'a' and tagValue eq '1'" }))
  assert.deepEqual(
    tagged.map((one) => one.name),
    [group],
  )
  await groups.delete(group)
  assert.equal((await groups.checkExistence(group)).body, false)
  const gone = await errorOf(communication.communicationServices.get(group, name))
  assert.deepEqual([gone.statusCode, gone.code], [404, 'ResourceGroupNotFound'])
})

test('updates: links, tags, engagement tracking, keys, names', async () => {
  const { group, emailService, service: name, domainId } = await createMailPlace(clients)
  const { communicationServices, domains, emailServices } = communication
  const unlinked = await communicationServices.update(group, name, { linkedDomains: [], tags: { team: 'print' } })
  assert.deepEqual([unlinked.linkedDomains, unlinked.tags], [[], { team: 'print' }])
  assert.deepEqual((await communicationServices.update(group, name, { linkedDomains: [domainId] })).linkedDomains, [
    domainId,
  ])
  const domain = await domains.beginUpdateAndWait(group, emailService, 'AzureManagedDomain', {
    userEngagementTracking: 'Enabled',
  })
  assert.equal(domain.userEngagementTracking, 'Enabled')
  assert.deepEqual((await emailServices.beginUpdateAndWait(group, emailService, { tags: { a: 'b' } })).tags, { a: 'b' })
  const keys = await communicationServices.listKeys(group, name)
  const { hostName } = await communicationServices.get(group, name)
  assert.equal(keys.primaryConnectionString, `endpoint=https://${hostName}/;accesskey=${keys.primaryKey}`)
  const renewed = await communicationServices.regenerateKey(group, name, { keyType: 'Primary' })
  assert.notEqual(renewed.primaryKey, keys.primaryKey)
  assert.equal((await communicationServices.listKeys(group, name)).secondaryKey, keys.secondaryKey)
  const type = 'Microsoft.Communication/CommunicationServices'
  const taken = await communicationServices.checkNameAvailability({ name, type })
  assert.deepEqual([taken.nameAvailable, taken.reason], [false, 'AlreadyExists'])
  const free = await communicationServices.checkNameAvailability({ name: `free-${randomUUID()}`, type })
  assert.equal(free.nameAvailable, true)
  assert.deepEqual(await emailServices.listVerifiedExchangeOnlineDomains(), [])
})

test('deletions come back, and a second one finds nothing to do', async () => {
  const { group, emailService, service: name } = await createMailPlace(clients)
  const { communicationServices, domains, emailServices, senderUsernames } = communication
  const domain = 'AzureManagedDomain'
  for (let time = 1; time <= 2; time++) {
    await communicationServices.beginDeleteAndWait(group, name)
    await senderUsernames.delete(group, emailService, domain, 'DoNotReply')
    await domains.beginDeleteAndWait(group, emailService, domain)
    await emailServices.beginDeleteAndWait(group, emailService)
  }
  assert.deepEqual(await collect(resources.resources.listByResourceGroup(group)), [])
})

test('suppression lists and their addresses', async () => {
  const { group, emailService } = await createMailPlace(clients)
  const { suppressionLists, suppressionListAddresses } = communication
  const domain = 'AzureManagedDomain'
  const list = await suppressionLists.createOrUpdate(group, emailService, domain, 'whole-domain', { listName: '' })
  assert.equal(list.listName, '')
  const address = randomUUID()
  const at = [group, emailService, domain, 'whole-domain'] as const
  const email = 'nobody@recipient.example.test'
  await suppressionListAddresses.createOrUpdate(...at, address, { email, notes: 'asked not to be written to' })
  const found = await collect(suppressionListAddresses.list(...at))
  assert.deepEqual(
    found.map((one) => one.email),
    [email],
  )
  assert.equal((await suppressionListAddresses.get(...at, address)).notes, 'asked not to be written to')
  await suppressionListAddresses.delete(...at, address)
  await suppressionLists.delete(group, emailService, domain, 'whole-domain')
  assert.deepEqual(await collect(suppressionLists.listByDomain(group, emailService, domain)), [])
})

test('a customer domain shows its records; a check whose record is not there fails and says so', async () => {
  const { group, emailService } = await createMailPlace(clients)
  const name = `${randomUUID()}.example.test`
  const { domains } = communication
  const made = await domains.beginCreateOrUpdateAndWait(group, emailService, name, {
    location: 'global',
    domainManagement: 'CustomerManaged',
  })
  const { domain, spf, dkim, dkim2 } = made.verificationRecords ?? {}
  for (const record of [domain, spf, dkim, dkim2])
    assert.deepEqual([Boolean(record?.name), Boolean(record?.value), record?.ttl], [true, true, 3600])
  assert.equal(made.verificationStates?.domain?.status, 'NotStarted')
  await domains.beginInitiateVerificationAndWait(group, emailService, name, { verificationType: 'Domain' })
  const { verificationStates } = await domains.get(group, emailService, name)
  assert.notEqual(verificationStates?.domain?.status, 'Verified')
  assert.notEqual(verificationStates?.domain?.errorCode ?? '', '')
  await domains.beginCancelVerificationAndWait(group, emailService, name, { verificationType: 'Domain' })
})

test('generic resources: the same objects by id and by type', async () => {
  const { group, service: name, serviceId } = await createMailPlace(clients)
  const version = '2023-04-01'
  const generic = resources.resources
  assert.equal((await generic.getById(serviceId, version)).name, name)
  assert.equal((await generic.checkExistenceById(serviceId, version)).body, true)
  const type = 'communicationServices'
  const typed = await generic.get(group, 'Microsoft.Communication', '', type, name, version)
  assert.equal(typed.id, serviceId)
  const otherId = `${serviceId}-2`
  const other = await generic.createOrUpdateById(otherId, version, {
    location: 'global',
    properties: { dataLocation: 'Europe' },
  })
  assert.equal(other.name, `${name}-2`)
  assert.deepEqual((await generic.updateById(otherId, version, { tags: { a: 'b' } })).tags, { a: 'b' })
  const filter = "resourceType eq 'Microsoft.Communication/CommunicationServices'"
  assert.deepEqual(await namesOf(generic.listByResourceGroup(group, { filter })), [name, `${name}-2`])
  assert.ok((await namesOf(generic.list({ filter }))).includes(name))
  await generic.deleteById(otherId, version)
  assert.equal((await generic.checkExistenceById(otherId, version)).body, false)
})

test('tags at a scope: replaced, merged, removed', async () => {
  const { serviceId } = await createMailPlace(clients)
  const { tagsOperations } = resources
  await tagsOperations.createOrUpdateAtScope(serviceId, { properties: { tags: { a: '1', b: '2' } } })
  const merge = { operation: 'Merge', properties: { tags: { b: '3', c: '4' } } }
  assert.deepEqual((await tagsOperations.updateAtScope(serviceId, merge)).properties.tags, { a: '1', b: '3', c: '4' })
  await tagsOperations.deleteAtScope(serviceId)
  assert.deepEqual((await tagsOperations.getAtScope(serviceId)).properties.tags ?? {}, {})
})

test('providers, their operations and the catalogue of roles', async () => {
  const providers = await collect(resources.providers.list())
  assert.ok(providers.some((one) => one.namespace === 'Microsoft.Communication'))
  const provider = await resources.providers.get('Microsoft.Communication')
  assert.equal(provider.registrationState, 'Registered')
  assert.ok(provider.resourceTypes?.every((one) => (one.apiVersions?.length ?? 0) > 0))
  assert.equal((await resources.providers.register('Microsoft.Communication')).registrationState, 'Registered')
  const operations = await collect(communication.operations.list())
  assert.ok(operations.some((one) => /^Microsoft\.Communication\/CommunicationServices\/read$/i.test(one.name ?? '')))
  const catalogue = await collect(authorization.providerOperationsMetadataOperations.list())
  assert.ok(catalogue.some((one) => one.name === 'Microsoft.Communication'))
  const own = await authorization.providerOperationsMetadataOperations.get('Postern.Mail', { expand: 'resourceTypes' })
  assert.equal(own.name, 'Postern.Mail')
  assert.deepEqual(await collect(authorization.classicAdministrators.list()), [])
})
