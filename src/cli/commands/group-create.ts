// `postern group create`: a resource group.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { resourceAnswer } from '../resource-commands.ts'
import { addSubscriptionOption, armPath, findSubscription, RESOURCES_API_VERSION } from '../resource-lookup.ts'

type Flags = ApiFlags & { readonly name: string; readonly location: string; readonly subscription?: string }

export function addGroupCreate(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'create',
    description: 'Make a resource group. One that is there already stays as it is.',
    examples: ['postern group create --name mail --location global'],
  })
    .requiredOption('-n, --name <name>', 'its name')
    .option('-l, --location <name>', 'any region name, or global', 'global')
  addSubscriptionOption(command).action((flags: Flags) => runApiCommand(context, flags, (api) => create(api, flags)))
}

async function create(api: Api, flags: Flags): Promise<Answer | Failure> {
  const subscription = await findSubscription(api, flags)
  if (subscription.type === 'failed') return subscription
  const id = `${subscription.id}/resourcegroups/${flags.name}`
  const query = { 'api-version': RESOURCES_API_VERSION }
  // Azure: a PUT would take the tags of a group that is there.
  const there = await api.call('GET', armPath(id), query)
  const missing = there.type === 'failed' && there.status === 404
  const answer = missing ? await api.call('PUT', armPath(id), query, { location: flags.location }) : there
  if (answer.type === 'failed') return answer
  return resourceAnswer(answer.body, id, (group) => [
    ['Name', group.name],
    ['Location', group.location],
    ['Id', group.id],
  ])
}
