// `postern role assignment create`: gives a principal a role at a scope. The name of the assignment is made here, as `az` does; where
// the principal has the role there already, that assignment is what is answered.

import { randomUUID } from 'node:crypto'
import { type Command, Option } from 'commander'
import type { Api, ApiAnswer } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { resolveAssignee, unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { armPath } from '../resource-lookup.ts'
import { findAssignments, parseAssignment } from '../role-assignments.ts'
import { AUTHORIZATION_API_VERSION, authorizationPath, chooseScope, findRole } from '../role-lookup.ts'
import { renderEntries } from '../table.ts'

type Flags = ApiFlags & {
  readonly assignee: string
  readonly assigneePrincipalType?: string
  readonly role: string
  readonly scope: string
}

export function addRoleAssignmentCreate(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'create',
    description: 'Give an application, group or user a role at a scope; one that it has there already is shown.',
    examples: [
      'postern role assignment create --assignee 11111111-2222-3333-4444-555555555555 \\\n    --role "Email Sender" --scope /subscriptions/…/communicationServices/contoso',
    ],
  })
    .requiredOption('--assignee <id>', 'application id, or object id of any principal')
    .addOption(
      new Option('--assignee-principal-type <type>', 'of one that only a remote identity provider knows').choices([
        'ServicePrincipal',
        'Group',
        'User',
      ]),
    )
    .requiredOption('--role <role>', 'role name, GUID or id')
    .requiredOption('--scope <id>', 'where: / or the id of a subscription, resource group or resource')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => createRoleAssignment(api, flags)))
}

async function createRoleAssignment(api: Api, flags: Flags): Promise<Answer | Failure> {
  const chosen = await chooseScope(api, flags.scope)
  if (chosen.type === 'failed') return chosen
  const assignee = await resolveAssignee(api, flags.assignee)
  if (assignee.type === 'failed') return assignee
  const role = await findRole(api, chosen.scope, flags.role)
  if (role.type === 'failed') return role
  const { principalId } = assignee
  const principalType = flags.assigneePrincipalType ?? assignee.principalType
  const properties = { roleDefinitionId: role.roleDefinitionId, principalId, ...(principalType && { principalType }) }
  const path = authorizationPath(chosen.scope, `roleAssignments/${randomUUID()}`)
  const created = await api.call('PUT', path, { 'api-version': AUTHORIZATION_API_VERSION }, { properties })
  const answer = isThereAlready(created) ? await readExisting(api, chosen.scope, properties, created) : created
  if (answer.type === 'failed') return answer
  const assignment = parseAssignment(answer.body)
  if (assignment === undefined) return unexpectedAnswer('the new role assignment')
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) =>
      renderEntries(
        [
          ['Principal', assignment.properties.principalId],
          ['Role', flags.role],
          ['Scope', assignment.properties.scope],
          ['Name', assignment.name],
        ],
        paper,
      ),
  }
}

const isThereAlready = (answer: ApiAnswer | Failure): answer is Failure =>
  answer.type === 'failed' && answer.code === 'RoleAssignmentExists'

/** `exists` is what the server said; it stands where the assignment cannot be shown, such as to somebody who may not read it. */
async function readExisting(
  api: Api,
  scope: string,
  grant: { readonly principalId: string; readonly roleDefinitionId: string },
  exists: Failure,
): Promise<ApiAnswer | Failure> {
  const found = await findAssignments(api, { ...grant, scope })
  const [existing] = found.type === 'failed' ? [] : found.assignments
  if (existing === undefined) return exists
  return api.call('GET', armPath(existing.id), { 'api-version': AUTHORIZATION_API_VERSION })
}
