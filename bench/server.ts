// The service under measurement, in a process of its own: a quickstart on free ports, without dispatch unless asked for, so that the
// figures are those of accepting. It answers `cpu` with what the whole process has used so far.

import { startServer } from '../src/server/start-server.ts'
import { quickstartConfig } from '../src/config/quickstart-config.ts'
import { startQuickstart } from '../src/server/run.ts'
import type { Role } from '../src/server/thread-protocol.ts'

export type ServerReady = { readonly type: 'ready' }
export type ServerCpu = { readonly type: 'cpu'; readonly cpuMilliseconds: number; readonly rssBytes: number }

const outcome = quickstartConfig(process.env)
if (outcome.type !== 'config') throw new Error(JSON.stringify(outcome.problems))
const workers = Number(process.env['BENCH_WORKERS'] ?? outcome.config.smtp.workers)
const config = { ...outcome.config, smtp: { ...outcome.config.smtp, workers } }
// The first start makes the objects and sends the welcome, as every quickstart does.
const first = await startQuickstart(config, process.env)
await first.server.stop()
const roles: readonly Role[] = process.env['BENCH_DISPATCH'] === 'on' ? ['edge', 'api', 'dispatch'] : ['edge']
const server = await startServer({ config, createKey: false, environment: process.env, roles }, async () => {})

process.on('message', (message) => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage()
    const answer: ServerCpu = {
      type: 'cpu',
      cpuMilliseconds: (user + system) / 1000,
      rssBytes: process.memoryUsage.rss(),
    }
    process.send?.(answer)
  } else if (message === 'stop') {
    void server.stop().then(() => process.exit(0))
  }
})
const doors = Object.fromEntries(server.doors.map(({ name, port }) => [name, port]))
process.send?.({ type: 'ready', doors })
