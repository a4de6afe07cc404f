// Which identity provider a tenant has. A tenant without a row has the embedded directory.

import type { DirectoryReader, DirectoryWriter } from '../directory.ts'
import type { Change } from '../storage.ts'
import { recordChange } from './record-change.ts'
import { firstArray, type InSql, lockTenant, run, type Sql } from './sql.ts'

type Settings = Readonly<Record<string, unknown>>

export const identityProviderReader: InSql<Pick<DirectoryReader, 'readIdentityProvider'>> = { readIdentityProvider }

export const identityProviderWriter: InSql<Pick<DirectoryWriter, 'putIdentityProvider' | 'deleteIdentityProvider'>> = {
  putIdentityProvider,
  deleteIdentityProvider,
}

const RESOURCE = 'Postern.Mail/identityProviders'

const record = (change: Change, tenantId: string, verb: string, states: { before?: Settings; after?: Settings }) =>
  recordChange(change, tenantId, `${RESOURCE}/${verb}`, `/providers/${RESOURCE}/${tenantId}`, states)

const READ = `
  SELECT (SELECT settings FROM identity_providers WHERE tenant_id = ?), (SELECT MIN(tenant_id) FROM identity_providers)`

/** One statement: it is asked at each login. */
function* readIdentityProvider(tenantId: string): Sql<{ settings: Settings | undefined; any: boolean }> {
  const [text, first] = (yield* firstArray<[string | null, string | null]>(READ, tenantId)) ?? [null, null]
  return { settings: text === null ? undefined : (JSON.parse(text) as Settings), any: first !== null }
}

function* putIdentityProvider(
  change: Change,
  tenantId: string,
  settings: Settings,
): Sql<{ readonly type: 'created' | 'updated' }> {
  yield* lockTenant(tenantId)
  const { settings: before } = yield* readIdentityProvider(tenantId)
  yield* run(
    `INSERT INTO identity_providers (tenant_id, settings) VALUES (?, ?)
     ON CONFLICT (tenant_id) DO UPDATE SET settings = excluded.settings`,
    tenantId,
    JSON.stringify(settings),
  )
  yield* record(change, tenantId, 'write', { ...(before === undefined ? {} : { before }), after: settings })
  return { type: before === undefined ? 'created' : 'updated' }
}

function* deleteIdentityProvider(change: Change, tenantId: string): Sql<boolean> {
  yield* lockTenant(tenantId)
  const { settings: before } = yield* readIdentityProvider(tenantId)
  if (before === undefined) return false
  yield* run('DELETE FROM identity_providers WHERE tenant_id = ?', tenantId)
  yield* record(change, tenantId, 'delete', { before })
  return true
}
