// `postern communication show`: one communication service.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { showResource } from '../resource-commands.ts'
import { addPlaceOptions, findService, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly name?: string }

export function addCommunicationShow(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'show',
    description: 'Show a communication service with its linked domains.',
    examples: ['postern communication show', 'postern communication show --name contoso'],
  }).option('-n, --name <name>', 'name or id (default: that of the quickstart, or the only one)')
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => show(api, flags)))
}

async function show(api: Api, flags: Flags): Promise<Answer | Failure> {
  const service = await findService(api, flags.name, flags, '--name')
  return service.type === 'failed' ? service : showResource(api, service.id)
}
