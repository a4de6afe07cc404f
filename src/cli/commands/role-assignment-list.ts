// `postern role assignment list`: who has which role where. At a scope the assignments that apply there are shown, inherited ones
// included; `--all` adds those below it.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { resolveAssignee, unexpectedAnswer } from '../directory-lookup.ts'
import { type Failure, misused } from '../failure.ts'
import { type AssignmentAnswer, filterOf, parseAssignments } from '../role-assignments.ts'
import {
  AUTHORIZATION_API_VERSION,
  DEFAULT_SCOPE,
  authorizationPath,
  chooseScope,
  findRole,
  lastPart,
  roleDefinitionList,
} from '../role-lookup.ts'
import { type Column, renderTable } from '../table.ts'

type Flags = ApiFlags & {
  readonly scope?: string
  readonly assignee?: string
  readonly role?: string
  readonly includeGroups?: true
  readonly all?: true
}

export function addRoleAssignmentList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List the role assignments that apply at a scope.',
    examples: [
      'postern role assignment list --all',
      'postern role assignment list --assignee 11111111-2222-3333-4444-555555555555',
    ],
  })
    .option('--assignee <id>', 'only those of this application id or object id')
    .option('--include-groups', 'those its groups have too')
    .option('--role <role>', 'only this role: name, GUID or id')
    .option('--scope <id>', `where (default: ${DEFAULT_SCOPE})`)
    .option('--all', 'those below the scope too')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => listRoleAssignments(api, flags)))
}

async function listRoleAssignments(api: Api, flags: Flags): Promise<Answer | Failure> {
  const chosen = await chooseScope(api, flags.scope)
  if (chosen.type === 'failed') return chosen
  const assignee = flags.assignee === undefined ? undefined : await resolveAssignee(api, flags.assignee)
  if (assignee?.type === 'failed') return assignee
  if (flags.includeGroups === true && assignee === undefined)
    return misused('Nothing says whose groups.', 'Give --assignee with --include-groups.')
  const role = flags.role === undefined ? undefined : await findRole(api, chosen.scope, flags.role)
  if (role?.type === 'failed') return role
  const answer = await api.list(authorizationPath(chosen.scope, 'roleAssignments'), {
    'api-version': AUTHORIZATION_API_VERSION,
    $filter: filterOf(assignee?.principalId, { below: flags.all === true, groups: flags.includeGroups === true }),
  })
  if (answer.type === 'failed') return answer
  const parsed = parseAssignments(answer.body)
  if (parsed === undefined) return unexpectedAnswer('role assignments')
  const has = ({ properties }: AssignmentAnswer): boolean =>
    role === undefined || lastPart(properties.roleDefinitionId) === lastPart(role.roleDefinitionId)
  const assignments = parsed.filter(has)
  const roleNames = flags.output === 'table' ? await readRoleNames(api, chosen.scope) : new Map<string, string>()
  return {
    type: 'answer',
    json: role === undefined ? answer.body : { value: assignments },
    text: (paper) => renderTable(assignments, columnsWith(roleNames), paper),
  }
}

/** Role names by GUID. Without the right to read roles the table shows their GUIDs. */
async function readRoleNames(api: Api, scope: string): Promise<ReadonlyMap<string, string>> {
  const answer = await api.list(authorizationPath(scope, 'roleDefinitions'), {
    'api-version': AUTHORIZATION_API_VERSION,
  })
  const parsed = answer.type === 'failed' ? undefined : roleDefinitionList.safeParse(answer.body).data
  return new Map(parsed?.value.map((role) => [role.name.toLowerCase(), role.properties.roleName]))
}

function columnsWith(roleNames: ReadonlyMap<string, string>): readonly Column<AssignmentAnswer>[] {
  return [
    { heading: 'Principal', value: ({ properties }) => properties.principalId },
    { heading: 'Type', value: ({ properties }) => properties.principalType ?? '' },
    {
      heading: 'Role',
      value: ({ properties: { roleDefinitionId } }) =>
        roleNames.get(lastPart(roleDefinitionId)) ?? lastPart(roleDefinitionId),
    },
    { heading: 'Name', value: ({ name }) => name },
    { heading: 'Scope', value: ({ properties }) => properties.scope },
  ]
}
