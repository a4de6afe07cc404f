// What the walk of a message needs, from the configuration and the store: the same for every thread that takes mail, by whatever door.

import { randomBytes } from 'node:crypto'
import { systemClock } from '../config/clock.ts'
import type { Config } from '../config/schema.ts'
import { createCredentialUses } from '../identity/credential-uses.ts'
import { nameNetworks } from '../identity/private-address.ts'
import type { ProviderRegistry } from '../identity/provider-registry.ts'
import type { ProviderDirectory } from '../identity/provider-settings.ts'
import { createQuotaNotes } from '../events/quota-notes.ts'
import { createQuotas } from '../quota/quotas.ts'
import { mechanismNames } from '../sasl/mechanisms.ts'
import { quotaDefaults, submissionTraits } from '../submission/azure-profile.ts'
import { createDecisionRecorder } from '../submission/decision-recorder.ts'
import { createFaultyProvider, createFindFaults, type FindFaults, tokenServicePatience } from '../submission/faults.ts'
import type { SubmissionCounters, SubmissionService } from '../submission/submission.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { openContentHook } from './content-hook.ts'
import { type DueSignal, openDueSignal } from './due-signal.ts'
import { noteFailedLogins, openFailedLoginEvents } from './failed-logins.ts'
import { openEmbeddedProvider, openIdentityProviders } from './identity-providers.ts'
import { openLoginLimits } from './login-limits.ts'
import { actsOnBehalf, openSessionRelay } from './session-relay.ts'
import type { ThreadSettings } from './thread-protocol.ts'
import type { ThreadStore } from './thread-store.ts'

export type OpenSubmission = {
  readonly service: SubmissionService
  readonly providers: ProviderDirectory
  /** Once nobody uses it any more. */
  close(): Promise<void>
}

export async function openSubmission(
  settings: ThreadSettings,
  store: ThreadStore,
  { metrics, logger }: { readonly metrics: Metrics; readonly logger: Logger },
): Promise<OpenSubmission> {
  const { config } = settings
  const dueSignal = openDueSignal(settings.dueSignal)
  const uses = createCredentialUses({
    writer: store.storage.write.credentials,
    clock: systemClock,
    onFailure: (error) => logger.warn({ err: error }, 'uses of credentials cannot be recorded now'),
  })
  const { directory } = store.storage.read
  const keepsTokens = actsOnBehalf(config)
  const embedded = openEmbeddedProvider(settings, store, logger)
  const providers = await openIdentityProviders(config, directory, embedded, { keepsTokens })
  const loginLimits = openLoginLimits(config, settings.keys, store)
  const parts = createService(settings, store, providers, metrics, dueSignal, uses, (error) =>
    logger.error({ err: error }, 'a connection was given up because of a bug'),
  )
  const failedLogins = openFailedLoginEvents(store, logger)
  const quotaNotes = createQuotaNotes({
    events: store.storage.write.events,
    clock: systemClock,
    nextEventId: store.nextQueueId,
    onFailure: (error) => logger.warn({ err: error }, 'that a quota is used up cannot be told now'),
  })
  const contentHook = await openContentHook(config, metrics, logger)
  const relay = await openSessionRelay(config, store)
  return {
    providers,
    service: {
      ...parts,
      decisions: noteFailedLogins(parts.decisions, failedLogins),
      loginLimits,
      onUntracedFailure: (failure) => failedLogins.note(failure),
      onOverQuota: (over, sender) => quotaNotes.note(over, sender),
      ...(contentHook && { contentHook }),
      ...(relay && { relay }),
    },
    async close() {
      await contentHook?.close()
      await relay?.close()
      await loginLimits.settled()
      await uses.stop()
      await failedLogins.stop()
      await quotaNotes.settled()
      await providers.close()
    },
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
  const { directory, resources, roles, faults } = store.storage.read
  const findFaults = config.emulation ? createFindFaults(faults, systemClock) : undefined
  const shed = (count: number) => metrics.decisionsShed.inc(count)
  return {
    options: {
      hostname: config.hostname,
      get rejectAfter() {
        return provider.rejectAfter()
      },
      requiredActions: config.access.requiredActions,
      ...submissionTraits(config.compatibility, { mechanisms: mechanismNames, limits: config.limits }),
    },
    directory,
    resources,
    roles,
    ...proving(provider, findFaults),
    networksOf: nameNetworks(config.networks),
    spool: store.spool,
    content: store.content,
    uses,
    decisions: createDecisionRecorder(store.storage.write.decisions, randomBytes, shed),
    sendingQuotas: createQuotas(store.storage.read.quotas, quotaDefaults(config)),
    ...grantDelaysOf(config),
    clock: systemClock,
    nextQueueId: store.nextQueueId,
    counters: countWith(metrics, dueSignal),
    onBug,
  }
}

function grantDelaysOf({ compatibility, azure }: Config): Pick<SubmissionService, 'grantDelays'> {
  if (compatibility === 'none') return {}
  return {
    grantDelays: { roleAssignment: azure.grantDelay, smtpUsername: azure.usernameDelay, clock: systemClock },
  }
}

/** A token service that is slow must leave time for a refusal at its fixed moment, as a real one has to. */
function proving(provider: ProviderRegistry, findFaults: FindFaults | undefined) {
  if (findFaults === undefined) return { provider }
  const patience = () => tokenServicePatience(provider.rejectAfter())
  return { findFaults, provider: createFaultyProvider(provider, { findFaults, clock: systemClock, patience }) }
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
