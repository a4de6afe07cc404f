// `postern ad sp create`: the service principal of an application that lost its own. It has no role yet. Azure: `az ad sp create`.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { ensureServicePrincipal } from '../applications.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { findApplication } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { renderEntries } from '../table.ts'

type Flags = ApiFlags & { readonly id: string }

export function addAdSpCreate(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'create',
    description: 'Make the service principal of an application, which is who gets roles. One that is there is shown.',
    examples: ['postern ad sp create --id 11111111-2222-3333-4444-555555555555'],
  })
    .requiredOption('--id <id>', 'application id or object id of the application')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, { id }: Flags): Promise<Answer | Failure> {
  const found = await findApplication(api, id)
  if (found.type === 'failed') return found
  const { appId, displayName } = found.application
  const principal = await ensureServicePrincipal(api, appId)
  if (principal.type === 'failed') return principal
  const json = { id: principal.id, appId, displayName, created: principal.made }
  return {
    type: 'answer',
    json,
    text: (paper) =>
      renderEntries(
        [
          ['Name', displayName],
          ['Application id', appId],
          ['Service principal', principal.id],
        ],
        paper,
      ),
  }
}
