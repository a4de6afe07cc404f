// `npm run bench [-- --store sqlite|postgres] [W1 W2 …]`: CPU milliseconds of the server per accepted message with every check on, beside the
// same dialogue answered by a server that does nothing, both in the same rounds. Machines differ and are shared: the ratio is the figure
// to keep. On PostgreSQL its own CPU is told apart, and how many messages went into one statement.

import { execFile, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { median, spread } from './figures.ts'
import type { Load, LoadResult } from './load.ts'
import { type MeasuredDatabase, openMeasuredPostgres } from './measured-postgres.ts'
import { askUsage, nextMessage, stopProcess, type Target } from './measured-process.ts'

type Workload = {
  readonly name: string
  readonly what: string
  readonly connections: number
  readonly messagesPerConnection: number
  readonly size: number
}

const WORKLOADS: readonly Workload[] = [
  { name: 'W1', what: '4 KiB, a connection per message', connections: 16, messagesPerConnection: 1, size: 4096 },
  { name: 'W2', what: '4 KiB, 100 messages a connection', connections: 16, messagesPerConnection: 100, size: 4096 },
  { name: 'W3', what: '1 MiB, 10 messages a connection', connections: 4, messagesPerConnection: 10, size: 1 << 20 },
]
/** `captured` is Postern with dispatch at work, each message delivered into the capture inbox. */
const SERVERS = ['bare', 'postern', 'captured'] as const
type Server = (typeof SERVERS)[number]

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
// Long enough for the compiler to be done: its threads' work is in the figure too.
const WARM_UP = Number(process.env['BENCH_WARM_UP'] ?? 6000)
const DURATION = Number(process.env['BENCH_DURATION'] ?? 5000)

const { values: options, positionals: chosen } = parseArgs({
  options: { store: { type: 'string', default: 'sqlite' } },
  allowPositionals: true,
})

/** `databaseCpu`: of other processes; `group`: messages in one statement, where a database says so. */
type Cell = {
  readonly cpu: number
  readonly databaseCpu: number
  readonly group: number
  readonly perSecond: number
  readonly rss: number
}

async function measure(workload: Workload, server: Server, database: MeasuredDatabase | undefined): Promise<Cell> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  const store = server === 'bare' ? undefined : await database?.create()
  const child = startProcess(server, directory, store?.url)
  try {
    const target = await nextMessage<Target>(child)
    const load = { ...workload, ...target }
    await runLoad({ ...load, duration: WARM_UP })
    const before = await askUsage(child)
    await store?.begin()
    const result = await runLoad({ ...load, duration: DURATION })
    const after = await askUsage(child)
    const used = await store?.end()
    if (result.failures > 0)
      throw new Error(`${workload.name}: ${result.failures} failures, first: ${result.firstFailure}`)
    return {
      cpu: (after.cpuMilliseconds - before.cpuMilliseconds) / result.accepted,
      databaseCpu: (used?.cpuMilliseconds ?? 0) / result.accepted,
      group: used?.group ?? Number.NaN,
      perSecond: result.accepted / result.seconds,
      rss: after.rssBytes / 2 ** 20,
    }
  } finally {
    await stopProcess(child)
    await store?.drop()
    rmSync(directory, { recursive: true, force: true })
  }
}

function startProcess(server: Server, directory: string, url: string | undefined) {
  return fork(new URL(server === 'bare' ? './bare-server.ts' : './server.ts', import.meta.url), {
    env: {
      ...process.env,
      POSTERN_DATA_DIR: directory,
      POSTERN_STORE: url ?? '',
      POSTERN_SMTP_PORT: '0',
      POSTERN_SMTPS_PORT: '0',
      POSTERN_SMTP25_PORT: '0',
      POSTERN_HTTPS_PORT: '0',
      POSTERN_LOG_LEVEL: 'error',
      BENCH_DISPATCH: server === 'captured' ? 'on' : 'off',
    },
  })
}

async function runLoad(load: Load): Promise<LoadResult> {
  const file = new URL('./load.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(load)])
  return JSON.parse(stdout) as LoadResult
}

function row({ name, what }: Workload, server: Server, cells: readonly Cell[], bare: readonly Cell[]): string {
  const ratio = median(cells.map((cell, round) => cell.cpu / (bare[round]?.cpu ?? Number.NaN))).toFixed(1)
  const perSecond = median(cells.map((cell) => cell.perSecond)).toFixed(0)
  const rss = Math.max(...cells.map((cell) => cell.rss)).toFixed(0)
  const columns = [
    `${name} ${server}`.padEnd(12),
    spread(
      cells.map((cell) => cell.cpu),
      3,
    ).padEnd(22),
    ratio.padStart(5),
    perSecond.padStart(7),
    rss.padStart(5),
  ]
  const ofDatabase =
    options.store === 'sqlite' || server === 'bare'
      ? []
      : [
          spread(
            cells.map((cell) => cell.databaseCpu),
            3,
          ),
          spread(
            cells.map((cell) => cell.group),
            1,
          ),
        ]
  return [...columns, what, ...ofDatabase].join('  ')
}

const workloads = WORKLOADS.filter(({ name }) => chosen.length === 0 || chosen.includes(name))
const database = options.store === 'postgres' ? await openMeasuredPostgres() : undefined
const cells = new Map<string, Cell[]>()
for (let round = 1; round <= ROUNDS; round++)
  for (const workload of workloads)
    for (const server of SERVERS) {
      process.stderr.write(`round ${round} of ${ROUNDS}: ${workload.name} ${server}\n`)
      const key = `${workload.name} ${server}`
      cells.set(key, [...(cells.get(key) ?? []), await measure(workload, server, database)])
    }
await database?.close()
process.stdout.write(
  'CPU ms of the server process per message: median (min–max); ratio to the bare server of the same round\n\n',
)
const ofDatabase = database === undefined ? '' : '; CPU ms of PostgreSQL per message; messages in a statement'
process.stdout.write(`load, server  CPU ms                  ratio    per s    MiB  what${ofDatabase}\n`)
for (const workload of workloads)
  for (const server of SERVERS) {
    const [these = [], bare = []] = [cells.get(`${workload.name} ${server}`), cells.get(`${workload.name} bare`)]
    process.stdout.write(`${row(workload, server, these, bare)}\n`)
  }
