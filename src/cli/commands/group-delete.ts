// `postern group delete`: a resource group with everything in it. Because that may be all of a tenant's mail, it wants to be told so.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, misused } from '../failure.ts'
import { deleteResource } from '../resource-commands.ts'
import { addSubscriptionOption, findSubscription, RESOURCES_API_VERSION } from '../resource-lookup.ts'

type Flags = ApiFlags & { readonly name: string; readonly yes?: true; readonly subscription?: string }

export function addGroupDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Delete a resource group with everything in it: services, domains, and the roles assigned there.',
    examples: ['postern group delete --name mail --yes'],
  })
    .requiredOption('-n, --name <name>', 'its name')
    .option('-y, --yes', 'everything in it may go')
  addSubscriptionOption(command).action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  if (flags.yes !== true)
    return misused(`Deleting ${flags.name} deletes everything in it.`, 'Give --yes when that is meant.')
  const subscription = await findSubscription(api, flags)
  if (subscription.type === 'failed') return subscription
  return deleteResource(api, `${subscription.id}/resourcegroups/${flags.name}`, RESOURCES_API_VERSION)
}
