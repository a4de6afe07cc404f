// `postern communication email domain list`: the domains of an email service and what is missing to send from them.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { DOMAIN_COLUMNS } from '../domain-answers.ts'
import type { Failure } from '../failure.ts'
import { listResources } from '../resource-commands.ts'
import { addPlaceOptions, findEmailService, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly emailServiceName?: string }

export function addCommunicationEmailDomainList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List the domains of an email service and which checks they miss.',
    examples: ['postern communication email domain list --email-service-name mail-domains'],
  }).option(
    '--email-service-name <name>',
    'email service: name or id (default: that of the quickstart, or the only one)',
  )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  return email.type === 'failed' ? email : listResources(api, `${email.id}/domains`, DOMAIN_COLUMNS)
}
