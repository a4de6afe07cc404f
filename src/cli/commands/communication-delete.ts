// `postern communication delete`: a communication service with its SMTP usernames. Nobody can send through it from then on.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { deleteResource } from '../resource-commands.ts'
import { addPlaceOptions, COMMUNICATION_SERVICE, findTopLevel, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly name: string }

export function addCommunicationDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete a communication service, its SMTP usernames and the roles assigned at it. Domains stay.',
    examples: ['postern communication delete --name contoso'],
  }).requiredOption('-n, --name <name>', 'name or id')
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const service = await findTopLevel(api, COMMUNICATION_SERVICE, flags.name, flags)
  return service.type === 'failed' ? service : deleteResource(api, service.id)
}
