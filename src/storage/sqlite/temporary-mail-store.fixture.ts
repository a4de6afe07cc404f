// Fixture: a store with its content directory, gone when the test is over.

import { join } from 'node:path'
import { createSegmentContentStore } from '../../content/sqlite.ts'
import type { MailStore } from '../mail-store.fixture.ts'
import { AT } from '../two-tenants.fixture.ts'
import { openReader } from './database.ts'
import { createInProcessStore } from './in-process-store.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'

/** A new, empty store; closing it removes its files. */
export async function openTemporaryMailStore(): Promise<MailStore & { readonly contentDirectory: string }> {
  const { path, remove } = temporaryDirectory()
  const contentDirectory = join(path, 'content')
  const store = await createInProcessStore(join(path, 'postern.db'))
  const database = openReader(join(path, 'postern.db'))
  const content = createSegmentContentStore({
    directory: contentDirectory,
    segments: store.write.segments,
    database,
    now: () => AT,
  })
  return {
    ...store,
    content,
    contentDirectory,
    close: async () => {
      await content.close()
      await store.close()
      database.close()
      remove()
    },
  }
}
