// `postern queue hold`: stops a part of the queue on every node, from now on and until it is released.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { type Failure, failed } from '../failure.ts'
import { printable } from '../printable.ts'
import { confirm, piecesOf } from '../queue-actions.ts'
import { held } from '../queue-answers.ts'
import {
  addSelectionOptions,
  countQueue,
  describeSelection,
  messages,
  QUEUE,
  type Selection,
  type SelectionFlags,
  selectionOf,
} from '../queue-selection.ts'

type Flags = ApiFlags & SelectionFlags & { readonly reason?: string; readonly yes?: true }

export function addQueueHold(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'hold',
    description: 'Stop the delivery of a part of the queue, and of what comes to it: it is accepted and waits.',
    examples: [
      'postern queue hold --application 11111111-… --reason "sends too much"',
      'postern queue hold --id 0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e',
    ],
  })
  addSelectionOptions(command)
    .option('--reason <text>', 'for whoever finds it held')
    .option('-y, --yes', 'with --all: the whole queue may stop')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => hold(api, flags)))
}

async function hold(api: Api, flags: Flags): Promise<Answer | Failure> {
  const selection = selectionOf(flags)
  if (selection.type === 'failed') return selection
  const refusal = selection.all ? await confirm(api, selection, { yes: flags.yes, doing: 'This stops' }) : undefined
  if (refusal !== undefined) return refusal
  const { reason } = flags
  const made = await putHolds(api, selection, reason === undefined ? {} : { reason })
  if (made.type === 'failed') return made
  const { value, missing } = made.body
  if (value.length === 0) return failed('None of these messages is in the queue.', 'postern queue list shows what is.')
  const stopped = selection.ids === undefined ? await countQueue(api, { ...selection.filter }) : undefined
  if (stopped !== undefined && 'type' in stopped) return stopped
  const counted = stopped === undefined ? '' : ` Waiting there now: ${messages(stopped.messages)}.`
  const lines = value.map(
    ({ id, selection: what }) => `Held ${describeSelection(what)}.${counted} Let go: ${releaseLine(id)}`,
  )
  const absent = missing.map((id) => `Not in the queue: ${id}`)
  return {
    type: 'answer',
    json: made.body,
    text: () => [...lines, ...absent].map((line) => `${printable(line)}\n`).join(''),
  }
}

const releaseLine = (id: string): string => `postern queue release --hold ${id}`

type Made = {
  readonly value: readonly { readonly id: string; readonly selection: object }[]
  readonly missing: readonly string[]
}

async function putHolds(
  api: Api,
  selection: Selection,
  more: object,
): Promise<{ readonly type: 'made'; readonly body: Made } | Failure> {
  const value: Made['value'][number][] = []
  const missing: string[] = []
  for (const piece of piecesOf(selection)) {
    const answer = await api.call('POST', `${QUEUE}/hold`, {}, { ...piece, ...more })
    if (answer.type === 'failed') return answer
    const parsed = held.safeParse(answer.body)
    if (!parsed.success) return unexpectedAnswer('the holds')
    value.push(...parsed.data.value)
    missing.push(...parsed.data.missing)
  }
  return { type: 'made', body: { value, missing } }
}
