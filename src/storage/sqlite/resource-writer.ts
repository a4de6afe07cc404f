// Changes subscriptions and ARM resources, and keeps what is derived from them: lookup keys, whether a domain is verified, and the
// links from services to domains. Whether a resource may be as it is was decided by the caller.

import { isDomainVerified } from '../../resources/domain-verification.ts'
import { lookupKeyOf } from '../../resources/lookup-key.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import { COMMUNICATION_SERVICES, DOMAINS, isSameType, SMTP_USERNAMES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Change, PutResourceOutcome, ResourceWriter, Subscription } from '../storage.ts'
import type { Database } from './database.ts'
import { recordChange } from './record-change.ts'
import { atOrBelow, conditionAtOrBelow, keysOf } from './resource-row.ts'
import type { Synchronous } from './synchronous.ts'

export function createResourceWriter(database: Database): Synchronous<ResourceWriter> {
  return {
    createSubscription: (change, subscription) => createSubscription(database, change, subscription),
    putResource: (change, resource) => putResource(database, change, resource),
    deleteResource: (change, id) => deleteResource(database, change, id),
  }
}

function createSubscription(database: Database, change: Change, subscription: Subscription): void {
  const { tenantId, displayName } = subscription
  const subscriptionId = subscription.subscriptionId.toLowerCase()
  database
    .prepare('INSERT INTO subscriptions (subscription_id, tenant_id, display_name) VALUES (?, ?, ?)')
    .run(subscriptionId, tenantId, displayName)
  recordChange(database, change, tenantId, 'Microsoft.Subscription/aliases/write', `/subscriptions/${subscriptionId}`)
}

function putResource(database: Database, change: Change, resource: Resource): PutResourceOutcome {
  const { id, key } = keysOf(resource.id)
  if (isNameTaken(database, resource, key)) return { type: 'name taken' }
  const existed = database.prepare('SELECT 1 FROM resources WHERE id_key = ?').get(key) !== undefined
  upsert(database, resource)
  if (isSameType(resource.type, COMMUNICATION_SERVICES)) linkDomains(database, resource, key)
  recordChange(database, change, resource.tenantId, `${resource.type}/write`, id)
  return { type: existed ? 'updated' : 'created' }
}

/** The types whose lookup key is unique over the installation; their partial indexes hold it against races. */
const UNIQUE_TYPES = [COMMUNICATION_SERVICES, SMTP_USERNAMES]

function isNameTaken(database: Database, resource: Resource, key: string): boolean {
  if (!UNIQUE_TYPES.some((type) => isSameType(type, resource.type))) return false
  const lookupKey = lookupKeyOf(resource)
  if (lookupKey === undefined) return false
  const other = database
    .prepare(
      `SELECT 1 FROM resources WHERE type_key = '${resource.type.toLowerCase()}' AND lookup_key = ? AND id_key <> ?`,
    )
    .get(lookupKey, key)
  return other !== undefined
}

/** An update keeps id, name and type in the casing of the creation. */
const UPSERT = `
  INSERT INTO resources (id_key, id, type_key, type, name, parent_key, tenant_id, subscription_id,
    location, tags, properties, system_data, etag, lookup_key, verified)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id_key) DO UPDATE SET location = excluded.location, tags = excluded.tags,
    properties = excluded.properties, system_data = excluded.system_data, etag = excluded.etag,
    lookup_key = excluded.lookup_key, verified = excluded.verified
  WHERE resources.tenant_id = excluded.tenant_id`

function upsert(database: Database, resource: Resource): void {
  const { id, key, parentKey, subscriptionId } = keysOf(resource.id)
  const { type, name, tenantId, location, tags, properties, systemData, etag } = resource
  const isVerified = isSameType(type, DOMAINS) && isDomainVerified(properties)
  const written = database
    .prepare(UPSERT)
    .run(
      key,
      id,
      type.toLowerCase(),
      type,
      name,
      parentKey,
      tenantId,
      subscriptionId,
      location ?? null,
      tags === undefined ? null : JSON.stringify(tags),
      JSON.stringify(properties),
      JSON.stringify(systemData),
      etag,
      lookupKeyOf(resource) ?? null,
      Number(isVerified),
    )
  if (written.changes !== 1) throw new Error(`${id} belongs to another tenant than ${tenantId}`)
}

function linkDomains(database: Database, service: Resource, serviceKey: string): void {
  database
    .prepare('DELETE FROM linked_domains WHERE tenant_id = ? AND service_key = ?')
    .run(service.tenantId, serviceKey)
  const linked = service.properties['linkedDomains']
  if (!Array.isArray(linked)) return
  const insert = database.prepare('INSERT INTO linked_domains (tenant_id, service_key, domain_key) VALUES (?, ?, ?)')
  const keys = linked.map((id) => (typeof id === 'string' ? scopeKey(id) : undefined))
  for (const key of new Set(keys)) if (key !== undefined) insert.run(service.tenantId, serviceKey, key)
}

function deleteResource(database: Database, change: Change, id: string): boolean {
  const key = scopeKey(id)
  if (key === undefined) return false
  const row = database
    .prepareArrays<[id: string, type: string, tenantId: string]>(
      'SELECT id, type, tenant_id FROM resources WHERE id_key = ?',
    )
    .get(key)
  if (row === undefined) return false
  const [storedId, type, tenantId] = row
  for (const [table, column] of TREES)
    database
      .prepare(`DELETE FROM ${table} WHERE tenant_id = ? AND ${conditionAtOrBelow(column)}`)
      .run(tenantId, ...atOrBelow(key))
  recordChange(database, change, tenantId, `${type}/delete`, storedId)
  return true
}

/** What goes with a resource: itself and all below it, and what is assigned or denied there. Links go with their service. */
const TREES = [
  ['resources', 'id_key'],
  ['role_assignments', 'scope_key'],
  ['deny_assignments', 'scope_key'],
] as const
