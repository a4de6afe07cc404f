// `postern ad group member list`: who is in a group, directly.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { z } from 'zod'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { findDirectoryGroup } from '../groups.ts'
import { type Column, renderTable } from '../table.ts'

type Flags = ApiFlags & { readonly group: string }

const memberList = z.object({
  value: z.array(
    z.object({ '@odata.type': z.string().default(''), id: z.string(), displayName: z.string().nullish() }),
  ),
})
type Member = z.infer<typeof memberList>['value'][number]

const COLUMNS: readonly Column<Member>[] = [
  { heading: 'Object id', value: ({ id }) => id },
  { heading: 'Type', value: (member) => member['@odata.type'].replace('#microsoft.graph.', '') },
  { heading: 'Name', value: ({ displayName }) => displayName ?? '', flexible: true },
]

export function addAdGroupMemberList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List the direct members of a group.',
    examples: ['postern ad group member list --group Printers'],
  })
    .requiredOption('-g, --group <name>', 'name or object id')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const group = await findDirectoryGroup(api, flags.group)
  if (group.type === 'failed') return group
  const answer = await api.list(`/v1.0/groups/${group.id}/members`)
  if (answer.type === 'failed') return answer
  const parsed = memberList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('members')
  return { type: 'answer', json: answer.body, text: (paper) => renderTable(parsed.data.value, COLUMNS, paper) }
}
