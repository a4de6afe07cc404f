// An edge thread: its own listeners on the shared ports, its own reading of identity, roles and resources, its own line to the store.

import { randomBytes } from 'node:crypto'
import { systemClock } from '../config/clock.ts'
import { createEmbeddedProvider } from '../identity/embedded.ts'
import { mechanismNames } from '../sasl/mechanisms.ts'
import { acceptSubmission } from '../submission/accept-submission.ts'
import { createDecisionRecorder } from '../submission/decision-recorder.ts'
import type { SubmissionCounters, SubmissionService } from '../submission/submission.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import { type DueSignal, openDueSignal } from './due-signal.ts'
import { openTlsContexts } from './tls-contexts.ts'
import type { StartRole, ThreadSettings } from './thread-protocol.ts'
import { openThreadStore, type ThreadStore } from './thread-store.ts'

export const runEdge: StartRole = async (settings, storeLine) => {
  const { config } = settings
  const logger = createLogger({ level: config.log.level, thread: `edge-${settings.index}` })
  const metrics = createMetrics()
  const store = await openThreadStore(settings, storeLine)
  const tls = openTlsContexts(settings, logger)
  const dueSignal = openDueSignal(settings.dueSignal)
  const service = createService(settings, store, metrics, dueSignal, (error) =>
    logger.error({ err: error }, 'a connection was given up because of a bug'),
  )
  const doors = settings.doors.map(({ name, implicitTls, addresses, port }) => ({
    door: { name, implicitTls, secureContext: tls.current },
    listen: addresses.map((address) => ({ address, port, reusePort: settings.reusePort })),
  }))
  const { perAddress, total } = config.smtp.connections
  const limits = { perAddress, total: Math.ceil(total / config.smtp.workers) }
  const acceptor = await acceptSubmission(doors, limits, service)
  return {
    receive(message) {
      if (message.type === 'store') store.reconnect(message.port)
    },
    async stop(patience) {
      await acceptor.drain(patience)
      tls.close()
      await store.close()
    },
    metrics: () => metrics.snapshot(),
  }
}

function createService(
  settings: ThreadSettings,
  store: ThreadStore,
  metrics: Metrics,
  dueSignal: DueSignal,
  onBug: (error: unknown) => void,
): SubmissionService {
  const { config, keys } = settings
  const { directory, resources, roles } = store.storage.read
  const shed = (count: number) => metrics.decisionsShed.inc(count)
  return {
    options: {
      hostname: config.hostname,
      mechanisms: mechanismNames,
      rejectAfter: config.auth.rejectAfter,
      requiredActions: config.access.requiredActions,
      limits: config.limits,
    },
    directory,
    resources,
    roles,
    provider: createEmbeddedProvider(directory, keys.pepper),
    spool: store.spool,
    content: store.content,
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
    refused: (code, enhancedStatusCode) => metrics.refusals.inc({ code, enhanced_status_code: enhancedStatusCode }),
  }
}
