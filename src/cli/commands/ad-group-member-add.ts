// `postern ad group member add`: an application, a group or a user becomes a member, and has the roles of the group at once.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { resolveAssignee } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { findDirectoryGroup } from '../groups.ts'
import { printable } from '../printable.ts'

type Flags = ApiFlags & { readonly group: string; readonly memberId: string }

export function addAdGroupMemberAdd(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'add',
    description: 'Add a member to a group. It has the roles of the group at once.',
    examples: ['postern ad group member add --group Printers --member-id 11111111-2222-3333-4444-555555555555'],
  })
    .requiredOption('-g, --group <name>', 'name or object id')
    .requiredOption('--member-id <id>', 'application id, or object id of any principal')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => add(api, flags)))
}

async function add(api: Api, flags: Flags): Promise<Answer | Failure> {
  const group = await findDirectoryGroup(api, flags.group)
  if (group.type === 'failed') return group
  const member = await resolveAssignee(api, flags.memberId)
  if (member.type === 'failed') return member
  const reference = { '@odata.id': `${api.connection.endpoint}v1.0/directoryObjects/${member.principalId}` }
  const answer = await api.call('POST', `/v1.0/groups/${group.id}/members/$ref`, {}, reference)
  if (answer.type === 'failed') return answer
  const text = `Added ${member.principalId} to ${printable(group.displayName)}\n`
  return { type: 'answer', json: undefined, text: () => text }
}
