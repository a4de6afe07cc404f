// Every refusal of role definitions, role assignments and Graph that a client can bring about, as Azure's own packages show it. The limits
// are in role-limits.test.ts. Azure: control-plane reference §6.9, §7.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { RoleAssignmentCreateParameters } from '@azure/arm-authorization'
import { startService } from '../fixtures/quickstart-service.ts'
import { assignRole, roleIdOf, CONTRIBUTOR, createSender, createSenderRole, READER } from './article.ts'
import {
  administratorCredential,
  collect,
  connectAzure,
  connectGraph,
  errorOf,
  secretCredential,
} from './azure-clients.ts'
import { checkRefusals } from './refusals.ts'

const service = await startService({ after })
const { subscriptionId, communicationServiceId: serviceId } = service.quickstart
const credential = administratorCredential(service)
const admin = connectAzure(service, credential)
const graph = connectGraph(service, credential)
const subscription = `/subscriptions/${subscriptionId}`
const nobody = await createSender(graph)
const roleId = (guid: string) => roleIdOf(subscriptionId, guid)
const { roleDefinitions, roleAssignments } = admin.authorization
const generic = admin.resources.resources
const senderRole = await createSenderRole(admin, subscription)
const definition = () => ({
  roleName: `role ${randomUUID()}`,
  roleType: 'CustomRole',
  permissions: [{ actions: ['*/read'] }],
  assignableScopes: [subscription],
})
const putRole = (change: object, guid: string = randomUUID()) =>
  roleDefinitions.createOrUpdate(subscription, guid, { ...definition(), ...change })

checkRefusals([
  {
    name: 'a name that is taken: the id of the other role is told',
    status: 409,
    code: 'RoleDefinitionWithSameNameExists',
    says: new RegExp(senderRole.split('/').at(-1) ?? 'none'),
    call: async () => putRole({ roleName: (await roleDefinitions.getById(senderRole)).roleName ?? '' }),
  },
  { name: 'the GUID of a built-in role', status: 409, code: 'RoleDefinitionExists', call: () => putRole({}, READER) },
  {
    name: 'a built-in role to be made',
    status: 400,
    code: 'InvalidRoleDefinitionType',
    call: () => putRole({ roleType: 'BuiltInRole' }),
  },
  { name: 'no name', status: 400, code: 'RoleDefinitionNameNullOrEmpty', call: () => putRole({ roleName: '' }) },
  {
    name: 'nowhere to assign',
    status: 400,
    code: 'MissingAssignableScopes',
    call: () => putRole({ assignableScopes: [] }),
  },
  {
    name: 'an assignable scope that is no id',
    status: 400,
    code: 'LinkedInvalidPropertyId',
    call: () => putRole({ assignableScopes: ['everywhere'] }),
  },
  {
    name: 'an operation that is not there',
    status: 400,
    code: 'InvalidActionOrNotAction',
    says: /Microsoft\.Communication\/Pigeons\/send/,
    call: () => putRole({ permissions: [{ actions: ['*/read', 'Microsoft.Communication/Pigeons/send/action'] }] }),
  },
  {
    name: 'a GUID that is none',
    status: 400,
    code: 'InvalidRoleDefinitionId',
    call: () => putRole({}, 'my-role'),
  },
  {
    name: 'no such role',
    status: 404,
    code: 'RoleDefinitionDoesNotExist',
    call: () => roleDefinitions.get(subscription, randomUUID()),
  },
  {
    name: 'a role that is assigned is not deleted',
    status: 400,
    code: 'RoleDefinitionHasAssignments',
    call: async () => {
      const id = await createSenderRole(admin, subscription)
      await assignRole(admin, serviceId, id, { id: nobody.principalId, type: 'ServicePrincipal' })
      await roleDefinitions.delete(subscription, id.split('/').at(-1) ?? '')
    },
  },
])

const parameters = (principalId: string) => ({
  roleDefinitionId: roleId(READER),
  principalId,
  principalType: 'ServicePrincipal',
})
const assign = (change: object, guid: string = randomUUID()) =>
  roleAssignments.create(serviceId, guid, { ...parameters(nobody.principalId), ...change })

checkRefusals([
  {
    name: 'the same for the same under another name',
    status: 409,
    code: 'RoleAssignmentExists',
    says: /role assignment already exists/,
    call: async () => {
      const { principalId } = await createSender(graph)
      await assign({ principalId })
      await assign({ principalId })
    },
  },
  {
    name: 'another role under the same name',
    status: 400,
    code: 'RoleAssignmentUpdateNotPermitted',
    call: async () => {
      const { principalId } = await createSender(graph)
      const guid = randomUUID()
      await assign({ principalId }, guid)
      await assign({ principalId, roleDefinitionId: roleId(CONTRIBUTOR) }, guid)
    },
  },
  {
    name: 'no such assignment',
    status: 404,
    code: 'RoleAssignmentNotFound',
    call: () => roleAssignments.get(serviceId, randomUUID()),
  },
  {
    name: 'nobody of the directory',
    status: 400,
    code: 'PrincipalNotFound',
    says: / does not exist in the directory /,
    call: () => assign({ principalId: randomUUID() }),
  },
  {
    name: 'an application where its principal should be',
    status: 400,
    code: 'PrincipalNotFound',
    call: () => assign({ principalId: nobody.objectId }),
  },
  {
    name: 'a service principal called a user',
    status: 400,
    code: 'UnmatchedPrincipalType',
    call: () => assign({ principalType: 'User' }),
  },
  {
    name: 'no GUID for a principal',
    status: 400,
    code: 'InvalidPrincipalId',
    call: () => assign({ principalId: 'me' }),
  },
  {
    name: 'a role that is not there',
    status: 404,
    code: 'RoleDefinitionDoesNotExist',
    call: () => assign({ roleDefinitionId: roleId(randomUUID()) }),
  },
  {
    name: 'a role that is no id',
    status: 400,
    code: 'InvalidRoleDefinitionId',
    call: () => assign({ roleDefinitionId: 'Reader' }),
  },
])

/** The client's own serializer refuses to send this. */
const assignToNobody = () =>
  generic.createOrUpdateById(
    `${serviceId}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`,
    '2022-04-01',
    { properties: { roleDefinitionId: roleId(READER) } },
  )

checkRefusals([
  {
    name: 'no role',
    status: 400,
    code: 'InvalidCreateRoleAssignmentRequest',
    says: /properties\.roleDefinitionId/,
    call: () =>
      roleAssignments.create(serviceId, randomUUID(), {
        principalId: nobody.principalId,
      } as RoleAssignmentCreateParameters),
  },
  {
    name: 'no principal',
    status: 400,
    code: 'InvalidCreateRoleAssignmentRequest',
    says: /properties\.principalId/,
    call: assignToNobody,
  },
  {
    name: 'a name that is no GUID',
    status: 400,
    code: 'InvalidRoleAssignmentId',
    call: () => assign({}, 'my-assignment'),
  },
  {
    name: 'a condition, which would be ignored',
    status: 400,
    code: 'InvalidRequestContent',
    call: () => assign({ condition: "@Resource[name] StringEquals 'x'", conditionVersion: '2.0' }),
  },
  ...[
    ['role definitions', () => collect(roleDefinitions.list(subscription, { filter: "description eq 'x'" }))] as const,
    ['assignments', () => collect(roleAssignments.listForSubscription({ filter: "scope eq 'x'" }))] as const,
    ['deny assignments', () => collect(admin.authorization.denyAssignments.list({ filter: "scope eq 'x'" }))] as const,
  ].map(([what, call]) => ({ name: `an unknown filter of ${what}`, status: 400, code: 'BadRequestFormat', call })),
])

const denyId = (scope: string, name: string) => `${scope}/providers/Microsoft.Authorization/denyAssignments/${name}`
const putDeny = (scope: string, name: string) =>
  generic.createOrUpdateById(denyId(scope, name), '2022-04-01', {
    properties: {
      denyAssignmentName: 'emergency block',
      permissions: [{ actions: ['Microsoft.Communication/*'] }],
      principals: [{ id: nobody.principalId, type: 'ServicePrincipal' }],
    },
  })

checkRefusals([
  {
    name: 'no such deny assignment',
    status: 404,
    code: 'DenyAssignmentNotFound',
    call: () => admin.authorization.denyAssignments.get(serviceId, randomUUID()),
  },
  {
    name: 'a deny assignment whose name is no GUID',
    status: 400,
    code: 'InvalidDenyAssignmentId',
    call: () => putDeny(serviceId, 'stop'),
  },
  {
    name: 'a deny assignment that is on another scope already',
    status: 409,
    code: 'DenyAssignmentExists',
    call: async () => {
      const name = randomUUID()
      await putDeny(serviceId, name)
      await putDeny(subscription, name)
    },
  },
])

test('the last program that is an administrator of the tenant cannot be removed, though a person is one', async () => {
  const roots = await collect(roleAssignments.listForScope('/', { filter: 'atScope()' }))
  assert.deepEqual(new Set(roots.map(({ principalType }) => principalType)), new Set(['ServicePrincipal', 'User']))
  const program = roots.find(({ principalType }) => principalType === 'ServicePrincipal')
  const error = await errorOf(roleAssignments.delete('/', program?.name ?? ''))
  assert.deepEqual([error.statusCode, error.code], [400, 'LastAdministratorAssignment'])
  assert.match(error.message, /last administrator/i)
  assert.equal((await collect(roleAssignments.listForScope('/', { filter: 'atScope()' }))).length, 2)
})

test('nor can what the last administrator signs in with: Graph keeps the application and its principal', async () => {
  const { applicationId } = service.quickstart.administrator
  for (const path of [`/applications(appId='${applicationId}')`, `/servicePrincipals(appId='${applicationId}')`]) {
    const { status, json } = await graph('DELETE', path)
    const { error } = json as { error?: { code: string; message: string } }
    assert.deepEqual([status, error?.code], [400, 'Request_BadRequest'], path)
    assert.match(error?.message ?? '', /administrator/)
  }
})

test('elevation is refused, and says why', async () => {
  const error = await errorOf(admin.authorization.globalAdministrator.elevateAccess())
  assert.deepEqual([error.statusCode, error.code], [403, 'AuthorizationFailed'], error.message)
})

const graphRefusals: readonly (readonly [string, string, string, object | undefined, number, string])[] = [
  ['an unknown application', 'GET', `/applications/${randomUUID()}`, undefined, 404, 'Request_ResourceNotFound'],
  ['an application without a name', 'POST', '/applications', {}, 400, 'Request_BadRequest'],
  [
    'a secret brought along',
    'POST',
    '/applications',
    { displayName: 'x', passwordCredentials: [{ secretText: 'not-a-real-secret' }] },
    400,
    'Request_BadRequest',
  ],
  ['a principal of no application', 'POST', '/servicePrincipals', { appId: randomUUID() }, 400, 'Request_BadRequest'],
  [
    'a second principal',
    'POST',
    '/servicePrincipals',
    { appId: nobody.applicationId },
    409,
    'Request_MultipleObjectsWithSameKeyValue',
  ],
  [
    'an unknown secret',
    'POST',
    `/applications/${nobody.objectId}/removePassword`,
    { keyId: randomUUID() },
    400,
    'Request_BadRequest',
  ],
]
for (const [what, method, path, body, status, code] of graphRefusals)
  test(`${code}: ${what}`, async () => {
    const answer = await graph(method, path, body)
    const { error } = answer.json as { error?: { code: string } }
    assert.deepEqual([answer.status, error?.code], [status, code])
  })

const graphQueries: readonly (readonly [string, string])[] = [
  ['a filter that is not known', "/applications?$filter=notes eq 'x'"],
  ['a filter that is none', '/applications?$filter=)('],
]
for (const [what, path] of graphQueries)
  test(`Request_UnsupportedQuery: ${what}`, async () => {
    const answer = await graph('GET', path)
    const { error } = answer.json as { error?: { code: string } }
    assert.deepEqual([answer.status, error?.code], [400, 'Request_UnsupportedQuery'])
  })

test('Authorization_RequestDenied: Graph without a right at the root', async () => {
  const own = connectGraph(service, secretCredential(service, nobody))
  for (const path of ['/applications', `/applications/${randomUUID()}`]) {
    const { status, json } = await own('GET', path)
    assert.deepEqual([status, (json as { error: { code: string } }).error.code], [403, 'Authorization_RequestDenied'])
  }
})
