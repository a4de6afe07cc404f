// `postern group list`: the resource groups that the caller may read.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { listResources, type ResourceAnswer, textIn } from '../resource-commands.ts'
import { addSubscriptionOption, findSubscription, RESOURCES_API_VERSION } from '../resource-lookup.ts'
import type { Column } from '../table.ts'

const COLUMNS: readonly Column<ResourceAnswer>[] = [
  { heading: 'Name', value: ({ name }) => name },
  { heading: 'Location', value: ({ location }) => location },
  { heading: 'State', value: (group) => textIn(group, 'provisioningState') },
]

type Flags = ApiFlags & { readonly subscription?: string }

export function addGroupList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List resource groups.',
    examples: ['postern group list'],
  })
  addSubscriptionOption(command).action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const subscription = await findSubscription(api, flags)
  if (subscription.type === 'failed') return subscription
  return listResources(api, `${subscription.id}/resourcegroups`, COLUMNS, RESOURCES_API_VERSION)
}
