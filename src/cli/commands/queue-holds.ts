// `postern queue holds`: what is stopped, since when, by whom and why.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showLength } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { type Hold, holdList } from '../queue-answers.ts'
import { describeSelection } from '../queue-selection.ts'
import { type Column, renderTable } from '../table.ts'

export const HOLDS = '/providers/Postern.Mail/holds'

export function addQueueHolds(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'holds',
    description: 'List what is stopped, the newest hold first.',
    examples: ['postern queue holds'],
  }).action((flags: ApiFlags) => runApiCommand(context, flags, (api) => listHolds(api, context.now())))
}

async function listHolds(api: Api, now: number): Promise<Answer | Failure> {
  const answer = await api.list(HOLDS, { limit: 1000 })
  if (answer.type === 'failed') return answer
  const parsed = holdList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the holds')
  const { value } = parsed.data
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => (value.length === 0 ? 'Nothing is held.\n' : renderTable(value, columns(now), paper)),
  }
}

const columns = (now: number): readonly Column<Hold>[] => [
  { heading: 'Hold', value: ({ id }) => id },
  { heading: 'Stops', value: ({ selection }) => describeSelection(selection) },
  { heading: 'Parked', value: ({ parked }) => (parked >= 1000 ? '1000 or more' : parked) },
  { heading: 'For', value: ({ createdAt }) => showLength(now - Date.parse(createdAt)) },
  { heading: 'By', value: ({ createdBy }) => createdBy },
  { heading: 'Reason', value: ({ reason }) => reason, flexible: true },
]
