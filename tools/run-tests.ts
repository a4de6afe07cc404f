// `npm test`: the pure rooms, many files to a process (one for each costs ten times the tests themselves, one for all gets slower with each
// test it has run), and beside them, since these mostly wait, whatever starts servers or processes of its own, with a process per file.
// Arguments name single files.

import { spawn } from 'node:child_process'
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ensurePortalFiles } from '../src/server/portal-files.ts'

const ISOLATED =
  /^(test\/(azure|end-to-end|interop|crash|delivery|portal|postgres)|src\/(server|http|cli|telemetry|keys)\/)/
/** Of the pure rooms, in one process. */
const FILES_AT_ONCE = 30
/** Processes beside them: more of them finish sooner, and fail more often where a machine is busy. */
const ISOLATED_AT_ONCE = 2

/** Hundreds of processes and threads load the same files: compiled once, a service starts with less than half the work. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'compile')

/**
 * Where tests make their stores. Thousands of small ones mostly wait for the disk; every test ends processes, none the power, so that memory
 * keeps what a disk would.
 */
const MEMORY = '/dev/shm'
const ROOM = 8 * 2 ** 30
const hasRoom = (): boolean => {
  if (!existsSync(MEMORY)) return false
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize >= ROOM
}

/** `output`: as it comes, or whole at the end, so that runs beside each other can be read. */
async function run(
  files: readonly string[],
  isolation: 'none' | 'process',
  output: 'inherit' | 'pipe',
): Promise<number> {
  if (files.length === 0) return 0
  const args = ['--test', `--test-isolation=${isolation}`, `--test-concurrency=${ISOLATED_AT_ONCE}`, ...files]
  const env = { NODE_COMPILE_CACHE, ...process.env, TMPDIR }
  const child = spawn(process.execPath, args, { env, stdio: ['inherit', output, 'inherit'] })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  if (child.stdout !== null) process.stdout.write(await buffer(child.stdout))
  return ended
}

const named = process.argv.slice(2)
const files =
  named.length > 0 ? named : globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts']).sort()
const isolated = files.filter((file) => ISOLATED.test(file))
const pure = files.filter((file) => !ISOLATED.test(file))
// Once for all of them, and not within the time of one of them.
if (isolated.length > 0) await ensurePortalFiles((text) => void process.stdout.write(text))
const TMPDIR = mkdtempSync(join(hasRoom() ? MEMORY : tmpdir(), 'postern-tests-'))
// Servers that do not run as root find their way through it.
chmodSync(TMPDIR, 0o711)
const codes = await Promise.all([runPure(pure), run(isolated, 'process', 'inherit')])
process.exitCode = Math.max(...codes)
// A test that failed may have left a picture.
if (process.exitCode === 0) rmSync(TMPDIR, { recursive: true, force: true })

async function runPure(files: readonly string[]): Promise<number> {
  let code = 0
  for (let from = 0; from < files.length; from += FILES_AT_ONCE) {
    const some = files.slice(from, from + FILES_AT_ONCE)
    code = Math.max(code, await run(some, 'none', isolated.length > 0 ? 'pipe' : 'inherit'))
  }
  return code
}
