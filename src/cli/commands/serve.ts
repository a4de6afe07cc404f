// `postern serve`: the service as a configuration file describes it.

import type { Command } from 'commander'
import { type CommandContext, addCommand } from '../command.ts'

export function addServe(parent: Command, context: CommandContext): void {
  addCommand(parent, {
    usage: 'serve',
    description: 'Run the service that a configuration file describes.',
    examples: ['postern serve --config postern.yaml'],
  })
    .requiredOption('--config <file>', 'configuration file; `postern config describe` prints one with every key')
    .action(async ({ config }: { readonly config: string }) => {
      const { runServe } = await import('../../server/run.ts')
      context.finish(await runServe(config, context.terminal.env, context.terminal))
    })
}
