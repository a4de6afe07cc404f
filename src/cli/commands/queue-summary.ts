// `postern queue summary`: how much waits, and for how long, by application and destination.

import { type Command, Option } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { showLength, showUntil } from '../duration.ts'
import type { Failure } from '../failure.ts'
import type { QueueGroup, QueueGroups } from '../queue-answers.ts'
import { addFilterOptions, countQueue, type FilterFlags, filterOf, messages } from '../queue-selection.ts'
import { type Column, type Paper, renderTable } from '../table.ts'

type Flags = ApiFlags & FilterFlags & { readonly state?: string }

export function addQueueSummary(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'summary',
    description: 'Count what waits by application and destination, the largest groups first.',
    examples: ['postern queue summary'],
  })
  addStateOption(addFilterOptions(command)).action((flags: Flags) =>
    runApiCommand(context, flags, (api) => summarize(api, flags, context.now())),
  )
}

/** `active`: being delivered just now. */
export const addStateOption = (command: Command): Command =>
  command.addOption(new Option('--state <state>', 'only these').choices(['waiting', 'active', 'held']))

async function summarize(api: Api, flags: Flags, now: number): Promise<Answer | Failure> {
  const state = flags.state === undefined ? {} : { state: flags.state }
  const counted = await countQueue(api, { ...filterOf(flags), ...state })
  if ('type' in counted) return counted
  return { type: 'answer', json: counted, text: (paper) => renderGroups(counted, now, paper) }
}

const columns = (now: number): readonly Column<QueueGroup>[] => [
  { heading: 'Application', value: ({ applicationId }) => applicationId },
  { heading: 'Destination', value: ({ destination }) => destination },
  { heading: 'Messages', value: ({ messages }) => messages },
  { heading: 'Recipients', value: ({ recipients }) => recipients },
  { heading: 'Held', value: ({ held }) => held },
  { heading: 'Oldest', value: ({ oldestAt }) => showLength(now - Date.parse(oldestAt)) },
  { heading: 'Next attempt', value: ({ nextAttemptAt }) => showUntil(nextAttemptAt, now) },
]

function renderGroups({ messages: total, isComplete, value }: QueueGroups, now: number, paper: Paper): string {
  if (value.length === 0) return 'Nothing waits here.\n'
  const what = isComplete ? '' : '; the counts above are of the oldest ones alone'
  return `${renderTable(value, columns(now), paper)}\n${messages(total)} in the queue${what}.\n`
}
