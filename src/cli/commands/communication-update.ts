// `postern communication update`: which domains a communication service may send from. The list replaces the one that was there.

import type { Command } from 'commander'
import { Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'
import { entriesOfTracked, resourceAnswer } from '../resource-commands.ts'
import {
  addPlaceOptions,
  armPath,
  COMMUNICATION_API_VERSION,
  findService,
  type PlaceFlags,
} from '../resource-lookup.ts'

type Flags = ApiFlags &
  PlaceFlags & { readonly name?: string; readonly linkedDomains?: readonly string[]; readonly unlinkDomains?: true }

export function addCommunicationUpdate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'update',
    description: 'Say which domains a communication service is connected to. What is not in the list is disconnected.',
    examples: [
      'postern communication update --name contoso \\\n    --linked-domains /subscriptions/…/emailServices/mail-domains/domains/example.com',
    ],
  })
    .option('-n, --name <name>', 'name or id (default: that of the quickstart, or the only one)')
    .option('--linked-domains <id...>', 'full ids of verified domains')
    .addOption(new Option('--unlink-domains', 'connect it to none').conflicts('linkedDomains'))
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => update(api, flags)))
}

async function update(api: Api, flags: Flags): Promise<Answer | Failure> {
  const linkedDomains = flags.linkedDomains ?? (flags.unlinkDomains === true ? [] : undefined)
  if (linkedDomains === undefined) return misused('Nothing says what to change.', 'Give --linked-domains.')
  const service = await findService(api, flags.name, flags, '--name')
  if (service.type === 'failed') return service
  const query = { 'api-version': COMMUNICATION_API_VERSION }
  const answer = await api.call('PATCH', armPath(service.id), query, { properties: { linkedDomains } })
  return answer.type === 'failed' ? answer : resourceAnswer(answer.body, service.id, entriesOfTracked)
}
