// `postern quickstart`: everything in one process on this machine, for trying out and for development.

import type { Command } from 'commander'
import { type CommandContext, addCommand } from '../command.ts'

export function addQuickstart(parent: Command, context: CommandContext): void {
  addCommand(parent, {
    usage: 'quickstart',
    description:
      'Run a complete service on localhost: directory, roles, SMTP, API, and a capture inbox that keeps all mail, ' +
      'unless POSTERN_DELIVERY says smarthost://[user:password@]host:port or mx. ' +
      'Ports come from POSTERN_SMTP_PORT (2587), POSTERN_SMTPS_PORT (2465), POSTERN_SMTP25_PORT (2525) and POSTERN_HTTPS_PORT (8443); 0 picks a free one. ' +
      'The data directory is POSTERN_DATA_DIR (./postern-data). POSTERN_DNS (host:port), POSTERN_ALLOW_PRIVATE (networks that mx may reach) ' +
      'and POSTERN_STORE (a postgres:// URL) do what their names say.',
    examples: ['postern quickstart', 'POSTERN_SMTP_PORT=0 POSTERN_HTTPS_PORT=0 postern quickstart'],
  }).action(async () => {
    const { runQuickstart } = await import('../../server/run.ts')
    context.finish(await runQuickstart(context.terminal.env, context.terminal))
  })
}
