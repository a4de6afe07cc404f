// What a copy leaves beside the SQLite store that it was made from: nothing in the store itself changes. A mark of an unfinished copy
// holds as long as nobody writes to the store, so a start removes it, and the next copy begins anew. A mark of a finished one keeps the
// store from being started by mistake: what waits in it waits in the copy, too, and would go out twice.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type CopyMark = {
  readonly copyId: string
  /** For people: the database that it goes to. */
  readonly to: string
  /** Milliseconds since the epoch. Without it the copy is not finished. */
  readonly finishedAt?: number
}

export const copyMarkFile = (dataDirectory: string): string => join(dataDirectory, 'copied.json')

export function readCopyMark(dataDirectory: string): CopyMark | undefined {
  try {
    return JSON.parse(readFileSync(copyMarkFile(dataDirectory), 'utf8')) as CopyMark
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** On stable storage when it returns. */
export function writeCopyMark(dataDirectory: string, mark: CopyMark): void {
  const file = copyMarkFile(dataDirectory)
  const draft = `${file}.new`
  writeFileSync(draft, `${JSON.stringify(mark)}\n`, { mode: 0o600, flush: true })
  renameSync(draft, file)
  syncDirectory(dataDirectory)
}

/** The same. */
export function removeCopyMark(dataDirectory: string): void {
  rmSync(copyMarkFile(dataDirectory), { force: true })
  syncDirectory(dataDirectory)
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
