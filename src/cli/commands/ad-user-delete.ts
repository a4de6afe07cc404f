// `postern ad user delete`: a user. Every session of theirs ends, and their roles and memberships go.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { printable } from '../printable.ts'
import { userPath } from '../users.ts'

type Flags = ApiFlags & { readonly id: string }

export function addAdUserDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete a user. Every session of theirs ends at once.',
    examples: ['postern ad user delete --id ada@example.com'],
  })
    .requiredOption('--id <id>', 'object id or user name')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, { id }: Flags): Promise<Answer | Failure> {
  const answer = await api.call('DELETE', userPath(id))
  if (answer.type === 'failed') return answer
  return { type: 'answer', json: undefined, text: () => `Deleted ${printable(id)}\n` }
}
