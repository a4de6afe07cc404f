// `postern communication email domain sender-username create`: a local part that mail of a domain may come from. Azure: `az` has the
// command under the same name.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { createResource } from '../resource-commands.ts'
import { addPlaceOptions, findEmailService, type PlaceFlags } from '../resource-lookup.ts'
import { entriesOfSenderUsername } from '../sender-username-answers.ts'

type Flags = ApiFlags &
  PlaceFlags & {
    readonly domainName: string
    readonly emailServiceName?: string
    readonly username: string
    readonly displayName?: string
  }

export function addCommunicationEmailDomainSenderUsernameCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description: 'Let mail come from one more address of a domain. It may be used at once.',
    examples: [
      'postern communication email domain sender-username create --domain-name example.com --username invoices',
    ],
  })
    .requiredOption('--domain-name <name>', 'the domain')
    .requiredOption('--username <text>', 'what stands before the @')
    .option('--display-name <text>', 'what it is for')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  const { domainName, username, displayName } = flags
  const properties = { username, ...(displayName && { displayName }) }
  // Azure: the resource is called as the user name.
  const id = `${email.id}/domains/${domainName}/senderUsernames/${username}`
  return createResource(api, id, { properties }, entriesOfSenderUsername)
}
