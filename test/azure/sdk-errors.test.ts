// Every refusal of Resource Manager and Microsoft.Communication that a client can bring about, as Azure's own packages show it. Those of
// roles and of Graph are in authorization-errors.test.ts, those of tokens in bearer-errors.test.ts, and faults of the service itself in
// service-faults.test.ts. What is never answered is in docs/azure-compatibility.md. Azure: control-plane reference §4.3, §5.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import { change } from '../fixtures/sending-application.ts'
import { assignRole, roleIdOf, CONTRIBUTOR, createMailPlace, createSender } from './article.ts'
import {
  administratorCredential,
  type AzureClients,
  collect,
  connectAzure,
  connectGraph,
  errorOf,
  type RequestChange,
  secretCredential,
} from './azure-clients.ts'
import { checkRefusals } from './refusals.ts'

const service = await startService({ after })
const { tenantId, subscriptionId } = service.quickstart
const credential = administratorCredential(service)
const admin = connectAzure(service, credential)
const graph = connectGraph(service, credential)
const subscription = `/subscriptions/${subscriptionId}`
const place = await createMailPlace(admin)
const { group, emailService, service: name, serviceId, domainId } = place
const groupId = `${subscription}/resourceGroups/${group}`
const nobody = await createSender(graph)
const VERSION = '2023-04-01'
const global = { location: 'global' }
const mail = { ...global, dataLocation: 'Europe' }
const absent = () => `absent-${randomUUID().slice(0, 8)}`

const altered = (alter: RequestChange) => connectAzure(service, credential, { alter })
const listGroups = ({ resources }: AzureClients) => collect(resources.resourceGroups.list())
const generic = admin.resources.resources
const { communicationServices, emailServices, domains, senderUsernames, smtpUsernames } = admin.communication

checkRefusals([
  {
    name: 'no authorization header',
    status: 401,
    code: 'AuthenticationFailed',
    call: () => listGroups(altered(({ headers }) => headers.delete('authorization'))),
  },
  {
    name: 'no role at all',
    status: 403,
    code: 'AuthorizationFailed',
    says: new RegExp(
      `${nobody.applicationId}.*${nobody.principalId}.*Microsoft\\.Communication/.*/read.*over scope`,
      'is',
    ),
    call: () =>
      connectAzure(service, secretCredential(service, nobody)).communication.communicationServices.get(group, name),
  },
  {
    name: 'no api-version',
    status: 400,
    code: 'MissingApiVersionParameter',
    call: () =>
      listGroups(
        altered((request) => {
          request.url = request.url.replace(/\?api-version=[^&]+/, '')
        }),
      ),
  },
  {
    name: 'an api-version that is none',
    status: 400,
    code: 'InvalidApiVersionParameter',
    call: () => generic.getById(groupId, 'latest'),
  },
  {
    name: 'an api-version that Microsoft.Communication never had: the known ones are named',
    status: 400,
    code: 'NoRegisteredProviderFound',
    says: /2023-04-01/,
    call: () => generic.getById(serviceId, '2019-01-01'),
  },
  {
    name: 'an unknown type',
    status: 404,
    code: 'InvalidResourceType',
    call: () => generic.getById(`${groupId}/providers/Microsoft.Communication/pigeons/one`, VERSION),
  },
  {
    name: 'an unknown namespace',
    status: 404,
    code: 'InvalidResourceNamespace',
    call: () => generic.getById(`${groupId}/providers/Microsoft.Pigeons/lofts/one`, VERSION),
  },
  {
    name: 'an unknown subscription',
    status: 404,
    code: 'SubscriptionNotFound',
    call: () => listGroups(connectAzure(service, credential, { subscriptionId: randomUUID() })),
  },
  {
    name: 'a subscription that is no GUID',
    status: 400,
    code: 'InvalidSubscriptionId',
    call: () => admin.subscriptions.subscriptions.get('mine'),
  },
  {
    name: 'an unknown resource group',
    status: 404,
    code: 'ResourceGroupNotFound',
    call: () => admin.resources.resourceGroups.get(absent()),
  },
  {
    name: 'a resource in an unknown group',
    status: 404,
    code: 'ResourceGroupNotFound',
    call: () => communicationServices.beginCreateOrUpdateAndWait(absent(), absent(), mail),
  },
  {
    name: 'an unknown resource',
    status: 404,
    code: 'ResourceNotFound',
    says: new RegExp(group),
    call: () => communicationServices.get(group, absent()),
  },
  {
    name: 'a child of nothing',
    status: 404,
    code: 'ParentResourceNotFound',
    call: () =>
      domains.beginCreateOrUpdateAndWait(group, absent(), 'AzureManagedDomain', {
        ...global,
        domainManagement: 'AzureManaged',
      }),
  },
])

const putGroup = (alter: RequestChange) =>
  altered(alter).resources.resourceGroups.createOrUpdate(absent(), { location: 'westeurope' })

checkRefusals([
  {
    name: 'a method that is none of the path',
    status: 405,
    code: 'MethodNotAllowed',
    call: () =>
      putGroup((request) => {
        request.method = 'POST'
      }),
  },
  {
    name: 'a path of nothing',
    status: 404,
    code: 'NotFound',
    call: () =>
      putGroup((request) => {
        request.url = request.url.replace('/subscriptions/', '/pigeons/')
      }),
  },
  {
    name: 'a body that is no JSON',
    status: 400,
    code: 'InvalidRequestContent',
    call: () =>
      putGroup((request) => {
        request.body = '{'
      }),
  },
  {
    name: 'a body that does not say that it is JSON',
    status: 415,
    code: 'UnsupportedMediaType',
    call: () => putGroup(({ headers }) => headers.set('content-type', 'text/plain')),
  },
  {
    name: 'a body of more than a mebibyte',
    status: 413,
    code: 'RequestEntityTooLarge',
    call: () => putGeneric(`communicationServices/${absent()}`, { ...mail, tags: { long: 'x'.repeat(1_100_000) } }),
  },
  {
    name: 'an unknown filter of resources',
    status: 400,
    code: 'InvalidFilterInQueryString',
    call: () => collect(generic.list({ filter: "nonsense eq 'x'" })),
  },
  {
    name: 'the operations of nobody',
    status: 404,
    code: 'ProviderNotFound',
    call: () => admin.authorization.providerOperationsMetadataOperations.get('Microsoft.Pigeons'),
  },
  {
    name: 'a record is checked before the domain is known to be ours',
    status: 409,
    code: 'DomainOwnershipNotVerified',
    call: async () => {
      const domain = `${randomUUID()}.example.test`
      await domains.beginCreateOrUpdateAndWait(group, emailService, domain, {
        ...global,
        domainManagement: 'CustomerManaged',
      })
      await domains.beginInitiateVerificationAndWait(group, emailService, domain, { verificationType: 'SPF' })
    },
  },
])

/** Another one of the tenant: a provider can be unregistered only where it has no resources. There is no API for it. */
async function addSubscription(): Promise<string> {
  const id = randomUUID()
  const { resources } = service.server.storage.write
  await resources.createSubscription(change(), { subscriptionId: id, tenantId, displayName: 'Second' })
  return id
}

/** The older clients insist on a location: the newer one does not. */
const putGeneric = (resourceName: string, body: object) =>
  generic.createOrUpdateById(`${groupId}/providers/Microsoft.Communication/${resourceName}`, VERSION, body)

checkRefusals([
  {
    name: 'no location',
    status: 400,
    code: 'LocationRequired',
    call: () => putGeneric(`communicationServices/${absent()}`, { properties: { dataLocation: 'Europe' } }),
  },
  {
    name: 'no region of Azure',
    status: 400,
    code: 'LocationNotAvailableForResourceType',
    call: () => communicationServices.beginCreateOrUpdateAndWait(group, absent(), { ...mail, location: 'moonbase' }),
  },
  {
    name: 'another location than before',
    status: 409,
    code: 'InvalidResourceLocation',
    call: () => communicationServices.beginCreateOrUpdateAndWait(group, name, { ...mail, location: 'westeurope' }),
  },
  {
    name: 'another data location than before',
    status: 409,
    code: 'PropertyChangeNotAllowed',
    call: () => communicationServices.beginCreateOrUpdateAndWait(group, name, { ...global, dataLocation: 'UK' }),
  },
  {
    name: 'another management of a domain than before',
    status: 409,
    code: 'PropertyChangeNotAllowed',
    call: async () => {
      const domain = `${randomUUID()}.example.test`
      const put = (domainManagement: string) =>
        domains.beginCreateOrUpdateAndWait(group, emailService, domain, { ...global, domainManagement })
      await put('CustomerManaged')
      await put('AzureManaged')
    },
  },
  {
    name: 'a member of the wrong type',
    status: 400,
    code: 'InvalidRequestContent',
    call: () => putGeneric(`communicationServices/${absent()}`, { ...global, properties: { dataLocation: 5 } }),
  },
  {
    name: 'a value that is none of those allowed',
    status: 400,
    code: 'InvalidRequestContent',
    target: 'properties.userEngagementTracking',
    call: () =>
      domains.beginUpdateAndWait(group, emailService, 'AzureManagedDomain', { userEngagementTracking: 'Sometimes' }),
  },
  {
    name: 'a name that is none of a resource',
    status: 400,
    code: 'InvalidResourceName',
    call: () => emailServices.beginCreateOrUpdateAndWait(group, 'under_score', mail),
  },
  {
    name: 'an entity tag that is not the newest',
    status: 412,
    code: 'PreconditionFailed',
    call: () =>
      communicationServices.update(
        group,
        name,
        { tags: { a: 'b' } },
        { requestOptions: { customHeaders: { 'if-match': '"older"' } } },
      ),
  },
  {
    name: 'the provider is not registered in the subscription',
    status: 409,
    code: 'MissingSubscriptionRegistration',
    says: /Microsoft\.Communication/,
    call: async () => {
      const { resources, communication } = connectAzure(service, credential, {
        subscriptionId: await addSubscription(),
      })
      await resources.resourceGroups.createOrUpdate('empty', { location: 'westeurope' })
      await resources.providers.unregister('Microsoft.Communication')
      await communication.emailServices.beginCreateOrUpdateAndWait('empty', 'none', mail)
    },
  },
  {
    name: 'a linked domain is not there',
    status: 400,
    code: 'InvalidLinkedDomains',
    says: /absent\.example\.test/,
    call: () =>
      communicationServices.update(group, name, {
        linkedDomains: [domainId, domainId.replace('AzureManagedDomain', 'absent.example.test')],
      }),
  },
  {
    name: 'a linked domain is deleted',
    status: 409,
    code: 'Conflict',
    says: new RegExp(name),
    call: () => domains.beginDeleteAndWait(group, emailService, 'AzureManagedDomain'),
  },
  {
    name: 'linking a domain that the caller may not read',
    status: 403,
    code: 'LinkedAuthorizationFailed',
    says: new RegExp(domainId, 'i'),
    call: async () => {
      const linker = await createSender(graph)
      const other = `other-${randomUUID().slice(0, 8)}`
      await communicationServices.beginCreateOrUpdateAndWait(group, other, mail)
      const principal = { id: linker.principalId, type: 'ServicePrincipal' } as const
      await assignRole(
        admin,
        `${groupId}/providers/Microsoft.Communication/communicationServices/${other}`,
        roleIdOf(subscriptionId, CONTRIBUTOR),
        principal,
      )
      const own = connectAzure(service, secretCredential(service, linker)).communication
      await own.communicationServices.update(group, other, { linkedDomains: [domainId] })
    },
  },
])

test('each member that is refused by name or by value: 400, and nothing is written', async () => {
  const of = { username: 'x', entraApplicationId: nobody.applicationId, tenantId }
  const before = (await collect(generic.listByResourceGroup(group))).length
  const attempts: readonly (() => Promise<unknown>)[] = [
    () => communicationServices.beginCreateOrUpdateAndWait(group, 'with.dots', mail),
    () => communicationServices.beginCreateOrUpdateAndWait(group, 'x'.repeat(64), mail),
    () => emailServices.beginCreateOrUpdateAndWait(group, 'under_score', mail),
    () =>
      domains.beginCreateOrUpdateAndWait(group, emailService, 'not a domain', {
        ...global,
        domainManagement: 'CustomerManaged',
      }),
    () => admin.resources.resourceGroups.createOrUpdate('ends-with-a-dot.', { location: 'westeurope' }),
    () => senderUsernames.createOrUpdate(group, emailService, 'AzureManagedDomain', 'a b', { username: 'a b' }),
    () => smtpUsernames.createOrUpdate(group, name, 'with blank', of),
    () => smtpUsernames.createOrUpdate(group, name, 'blank-inside', { ...of, username: 'two words' }),
    () => smtpUsernames.createOrUpdate(group, name, 'nobody', { ...of, entraApplicationId: randomUUID() }),
    () => smtpUsernames.createOrUpdate(group, name, 'elsewhere', { ...of, username: 'scanner@elsewhere.example.test' }),
  ]
  for (const attempt of attempts) assert.equal((await errorOf(attempt())).statusCode, 400)
  assert.equal((await collect(generic.listByResourceGroup(group))).length, before)
})
