// The API thread: HTTPS for the token service, management, capture inbox, health and metrics.

import { randomBytes } from 'node:crypto'
import { systemClock } from '../config/clock.ts'
import { createDeletionConclusion } from '../dispatch/conclude-deletion.ts'
import { createPacketResolver } from '../dns/packet-resolver.ts'
import { createHttpApp } from '../http/app.ts'
import { startHttpsServer } from '../http/serve.ts'
import { createCredentialUses } from '../identity/credential-uses.ts'
import { createAssertionProver } from '../identity/client-assertion.ts'
import { createEmbeddedProvider } from '../identity/embedded.ts'
import { createFetchDocument } from '../identity/fetch-document.ts'
import { createIssuerKeys } from '../identity/issuer-keys.ts'
import { createPrivateAddressCheck } from '../identity/private-address.ts'
import type { ProviderSignIn } from '../identity/provider-sign-in.ts'
import { createAccessKeys } from '../keys/access-keys.ts'
import { createSealer } from '../keys/sealing.ts'
import { quotaDefaults } from '../submission/azure-profile.ts'
import type { ContentRef } from '../content/content.ts'
import { createFindFaults } from '../submission/faults.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import { createMetrics, mergeMetrics, type MetricSnapshot } from '../telemetry/metrics.ts'
import { openEngagement } from './engagement.ts'
import { configuredProviders } from './identity-providers.ts'
import { portalDirectory } from './portal-files.ts'
import { openSubmission } from './submission-service.ts'
import { openTlsContexts } from './tls-contexts.ts'
import type { Readiness, StartRole, ThreadSettings, ToMain, ToThread } from './thread-protocol.ts'
import { openThreadStore, type ThreadStore } from './thread-store.ts'
import { openWebhookLine } from './webhooks.ts'

export const runApi: StartRole = async (settings, storeLine, tell) => {
  const { config } = settings
  const logger = createLogger({ level: config.log.level, thread: 'api' })
  const store = await openThreadStore(settings, storeLine)
  const metrics = createMetricsCollector(tell)
  const counters = createMetrics()
  const submission = await openSubmission(settings, store, { metrics: counters, logger })
  const uses = openCredentialUses(store, logger)
  let readiness: Readiness = { ready: false, waitingFor: ['start'] }
  const webhooks = openWebhookLine(config)
  const { settled, ...engagement } = openEngagement(settings, store, logger)
  const providerSignIn = openProviderSignIn(settings)
  const app = createHttpApp({
    ...describeService(settings),
    configuredProviders: await configuredProviders(config),
    ...openRecords(settings, store),
    uses,
    submission: submission.service,
    providers: submission.providers,
    providerSignIn,
    clock: systemClock,
    random: randomBytes,
    dns: createPacketResolver({ ...config.dns, servers: config.dns.resolvers }),
    webhooks,
    ...engagement,
    readiness: () => readiness,
    metrics: metrics.collect,
    logger,
  })
  const tls = openTlsContexts(settings, logger, () => {
    for (const server of servers) server.setSecureContext(tls.options())
  })
  const servers = await startServers(settings, app, tls, logger)
  return {
    receive(message: ToThread) {
      if (message.type === 'store') store.reconnect(message.port)
      else if (message.type === 'readiness') readiness = message.readiness
      else if (message.type === 'metrics-collected') metrics.receive(message)
    },
    async stop(patience) {
      await Promise.all(servers.map((server) => server.close(patience)))
      tls.close()
      webhooks.close()
      await providerSignIn.close()
      await submission.close()
      await Promise.all([uses.stop(), settled()])
      await store.close()
    },
    metrics: () => counters.snapshot(),
  }
}

/** One for each address. */
function startServers(
  { config, https, reusePort }: ThreadSettings,
  app: Parameters<typeof startHttpsServer>[0]['app'],
  tls: ReturnType<typeof openTlsContexts>,
  logger: Logger,
) {
  const { port } = https
  const { connections } = config.https
  return Promise.all(
    https.addresses.map((address) =>
      startHttpsServer({ app, address, port, reusePort, secureContext: tls.options(), connections, logger }),
    ),
  )
}

/** What the API tells of the configuration, and goes by. */
function describeService(settings: ThreadSettings) {
  const { config } = settings
  return {
    domains: config.domains,
    publicUrl: () => settings.publicUrl,
    portalFiles: portalDirectory(),
    smtp: () => describeSmtp(settings),
    dataPlaneSuffix: config.dataPlane.suffix,
    defaultResource: () => config.dataPlane.defaultResource,
    quotaDefaults: quotaDefaults(config),
    requiredActions: config.access.requiredActions,
    networkNames: config.networks.map(({ name }) => name),
    compatibility: config.compatibility,
  }
}

/** What the API keeps and finds in the store, and the keys to it. */
function openRecords(settings: ThreadSettings, store: ThreadStore) {
  const { config, keys } = settings
  const { storage, content } = store
  const { directory, faults, sealed } = storage.read
  const sealer = createSealer(keys)
  return {
    storage,
    sealer,
    pepper: keys.pepper,
    provider: createEmbeddedProvider(directory, keys.pepper),
    assertions: openAssertionProver(settings, store),
    accessKeys: createAccessKeys({ sealed, sealer }),
    ...(config.emulation && { findFaults: createFindFaults(faults, systemClock) }),
    openContent: (ref: ContentRef) => content.open(ref),
    concludeDeletion: openDeletionConclusion(settings, store),
  }
}

function openAssertionProver({ config }: ThreadSettings, { storage }: ThreadStore) {
  const isPrivate = createPrivateAddressCheck(config.network.allowPrivate)
  return createAssertionProver({
    directory: storage.read.directory,
    issuerKeys: createIssuerKeys(createFetchDocument({ isPrivate })),
  })
}

/** Loaded only where somebody signs in through a provider. */
function openProviderSignIn({ config }: ThreadSettings): ProviderSignIn {
  const isPrivate = createPrivateAddressCheck(config.network.allowPrivate)
  let opening: Promise<ProviderSignIn> | undefined
  const open = () =>
    (opening ??= import('../identity/provider-sign-in.ts').then(({ createProviderSignIn }) =>
      createProviderSignIn({ clock: systemClock, fraction: Math.random, isPrivate }),
    ))
  return {
    begin: async (settings, start) => (await open()).begin(settings, start),
    finish: async (settings, answer) => (await open()).finish(settings, answer),
    close: async () => (await opening)?.close(),
  }
}

function openDeletionConclusion({ config }: ThreadSettings, { content, nextQueueId }: ThreadStore) {
  return createDeletionConclusion({
    limits: config.delivery.retry,
    reports: { hostname: config.hostname, content, nextQueueId },
    managedSuffix: config.domains.managedSuffix,
    nextEventId: nextQueueId,
  })
}

function openCredentialUses({ storage }: ThreadStore, logger: Logger) {
  return createCredentialUses({
    writer: storage.write.credentials,
    clock: systemClock,
    onFailure: (error) => logger.warn({ err: error }, 'uses of credentials cannot be recorded now'),
  })
}

/** What a device sheet says; a door that is not for everybody is on none. */
function describeSmtp({ config, ...settings }: ThreadSettings) {
  const open = settings.doors.filter(({ networks }) => networks === undefined)
  const doors = open.length === 0 ? settings.doors : open
  const portOf = (find: (door: ThreadSettings['doors'][number]) => boolean) => doors.find(find)?.port ?? 0
  const starttls = doors.filter((door) => !door.implicitTls)
  return {
    host: config.hostname,
    port: starttls[0]?.port ?? 0,
    implicitTlsPort: portOf((door) => door.implicitTls),
    port25: starttls[1]?.port ?? 0,
  }
}

/** Asks the main thread for the counters of all threads. */
function createMetricsCollector(tell: ToMain) {
  const waiting = new Map<number, (snapshots: readonly MetricSnapshot[]) => void>()
  let nextId = 0
  return {
    async collect(): Promise<string> {
      const id = nextId++
      const snapshots = await new Promise<readonly MetricSnapshot[]>((resolve) => {
        waiting.set(id, resolve)
        tell({ type: 'collect-metrics', id })
      })
      return mergeMetrics(snapshots)
    },
    receive({ id, metrics }: ToThread & { type: 'metrics-collected' }): void {
      waiting.get(id)?.(metrics as readonly MetricSnapshot[])
      waiting.delete(id)
    },
  }
}
