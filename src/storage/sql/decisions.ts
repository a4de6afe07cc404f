// Decision traces and the references that lead to them. Written often under attack, so a batch costs one row per trace and one per
// reference; they never move an epoch. A trace that was written already is left as it is.

import type { DecisionReader, DecisionWriter, StoredDecision } from '../storage.ts'
import { allArrays, type InSql, run, type Sql } from './sql.ts'

export const decisionReader: InSql<DecisionReader> = { findDecision }

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

function* recordDecision({ references, tenantId, at, trace }: StoredDecision): Sql<void> {
  const decisionId = references[0]
  if (decisionId === undefined) throw new Error('a decision without a reference can never be found')
  yield* run(
    `INSERT INTO decisions (decision_id, tenant_id, at, trace) VALUES (?, ?, ?, ?)
     ON CONFLICT (decision_id) DO NOTHING`,
    decisionId,
    tenantId ?? null,
    at,
    trace,
  )
  for (const reference of references)
    yield* run(
      'INSERT INTO decision_references (reference, decision_id) VALUES (?, ?) ON CONFLICT (reference) DO NOTHING',
      reference,
      decisionId,
    )
}
