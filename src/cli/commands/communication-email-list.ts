// `postern communication email list`: the email services that the caller may read.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { listResources, TRACKED_COLUMNS } from '../resource-commands.ts'
import { addPlaceOptions, findListScope, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags

export function addCommunicationEmailList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List email services.',
    examples: ['postern communication email list'],
  })
  addPlaceOptions(command, 'list').action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const scope = await findListScope(api, flags)
  if (scope.type === 'failed') return scope
  return listResources(api, `${scope.id}/providers/Microsoft.Communication/emailServices`, TRACKED_COLUMNS)
}
