// What lists, searches and pages of detail ask must not slow down with how much is stored: rows are looked up, or walked in the order of
// the list out of an index that holds what is filtered by, up to the end of the page. Without statistics SQLite plans alike for a few rows
// and for many, so a few are enough to see it.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { fillLargeStore, idOf, messageIdOf, referenceOf } from '../../../test/fixtures/large-store.ts'
import { A, AT, seedTwoTenants } from '../two-tenants.fixture.ts'
import { openReader } from './database.ts'
import { createInProcessStore } from './in-process-store.ts'
import { createSqliteReaders } from './readers.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'
import { watchDatabase } from './watched-database.fixture.ts'

const { tenantId } = A
const SERVICE = `${A.resourceGroupId}/providers/Microsoft.Communication/CommunicationServices/large`
const resourceIds = [SERVICE]
type Readers = ReturnType<typeof createSqliteReaders>

/** More than one answer of each, and the filters that the API has. */
async function readMail({ messages, queue, captures, events, statistics }: Readers): Promise<void> {
  const limit = 100
  for (const filter of [{}, { recipient: 'reader77@recipient27.example.test' }, { status: 'queued' as const }]) {
    const { next } = await messages.search({ tenantId, limit, ...filter })
    await messages.search({ tenantId, limit, ...filter, resourceIds, ...(next && { before: next }) })
  }
  await messages.search({ tenantId, limit, applicationId: idOf('application', 7), since: AT - 86_400_000 })
  await messages.search({ tenantId, limit, messageId: messageIdOf(7) })
  const found = await messages.find(tenantId, messageIdOf(7))
  assert.ok(found)
  await queue.listQueue({ tenantId, limit })
  await queue.listQueue({ tenantId, limit, queueIds: Array.from({ length: 70 }, () => found.queueId) })
  await queue.countQueue({ tenantId })
  await captures.listCaptures({ tenantId, limit })
  await captures.listCaptures({ tenantId, limit, resourceIds })
  await events.listEvents({ tenantId, limit, source: SERVICE, type: 'x' })
  await statistics.readSums({ tenantId, subjects: [{}, { resourceId: SERVICE }], from: AT - 86_400_000, to: AT })
  await statistics.readSums({ tenantId, subjects: [{ applicationId: idOf('application', 7) }], from: 0, to: AT })
  for (const kind of ['submission', 'outcome', 'refusal'] as const)
    await statistics.listFacts({ tenantId, kind, from: AT - 86_400_000, to: AT, limit })
}

async function readRecords({ decisions, audit, loginLimits, suppressions, quotas }: Readers): Promise<void> {
  const limit = 100
  await decisions.listDecisions({ tenantId, limit })
  await decisions.listDecisions({ tenantId, limit, reason: 'x', applicationId: 'a', resourceIds, withTenantless: true })
  await decisions.findDecision(referenceOf(7))
  await audit.listAudit(tenantId, limit)
  const before = { at: AT, ordinal: 0 }
  await audit.listAudit(tenantId, limit, { scope: SERVICE, principalId: 'p', operation: 'o', target: 't', before })
  await loginLimits.listLoginLimits({ at: AT, limit, tenantId })
  await suppressions.listSuppressions({ tenantId, at: AT, limit })
  await quotas.listQuotas({ tenantId, limit })
}

async function readDirectory({ directory, roles, resources, credentials }: Readers): Promise<void> {
  const page = { limit: 100, after: idOf('registration', 7) }
  for (const one of [page, { ...page, namePart: 'copier' }]) {
    await directory.listApplications(tenantId, one)
    await directory.listServicePrincipals(tenantId, one)
    await directory.listUsers(tenantId, one)
    await directory.listGroups(tenantId, one)
  }
  await directory.listMembers(tenantId, idOf('group', 0), 'transitive')
  await directory.readObjects(tenantId, [idOf('user', 7)])
  await credentials.listCredentials(tenantId, page)
  const applicationId = idOf('application', 7)
  await credentials.listDevices({ tenantId, applicationId, keyId: 'k', username: 'u', since: 0, limit: 100 })
  const after = { roleDefinitionName: '0', name: '0' }
  const at = [SERVICE.toLowerCase(), '/']
  await roles.listRoleAssignments(tenantId, { limit: 100 })
  await roles.listRoleAssignments(tenantId, { at, under: SERVICE, after, limit: 100 })
  await roles.listRoleAssignments(tenantId, { at, roleDefinitionName: 'r', limit: 100 })
  const principalIds = Array.from({ length: 70 }, (_, index) => idOf('principal', index))
  await roles.listRoleAssignments(tenantId, { at, principalIds, limit: 100 })
  const type = 'Microsoft.Communication/CommunicationServices'
  await resources.listResources({ tenantId, type })
  await resources.listResources({ tenantId, under: SERVICE, type: `${type}/SmtpUsernames`, limit: 100 })
}

/** Walks a table, an index made for one query, or all rows of a tenant; or sorts what it has found. */
const POOR = /^SCAN|AUTOMATIC|\(tenant_id=\?\)|TEMP B-TREE FOR (?!LAST|DISTINCT)/

const FINE = [
  // What the statement has just made, one row, and a count of nothing but entries of an index.
  /^SCAN (?:found|keys|runs|newest|CONSTANT ROW|memberships)\b/,
  /^SEARCH tenants USING INDEX/,
  /^SEARCH messages USING COVERING INDEX messages_queued/,
  // Walked in the order of the list, up to the end of the page, by entries that hold what is filtered by.
  /COVERING INDEX (?:audit_search|sqlite_autoindex_audit_1) \(tenant_id=\?\)$/,
  /INDEX role_assignments_by_role \(tenant_id=\?\)$/,
]

/** What is sorted is a page, or bounded for each credential. */
const SORTED = /^CO-ROUTINE found|^SEARCH d USING.* INDEX sqlite_autoindex_credential_devices|^SEARCH given USING INDEX/

test('lists find their rows by index, or walk one in their order', async () => {
  const directory = temporaryDirectory()
  const path = join(directory.path, 'postern.db')
  const store = await createInProcessStore(path)
  await seedTwoTenants(store)
  await store.close()
  const place = { ...A, communicationServiceId: SERVICE, domain: 'contoso.example', roleDefinitionId: A.principalId }
  fillLargeStore(directory.path, place, { principals: 150, messages: 1500 }, AT)
  const { database, texts } = watchDatabase(openReader(path))
  const readers = createSqliteReaders(database)
  await readMail(readers)
  await readRecords(readers)
  await readDirectory(readers)
  const asked = new Set(texts.filter((text) => /^\s*(?:SELECT|WITH)/.test(text)))
  assert.ok(asked.size > 50)
  for (const sql of asked) {
    const plan = database
      .prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
    const isSorted = plan.some((detail) => SORTED.test(detail))
    const isFine = (detail: string) =>
      FINE.some((fine) => fine.test(detail)) || (isSorted && detail.startsWith('USE TEMP B-TREE'))
    assert.deepEqual(
      plan.filter((detail) => POOR.test(detail) && !isFine(detail)),
      [],
      sql,
    )
  }
  const rare = [...asked].find((sql) => /FROM events e.* type = \?/s.test(sql)) ?? ''
  const [{ detail } = { detail: '' }] = database.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${rare}`).all()
  assert.match(detail, /INDEX events_by_type \(tenant_id=\? AND type=\? AND event_id<\?\)/)
  database.close()
  directory.remove()
})
