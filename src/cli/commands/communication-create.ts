// `postern communication create`: a communication service, the resource whose name begins every SMTP username.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { createResource } from '../resource-commands.ts'
import { addPlaceOptions, COMMUNICATION_SERVICE, findGroup, type PlaceFlags, topLevelId } from '../resource-lookup.ts'

type Flags = ApiFlags &
  PlaceFlags & {
    readonly name: string
    readonly location: string
    readonly dataLocation: string
    readonly linkedDomains?: readonly string[]
  }

export function addCommunicationCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description: 'Make a communication service. Programs send through one; its name is unique over the installation.',
    examples: ['postern communication create --name contoso -g mail --data-location Europe'],
  })
    .requiredOption('-n, --name <name>', 'its name: letters, digits, - and _')
    .requiredOption('--data-location <place>', 'where its data is said to be; its domains must say the same')
    .option('-l, --location <name>', 'location', 'global')
    .option('--linked-domains <id...>', 'full ids of verified domains to connect')
  addPlaceOptions(command, 'make').action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, flags: Flags): Promise<Answer | Failure> {
  const group = await findGroup(api, flags)
  if (group.type === 'failed') return group
  const { name, location, dataLocation, linkedDomains } = flags
  const properties = { dataLocation, ...(linkedDomains && { linkedDomains }) }
  return createResource(api, topLevelId(group.id, COMMUNICATION_SERVICE, name), { location, properties })
}
