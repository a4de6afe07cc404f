// `postern ad app credential delete`: ends one client secret. The next message of a session that used it is refused.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { findApplication, isGuid } from '../directory-lookup.ts'
import { type Failure, misused } from '../failure.ts'
import { printable } from '../printable.ts'

type Flags = ApiFlags & { readonly id: string; readonly keyId: string }

export function addAdAppCredentialDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description: 'Remove one client secret of an application. It stops working at once.',
    examples: [
      'postern ad app credential delete --id 11111111-2222-3333-4444-555555555555 \\\n    --key-id 66666666-7777-8888-9999-000000000000',
    ],
  })
    .requiredOption('--id <id>', 'application id or object id of the application')
    .requiredOption('--key-id <id>', 'which secret: its key id, as `list` shows it')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => deleteCredential(api, flags)))
}

async function deleteCredential(api: Api, { id, keyId }: Flags): Promise<Answer | Failure> {
  // Not repeated in the message: people give the secret itself by mistake.
  if (!isGuid(keyId))
    return misused('The key id is not a GUID.', `See the key ids: postern ad app credential list --id ${id}`)
  const found = await findApplication(api, id)
  if (found.type === 'failed') return found
  const answer = await api.call('POST', `/v1.0/applications/${found.application.id}/removePassword`, {}, { keyId })
  if (answer.type === 'failed') return answer
  return {
    type: 'answer',
    json: answer.body,
    text: () => `Removed secret ${keyId} of ${printable(found.application.displayName)}\n`,
  }
}
