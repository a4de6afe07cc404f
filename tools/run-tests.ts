// `npm test`: the pure rooms in one process (a process per file costs ten times the tests themselves), whatever starts servers or
// processes of its own with a process per file. Arguments name single files.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

const ISOLATED = /^(test\/(azure|end-to-end|interop|crash|postgres)|src\/(server|http|cli|telemetry|keys)\/)/

function run(files: readonly string[], isolation: 'none' | 'process'): number {
  if (files.length === 0) return 0
  const { status } = spawnSync(
    process.execPath,
    ['--test', `--test-isolation=${isolation}`, '--test-concurrency=2', ...files],
    {
      stdio: 'inherit',
    },
  )
  return status ?? 1
}

const named = process.argv.slice(2)
const files =
  named.length > 0 ? named : globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts']).sort()
const shared = files.filter((file) => !ISOLATED.test(file))
const isolated = files.filter((file) => ISOLATED.test(file))
process.exitCode = Math.max(run(shared, 'none'), run(isolated, 'process'))
