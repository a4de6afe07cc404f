// Where types are found, as path templates. What a request names at any other place is nothing, and the description of the API is made
// from the same: a route knows its type and its shape, and its paths follow. Azure: control-plane reference §4.1, §5.2, §6.1.

import { parentOf, ROOT_SCOPE } from '../../resources/resource-id.ts'
import { RESOURCE_GROUPS, SUBSCRIPTIONS } from '../../resources/resource-types.ts'
import type { ArmRoute } from './arm-route.ts'
import {
  type ArmTarget,
  CHECK_NAME_AVAILABILITY,
  CLASSIC_ADMINISTRATORS,
  COMMUNICATION_OPERATIONS,
} from './arm-target.ts'
import { ELEVATE_ACCESS, EXCHANGE_DOMAINS, GENERIC_RESOURCES, LOCATIONS, OPERATION_STATUSES } from './arm-target.ts'
import { APPLICATION_QUOTAS, QUOTAS } from './arm-target.ts'
import { IDENTITY_PROVIDERS, PROVIDER_OPERATIONS, PROVIDERS, SMTP_SETTINGS, TAGS, TENANTS } from './arm-target.ts'
import { DNS_RECORDS, ROTATE_DKIM } from './arm-target.ts'
import { EVENT_DELIVERIES, EVENT_SUBSCRIPTIONS, EVENTS, REPLAY_EVENTS, ROTATE_WEBHOOK_SECRET } from './arm-target.ts'

const SUBSCRIPTION = '/subscriptions/{subscriptionId}'
const GROUP = `${SUBSCRIPTION}/resourceGroups/{resourceGroupName}`
const COMMUNICATION_SERVICE = `${GROUP}/providers/Microsoft.Communication/communicationServices/{communicationServiceName}`
const DOMAIN = `${GROUP}/providers/Microsoft.Communication/emailServices/{emailServiceName}/domains/{domainName}`

const ANY_SCOPE = '/{scope}'

type Place = {
  /** What a path of the type stands on: the root is empty. */
  readonly scopes: readonly string[]
  /** The same for the collection, where that is somewhere else. */
  readonly lists?: readonly string[]
  /** What follows there, where it is not the provider with the types, and the name of an item behind it. */
  readonly path?: string
  readonly name?: string
}

/** The types that are in one place only, whatever their namespace, and what Resource Manager answers itself. */
const PLACES: readonly (readonly [type: string, place: Place])[] = [
  [SUBSCRIPTIONS, { scopes: [''], path: 'subscriptions', name: '{subscriptionId}' }],
  [RESOURCE_GROUPS, { scopes: [SUBSCRIPTION], path: 'resourceGroups', name: '{resourceGroupName}' }],
  [TENANTS, { scopes: [''], path: 'tenants' }],
  [LOCATIONS, { scopes: [SUBSCRIPTION], path: 'locations' }],
  [GENERIC_RESOURCES, { scopes: [SUBSCRIPTION, GROUP], path: 'resources' }],
  [PROVIDERS, { scopes: [SUBSCRIPTION, ''], path: 'providers', name: '{namespace}' }],
  [TAGS, { scopes: [ANY_SCOPE], path: `providers/${TAGS}`, name: 'default' }],
  [CHECK_NAME_AVAILABILITY, { scopes: [SUBSCRIPTION] }],
  [EXCHANGE_DOMAINS, { scopes: [SUBSCRIPTION] }],
  [OPERATION_STATUSES, { scopes: [SUBSCRIPTION] }],
  [COMMUNICATION_OPERATIONS, { scopes: [''] }],
  [PROVIDER_OPERATIONS, { scopes: [''] }],
  [ELEVATE_ACCESS, { scopes: [''] }],
  [CLASSIC_ADMINISTRATORS, { scopes: [SUBSCRIPTION] }],
  [IDENTITY_PROVIDERS, { scopes: [''] }],
  [SMTP_SETTINGS, { scopes: [COMMUNICATION_SERVICE] }],
  [ROTATE_DKIM, { scopes: [DOMAIN] }],
  [DNS_RECORDS, { scopes: [DOMAIN] }],
  [QUOTAS, { scopes: [COMMUNICATION_SERVICE, DOMAIN], lists: [''] }],
  [APPLICATION_QUOTAS, { scopes: [''] }],
  [EVENT_SUBSCRIPTIONS, { scopes: ['', COMMUNICATION_SERVICE] }],
  [EVENT_DELIVERIES, { scopes: ['', COMMUNICATION_SERVICE] }],
  [REPLAY_EVENTS, { scopes: ['', COMMUNICATION_SERVICE] }],
  [ROTATE_WEBHOOK_SECRET, { scopes: ['', COMMUNICATION_SERVICE] }],
  [EVENTS, { scopes: ['', COMMUNICATION_SERVICE] }],
]
const placesByType = new Map(PLACES.map(([type, place]) => [type.toLowerCase(), place]))

/** The templates of everything that a route answers. A scope is one parameter although it has slashes in it, as Azure's documents do it. */
export function pathsOfArmRoute({ types, shape }: Pick<ArmRoute, 'types' | 'shape'>): readonly string[] {
  return types.flatMap((type) => {
    const { scopes, path, name } = placeOf(type, shape)
    const short = path === undefined ? pathOf(type, shape) : `/${path}${shape === 'item' ? `/${name}` : ''}`
    return scopes.map((scope) => scope + short)
  })
}

/** Whether what the target names can be where it names it. */
export function isInPlace(target: ArmTarget): boolean {
  const scope = scopeOf(target)
  return placeOf(target.type, target.shape).scopes.some(
    (template) => template === ANY_SCOPE || isSpeltLike(scope, template),
  )
}

/** What the first of the target's types is in or on; empty for the root. */
function scopeOf({ shape, names, parent }: ArmTarget): string {
  const parents = shape === 'item' ? names.slice(1) : names
  const scope = parents.reduce<string>((id) => parentOf(id) ?? ROOT_SCOPE, parent)
  return scope === ROOT_SCOPE ? '' : scope
}

function isSpeltLike(path: string, template: string): boolean {
  const segments = path.toLowerCase().split('/')
  const wanted = template.toLowerCase().split('/')
  return (
    segments.length === wanted.length &&
    wanted.every((segment, index) => segment.startsWith('{') || segment === segments[index])
  )
}

function placeOf(type: string, shape: ArmRoute['shape']): Place {
  const key = type.toLowerCase()
  if (/\/(?:un)?register$/.test(key)) return { scopes: [SUBSCRIPTION] }
  const place = placesByType.get(key)
  if (place?.lists !== undefined && shape === 'collection') return { ...place, scopes: place.lists }
  if (place !== undefined) return place
  if (!key.startsWith('microsoft.communication/')) return { scopes: [ANY_SCOPE] }
  const isTopLevelList = shape === 'collection' && key.split('/').length === 2
  return { scopes: isTopLevelList ? [SUBSCRIPTION, GROUP] : [GROUP] }
}

/** The provider and the pairs of type and name; a collection, or an action, has no name at its end. */
function pathOf(type: string, shape: ArmRoute['shape']): string {
  const [namespace = '', ...segments] = type.split('/')
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
