// Changes subscriptions and ARM resources, and keeps what is derived from them: lookup keys, whether a domain is verified, and the
// links from services to domains. Whether a resource may be as it is was decided by the caller.

import { isDomainVerified } from '../../resources/domain-verification.ts'
import { lookupKeyOf } from '../../resources/lookup-key.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import { COMMUNICATION_SERVICES, DOMAINS, isSameType, SMTP_USERNAMES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Change, PutResourceOutcome, ResourceWriter, Subscription } from '../storage.ts'
import { createAsyncOperationWriter } from './async-operations.ts'
import type { Database } from './database.ts'
import { recordChange } from './record-change.ts'
import {
  atOrBelow,
  conditionAtOrBelow,
  keysOf,
  RESOURCE_COLUMNS,
  type ResourceRow,
  resourceOf,
} from './resource-row.ts'
import { deleteAssignmentsUnder } from './role-writer.ts'
import { SELECT_SUBSCRIPTIONS, type SubscriptionRow, subscriptionOf } from './subscription-row.ts'
import type { Synchronous } from './synchronous.ts'

export function createResourceWriter(database: Database): Synchronous<ResourceWriter> {
  return {
    createSubscription: (change, subscription) => createSubscription(database, change, subscription),
    updateSubscription: (change, operation, subscription) =>
      updateSubscription(database, change, operation, subscription),
    putResource: (change, resource) => putResource(database, change, resource),
    deleteResource: (change, id) => deleteResource(database, change, id),
    ...createAsyncOperationWriter(database),
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

function updateSubscription(
  database: Database,
  change: Change,
  operation: string,
  subscription: Subscription,
): boolean {
  const { tenantId, tags, unregisteredProviders } = subscription
  const subscriptionId = subscription.subscriptionId.toLowerCase()
  const where = 'WHERE subscription_id = ? AND tenant_id = ?'
  const row = database.prepare<SubscriptionRow>(`${SELECT_SUBSCRIPTIONS} ${where}`).get(subscriptionId, tenantId)
  if (row === undefined) return false
  database
    .prepare(`UPDATE subscriptions SET tags = ?, unregistered_providers = ? ${where}`)
    .run(jsonOrNull(tags), jsonOrNull(unregisteredProviders), subscriptionId, tenantId)
  const before = subscriptionOf(row)
  const after = { ...before, tags, unregisteredProviders }
  recordChange(database, change, tenantId, operation, `/subscriptions/${subscriptionId}`, { before, after })
  return true
}

const jsonOrNull = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value))

function putResource(database: Database, change: Change, resource: Resource): PutResourceOutcome {
  const { key } = keysOf(resource.id)
  if (isNameTaken(database, resource, key)) return { type: 'name taken' }
  const before = findResource(database, key)
  upsert(database, resource)
  if (isSameType(resource.type, COMMUNICATION_SERVICES)) linkDomains(database, resource, key)
  const after = findResource(database, key)
  recordChange(database, change, resource.tenantId, `${resource.type}/write`, after?.id ?? resource.id, {
    before,
    after,
  })
  return { type: before === undefined ? 'created' : 'updated' }
}

function findResource(database: Database, key: string): Resource | undefined {
  const row = database.prepare<ResourceRow>(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE id_key = ?`).get(key)
  return row && resourceOf(row)
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

/** What is below it, and what is assigned or denied there, goes with it. Links go with their service. */
function deleteResource(database: Database, change: Change, id: string): boolean {
  const key = scopeKey(id)
  const resource = key === undefined ? undefined : findResource(database, key)
  if (key === undefined || resource === undefined) return false
  const { tenantId } = resource
  const range = atOrBelow(key)
  const gone = database
    .prepare<ResourceRow>(
      `SELECT ${RESOURCE_COLUMNS} FROM resources WHERE tenant_id = ? AND ${conditionAtOrBelow('id_key')} ORDER BY id_key`,
    )
    .all(tenantId, ...range)
    .map(resourceOf)
  deleteAssignmentsUnder(database, change, tenantId, key)
  database
    .prepare(`DELETE FROM resources WHERE tenant_id = ? AND ${conditionAtOrBelow('id_key')}`)
    .run(tenantId, ...range)
  database.prepare(`DELETE FROM sealed_records WHERE ${conditionAtOrBelow('resource_key')}`).run(...range)
  for (const before of gone) recordChange(database, change, tenantId, `${before.type}/delete`, before.id, { before })
  return true
}
