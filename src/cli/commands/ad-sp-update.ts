// `postern ad sp update`: whether an application may sign in. Disabled, its next login and its next message are refused.

import type { Command } from 'commander'
import { Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { isGuid } from '../directory-lookup.ts'
import { type Failure, misused } from '../failure.ts'
import { printable } from '../printable.ts'

type Flags = ApiFlags & { readonly id: string; readonly accountEnabled: 'true' | 'false' }

export function addAdSpUpdate(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'update',
    description: 'Say whether an application may sign in. It is heeded at once.',
    examples: ['postern ad sp update --id 11111111-2222-3333-4444-555555555555 --account-enabled false'],
  })
    .requiredOption('--id <id>', 'application id')
    .addOption(
      new Option('--account-enabled <state>', 'whether it may sign in')
        .choices(['true', 'false'])
        .makeOptionMandatory(),
    )
    .action((flags: Flags) => runApiCommand(context, flags, (api) => update(api, flags)))
}

async function update(api: Api, { id, accountEnabled }: Flags): Promise<Answer | Failure> {
  if (!isGuid(id)) return misused(`${id} is not an application id.`, 'Give --id a GUID: postern ad app list')
  const body = { accountEnabled: accountEnabled === 'true' }
  const answer = await api.call('PATCH', `/v1.0/servicePrincipals(appId='${id}')`, {}, body)
  if (answer.type === 'failed') return answer
  const state = body.accountEnabled ? 'may sign in' : 'may not sign in'
  return { type: 'answer', json: { appId: id, ...body }, text: () => `${printable(id)} ${state}\n` }
}
