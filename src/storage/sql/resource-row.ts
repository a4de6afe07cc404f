// A resource between its row and its shape. Keys are the lower-case forms that rows are compared by.

import { parseResourceId } from '../../resources/resource-id.ts'
import type { Resource, SystemData } from '../../resources/resource.ts'

export const RESOURCE_COLUMNS =
  'id, name, type, tenant_id, subscription_id, location, tags, properties, system_data, etag'

export type ResourceRow = {
  id: string
  name: string
  type: string
  tenant_id: string
  subscription_id: string
  location: string | null
  tags: string | null
  properties: string
  system_data: string
  etag: string
}

export function resourceOf(row: ResourceRow): Resource {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    tenantId: row.tenant_id,
    subscriptionId: row.subscription_id,
    ...(row.location === null ? {} : { location: row.location }),
    ...(row.tags === null ? {} : { tags: JSON.parse(row.tags) as Record<string, string> }),
    properties: JSON.parse(row.properties) as Record<string, unknown>,
    systemData: JSON.parse(row.system_data) as SystemData,
    etag: row.etag,
  }
}

export type ResourceKeys = {
  /** Without repeated slashes. */
  readonly id: string
  readonly key: string
  readonly parentKey: string
  readonly subscriptionId: string
}

/** Throws for what is no id of a resource in a subscription: the caller should have asked. */
export function keysOf(id: string): ResourceKeys {
  const parsed = parseResourceId(id)
  const [parent, subscriptionId] = [parsed?.ancestors[0], parsed?.subscriptionId]
  if (parsed === undefined || parent === undefined || subscriptionId === undefined)
    throw new Error(`not the id of a resource in a subscription: ${JSON.stringify(id)}`)
  const key = parsed.id.toLowerCase()
  return { id: parsed.id, key, parentKey: parent.toLowerCase(), subscriptionId: subscriptionId.toLowerCase() }
}

/**
 * A condition on a column of keys; its values come from `atOrBelow`. The range is what an index can answer: it holds what is below,
 * and siblings such as `mail-2` of `mail`, which the last part takes out. (LIKE will not do: `%` may stand in a name.)
 */
export function conditionAtOrBelow(column: string): string {
  return `${column} >= ? AND ${column} < ? AND (${column} = ? OR ${column} > ?)`
}

/** `0` is the character after `/`, so what begins with the key and a slash lies between the two. */
export function atOrBelow(key: string): [string, string, string, string] {
  return [key, `${key}0`, key, `${key}/`]
}
