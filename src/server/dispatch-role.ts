// The dispatch thread: claims what is due, hands it to its transport, and lets go what is past its time.

import { LEASE, startDispatch } from '../dispatch/dispatch-loop.ts'
import { startRetention } from '../dispatch/retention-loop.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { createCaptureTransport } from '../transport/capture.ts'
import type { RetentionLimits } from '../storage/storage.ts'
import type { Config } from '../config/schema.ts'
import { openDueSignal } from './due-signal.ts'
import type { StartRole } from './thread-protocol.ts'
import { openThreadStore } from './thread-store.ts'

export const runDispatch: StartRole = async (settings, storeLine) => {
  const { config } = settings
  const logger = createLogger({ level: config.log.level, thread: 'dispatch' })
  const metrics = createMetrics()
  const store = await openThreadStore(settings, storeLine)
  const { captures, retention, spool } = store.storage.write
  const capture = createCaptureTransport(captures)
  const dueSignal = openDueSignal(settings.dueSignal)
  const onFailure = (what: string, error: unknown) => logger.error({ what, err: error }, 'dispatch failed')
  await spool.voidClaims()
  const dispatch = startDispatch({
    spool,
    selectTransport: () => capture,
    clock: store.clock,
    random: Math.random,
    untilDue: (patience) => dueSignal.wait(patience),
    counters: { outcome: (transport, status) => metrics.dispatchOutcomes.inc({ transport, status }) },
    onFailure,
  })
  const sweeper = startRetention({ retention, limits: retentionLimits(config), clock: store.clock, onFailure })
  return {
    receive(message) {
      if (message.type === 'store') store.reconnect(message.port)
    },
    async stop(patience) {
      sweeper.stop()
      const stopped = dispatch.stop(Math.min(patience, LEASE))
      dueSignal.raise()
      await stopped
      await store.close()
    },
    metrics: () => metrics.snapshot(),
  }
}

function retentionLimits({ retention }: Config): RetentionLimits {
  return {
    messageAge: retention.messages,
    captureCount: retention.captures.count,
    captureSize: retention.captures.size,
    decisionAge: retention.decisions.age,
    decisionCount: retention.decisions.count,
    auditAge: retention.audit,
  }
}
