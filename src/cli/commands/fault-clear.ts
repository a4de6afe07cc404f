// `postern fault clear`: ends faults on request, one by its id, or all that there are.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { type Failure, misused } from '../failure.ts'
import { faultList, FAULTS } from '../fault-answers.ts'
import { printable } from '../printable.ts'

type Flags = ApiFlags & { readonly id?: readonly string[]; readonly application?: string; readonly all?: true }

export function addFaultClear(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'clear',
    description: 'End faults: what they stopped goes on with the next message.',
    examples: ['postern fault clear --id 0197c1e2-…', 'postern fault clear --all'],
  })
    .option('--id <id...>', 'these, as `fault list` shows them')
    .option('--application <id>', 'those of this application')
    .option('--all', 'every fault of the tenant')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => clear(api, flags)))
}

async function clear(api: Api, { id, application, all }: Flags): Promise<Answer | Failure> {
  if ([id, application, all].filter((flag) => flag !== undefined).length !== 1)
    return misused('Say which faults.', 'Give --id, --application or --all; postern fault list shows them.')
  const found = id === undefined ? await findFaults(api, application) : { type: 'found' as const, ids: id }
  if (found.type === 'failed') return found
  for (const each of found.ids) {
    const answer = await api.call('DELETE', `${FAULTS}/${encodeURIComponent(each)}`)
    if (answer.type === 'failed') return answer
  }
  const lines = found.ids.length === 0 ? ['No fault is in force.'] : found.ids.map((each) => `Cleared ${each}.`)
  return { type: 'answer', json: found.ids, text: () => lines.map((line) => `${printable(line)}\n`).join('') }
}

type Found = { readonly type: 'found'; readonly ids: readonly string[] }

async function findFaults(api: Api, application: string | undefined): Promise<Found | Failure> {
  const answer = await api.call('GET', FAULTS)
  if (answer.type === 'failed') return answer
  const parsed = faultList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the faults')
  const wanted = parsed.data.value.filter(
    ({ applicationId }) => application === undefined || applicationId === application.toLowerCase(),
  )
  return { type: 'found', ids: wanted.map(({ id }) => id) }
}
