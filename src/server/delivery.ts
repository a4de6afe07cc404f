// Delivery as the dispatch thread does it: the ways out, the pace, the signatures and the rest that the loop is given, from the
// configuration and the store.

import { randomUUID } from 'node:crypto'
import { createDestinationPace } from '../dispatch/destination-pace.ts'
import { type Dispatch, startDispatch } from '../dispatch/dispatch-loop.ts'
import type { StandingOf } from '../dispatch/delivery-ports.ts'
import { createRoutes } from '../dispatch/routes.ts'
import { createEngagementTracking } from '../engagement/engagement-tracking.ts'
import { createAccessKeys } from '../keys/access-keys.ts'
import { createSealer } from '../keys/sealing.ts'
import { createFindFaults } from '../submission/faults.ts'
import { createSigning } from '../signing/signing.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { engagementLinksOf } from './engagement.ts'
import type { ThreadSettings } from './thread-protocol.ts'
import type { ThreadStore } from './thread-store.ts'
import { openTransports } from './transports.ts'

type Surroundings = {
  readonly settings: Pick<ThreadSettings, 'config' | 'doors' | 'keys' | 'publicUrl'>
  readonly store: ThreadStore
  readonly metrics: Metrics
  readonly logger: Logger
  /** See `DispatchService`. */
  readonly untilDue: (patience: number) => Promise<void>
  readonly onFailure: (what: string, error: unknown) => void
}

/** Rejects where a transport cannot be opened as configured. */
export async function startDelivery(surroundings: Surroundings): Promise<Dispatch> {
  const { settings, store, metrics, logger, untilDue, onFailure } = surroundings
  const { config, doors, keys } = settings
  const { storage, clock, content } = store
  const { read, write } = storage
  const random = Math.random
  const ways = await openTransports({ config, doors, storage, clock, random })
  const pace = createDestinationPace({
    destinations: write.destinations,
    limitsOf: ways.limitsOf,
    node: randomUUID(),
    clock,
    random,
    onUse: (transport, change) => metrics.deliveriesUnderWay.inc({ transport }, change),
    onFailure,
  })
  const links = engagementLinksOf(settings)
  const signing = createSigning({
    directory: read.directory,
    resources: read.resources,
    sealed: read.sealed,
    sealer: createSealer(keys),
    content,
    clock,
    engagement: createEngagementTracking({ directory: read.directory, resources: read.resources, links }),
    onUnusable: (domain, detail) => logger.error({ domain, detail }, 'mail of a domain cannot be signed and waits'),
  })
  const standing = await openStanding(settings, store, logger)
  const dispatch = startDispatch({
    spool: write.spool,
    routes: createRoutes(config.delivery.routes, ways.transports),
    pace,
    openShipment: signing.openShipment,
    suppressions: read.suppressions,
    holds: read.holds,
    ...(standing && { standingOf: standing.of }),
    ...(config.emulation && { faultsOf: createFindFaults(read.faults, clock) }),
    limits: config.delivery.retry,
    reports: { hostname: config.hostname, content, nextQueueId: store.nextQueueId },
    managedSuffix: config.domains.managedSuffix,
    nextEventId: store.nextQueueId,
    clock,
    random,
    untilDue,
    counters: {
      outcome(transport, status, isAmbiguous) {
        metrics.dispatchOutcomes.inc({ transport, status })
        if (isAmbiguous) metrics.ambiguousDeliveries.inc({ transport })
      },
    },
    onFailure,
  })
  return {
    async stop(patience) {
      await dispatch.stop(patience)
      await Promise.all([pace.close(), ways.close(), standing?.close()])
    },
  }
}

/** Undefined where queued mail is delivered whatever became of its sender. */
async function openStanding(
  { config, keys }: Pick<ThreadSettings, 'config' | 'keys'>,
  store: ThreadStore,
  logger: Logger,
): Promise<{ readonly of: StandingOf; close(): Promise<void> } | undefined> {
  if (config.delivery.revoked !== 'hold') return undefined
  const { openEmbeddedProvider, openIdentityProviders } = await import('./identity-providers.ts')
  const { createQueuedJudge } = await import('../submission/judge-queued.ts')
  const { directory, resources, roles, sealed } = store.storage.read
  const accessKeys = createAccessKeys({ sealed, sealer: createSealer(keys) })
  const provider = await openIdentityProviders(config, directory, openEmbeddedProvider({ keys }, store, logger))
  const { requiredActions } = config.access
  return {
    of: createQueuedJudge({ directory, resources, roles, provider, requiredActions, accessKeys }),
    close: () => provider.close(),
  }
}
