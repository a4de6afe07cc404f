// Everything that the store thread writes inside its group transaction.

import { createSqliteSpool } from '../../spool/sqlite.ts'
import { keepCounters, type KeptCounters } from '../../spool/sqlite-counting.ts'
import { sweepRows } from '../sql/retention.ts'
import { releaseContent } from '../sql/release-content.ts'
import { createWriters } from '../sql/writers.ts'
import type { Writers } from '../storage.ts'
import type { Database } from './database.ts'
import { createGroupCommit, type GroupCommit } from './group-commit.ts'
import { runSql, synchronous } from './run-sql.ts'
import { createSegmentRegistry, sweepSegments } from './segments.ts'
import type { Synchronous } from './synchronous.ts'

/** What is written and who commits it. `contentDirectory` is where the segment files are. */
export function createWriting(
  database: Database,
  contentDirectory: string,
): { readonly writers: Synchronous<Writers>; readonly groupCommit: GroupCommit } {
  const counters = keepCounters(database)
  const writers = createSqliteWriters(database, contentDirectory, counters)
  return { writers, groupCommit: createGroupCommit(database, counters) }
}

function createSqliteWriters(
  database: Database,
  contentDirectory: string,
  counters: KeptCounters,
): Synchronous<Writers> {
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
    engagement: synchronous(database, writers.engagement),
    webhooks: synchronous(database, writers.webhooks),
    faults: synchronous(database, writers.faults),
    signIns: synchronous(database, writers.signIns),
    holds: synchronous(database, writers.holds),
    queue: synchronous(database, writers.queue),
    suppressions: synchronous(database, writers.suppressions),
    quotas: synchronous(database, writers.quotas),
    statistics: synchronous(database, writers.statistics),
    audit: synchronous(database, writers.audit),
    spool: createSqliteSpool(database, counters),
    segments: createSegmentRegistry(database),
    retention: {
      sweep: (at, limits) => {
        sweepSegments(database, contentDirectory, at)
        return runSql(database, sweepRows(at, limits, releaseContent))
      },
    },
  }
}
