// The dispatch thread: claims what is due, hands it to its transport, tells of events, lets go what is past its time, watches over
// credentials and domains, and adds up statistics.

import { randomUUID } from 'node:crypto'
import { LEASE } from '../dispatch/dispatch-loop.ts'
import { startRetention } from '../dispatch/retention-loop.ts'
import { startStatisticsWatch } from '../dispatch/statistics-watch.ts'
import { startCredentialWatch } from '../events/credential-watch.ts'
import { createLogger, type Logger } from '../telemetry/logger.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import type { RetentionLimits } from '../storage/storage.ts'
import type { Config } from '../config/schema.ts'
import { startDelivery } from './delivery.ts'
import { openDueSignal } from './due-signal.ts'
import type { StartRole } from './thread-protocol.ts'
import { openThreadStore, type ThreadStore } from './thread-store.ts'
import { watchDomains } from './watch-domains.ts'
import { tellEvents } from './webhooks.ts'

export const runDispatch: StartRole = async (settings, storeLine) => {
  const { config } = settings
  const logger = createLogger({ level: config.log.level, thread: 'dispatch' })
  const metrics = createMetrics()
  const store = await openThreadStore(settings, storeLine)
  const { retention, spool } = store.storage.write
  const dueSignal = openDueSignal(settings.dueSignal)
  const onFailure = (what: string, error: unknown) => logger.error({ what, err: error }, 'dispatch failed')
  await spool.voidClaims()
  const untilDue = (patience: number) => dueSignal.wait(patience)
  const delivery = await startDelivery({ settings, store, metrics, logger, untilDue, onFailure })
  const sweeper = startRetention({ retention, limits: retentionLimits(config), clock: store.clock, onFailure })
  const telling = tellEvents(settings, store, metrics, logger)
  const watches = [
    watchCredentials(store, metrics, logger),
    watchDomains(settings, store, metrics, logger),
    startStatisticsWatch({
      storage: store.storage,
      clock: store.clock,
      random: Math.random,
      holder: randomUUID(),
      onFailure,
    }),
  ]
  return {
    receive(message) {
      if (message.type === 'store') store.reconnect(message.port)
    },
    async stop(patience) {
      sweeper.stop()
      const stopped = delivery.stop(Math.min(patience, LEASE))
      dueSignal.raise()
      await Promise.all([stopped, telling.stop(Math.min(patience, LEASE)), ...watches.map((watch) => watch.stop())])
      await store.close()
    },
    metrics: () => metrics.snapshot(),
  }
}

function watchCredentials({ storage, clock, nextQueueId }: ThreadStore, metrics: Metrics, logger: Logger) {
  return startCredentialWatch({
    directory: storage.read.directory,
    credentials: storage.read.credentials,
    events: storage.write.events,
    clock,
    nextEventId: nextQueueId,
    onWarning({ type, days }, { fields, text }) {
      metrics.credentialWarnings.inc({ type, days: days ?? '' })
      logger.warn(fields, text)
    },
    onLook(expiries, at) {
      metrics.credentialExpiry.reset()
      for (const { tenantId: tenant, applicationId: application, endAt } of expiries)
        metrics.credentialExpiry.set({ tenant, application }, (endAt - at) / 1000)
    },
    onFailure: (what, error) => logger.error({ what, err: error }, 'the watch over credentials failed'),
  })
}

function retentionLimits({ retention }: Config): RetentionLimits {
  return {
    messageAge: retention.messages,
    captureCount: retention.captures.count,
    captureSize: retention.captures.size,
    decisionAge: retention.decisions.age,
    decisionCount: retention.decisions.count,
    auditAge: retention.audit,
    eventAge: retention.events,
  }
}
