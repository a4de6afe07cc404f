// MTA-STS policies by domain and counts of TLS sessions by day. Several nodes add to the same counts: rows are written in the order of
// their keys, so that none waits for another in a circle.

import type { StoredStsPolicy, TlsResult, TransportPolicyReader, TransportPolicyWriter } from '../transport-policies.ts'
import { all, allArrays, first, type InSql, run, type Sql } from './sql.ts'

/** Days that results are kept for after their own: a report is made the day after, and asked about in the next ones. */
const KEPT_DAYS = 14
/** Of one domain and day; a domain that answers with ever new addresses fills no memory. */
const MAX_RESULTS = 1000
const DAY = 86_400_000

export const transportPolicyReader: InSql<TransportPolicyReader> = {
  *readStsPolicy(domain) {
    const row = yield* first<PolicyRow>(
      'SELECT domain, policy_id, mode, patterns, fetched_at, until FROM sts_policies WHERE domain = ?',
      domain,
    )
    return row && storedPolicy(row)
  },
  *listTlsDomains({ day, limit, after = '' }) {
    const rows = yield* allArrays<[string]>(
      `SELECT DISTINCT policy_domain FROM tls_results WHERE day = ? AND policy_domain > ?
       ORDER BY policy_domain LIMIT ?`,
      day,
      after,
      limit,
    )
    return rows.map(([domain]) => domain)
  },
  *readTlsResults(day, policyDomain) {
    const rows = yield* all<TlsResult>(
      `SELECT day, policy_domain AS "policyDomain", policy_type AS "policyType", policy, result, host, address, sessions
       FROM tls_results WHERE day = ? AND policy_domain = ?
       ORDER BY policy_type, result, host, address LIMIT ${MAX_RESULTS}`,
      day,
      policyDomain,
    )
    return rows.map((row) => ({ ...row }))
  },
}

type PolicyRow = {
  readonly domain: string
  readonly policy_id: string
  readonly mode: StoredStsPolicy['mode']
  readonly patterns: string
  readonly fetched_at: number
  readonly until: number
}

const storedPolicy = (row: PolicyRow): StoredStsPolicy => ({
  domain: row.domain,
  policyId: row.policy_id,
  mode: row.mode,
  patterns: JSON.parse(row.patterns) as string[],
  fetchedAt: row.fetched_at,
  until: row.until,
})

export const transportPolicyWriter: InSql<TransportPolicyWriter> = {
  *putStsPolicy({ domain, policyId, mode, patterns, fetchedAt, until }) {
    yield* run(
      `INSERT INTO sts_policies (domain, policy_id, mode, patterns, fetched_at, until) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (domain) DO UPDATE SET policy_id = excluded.policy_id, mode = excluded.mode,
         patterns = excluded.patterns, fetched_at = excluded.fetched_at, until = excluded.until
       WHERE sts_policies.fetched_at <= excluded.fetched_at`,
      domain,
      policyId,
      mode,
      JSON.stringify(patterns),
      fetchedAt,
      until,
    )
  },
  *addTlsResults(results) {
    const placed = results.map((result) => ({ result, place: placeOf(result) }))
    placed.sort((one, other) => (one.place < other.place ? -1 : 1))
    for (const { result } of placed) yield* addTlsResult(result)
  },
}

const placeOf = ({ day, policyDomain, policyType, result, host, address }: TlsResult): string =>
  [day, policyDomain, policyType, result, host, address].join(' ')

function* addTlsResult(added: TlsResult): Sql<void> {
  const { day, policyDomain, policyType, policy, result, host, address, sessions } = added
  yield* run(
    `INSERT INTO tls_results (day, policy_domain, policy_type, policy, result, host, address, sessions)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (day, policy_domain, policy_type, result, host, address) DO UPDATE SET
       policy = excluded.policy, sessions = tls_results.sessions + excluded.sessions`,
    day,
    policyDomain,
    policyType,
    policy,
    result,
    host,
    address,
    sessions,
  )
}

/** At most `batch` rows of each kind; gives the number of whichever lost most. */
export function* sweepTransportPolicies(at: number, batch: number): Sql<number> {
  const policies = yield* run(
    'DELETE FROM sts_policies WHERE domain IN (SELECT domain FROM sts_policies WHERE until <= ? ORDER BY until LIMIT ?)',
    at,
    batch,
  )
  const results = yield* run(
    `DELETE FROM tls_results WHERE (day, policy_domain, policy_type, result, host, address) IN
       (SELECT day, policy_domain, policy_type, result, host, address FROM tls_results WHERE day < ? ORDER BY day LIMIT ?)`,
    dayOf(at - KEPT_DAYS * DAY),
    batch,
  )
  return Math.max(policies, results)
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
