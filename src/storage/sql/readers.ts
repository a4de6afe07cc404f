// What is read of a store with SQL that both engines run: everything.

import { messageLog } from '../../spool/message-log.ts'
import { queueReader } from '../../spool/queue-reader.ts'
import type { Readers } from '../storage.ts'
import { auditReader } from './audit-reader.ts'
import { captureReader } from './captures.ts'
import { credentialReader } from './credential-lives.ts'
import { decisionReader } from './decisions.ts'
import { destinationReader } from './destinations.ts'
import { directoryReader } from './directory-reader.ts'
import { emailOperationReader } from './email-operations.ts'
import { engagementReader } from './engagement.ts'
import { eventReader } from './events.ts'
import { faultReader } from './faults.ts'
import { signInReader } from './sign-ins.ts'
import { holdReader } from './holds.ts'
import { loginLimitReader } from './login-limits.ts'
import { quotaReader } from './quotas.ts'
import { resourceReader } from './resource-reader.ts'
import { roleReader } from './role-reader.ts'
import { sealedReader } from './sealed.ts'
import type { InSql } from './sql.ts'
import { statisticsReader } from './statistics.ts'
import { suppressionReader } from './suppressions.ts'
import { transportPolicyReader } from './transport-policies.ts'
import { upstreamReader } from './upstream-operations.ts'
import { webhookReader } from './webhooks.ts'

export const readers: { readonly [Room in keyof Readers]: InSql<Readers[Room]> } = {
  directory: directoryReader,
  resources: resourceReader,
  roles: roleReader,
  sealed: sealedReader,
  decisions: decisionReader,
  audit: auditReader,
  captures: captureReader,
  messages: messageLog,
  loginLimits: loginLimitReader,
  destinations: destinationReader,
  transportPolicies: transportPolicyReader,
  upstreamOperations: upstreamReader,
  emailOperations: emailOperationReader,
  credentials: credentialReader,
  events: eventReader,
  engagement: engagementReader,
  webhooks: webhookReader,
  faults: faultReader,
  signIns: signInReader,
  holds: holdReader,
  queue: queueReader,
  suppressions: suppressionReader,
  quotas: quotaReader,
  statistics: statisticsReader,
}
