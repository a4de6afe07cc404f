// A thread's own view of the store, whichever engine it is on.

import type { MessagePort } from 'node:worker_threads'
import type { Clock } from '../config/clock.ts'
import type { ContentStore } from '../content/content.ts'
import type { QueueId, Spool } from '../spool/spool.ts'
import type { Storage } from '../storage/storage.ts'
import type { ThreadSettings } from './thread-protocol.ts'

export type ThreadStore = {
  readonly storage: Storage
  readonly spool: Spool
  readonly content: ContentStore
  readonly nextQueueId: () => QueueId
  /** By which leases are told; every node that shares the store has the same time. */
  readonly clock: Clock
  /** Goes on with a store thread that was started again. */
  reconnect(line: MessagePort): void
  close(): Promise<void>
}

/** `storeLine` never comes where there is no store thread. Each engine is loaded only where it is used. */
export async function openThreadStore(
  { config, role }: ThreadSettings,
  storeLine: Promise<MessagePort>,
): Promise<ThreadStore> {
  if (config.store.postgres === undefined) {
    const { openSqliteThreadStore } = await import('./sqlite-thread-store.ts')
    return openSqliteThreadStore(config, await storeLine)
  }
  const { openPostgresThreadStore } = await import('./postgres-thread-store.ts')
  return openPostgresThreadStore(config, config.store.postgres, role)
}
