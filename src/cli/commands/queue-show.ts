// `postern queue show`: one message that waits: each recipient with what the last attempt was told, and what stops it.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showLength, showUntil } from '../duration.ts'
import { type Failure, misused } from '../failure.ts'
import { printable } from '../printable.ts'
import { type QueuedDetail, queuedDetail } from '../queue-answers.ts'
import { describeSelection, QUEUE } from '../queue-selection.ts'
import { type Column, type Paper, renderEntries, renderTable } from '../table.ts'

export function addQueueShow(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'show <id>',
    description: 'Show one message that waits: its recipients, their next attempts, and what stops it.',
    examples: ['postern queue show 0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e'],
  }).action((id: string, flags: ApiFlags) => runApiCommand(context, flags, (api) => show(api, id, context.now())))
}

async function show(api: Api, id: string, now: number): Promise<Answer | Failure> {
  if (id === '') return misused('Nothing says which message.', 'postern queue list shows what waits.')
  const answer = await api.call('GET', `${QUEUE}/${encodeURIComponent(id)}`)
  if (answer.type === 'failed') return answer
  const parsed = queuedDetail.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer(`message ${id}`)
  return { type: 'answer', json: answer.body, text: (paper) => renderQueued(parsed.data, now, paper) }
}

const columns = (now: number): readonly Column<QueuedDetail['recipients'][number]>[] => [
  { heading: 'Recipient', value: ({ forwardPath }) => forwardPath },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Attempts', value: ({ attempts }) => attempts },
  { heading: 'Next attempt', value: ({ nextAttemptAt }) => showUntil(nextAttemptAt, now) },
  { heading: 'Last reply', value: ({ lastReply }) => lastReply, flexible: true },
]

function renderQueued(message: QueuedDetail, now: number, paper: Paper): string {
  const entries = renderEntries(
    [
      ['Queue id', message.id],
      ['State', message.state],
      ['Age', showLength(now - Date.parse(message.receivedAt))],
      ['Next attempt', showUntil(message.nextAttemptAt, now)],
      ['From', message.reversePath === '' ? '<>' : message.reversePath],
      ['Subject', message.subject],
      ['Message-ID', `<${message.internetMessageId}>`],
      ['Size', `${message.size} octets`],
      ['Resource', message.resource],
      ['Application', message.applicationId],
    ],
    paper,
  )
  return [entries, renderTable(message.recipients, columns(now), paper), nextSteps(message)].join('\n')
}

function nextSteps({ id, holds }: QueuedDetail): string {
  const holding = holds.map(({ id: holdId, selection, reason }) => {
    const why = reason === '' ? '' : ` (${reason})`
    return `Held with ${describeSelection(selection)}${why}. Let go: postern queue release --hold ${holdId}\n`
  })
  return printableLines([...holding, `Every attempt: postern message show ${id}\n`])
}

const printableLines = (lines: readonly string[]): string =>
  lines.map((line) => `${printable(line.trimEnd())}\n`).join('')
