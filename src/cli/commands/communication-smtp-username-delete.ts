// `postern communication smtp-username delete`: a stored login name. The application and its secrets stay.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { deleteResource } from '../resource-commands.ts'
import { addPlaceOptions, findService, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly commServiceName?: string; readonly smtpUsername: string }

export function addCommunicationSmtpUsernameDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete an SMTP user name. The application may still sign in with its other names.',
    examples: ['postern communication smtp-username delete --smtp-username printer'],
  })
    .requiredOption('--smtp-username <name>', 'name of the resource, as `list` shows it')
    .option(
      '--comm-service-name <name>',
      'communication service: name or id (default: that of the quickstart, or the only one)',
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const service = await findService(api, flags.commServiceName, flags, '--comm-service-name')
  return service.type === 'failed' ? service : deleteResource(api, `${service.id}/smtpUsernames/${flags.smtpUsername}`)
}
