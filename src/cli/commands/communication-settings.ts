// `postern communication settings`: the sheet for whoever sets up a device or a program: server, ports, TLS, user name in all its
// forms, where the password comes from, and which sender addresses may be used.

import type { Command } from 'commander'
import { z } from 'zod'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { type Failure, misused } from '../failure.ts'
import { type Entry, type Paper, renderEntries } from '../table.ts'

type Flags = ApiFlags & { readonly id?: string; readonly appId?: string }

const smtpSettings = z.object({
  properties: z.object({
    host: z.string(),
    port: z.number(),
    implicitTlsPort: z.number(),
    port25: z.number(),
    minimumTlsVersion: z.string(),
    usernames: z.object({ dot: z.string(), pipe: z.string() }).nullable(),
    aliases: z.array(z.object({ username: z.string() })),
    senderAddresses: z.array(z.string()),
  }),
})
type Settings = z.infer<typeof smtpSettings>['properties']

export function addCommunicationSettings(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'settings',
    description: 'Show what to enter in a device or program so that it can send.',
    examples: [
      'postern communication settings',
      'postern communication settings --app-id 11111111-2222-3333-4444-555555555555',
    ],
  })
    .option('--id <id>', 'communication service (default: that of the quickstart)')
    .option('--app-id <id>', 'application that will send (default: that of the quickstart)')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => showSettings(api, flags)))
}

async function showSettings(api: Api, flags: Flags): Promise<Answer | Failure> {
  const { quickstart } = api.connection
  const id = flags.id ?? quickstart?.communicationServiceId
  if (id?.startsWith('/') !== true)
    return misused('Nothing says which communication service.', 'Give --id its full resource id.')
  const isOfQuickstart = id === quickstart?.communicationServiceId
  const applicationId = flags.appId ?? (isOfQuickstart ? quickstart?.application.applicationId : undefined)
  const path = id.split('/').map(encodeURIComponent).join('/')
  const answer = await api.call('GET', `${path}/providers/Postern.Mail/smtpSettings`, { applicationId })
  if (answer.type === 'failed') return answer
  const parsed = smtpSettings.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the settings')
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => renderSettings(parsed.data.properties, applicationId, paper),
  }
}

function renderSettings(settings: Settings, applicationId: string | undefined, paper: Paper): string {
  const { host, port, implicitTlsPort, port25, minimumTlsVersion, usernames, aliases, senderAddresses } = settings
  const parts = '<resource>.<application id>.<tenant id>, or with | instead of the dots'
  const entries: readonly Entry[] = [
    ['Server / smart host', host],
    [
      'Port',
      [
        `${port} with STARTTLS (stands for 587)`,
        `${port25} with STARTTLS (stands for 25)`,
        `${implicitTlsPort} with TLS from the start (stands for 465)`,
      ],
    ],
    ['TLS / StartTLS', `required, version ${minimumTlsVersion} or later`],
    [
      'User name',
      usernames === null ? parts : [usernames.dot, usernames.pipe, ...aliases.map(({ username }) => username)],
    ],
    ['Password', `a client secret of application ${applicationId ?? '<application id>'}`],
    ['Sender address', senderAddresses.length === 0 ? 'none: connect a verified domain first' : senderAddresses],
  ]
  const reset = `postern ad app credential reset --id ${applicationId ?? '<application id>'} --append`
  return `${renderEntries(entries, paper)}\nSecrets are shown only when they are made. A new one: ${reset}\n`
}
