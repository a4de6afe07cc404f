// Roles, assignments, deny assignments and permissions as `@azure/arm-authorization` shows them, and what a caller with few rights is
// shown by the other clients. Azure: control-plane reference §6.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import {
  assignRole,
  createMailPlace,
  createSender,
  createSenderRole,
  expectStatus,
  READER,
  roleIdOf,
  sendMail,
} from './article.ts'
import { openSession, threePartName } from './article.ts'
import {
  administratorCredential,
  collect,
  connectAzure,
  connectGraph,
  errorOf,
  namesOf,
  secretCredential,
} from './azure-clients.ts'

const service = await startService({ after })
const { tenantId, subscriptionId } = service.quickstart
const credential = administratorCredential(service)
const clients = connectAzure(service, credential)
const { authorization } = clients
const graph = connectGraph(service, credential)
const subscription = `/subscriptions/${subscriptionId}`
const READER_ID = roleIdOf(subscriptionId, READER)

test('a role definition: created and updated by the same call, found, deleted, gone', async () => {
  const { roleDefinitions } = authorization
  const name = randomUUID()
  const definition = {
    roleName: `Reader of services ${name}`,
    roleType: 'CustomRole',
    permissions: [{ actions: ['Microsoft.Communication/CommunicationServices/Read'] }],
    assignableScopes: [subscription],
  }
  // The client knows 201 only, for both.
  for (const description of ['first', 'second']) {
    const role = await roleDefinitions.createOrUpdate(subscription, name, { ...definition, description })
    assert.equal(role.description, description)
  }
  const role = await roleDefinitions.get(subscription, name)
  assert.deepEqual(role.permissions?.[0]?.actions, definition.permissions[0]?.actions)
  assert.equal((await roleDefinitions.getById(role.id ?? '')).name, name)
  const filter = `roleName eq '${definition.roleName}'`
  assert.deepEqual(await namesOf(roleDefinitions.list(subscription, { filter })), [name])
  const custom = await collect(roleDefinitions.list(subscription, { filter: "type eq 'CustomRole'" }))
  assert.ok(custom.length > 0 && custom.every((one) => one.roleType === 'CustomRole'))
  assert.equal((await roleDefinitions.delete(subscription, name)).name, name)
  await roleDefinitions.delete(subscription, name)
  assert.deepEqual(await namesOf(roleDefinitions.list(subscription, { filter })), [])
})

test('an assignment: at every kind of scope, repeated, described, listed in every way, deleted', async () => {
  const { group, service: name, serviceId } = await createMailPlace(clients)
  const { principalId } = await createSender(graph)
  const { roleAssignments } = authorization
  const parameters = { roleDefinitionId: READER_ID, principalId, principalType: 'ServicePrincipal' }
  const assigned: string[] = []
  for (const scope of [subscription, `${subscription}/resourceGroups/${group}`, serviceId]) {
    const assignment = randomUUID()
    assert.equal(
      (await roleAssignments.create(scope, assignment, parameters)).scope?.toLowerCase(),
      scope.toLowerCase(),
    )
    await roleAssignments.create(scope, assignment, parameters)
    const described = await roleAssignments.create(scope, assignment, { ...parameters, description: 'to look' })
    assert.equal((await roleAssignments.getById(described.id ?? '')).description, 'to look')
    assigned.push(assignment)
  }
  const filter = `principalId eq '${principalId}'`
  const [inSubscription = '', inGroup = '', onService = ''] = assigned
  assert.deepEqual(await namesOf(roleAssignments.listForSubscription({ filter })), [...assigned].sort())
  assert.deepEqual(await namesOf(roleAssignments.listForResourceGroup(group, { filter })), [...assigned].sort())
  const args = [group, 'Microsoft.Communication', 'communicationServices', name] as const
  assert.deepEqual(await namesOf(roleAssignments.listForResource(...args, { filter })), [...assigned].sort())
  const atGroup = { filter: `atScope() and assignedTo('${principalId}')` }
  const groupScope = `${subscription}/resourceGroups/${group}`
  assert.deepEqual(await namesOf(roleAssignments.listForScope(groupScope, atGroup)), [inSubscription, inGroup].sort())
  assert.equal((await roleAssignments.delete(serviceId, onService)).name, onService)
  await roleAssignments.delete(serviceId, onService)
  const gone = await errorOf(roleAssignments.get(serviceId, onService))
  assert.deepEqual([gone.statusCode, gone.code], [404, 'RoleAssignmentNotFound'])
})

test('a role through nested groups lets a service principal send, and assignedTo finds it', async () => {
  const place = await createMailPlace(clients)
  const sender = await createSender(graph)
  const outer = await createGroup('outer')
  const inner = await createGroup('inner')
  await addMember(outer, inner)
  await addMember(inner, sender.principalId)
  const roleId = await createSenderRole(clients, place.serviceId)
  const name = await assignRole(clients, place.serviceId, roleId, { id: outer, type: 'Group' })
  const username = threePartName(place, sender, tenantId)
  await sendMail(service, { username, secret: sender.clientSecret, from: `DoNotReply@${place.domain}` })
  const filter = `assignedTo('${sender.principalId}')`
  assert.deepEqual(await namesOf(authorization.roleAssignments.listForScope(place.serviceId, { filter })), [name])
  const direct = `principalId eq '${sender.principalId}'`
  assert.deepEqual(await namesOf(authorization.roleAssignments.listForScope(place.serviceId, { filter: direct })), [])
})

async function createGroup(name: string): Promise<string> {
  const displayName = `${name} ${randomUUID()}`
  const body = { displayName, mailEnabled: false, mailNickname: `${name}-${randomUUID()}`, securityEnabled: true }
  return String((await expectStatus(graph('POST', '/groups', body), 201))['id'])
}

async function addMember(groupId: string, memberId: string): Promise<void> {
  const member = { '@odata.id': `${service.quickstart.endpoint}v1.0/directoryObjects/${memberId}` }
  await expectStatus(graph('POST', `/groups/${groupId}/members/$ref`, member), 204)
}

test('whoever may read one service sees that service and nothing beside it', async () => {
  const place = await createMailPlace(clients)
  const other = await createMailPlace(clients)
  const sender = await createSender(graph)
  await assignRole(clients, place.serviceId, READER_ID, { id: sender.principalId, type: 'ServicePrincipal' })
  const { communication, resources } = connectAzure(service, secretCredential(service, sender))
  assert.deepEqual(await namesOf(communication.communicationServices.listBySubscription()), [place.service])
  assert.deepEqual(await namesOf(resources.resources.list()), [place.service])
  // Whether the other exists is not told.
  for (const name of [other.service, `absent-${randomUUID()}`]) {
    const refused = await errorOf(communication.communicationServices.get(other.group, name))
    assert.deepEqual([refused.statusCode, refused.code], [403, 'AuthorizationFailed'])
    assert.match(refused.message, /Microsoft\.Communication\/communicationServices\/read/i)
  }
})

test("permissions are the caller's own, one entry for each role that counts there", async () => {
  const { group, service: name, serviceId } = await createMailPlace(clients)
  const sender = await createSender(graph)
  const principal = { id: sender.principalId, type: 'ServicePrincipal' } as const
  await assignRole(clients, `${subscription}/resourceGroups/${group}`, READER_ID, principal)
  await assignRole(clients, serviceId, await createSenderRole(clients, serviceId), principal)
  const own = connectAzure(service, secretCredential(service, sender)).authorization.permissions
  assert.deepEqual(
    (await collect(own.listForResourceGroup(group))).map((one) => one.actions),
    [['*/read']],
  )
  const here = await collect(own.listForResource(group, 'Microsoft.Communication', '', 'communicationServices', name))
  assert.equal(here.length, 2)
})

test('a deny assignment stops a sender whatever its roles say, and is read in every way', async () => {
  const place = await createMailPlace(clients)
  const { group, service: name, serviceId } = place
  const sender = await createSender(graph)
  const roleId = await createSenderRole(clients, serviceId)
  await assignRole(clients, serviceId, roleId, { id: sender.principalId, type: 'ServicePrincipal' })
  const from = `DoNotReply@${place.domain}`
  const username = threePartName(place, sender, tenantId)
  const session = await openSession(service, username, sender.clientSecret)
  assert.match(await session.command(`MAIL FROM:<${from}>`), /^250 /)
  assert.match(await session.command('RSET'), /^250 /)
  // The client can only read them: Azure's platform alone makes them. Ours are made by the generic client.
  const deny = randomUUID()
  const id = `${serviceId}/providers/Microsoft.Authorization/denyAssignments/${deny}`
  await clients.resources.resources.createOrUpdateById(id, '2022-04-01', {
    properties: {
      denyAssignmentName: 'emergency block',
      permissions: [{ actions: ['Microsoft.Communication/*'] }],
      principals: [{ id: sender.principalId, type: 'ServicePrincipal' }],
    },
  })
  assert.match(await session.command(`MAIL FROM:<${from}>`), /^421 4\.7\.0 /)
  session.destroy()
  const { denyAssignments } = authorization
  assert.equal((await denyAssignments.getById(id)).denyAssignmentName, 'emergency block')
  const lists = [
    denyAssignments.list(),
    denyAssignments.listForResourceGroup(group),
    denyAssignments.listForScope(serviceId),
    denyAssignments.listForResource(group, 'Microsoft.Communication', '', 'communicationServices', name),
  ]
  for (const list of lists) assert.deepEqual(await namesOf(list), [deny])
  await clients.resources.resources.deleteById(id, '2022-04-01')
  await sendMail(service, { username, secret: sender.clientSecret, from })
})
