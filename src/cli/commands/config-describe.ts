// `postern config describe`: every key of the configuration with its default and what it is for, as a file to start from.

import type { Command } from 'commander'
import { type CommandContext, addCommand } from '../command.ts'
import { EXIT_DONE } from '../failure.ts'

export function addConfigDescribe(parent: Command, context: CommandContext): void {
  addCommand(parent, {
    usage: 'describe',
    description: 'Print a configuration file with every key, its default and what it is for.',
    examples: ['(umask 077; postern config describe > postern.yaml)'],
  }).action(async () => {
    const { describeConfig } = await import('../../config/describe-config.ts')
    context.terminal.out.write(describeConfig())
    context.finish(EXIT_DONE)
  })
}
