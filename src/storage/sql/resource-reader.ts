// Reads ARM resources and answers the two questions of the credential and sender walks from indexes of their own: which service or
// SMTP username a login names, and how an address stands to a service. A link to a domain of another tenant counts for nothing.

import { DOMAINS, SENDER_USERNAMES } from '../../resources/resource-types.ts'
import { scopeKey } from '../../resources/resource-id.ts'
import type { Resource, SystemData } from '../../resources/resource.ts'
import { canonicalSmtpUsername } from '../../resources/smtp-username-rules.ts'
import type { CommunicationServiceRef, ResourceReader, SenderStanding, SmtpUsernameRef } from '../storage.ts'
import { atOrBelow, conditionAtOrBelow, RESOURCE_COLUMNS, type ResourceRow, resourceOf } from './resource-row.ts'
import { all, allArrays, first, firstArray, type InSql, isText, type Sql, type Value } from './sql.ts'
import { SELECT_SUBSCRIPTIONS, type SubscriptionRow, subscriptionOf } from './subscription-row.ts'

export const resourceReader: InSql<ResourceReader> = {
  *findCommunicationService(name) {
    if (!isText(name)) return undefined
    return serviceRef(yield* firstArray<ServiceRow>(SERVICE_BY_NAME, name.toLowerCase()))
  },
  *findSmtpUsername(text) {
    if (!isText(text)) return undefined
    return smtpUsernameRef(yield* firstArray<UsernameRow>(SERVICE_BY_SMTP_USERNAME, canonicalSmtpUsername(text)))
  },
  *readSenderStanding(serviceId, localPart, domain) {
    const rows = yield* allArrays<StandingRow>(STANDING, localPart.toLowerCase(), serviceId.toLowerCase())
    return senderStanding(rows, domain)
  },
  *findConnectedDomain(serviceId, domain) {
    return (yield* all<ResourceRow>(CONNECTED_DOMAIN, serviceId.toLowerCase(), domain)).map(resourceOf)[0]
  },
  readResource,
  listResources,
  *readSubscription(subscriptionId) {
    const sql = `${SELECT_SUBSCRIPTIONS} WHERE subscription_id = ?`
    return (yield* all<SubscriptionRow>(sql, subscriptionId.toLowerCase())).map(subscriptionOf)[0]
  },
  *listSubscriptions(tenantId) {
    const sql = `${SELECT_SUBSCRIPTIONS} WHERE tenant_id = ? ORDER BY subscription_id`
    return (yield* all<SubscriptionRow>(sql, tenantId)).map(subscriptionOf)
  },
}

// The literal type keys let the engines use the partial unique indexes.
const SERVICE_BY_NAME = `
  SELECT id, name, tenant_id FROM resources
  WHERE type_key = 'microsoft.communication/communicationservices' AND lookup_key = ?`

const SERVICE_BY_SMTP_USERNAME = `
  SELECT s.id, s.name, s.tenant_id, u.properties, u.system_data
  FROM resources u JOIN resources s ON s.id_key = u.parent_key
  WHERE u.type_key = 'microsoft.communication/communicationservices/smtpusernames' AND u.lookup_key = ?`

type ServiceRow = [id: string, name: string, tenantId: string]
type UsernameRow = [...ServiceRow, properties: string, systemData: string]

function serviceRef(row: ServiceRow | undefined): CommunicationServiceRef | undefined {
  return row && { id: row[0], name: row[1], tenantId: row[2] }
}

function smtpUsernameRef(row: UsernameRow | undefined): SmtpUsernameRef | undefined {
  if (row === undefined) return undefined
  const [id, name, tenantId, text, systemData] = row
  const properties = JSON.parse(text) as Record<string, unknown>
  const { defaultFrom } = properties
  return {
    service: { id, name, tenantId },
    applicationId: guidIn(properties, 'entraApplicationId'),
    tenantId: guidIn(properties, 'tenantId'),
    ...(typeof defaultFrom === 'string' && { defaultFrom }),
    createdAt: Date.parse((JSON.parse(systemData) as SystemData).createdAt),
  }
}

/** Empty for anything but text; an empty identifier finds nothing. */
function guidIn(properties: Record<string, unknown>, name: string): string {
  const value = properties[name]
  return typeof value === 'string' ? value.toLowerCase() : ''
}

const STANDING = `
  SELECT d.lookup_key, d.verified,
    EXISTS (SELECT 1 FROM resources u
            WHERE u.parent_key = d.id_key AND u.type_key = '${SENDER_USERNAMES.toLowerCase()}' AND u.lookup_key = ?)
  FROM resources s
  JOIN linked_domains l ON l.tenant_id = s.tenant_id AND l.service_key = s.id_key
  JOIN resources d ON d.id_key = l.domain_key AND d.tenant_id = l.tenant_id
  WHERE s.id_key = ? AND d.type_key = '${DOMAINS.toLowerCase()}'
  ORDER BY d.lookup_key`

const CONNECTED_DOMAIN = `
  SELECT ${RESOURCE_COLUMNS.split(', ')
    .map((column) => `d.${column}`)
    .join(', ')}
  FROM resources s
  JOIN linked_domains l ON l.tenant_id = s.tenant_id AND l.service_key = s.id_key
  JOIN resources d ON d.id_key = l.domain_key AND d.tenant_id = l.tenant_id
  WHERE s.id_key = ? AND d.type_key = '${DOMAINS.toLowerCase()}' AND d.lookup_key = ? AND d.verified
  ORDER BY l.domain_key LIMIT 1`

type StandingRow = [domain: string | null, verified: number, isSenderUsername: number]

/** Where two linked resources stand for one domain, a verified one counts. */
function senderStanding(rows: readonly StandingRow[], domain: string): SenderStanding {
  const named = rows.filter((row) => row[0] === domain)
  const verified = named.filter((row) => row[1] !== 0)
  const linkedDomains = rows.flatMap(([name, isVerified]) => (name === null || isVerified === 0 ? [] : [name]))
  return {
    domain: verified.length > 0 ? 'connected' : named.length > 0 ? 'not verified' : 'not linked',
    isSenderUsername: (verified.length > 0 ? verified : named).some((row) => row[2] !== 0),
    linkedDomains: [...new Set(linkedDomains)],
  }
}

function* readResource(id: string): Sql<Resource | undefined> {
  const key = scopeKey(id)
  if (key === undefined) return undefined
  const row = yield* first<ResourceRow>(`SELECT ${RESOURCE_COLUMNS} FROM resources WHERE id_key = ?`, key)
  return row && resourceOf(row)
}

function* listResources(query: Parameters<ResourceReader['listResources']>[0]): Sql<readonly Resource[]> {
  const conditions = ['tenant_id = ?']
  const values: Value[] = [query.tenantId]
  if (query.under !== undefined) {
    const key = scopeKey(query.under)
    if (key === undefined) return []
    if (key !== '/') {
      conditions.push(conditionAtOrBelow('id_key'))
      values.push(...atOrBelow(key))
    }
  }
  if (query.type !== undefined) {
    conditions.push('type_key = ?')
    values.push(query.type.toLowerCase())
  }
  if (query.isTracked === true) conditions.push('location IS NOT NULL')
  if (query.holding !== undefined) {
    conditions.push('lower(properties) LIKE ?')
    values.push(`%${query.holding.toLowerCase()}%`)
  }
  if (query.after !== undefined) {
    conditions.push('id_key > ?')
    values.push(query.after.toLowerCase())
  }
  const limit = query.limit === undefined ? '' : ' LIMIT ?'
  if (query.limit !== undefined) values.push(query.limit)
  const where = conditions.join(' AND ')
  const sql = `SELECT ${RESOURCE_COLUMNS} FROM resources WHERE ${where} ORDER BY id_key${limit}`
  return (yield* all<ResourceRow>(sql, ...values)).map(resourceOf)
}
