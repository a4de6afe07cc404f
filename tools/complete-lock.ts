// Writes the optional packages of other platforms back into the lock file. A registry mirror that does not serve them makes
// `npm install` leave them out, and `npm ci` then refuses the lock. Run it after adding a dependency; a test fails when it is needed.

import { readFileSync, writeFileSync } from 'node:fs'

type LockEntry = { version?: string; optionalDependencies?: Record<string, string>; dev?: boolean; license?: string }
type Lock = { packages: Record<string, LockEntry & Record<string, unknown>> }

const OPERATING_SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
])

/** Optional dependencies that the lock names but does not hold, with the package that wants them. */
export function findMissing(lock: Lock): readonly { name: string; version: string; parent: LockEntry }[] {
  return Object.values(lock.packages).flatMap((parent) =>
    Object.entries(parent.optionalDependencies ?? {})
      .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
      .map(([name, version]) => ({ name, version, parent })),
  )
}

/** Platform packages say in their name where they belong: `<tool>-<os>-<cpu>[-<libc>]`. */
function describePlatform(name: string): Record<string, unknown> {
  const parts = (name.split('/').at(-1) ?? '').split('-')
  const at = parts.findIndex((part) => OPERATING_SYSTEMS.has(part))
  const [os, cpu, libc] = parts.slice(at)
  if (at < 0 || os === undefined || cpu === undefined) throw new Error(`${name} does not name its platform`)
  const musl = libc?.startsWith('musl') === true ? { libc: ['musl'] } : {}
  const glibc = os === 'linux' && libc?.startsWith('gnu') === true ? { libc: ['glibc'] } : {}
  return { cpu: [cpu], os: [os], ...musl, ...glibc }
}

function complete(lock: Lock): Lock {
  const added = findMissing(lock).map(({ name, version, parent }) => {
    const { dev, license } = parent
    const entry = {
      version,
      ...(dev === true ? { dev } : {}),
      ...(license === undefined ? {} : { license }),
      optional: true,
    }
    return [`node_modules/${name}`, { ...entry, ...describePlatform(name) }] as const
  })
  const packages = [...Object.entries(lock.packages), ...added].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return { ...lock, packages: Object.fromEntries(packages) }
}

if (import.meta.main) {
  const path = new URL('../package-lock.json', import.meta.url)
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock
  writeFileSync(path, `${JSON.stringify(complete(lock), null, 2)}\n`)
}
