// `postern message show`: the whole life of one message, or of what was refused: login, decision, policy, queue, each attempt with what
// the other side said, holds, reports, events and who was told of them. Metadata, never content.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showLength, showUntil } from '../duration.ts'
import { renderTrace } from '../explain-text.ts'
import { type Failure, misused } from '../failure.ts'
import { type MessageSummary, type MessageTimeline, messageTimeline } from '../mail-answers.ts'
import { canonicalReference, isReference } from '../reference-text.ts'
import { type Column, type Paper, renderEntries, renderTable, showTime } from '../table.ts'
import { renderTimeline } from '../timeline-text.ts'

export function addMessageShow(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'show <id>',
    description:
      'Show all that happened to one message, by the queue id of its 250 reply, its Message-ID, its operation id, or the reference of a refusal.',
    examples: [
      'postern message show 0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e',
      "postern message show '<20310101.1@app.example.com>'",
      'postern message show 7K3M9QXW2B',
    ],
  }).action((id: string, flags: ApiFlags) =>
    runApiCommand(context, flags, (api) => showMessage(api, id, context.now())),
  )
}

async function showMessage(api: Api, given: string, now: number): Promise<Answer | Failure> {
  const reference = canonicalReference(given)
  const id = isReference(reference) ? reference : given.trim().replace(/^<(.*)>$/, '$1')
  if (id === '')
    return misused('Nothing says which message.', 'Give a queue id, a Message-ID, an operation id, or a reference.')
  const answer = await api.call('GET', `/providers/Postern.Mail/messages/${encodeURIComponent(id)}/timeline`)
  if (answer.type === 'failed') return answer
  const parsed = messageTimeline.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer(`message ${id}`)
  return { type: 'answer', json: answer.body, text: (paper) => renderAll(parsed.data, now, paper) }
}

const recipientColumns = (now: number): readonly Column<MessageSummary['recipients'][number]>[] => [
  { heading: 'Recipient', value: ({ forwardPath }) => forwardPath },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Attempts', value: ({ attempts }) => attempts },
  { heading: 'Next attempt', value: ({ nextAttemptAt }) => showUntil(nextAttemptAt, now) },
  { heading: 'Last reply', value: ({ lastReply }) => lastReply, flexible: true },
]

const SEVERAL: readonly Column<MessageSummary>[] = [
  { heading: 'Queue id', value: ({ id }) => id },
  { heading: 'Received', value: ({ receivedAt }) => showTime(receivedAt) },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Resource', value: ({ resource }) => resource, flexible: true },
]

function renderAll({ decision, message, messages, timeline }: MessageTimeline, now: number, paper: Paper): string {
  if (messages !== undefined)
    return `${renderTable(messages, SEVERAL, paper)}\nThis operation id is on each of these resources: show one by its queue id.\n`
  const sections = [
    ...(decision === undefined ? [] : [renderTrace(decision.reference, decision.trace, paper)]),
    ...(message === undefined ? [] : [renderEntries(entriesOf(message, now), paper)]),
    ...(message === undefined ? [] : [renderTable(message.recipients, recipientColumns(now), paper)]),
    ...(message === undefined ? [] : [renderTimeline(timeline, paper)]),
  ]
  return sections.join('\n')
}

function entriesOf(message: MessageSummary, now: number): Parameters<typeof renderEntries>[0] {
  const age = showLength(now - Date.parse(message.receivedAt))
  return [
    ['Queue id', message.id],
    ['Status', message.status],
    ['Received', `${showTime(message.receivedAt) ?? ''}, ${age} ago`],
    ['From', message.reversePath === '' ? '<>' : message.reversePath],
    ['Subject', message.subject],
    ['Message-ID', `<${message.internetMessageId}>`],
    ['Size', `${message.size} octets`],
    ['Resource', message.resource],
    ['Application', message.applicationId],
  ]
}
