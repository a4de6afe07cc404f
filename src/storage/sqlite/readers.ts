// What a thread reads through its own read-only connection.

import { readers } from '../sql/readers.ts'
import type { Readers } from '../storage.ts'
import type { Database } from './database.ts'
import { synchronous } from './run-sql.ts'
import { asynchronous } from './synchronous.ts'

export function createSqliteReaders(database: Database): Readers {
  return {
    directory: asynchronous(synchronous(database, readers.directory)),
    resources: asynchronous(synchronous(database, readers.resources)),
    roles: asynchronous(synchronous(database, readers.roles)),
    sealed: asynchronous(synchronous(database, readers.sealed)),
    decisions: asynchronous(synchronous(database, readers.decisions)),
    audit: asynchronous(synchronous(database, readers.audit)),
    captures: asynchronous(synchronous(database, readers.captures)),
    messages: asynchronous(synchronous(database, readers.messages)),
    loginLimits: asynchronous(synchronous(database, readers.loginLimits)),
    destinations: asynchronous(synchronous(database, readers.destinations)),
    transportPolicies: asynchronous(synchronous(database, readers.transportPolicies)),
    emailOperations: asynchronous(synchronous(database, readers.emailOperations)),
    upstreamOperations: asynchronous(synchronous(database, readers.upstreamOperations)),
    credentials: asynchronous(synchronous(database, readers.credentials)),
    events: asynchronous(synchronous(database, readers.events)),
    engagement: asynchronous(synchronous(database, readers.engagement)),
    webhooks: asynchronous(synchronous(database, readers.webhooks)),
    faults: asynchronous(synchronous(database, readers.faults)),
    holds: asynchronous(synchronous(database, readers.holds)),
    queue: asynchronous(synchronous(database, readers.queue)),
    suppressions: asynchronous(synchronous(database, readers.suppressions)),
    quotas: asynchronous(synchronous(database, readers.quotas)),
    statistics: asynchronous(synchronous(database, readers.statistics)),
    signIns: asynchronous(synchronous(database, readers.signIns)),
  }
}
