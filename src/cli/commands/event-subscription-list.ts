// `postern event subscription list`: who is told of events.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { eventSubscriptionList, SUBSCRIPTION_COLUMNS } from '../event-answers.ts'
import { addEventScopeOptions, type EventScopeFlags, findEventScope } from '../event-scope.ts'
import type { Failure } from '../failure.ts'
import { renderTable } from '../table.ts'

type Flags = ApiFlags & EventScopeFlags

export function addEventSubscriptionList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List who is told of events.',
    examples: ['postern event subscription list', 'postern event subscription list --scope /'],
  })
  addEventScopeOptions(command).action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const scope = await findEventScope(api, flags)
  if (scope.type === 'failed') return scope
  const answer = await api.call('GET', `${scope.path}/eventSubscriptions`)
  if (answer.type === 'failed') return answer
  const parsed = eventSubscriptionList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the subscriptions')
  const { value } = parsed.data
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => (value.length === 0 ? 'Nobody is told.\n' : renderTable(value, SUBSCRIPTION_COLUMNS, paper)),
  }
}
