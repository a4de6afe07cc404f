// `postern communication email create`: an email service, which holds domains.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { createResource } from '../resource-commands.ts'
import { addPlaceOptions, EMAIL_SERVICE, findGroup, type PlaceFlags, topLevelId } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly name: string; readonly location: string; readonly dataLocation: string }

export function addCommunicationEmailCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description: 'Make an email service. It holds the domains that communication services connect to.',
    examples: ['postern communication email create --name mail-domains -g mail --data-location Europe'],
  })
    .requiredOption('-n, --name <name>', 'its name: letters, digits and -')
    .requiredOption('--data-location <place>', 'where its data is said to be, as for its communication service')
    .option('-l, --location <name>', 'location', 'global')
  addPlaceOptions(command, 'make').action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, flags: Flags): Promise<Answer | Failure> {
  const group = await findGroup(api, flags)
  if (group.type === 'failed') return group
  const { name, location, dataLocation } = flags
  return createResource(api, topLevelId(group.id, EMAIL_SERVICE, name), { location, properties: { dataLocation } })
}
