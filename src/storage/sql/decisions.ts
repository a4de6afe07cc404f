// Decision traces and the references that lead to them. Written often under attack, so a batch costs one row per trace and one per
// reference; they never move an epoch. A trace that was written already is left as it is. A list walks an index that holds all it is asked
// for, and reads the traces of its page alone.

import { resourceKey } from '../../spool/stored-message.ts'
import type {
  DecisionFacts,
  DecisionQuery,
  DecisionReader,
  DecisionWriter,
  ListedDecision,
  StoredDecision,
} from '../decisions.ts'
import { allInList } from './in-list.ts'
import { allArrays, type InSql, run, snapshot, type Sql, type Value } from './sql.ts'

export const decisionReader: InSql<DecisionReader> = {
  findDecision,
  listDecisions: (query) => snapshot(listDecisions(query)),
}

export const decisionWriter: InSql<DecisionWriter> = {
  *recordDecisions(decisions) {
    for (const decision of decisions) yield* recordDecision(decision)
  },
}

/** One row per reference of the trace that the given reference leads to. */
const FIND = `
  SELECT d.tenant_id, d.at, d.trace, other.reference
  FROM decision_references given
  JOIN decisions d ON d.decision_id = given.decision_id
  JOIN decision_references other ON other.decision_id = d.decision_id
  WHERE given.reference = ?
  ORDER BY other.reference`

type DecisionRow = [tenantId: string | null, at: number, trace: string, reference: string]

function* findDecision(reference: string): Sql<StoredDecision | undefined> {
  const rows = yield* allArrays<DecisionRow>(FIND, reference)
  const first = rows[0]
  if (first === undefined) return undefined
  const [tenantId, at, trace] = first
  return { references: rows.map((row) => row[3]), tenantId: tenantId ?? undefined, at, trace }
}

const READ = `
  SELECT decision_id, tenant_id, at, trace,
    (SELECT count(*) FROM decision_references r WHERE r.decision_id = decisions.decision_id)
  FROM decisions WHERE decision_id IN (?…)`

type ListedRow = [reference: string, tenantId: string | null, at: number, trace: string, attempts: number]

function* listDecisions(query: DecisionQuery): Sql<readonly ListedDecision[]> {
  const places = [
    ...(yield* placesOf(query, ['tenant_id = ?', query.tenantId])),
    ...(query.withTenantless === true ? yield* placesOf(query, ['tenant_id IS NULL']) : []),
  ]
  const page = places.toSorted(newestFirst).slice(0, query.limit)
  const rows = yield* allInList<ListedRow>(
    READ,
    page.map(([, reference]) => reference),
  )
  return rows
    .toSorted(([one, , at], [other, , otherAt]) => newestFirst([at, one], [otherAt, other]))
    .map(([reference, tenantId, at, trace, attempts]) => ({
      reference,
      tenantId: tenantId ?? undefined,
      at,
      trace,
      attempts,
    }))
}

type Place = [at: number, reference: string]

const newestFirst = ([at, reference]: Place, [otherAt, other]: Place): number =>
  otherAt - at || (reference < other ? 1 : -1)

/** Later than every time. */
const END = Number.MAX_SAFE_INTEGER

/** Of one page at most. `tenant` stands first in the index. */
function* placesOf(query: DecisionQuery, tenant: readonly [text: string, tenantId?: string]): Sql<Place[]> {
  const { stage, reason, applicationId, resourceIds, since = 0, before = { at: END, reference: '' }, limit } = query
  const [tenantText, tenantId] = tenant
  const filters = [
    ['stage = ?', stage],
    ['reason = ?', reason],
    ['application_id = ?', applicationId?.toLowerCase()],
  ].filter(([, value]) => value !== undefined)
  const conditions = [
    tenantText,
    'at >= ?',
    '(at, decision_id) < (?, ?)',
    ...filters.map(([text]) => text),
    ...(resourceIds === undefined ? [] : ['resource_key IN (?…)']),
  ]
  const text = `SELECT at, decision_id FROM decisions WHERE ${conditions.join(' AND ')} ORDER BY at DESC, decision_id DESC LIMIT ?`
  const tenantValues = tenantId === undefined ? [] : [tenantId]
  const values: Value[] = [
    ...tenantValues,
    since,
    before.at,
    before.reference,
    ...filters.map(([, value]) => value ?? ''),
  ]
  if (resourceIds === undefined) return yield* allArrays<Place>(text, ...values, limit)
  const keys = [...new Set(resourceIds.map(resourceKey))]
  return yield* allInList<Place>(text, keys, { before: values, behind: [limit] })
}

function* recordDecision(decision: StoredDecision & DecisionFacts): Sql<void> {
  const { references, tenantId, at, trace, stage, reason, applicationId, resourceId } = decision
  const decisionId = references[0]
  if (decisionId === undefined) throw new Error('a decision without a reference can never be found')
  yield* run(
    `INSERT INTO decisions (decision_id, tenant_id, at, trace, stage, reason, application_id, resource_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (decision_id) DO NOTHING`,
    decisionId,
    tenantId ?? null,
    at,
    trace,
    stage ?? null,
    reason ?? null,
    applicationId?.toLowerCase() ?? null,
    resourceId === undefined ? null : resourceKey(resourceId),
  )
  for (const reference of references)
    yield* run(
      'INSERT INTO decision_references (reference, decision_id) VALUES (?, ?) ON CONFLICT (reference) DO NOTHING',
      reference,
      decisionId,
    )
}
