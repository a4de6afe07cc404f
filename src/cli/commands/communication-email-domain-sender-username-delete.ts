// `postern communication email domain sender-username delete`: mail may no longer come from an address. It is seen at the next message.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { deleteResource } from '../resource-commands.ts'
import { addPlaceOptions, findEmailService, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags &
  PlaceFlags & { readonly domainName: string; readonly emailServiceName?: string; readonly senderUsername: string }

export function addCommunicationEmailDomainSenderUsernameDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Let mail no longer come from an address of a domain.',
    examples: [
      'postern communication email domain sender-username delete --domain-name example.com --sender-username invoices',
    ],
  })
    .requiredOption('--domain-name <name>', 'the domain')
    .requiredOption('--sender-username <name>', 'name of the resource, as `list` shows it')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  return deleteResource(api, `${email.id}/domains/${flags.domainName}/senderUsernames/${flags.senderUsername}`)
}
