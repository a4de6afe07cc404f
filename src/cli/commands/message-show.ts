// `postern message show`: one accepted message with its recipients and its timeline; metadata, never content.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { type Failure, misused } from '../failure.ts'
import { type MessageDetail, messageDetail } from '../mail-answers.ts'
import { type Column, type Paper, renderEntries, renderTable, showTime } from '../table.ts'

export function addMessageShow(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'show <id>',
    description: 'Show one message by the queue id of its 250 reply or by its Message-ID.',
    examples: ['postern message show 0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e'],
  }).action((id: string, flags: ApiFlags) => runApiCommand(context, flags, (api) => showMessage(api, id)))
}

async function showMessage(api: Api, given: string): Promise<Answer | Failure> {
  const id = given.replace(/^<(.*)>$/, '$1')
  if (id === '') return misused('Nothing says which message.', 'Give a queue id or a Message-ID.')
  const answer = await api.call('GET', `/providers/Postern.Mail/messages/${encodeURIComponent(id)}`)
  if (answer.type === 'failed') return answer
  const parsed = messageDetail.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer(`message ${id}`)
  return { type: 'answer', json: answer.body, text: (paper) => renderMessage(parsed.data, paper) }
}

const RECIPIENT_COLUMNS: readonly Column<MessageDetail['recipients'][number]>[] = [
  { heading: 'Recipient', value: ({ forwardPath }) => forwardPath },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Attempts', value: ({ attempts }) => attempts },
  { heading: 'Next attempt', value: ({ nextAttemptAt }) => nextAttemptAt && showTime(nextAttemptAt) },
  { heading: 'Last reply', value: ({ lastReply }) => lastReply },
]

const TIMELINE_COLUMNS: readonly Column<MessageDetail['timeline'][number]>[] = [
  { heading: 'When', value: ({ at }) => showTime(at) },
  { heading: 'What', value: ({ kind }) => kind },
  { heading: 'Recipient', value: ({ recipient }) => recipient },
  { heading: 'Status', value: ({ status }) => status },
  { heading: 'Detail', value: ({ detail }) => detail },
]

function renderMessage(message: MessageDetail, paper: Paper): string {
  const entries = renderEntries(
    [
      ['Queue id', message.id],
      ['Status', message.status],
      ['Received', showTime(message.receivedAt)],
      ['From', message.reversePath],
      ['Subject', message.subject],
      ['Message-ID', `<${message.internetMessageId}>`],
      ['Size', `${message.size} octets`],
      ['Resource', message.resource],
      ['Application', message.applicationId],
    ],
    paper,
  )
  const recipients = renderTable(message.recipients, RECIPIENT_COLUMNS, paper)
  return [entries, recipients, renderTable(message.timeline, TIMELINE_COLUMNS, paper)].join('\n')
}
