// The resource providers: what types there are, in which versions and places, and whether a subscription has them registered. Only
// Microsoft.Communication can be unregistered: what is there stays and can be read and deleted, and nothing new is written.
// Azure: control-plane reference §4.1, §4.2.

import { z } from 'zod'
import { locations } from '../../resources/locations.ts'
import type { Subscription } from '../../storage/storage.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound, type Refusal, refused } from '../refusal.ts'
import { listOf, named, ok } from '../responses.ts'
import type { RouteMethod } from '../route.ts'
import { COMMUNICATION_VERSIONS } from './api-versions.ts'
import { pageOf, pageQuery } from './arm-page.ts'
import { type ArmAnswer, type ArmRequest, type ArmRoute, answer, armRoute } from './arm-route.ts'
import { type ArmTarget, PROVIDERS } from './arm-target.ts'
import { carryOut } from './resource-change.ts'

type Provider = {
  readonly namespace: string
  readonly versions: readonly string[]
  readonly isAlwaysRegistered: boolean
  /** Without the namespace; those with a location come with one. */
  readonly types: readonly (readonly [type: string, kind: 'tracked' | 'proxy'])[]
}

const COMMUNICATION = 'Microsoft.Communication'

const providers: readonly Provider[] = [
  {
    namespace: 'Microsoft.Authorization',
    versions: ['2022-04-01', '2018-01-01-preview', '2015-07-01'],
    isAlwaysRegistered: true,
    types: [
      ['roleAssignments', 'proxy'],
      ['roleDefinitions', 'proxy'],
      ['denyAssignments', 'proxy'],
      ['permissions', 'proxy'],
      ['providerOperations', 'proxy'],
      ['classicAdministrators', 'proxy'],
      ['elevateAccess', 'proxy'],
    ],
  },
  {
    namespace: COMMUNICATION,
    versions: COMMUNICATION_VERSIONS,
    isAlwaysRegistered: false,
    types: [
      ['Locations', 'proxy'],
      ['CommunicationServices', 'tracked'],
      ['CommunicationServices/SmtpUsernames', 'proxy'],
      ['CommunicationServices/eventGridFilters', 'proxy'],
      ['operations', 'proxy'],
      ['registeredSubscriptions', 'proxy'],
      ['locations/operationStatuses', 'proxy'],
      ['CheckNameAvailability', 'proxy'],
      ['EmailServices', 'tracked'],
      ['EmailServices/Domains', 'tracked'],
      ['EmailServices/Domains/SenderUsernames', 'proxy'],
      ['EmailServices/Domains/SuppressionLists', 'proxy'],
      ['EmailServices/Domains/SuppressionLists/SuppressionListAddresses', 'proxy'],
    ],
  },
  {
    namespace: 'Microsoft.Resources',
    versions: ['2025-04-01', '2022-12-01', '2021-04-01', '2019-11-01', '2016-06-01'],
    isAlwaysRegistered: true,
    types: [
      ['subscriptions', 'proxy'],
      ['subscriptions/locations', 'proxy'],
      ['subscriptions/providers', 'proxy'],
      ['subscriptions/resources', 'proxy'],
      ['subscriptions/resourceGroups', 'proxy'],
      ['resourceGroups', 'tracked'],
      ['tenants', 'proxy'],
      ['providers', 'proxy'],
      ['tags', 'proxy'],
    ],
  },
]

const providerOf = (namespace: string) =>
  providers.find((provider) => provider.namespace.toLowerCase() === namespace.toLowerCase())

const none = z.object({})
const providerSchema = named(
  'Provider',
  z.object({
    id: z.string(),
    namespace: z.string(),
    registrationPolicy: z.enum(['RegistrationFree', 'RegistrationRequired']),
    registrationState: z.enum(['Registered', 'NotRegistered']),
    resourceTypes: z.array(
      z.object({
        resourceType: z.string(),
        locations: z.array(z.string()),
        apiVersions: z.array(z.string()),
        defaultApiVersion: z.string(),
        capabilities: z.string(),
      }),
    ),
  }),
)
type Dependencies = Pick<HttpDependencies, 'storage' | 'publicUrl'>
type Request = ArmRequest<object, object>

export function providerRoutes(dependencies: Dependencies): readonly ArmRoute[] {
  const get = { method: 'GET', types: [PROVIDERS], body: none } as const
  const response = ok(providerSchema)
  const post = { method: 'POST', shape: 'collection', query: none, body: none, response } as const
  return [
    armRoute({
      ...get,
      shape: 'collection',
      authorizesItself: true,
      query: pageQuery,
      response: ok(listOf(providerSchema)),
      handle: async (request) => {
        const subscription = await readSubscription(dependencies, request)
        const form = (provider: Provider) => providerForm(provider, subscription)
        return pageOf(request, dependencies.publicUrl(), providers, ({ namespace }) => namespace, form)
      },
    }),
    armRoute({
      ...get,
      shape: 'item',
      authorizesItself: true,
      query: none,
      response,
      handle: async (request) => {
        const { name } = request.target
        const provider = providerOf(name)
        if (provider === undefined) return unknownNamespace(name)
        return answer(200, providerForm(provider, await readSubscription(dependencies, request)))
      },
    }),
    armRoute({
      ...post,
      types: providers.map(({ namespace }) => `${namespace}/register`),
      handle: (request) => setRegistered(dependencies, request, true),
    }),
    ...providers.map(({ namespace, isAlwaysRegistered }) =>
      armRoute({
        ...post,
        types: [`${namespace}/unregister`],
        response: isAlwaysRegistered ? {} : response,
        handle: (request) => setRegistered(dependencies, request, false),
      }),
    ),
  ]
}

const unknownNamespace = (namespace: string): Refusal =>
  notFound('InvalidResourceNamespace', `The resource namespace '${namespace}' is invalid.`)

/** That of the caller's tenant has been checked where the path names one. */
async function readSubscription(
  { storage }: Dependencies,
  { target }: Pick<Request, 'target'>,
): Promise<Subscription | undefined> {
  return target.subscriptionId === undefined
    ? undefined
    : storage.read.resources.readSubscription(target.subscriptionId)
}

async function setRegistered(dependencies: Dependencies, request: Request, registered: boolean): Promise<ArmAnswer> {
  const { target, change } = request
  const [namespace = '', action = ''] = target.type.toLowerCase().split('/')
  const provider = providerOf(namespace)
  return carryOut(dependencies.storage, request, async () => {
    const subscription = await readSubscription(dependencies, request)
    if (provider === undefined || subscription === undefined) return unknownNamespace(namespace)
    if (isRegistered(provider, subscription) === registered) return answer(200, providerForm(provider, subscription))
    if (provider.isAlwaysRegistered) {
      return refused(409, 'Conflict', `The provider '${provider.namespace}' cannot be unregistered.`)
    }
    const others = (subscription.unregisteredProviders ?? []).filter((name) => name !== namespace)
    const changed = { ...subscription, unregisteredProviders: registered ? others : [...others, namespace] }
    const operation = `${provider.namespace}/${action}/action`
    return {
      type: 'plan',
      answer: answer(200, providerForm(provider, changed)),
      record: (write) => void write.resources.updateSubscription(change, operation, changed),
    }
  })
}

function isRegistered({ namespace, isAlwaysRegistered }: Provider, subscription: Subscription | undefined): boolean {
  return isAlwaysRegistered || !subscription?.unregisteredProviders?.includes(namespace.toLowerCase())
}

/** A write into a namespace that the subscription does not have. */
export async function checkRegistration(
  { read }: Pick<HttpDependencies['storage'], 'read'>,
  method: RouteMethod,
  { type, subscriptionId }: ArmTarget,
): Promise<Refusal | undefined> {
  const [namespace = '', first = ''] = type.split('/')
  const isExempt = method === 'GET' || method === 'DELETE' || /^(?:un)?register$/i.test(first)
  if (isExempt || subscriptionId === undefined || namespace.toLowerCase() !== COMMUNICATION.toLowerCase())
    return undefined
  const subscription = await read.resources.readSubscription(subscriptionId)
  if (!subscription?.unregisteredProviders?.includes(namespace.toLowerCase())) return undefined
  const message = `The subscription '${subscriptionId}' is not registered to use namespace '${COMMUNICATION}'. Register it first.`
  return refused(409, 'MissingSubscriptionRegistration', message)
}

function providerForm(provider: Provider, subscription: Subscription | undefined): object {
  const { namespace, versions, types, isAlwaysRegistered } = provider
  const base = subscription === undefined ? '' : `/subscriptions/${subscription.subscriptionId}`
  const registered = isRegistered(provider, subscription)
  const displayNames = locations.map(({ displayName }) => displayName)
  return {
    id: `${base}/providers/${namespace}`,
    namespace,
    registrationPolicy: isAlwaysRegistered ? 'RegistrationFree' : 'RegistrationRequired',
    registrationState: registered ? 'Registered' : 'NotRegistered',
    resourceTypes: types.map(([resourceType, kind]) => ({
      resourceType,
      locations: kind === 'tracked' ? displayNames : [],
      apiVersions: versions,
      defaultApiVersion: versions.find((version) => !version.endsWith('preview')),
      capabilities: kind === 'tracked' ? 'SupportsTags, SupportsLocation' : 'None',
    })),
  }
}
