// Reads files that hold secrets, or decide about them, and refuses those that are open to more people than they should be. The
// configuration and the keys both read here, so that a refusal and the command that repairs it are worded the same everywhere.

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** Who may read a file besides its owner: nobody, its group (as service packages set files up), or anybody. */
export type Readership = 'owner' | 'group' | 'anybody'

export type GuardedRead =
  | { readonly type: 'read'; readonly octets: Buffer }
  /** The message follows the file's name, and says what to do where that is known. */
  | { readonly type: 'missing' | 'exposed' | 'inaccessible'; readonly message: string }

const FORBIDDEN_MODES = { owner: 0o077, group: 0o037, anybody: 0 } as const
const REPAIRS = { owner: 'chmod 600', group: 'chmod o=,g-wx', anybody: '' } as const
const SIZE_LIMIT = 1024 * 1024

export function readGuardedFile(file: string, readership: Readership): GuardedRead {
  let descriptor: number | undefined
  try {
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(descriptor)
    if (!stats.isFile()) return { type: 'inaccessible', message: 'is not a regular file' }
    if (stats.size > SIZE_LIMIT) return { type: 'inaccessible', message: 'is larger than 1 MiB' }
    if (isExposed(stats.mode, readership))
      return { type: 'exposed', message: explainExposure(file, stats.mode, readership) }
    return { type: 'read', octets: readFileSync(descriptor) }
  } catch (error) {
    return explainFailure((error as NodeJS.ErrnoException).code)
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** Windows has no such modes. */
function isExposed(mode: number, readership: Readership): boolean {
  return process.platform !== 'win32' && (mode & FORBIDDEN_MODES[readership]) !== 0
}

function explainExposure(file: string, mode: number, readership: Readership): string {
  return `is open to others (mode ${(mode & 0o777).toString(8).padStart(4, '0')}): run ${REPAIRS[readership]} ${file}`
}

function explainFailure(code: string | undefined): GuardedRead {
  if (code === 'ENOENT') return { type: 'missing', message: 'does not exist' }
  return { type: 'inaccessible', message: `cannot be read: ${code === 'EACCES' ? 'permission denied' : code}` }
}
