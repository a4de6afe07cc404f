// `node bench/quota-load.ts [--store sqlite|postgres]`: what quotas add to a whole message of W2 (`bench/run.ts`), from the socket to the
// commit: the look at MAIL, the way to the store thread and the counting. One service runs for all variants, which take turns in short
// visits: the ratio to the visits of the same round without a quota is the figure to keep on a machine that others use.

import { execFile, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { median, spread, table } from './figures.ts'
import type { Load, LoadResult } from './load.ts'
import { openMeasuredPostgres } from './measured-postgres.ts'
import { askUsage, nextMessage, stopProcess, type Target } from './measured-process.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    rounds: { type: 'string', default: '12' },
    visit: { type: 'string', default: '2000' },
  },
})
const ROUNDS = Number(values.rounds)
const VISIT = Number(values.visit)
const WARM_UP = 8000
/** Quotas of application, service and domain. */
const VARIANTS = [0, 1, 3] as const

const database = values.store === 'postgres' ? await openMeasuredPostgres() : undefined
const store = await database?.create()
const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const environment = {
  ...process.env,
  POSTERN_DATA_DIR: directory,
  POSTERN_STORE: store?.url ?? '',
  POSTERN_SMTP_PORT: '0',
  POSTERN_SMTPS_PORT: '0',
  POSTERN_SMTP25_PORT: '0',
  POSTERN_HTTPS_PORT: '0',
  POSTERN_LOG_LEVEL: 'error',
}
const child = fork(new URL('./server.ts', import.meta.url), { env: environment })

async function setQuotas(count: number): Promise<void> {
  const answer = nextMessage<{ readonly quotas: number }>(child)
  child.send({ quotas: count })
  await answer
}

async function visit(load: Load, count: number): Promise<number> {
  await setQuotas(count)
  const before = await askUsage(child)
  await store?.begin()
  const file = new URL('./load.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(load)])
  const result = JSON.parse(stdout) as LoadResult
  if (result.failures > 0) throw new Error(`${result.failures} failures, first: ${result.firstFailure}`)
  const after = await askUsage(child)
  const ofDatabase = (await store?.end())?.cpuMilliseconds ?? 0
  return ((after.cpuMilliseconds - before.cpuMilliseconds + ofDatabase) * 1000) / result.accepted
}

try {
  const target = await nextMessage<Target>(child)
  const load = { ...target, connections: 16, messagesPerConnection: 100, size: 4096 }
  await visit({ ...load, duration: WARM_UP }, 3)
  const rounds: (readonly number[])[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const visits: number[] = []
    for (const step of VARIANTS.keys()) {
      const at = (step + round) % VARIANTS.length
      visits[at] = await visit({ ...load, duration: VISIT }, VARIANTS[at] ?? 0)
    }
    rounds.push(visits)
  }
  const rows = VARIANTS.map((count, index) => {
    const own = rounds.map((visits) => visits[index] ?? Number.NaN)
    const ratio = median(own.map((cpu, round) => cpu / (rounds[round]?.[0] ?? Number.NaN)))
    return [String(count), spread(own, 0), ratio.toFixed(3)]
  })
  process.stdout.write(table([[`W2 on ${values.store}: quotas`, 'CPU µs a message', 'ratio of the round'], ...rows]))
} finally {
  await stopProcess(child)
  await store?.drop()
  await database?.close()
  rmSync(directory, { recursive: true, force: true })
}
