// Every suite that a store passes, whatever its engine and whatever lies between us and it.

import { describeContent } from '../content/content.contract.ts'
import { describeMessageLog } from '../spool/message-log.contract.ts'
import { describeMessageSearch } from '../spool/message-search.contract.ts'
import { describeMessageTimeline } from '../spool/message-timeline.contract.ts'
import { describeQueue } from '../spool/queue.contract.ts'
import { describeSettlement } from '../spool/settlement.contract.ts'
import { describeSpool } from '../spool/spool.contract.ts'
import { describeAtomically } from './atomically.contract.ts'
import { describeAudit } from './audit.contract.ts'
import { describeCaptures } from './captures.contract.ts'
import { describeCredentialLives } from './credential-lives.contract.ts'
import { describeDestinations } from './destinations.contract.ts'
import { describeDirectory } from './directory.contract.ts'
import { describeDirectoryAdministrators } from './directory-administrators.contract.ts'
import { describeDirectoryObjects } from './directory-objects.contract.ts'
import { describeEmailOperations } from './email-operations.contract.ts'
import { describeEngagement } from './engagement.contract.ts'
import { describeEvents } from './events.contract.ts'
import { describeFaults } from './faults.contract.ts'
import { describeSignIns } from './sign-ins.contract.ts'
import { describeHolds } from './holds.contract.ts'
import { describeIdentityProviders } from './identity-providers.contract.ts'
import { describeLoginLimits } from './login-limits.contract.ts'
import type { MailStore } from './mail-store.fixture.ts'
import { describeQuotas } from './quotas.contract.ts'
import { describeResources } from './resources.contract.ts'
import { describeRetention } from './retention.contract.ts'
import { describeRoles } from './roles.contract.ts'
import { describeSealedAndDecisions } from './sealed-and-decisions.contract.ts'
import { describeStatistics } from './statistics.contract.ts'
import { describeSuppressions } from './suppressions.contract.ts'
import { describeTransportPolicies } from './transport-policies.contract.ts'
import { describeUpstreamOperations } from './upstream-operations.contract.ts'
import { describeWatches } from './watches.contract.ts'
import { describeWebhooks } from './webhooks.contract.ts'

/** `open` gives a new, empty store each time. */
export function describeWholeStore(name: string, open: () => Promise<MailStore>): void {
  for (const describe of [
    describeAtomically,
    describeAudit,
    describeCaptures,
    describeContent,
    describeCredentialLives,
    describeDestinations,
    describeDirectory,
    describeDirectoryAdministrators,
    describeDirectoryObjects,
    describeEmailOperations,
    describeEngagement,
    describeEvents,
    describeFaults,
    describeSignIns,
    describeHolds,
    describeIdentityProviders,
    describeLoginLimits,
    describeMessageLog,
    describeMessageSearch,
    describeMessageTimeline,
    describeQueue,
    describeQuotas,
    describeResources,
    describeRetention,
    describeRoles,
    describeSealedAndDecisions,
    describeSettlement,
    describeSpool,
    describeStatistics,
    describeSuppressions,
    describeTransportPolicies,
    describeUpstreamOperations,
    describeWatches,
    describeWebhooks,
  ])
    describe(name, open)
}
