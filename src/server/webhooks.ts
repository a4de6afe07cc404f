// Webhooks as a server runs them: the line to receivers by the rules of its configuration, and the dispatch thread's telling of events.

import type { Config } from '../config/schema.ts'
import { systemClock } from '../config/clock.ts'
import { startWebhookDelivery } from '../events/webhook-delivery.ts'
import { createWebhookLine, type WebhookLine } from '../events/webhook-line.ts'
import { createPrivateAddressCheck } from '../identity/private-address.ts'
import { createSealer } from '../keys/sealing.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ThreadSettings } from './thread-protocol.ts'
import type { ThreadStore } from './thread-store.ts'

/** Azure: as long as Event Grid waits for an answer. In milliseconds. */
const TIMEOUT = 30_000

export const openWebhookLine = ({ network }: Pick<Config, 'network'>): WebhookLine =>
  createWebhookLine({
    clock: systemClock,
    isPrivate: createPrivateAddressCheck(network.allowPrivate),
    timeout: TIMEOUT,
  })

export function tellEvents(
  { config, keys }: Pick<ThreadSettings, 'config' | 'keys'>,
  { storage, clock }: ThreadStore,
  metrics: Pick<Metrics, 'webhookAttempts'>,
  logger: Logger,
): { stop(patience: number): Promise<void> } {
  return startWebhookDelivery({
    read: storage.read.webhooks,
    write: storage.write.webhooks,
    line: openWebhookLine(config),
    sealer: createSealer(keys),
    clock,
    random: Math.random,
    onAttempt: (outcome) => metrics.webhookAttempts.inc({ outcome }),
    onFailure: (what, error) => logger.error({ what, err: error }, 'telling of events failed'),
  })
}
