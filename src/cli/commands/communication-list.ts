// `postern communication list`: the communication services that the caller may read.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { listResources, TRACKED_COLUMNS } from '../resource-commands.ts'
import { addPlaceOptions, findListScope, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags

export function addCommunicationList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List communication services.',
    examples: ['postern communication list'],
  })
  addPlaceOptions(command, 'list').action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const scope = await findListScope(api, flags)
  if (scope.type === 'failed') return scope
  return listResources(api, `${scope.id}/providers/Microsoft.Communication/communicationServices`, TRACKED_COLUMNS)
}
