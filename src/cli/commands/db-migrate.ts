// `postern db migrate`: brings the store to this program's schema, as every start does, at a moment of the operator's choice.

import type { Command } from 'commander'
import {
  type Answer,
  type CommandContext,
  type OutputFlags,
  addCommand,
  addOutputOption,
  finishWith,
} from '../command.ts'
import { findConfig } from '../database-config.ts'
import { type Failure, failed } from '../failure.ts'
import { printable } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { schemaJson } from '../schema-text.ts'
import type { SchemaStep } from '../../server/database-schema.ts'

type Flags = OutputFlags & { readonly config?: string }

export function addDbMigrate(parent: Command, context: CommandContext): void {
  addOutputOption(
    addCommand(parent, {
      usage: 'migrate',
      description:
        "Bring the store to this program's schema, as every start does. On PostgreSQL nodes may run meanwhile, and one migrates while " +
        'the others wait; on SQLite the service must be stopped.',
      examples: ['postern db migrate --config postern.yaml'],
    }),
  )
    .option('--config <file>', 'configuration file (default: the quickstart of POSTERN_DATA_DIR and POSTERN_STORE)')
    .action(async (flags: Flags) => finishWith(context, flags, await runMigrate(context, flags)))
}

async function runMigrate(context: CommandContext, flags: Flags): Promise<Answer | Failure> {
  const found = await findConfig(context, flags.config)
  if (found.type === 'failed') return found
  const { migrateDatabase } = await import('../../server/database-schema.ts')
  const outcome = await withProgress(context.terminal, 'Migrating', () => migrateDatabase(found.config))
  if (outcome.type === 'refused') return failed(outcome.message, `See: postern db status${found.flag}`)
  const { applied, status } = outcome
  const json = { ...schemaJson(status), migrated: applied }
  return { type: 'answer', json, text: () => describe(applied, status) }
}

function describe(
  applied: readonly SchemaStep[],
  { store, state, version }: { readonly store: string; readonly state: string; readonly version: number },
): string {
  const steps = applied.map((step) => `Applied step ${step.version}, ${step.name}.\n`)
  const ahead = state === 'ahead' ? ', one step ahead of this program, which works with it' : ''
  return `${steps.join('')}${printable(store)} has schema ${version}${ahead}${applied.length === 0 ? ': nothing to do' : ''}.\n`
}
