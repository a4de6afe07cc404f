// `postern login-limits clear`: the failed logins of a network, a user name, a tenant or everybody are forgotten at once.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'

type Flags = ApiFlags & {
  readonly network?: string
  readonly username?: string
  readonly ownTenant?: true
  readonly all?: true
}

export function addLoginLimitsClear(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'clear',
    description: 'Forget failed logins: the next one is looked at at once. What keeps failing is counted again.',
    examples: [
      'postern login-limits clear --network 203.0.113.7',
      'postern login-limits clear --username printer-3rd-floor',
    ],
  })
    .option('--network <address>', 'those that came from this address (IPv6: from its /64)')
    .option('--username <name>', 'those for this SMTP user name')
    .option('--own-tenant', 'those for all user names of your tenant')
    .option('--all', 'all there are')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => clear(api, flags)))
}

async function clear(api: Api, { network, username, ownTenant, all }: Flags): Promise<Answer | Failure> {
  const asked = [
    ...(network === undefined ? [] : [{ network }]),
    ...(username === undefined ? [] : [{ username }]),
    ...(ownTenant === undefined ? [] : [{ scope: 'tenant' }]),
    ...(all === undefined ? [] : [{ scope: 'installation' }]),
  ]
  const [body] = asked
  if (body === undefined || asked.length > 1)
    return misused(
      'It takes one of --network, --username, --own-tenant and --all.',
      'postern login-limits list shows which.',
    )
  const answer = await api.call('POST', '/providers/Postern.Mail/loginLimits/clear', {}, body)
  if (answer.type === 'failed') return answer
  return { type: 'answer', json: undefined, text: () => 'Forgotten: the next login is looked at at once.\n' }
}
