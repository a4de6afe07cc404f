// What a thread reads through its own read-only connection, except mail and captures.

import type { Readers } from '../storage.ts'
import { createAuditReader } from './audit-reader.ts'
import type { Database } from './database.ts'
import { createDecisionReader } from './decisions.ts'
import { createDirectoryReader } from './directory-reader.ts'
import { createResourceReader } from './resource-reader.ts'
import { createRoleReader } from './role-reader.ts'
import { createSealedReader } from './sealed.ts'
import { asynchronous } from './synchronous.ts'

export function createSqliteReaders(database: Database): Omit<Readers, 'messages' | 'captures'> {
  return {
    directory: asynchronous(createDirectoryReader(database)),
    resources: asynchronous(createResourceReader(database)),
    roles: asynchronous(createRoleReader(database)),
    sealed: asynchronous(createSealedReader(database)),
    decisions: asynchronous(createDecisionReader(database)),
    audit: asynchronous(createAuditReader(database)),
  }
}
