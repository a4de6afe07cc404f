// `npm test`: the pure rooms in one process (a process per file costs ten times the tests themselves), and beside it, since those mostly
// wait, whatever starts servers or processes of its own, with a process per file. Arguments name single files.

import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ensurePortalFiles } from '../src/server/portal-files.ts'

const ISOLATED =
  /^(test\/(azure|end-to-end|interop|crash|delivery|portal|postgres)|src\/(server|http|cli|telemetry|keys)\/)/

/** Hundreds of processes and threads load the same files: compiled once, a service starts with less than half the work. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'compile')

/** `output`: as it comes, or whole at the end, so that two runs at once can be read. */
async function run(
  files: readonly string[],
  isolation: 'none' | 'process',
  output: 'inherit' | 'pipe',
): Promise<number> {
  if (files.length === 0) return 0
  const args = ['--test', `--test-isolation=${isolation}`, '--test-concurrency=2', ...files]
  const env = { NODE_COMPILE_CACHE, ...process.env }
  const child = spawn(process.execPath, args, { env, stdio: ['inherit', output, 'inherit'] })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  if (child.stdout !== null) process.stdout.write(await buffer(child.stdout))
  return ended
}

const named = process.argv.slice(2)
const files =
  named.length > 0 ? named : globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts']).sort()
const shared = files.filter((file) => !ISOLATED.test(file))
const isolated = files.filter((file) => ISOLATED.test(file))
// Once for all of them, and not within the time of one of them.
if (isolated.length > 0) await ensurePortalFiles((text) => void process.stdout.write(text))
const runs = [run(shared, 'none', isolated.length > 0 ? 'pipe' : 'inherit'), run(isolated, 'process', 'inherit')]
process.exitCode = Math.max(...(await Promise.all(runs)))
