// `postern ad app credential list`: what proves applications, without values: until when, and when and from where it was used last. The
// reports name what is to be looked after.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type ListedCredential, listCredentials, type Report } from '../credentials.ts'
import { findApplication } from '../directory-lookup.ts'
import { duration, showSpan } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { type Column, renderTable, showTime } from '../table.ts'

type Flags = ApiFlags & Report & { readonly id?: string }

export function addAdAppCredentialList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description:
      'List the credentials of an application, or of all: hints, dates and last uses, never values. With several reports, what is in any of them.',
    examples: [
      'postern ad app credential list --id 11111111-2222-3333-4444-555555555555',
      'postern ad app credential list --expiring 30d',
      'postern ad app credential list --unused 90d --superseded --output json',
    ],
  })
    .option('--id <id>', 'application id or object id of the application (default: all applications)')
    .option('--unused <time>', 'report: valid ones that nobody has used for so long, such as 90d', duration)
    .option('--expiring <time>', 'report: those that end within so long, such as 30d', duration)
    .option('--superseded', 'report: those that are still used although a newer one exists')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => answerList(api, flags, context.now())))
}

async function answerList(api: Api, { id, ...report }: Flags, now: number): Promise<Answer | Failure> {
  const found = id === undefined ? undefined : await findApplication(api, id)
  if (found?.type === 'failed') return found
  const list = await listCredentials(api, found?.application.appId, report, now)
  if (list.type === 'failed') return list
  const columns = found === undefined ? [...APPLICATION, ...columnsAt(now)] : columnsAt(now)
  return { type: 'answer', json: list.body, text: (paper) => renderTable(list.credentials, columns, paper) }
}

const APPLICATION: readonly Column<ListedCredential>[] = [
  { heading: 'Application', value: ({ applicationName }) => applicationName, flexible: true },
  { heading: 'Application id', value: ({ applicationId }) => applicationId },
]

function columnsAt(now: number): readonly Column<ListedCredential>[] {
  return [
    { heading: 'Key id', value: ({ keyId }) => keyId },
    { heading: 'Kind', value: ({ kind }) => kind },
    { heading: 'Hint', value: ({ hint }) => (hint ? `${hint}…` : '') },
    { heading: 'Name', value: ({ displayName }) => displayName ?? '', flexible: true },
    { heading: 'From', value: ({ startDateTime }) => showTime(startDateTime ?? undefined) },
    { heading: 'To', value: ({ endDateTime }) => showTime(endDateTime ?? undefined) },
    { heading: 'State', value: (credential) => stateOf(credential, now) },
    { heading: 'Last used', value: ({ lastUse }) => showTime(lastUse?.at) },
    { heading: 'From network', value: ({ lastUse }) => lastUse?.network },
    { heading: 'SMTP username', value: ({ lastUse }) => lastUse?.username ?? '', flexible: true },
  ]
}

function stateOf({ startDateTime, endDateTime, supersededBy }: ListedCredential, now: number): string {
  if (startDateTime !== null && Date.parse(startDateTime) > now) return 'not yet valid'
  const end = endDateTime === null ? undefined : Date.parse(endDateTime)
  if (end !== undefined && end <= now) return 'expired'
  const left = end === undefined ? 'valid' : `ends in ${showSpan(now, end)}`
  return supersededBy === null ? left : `${left}, superseded`
}
