// `postern event list`: what happened, newest first, in the whole tenant or in one communication service.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { EVENT_COLUMNS, eventList } from '../event-answers.ts'
import { findEventScope } from '../event-scope.ts'
import type { Failure } from '../failure.ts'
import { printable } from '../printable.ts'
import { renderTable } from '../table.ts'

type Flags = ApiFlags & {
  readonly scope: string
  readonly type?: string
  readonly limit?: number
  readonly before?: string
}

export function addEventList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List events, newest first. --output json shows what they say.',
    examples: ['postern event list', 'postern event list --type Microsoft.Communication.EmailDeliveryReportReceived'],
  })
    .option('--scope <id>', 'id of a communication service; / is the whole tenant', '/')
    .option('--type <name>', 'only events of this type')
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .option('--before <event>', 'only older ones than this')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, flags: Flags): Promise<Answer | Failure> {
  const { type, limit, before } = flags
  const scope = await findEventScope(api, flags)
  if (scope.type === 'failed') return scope
  const answer = await api.call('GET', `${scope.path}/events`, { type, limit, before })
  if (answer.type === 'failed') return answer
  const parsed = eventList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the events')
  const { value, nextLink } = parsed.data
  const last = printable(value.at(-1)?.id ?? '')
  const older = nextLink === undefined ? '' : `\nOlder ones: the same with --before ${last}\n`
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => (value.length === 0 ? 'No events.\n' : renderTable(value, EVENT_COLUMNS, paper) + older),
  }
}
