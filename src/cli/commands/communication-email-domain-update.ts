// `postern communication email domain update`: whether the mail of a domain tells when it is opened and its links are followed. Azure: `az`
// has the command and its option under the same names.

import type { Command } from 'commander'
import { Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { answerDomain } from '../domain-answers.ts'
import type { Failure } from '../failure.ts'
import { addPlaceOptions, armPath, COMMUNICATION_API_VERSION, findEmailService } from '../resource-lookup.ts'
import type { PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags &
  PlaceFlags & {
    readonly domainName: string
    readonly emailServiceName?: string
    readonly userEngmntTracking: 'Disabled' | 'Enabled'
  }

export function addCommunicationEmailDomainUpdate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'update',
    description: 'Say whether mail of a domain tells when recipients open it and follow its links.',
    examples: ['postern communication email domain update --domain-name example.com --user-engmnt-tracking Enabled'],
  })
    .requiredOption('--domain-name <name>', 'the domain, or AzureManagedDomain')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
    .addOption(
      new Option('--user-engmnt-tracking <state>', 'Enabled: links of its HTML lead through this service')
        .choices(['Disabled', 'Enabled'])
        .makeOptionMandatory(),
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => update(api, flags)))
}

async function update(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  const id = `${email.id}/domains/${flags.domainName}`
  const query = { 'api-version': COMMUNICATION_API_VERSION }
  const properties = { userEngagementTracking: flags.userEngmntTracking }
  const answer = await api.call('PATCH', armPath(id), query, { properties })
  return answer.type === 'failed' ? answer : answerDomain(answer.body, id)
}
