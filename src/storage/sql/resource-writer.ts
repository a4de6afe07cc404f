// Changes subscriptions and ARM resources, and keeps what is derived from them: lookup keys, whether a domain is verified, and the
// links from services to domains. Whether a resource may be as it is was decided by the caller.

import { isDomainVerified } from '../../resources/domain-verification.ts'
import { lookupKeyOf } from '../../resources/lookup-key.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import { COMMUNICATION_SERVICES, DOMAINS, isSameType, SMTP_USERNAMES } from '../../resources/resource-types.ts'
import type { Resource } from '../../resources/resource.ts'
import type { Change, PutResourceOutcome, ResourceWriter, Subscription } from '../storage.ts'
import { asyncOperationWriter } from './async-operations.ts'
import { forgetQuotas } from './quotas.ts'
import { recordChange } from './record-change.ts'
import {
  atOrBelow,
  conditionAtOrBelow,
  keysOf,
  RESOURCE_COLUMNS,
  type ResourceRow,
  resourceOf,
} from './resource-row.ts'
import { deleteEventSubscriptionsUnder } from './event-subscriptions.ts'
import { deleteAssignmentsUnder } from './role-writer.ts'
import { all, first, firstArray, type InSql, lockTenant, run, type Sql } from './sql.ts'
import { SELECT_SUBSCRIPTIONS, type SubscriptionRow, subscriptionOf } from './subscription-row.ts'

export const resourceWriter: InSql<ResourceWriter> = {
  createSubscription,
  updateSubscription,
  putResource,
  deleteResource,
  ...asyncOperationWriter,
}

function* createSubscription(change: Change, subscription: Subscription): Sql<void> {
  const { tenantId, displayName } = subscription
  yield* lockTenant(tenantId)
  const subscriptionId = subscription.subscriptionId.toLowerCase()
  yield* run(
    'INSERT INTO subscriptions (subscription_id, tenant_id, display_name) VALUES (?, ?, ?)',
    subscriptionId,
    tenantId,
    displayName,
  )
  yield* recordChange(change, tenantId, 'Microsoft.Subscription/aliases/write', `/subscriptions/${subscriptionId}`)
}

function* updateSubscription(change: Change, operation: string, subscription: Subscription): Sql<boolean> {
  const { tenantId, tags, unregisteredProviders } = subscription
  yield* lockTenant(tenantId)
  const subscriptionId = subscription.subscriptionId.toLowerCase()
  const where = 'WHERE subscription_id = ? AND tenant_id = ?'
  const row = yield* first<SubscriptionRow>(`${SELECT_SUBSCRIPTIONS} ${where}`, subscriptionId, tenantId)
  if (row === undefined) return false
  yield* run(
    `UPDATE subscriptions SET tags = ?, unregistered_providers = ? ${where}`,
    jsonOrNull(tags),
    jsonOrNull(unregisteredProviders),
    subscriptionId,
    tenantId,
  )
  const before = subscriptionOf(row)
  const after = { ...before, tags, unregisteredProviders }
  yield* recordChange(change, tenantId, operation, `/subscriptions/${subscriptionId}`, { before, after })
  return true
}

const jsonOrNull = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value))

function* putResource(change: Change, resource: Resource): Sql<PutResourceOutcome> {
  yield* lockTenant(resource.tenantId)
  const { key } = keysOf(resource.id)
  if (yield* isNameTaken(resource, key)) return { type: 'name taken' }
  const before = yield* findResource(key)
  yield* upsert(resource)
  if (isSameType(resource.type, COMMUNICATION_SERVICES)) yield* linkDomains(resource, key)
  const after = yield* findResource(key)
  yield* recordChange(change, resource.tenantId, `${resource.type}/write`, after?.id ?? resource.id, {
    before,
    after,
  })
  return { type: before === undefined ? 'created' : 'updated' }
}

function* findResource(key: string): Sql<Resource | undefined> {
  const row = yield* first<ResourceRow>(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE id_key = ?`, key)
  return row && resourceOf(row)
}

/** The types whose lookup key is unique over the installation; their partial indexes hold it against races. */
const UNIQUE_TYPES = [COMMUNICATION_SERVICES, SMTP_USERNAMES]

function* isNameTaken(resource: Resource, key: string): Sql<boolean> {
  if (!UNIQUE_TYPES.some((type) => isSameType(type, resource.type))) return false
  const lookupKey = lookupKeyOf(resource)
  if (lookupKey === undefined) return false
  const other = yield* firstArray(
    `SELECT 1 FROM resources WHERE type_key = '${resource.type.toLowerCase()}' AND lookup_key = ? AND id_key <> ?`,
    lookupKey,
    key,
  )
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

function* upsert(resource: Resource): Sql<void> {
  const { id, key, parentKey, subscriptionId } = keysOf(resource.id)
  const { type, name, tenantId, location, tags, properties, systemData, etag } = resource
  const isVerified = isSameType(type, DOMAINS) && isDomainVerified(properties)
  const written = yield* run(
    UPSERT,
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
  if (written !== 1) throw new Error(`${id} belongs to another tenant than ${tenantId}`)
}

function* linkDomains(service: Resource, serviceKey: string): Sql<void> {
  yield* run('DELETE FROM linked_domains WHERE tenant_id = ? AND service_key = ?', service.tenantId, serviceKey)
  const linked = service.properties['linkedDomains']
  if (!Array.isArray(linked)) return
  const insert = 'INSERT INTO linked_domains (tenant_id, service_key, domain_key) VALUES (?, ?, ?)'
  const keys = linked.map((id) => (typeof id === 'string' ? scopeKey(id) : undefined))
  for (const key of new Set(keys)) if (key !== undefined) yield* run(insert, service.tenantId, serviceKey, key)
}

/** What is below it, and what is assigned or denied there, goes with it. Links go with their service. */
function* deleteResource(change: Change, id: string): Sql<boolean> {
  const key = scopeKey(id)
  const resource = key === undefined ? undefined : yield* findResource(key)
  if (key === undefined || resource === undefined) return false
  const { tenantId } = resource
  yield* lockTenant(tenantId)
  const range = atOrBelow(key)
  const gone = yield* all<ResourceRow>(
    `SELECT ${RESOURCE_COLUMNS} FROM resources WHERE tenant_id = ? AND ${conditionAtOrBelow('id_key')} ORDER BY id_key`,
    tenantId,
    ...range,
  )
  if (gone.length === 0) return false
  yield* deleteAssignmentsUnder(change, tenantId, key)
  yield* run(`DELETE FROM resources WHERE tenant_id = ? AND ${conditionAtOrBelow('id_key')}`, tenantId, ...range)
  yield* run(`DELETE FROM sealed_records WHERE ${conditionAtOrBelow('resource_key')}`, ...range)
  yield* deleteEventSubscriptionsUnder(tenantId, conditionAtOrBelow('scope_key'), range)
  for (const before of gone.map(resourceOf)) {
    yield* forgetQuotas(before)
    yield* recordChange(change, tenantId, `${before.type}/delete`, before.id, { before })
  }
  return true
}
