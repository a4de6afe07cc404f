// What a login and a message ask must not slow down with the number of tenants, applications or assignments: every statement finds
// its rows by an index.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openWriter } from './database.ts'
import { createSqliteReaders } from './readers.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'
import { watchDatabase } from './watched-database.fixture.ts'

async function readEverythingHot(read: ReturnType<typeof createSqliteReaders>): Promise<void> {
  await read.directory.readEpoch('t')
  await read.directory.readLogin('t', 'a')
  await read.directory.readAssertionKeys('t', 'a')
  await read.directory.findApplication('t', 'a')
  await read.directory.findServicePrincipal('t', 'a')
  await read.directory.readObjects('t', ['o'])
  await read.directory.listFederatedCredentials('t', 'o')
  await read.directory.findUser('t', 'n')
  await read.directory.listMembers('t', 'g', 'transitive')
  await read.directory.listMemberOf('t', 'm', 'transitive')
  await read.directory.listOwners('t', 'o')
  await read.directory.listOwned('t', 'o')
  await read.resources.findCommunicationService('name')
  await read.resources.findSmtpUsername('name')
  await read.resources.readSenderStanding('/id', 'local', 'domain')
  await read.resources.findConnectedDomain('/id', 'domain')
  await read.resources.readResource('/subscriptions/s')
  await read.resources.listResources({ tenantId: 't', under: '/subscriptions/s' })
  await read.roles.readAccessFacts('t', 'p')
  await read.roles.readPrincipalType('t', 'p')
  await read.roles.readRoleDefinition('t', 'n')
  await read.roles.readRoleAssignment('t', 'n')
  await read.roles.countRoleAssignments('t', '/subscriptions/s')
  await read.decisions.findDecision('r')
  await read.decisions.listDecisions({ tenantId: 't', limit: 10, resourceIds: ['r'], withTenantless: true })
  await read.audit.listAudit('t', 10)
  await read.sealed.listSealed('p')
  await read.credentials.listCredentials('t', { limit: 10 })
  await read.credentials.findCredentials('t', 'a')
  await read.events.listEvents({ tenantId: 't', limit: 10 })
}

/** Walks a table, an index made for one query, or all rows of a tenant. */
const POOR = /^SCAN|AUTOMATIC|\(tenant_id=\?\)/

/** Walks rows that the statement itself has just made, and what the question is about: all denials, the newest audit. */
const FINE = /^SCAN (?:memberships|found|CONSTANT ROW)$|^SEARCH (?:tenants|deny_assignments|audit) /

test('hot reads find their rows by index', async () => {
  const directory = temporaryDirectory()
  const opened = openWriter(join(directory.path, 'postern.db'))
  assert(opened.type === 'opened')
  const { database, texts } = watchDatabase(opened.database)
  await readEverythingHot(createSqliteReaders(database))
  const asked = new Set(texts.filter((text) => /^\s*(?:SELECT|WITH)/.test(text)))
  assert(asked.size > 10)
  for (const sql of asked) {
    const plan = database.prepare<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all()
    const poor = plan.map(({ detail }) => detail).filter((detail) => POOR.test(detail) && !FINE.test(detail))
    assert.deepEqual(poor, [], sql)
  }
  database.close()
  directory.remove()
})
