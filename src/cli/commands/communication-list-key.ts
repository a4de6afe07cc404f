// `postern communication list-key`: the access keys of a communication service, for the REST door. They are secrets.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { answerKeys } from '../access-key-answer.ts'
import {
  addPlaceOptions,
  armPath,
  COMMUNICATION_API_VERSION,
  findService,
  type PlaceFlags,
} from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly name?: string }

export function addCommunicationListKey(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list-key',
    description: 'Show the access keys and connection strings of a communication service.',
    examples: ['postern communication list-key --name contoso'],
  }).option('-n, --name <name>', 'name or id (default: that of the quickstart, or the only one)')
  addPlaceOptions(command, 'find').action((flags: Flags) =>
    runApiCommand(context, flags, (api) => listKeys(api, flags)),
  )
}

async function listKeys(api: Api, flags: Flags): Promise<Answer | Failure> {
  const service = await findService(api, flags.name, flags, '--name')
  if (service.type === 'failed') return service
  const path = `${armPath(service.id)}/listKeys`
  const answer = await api.call('POST', path, { 'api-version': COMMUNICATION_API_VERSION })
  return answer.type === 'failed' ? answer : answerKeys(answer.body)
}
