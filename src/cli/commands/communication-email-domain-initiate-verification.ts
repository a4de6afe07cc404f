// `postern communication email domain initiate-verification`: has the server look up the records of a domain, ownership first, and shows
// what came of it. A record that is missing or wrong is an answer with exit code 1, so that a script can wait for the DNS.

import type { Command } from 'commander'
import { Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { answerDomain, type Check, CHECKS, type DomainAnswer, NEEDED_CHECKS, parseDomain } from '../domain-answers.ts'
import { type Failure, failed } from '../failure.ts'
import { addPlaceOptions, armPath, COMMUNICATION_API_VERSION, findEmailService } from '../resource-lookup.ts'
import type { PlaceFlags } from '../resource-lookup.ts'

type Flags = ApiFlags &
  PlaceFlags & { readonly domainName: string; readonly emailServiceName?: string; readonly verificationType?: Check }

const QUERY = { 'api-version': COMMUNICATION_API_VERSION }

export function addCommunicationEmailDomainInitiateVerification(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'initiate-verification',
    description: 'Look up the DNS records of a domain now: one, or all that are still to be verified.',
    examples: ['postern communication email domain initiate-verification --domain-name example.com'],
  })
    .requiredOption('--domain-name <name>', 'the domain')
    .option(
      '--email-service-name <name>',
      'email service: name or id (default: that of the quickstart, or the only one)',
    )
    .addOption(new Option('--verification-type <check>', 'only this one').choices(CHECKS))
  addPlaceOptions(command, 'find').action((flags: Flags) =>
    runApiCommand(context, flags, (api) => initiate(api, flags)),
  )
}

async function initiate(api: Api, flags: Flags): Promise<Answer | Failure> {
  const email = await findEmailService(api, flags.emailServiceName, flags)
  if (email.type === 'failed') return email
  const id = `${email.id}/domains/${flags.domainName}`
  let read = await readDomain(api, id)
  if (read.type === 'failed') return read
  const wanted = flags.verificationType === undefined ? unverified(read.domain) : [flags.verificationType]
  for (const verificationType of wanted) {
    const answer = await api.call('POST', `${armPath(id)}/initiateVerification`, QUERY, { verificationType })
    if (answer.type === 'failed') return answer
    read = await readDomain(api, id)
    if (read.type === 'failed') return read
    // Azure: nothing else is looked at before the ownership is proven.
    if (verificationType === 'Domain' && unverified(read.domain).includes('Domain')) break
  }
  const missing = unverified(read.domain).filter((check) => wanted.includes(check))
  const answer = answerDomain(read.body, id)
  return answer.type === 'failed' || missing.length === 0 ? answer : { ...answer, failure: notVerified(missing) }
}

function unverified({ properties }: DomainAnswer): readonly Check[] {
  return NEEDED_CHECKS.filter((check) => properties.verificationStates[check]?.status !== 'Verified')
}

function notVerified(missing: readonly Check[]): Failure {
  return failed(
    `Not verified: ${missing.join(', ')}.`,
    'Publish the records above; DNS may take half an hour to show them. Then run this again.',
  )
}

type ReadDomain = { readonly type: 'domain'; readonly domain: DomainAnswer; readonly body: unknown }

async function readDomain(api: Api, id: string): Promise<ReadDomain | Failure> {
  const answer = await api.call('GET', armPath(id), QUERY)
  if (answer.type === 'failed') return answer
  const domain = parseDomain(answer.body)
  return domain === undefined ? unexpectedAnswer(id) : { type: 'domain', domain, body: answer.body }
}
