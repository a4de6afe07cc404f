// `postern role definition list`: the built-in roles and the custom ones that can be assigned at a scope.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { odataText } from '../applications.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import {
  AUTHORIZATION_API_VERSION,
  DEFAULT_SCOPE,
  type RoleDefinitionAnswer,
  authorizationPath,
  chooseScope,
  roleDefinitionList,
} from '../role-lookup.ts'
import { type Column, renderTable } from '../table.ts'

type Flags = ApiFlags & { readonly scope?: string; readonly name?: string; readonly customRoleOnly?: true }

const COLUMNS: readonly Column<RoleDefinitionAnswer>[] = [
  { heading: 'Role', value: (role) => role.properties.roleName },
  { heading: 'Type', value: (role) => role.properties.type },
  { heading: 'Name', value: (role) => role.name },
  { heading: 'Description', value: (role) => role.properties.description ?? '', flexible: true },
]

export function addRoleDefinitionList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List the roles that can be assigned at a scope.',
    examples: ['postern role definition list'],
  })
    .option('-n, --name <text>', 'only the role of this name')
    .option('--custom-role-only', 'no built-in roles')
    .option('--scope <id>', `where (default: ${DEFAULT_SCOPE})`)
    .action((flags: Flags) => runApiCommand(context, flags, (api) => listRoleDefinitions(api, flags)))
}

async function listRoleDefinitions(api: Api, flags: Flags): Promise<Answer | Failure> {
  const chosen = await chooseScope(api, flags.scope)
  if (chosen.type === 'failed') return chosen
  const path = authorizationPath(chosen.scope, 'roleDefinitions')
  const answer = await api.list(path, { 'api-version': AUTHORIZATION_API_VERSION, $filter: filterFrom(flags) })
  if (answer.type === 'failed') return answer
  const parsed = roleDefinitionList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('role definitions')
  return { type: 'answer', json: answer.body, text: (paper) => renderTable(parsed.data.value, COLUMNS, paper) }
}

function filterFrom({ name, customRoleOnly }: Flags): string | undefined {
  const terms = [
    ...(name === undefined ? [] : [`roleName eq ${odataText(name)}`]),
    ...(customRoleOnly === true ? ["type eq 'CustomRole'"] : []),
  ]
  return terms.length === 0 ? undefined : terms.join(' and ')
}
