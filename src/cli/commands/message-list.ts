// `postern message list`: the newest accepted messages that the caller may see; metadata, never content.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { type MessageList, type MessageSummary, messageList } from '../mail-answers.ts'
import { printable } from '../printable.ts'
import { type Column, type Paper, renderTable, showTime } from '../table.ts'

type Flags = ApiFlags & { readonly limit?: number; readonly before?: string }

const COLUMNS: readonly Column<MessageSummary>[] = [
  { heading: 'Queue id', value: ({ id }) => id },
  { heading: 'Received', value: ({ receivedAt }) => showTime(receivedAt) },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Next attempt', value: ({ recipients }) => nextAttemptOf(recipients) },
  { heading: 'From', value: ({ reversePath }) => reversePath, flexible: true },
  { heading: 'To', value: ({ recipients }) => recipientsOf(recipients), flexible: true },
  { heading: 'Subject', value: ({ subject }) => subject, flexible: true },
]

export function addMessageList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List accepted messages, newest first.',
    examples: ['postern message list --limit 20'],
  })
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .option('--before <queue id>', 'only messages older than this one')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => listMessages(api, flags)))
}

async function listMessages(api: Api, { limit, before }: Flags): Promise<Answer | Failure> {
  const answer = await api.call('GET', '/providers/Postern.Mail/messages', { limit, before })
  if (answer.type === 'failed') return answer
  const parsed = messageList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('messages')
  return { type: 'answer', json: answer.body, text: (paper) => renderMessages(parsed.data, paper) }
}

function renderMessages({ value, nextLink }: MessageList, paper: Paper): string {
  if (value.length === 0) return 'No messages.\n'
  const before = nextLink === undefined ? null : new URL(nextLink).searchParams.get('before')
  const older = before === null ? '' : `\nOlder ones: postern message list --before ${printable(before)}\n`
  return renderTable(value, COLUMNS, paper) + older
}

function recipientsOf(recipients: MessageSummary['recipients']): string {
  const more = recipients.length > 1 ? ` and ${recipients.length - 1} more` : ''
  return `${recipients[0]?.forwardPath ?? ''}${more}`
}

/** ISO times sort as text. */
function nextAttemptOf(recipients: MessageSummary['recipients']): string | undefined {
  const [first] = recipients.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? []).sort()
  return first && showTime(first)
}
