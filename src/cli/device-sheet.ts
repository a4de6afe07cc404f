// The sheet for whoever sets up a device or a program, and the same as variables for a program that reads its environment.

import { z } from 'zod'
import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import type { Failure } from './failure.ts'
import { armPath } from './resource-lookup.ts'
import { type Entry, type Paper, renderEntries } from './table.ts'

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
export type SmtpSettings = z.infer<typeof smtpSettings>['properties']

export type ReadSettings = { readonly type: 'settings'; readonly settings: SmtpSettings; readonly body: unknown }

export async function readSmtpSettings(
  api: Api,
  serviceId: string,
  applicationId: string | undefined,
): Promise<ReadSettings | Failure> {
  const path = `${armPath(serviceId)}/providers/Postern.Mail/smtpSettings`
  const answer = await api.call('GET', path, { applicationId })
  if (answer.type === 'failed') return answer
  const parsed = smtpSettings.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the settings')
  return { type: 'settings', settings: parsed.data.properties, body: answer.body }
}

export function renderDeviceSheet(settings: SmtpSettings, password: string, paper: Paper): string {
  const { host, minimumTlsVersion, usernames, aliases, senderAddresses } = settings
  const parts = '<resource>.<application id>.<tenant id>, or with | instead of the dots'
  const entries: readonly Entry[] = [
    ['Server / smart host', host],
    ['Port', portLines(settings)],
    ['TLS / StartTLS', `required, version ${minimumTlsVersion} or later`],
    [
      'User name',
      usernames === null ? parts : [usernames.dot, usernames.pipe, ...aliases.map(({ username }) => username)],
    ],
    ['Password', password],
    ['Sender address', senderAddresses.length === 0 ? 'none: connect a verified domain first' : senderAddresses],
  ]
  return renderEntries(entries, paper)
}

/** A door that is not there has port 0. */
function portLines({ port, implicitTlsPort, port25 }: SmtpSettings): readonly string[] {
  const doors = [
    [port, 'with STARTTLS', 587],
    [port25, 'with STARTTLS', 25],
    [implicitTlsPort, 'with TLS from the start', 465],
  ] as const
  return doors
    .filter(([number]) => number > 0)
    .map(([number, how, usual]) => `${number} ${how}${number === usual ? '' : ` (stands for ${usual})`}`)
}

/** As a shell and a `.env` file both read it. The shortest user name is taken: some programs cut long ones off. */
export function smtpVariables(settings: SmtpSettings, password: string): Readonly<Record<string, string>> {
  const names = [settings.usernames?.dot ?? '', ...settings.aliases.map(({ username }) => username)]
  const shortest = names.reduce((best, name) => (name.length < best.length ? name : best))
  return {
    SMTP_HOST: settings.host,
    SMTP_PORT: String(settings.port || settings.implicitTlsPort),
    SMTP_USERNAME: shortest,
    SMTP_PASSWORD: password,
    SMTP_FROM: settings.senderAddresses[0] ?? '',
  }
}

export function renderVariables(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('')
}

/** Not quoted where no reader of such files needs it: some keep the quotes. */
function quoted(value: string): string {
  return /^[\w@%+=:,./-][\w@%+=:,./~-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
