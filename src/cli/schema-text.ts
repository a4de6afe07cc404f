// How a store's schema reads on the terminal, and what to do about one that this program does not work with.

import type { DatabaseStatus, SchemaStep } from '../server/database-schema.ts'
import { type Failure, failed } from './failure.ts'
import { type Column, type Paper, renderEntries, renderTable, showTime } from './table.ts'

const STATES: Readonly<Record<DatabaseStatus['state'], string>> = {
  empty: 'without a schema',
  behind: 'behind this program',
  current: 'current',
  ahead: 'one step ahead of this program, which works with it',
  newer: 'too new for this program',
  foreign: "tables that are not Postern's",
}

type Line = SchemaStep & { readonly done: boolean }

const COLUMNS: readonly Column<Line>[] = [
  { heading: 'STEP', value: ({ version }) => version },
  { heading: 'NAME', value: ({ name }) => name },
  { heading: 'APPLIED', value: ({ appliedAt, done }) => showTime(appliedAt) ?? (done ? 'yes' : 'pending') },
]

export function schemaText(status: DatabaseStatus, paper: Paper): string {
  const { engine, store, state, version, known, oldestProgram, applied, pending } = status
  const entries = renderEntries(
    [
      ['Engine', engine],
      ['Store', store],
      ['State', STATES[state]],
      ['Schema', version],
      ['Known here', known],
      ['Oldest program', oldestProgram > 0 ? `knows ${oldestProgram}` : undefined],
    ],
    paper,
  )
  const lines = [
    ...applied.map((step) => ({ ...step, done: true })),
    ...pending.map((step) => ({ ...step, done: false })),
  ]
  return lines.length === 0 ? entries : `${entries}\n${renderTable(lines, COLUMNS, paper)}`
}

/** Times as the API writes them. */
export function schemaJson({ applied, ...status }: DatabaseStatus): object {
  const steps = applied.map(({ appliedAt, ...step }) => ({
    ...step,
    appliedAt: appliedAt === undefined ? null : new Date(appliedAt).toISOString(),
  }))
  return { ...status, applied: steps }
}

/** Undefined where there is nothing to do. `flag` names the configuration. */
export function schemaFailure({ state, store, version, known }: DatabaseStatus, flag: string): Failure | undefined {
  switch (state) {
    case 'current':
    case 'ahead':
      return undefined
    case 'empty':
      return failed(`${store} has no schema yet.`, `Make it: postern db migrate${flag} (a start does it as well)`)
    case 'behind':
      return failed(
        `${store} has schema ${version}, this version of Postern wants ${known}.`,
        `Bring it up: postern db migrate${flag} (a start does it as well)`,
      )
    case 'newer':
      return failed(
        `${store} has schema ${version}, this version of Postern knows up to ${known}.`,
        'Run the newer version again, or restore a backup from before the upgrade.',
      )
    case 'foreign':
      return failed(`${store} is in use by something else.`, 'Name an empty one in the configuration.')
  }
}
