// Everything that the store thread writes inside its group transaction.

import { createSqliteSpool } from '../../spool/sqlite.ts'
import { sweepRows } from '../sql/retention.ts'
import { releaseContent } from '../sql/release-content.ts'
import { createWriters } from '../sql/writers.ts'
import type { Writers } from '../storage.ts'
import type { Database } from './database.ts'
import { runSql, synchronous } from './run-sql.ts'
import { createSegmentRegistry, sweepSegments } from './segments.ts'
import type { Synchronous } from './synchronous.ts'

/** `contentDirectory` is where the segment files are. */
export function createSqliteWriters(database: Database, contentDirectory: string): Synchronous<Writers> {
  const writers = createWriters(releaseContent)
  return {
    directory: synchronous(database, writers.directory),
    resources: synchronous(database, writers.resources),
    roles: synchronous(database, writers.roles),
    sealed: synchronous(database, writers.sealed),
    decisions: synchronous(database, writers.decisions),
    captures: synchronous(database, writers.captures),
    loginLimits: synchronous(database, writers.loginLimits),
    destinations: synchronous(database, writers.destinations),
    transportPolicies: synchronous(database, writers.transportPolicies),
    upstreamOperations: synchronous(database, writers.upstreamOperations),
    watches: synchronous(database, writers.watches),
    credentials: synchronous(database, writers.credentials),
    events: synchronous(database, writers.events),
    holds: synchronous(database, writers.holds),
    queue: synchronous(database, writers.queue),
    suppressions: synchronous(database, writers.suppressions),
    audit: synchronous(database, writers.audit),
    spool: createSqliteSpool(database),
    segments: createSegmentRegistry(database),
    retention: {
      sweep: (at, limits) => {
        sweepSegments(database, contentDirectory, at)
        return runSql(database, sweepRows(at, limits, releaseContent))
      },
    },
  }
}
