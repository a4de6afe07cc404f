// `postern ad group member remove`: a member leaves a group. Its next message is refused where only the group let it send.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { resolveAssignee } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { findDirectoryGroup } from '../groups.ts'
import { printable } from '../printable.ts'

type Flags = ApiFlags & { readonly group: string; readonly memberId: string }

export function addAdGroupMemberRemove(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'remove',
    description: 'Remove a member from a group. It loses the roles of the group at once.',
    examples: ['postern ad group member remove --group Printers --member-id 11111111-2222-3333-4444-555555555555'],
  })
    .requiredOption('-g, --group <name>', 'name or object id')
    .requiredOption('--member-id <id>', 'application id, or object id of any principal')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const group = await findDirectoryGroup(api, flags.group)
  if (group.type === 'failed') return group
  const member = await resolveAssignee(api, flags.memberId)
  if (member.type === 'failed') return member
  const answer = await api.call('DELETE', `/v1.0/groups/${group.id}/members/${member.principalId}/$ref`)
  if (answer.type === 'failed') return answer
  const text = `Removed ${member.principalId} from ${printable(group.displayName)}\n`
  return { type: 'answer', json: undefined, text: () => text }
}
