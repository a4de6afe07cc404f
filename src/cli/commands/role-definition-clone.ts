// `postern role definition clone`: a custom role that allows what another does and more, as the portal of Azure makes one.

import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'
import { putRoleDefinition } from '../role-definitions.ts'
import { chooseScope, findRole, readRole, withActions } from '../role-lookup.ts'

type Flags = ApiFlags & {
  readonly role: string
  readonly name: string
  readonly description?: string
  readonly addActions?: readonly string[]
  readonly addDataActions?: readonly string[]
  readonly scope?: string
}

export function addRoleDefinitionClone(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'clone',
    description: 'Make a custom role from another role and further actions.',
    examples: [
      'postern role definition clone --role Reader --name "Mail Sender" \\\n    --add-actions Microsoft.Communication/CommunicationServices/Write Microsoft.Communication/EmailServices/write',
    ],
  })
    .requiredOption('--role <role>', 'the role to start from: name, GUID or id')
    .requiredOption('-n, --name <text>', 'name of the new role, unique in the tenant')
    .option('--description <text>', 'what it is for')
    .option('--add-actions <action...>', 'actions to allow besides')
    .option('--add-data-actions <action...>', 'data actions to allow besides')
    .option('--scope <id>', 'where it can be assigned (default: the subscription of the quickstart, or the only one)')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => clone(api, flags)))
}

async function clone(api: Api, flags: Flags): Promise<Answer | Failure> {
  const chosen = await chooseScope(api, flags.scope)
  if (chosen.type === 'failed') return chosen
  if (chosen.scope === '/')
    return misused('A custom role is assignable at a subscription or below.', 'Give --scope /subscriptions/<id>')
  const found = await findRole(api, chosen.scope, flags.role)
  if (found.type === 'failed') return found
  const source = await readRole(api, found.roleDefinitionId)
  if (source.type === 'failed') return source
  const { permissions, roleName } = source.role.properties
  return putRoleDefinition(api, randomUUID(), {
    roleName: flags.name,
    description: flags.description ?? `A clone of ${roleName}.`,
    permissions: withActions(permissions, flags),
    assignableScopes: [chosen.scope],
  })
}
