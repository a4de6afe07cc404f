// Quotas and their counters as rows. A counter is a row for each shard; what is in one is the counter's own text. How much fits is decided
// in `quota/`; here rows are read and written.

import { MAIL_ACTIONS } from '../../access/operations.ts'
import { readShard, type Shards } from '../../quota/counter.ts'
import type { Resource } from '../../resources/resource.ts'
import { parseSubject, type QuotaLimits, type QuotaSubject, subjectText, windowLength } from '../../quota/quota.ts'
import { subjectOfResource } from '../../quota/subject-of-resource.ts'
import type { QuotaCounter, QuotaReader, QuotaWriter, StoredQuota } from '../quotas.ts'
import { allInList } from './in-list.ts'
import { recordChange } from './record-change.ts'
import { allArrays, firstArray, type InSql, lockTenant, run, type Sql } from './sql.ts'

export const quotaReader: InSql<QuotaReader> = {
  *findQuotas(tenantId, subjects) {
    const text = `SELECT ${COLUMNS} FROM quotas WHERE tenant_id = ? AND subject IN (?…)`
    return (yield* allInList<QuotaRow>(text, subjects.map(subjectText), { before: [tenantId] })).map(quotaOf)
  },
  *listQuotas({ tenantId, limit, after = '' }) {
    const text = `SELECT ${COLUMNS} FROM quotas WHERE tenant_id = ? AND subject > ? ORDER BY subject LIMIT ?`
    return (yield* allArrays<QuotaRow>(text, tenantId, after, limit)).map(quotaOf)
  },
  readCounters,
}

export const quotaWriter: InSql<QuotaWriter> = {
  *putQuota(change, quota) {
    const { tenantId, subject, limits, target, changedAt, changedBy } = quota
    yield* lockTenant(tenantId)
    const before = yield* findQuota(tenantId, subject)
    yield* run(
      `INSERT INTO quotas (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, subject) DO UPDATE
         SET limits = excluded.limits, target = excluded.target, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
      tenantId,
      subjectText(subject),
      JSON.stringify(limits),
      target,
      changedAt,
      changedBy,
    )
    yield* recordChange(change, tenantId, MAIL_ACTIONS.writeQuotas, target, { before: before?.limits, after: limits })
    return before === undefined
  },
  *deleteQuota(change, tenantId, subject) {
    yield* lockTenant(tenantId)
    const before = yield* findQuota(tenantId, subject)
    if (before === undefined) return false
    yield* run('DELETE FROM quotas WHERE tenant_id = ? AND subject = ?', tenantId, subjectText(subject))
    yield* recordChange(change, tenantId, MAIL_ACTIONS.writeQuotas, before.target, { before: before.limits })
    return true
  },
}

const COLUMNS = 'tenant_id, subject, limits, target, changed_at, changed_by'
type QuotaRow = [
  tenantId: string,
  subject: string,
  limits: string,
  target: string,
  changedAt: number,
  changedBy: string,
]

const quotaOf = ([tenantId, subject, limits, target, changedAt, changedBy]: QuotaRow): StoredQuota => ({
  tenantId,
  subject: parseSubject(subject),
  limits: JSON.parse(limits) as QuotaLimits,
  target,
  changedAt,
  changedBy,
})

function* findQuota(tenantId: string, subject: QuotaSubject): Sql<StoredQuota | undefined> {
  const text = `SELECT ${COLUMNS} FROM quotas WHERE tenant_id = ? AND subject = ?`
  const row = yield* firstArray<QuotaRow>(text, tenantId, subjectText(subject))
  return row && quotaOf(row)
}

/** What was set on a communication service or a domain goes with it. To be called where its deletion is recorded. */
export function* forgetQuotas(resource: Resource): Sql<void> {
  const { tenantId, id } = resource
  const subject = subjectOfResource(resource)
  if (subject === undefined) return
  // Another domain resource of that name may have set its own in its place.
  const text = 'DELETE FROM quotas WHERE tenant_id = ? AND subject = ? AND lower(target) = ?'
  const target = `${id}/providers/Postern.Mail/quotas/default`.toLowerCase()
  yield* run(text, tenantId, subjectText(subject), target)
}

export type ShardRow = [tenantId: string, subject: string, shard: number, tallies: string]

function* readCounters(tenantId: string, subjects: readonly QuotaSubject[]): Sql<readonly QuotaCounter[]> {
  const text = `SELECT tenant_id, subject, shard, tallies FROM quota_counters WHERE tenant_id = ? AND subject IN (?…)`
  const rows = yield* allInList<ShardRow>(text, subjects.map(subjectText), { before: [tenantId] })
  return subjects.flatMap((subject) => {
    const shards = shardsIn(rows, tenantId, subject)
    return shards.size === 0 ? [] : { subject, shards }
  })
}

/** The shards of one counter among rows of several. */
function shardsIn(rows: readonly ShardRow[], tenantId: string, subject: QuotaSubject): Shards {
  const text = subjectText(subject)
  const own = rows.filter((row) => row[0] === tenantId && row[1] === text)
  return new Map(own.map(([, , shard, tallies]) => [shard, readShard(tallies)]))
}

/** What was counted in a day that is over tells nothing any more; one day is left for clocks that are behind. */
export const sweepQuotaCounters = (at: number, batch: number): Sql<number> =>
  run(
    `DELETE FROM quota_counters WHERE (tenant_id, subject, shard) IN
       (SELECT tenant_id, subject, shard FROM quota_counters WHERE day < ? ORDER BY day LIMIT ${batch})`,
    at - 2 * windowLength('day'),
  )
