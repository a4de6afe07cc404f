// `postern communication settings`: the sheet for whoever sets up a device or a program: server, ports, TLS, user name in all its
// forms, where the password comes from, and which sender addresses may be used.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { readSmtpSettings, renderDeviceSheet, type SmtpSettings } from '../device-sheet.ts'
import type { Failure } from '../failure.ts'
import { addPlaceOptions, findService, type PlaceFlags } from '../resource-lookup.ts'
import type { Paper } from '../table.ts'

type Flags = ApiFlags & PlaceFlags & { readonly name?: string; readonly appId?: string }

export function addCommunicationSettings(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'settings',
    description: 'Show what to enter in a device or program so that it can send.',
    examples: [
      'postern communication settings',
      'postern communication settings --app-id 11111111-2222-3333-4444-555555555555',
    ],
  })
    .option('-n, --name <name>', 'communication service: name or id (default: that of the quickstart, or the only one)')
    .option('--app-id <id>', 'application that will send (default: that of the quickstart)')
  addPlaceOptions(command, 'find').action((flags: Flags) =>
    runApiCommand(context, flags, (api) => showSettings(api, flags)),
  )
}

async function showSettings(api: Api, flags: Flags): Promise<Answer | Failure> {
  const { quickstart } = api.connection
  const service = await findService(api, flags.name, flags, '--name')
  if (service.type === 'failed') return service
  const isOfQuickstart = service.id === quickstart?.communicationServiceId
  const applicationId = flags.appId ?? (isOfQuickstart ? quickstart?.application.applicationId : undefined)
  const read = await readSmtpSettings(api, service.id, applicationId)
  if (read.type === 'failed') return read
  return { type: 'answer', json: read.body, text: (paper) => show(read.settings, applicationId, paper) }
}

function show(settings: SmtpSettings, applicationId: string | undefined, paper: Paper): string {
  const application = applicationId ?? '<application id>'
  const sheet = renderDeviceSheet(settings, `a client secret of application ${application}`, paper)
  const reset = `postern ad app credential reset --id ${application} --append`
  return `${sheet}\nSecrets are shown only when they are made. A new one: ${reset}\n`
}
