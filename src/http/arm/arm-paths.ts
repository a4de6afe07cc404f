// Where the types of ARM routes are found, as path templates: a route knows its type and its shape, and the place follows from them.
// For the description of the API only; requests are read the other way round, by `readArmTarget`. Azure: control-plane reference §4.1,
// §5.2, §6.1.

import { RESOURCE_GROUPS, SUBSCRIPTIONS } from '../../resources/resource-types.ts'
import type { ArmRoute } from './arm-route.ts'
import { CHECK_NAME_AVAILABILITY, EXCHANGE_DOMAINS, GENERIC_RESOURCES, LOCATIONS } from './arm-target.ts'
import { OPERATION_STATUSES, PROVIDERS, SMTP_SETTINGS, TAGS, TENANTS } from './arm-target.ts'

const SUBSCRIPTION = '/subscriptions/{subscriptionId}'
const GROUPS = `${SUBSCRIPTION}/resourceGroups`
const GROUP = `${GROUPS}/{resourceGroupName}`
const COMMUNICATION_SERVICE = `${GROUP}/providers/Microsoft.Communication/communicationServices/{communicationServiceName}`

type Places = { readonly item?: readonly string[]; readonly collection?: readonly string[] }

const lowerKeys = <Value>(entries: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> =>
  new Map(entries.map(([type, value]) => [type.toLowerCase(), value]))

/** What Resource Manager answers itself, at paths without a provider. */
const SHORT: ReadonlyMap<string, Places> = lowerKeys([
  [SUBSCRIPTIONS, { item: [SUBSCRIPTION], collection: ['/subscriptions'] }],
  [RESOURCE_GROUPS, { item: [GROUP], collection: [GROUPS] }],
  [TENANTS, { collection: ['/tenants'] }],
  [LOCATIONS, { collection: [`${SUBSCRIPTION}/locations`] }],
  [GENERIC_RESOURCES, { collection: [`${SUBSCRIPTION}/resources`, `${GROUP}/resources`] }],
  [
    PROVIDERS,
    {
      item: [`${SUBSCRIPTION}/providers/{namespace}`, '/providers/{namespace}'],
      collection: [`${SUBSCRIPTION}/providers`, '/providers'],
    },
  ],
  [TAGS, { item: [`/{scope}/providers/${TAGS}/default`] }],
])

const ANY_SCOPE = ['/{scope}'] as const

/** What is in one place only, whatever its namespace. */
const SCOPES: ReadonlyMap<string, readonly string[]> = lowerKeys([
  [CHECK_NAME_AVAILABILITY, [SUBSCRIPTION]],
  [EXCHANGE_DOMAINS, [SUBSCRIPTION]],
  [OPERATION_STATUSES, [SUBSCRIPTION]],
  ['Microsoft.Communication/operations', ['']],
  ['Microsoft.Authorization/providerOperations', ['']],
  ['Microsoft.Authorization/elevateAccess', ['']],
  ['Microsoft.Authorization/classicAdministrators', [SUBSCRIPTION]],
  [SMTP_SETTINGS, [COMMUNICATION_SERVICE]],
])

/** The templates of everything that a route answers. A scope is one parameter although it has slashes in it, as Azure's documents do it. */
export function pathsOfArmRoute({ types, shape }: Pick<ArmRoute, 'types' | 'shape'>): readonly string[] {
  return types.flatMap((type) => {
    const short = SHORT.get(type.toLowerCase())
    return short === undefined
      ? scopesOf(type, shape).map((scope) => scope + pathOf(type, shape))
      : (short[shape] ?? [])
  })
}

function scopesOf(type: string, shape: ArmRoute['shape']): readonly string[] {
  const key = type.toLowerCase()
  if (/\/(?:un)?register$/.test(key)) return [SUBSCRIPTION]
  const place = SCOPES.get(key)
  if (place !== undefined) return place
  if (!key.startsWith('microsoft.communication/')) return ANY_SCOPE
  const isTopLevelList = shape === 'collection' && key.split('/').length === 2
  return isTopLevelList ? [SUBSCRIPTION, GROUP] : [GROUP]
}

/** The provider and the pairs of type and name; a collection, or an action, has no name at its end. */
function pathOf(type: string, shape: ArmRoute['shape']): string {
  const [namespace = '', ...segments] = type.split('/')
  if (/\/(?:un)?register$/i.test(type)) return `/providers/${namespace}/${segments.at(-1) ?? ''}`
  const pairs = segments.map((segment, index) =>
    index === segments.length - 1 && shape === 'collection' ? segment : `${segment}/{${parameterOf(segment)}}`,
  )
  return ['/providers', namespace, ...pairs].join('/')
}

/** `smtpUsernames` gives `smtpUsernameName`. */
function parameterOf(segment: string): string {
  const singular = segment.replace(/(?:(?<=ss|us)es|s)$/, '')
  return `${singular.charAt(0).toLowerCase()}${singular.slice(1)}Name`
}
