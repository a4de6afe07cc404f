// `postern db status`: which schema the store has, and whether this program works with it. It changes nothing, and a running service
// may have the store open.

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
import { withProgress } from '../progress.ts'
import { schemaFailure, schemaJson, schemaText } from '../schema-text.ts'

type Flags = OutputFlags & { readonly config?: string }

export function addDbStatus(parent: Command, context: CommandContext): void {
  addOutputOption(
    addCommand(parent, {
      usage: 'status',
      description:
        'Show the schema of the store: what it has, what this program knows, which steps are pending. ' +
        'The exit code is 1 where this program cannot work with it as it is.',
      examples: [
        'postern db status --config postern.yaml',
        'POSTERN_STORE=postgres://localhost/postern postern db status',
      ],
    }),
  )
    .option('--config <file>', 'configuration file (default: the quickstart of POSTERN_DATA_DIR and POSTERN_STORE)')
    .action(async (flags: Flags) => finishWith(context, flags, await showStatus(context, flags)))
}

async function showStatus(context: CommandContext, flags: Flags): Promise<Answer | Failure> {
  const found = await findConfig(context, flags.config)
  if (found.type === 'failed') return found
  const { readDatabaseStatus } = await import('../../server/database-schema.ts')
  const outcome = await withProgress(context.terminal, 'Looking', () => readDatabaseStatus(found.config))
  if (outcome.type === 'refused') return failed(outcome.message, 'Check the store in the configuration.')
  const { status } = outcome
  const failure = schemaFailure(status, found.flag)
  const answer: Answer = { type: 'answer', json: schemaJson(status), text: (paper) => schemaText(status, paper) }
  return failure === undefined ? answer : { ...answer, failure }
}
