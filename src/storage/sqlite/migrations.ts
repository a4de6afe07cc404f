// Brings a database file to this program's schema: numbered, append-only steps, each in a transaction of its own. A file with a
// newer schema is left alone. A step that has been released is never edited; what it got wrong is mended by the next one.

import type { DatabaseSync } from 'node:sqlite'
import { directoryMigration } from './migrations/000001-directory.ts'
import { spoolMigration } from './migrations/000002-spool.ts'
import { resourcesMigration } from './migrations/000003-resources.ts'
import { authorizationMigration } from './migrations/000004-authorization.ts'
import { directoryObjectsMigration } from './migrations/000005-directory.ts'
import { lanesMigration } from './migrations/000006-lanes.ts'
import { identityProvidersMigration } from './migrations/000007-identity-providers.ts'
import { loginLimitsMigration } from './migrations/000008-login-limits.ts'
import { credentialLifecycleMigration } from './migrations/000009-credential-lifecycle.ts'
import { devicePasswordMigration } from './migrations/000010-device-passwords.ts'
import { deliveryMigration } from './migrations/000011-delivery.ts'
import { destinationsMigration } from './migrations/000012-destinations.ts'
import { transportPoliciesMigration } from './migrations/000013-transport-policies.ts'
import { upstreamOperationsMigration } from './migrations/000014-upstream-operations.ts'
import { watchesMigration } from './migrations/000015-watches.ts'
import { quotasMigration } from './migrations/000016-quotas.ts'
import { emailOperationsMigration } from './migrations/000017-email-operations.ts'
import { eventSubscriptionsMigration } from './migrations/000018-event-subscriptions.ts'
import { faultsMigration } from './migrations/000019-faults.ts'
import { engagementMigration } from './migrations/000020-engagement.ts'
import { signInsMigration } from './migrations/000021-sign-ins.ts'
import { decisionListMigration } from './migrations/000022-decision-list.ts'
import { statisticsMigration } from './migrations/000023-statistics.ts'
import { providerSignInsMigration } from './migrations/000024-provider-sign-ins.ts'
import { credentialDevicesMigration } from './migrations/000025-credential-devices.ts'
import { largeListsMigration } from './migrations/000026-large-lists.ts'

/** Place in the list plus one is the schema version that the step leads to. */
export const migrations: readonly string[] = [
  directoryMigration,
  spoolMigration,
  resourcesMigration,
  authorizationMigration,
  directoryObjectsMigration,
  lanesMigration,
  identityProvidersMigration,
  loginLimitsMigration,
  credentialLifecycleMigration,
  devicePasswordMigration,
  deliveryMigration,
  destinationsMigration,
  transportPoliciesMigration,
  upstreamOperationsMigration,
  watchesMigration,
  quotasMigration,
  emailOperationsMigration,
  eventSubscriptionsMigration,
  faultsMigration,
  engagementMigration,
  signInsMigration,
  decisionListMigration,
  statisticsMigration,
  providerSignInsMigration,
  credentialDevicesMigration,
  largeListsMigration,
]

/** What the steps are called, in their order. */
export const migrationNames: readonly string[] = [
  'directory',
  'spool',
  'resources',
  'authorization',
  'directory objects',
  'lanes',
  'identity providers',
  'login limits',
  'credential lifecycle',
  'device passwords',
  'delivery',
  'destinations',
  'transport policies',
  'upstream operations',
  'watches',
  'quotas',
  'email operations',
  'event subscriptions',
  'faults',
  'engagement',
  'sign-ins',
  'decision list',
  'statistics',
  'provider sign-ins',
  'credential devices',
  'large lists',
]

export type MigrationOutcome =
  | { readonly type: 'current' }
  | { readonly type: 'newer'; readonly version: number; readonly known: number }

export function migrate(database: DatabaseSync, steps: readonly string[] = migrations): MigrationOutcome {
  const version = schemaVersion(database)
  if (version > steps.length) return { type: 'newer', version, known: steps.length }
  for (const [index, sql] of steps.entries()) if (index >= version) apply(database, sql, index + 1)
  return { type: 'current' }
}

function apply(database: DatabaseSync, sql: string, version: number): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(sql)
    database.exec(`PRAGMA user_version = ${version}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
}
