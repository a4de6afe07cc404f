// `postern communication email domain delete`: a domain with its sender names. The server refuses while a service is connected to it.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { deleteResource } from '../resource-commands.ts'
import { addPlaceOptions, findEmailService, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly domainName: string; readonly emailServiceName?: string }

export function addCommunicationEmailDomainDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete a domain. It is refused while a communication service is connected to it.',
    examples: ['postern communication email domain delete --domain-name example.com'],
  })
    .requiredOption('--domain-name <name>', 'the domain, or AzureManagedDomain')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  return email.type === 'failed' ? email : deleteResource(api, `${email.id}/domains/${flags.domainName}`)
}
