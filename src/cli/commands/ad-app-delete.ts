// `postern ad app delete`: an application with its service principal and its secrets. Its next message is refused.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { findApplication } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { printable } from '../printable.ts'

type Flags = ApiFlags & { readonly id: string }

export function addAdAppDelete(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete an application with its service principal and secrets. It can send no more from then on.',
    examples: ['postern ad app delete --id 11111111-2222-3333-4444-555555555555'],
  })
    .requiredOption('--id <id>', 'application id or object id of the application')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, { id }: Flags): Promise<Answer | Failure> {
  const found = await findApplication(api, id)
  if (found.type === 'failed') return found
  const { application } = found
  const answer = await api.call('DELETE', `/v1.0/applications/${application.id}`)
  if (answer.type === 'failed') return answer
  const text = `Deleted ${printable(application.displayName)} (${application.appId})\n`
  return { type: 'answer', json: undefined, text: () => text }
}
