// Decision traces and the references that lead to them. Written often under attack, so a batch costs one row per trace and one per
// reference; they never move an epoch. A trace that was written already is left as it is.

import type { DecisionReader, DecisionWriter, StoredDecision } from '../storage.ts'
import type { Database } from './database.ts'
import type { Synchronous } from './synchronous.ts'

export function createDecisionReader(database: Database): Synchronous<DecisionReader> {
  return { findDecision: (reference) => findDecision(database, reference) }
}

export function createDecisionWriter(database: Database): Synchronous<DecisionWriter> {
  return {
    recordDecisions: (decisions) => {
      for (const decision of decisions) recordDecision(database, decision)
    },
  }
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

function findDecision(database: Database, reference: string): StoredDecision | undefined {
  const rows = database.prepareArrays<DecisionRow>(FIND).all(reference)
  const first = rows[0]
  if (first === undefined) return undefined
  const [tenantId, at, trace] = first
  return { references: rows.map((row) => row[3]), tenantId: tenantId ?? undefined, at, trace }
}

function recordDecision(database: Database, { references, tenantId, at, trace }: StoredDecision): void {
  const decisionId = references[0]
  if (decisionId === undefined) throw new Error('a decision without a reference can never be found')
  database
    .prepareArrays(
      `INSERT INTO decisions (decision_id, tenant_id, at, trace) VALUES (?, ?, ?, ?)
       ON CONFLICT (decision_id) DO NOTHING`,
    )
    .run(decisionId, tenantId ?? null, at, trace)
  const insert = database.prepareArrays(
    `INSERT INTO decision_references (reference, decision_id) VALUES (?, ?) ON CONFLICT (reference) DO NOTHING`,
  )
  for (const reference of references) insert.run(reference, decisionId)
}
