// `postern ad app list`: the applications of the tenant.

import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type ApplicationAnswer, listApplications, odataText } from '../applications.ts'
import type { Failure } from '../failure.ts'
import { type Column, renderTable } from '../table.ts'

type Flags = ApiFlags & { readonly displayName?: string; readonly appId?: string }

const COLUMNS: readonly Column<ApplicationAnswer>[] = [
  { heading: 'Application id', value: ({ appId }) => appId },
  { heading: 'Object id', value: ({ id }) => id },
  { heading: 'Name', value: ({ displayName }) => displayName, flexible: true },
]

export function addAdAppList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List applications.',
    examples: ['postern ad app list', 'postern ad app list --display-name Printer'],
  })
    .option('--display-name <text>', 'only those whose name begins like this')
    .addOption(new Option('--app-id <id>', 'only the one with this application id').conflicts('displayName'))
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, { displayName, appId }: Flags): Promise<Answer | Failure> {
  const byName = displayName === undefined ? undefined : `startswith(displayName,${odataText(displayName)})`
  const read = await listApplications(api, appId === undefined ? byName : `appId eq ${odataText(appId)}`)
  if (read.type === 'failed') return read
  return { type: 'answer', json: read.body, text: (paper) => renderTable(read.applications, COLUMNS, paper) }
}
