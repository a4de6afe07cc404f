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
import { createSealer } from '../keys/sealing.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import { mergeMetrics, type MetricSnapshot } from '../telemetry/metrics.ts'
import { configuredProviders } from './identity-providers.ts'
import { openTlsContexts } from './tls-contexts.ts'
import type { Readiness, StartRole, ThreadSettings, ToMain, ToThread } from './thread-protocol.ts'
import { openThreadStore, type ThreadStore } from './thread-store.ts'

export const runApi: StartRole = async (settings, storeLine, tell) => {
  const { config, keys } = settings
  const logger = createLogger({ level: config.log.level, thread: 'api' })
  const store = await openThreadStore(settings, storeLine)
  const metrics = createMetricsCollector(tell)
  const uses = openCredentialUses(store, logger)
  let readiness: Readiness = { ready: false, waitingFor: ['start'] }
  const app = createHttpApp({
    ...describeService(settings),
    storage: store.storage,
    provider: createEmbeddedProvider(store.storage.read.directory, keys.pepper),
    assertions: openAssertionProver(settings, store),
    uses,
    sealer: createSealer(keys),
    pepper: keys.pepper,
    clock: systemClock,
    random: randomBytes,
    dns: createPacketResolver({ ...config.dns, servers: config.dns.resolvers }),
    readiness: () => readiness,
    openContent: (ref) => store.content.open(ref),
    concludeDeletion: openDeletionConclusion(settings, store),
    metrics: metrics.collect,
    logger,
  })
  const tls = openTlsContexts(settings, logger, () => {
    for (const server of servers) server.setSecureContext(tls.options())
  })
  const { reusePort, https } = settings
  const servers = await Promise.all(
    https.addresses.map((address) =>
      startHttpsServer({
        app,
        address,
        port: https.port,
        reusePort,
        secureContext: tls.options(),
        connections: config.https.connections,
        logger,
      }),
    ),
  )
  return {
    receive(message: ToThread) {
      if (message.type === 'store') store.reconnect(message.port)
      else if (message.type === 'readiness') readiness = message.readiness
      else if (message.type === 'metrics-collected') metrics.receive(message)
    },
    async stop(patience) {
      await Promise.all(servers.map((server) => server.close(patience)))
      tls.close()
      await uses.stop()
      await store.close()
    },
    metrics: async () => [],
  }
}

/** What the API tells of the configuration, and goes by. */
function describeService(settings: ThreadSettings) {
  const { config } = settings
  return {
    configuredProviders: configuredProviders(config),
    domains: config.domains,
    publicUrl: () => settings.publicUrl,
    smtp: () => describeSmtp(settings),
    dataPlaneSuffix: config.dataPlane.suffix,
    requiredActions: config.access.requiredActions,
    networkNames: config.networks.map(({ name }) => name),
    compatibility: config.compatibility,
  }
}

function openAssertionProver({ config }: ThreadSettings, { storage }: ThreadStore) {
  const isPrivate = createPrivateAddressCheck(config.network.allowPrivate)
  return createAssertionProver({
    directory: storage.read.directory,
    issuerKeys: createIssuerKeys(createFetchDocument({ isPrivate })),
  })
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
