// `postern db copy`: moves an installation from its SQLite store to PostgreSQL. It is done with the service stopped; killed in the
// middle, it goes on where it was when it is run again.

import { type Command, Option } from 'commander'
import {
  type Answer,
  type CommandContext,
  type OutputFlags,
  addCommand,
  addOutputOption,
  finishWith,
} from '../command.ts'
import type { CopyOutcome, CopyRequest } from '../../server/copy-installation.ts'
import { findConfig } from '../database-config.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { printable } from '../printable.ts'
import { createProgressBar } from '../progress-bar.ts'
import { type Column, type Paper, renderTable, showTime } from '../table.ts'

type Engine = 'sqlite' | 'postgres'
type Flags = OutputFlags & { readonly config: string; readonly from: Engine; readonly to: Engine }

export function addDbCopy(parent: Command, context: CommandContext): void {
  const engine = (name: string, description: string) =>
    new Option(`--${name} <engine>`, description).choices(['sqlite', 'postgres']).makeOptionMandatory()
  addOutputOption(
    addCommand(parent, {
      usage: 'copy',
      description:
        'Copy a whole installation from the SQLite store in the data directory to the empty database of store.postgres. ' +
        'Stop the service first. Run it again after an interruption: it goes on where it was.',
      examples: ['postern db copy --from sqlite --to postgres --config postern.yaml'],
    }),
  )
    .addOption(engine('from', 'what the installation is on'))
    .addOption(engine('to', 'what it is to be on'))
    .requiredOption(
      '--config <file>',
      'configuration file, with store.postgres and the data directory of the SQLite store',
    )
    .action(async (flags: Flags) => finishWith(context, flags, await runCopy(context, flags)))
}

async function runCopy(context: CommandContext, { from, to, config }: Flags): Promise<Answer | Failure> {
  if (from !== 'sqlite' || to !== 'postgres')
    return misused(`Copying from ${from} to ${to} is not possible.`, 'The only way is: --from sqlite --to postgres')
  const found = await findConfig(context, config)
  if (found.type === 'failed') return found
  const { copyInstallation } = await import('../../server/copy-installation.ts')
  const { terminal, now } = context
  const bar = createProgressBar(terminal)
  const report: CopyRequest['report'] = ({ phase, table, done }) => bar.show(`${phase} ${table}`, done)
  const request = { config: found.config, environment: terminal.env, now, report }
  const outcome = await copyInstallation(request).finally(() => bar.clear())
  switch (outcome.type) {
    case 'refused':
      return failed(outcome.message, 'When that is mended, run it again.')
    case 'complete':
      return alreadyThere(outcome.finishedAt, config)
    case 'copied':
      return { type: 'answer', json: outcome, text: (paper) => describe(outcome, config, paper) }
  }
}

function alreadyThere(finishedAt: number, config: string): Answer {
  const at = new Date(finishedAt).toISOString()
  const text = `This installation was copied completely at ${showTime(finishedAt)}: nothing to do.\n${next(config)}`
  return { type: 'answer', json: { type: 'complete', finishedAt: at }, text: () => text }
}

type Copied = Extract<CopyOutcome, { type: 'copied' }>

const COLUMNS: readonly Column<Copied['tables'][number]>[] = [
  { heading: 'TABLE', value: ({ name }) => name },
  { heading: 'ROWS', value: ({ rows }) => rows },
]

function describe({ tables, octets }: Copied, config: string, paper: Paper): string {
  return [
    renderTable(tables, COLUMNS, paper),
    'Both stores hold this, compared row by row',
    ` and, for ${octets} octets of content, octet by octet.\n`,
    'The SQLite store was not changed; it does not start any more unless its mark is removed.\n\n',
    next(config),
  ].join('')
}

const next = (config: string): string =>
  `Next:\n  1. Start the service: postern serve --config ${printable(config)}\n` +
  '  2. Give every further node the same store.postgres and the same installation key.\n'
