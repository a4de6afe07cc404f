// `postern communication email domain sender-username list`: the local parts that mail of a domain may come from.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { listResources } from '../resource-commands.ts'
import { addPlaceOptions, findEmailService, type PlaceFlags } from '../resource-lookup.ts'
import { SENDER_USERNAME_COLUMNS } from '../sender-username-answers.ts'

type Flags = ApiFlags & PlaceFlags & { readonly domainName: string; readonly emailServiceName?: string }

export function addCommunicationEmailDomainSenderUsernameList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List the addresses that mail of a domain may come from.',
    examples: ['postern communication email domain sender-username list --domain-name example.com'],
  })
    .requiredOption('--domain-name <name>', 'the domain')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  return listResources(api, `${email.id}/domains/${flags.domainName}/senderUsernames`, SENDER_USERNAME_COLUMNS)
}
