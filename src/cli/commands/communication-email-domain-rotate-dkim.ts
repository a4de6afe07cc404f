// `postern communication email domain rotate-dkim`: replaces a DKIM key of a domain in two steps: makes the next one and shows the record
// to publish; run again, has the server look for it and change over. A record that is not there yet is an answer with exit code 1.

import type { Command } from 'commander'
import { Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { answerDomain, type DomainAnswer, parseDomain } from '../domain-answers.ts'
import { type Failure, failed } from '../failure.ts'
import { addPlaceOptions, armPath, findEmailService } from '../resource-lookup.ts'
import type { PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags &
  PlaceFlags & { readonly domainName: string; readonly emailServiceName?: string; readonly key?: string }

export function addCommunicationEmailDomainRotateDkim(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'rotate-dkim',
    description:
      'Replace a DKIM key of a domain: run it, publish the record that it shows, run it again. Mail is signed with the old key until the new one is seen in the DNS.',
    examples: ['postern communication email domain rotate-dkim --domain-name example.com'],
  })
    .requiredOption('--domain-name <name>', 'the domain, or AzureManagedDomain')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
    .addOption(
      new Option('--key <key>', 'DKIM is RSA, DKIM2 is Ed25519 (default: the one under way, or the older one)').choices(
        ['DKIM', 'DKIM2'],
      ),
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => rotate(api, flags)))
}

async function rotate(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  const id = `${email.id}/domains/${flags.domainName}`
  const body = flags.key === undefined ? {} : { key: flags.key }
  const called = await api.call('POST', `${armPath(id)}/providers/Postern.Mail/rotateDkim`, {}, body)
  if (called.type === 'failed') return called
  const answer = answerDomain(called.body, id)
  const missing = keysNotSeen(parseDomain(called.body))
  return answer.type === 'failed' || missing.length === 0 ? answer : { ...answer, failure: notSeen(missing) }
}

/** A key that was only just made has not been looked for. */
function keysNotSeen(domain: DomainAnswer | undefined): readonly string[] {
  return Object.entries(domain?.properties.dkimRotation ?? {}).flatMap(([key, { next }]) =>
    next?.state.status === 'VerificationFailed' ? [key] : [],
  )
}

function notSeen(keys: readonly string[]): Failure {
  return failed(
    `The next key is not in the DNS yet: ${keys.join(', ')}.`,
    'Publish its record; DNS may take half an hour to show it. Then run this again. Until then the present key signs.',
  )
}
