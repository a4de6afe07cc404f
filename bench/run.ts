// `npm run bench`: CPU milliseconds of the server per accepted message, with every check on, in rounds that interleave the workloads.
// Machines differ and are shared, so a bare TLS handshake of this machine is measured in the same rounds and ratios are printed.

import { type ChildProcess, execFile, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Load, LoadResult } from './load.ts'
import type { ServerCpu } from './server.ts'

type Workload = {
  readonly name: string
  readonly what: string
  readonly connections: number
  readonly messagesPerConnection: number
  readonly size: number
  readonly dispatch?: true
}

const WORKLOADS: readonly Workload[] = [
  {
    name: 'W1',
    what: '4 KiB, a connection with TLS and AUTH per message',
    connections: 16,
    messagesPerConnection: 1,
    size: 4096,
  },
  { name: 'W2', what: '4 KiB, 100 messages per connection', connections: 16, messagesPerConnection: 100, size: 4096 },
  { name: 'W3', what: '1 MiB, 10 messages per connection', connections: 4, messagesPerConnection: 10, size: 1 << 20 },
  {
    name: 'W2d',
    what: 'W2 with delivery into the capture inbox',
    connections: 16,
    messagesPerConnection: 100,
    size: 4096,
    dispatch: true,
  },
]
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const WARM_UP = Number(process.env['BENCH_WARM_UP'] ?? 1500)
const DURATION = Number(process.env['BENCH_DURATION'] ?? 4000)

type Cell = { readonly cpu: number; readonly perSecond: number; readonly rss: number }

async function measure(workload: Workload): Promise<Cell> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  const server = await startServerProcess(directory, workload)
  try {
    const quickstart = JSON.parse(readFileSync(join(directory, 'quickstart.json'), 'utf8'))
    const load = {
      ...workload,
      port: server.port,
      caFile: quickstart.caFile,
      username: quickstart.usernames.dot,
      password: quickstart.application.clientSecret,
      sender: quickstart.senderAddress,
    }
    await runLoad({ ...load, duration: WARM_UP })
    const before = await askCpu(server.child)
    const result = await runLoad({ ...load, duration: DURATION })
    const after = await askCpu(server.child)
    if (result.failures > 0)
      throw new Error(`${workload.name}: ${result.failures} failures, first: ${result.firstFailure}`)
    return {
      cpu: (after.cpuMilliseconds - before.cpuMilliseconds) / result.accepted,
      perSecond: result.accepted / result.seconds,
      rss: after.rssBytes / 2 ** 20,
    }
  } finally {
    await stopProcess(server.child)
    rmSync(directory, { recursive: true, force: true })
  }
}

async function startServerProcess(directory: string, { dispatch }: Workload) {
  const child = fork(new URL('./server.ts', import.meta.url), {
    env: {
      ...process.env,
      POSTERN_DATA_DIR: directory,
      POSTERN_SMTP_PORT: '0',
      POSTERN_SMTPS_PORT: '0',
      POSTERN_SMTP25_PORT: '0',
      POSTERN_HTTPS_PORT: '0',
      POSTERN_LOG_LEVEL: 'error',
      BENCH_DISPATCH: dispatch === true ? 'on' : 'off',
    },
  })
  const ready = await nextMessage<{ doors: Record<string, number> }>(child)
  return { child, port: ready.doors['submission'] ?? 0 }
}

function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the server process ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message as T)
    })
  })
}

async function askCpu(child: ChildProcess): Promise<ServerCpu> {
  const answer = nextMessage<ServerCpu>(child)
  child.send('cpu')
  return answer
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.send('stop')
  await exited
}

async function runLoad(load: Load): Promise<LoadResult> {
  const file = new URL('./load.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(load)])
  return JSON.parse(stdout) as LoadResult
}

async function measureHandshake(): Promise<Cell> {
  const file = new URL('./handshake.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, [file, String(DURATION)])
  return JSON.parse(stdout) as Cell
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

function row(name: string, what: string, cells: readonly Cell[], handshake: number): string {
  const cpus = cells.map((cell) => cell.cpu)
  const cpu = `${median(cpus).toFixed(3)} (${Math.min(...cpus).toFixed(3)}-${Math.max(...cpus).toFixed(3)})`
  const ratio = (median(cpus) / handshake).toFixed(2)
  const perSecond = Math.round(median(cells.map((cell) => cell.perSecond)))
  const rss = Math.round(Math.max(...cells.map((cell) => cell.rss)))
  return `${name.padEnd(5)} ${cpu.padEnd(22)} ${ratio.padStart(6)} ${String(perSecond).padStart(7)} ${String(rss).padStart(6)}  ${what}`
}

const chosen = process.argv.slice(2)
const workloads = WORKLOADS.filter(({ name }) => chosen.length === 0 || chosen.includes(name))
const cells = new Map<string, Cell[]>(workloads.map(({ name }) => [name, []]))
const handshakes: Cell[] = []
for (let round = 1; round <= ROUNDS; round++) {
  process.stderr.write(`round ${round} of ${ROUNDS}: bare handshakes`)
  handshakes.push(await measureHandshake())
  for (const workload of workloads) {
    process.stderr.write(`, ${workload.name}`)
    cells.get(workload.name)?.push(await measure(workload))
  }
  process.stderr.write('\n')
}
const handshake = median(handshakes.map((cell) => cell.cpu))
process.stdout.write(
  'CPU ms of the server per accepted message: median (min-max) of the rounds; ratio to a bare TLS handshake\n\n',
)
process.stdout.write(
  `${'load'.padEnd(5)} ${'CPU ms'.padEnd(22)} ${'ratio'.padStart(6)} ${'per s'.padStart(7)} ${'MiB'.padStart(6)}\n`,
)
process.stdout.write(`${row('TLS', 'bare: accept, handshake, close', handshakes, handshake)}\n`)
for (const { name, what } of workloads) process.stdout.write(`${row(name, what, cells.get(name) ?? [], handshake)}\n`)
