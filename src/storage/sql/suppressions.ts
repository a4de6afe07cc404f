// Suppressed addresses as rows. A bounce counts when no suppression of its address was in force: messages that were on their way at the
// same time bounce once. The lists that customers keep are resources; they are looked at together with these.

import { MAIL_ACTIONS } from '../../access/operations.ts'
import { DOMAINS, SUPPRESSION_LIST_ADDRESSES, SUPPRESSION_LISTS } from '../../resources/resource-types.ts'
import { canonicalAddress, domainOf, localPartOf } from '../../resources/mail-address.ts'
import type {
  NewSuppression,
  Suppression,
  SuppressionReader,
  SuppressionStanding,
  SuppressionWriter,
} from '../suppressions.ts'
import { allInList } from './in-list.ts'
import { appendAudit } from './record-change.ts'
import { allArrays, firstArray, type InSql, lockTenant, run, type Sql } from './sql.ts'

const DAY = 86_400_000
/** After the first bounce, and after each one more. Azure: data-plane reference §1.4. */
const TERMS = [1, 2, 4, 7, 14].map((days) => days * DAY)
const LONGEST = 14 * DAY

export const suppressionReader: InSql<SuppressionReader> = {
  findSuppressed,
  *readSuppression(tenantId, address, at) {
    const stored = yield* readSuppression(tenantId, canonicalAddress(address))
    return stored !== undefined && isInForce(stored, at) ? stored : undefined
  },
  *listSuppressions({ tenantId, at, limit, after = '' }) {
    const rows = yield* allArrays<SuppressionRow>(
      `SELECT ${COLUMNS} FROM suppressions
       WHERE tenant_id = ? AND address > ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY address LIMIT ?`,
      tenantId,
      after,
      at,
      limit,
    )
    return rows.map(suppressionOf)
  },
}

export const suppressionWriter: InSql<SuppressionWriter> = {
  *putSuppression(change, suppression) {
    const { tenantId, reason, detail, queueId, createdAt, expiresAt, bounces } = suppression
    yield* lockTenant(tenantId)
    const after = { ...suppression, address: canonicalAddress(suppression.address) }
    const before = yield* readSuppression(tenantId, after.address)
    yield* run(
      `INSERT INTO suppressions (tenant_id, address, reason, detail, queue_id, created_at, expires_at, bounces)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (tenant_id, address) DO UPDATE SET reason = excluded.reason, detail = excluded.detail,
         queue_id = excluded.queue_id, created_at = excluded.created_at, expires_at = excluded.expires_at,
         bounces = excluded.bounces`,
      tenantId,
      after.address,
      reason,
      detail,
      queueId ?? null,
      createdAt,
      expiresAt ?? null,
      bounces,
    )
    yield* appendAudit(change, tenantId, MAIL_ACTIONS.writeSuppressions, targetOf(after.address), { before, after })
  },
  *deleteSuppression(change, tenantId, address) {
    yield* lockTenant(tenantId)
    const canonical = canonicalAddress(address)
    const before = yield* readSuppression(tenantId, canonical)
    if (before === undefined) return false
    yield* run('DELETE FROM suppressions WHERE tenant_id = ? AND address = ?', tenantId, canonical)
    yield* appendAudit(change, tenantId, MAIL_ACTIONS.deleteSuppressions, targetOf(canonical), { before })
    return true
  },
}

const targetOf = (address: string): string => `/providers/Postern.Mail/suppressions/${address}`

const COLUMNS = 'tenant_id, address, reason, detail, queue_id, created_at, expires_at, bounces'
type SuppressionRow = [
  tenantId: string,
  address: string,
  reason: Suppression['reason'],
  detail: string,
  queueId: string | null,
  createdAt: number,
  expiresAt: number | null,
  bounces: number,
]

function suppressionOf(row: SuppressionRow): Suppression {
  const [tenantId, address, reason, detail, queueId, createdAt, expiresAt, bounces] = row
  return {
    tenantId,
    address,
    reason,
    detail,
    ...(queueId === null ? {} : { queueId }),
    createdAt,
    ...(expiresAt === null ? {} : { expiresAt }),
    bounces,
  }
}

const isInForce = ({ expiresAt }: Suppression, at: number): boolean => expiresAt === undefined || expiresAt > at

function* readSuppression(tenantId: string, address: string): Sql<Suppression | undefined> {
  const row = yield* firstArray<SuppressionRow>(
    `SELECT ${COLUMNS} FROM suppressions WHERE tenant_id = ? AND address = ?`,
    tenantId,
    address,
  )
  return row && suppressionOf(row)
}

/** A list that was removed between its look-up and that of its addresses has none. */
function* findSuppressed({
  tenantId,
  reversePath,
  resourceId,
  addresses,
  at,
}: Parameters<SuppressionReader['findSuppressed']>[0]): Sql<SuppressionStanding> {
  const rows = yield* allInList<SuppressionRow>(
    `SELECT DISTINCT ${COLUMNS} FROM suppressions WHERE tenant_id = ? AND address IN (?…)`,
    addresses,
    { before: [tenantId] },
  )
  const found = rows.map(suppressionOf)
  const suppressed = new Map<string, Pick<Suppression, 'reason' | 'detail'>>()
  for (const [listKey, name] of yield* listsOf(tenantId, reversePath, resourceId)) {
    const listed = yield* allInList<[string]>(LISTED, addresses, { before: [listKey] })
    for (const [address] of listed) suppressed.set(address, { reason: 'operator', detail: `suppression list ${name}` })
  }
  for (const one of found.filter((each) => isInForce(each, at))) suppressed.set(one.address, one)
  const lapsed = found.filter((one) => !isInForce(one, at) && !suppressed.has(one.address))
  return { suppressed, lapsed: lapsed.map(({ address }) => address) }
}

const LISTS = `
  SELECT l.id_key, l.name FROM linked_domains k
  JOIN resources d ON d.id_key = k.domain_key AND d.tenant_id = k.tenant_id
  JOIN resources l ON l.parent_key = d.id_key
  WHERE k.tenant_id = ? AND k.service_key = ? AND d.type_key = '${DOMAINS.toLowerCase()}' AND d.lookup_key = ?
    AND l.type_key = '${SUPPRESSION_LISTS.toLowerCase()}' AND l.lookup_key IN ('', ?)`

const LISTED = `
  SELECT DISTINCT lookup_key FROM resources
  WHERE parent_key = ? AND type_key = '${SUPPRESSION_LIST_ADDRESSES.toLowerCase()}' AND lookup_key IN (?…)`

/** Of the sender's domain as a whole, and of the sender. */
const listsOf = (tenantId: string, reversePath: string, resourceId: string): Sql<[key: string, name: string][]> =>
  allArrays(LISTS, tenantId, resourceId.toLowerCase(), domainOf(reversePath), localPartOf(reversePath).toLowerCase())

/** What is in force stands, an operator's word above all: it has no end. */
export function* recordBounce({ tenantId, address, detail, queueId, at }: NewSuppression): Sql<void> {
  const canonical = canonicalAddress(address)
  const before = yield* readSuppression(tenantId, canonical)
  const bounces = before?.reason === 'hard bounce' ? before.bounces + 1 : 1
  yield* run(
    `INSERT INTO suppressions (${COLUMNS}) VALUES (?, ?, 'hard bounce', ?, ?, ?, ?, ?)
     ON CONFLICT (tenant_id, address) DO UPDATE SET reason = excluded.reason, detail = excluded.detail,
       queue_id = excluded.queue_id, created_at = excluded.created_at, expires_at = excluded.expires_at,
       bounces = excluded.bounces
     WHERE suppressions.expires_at <= ?`,
    tenantId,
    canonical,
    detail,
    queueId ?? null,
    at,
    at + (TERMS[bounces - 1] ?? LONGEST),
    bounces,
    at,
  )
}

export const unsuppress = (tenantId: string, address: string, at: number): Sql<number> =>
  run('DELETE FROM suppressions WHERE tenant_id = ? AND address = ? AND expires_at <= ?', tenantId, address, at)

/** For as long as a bounce would make it last longer. */
export const sweepSuppressions = (at: number, batch: number): Sql<number> =>
  run(
    `DELETE FROM suppressions WHERE (tenant_id, address) IN
       (SELECT tenant_id, address FROM suppressions WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`,
    at - LONGEST,
    batch,
  )
