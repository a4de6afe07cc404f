// `postern communication smtp-username create`: a short login name that stands for an application. Its password stays a client secret
// of that application. Azure: control-plane reference §5.10.

import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'
import { createResource } from '../resource-commands.ts'
import { addPlaceOptions, findService, type PlaceFlags } from '../resource-lookup.ts'
import { entriesOfSmtpUsername, resourceNameOf } from '../smtp-username-answers.ts'

type Flags = ApiFlags &
  PlaceFlags & {
    readonly commServiceName?: string
    readonly smtpUsername?: string
    readonly username?: string
    readonly generate?: true
    readonly entraApplicationId: string
    readonly defaultFrom?: string
  }

export function addCommunicationSmtpUsernameCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description: 'Give an application a short SMTP user name. It is unique over the installation.',
    examples: [
      'postern communication smtp-username create --username printer \\\n    --entra-application-id 11111111-2222-3333-4444-555555555555',
      'postern communication smtp-username create --generate --entra-application-id 11111111-2222-3333-4444-555555555555',
    ],
  })
    .option('--username <text>', 'what a device signs in as: free text, or an address of a connected domain')
    .option('--generate', 'let the server make up a user name of at most 32 characters, for devices with short fields')
    .requiredOption('--entra-application-id <id>', 'application (client) id')
    .option(
      '--default-from <address>',
      'send as this where the device uses an address that it may not (docs/devices.md)',
    )
    .option('--smtp-username <name>', 'name of the resource (default: made from --username, or device-…)')
    .option(
      '--comm-service-name <name>',
      'communication service: name or id (default: that of the quickstart, or the only one)',
    )
  addPlaceOptions(command, 'find').action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, flags: Flags): Promise<Answer | Failure> {
  const { username, generate, entraApplicationId } = flags
  if ((username === undefined) === (generate === undefined))
    return misused('Give either --username or --generate.', 'postern communication smtp-username create --help')
  const service = await findService(api, flags.commServiceName, flags, '--comm-service-name')
  if (service.type === 'failed') return service
  const properties = {
    ...(username !== undefined && { username }),
    entraApplicationId,
    tenantId: api.connection.tenantId,
    ...(flags.defaultFrom !== undefined && { defaultFrom: flags.defaultFrom }),
  }
  const name =
    flags.smtpUsername ?? (username === undefined ? `device-${randomUUID().slice(0, 8)}` : resourceNameOf(username))
  const id = `${service.id}/smtpUsernames/${name}`
  return createResource(api, id, { properties }, entriesOfSmtpUsername)
}
