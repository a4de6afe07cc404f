// `postern ad group delete`: a group. Its members lose the roles that were assigned to it.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { findDirectoryGroup } from '../groups.ts'
import { printable } from '../printable.ts'

type Flags = ApiFlags & { readonly group: string }

export function addAdGroupDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete a group. Its members lose what they had through it; they themselves stay.',
    examples: ['postern ad group delete --group Printers'],
  })
    .requiredOption('-g, --group <name>', 'name or object id')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const group = await findDirectoryGroup(api, flags.group)
  if (group.type === 'failed') return group
  const answer = await api.call('DELETE', `/v1.0/groups/${group.id}`)
  if (answer.type === 'failed') return answer
  return { type: 'answer', json: undefined, text: () => `Deleted ${printable(group.displayName)}\n` }
}
