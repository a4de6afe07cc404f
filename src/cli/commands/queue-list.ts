// `postern queue list`: what waits, for how long, and why.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showLength, showUntil } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { printable } from '../printable.ts'
import { type Queued, queueList } from '../queue-answers.ts'
import { addFilterOptions, type FilterFlags, filterOf, QUEUE } from '../queue-selection.ts'
import { type Column, type Paper, renderTable } from '../table.ts'
import { addStateOption } from './queue-summary.ts'

type Flags = ApiFlags & FilterFlags & { readonly state?: string; readonly limit?: number; readonly before?: string }

export function addQueueList(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'list',
    description: 'List the messages that wait, newest first, with their next attempt and what the last one was told.',
    examples: ['postern queue list --destination example.com', 'postern queue list --state held'],
  })
  addStateOption(addFilterOptions(command))
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .option('--before <queue id>', 'only messages older than this one')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => listQueue(api, flags, context.now())))
}

async function listQueue(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const { state, limit, before } = flags
  const answer = await api.call('GET', QUEUE, { ...filterOf(flags), state, limit, before })
  if (answer.type === 'failed') return answer
  const parsed = queueList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the queue')
  const { value, nextLink } = parsed.data
  return { type: 'answer', json: answer.body, text: (paper) => renderQueue(value, now, paper) + moreOf(nextLink) }
}

const columns = (now: number): readonly Column<Queued>[] => [
  { heading: 'Queue id', value: ({ id }) => id },
  { heading: 'Age', value: ({ receivedAt }) => showLength(now - Date.parse(receivedAt)) },
  { heading: 'State', value: ({ state }) => state },
  { heading: 'Next attempt', value: ({ nextAttemptAt }) => showUntil(nextAttemptAt, now) },
  { heading: 'From', value: ({ reversePath }) => (reversePath === '' ? '<>' : reversePath), flexible: true },
  { heading: 'To', value: ({ recipients }) => recipientsLeft(recipients), flexible: true },
  { heading: 'Attempts', value: ({ recipients }) => Math.max(...recipients.map(({ attempts }) => attempts)) },
  { heading: 'Last reply', value: ({ recipients }) => lastReply(recipients), flexible: true },
]

function renderQueue(value: readonly Queued[], now: number, paper: Paper): string {
  return value.length === 0 ? 'Nothing waits here.\n' : renderTable(value, columns(now), paper)
}

type Recipients = Queued['recipients']
const leftOf = (recipients: Recipients) =>
  recipients.filter(({ status }) => status === 'queued' || status === 'deferred')

function recipientsLeft(recipients: Recipients): string {
  const [first, ...more] = leftOf(recipients)
  return `${first?.forwardPath ?? ''}${more.length > 0 ? ` and ${more.length} more` : ''}`
}

const lastReply = (recipients: Recipients): string | undefined =>
  leftOf(recipients).find((recipient) => recipient.lastReply !== undefined)?.lastReply

/** A page may be empty and not the last. */
function moreOf(nextLink: string | undefined): string {
  const before = nextLink === undefined ? null : new URL(nextLink).searchParams.get('before')
  return before === null ? '' : `\nOlder ones: the same with --before ${printable(before)}\n`
}
