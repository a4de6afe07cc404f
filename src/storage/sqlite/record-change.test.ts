// What the audit log leaves out.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { A, AT, change } from '../two-tenants.fixture.ts'
import { auditReader } from '../sql/audit-reader.ts'
import { recordChange } from '../sql/record-change.ts'
import { openWriter } from './database.ts'
import { runSql } from './run-sql.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'

test('octets and members that hold secrets are left out at any depth', () => {
  const directory = temporaryDirectory()
  const opened = openWriter(join(directory.path, 'postern.db'))
  assert(opened.type === 'opened')
  const { database } = opened
  database.prepare("INSERT INTO tenants (tenant_id, display_name, epoch) VALUES (?, 'T', 0)").run(A.tenantId)
  const secrets = { secretText: 's', Hash: 'h', primaryKey: 'p', connectionString: 'c', octets: Buffer.from('x') }
  const after = { name: 'n', ...secrets, list: [{ keyId: 'k', ...secrets }], properties: { ...secrets, a: null } }
  runSql(database, recordChange(change(), A.tenantId, 'o', 't', { before: new Uint16Array(2), after }))
  const [entry] = runSql(database, auditReader.listAudit(A.tenantId, 1))
  assert.deepEqual(entry?.after, { name: 'n', list: [{ keyId: 'k' }], properties: { a: null } })
  assert.equal(entry?.before, undefined)
  assert.equal(entry?.at, AT)
  assert.throws(() => runSql(database, recordChange(change(), 'nobody', 'o', 't')))
  database.close()
  directory.remove()
})
