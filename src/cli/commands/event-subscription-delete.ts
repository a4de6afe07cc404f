// `postern event subscription delete`: somebody is told of no more events, also not of those that wait.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { addEventScopeOptions, type EventScopeFlags, findEventScope, subscriptionPath } from '../event-scope.ts'
import type { Failure } from '../failure.ts'
import { deletionLine } from '../resource-commands.ts'

type Flags = ApiFlags & EventScopeFlags & { readonly name: string }

export function addEventSubscriptionDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Send no more events to an endpoint. What it was not told yet is forgotten.',
    examples: ['postern event subscription delete --name monitor'],
  }).requiredOption('--name <name>', 'name of the subscription')
  addEventScopeOptions(command).action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const scope = await findEventScope(api, flags)
  if (scope.type === 'failed') return scope
  const answer = await api.call('DELETE', subscriptionPath(scope.path, flags.name))
  if (answer.type === 'failed') return answer
  return { type: 'answer', json: answer.body, text: () => deletionLine(answer.status, `subscription ${flags.name}`) }
}
