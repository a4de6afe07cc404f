// `postern communication email domain show`: how far a domain is, what its DNS says now, and the records ready to paste. Where the server
// cannot look the records up, what was seen when they were checked last is shown.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { answerDomain } from '../domain-answers.ts'
import type { Failure } from '../failure.ts'
import { addPlaceOptions, armPath, COMMUNICATION_API_VERSION, findEmailService } from '../resource-lookup.ts'
import type { PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags & PlaceFlags & { readonly domainName: string; readonly emailServiceName?: string }

export function addCommunicationEmailDomainShow(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'show',
    description: 'Show which checks of a domain have passed, why others have not, and its DNS records ready to paste.',
    examples: ['postern communication email domain show --domain-name example.com'],
  })
    .requiredOption('--domain-name <name>', 'the domain, or AzureManagedDomain')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => show(api, flags)))
}

async function show(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  const id = `${email.id}/domains/${flags.domainName}`
  const answer = await api.call('GET', armPath(id), { 'api-version': COMMUNICATION_API_VERSION })
  if (answer.type === 'failed') return answer
  const now = await api.call('GET', `${armPath(id)}/providers/Postern.Mail/dnsRecords`)
  return answerDomain(answer.body, id, now.type === 'failed' ? undefined : now.body)
}
