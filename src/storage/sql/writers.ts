// What is written to a store with SQL that both engines run: everything but the spool and what large content is kept in.

import { createQueueWriter } from '../../spool/queue-writer.ts'
import type { Writers } from '../storage.ts'
import { createCaptureWriter } from './captures.ts'
import { credentialUseWriter } from './credential-lives.ts'
import { decisionWriter } from './decisions.ts'
import { destinationWriter } from './destinations.ts'
import { directoryWriter } from './directory-writer.ts'
import { engagementWriter } from './engagement.ts'
import { eventWriter } from './events.ts'
import { faultWriter } from './faults.ts'
import { signInWriter } from './sign-ins.ts'
import { holdWriter } from './holds.ts'
import { loginLimitWriter } from './login-limits.ts'
import { quotaWriter } from './quotas.ts'
import { appendAudit, recordChange } from './record-change.ts'
import type { ReleaseContent } from './release-content.ts'
import { resourceWriter } from './resource-writer.ts'
import { roleWriter } from './role-writer.ts'
import { sealedWriter } from './sealed.ts'
import { type InSql, lockTenant } from './sql.ts'
import { statisticsWriter } from './statistics.ts'
import { suppressionWriter } from './suppressions.ts'
import { transportPolicyWriter } from './transport-policies.ts'
import { upstreamWriter } from './upstream-operations.ts'
import { watchWriter } from './watches.ts'
import { webhookWriter } from './webhooks.ts'

type SharedWriters = Omit<Writers, 'spool' | 'segments' | 'retention'>

/** `release` lets content go as the engine keeps it. */
export const createWriters = (
  release: ReleaseContent,
): { readonly [Room in keyof SharedWriters]: InSql<SharedWriters[Room]> } => ({
  directory: directoryWriter,
  resources: resourceWriter,
  roles: roleWriter,
  sealed: sealedWriter,
  decisions: decisionWriter,
  captures: createCaptureWriter(release),
  loginLimits: loginLimitWriter,
  destinations: destinationWriter,
  transportPolicies: transportPolicyWriter,
  upstreamOperations: upstreamWriter,
  watches: watchWriter,
  credentials: credentialUseWriter,
  events: eventWriter,
  engagement: engagementWriter,
  webhooks: webhookWriter,
  faults: faultWriter,
  signIns: signInWriter,
  holds: holdWriter,
  queue: createQueueWriter(release),
  suppressions: suppressionWriter,
  quotas: quotaWriter,
  statistics: statisticsWriter,
  audit: {
    *append(change, tenantId, operation, target, { movesEpoch } = { movesEpoch: false }) {
      yield* lockTenant(tenantId)
      yield* (movesEpoch ? recordChange : appendAudit)(change, tenantId, operation, target)
    },
  },
})
