// `postern event subscription show`: one subscriber to events, and with --deliveries what it was told and what not.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { DELIVERY_COLUMNS, deliveryList, entriesOfSubscription, eventSubscription } from '../event-answers.ts'
import { addEventScopeOptions, type EventScopeFlags, findEventScope, subscriptionPath } from '../event-scope.ts'
import { type Failure, misused } from '../failure.ts'
import { renderEntries, renderTable } from '../table.ts'

type Flags = ApiFlags &
  EventScopeFlags & {
    readonly name: string
    readonly deliveries?: string | true
    readonly limit?: number
    readonly before?: string
  }

export function addEventSubscriptionShow(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'show',
    description: 'Show who is told of events, or what they were told: --deliveries dead is what was given up.',
    examples: [
      'postern event subscription show --name monitor',
      'postern event subscription show --name monitor --deliveries dead',
    ],
  })
    .requiredOption('--name <name>', 'name of the subscription')
    .option('--deliveries [status]', 'what was told, newest first: pending, delivered, dead, or all')
    .option('--limit <number>', 'how many deliveries, 1 to 1000 (default: 100)', pageSize)
    .option('--before <event>', 'only deliveries of older events than this')
  addEventScopeOptions(command).action((flags: Flags) => runApiCommand(context, flags, (api) => show(api, flags)))
}

async function show(api: Api, flags: Flags): Promise<Answer | Failure> {
  const scope = await findEventScope(api, flags)
  if (scope.type === 'failed') return scope
  const path = subscriptionPath(scope.path, flags.name)
  if (flags.deliveries !== undefined) return showDeliveries(api, path, flags)
  const answer = await api.call('GET', path)
  if (answer.type === 'failed') return answer
  const parsed = eventSubscription.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the subscription')
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => renderEntries(entriesOfSubscription(parsed.data), paper),
  }
}

async function showDeliveries(api: Api, path: string, { deliveries, limit, before }: Flags): Promise<Answer | Failure> {
  const status = deliveries === true || deliveries === 'all' ? undefined : deliveries
  if (status !== undefined && !['pending', 'delivered', 'dead'].includes(status))
    return misused(`There are no deliveries that are ${status}.`, 'Say pending, delivered, dead or all.')
  const answer = await api.call('GET', `${path}/deliveries`, { status, limit, before })
  if (answer.type === 'failed') return answer
  const parsed = deliveryList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the deliveries')
  const { value, nextLink } = parsed.data
  const older = nextLink === undefined ? '' : `\nOlder ones: the same with --before ${value.at(-1)?.eventId ?? ''}\n`
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => (value.length === 0 ? 'None.\n' : renderTable(value, DELIVERY_COLUMNS, paper) + older),
  }
}
