// `postern config check`: whether a configuration would be accepted, and if not, every key that is wrong and what it may be.

import type { Command } from 'commander'
import {
  type Answer,
  type CommandContext,
  type OutputFlags,
  addCommand,
  addOutputOption,
  finishWith,
} from '../command.ts'
import { EXIT_FAILED } from '../failure.ts'
import { printable, printableJson } from '../printable.ts'

type Flags = OutputFlags & { readonly config: string }

export function addConfigCheck(parent: Command, context: CommandContext): void {
  addOutputOption(
    addCommand(parent, {
      usage: 'check',
      description: 'Check a configuration file; every wrong key is named with what it may be.',
      examples: ['postern config check --config postern.yaml'],
    }),
  )
    .requiredOption('--config <file>', 'configuration file')
    .action((flags: Flags) => checkConfig(context, flags))
}

async function checkConfig(context: CommandContext, flags: Flags): Promise<void> {
  const { loadConfig } = await import('../../config/load-config.ts')
  const loaded = loadConfig(flags.config)
  if (loaded.type === 'config') return finishWith(context, flags, accepted(flags.config))
  const { terminal } = context
  if (flags.output === 'json') terminal.out.write(`${printableJson({ valid: false, problems: loaded.problems })}\n`)
  else terminal.err.write(listProblems(loaded.problems))
  return context.finish(EXIT_FAILED)
}

function accepted(file: string): Answer {
  return { type: 'answer', json: { valid: true, problems: [] }, text: () => `${printable(file)} is valid.\n` }
}

function listProblems(problems: readonly { readonly path: string; readonly message: string }[]): string {
  const lines = problems.map(({ path, message }) => `${printable(`${path}: ${message}`)}\n`)
  return `${lines.join('')}\`postern config describe\` prints every key with its default.\n`
}
