// Failed logins as they are counted, and known sources of SMTP usernames. A row stands as long as what it counts is not forgotten, so
// many names that were tried once are gone in seconds; beyond a bound, what is nearest to being forgotten goes first. Under attack every
// node writes the same few rows: they are locked in one order, the ones that all share last.

import type {
  KnownLoginSource,
  LoginCharge,
  LoginLevel,
  LoginLimitReader,
  LoginLimitWriter,
  LoginRefund,
  LoginStanding,
  StoredLoginLimit,
} from '../login-limits.ts'
import { all, allArrays, firstArray, type InSql, run, type Sql, type Value } from './sql.ts'

/** Subjects of all kinds together. */
export const MAX_LOGIN_LIMITS = 50_000
/** Networks of one username; the one that was not seen for longest goes. */
export const MAX_KNOWN_SOURCES = 1000
/** For so long a network stays known. */
export const KNOWN_SOURCE_AGE = 30 * 24 * 3_600_000
/** Rows that one trim among other writes lets go: more than come in between two of them. */
const TRIM = 2000

export const loginLimitReader: InSql<LoginLimitReader> = {
  *readStanding({ known, sourceKey }) {
    const rows = yield* allArrays<StandingRow>(STANDING, known.usernameKey, known.sourceKey, sourceKey)
    const source = rows.find(([what]) => what === 'source')
    const standing: LoginStanding = {
      knownAt: rows.find(([what]) => what === 'known')?.[1],
      source: source && { until: source[1], attempts: source[2], since: source[3], lastAt: source[4] },
    }
    return standing
  },
  *listLoginLimits({ at, limit, tenantId }) {
    const mine = `AND (tenant_id = ? OR (kind = 'username' AND tenant_id IS NULL))`
    const text = `SELECT kind, subject_key, subject, tenant_id, attempts, since, last_at, until FROM login_limits
      WHERE until > ? AND attempts > 0 ${tenantId === undefined ? '' : mine} ORDER BY until DESC, kind, subject_key LIMIT ?`
    const rows = yield* all<LimitRow>(text, at, ...(tenantId === undefined ? [] : [tenantId]), limit)
    return rows.map(storedLimit)
  },
}

type StandingRow = [what: string, at: number, attempts: number, since: number, lastAt: number]

const STANDING = `
  SELECT 'known' AS what, seen_at AS at, 0 AS attempts, 0 AS since, 0 AS last_at FROM known_login_sources
    WHERE username_key = ? AND source_key = ?
  UNION ALL
  SELECT 'source', until, attempts, since, last_at FROM login_limits WHERE kind = 'source' AND subject_key = ?`

type LimitRow = {
  readonly kind: StoredLoginLimit['kind']
  readonly subject_key: string
  readonly subject: string
  readonly tenant_id: string | null
  readonly attempts: number
  readonly since: number
  readonly last_at: number
  readonly until: number
}

const storedLimit = (row: LimitRow): StoredLoginLimit => ({
  kind: row.kind,
  key: row.subject_key,
  shown: row.subject,
  ...(row.tenant_id === null ? {} : { tenantId: row.tenant_id }),
  attempts: row.attempts,
  since: row.since,
  lastAt: row.last_at,
  until: row.until,
})

export const loginLimitWriter: InSql<LoginLimitWriter> = {
  *recordAttempts({ at, charges, refunds, known, trim }) {
    const levels = yield* addCharges(
      inLockOrder(charges, ({ subject }) => subject),
      at,
    )
    for (const refund of inLockOrder(refunds, (refund) => refund)) yield* takeBack(refund)
    const grown = new Set<string>()
    for (const one of known) if (yield* rememberSource(one, at)) grown.add(one.usernameKey)
    for (const usernameKey of grown) yield* forgetSources(usernameKey)
    if (trim) yield* trimLoginLimits(at, TRIM)
    return charges.flatMap((charge) => levels.get(charge) ?? [])
  },
  *clearLoginLimits(which) {
    if (which === 'everything') return yield* run('DELETE FROM login_limits')
    if ('tenantId' in which) return yield* run('DELETE FROM login_limits WHERE tenant_id = ?', which.tenantId)
    return yield* run('DELETE FROM login_limits WHERE kind = ? AND subject_key = ?', which.kind, which.key)
  },
}

const placeOf = ({ kind, key }: { readonly kind: string; readonly key: string }): string => `${kind} ${key}`

/** By kind, of which `source` comes first, then by key. */
function inLockOrder<T>(entries: readonly T[], subjectOf: (entry: T) => { kind: string; key: string }): readonly T[] {
  const placed = entries.map((entry) => ({ entry, place: placeOf(subjectOf(entry)) }))
  return placed.sort((one, other) => (one.place < other.place ? -1 : 1)).map(({ entry }) => entry)
}

/** Rows of one statement: few sizes, because every text is prepared once and kept. */
const SIZES = [64, 8, 1] as const

/** What is over counts as gone, swept or not. A clock that was set back counts against nobody. */
const STANDS = `CASE
      WHEN login_limits.until <= excluded.last_at OR login_limits.until <= login_limits.last_at THEN 0
      WHEN login_limits.last_at > excluded.last_at THEN login_limits.until - login_limits.last_at
      ELSE login_limits.until - excluded.last_at END`

const chargeText = (rows: number): string => `
  INSERT INTO login_limits (kind, subject_key, subject, tenant_id, attempts, since, last_at, until)
  VALUES ${Array<string>(rows).fill('(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}
  ON CONFLICT (kind, subject_key) DO UPDATE SET
    attempts = excluded.attempts + CASE WHEN ${STANDS} > 0 THEN login_limits.attempts ELSE 0 END,
    since = CASE WHEN ${STANDS} > 0 THEN login_limits.since ELSE excluded.since END,
    last_at = excluded.last_at,
    until = excluded.until + ${STANDS}
  RETURNING kind, subject_key AS "key", attempts, since, until`

const CHARGES: ReadonlyMap<number, string> = new Map(SIZES.map((size) => [size, chargeText(size)]))

type ChargedRow = Pick<LoginRefund, 'kind' | 'key'> & {
  readonly attempts: number
  readonly since: number
  readonly until: number
}

function* addCharges(charges: readonly LoginCharge[], at: number): Sql<Map<LoginCharge, LoginLevel>> {
  const levels = new Map<LoginCharge, LoginLevel>()
  for (let done = 0; done < charges.length; ) {
    const size = SIZES.find((size) => size <= charges.length - done) ?? 1
    const some = charges.slice(done, done + size)
    const rows = yield* all<ChargedRow>(CHARGES.get(size) ?? '', ...some.flatMap((charge) => chargeValues(charge, at)))
    const byPlace = new Map(rows.map((row) => [placeOf(row), row]))
    for (const charge of some) levels.set(charge, yield* levelOf(charge, byPlace.get(placeOf(charge.subject)), at))
    done += size
  }
  return levels
}

function chargeValues({ subject, count, cost }: LoginCharge, at: number): readonly Value[] {
  const { kind, key, shown, tenantId } = subject
  return [kind, key, shown, tenantId ?? null, count, at, at, at + count * cost]
}

function* levelOf({ count, cost, ceiling }: LoginCharge, row: ChargedRow | undefined, at: number): Sql<LoginLevel> {
  if (row === undefined) throw new Error('a charge returned no row')
  const { kind, key, until, since, attempts } = row
  if (until > at + ceiling)
    yield* run('UPDATE login_limits SET until = ? WHERE kind = ? AND subject_key = ?', at + ceiling, kind, key)
  return { backlog: until - count * cost - at, since, attempts }
}

function* takeBack({ kind, key, amount, count }: LoginRefund): Sql<void> {
  yield* run(
    'UPDATE login_limits SET until = until - ?, attempts = attempts - ? WHERE kind = ? AND subject_key = ?',
    amount,
    count,
    kind,
    key,
  )
}

/** True where it was not known. */
function* rememberSource({ usernameKey, sourceKey }: KnownLoginSource, at: number): Sql<boolean> {
  const again = yield* run(
    'UPDATE known_login_sources SET seen_at = ? WHERE username_key = ? AND source_key = ?',
    at,
    usernameKey,
    sourceKey,
  )
  if (again > 0) return false
  yield* run(
    `INSERT INTO known_login_sources (username_key, source_key, seen_at) VALUES (?, ?, ?)
     ON CONFLICT (username_key, source_key) DO UPDATE SET seen_at = excluded.seen_at`,
    usernameKey,
    sourceKey,
    at,
  )
  return true
}

/** Those seen last stay, however many came at once. */
function* forgetSources(usernameKey: string): Sql<void> {
  yield* run(
    `DELETE FROM known_login_sources WHERE username_key = ? AND source_key NOT IN
       (SELECT source_key FROM known_login_sources WHERE username_key = ?
        ORDER BY seen_at DESC, source_key LIMIT ${MAX_KNOWN_SOURCES})`,
    usernameKey,
    usernameKey,
  )
}

/** At most `batch` rows of each kind; gives the number of whichever lost most. */
export function* trimLoginLimits(at: number, batch: number): Sql<number> {
  const over = yield* run(
    `DELETE FROM login_limits WHERE (kind, subject_key) IN
       (SELECT kind, subject_key FROM login_limits WHERE until <= ? ORDER BY until LIMIT ?)`,
    at,
    batch,
  )
  const count = (yield* firstArray<[number]>('SELECT count(*) FROM login_limits'))?.[0] ?? 0
  const surplus = yield* run(
    `DELETE FROM login_limits WHERE (kind, subject_key) IN
       (SELECT kind, subject_key FROM login_limits ORDER BY until LIMIT ?)`,
    Math.max(0, Math.min(batch, count - MAX_LOGIN_LIMITS)),
  )
  const unseen = yield* run(
    `DELETE FROM known_login_sources WHERE (username_key, source_key) IN
       (SELECT username_key, source_key FROM known_login_sources WHERE seen_at <= ? ORDER BY seen_at LIMIT ?)`,
    at - KNOWN_SOURCE_AGE,
    batch,
  )
  return Math.max(over, surplus, unseen)
}
