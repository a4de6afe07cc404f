// `postern communication regenerate-key`: a new access key in the place of one of the two; the old one stops working at once.

import type { Command } from 'commander'
import { Option } from 'commander'
import { answerKeys } from '../access-key-answer.ts'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import {
  addPlaceOptions,
  armPath,
  COMMUNICATION_API_VERSION,
  findService,
  type PlaceFlags,
} from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly name?: string; readonly keyType: 'primary' | 'secondary' }

export function addCommunicationRegenerateKey(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'regenerate-key',
    description: 'Replace one of the two access keys of a communication service. The old one stops working at once.',
    examples: ['postern communication regenerate-key --name contoso --key-type secondary'],
  })
    .option('-n, --name <name>', 'name or id (default: that of the quickstart, or the only one)')
    .addOption(
      new Option('--key-type <which>', 'which of the two').choices(['primary', 'secondary']).makeOptionMandatory(),
    )
  addPlaceOptions(command, 'find').action((flags: Flags) =>
    runApiCommand(context, flags, (api) => regenerate(api, flags)),
  )
}

async function regenerate(api: Api, flags: Flags): Promise<Answer | Failure> {
  const service = await findService(api, flags.name, flags, '--name')
  if (service.type === 'failed') return service
  const keyType = flags.keyType === 'primary' ? 'Primary' : 'Secondary'
  const path = `${armPath(service.id)}/regenerateKey`
  const answer = await api.call('POST', path, { 'api-version': COMMUNICATION_API_VERSION }, { keyType })
  return answer.type === 'failed' ? answer : answerKeys(answer.body)
}
