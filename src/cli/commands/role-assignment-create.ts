// `postern role assignment create`: gives a principal a role at a scope. The name of the assignment is made here, as `az` does.

import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { resolveAssignee, unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { parseAssignment } from '../role-assignments.ts'
import { AUTHORIZATION_API_VERSION, authorizationPath, chooseScope, findRole } from '../role-lookup.ts'
import { renderEntries } from '../table.ts'

type Flags = ApiFlags & { readonly assignee: string; readonly role: string; readonly scope: string }

export function addRoleAssignmentCreate(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'create',
    description: 'Give an application, group or user a role at a scope.',
    examples: [
      'postern role assignment create --assignee 11111111-2222-3333-4444-555555555555 \\\n    --role "Email Sender" --scope /subscriptions/…/communicationServices/contoso',
    ],
  })
    .requiredOption('--assignee <id>', 'application id, or object id of any principal')
    .requiredOption('--role <role>', 'role name, GUID or id')
    .requiredOption('--scope <id>', 'where: / or the id of a subscription, resource group or resource')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => createRoleAssignment(api, flags)))
}

async function createRoleAssignment(api: Api, flags: Flags): Promise<Answer | Failure> {
  const chosen = chooseScope(api, flags.scope)
  if (chosen.type === 'failed') return chosen
  const assignee = await resolveAssignee(api, flags.assignee)
  if (assignee.type === 'failed') return assignee
  const role = await findRole(api, chosen.scope, flags.role)
  if (role.type === 'failed') return role
  const { principalId, principalType } = assignee
  const properties = { roleDefinitionId: role.roleDefinitionId, principalId, ...(principalType && { principalType }) }
  const path = authorizationPath(chosen.scope, `roleAssignments/${randomUUID()}`)
  const answer = await api.call('PUT', path, { 'api-version': AUTHORIZATION_API_VERSION }, { properties })
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
