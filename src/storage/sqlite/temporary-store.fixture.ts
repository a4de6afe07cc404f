// Fixture: stores in directories that are gone when the test is over.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '../storage.ts'
import { createInProcessStore } from './in-process-store.ts'

/** A new directory under the system's own for temporary files. */
export function temporaryDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'postern-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A new, empty store; closing it removes its files. */
export async function openTemporaryStore(): Promise<Storage> {
  const directory = temporaryDirectory()
  const store = await createInProcessStore(join(directory.path, 'postern.db'))
  return {
    ...store,
    close: async () => {
      await store.close()
      directory.remove()
    },
  }
}
