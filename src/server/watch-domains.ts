// The watch over domains as a server runs it: with the DNS and the keys of its configuration; what it finds goes to the log and is counted.

import { randomUUID } from 'node:crypto'
import { startDomainWatch } from '../domains/domain-watch.ts'
import { createPacketResolver } from '../dns/packet-resolver.ts'
import { domainLine } from '../events/domain-events.ts'
import { createSealer } from '../keys/sealing.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ThreadSettings } from './thread-protocol.ts'
import type { ThreadStore } from './thread-store.ts'

export function watchDomains(
  { config, keys }: Pick<ThreadSettings, 'config' | 'keys'>,
  { storage, clock, nextQueueId }: ThreadStore,
  metrics: Pick<Metrics, 'domainNotices'>,
  logger: Logger,
): { stop(): Promise<void> } {
  return startDomainWatch({
    storage,
    resolver: createPacketResolver({ ...config.dns, servers: config.dns.resolvers }),
    sealer: createSealer(keys),
    settings: config.domains,
    clock,
    random: Math.random,
    nextId: randomUUID,
    nextEventId: nextQueueId,
    onNotice(domain, notice) {
      metrics.domainNotices.inc({ type: notice.type })
      const { fields, text } = domainLine(domain, notice)
      if (notice.type === 'found') logger.info(fields, text)
      else logger.warn(fields, text)
    },
    onRound: (domains) => logger.debug({ domains }, 'all domains were looked at'),
    onFailure: (what, error) => logger.error({ what, err: error }, 'the watch over domains failed'),
  })
}
