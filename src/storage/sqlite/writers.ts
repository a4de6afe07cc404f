// What the store thread writes inside its group transaction, except mail and captures.

import type { Writers } from '../storage.ts'
import type { Database } from './database.ts'
import { createDecisionWriter } from './decisions.ts'
import { createDirectoryWriter } from './directory-writer.ts'
import { appendAudit } from './record-change.ts'
import { createResourceWriter } from './resource-writer.ts'
import { createRoleWriter } from './role-writer.ts'
import { createSealedWriter } from './sealed.ts'
import type { Synchronous } from './synchronous.ts'

export function createSqliteWriters(
  database: Database,
): Synchronous<Omit<Writers, 'spool' | 'captures' | 'segments' | 'retention'>> {
  return {
    directory: createDirectoryWriter(database),
    resources: createResourceWriter(database),
    roles: createRoleWriter(database),
    sealed: createSealedWriter(database),
    decisions: createDecisionWriter(database),
    audit: {
      append: (change, tenantId, operation, target) => appendAudit(database, change, tenantId, operation, target),
    },
  }
}
