// `postern ad user list`: the users of the tenant.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { odataText } from '../applications.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { type Column, renderTable } from '../table.ts'
import { parseUsers, type UserAnswer } from '../users.ts'

type Flags = ApiFlags & { readonly displayName?: string }

const COLUMNS: readonly Column<UserAnswer>[] = [
  { heading: 'Object id', value: ({ id }) => id },
  { heading: 'User name', value: ({ userPrincipalName }) => userPrincipalName, flexible: true },
  { heading: 'Name', value: ({ displayName }) => displayName, flexible: true },
  { heading: 'May sign in', value: ({ accountEnabled }) => (accountEnabled ? 'yes' : 'no') },
]

export function addAdUserList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List users.',
    examples: ['postern ad user list'],
  })
    .option('--display-name <text>', 'only those whose name begins like this')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, { displayName }: Flags): Promise<Answer | Failure> {
  const $filter = displayName === undefined ? undefined : `startswith(displayName,${odataText(displayName)})`
  const answer = await api.list('/v1.0/users', { $filter })
  if (answer.type === 'failed') return answer
  const users = parseUsers(answer.body)
  if (users === undefined) return unexpectedAnswer('users')
  return { type: 'answer', json: answer.body, text: (paper) => renderTable(users, COLUMNS, paper) }
}
