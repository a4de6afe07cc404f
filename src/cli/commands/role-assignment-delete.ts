// `postern role assignment delete`: takes a role away, by the id of the assignment or by who, what and where. An assignment inherited
// from above the scope is left alone. The next message of whoever lost it is refused.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { resolveAssignee } from '../directory-lookup.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { deletionLine } from '../resource-commands.ts'
import { armPath } from '../resource-lookup.ts'
import { findAssignments } from '../role-assignments.ts'
import { AUTHORIZATION_API_VERSION, chooseScope, findRole } from '../role-lookup.ts'

type Flags = ApiFlags & {
  readonly ids?: readonly string[]
  readonly assignee?: string
  readonly role?: string
  readonly scope?: string
}

export function addRoleAssignmentDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description: 'Take a role away, by assignment id or by assignee, role and scope.',
    examples: [
      'postern role assignment delete --assignee 11111111-2222-3333-4444-555555555555 --role Reader --scope /',
      'postern role assignment delete --ids /providers/Microsoft.Authorization/roleAssignments/66666666-…',
    ],
  })
    .option('--ids <id...>', 'full ids of role assignments, as `list --output json` shows them')
    .option('--assignee <id>', 'application id or object id')
    .option('--role <role>', 'only this role: name, GUID or id')
    .option('--scope <id>', 'the scope the role was assigned at')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => deleteRoleAssignments(api, flags)))
}

async function deleteRoleAssignments(api: Api, flags: Flags): Promise<Answer | Failure> {
  const found = flags.ids === undefined ? await findIds(api, flags) : checkIds(flags.ids)
  if (found.type === 'failed') return found
  const bodies: unknown[] = []
  const lines: string[] = []
  for (const id of found.ids) {
    const path = armPath(id)
    const answer = await api.call('DELETE', path, { 'api-version': AUTHORIZATION_API_VERSION })
    if (answer.type === 'failed') return answer
    if (answer.body !== undefined) bodies.push(answer.body)
    lines.push(deletionLine(answer.status, id))
  }
  const json = found.ids.length === 1 ? bodies[0] : bodies
  return { type: 'answer', json, text: () => lines.join('') }
}

type Ids = { readonly type: 'ids'; readonly ids: readonly string[] }

function checkIds(ids: readonly string[]): Ids | Failure {
  const wrong = ids.find((id) => !/^\/(.+\/)?providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/i.test(id))
  if (wrong === undefined) return { type: 'ids', ids }
  return misused(
    `${wrong} is not the id of a role assignment.`,
    'Copy it from: postern role assignment list --all --output json',
  )
}

async function findIds(api: Api, { assignee, role, scope }: Flags): Promise<Ids | Failure> {
  if (assignee === undefined || scope === undefined) {
    return misused('Nothing says which role assignment.', 'Give --ids, or --assignee and --scope.')
  }
  const chosen = await chooseScope(api, scope)
  if (chosen.type === 'failed') return chosen
  const principal = await resolveAssignee(api, assignee)
  if (principal.type === 'failed') return principal
  const wanted = role === undefined ? undefined : await findRole(api, chosen.scope, role)
  if (wanted?.type === 'failed') return wanted
  const { principalId } = principal
  const found = await findAssignments(api, { principalId, scope, roleDefinitionId: wanted?.roleDefinitionId })
  if (found.type === 'failed') return found
  if (found.assignments.length > 0) return { type: 'ids', ids: found.assignments.map(({ id }) => id) }
  return failed(
    `${assignee} has no such role assignment at exactly ${scope}.`,
    `See: postern role assignment list --all --assignee ${assignee}`,
  )
}
