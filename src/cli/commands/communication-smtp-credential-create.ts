// `postern communication smtp-credential create`: everything a device or a program needs to send, in one step, and the sheet to set it up.

import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import {
  type Answer,
  type ApiFlags,
  type CommandContext,
  addApiCommand,
  positiveInteger,
  runApiCommand,
} from '../command.ts'
import { renderDeviceSheet, renderVariables, smtpVariables } from '../device-sheet.ts'
import type { Failure } from '../failure.ts'
import { yearsLater } from '../iso-time.ts'
import { createLedger, type Ledger } from '../ledger.ts'
import { addPlaceOptions, findService, type PlaceFlags } from '../resource-lookup.ts'
import { ARTICLE_ROLE, makeSmtpCredential, type SmtpCredential } from '../smtp-credential.ts'
import { type Paper, showTime } from '../table.ts'

type Flags = ApiFlags &
  PlaceFlags & {
    readonly name: string
    readonly commServiceName?: string
    readonly appId?: string
    readonly role: string
    readonly username?: string
    readonly years?: number
  }

export function addCommunicationSmtpCredentialCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description:
      'Make all that a device or program needs to send: application, role, SMTP user name and secret; and print its settings. ' +
      'What is there already is used; the secret is new each time.',
    examples: [
      'postern communication smtp-credential create --name printer',
      'postern communication smtp-credential create --name sap --comm-service-name contoso --role "Email Sender"',
    ],
  })
    .requiredOption('-n, --name <text>', 'name of the application, and its SMTP user name')
    .option(
      '--comm-service-name <name>',
      'communication service: name or id (default: that of the quickstart, or the only one)',
    )
    .option('--app-id <id>', 'an application that is there already, by application id')
    .option('--role <role>', 'role that lets it send; the default is made where it is missing', ARTICLE_ROLE)
    .option('--username <text>', 'SMTP user name (default: the name)')
    .addOption(new Option('--years <number>', 'how long the secret lasts (default: 2)').argParser(positiveInteger))
  addPlaceOptions(command, 'find').action((flags: Flags) =>
    runApiCommand(context, flags, (api) => create(api, flags, context.now())),
  )
}

async function create(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const service = await findService(api, flags.commServiceName, flags, '--comm-service-name')
  if (service.type === 'failed') return service
  const ledger = createLedger()
  const request = {
    serviceId: service.id,
    name: flags.name,
    appId: flags.appId,
    role: flags.role,
    username: flags.username ?? usernameFrom(flags.name),
    endDateTime: flags.years === undefined ? undefined : yearsLater(now, flags.years),
  }
  const made = await makeSmtpCredential(api, request, ledger)
  return made.type === 'failed' ? ledger.explain(made) : answerOf(made, ledger)
}

/** A user name has no white space. */
function usernameFrom(name: string): string {
  return name.trim().replace(/\s+/g, '-')
}

function answerOf(credential: SmtpCredential, ledger: Ledger): Answer {
  const { type: _, secret, settings, ...ids } = credential
  const environment = smtpVariables(settings, secret)
  const json = { ...ids, secretText: secret, made: ledger.made(), settings, environment }
  return { type: 'answer', json, text: (paper) => show(credential, environment, ledger, paper) }
}

function show(
  { applicationId, secret, endDateTime, settings }: SmtpCredential,
  environment: Readonly<Record<string, string>>,
  ledger: Ledger,
  paper: Paper,
): string {
  return [
    renderDeviceSheet(settings, secret, paper),
    `The secret is shown only now. It ends ${showTime(endDateTime)}.`,
    `Made: ${ledger.made().join(', ')}. Application id: ${applicationId}`,
    '',
    'As variables:',
    '',
    renderVariables(environment),
  ].join('\n')
}
