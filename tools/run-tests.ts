// `npm test`: the pure rooms in one process (a process per file costs ten times the tests themselves), and beside it, since those mostly
// wait, whatever starts servers or processes of its own, with a process per file. Arguments name single files.

import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'

const ISOLATED = /^(test\/(azure|end-to-end|interop|crash|delivery|postgres)|src\/(server|http|cli|telemetry|keys)\/)/

/** `output`: as it comes, or whole at the end, so that two runs at once can be read. */
async function run(
  files: readonly string[],
  isolation: 'none' | 'process',
  output: 'inherit' | 'pipe',
): Promise<number> {
  if (files.length === 0) return 0
  const args = ['--test', `--test-isolation=${isolation}`, '--test-concurrency=2', ...files]
  const child = spawn(process.execPath, args, { stdio: ['inherit', output, 'inherit'] })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  if (child.stdout !== null) process.stdout.write(await buffer(child.stdout))
  return ended
}

const named = process.argv.slice(2)
const files =
  named.length > 0 ? named : globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts']).sort()
const shared = files.filter((file) => !ISOLATED.test(file))
const isolated = files.filter((file) => ISOLATED.test(file))
const runs = [run(shared, 'none', isolated.length > 0 ? 'pipe' : 'inherit'), run(isolated, 'process', 'inherit')]
process.exitCode = Math.max(...(await Promise.all(runs)))
