// The grammar of ARM ids: subscription, resource group, and under providers a chain of type and name of any depth; an id may stand
// on another (role assignments do). It compares without regard to case and keeps the casing it was given. It knows no type and asks
// no store: whether such a thing exists, or may have such a name, is decided elsewhere. Input has been percent-decoded once; what
// still looks encoded, climbs (`.`, `..`) or cannot be seen (control and format characters) is no id.
// Azure: casing and repeated slashes vary between clients (control-plane reference §1.3).

import { RESOURCE_GROUPS, SUBSCRIPTIONS } from './resource-types.ts'

/** The scope above all subscriptions of a tenant. It is a scope, not a resource. */
export const ROOT_SCOPE = '/'

export type ResourceId = {
  /** As written, without repeated or trailing slashes. */
  readonly id: string
  /** Namespace and types, as written: `Microsoft.Communication/emailServices/domains`. */
  readonly type: string
  /** One name for each type: `['mail', 'contoso.test']`. The last is the resource's own. */
  readonly names: readonly string[]
  readonly subscriptionId?: string
  readonly resourceGroup?: string
  /** The ids above this one, nearest first; the last is the root. */
  readonly ancestors: readonly string[]
}

/** Longer and deeper than any id made of the longest names: bounds on what a hostile path may cost. */
const MAX_LENGTH = 2048
const MAX_SEGMENTS = 64

const FORBIDDEN = /[\p{C}\p{Zl}\p{Zp}\\]|%[0-9a-f]{2}/iu

const isKeyword = (segment: string | undefined, keyword: string) => segment?.toLowerCase() === keyword

/** Undefined for anything that is not the id of a resource; the root scope is none. */
export function parseResourceId(text: string): ResourceId | undefined {
  if (!text.startsWith('/') || text.length > MAX_LENGTH || FORBIDDEN.test(text)) return undefined
  const segments = text.split('/').filter((segment) => segment !== '')
  if (segments.length > MAX_SEGMENTS || segments.some((segment) => segment === '.' || segment === '..'))
    return undefined
  return readSegments(segments)
}

type Reading = { end: number; type: string; names: readonly string[] }

function readSegments(segments: readonly string[]): ResourceId | undefined {
  const readings = readContainers(segments)
  const subscriptionId = readings[0]?.names[0]
  const resourceGroup = readings[1]?.names[0]
  while ((readings.at(-1)?.end ?? 0) < segments.length) {
    const chain = readProvider(segments, readings.at(-1)?.end ?? 0)
    if (chain.length === 0) return undefined
    readings.push(...chain)
  }
  const last = readings.pop()
  if (last === undefined) return undefined
  const idUpTo = (end: number) => `/${segments.slice(0, end).join('/')}`
  return {
    id: idUpTo(last.end),
    type: last.type,
    names: last.names,
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    ...(resourceGroup === undefined ? {} : { resourceGroup }),
    ancestors: [...readings.toReversed().map((reading) => idUpTo(reading.end)), ROOT_SCOPE],
  }
}

/** `subscriptions/{id}` and `resourceGroups/{name}`, where they are. */
function readContainers(segments: readonly string[]): Reading[] {
  const [subscriptions, subscriptionId, resourceGroups, resourceGroup] = segments
  if (!isKeyword(subscriptions, 'subscriptions') || subscriptionId === undefined) return []
  const subscription = { end: 2, type: SUBSCRIPTIONS, names: [subscriptionId] }
  if (!isKeyword(resourceGroups, 'resourcegroups') || resourceGroup === undefined) return [subscription]
  return [subscription, { end: 4, type: RESOURCE_GROUPS, names: [resourceGroup] }]
}

/** `providers/{namespace}` and the pairs of type and name behind it, one reading for each pair; empty when it does not fit. */
function readProvider(segments: readonly string[], start: number): Reading[] {
  const readings: Reading[] = []
  let type = segments[start + 1]
  if (!isKeyword(segments[start], 'providers') || type === undefined) return readings
  let names: readonly string[] = []
  for (let at = start + 2; at < segments.length && !isKeyword(segments[at], 'providers'); at += 2) {
    const name = segments[at + 1]
    if (name === undefined) return []
    type = `${type}/${segments[at]}`
    names = [...names, name]
    readings.push({ end: at + 2, type, names })
  }
  return readings
}

/** The id of a resource in or on a scope: a resource group, a subscription, the root, or the resource that it extends. */
export function formatResourceId(scope: string, type: string, names: readonly string[]): string {
  const base = scope === ROOT_SCOPE ? '' : scope
  if (type === SUBSCRIPTIONS) return `${base}/subscriptions/${names.join('/')}`
  if (type === RESOURCE_GROUPS) return `${base}/resourceGroups/${names.join('/')}`
  const [namespace = '', ...types] = type.split('/')
  const pairs = types.map((part, index) => `/${part}/${names[index] ?? ''}`)
  return `${base}/providers/${namespace}${pairs.join('')}`
}

/** The type that an id says it has, as written. */
export const typeOf = (id: string): string | undefined => parseResourceId(id)?.type

/** The next scope up: parent resource, resource group, subscription or root. */
export const parentOf = (id: string): string | undefined => parseResourceId(id)?.ancestors[0]

/** What ids and scopes are compared and stored by: lower case, no repeated or trailing slash. Undefined for what is neither. */
export function scopeKey(scope: string): string | undefined {
  if (/^\/+$/.test(scope)) return ROOT_SCOPE
  return parseResourceId(scope.toLowerCase())?.id
}

/** Whether two ids name the same resource; false when either is no id. */
export function isSameResource(one: string, other: string): boolean {
  const key = scopeKey(one)
  return key !== undefined && key === scopeKey(other)
}
