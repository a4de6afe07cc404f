// `postern communication smtp-username list`: the stored login names of a communication service.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { listResources } from '../resource-commands.ts'
import { addPlaceOptions, findService, type PlaceFlags } from '../resource-lookup.ts'
import { SMTP_USERNAME_COLUMNS } from '../smtp-username-answers.ts'

type Flags = ApiFlags & PlaceFlags & { readonly commServiceName?: string }

export function addCommunicationSmtpUsernameList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List the SMTP user names of a communication service.',
    examples: ['postern communication smtp-username list --comm-service-name contoso'],
  }).option(
    '--comm-service-name <name>',
    'communication service: name or id (default: that of the quickstart, or the only one)',
  )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const service = await findService(api, flags.commServiceName, flags, '--comm-service-name')
  if (service.type === 'failed') return service
  return listResources(api, `${service.id}/smtpUsernames`, SMTP_USERNAME_COLUMNS)
}
