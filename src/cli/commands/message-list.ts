// `postern message list`: accepted messages that the caller may see, newest first, all of them or those that fit; metadata, never content.

import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showLength, showUntil } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { isoTime } from '../iso-time.ts'
import { type MessageList, type MessageSummary, messageList } from '../mail-answers.ts'
import { printable } from '../printable.ts'
import { type Column, type Paper, renderTable, showTime } from '../table.ts'

type Flags = ApiFlags & {
  readonly sender?: string
  readonly recipient?: string
  readonly messageId?: string
  readonly status?: string
  readonly application?: string
  readonly since?: string
  readonly until?: string
  readonly limit?: number
  readonly before?: string
}

/** Of a search that finds little, each looking at some thousand messages. */
const MOST_PAGES = 20

const columns = (now: number): readonly Column<MessageSummary>[] => [
  { heading: 'Queue id', value: ({ id }) => id },
  { heading: 'Received', value: ({ receivedAt }) => showTime(receivedAt) },
  { heading: 'Age', value: ({ receivedAt }) => showLength(now - Date.parse(receivedAt)) },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Next attempt', value: ({ recipients }) => nextAttemptOf(recipients, now) },
  { heading: 'From', value: ({ reversePath }) => (reversePath === '' ? '<>' : reversePath), flexible: true },
  { heading: 'To', value: ({ recipients }) => recipientsOf(recipients), flexible: true },
  { heading: 'Subject', value: ({ subject }) => subject, flexible: true },
]

export function addMessageList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List accepted messages, newest first. What is given must all fit.',
    examples: [
      'postern message list --limit 20',
      'postern message list --recipient one@example.com --since 2031-01-31',
      'postern message list --status failed --application 11111111-2222-3333-4444-555555555555',
    ],
  })
    .option('--sender <address>', 'from this address; <> are reports')
    .option('--recipient <address>', 'to this address, among others')
    .option('--message-id <id>', 'with this Message-ID; several messages may have it')
    .addOption(new Option('--status <status>', 'as it is now').choices(['queued', 'delivered', 'failed', 'partial']))
    .option('--application <id>', 'of this application (client) id')
    .option('--since <time>', 'received not before this: 2031-01-31 or 2031-01-31T18:00:00Z', isoTime)
    .option('--until <time>', 'received not after this', isoTime)
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .option('--before <queue id>', 'only messages older than this one')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => listMessages(api, flags, context.now())))
}

const MESSAGES = '/providers/Postern.Mail/messages'

async function listMessages(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const { sender, recipient, messageId, status, application: applicationId, since, until } = flags
  const query = { sender, recipient, messageId, status, applicationId, since, until }
  const wanted = flags.limit ?? 100
  const pages: Page[] = []
  let { before, limit } = flags
  for (let found = 0; pages.length < MOST_PAGES; limit = wanted - found) {
    const answer = await api.call('GET', MESSAGES, { ...query, limit, before })
    if (answer.type === 'failed') return answer
    const parsed = messageList.safeParse(answer.body)
    if (!parsed.success) return unexpectedAnswer('messages')
    pages.push({ body: answer.body, list: parsed.data })
    found += parsed.data.value.length
    before = nextOf(parsed.data)
    if (before === undefined || found >= wanted) break
  }
  const shown = pages.flatMap(({ list }) => list.value)
  return { type: 'answer', json: together(pages), text: (paper) => renderMessages(shown, before, now, paper) }
}

type Page = { readonly body: unknown; readonly list: MessageList }

const nextOf = ({ nextLink }: MessageList): string | undefined =>
  nextLink === undefined ? undefined : (new URL(nextLink).searchParams.get('before') ?? undefined)

/** One list of what the API said, and the link that the last page ended with. */
function together(pages: readonly Page[]): unknown {
  if (pages.length === 1) return pages[0]?.body
  const value = pages.flatMap(({ body }) => (body as { readonly value: readonly unknown[] }).value)
  const nextLink = pages.at(-1)?.list.nextLink
  return { value, ...(nextLink !== undefined && { nextLink }) }
}

function renderMessages(
  value: readonly MessageSummary[],
  before: string | undefined,
  now: number,
  paper: Paper,
): string {
  const table = value.length === 0 ? 'No messages.\n' : renderTable(value, columns(now), paper)
  return before === undefined ? table : `${table}\nOlder ones: the same with --before ${printable(before)}\n`
}

function recipientsOf(recipients: MessageSummary['recipients']): string {
  const more = recipients.length > 1 ? ` and ${recipients.length - 1} more` : ''
  return `${recipients[0]?.forwardPath ?? ''}${more}`
}

/** ISO times sort as text. */
function nextAttemptOf(recipients: MessageSummary['recipients'], now: number): string | undefined {
  const [first] = recipients.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? []).sort()
  return showUntil(first, now)
}
