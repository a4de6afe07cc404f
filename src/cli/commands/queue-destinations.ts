// `postern queue destinations`: how fast each destination is sent to, and which ones are left alone for a while.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showLength, showUntil } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { type Destination, destinationList } from '../queue-answers.ts'
import { type Column, renderTable } from '../table.ts'

type Flags = ApiFlags & { readonly limit?: number }

export function addQueueDestinations(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'destinations',
    description: 'List the destinations that are sent to or in trouble, the most troubled first.',
    examples: ['postern queue destinations'],
  })
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags, context.now())))
}

async function list(api: Api, { limit }: Flags, now: number): Promise<Answer | Failure> {
  const answer = await api.call('GET', '/providers/Postern.Mail/destinations', { limit })
  if (answer.type === 'failed') return answer
  const parsed = destinationList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the destinations')
  const { value } = parsed.data
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) =>
      value.length === 0 ? 'No destination is in use or in trouble.\n' : renderTable(value, columns(now), paper),
  }
}

const columns = (now: number): readonly Column<Destination>[] => [
  { heading: 'Destination', value: ({ destination }) => destination },
  { heading: 'Connections', value: ({ connections, window }) => `${connections} of ${window}` },
  { heading: 'Failures in a row', value: ({ failures }) => failures },
  { heading: 'Tried again', value: ({ pausedUntil }) => showUntil(pausedUntil, now) },
  { heading: 'Heard of', value: ({ updatedAt }) => `${showLength(now - Date.parse(updatedAt))} ago` },
  { heading: 'Last reply', value: ({ lastReply }) => lastReply, flexible: true },
]
