// `postern ad app create`: an application and its service principal, which is who gets roles. Two calls, as in the article; when the
// second fails the first is named with the command that undoes it.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { createApplication, ensureServicePrincipal } from '../applications.ts'
import type { Failure } from '../failure.ts'
import { renderEntries } from '../table.ts'

type Flags = ApiFlags & { readonly displayName: string }

export function addAdAppCreate(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'create',
    description: 'Make an application with its service principal. It has no secret and no role yet.',
    examples: ['postern ad app create --display-name "Printer, second floor"'],
  })
    .requiredOption('--display-name <text>', 'its name; names need not be unique')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, { displayName }: Flags): Promise<Answer | Failure> {
  const made = await createApplication(api, displayName)
  if (made.type === 'failed') return made
  const { application, body } = made
  const principal = await ensureServicePrincipal(api, application.appId)
  if (principal.type === 'failed')
    return {
      ...principal,
      notes: [`Made before that: the application. Remove: postern ad app delete --id ${application.appId}`],
    }
  return {
    type: 'answer',
    json: { ...(body as object), servicePrincipalId: principal.id },
    text: (paper) =>
      renderEntries(
        [
          ['Name', application.displayName],
          ['Application id', application.appId],
          ['Object id', application.id],
          ['Service principal', principal.id],
        ],
        paper,
      ),
  }
}
