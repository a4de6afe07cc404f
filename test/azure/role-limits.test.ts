// The limits that need many rows, as `@azure/arm-authorization` shows them: written straight into the running service's store
// in one transaction, one short of the limit, so that the client itself makes the last that fits and the first that does not.
// Azure: control-plane reference §6.3, §6.9.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import { change } from '../fixtures/sending-application.ts'
import { createSender, READER, roleIdOf } from './article.ts'
import { administratorCredential, collect, connectAzure, connectGraph, errorOf } from './azure-clients.ts'

const MAX_CUSTOM_ROLES = 5000
const MAX_ASSIGNMENTS = 4000
const MAX_DENY_ASSIGNMENTS = 50

const service = await startService({ after })
const { tenantId, subscriptionId } = service.quickstart
const subscription = `/subscriptions/${subscriptionId}`
const credential = administratorCredential(service)
const { authorization, resources } = connectAzure(service, credential)
const { roleDefinitions, roleAssignments } = authorization
const graph = connectGraph(service, credential)
const { storage } = service.server

test('RoleDefinitionLimitExceeded: the tenant has as many custom roles as it may', async () => {
  const permissions = [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }]
  const rest = { description: '', type: 'CustomRole', permissions, assignableScopes: [subscription] } as const
  const missing = MAX_CUSTOM_ROLES - 1 - (await storage.read.roles.countRoleDefinitions(tenantId))
  await storage.atomically((write) => {
    for (let index = 0; index < missing; index += 1)
      void write.roles.putRoleDefinition(change(), tenantId, { ...rest, name: randomUUID(), roleName: `role ${index}` })
  })
  const put = (name: string, description: string) => {
    const role = { roleName: `role ${name}`, roleType: 'CustomRole', permissions: [{ actions: ['*/read'] }] }
    return roleDefinitions.createOrUpdate(subscription, name, {
      ...role,
      description,
      assignableScopes: [subscription],
    })
  }
  const last = randomUUID()
  await put(last, 'the last one')
  const error = await errorOf(put(randomUUID(), 'one too many'))
  assert.deepEqual([error.statusCode, error.code], [400, 'RoleDefinitionLimitExceeded'], error.message)
  assert.equal((await put(last, 'changed, not added')).description, 'changed, not added')
  await roleDefinitions.delete(subscription, last)
  await put(randomUUID(), 'in its place')
})

test('RoleAssignmentLimitExceeded: the subscription has as many assignments as it may; all of them are listed', async () => {
  const { principalId } = await createSender(graph)
  const scope = service.quickstart.communicationServiceId
  const grant = { roleDefinitionName: READER, principalType: 'ServicePrincipal' } as const
  const missing = MAX_ASSIGNMENTS - 1 - (await storage.read.roles.countRoleAssignments(tenantId, subscription))
  await storage.atomically((write) => {
    for (let index = 0; index < missing; index += 1) {
      const assignment = { ...grant, name: randomUUID(), scope, principalId: randomUUID() }
      void write.roles.putRoleAssignment(change(), tenantId, assignment)
    }
  })
  const create = (at: string, name: string) =>
    roleAssignments.create(at, name, { roleDefinitionId: roleIdOf(subscriptionId, READER), principalId })
  const last = randomUUID()
  await create(scope, last)
  const error = await errorOf(create(subscription, randomUUID()))
  assert.deepEqual([error.statusCode, error.code], [400, 'RoleAssignmentLimitExceeded'], error.message)
  // What is there already is repeated as ever, and other scopes have room.
  await create(scope, last)
  await create('/', randomUUID())
  const atRoot = await collect(roleAssignments.listForScope('/', { filter: 'atScope()' }))
  const names = new Set((await collect(roleAssignments.listForSubscription())).map(({ name }) => name))
  assert.equal(names.size, MAX_ASSIGNMENTS + atRoot.length)
})

test('DenyAssignmentLimitExceeded: the tenant has as many as it may', async () => {
  const { principalId } = await createSender(graph)
  const permissions = [{ actions: ['*/write'], notActions: [], dataActions: [], notDataActions: [] }]
  const deny = { denyAssignmentName: 'x', permissions, principals: [{ id: principalId }] }
  const put = (name: string) =>
    resources.resources.createOrUpdateById(
      `${subscription}/providers/Microsoft.Authorization/denyAssignments/${name}`,
      '2022-04-01',
      { properties: deny },
    )
  const rest = { description: '', scope: subscription, doNotApplyToChildScopes: false, excludePrincipals: [] }
  await storage.atomically((write) => {
    for (let index = 1; index < MAX_DENY_ASSIGNMENTS; index += 1) {
      const stored = { ...deny, ...rest, name: randomUUID(), principals: [principalId] }
      void write.roles.putDenyAssignment(change(), tenantId, stored)
    }
  })
  const last = randomUUID()
  await put(last)
  const error = await errorOf(put(randomUUID()))
  assert.deepEqual([error.statusCode, error.code], [400, 'DenyAssignmentLimitExceeded'], error.message)
  await put(last)
})
