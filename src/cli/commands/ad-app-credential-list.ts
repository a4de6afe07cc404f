// `postern ad app credential list`: the client secrets of an application, without their values.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type PasswordCredential, findApplication } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { type Column, renderTable, showTime } from '../table.ts'

type Flags = ApiFlags & { readonly id: string }

export function addAdAppCredentialList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List the client secrets of an application: their hints and dates, never their values.',
    examples: ['postern ad app credential list --id 11111111-2222-3333-4444-555555555555'],
  })
    .requiredOption('--id <id>', 'application id or object id of the application')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => listCredentials(api, flags.id, context.now())))
}

async function listCredentials(api: Api, id: string, now: number): Promise<Answer | Failure> {
  const found = await findApplication(api, id)
  if (found.type === 'failed') return found
  const { passwordCredentials: json } = found.body as { readonly passwordCredentials: unknown }
  const { passwordCredentials } = found.application
  return { type: 'answer', json, text: (paper) => renderTable(passwordCredentials, columnsAt(now), paper) }
}

function columnsAt(now: number): readonly Column<PasswordCredential>[] {
  return [
    { heading: 'Key id', value: ({ keyId }) => keyId },
    { heading: 'Hint', value: ({ hint }) => (hint ? `${hint}…` : '') },
    { heading: 'Name', value: ({ displayName }) => displayName ?? '', flexible: true },
    { heading: 'From', value: ({ startDateTime }) => showTime(startDateTime) },
    { heading: 'To', value: ({ endDateTime }) => showTime(endDateTime) },
    { heading: 'State', value: (credential) => stateOf(credential, now) },
  ]
}

function stateOf({ startDateTime, endDateTime }: PasswordCredential, now: number): string {
  if (Date.parse(endDateTime) <= now) return 'expired'
  return Date.parse(startDateTime) > now ? 'not yet valid' : 'valid'
}
