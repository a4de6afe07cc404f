// `postern role definition delete`: a custom role. The server refuses while somebody has it.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { deletionLine } from '../resource-commands.ts'
import { armPath } from '../resource-lookup.ts'
import { AUTHORIZATION_API_VERSION, authorizationPath, chooseScope, findRole, lastPart } from '../role-lookup.ts'

type Flags = ApiFlags & { readonly name: string; readonly scope?: string }

export function addRoleDefinitionDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete a custom role. It is refused while the role is assigned to anybody.',
    examples: ['postern role definition delete --name "Mail Sender"'],
  })
    .requiredOption('-n, --name <role>', 'role name, GUID or id')
    .option('--scope <id>', 'where it can be assigned (default: the subscription of the quickstart, or the only one)')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const chosen = await chooseScope(api, flags.scope)
  if (chosen.type === 'failed') return chosen
  const found = await findRole(api, chosen.scope, flags.name)
  if (found.type === 'failed') return found
  const path = flags.name.startsWith('/')
    ? armPath(found.roleDefinitionId)
    : authorizationPath(chosen.scope, `roleDefinitions/${lastPart(found.roleDefinitionId)}`)
  const answer = await api.call('DELETE', path, { 'api-version': AUTHORIZATION_API_VERSION })
  if (answer.type === 'failed') return answer
  return { type: 'answer', json: answer.body, text: () => deletionLine(answer.status, flags.name) }
}
