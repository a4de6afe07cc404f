// `postern ad group list`: the groups of the tenant.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { odataText } from '../applications.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { type GroupAnswer, parseGroups } from '../groups.ts'
import { type Column, renderTable } from '../table.ts'

type Flags = ApiFlags & { readonly displayName?: string }

const COLUMNS: readonly Column<GroupAnswer>[] = [
  { heading: 'Object id', value: ({ id }) => id },
  { heading: 'Name', value: ({ displayName }) => displayName, flexible: true },
]

export function addAdGroupList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List groups.',
    examples: ['postern ad group list'],
  })
    .option('--display-name <text>', 'only those whose name begins like this')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, { displayName }: Flags): Promise<Answer | Failure> {
  const $filter = displayName === undefined ? undefined : `startswith(displayName,${odataText(displayName)})`
  const answer = await api.list('/v1.0/groups', { $filter })
  if (answer.type === 'failed') return answer
  const groups = parseGroups(answer.body)
  if (groups === undefined) return unexpectedAnswer('groups')
  return { type: 'answer', json: answer.body, text: (paper) => renderTable(groups, COLUMNS, paper) }
}
