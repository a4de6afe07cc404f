// An edge thread: its own listeners on the shared ports, its own reading of identity, roles and resources, its own line to the store.

import { randomBytes } from 'node:crypto'
import { systemClock } from '../config/clock.ts'
import { createNetworkCheck, nameNetworks } from '../identity/private-address.ts'
import { createCredentialUses } from '../identity/credential-uses.ts'
import type { ProviderRegistry } from '../identity/provider-registry.ts'
import { mechanismNames } from '../sasl/mechanisms.ts'
import { acceptSubmission } from '../submission/accept-submission.ts'
import type { Door } from '../submission/door.ts'
import { createDecisionRecorder } from '../submission/decision-recorder.ts'
import type { SubmissionCounters, SubmissionService } from '../submission/submission.ts'
import { openSourceCounts } from '../submission/source-counts.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import { openContentHook } from './content-hook.ts'
import { type DueSignal, openDueSignal } from './due-signal.ts'
import { openTlsContexts } from './tls-contexts.ts'
import { openEmbeddedProvider, openIdentityProviders } from './identity-providers.ts'
import { openLoginLimits } from './login-limits.ts'
import { actsOnBehalf, openSessionRelay } from './session-relay.ts'
import type { ResolvedDoor, StartRole, ThreadSettings } from './thread-protocol.ts'
import { openThreadStore, type ThreadStore } from './thread-store.ts'

export const runEdge: StartRole = async (settings, storeLine) => {
  const { config } = settings
  const logger = createLogger({ level: config.log.level, thread: `edge-${settings.index}` })
  const metrics = createMetrics()
  const store = await openThreadStore(settings, storeLine)
  const tls = openTlsContexts(settings, logger)
  const dueSignal = openDueSignal(settings.dueSignal)
  const uses = createCredentialUses({
    writer: store.storage.write.credentials,
    clock: systemClock,
    onFailure: (error) => logger.warn({ err: error }, 'uses of credentials cannot be recorded now'),
  })
  const { directory } = store.storage.read
  const keepsTokens = actsOnBehalf(config)
  const embedded = openEmbeddedProvider(settings, store, logger)
  const providers = openIdentityProviders(config, directory, embedded, { keepsTokens })
  const loginLimits = openLoginLimits(config, settings.keys, store)
  const parts = createService(settings, store, providers, metrics, dueSignal, uses, (error) =>
    logger.error({ err: error }, 'a connection was given up because of a bug'),
  )
  const contentHook = openContentHook(config, metrics, logger)
  const relay = await openSessionRelay(config, store)
  const service: SubmissionService = {
    ...parts,
    loginLimits,
    ...(contentHook && { contentHook }),
    ...(relay && { relay }),
  }
  const doors = settings.doors.map(({ name, implicitTls, profile, networks, identities, addresses, port }) => ({
    door: {
      name,
      implicitTls,
      profile,
      secureContext: () => tls.current(profile),
      ...(networks === undefined ? {} : { admits: createNetworkCheck(networks) }),
      ...(identities.length === 0 ? {} : { identityOf: identifyNetworks(identities) }),
    },
    listen: addresses.map((address) => ({ address, port, reusePort: settings.reusePort })),
  }))
  const { perAddress, total } = config.smtp.connections
  const counts = openSourceCounts(settings.sourceCounts, settings.index)
  const limits = { perAddress, total: Math.ceil(total / config.smtp.workers), counts }
  const acceptor = await acceptSubmission(doors, limits, service)
  return {
    receive(message) {
      if (message.type === 'store') store.reconnect(message.port)
    },
    async stop(patience) {
      await acceptor.drain(patience)
      await contentHook?.close()
      await relay?.close()
      await loginLimits.settled()
      await uses.stop()
      await providers.close()
      tls.close()
      await store.close()
    },
    metrics: () => metrics.snapshot(),
  }
}

/** The first network that an address is in, in the order of the configuration. */
function identifyNetworks(identities: ResolvedDoor['identities']): NonNullable<Door['identityOf']> {
  const networksOf = nameNetworks(identities)
  return (address) => {
    const [network] = networksOf(address)
    const identity = identities.find(({ name }) => name === network)
    return identity && { network: identity.name, username: identity.username }
  }
}

function createService(
  settings: ThreadSettings,
  store: ThreadStore,
  provider: ProviderRegistry,
  metrics: Metrics,
  dueSignal: DueSignal,
  uses: SubmissionService['uses'],
  onBug: (error: unknown) => void,
): Omit<SubmissionService, 'loginLimits' | 'contentHook' | 'relay'> {
  const { config } = settings
  const { directory, resources, roles } = store.storage.read
  const shed = (count: number) => metrics.decisionsShed.inc(count)
  return {
    options: {
      hostname: config.hostname,
      mechanisms: mechanismNames,
      get rejectAfter() {
        return provider.rejectAfter()
      },
      requiredActions: config.access.requiredActions,
      limits: config.limits,
    },
    directory,
    resources,
    roles,
    provider,
    networksOf: nameNetworks(config.networks),
    spool: store.spool,
    content: store.content,
    uses,
    decisions: createDecisionRecorder(store.storage.write.decisions, randomBytes, shed),
    clock: systemClock,
    nextQueueId: store.nextQueueId,
    counters: countWith(metrics, dueSignal),
    onBug,
  }
}

function countWith(metrics: Metrics, dueSignal: DueSignal): SubmissionCounters {
  return {
    session: (listener) => metrics.sessions.inc({ listener }),
    authentication: (outcome, reason) => metrics.authentications.inc({ outcome, reason }),
    accepted: () => {
      metrics.messagesAccepted.inc()
      dueSignal.raise()
    },
    loginDelayed: (cause) => metrics.loginsDelayed.inc({ cause }),
    refused: (code, enhancedStatusCode) => metrics.refusals.inc({ code, enhanced_status_code: enhancedStatusCode }),
  }
}
