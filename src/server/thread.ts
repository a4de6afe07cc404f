// Where every worker thread begins: it takes its settings, becomes its role, and obeys the main thread. RFC 5321 §4.2.5 is why a stop
// waits: replies that are owed are given first.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Role, RunningRole, StartRole, ThreadSettings, ToMain, ToThread } from './thread-protocol.ts'

/** Each thread loads what its own role needs: every module costs memory once more in every thread. */
const ROLES: Record<Role, () => Promise<StartRole>> = {
  store: async () => (await import('./store-role.ts')).runStore,
  edge: async () => (await import('./edge-role.ts')).runEdge,
  api: async () => (await import('./api-role.ts')).runApi,
  dispatch: async () => (await import('./dispatch-role.ts')).runDispatch,
}

async function main(port: NonNullable<typeof parentPort>): Promise<void> {
  const settings = workerData as ThreadSettings
  const tell: ToMain = (message) => port.postMessage(message)
  const early: ToThread[] = []
  let role: RunningRole | undefined
  const firstLine = Promise.withResolvers<MessagePort>()
  let hasLine = settings.role === 'store'
  port.on('message', (message: ToThread) => {
    if (role !== undefined) return void obey(role, message, tell)
    if (hasLine || message.type !== 'store') return void early.push(message)
    hasLine = true
    firstLine.resolve(message.port)
  })
  try {
    const start = await ROLES[settings.role]()
    role = await start(settings, firstLine.promise, tell)
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    process.exit(1)
  }
  for (const message of early) void obey(role, message, tell)
  tell({ type: 'started' })
}

async function obey(role: RunningRole, message: ToThread, tell: ToMain): Promise<void> {
  if (message.type === 'stop') {
    await role.stop(message.patience)
    tell({ type: 'stopped' })
    process.exit(0)
  } else if (message.type === 'metrics') {
    tell({ type: 'metrics', id: message.id, metrics: await role.metrics() })
  } else {
    role.receive(message)
  }
}

if (parentPort !== null) await main(parentPort)
