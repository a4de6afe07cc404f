// The process that gets killed: the store and the dispatch of a node, wired as the service wires them, without its doors. What differs is
// that whoever has to wait for another attempt waits for a second and not for minutes, and so does whoever waits for a turn, if wanted.

import { createLogger } from '../../src/telemetry/logger.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { Config } from '../../src/config/schema.ts'
import { deriveKeys, type InstallationKeys, loadInstallationKey } from '../../src/keys/installation-key.ts'
import { startDelivery } from '../../src/server/delivery.ts'
import { createDueSignalMemory, openDueSignal } from '../../src/server/due-signal.ts'
import { beginStore, lockFor, type StoreStart } from '../../src/server/store-start.ts'
import { Supervisor } from '../../src/server/supervisor.ts'
import { openThreadStore, type ThreadStore } from '../../src/server/thread-store.ts'
import type { Settlement, Spool } from '../../src/spool/spool.ts'

const AT_LEAST = 300
const AT_MOST = 1_500

export type NodeSettings = { readonly config: Config; readonly hurriesTurns: boolean }

async function run({ config, hurriesTurns }: NodeSettings): Promise<void> {
  const lock = lockFor(config)
  if (lock.type !== 'opened') throw new Error(lock.message)
  const logger = createLogger({ level: config.log.level, thread: 'dispatch' })
  const supervisor = new Supervisor({ onLog: (level, message, detail) => logger[level](detail, message) })
  const started = await beginStore(config, supervisor)
  const keys = await keysOf(config, started)
  const dueSignal = createDueSignalMemory()
  const settings = {
    role: 'dispatch' as const,
    index: 0,
    config,
    keys,
    certificates: [],
    doors: [],
    https: { addresses: [], port: 0 },
    publicUrl: '',
    reusePort: false,
    dueSignal,
    sourceCounts: new SharedArrayBuffer(0),
  }
  await started.open(settings)
  const line = config.store.postgres === undefined ? supervisor.connectStore((port) => store.reconnect(port)) : never
  const store = await openThreadStore(settings, Promise.resolve(line))
  await store.storage.write.spool.voidClaims()
  await startDelivery({
    settings,
    store: hurried(store, hurriesTurns),
    metrics: createMetrics(),
    logger,
    untilDue: (patience) => openDueSignal(dueSignal).wait(patience),
    onFailure: (what, error) => logger.error({ what, err: error }, 'dispatch failed'),
  })
}

const never = new Promise<never>(() => {})

/** Those of the quickstart that made the installation. */
async function keysOf(config: Config, store: StoreStart): Promise<InstallationKeys> {
  const shared = await store.bootstrapKey()
  if (shared !== undefined) return deriveKeys(shared)
  const loaded = loadInstallationKey({ file: config.keys.file }, { create: false })
  if (loaded.type !== 'keys') throw new Error(loaded.message)
  return loaded.keys
}

function hurried(store: ThreadStore, hurriesTurns: boolean): ThreadStore {
  const { write } = store.storage
  const hurry = (settlement: Settlement): Settlement => {
    const { at, outcomes, postponed = [] } = settlement
    const soon = at + AT_LEAST + Math.floor(Math.random() * (AT_MOST - AT_LEAST))
    return {
      ...settlement,
      outcomes: outcomes.map((one) => (one.status === 'deferred' ? { ...one, nextAttemptAt: soon } : one)),
      postponed: hurriesTurns ? postponed.map((one) => ({ ...one, until: soon })) : postponed,
    }
  }
  const settle: Spool['settle'] = (settlements) => write.spool.settle(settlements.map(hurry))
  return { ...store, storage: { ...store.storage, write: { ...write, spool: { ...store.spool, settle } } } }
}

process.once('message', (settings: NodeSettings) => void run(settings))
process.on('disconnect', () => process.exit(0))
