// `postern communication email domain create`: a domain to send from, or one of ours. What its owner has to publish is shown at once.

import type { Command } from 'commander'
import { Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { answerDomain } from '../domain-answers.ts'
import { type Failure, misused } from '../failure.ts'
import { createResource } from '../resource-commands.ts'
import { addPlaceOptions, findEmailService, type PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags &
  PlaceFlags & {
    readonly domainName?: string
    readonly emailServiceName?: string
    readonly location: string
    readonly domainManagement: 'CustomerManaged' | 'AzureManaged'
  }

const MANAGED_DOMAIN = 'AzureManagedDomain'

export function addCommunicationEmailDomainCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description: 'Add a domain to send from, and show the DNS records that prove it is yours.',
    examples: [
      'postern communication email domain create --domain-name example.com --email-service-name mail-domains',
      'postern communication email domain create --domain-management AzureManaged --email-service-name mail-domains',
    ],
  })
    .option('--domain-name <name>', 'the domain')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
    .option('-l, --location <name>', 'location', 'global')
    .addOption(
      new Option('--domain-management <how>', 'whose it is: yours, or one under our own suffix, verified at once')
        .choices(['CustomerManaged', 'AzureManaged'])
        .default('CustomerManaged'),
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, flags: Flags): Promise<Answer | Failure> {
  const { location, domainManagement } = flags
  const name = flags.domainName ?? (domainManagement === 'AzureManaged' ? MANAGED_DOMAIN : undefined)
  if (name === undefined) return misused('Nothing says which domain.', 'Give --domain-name.')
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  const id = `${email.id}/domains/${name}`
  const made = await createResource(api, id, { location, properties: { domainManagement } })
  return made.type === 'failed' ? made : answerDomain(made.json, id)
}
