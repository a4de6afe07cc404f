// `postern communication email delete`: an email service with its domains. The server refuses while one of them is linked.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { deleteResource } from '../resource-commands.ts'
import { addPlaceOptions, EMAIL_SERVICE, findTopLevel, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly name: string }

export function addCommunicationEmailDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete an email service with its domains. It is refused while one of them is connected.',
    examples: ['postern communication email delete --name mail-domains'],
  }).requiredOption('-n, --name <name>', 'name or id')
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const service = await findTopLevel(api, EMAIL_SERVICE, flags.name, flags)
  return service.type === 'failed' ? service : deleteResource(api, service.id)
}
