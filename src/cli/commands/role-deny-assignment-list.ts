// `postern role deny-assignment list`: what is denied, to whom and where, whatever roles they have.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { DENY_COLUMNS, parseDenyAssignments } from '../deny-assignments.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { AUTHORIZATION_API_VERSION, authorizationPath, chooseScope, DEFAULT_SCOPE } from '../role-lookup.ts'
import { renderTable } from '../table.ts'

type Flags = ApiFlags & { readonly scope?: string }

export function addRoleDenyAssignmentList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List deny assignments at, above and below a scope. They override every role.',
    examples: ['postern role deny-assignment list --scope /'],
  })
    .option('--scope <id>', `where (default: ${DEFAULT_SCOPE})`)
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, { scope }: Flags): Promise<Answer | Failure> {
  const chosen = await chooseScope(api, scope)
  if (chosen.type === 'failed') return chosen
  const path = authorizationPath(chosen.scope, 'denyAssignments')
  const answer = await api.list(path, { 'api-version': AUTHORIZATION_API_VERSION })
  if (answer.type === 'failed') return answer
  const listed = parseDenyAssignments(answer.body)
  if (listed === undefined) return unexpectedAnswer('deny assignments')
  return { type: 'answer', json: answer.body, text: (paper) => renderTable(listed, DENY_COLUMNS, paper) }
}
