// `postern fault list`: the faults that are in force, for whom and until when.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showLength, showUntil } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { type Fault, faultList, FAULTS, targetOf } from '../fault-answers.ts'
import { type Column, renderTable } from '../table.ts'

export function addFaultList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List the faults that are in force, the oldest first.',
    examples: ['postern fault list'],
  }).action((flags: ApiFlags) => runApiCommand(context, flags, (api) => listFaults(api, context.now())))
}

async function listFaults(api: Api, now: number): Promise<Answer | Failure> {
  const answer = await api.call('GET', FAULTS)
  if (answer.type === 'failed') return answer
  const parsed = faultList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the faults')
  const { value } = parsed.data
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => (value.length === 0 ? 'No fault is in force.\n' : renderTable(value, columns(now), paper)),
  }
}

const columns = (now: number): readonly Column<Fault>[] => [
  { heading: 'Fault', value: ({ id }) => id },
  { heading: 'Kind', value: ({ kind }) => kind },
  { heading: 'Of', value: targetOf },
  { heading: 'Delay', value: ({ delay }) => (delay === undefined ? undefined : `${delay} ms`) },
  { heading: 'Retry after', value: ({ retryAfter }) => retryAfter && showLength(retryAfter * 1000) },
  { heading: 'Ends', value: ({ endsAt }) => showUntil(endsAt, now) },
  { heading: 'By', value: ({ createdBy }) => createdBy },
]
