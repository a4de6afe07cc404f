// `postern queue release`: ends holds, by their ids or by what they stop. What they stopped is due at once, but for what another one stops.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { type Failure, failed, misused } from '../failure.ts'
import { printable } from '../printable.ts'
import { holdList } from '../queue-answers.ts'
import {
  addSelectionOptions,
  describeSelection,
  type Selection,
  type SelectionFlags,
  selectionOf,
} from '../queue-selection.ts'
import { HOLDS } from './queue-holds.ts'

type Flags = ApiFlags & SelectionFlags & { readonly hold?: readonly string[] }

export function addQueueRelease(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'release',
    description: 'End holds: what they stopped is due at once, but for what another hold stops.',
    examples: ['postern queue release --hold 0197c1e2-…', 'postern queue release --application 11111111-…'],
  }).option('--hold <id...>', 'these holds, as `queue holds` lists them')
  addSelectionOptions(command).action((flags: Flags) => runApiCommand(context, flags, (api) => release(api, flags)))
}

async function release(api: Api, flags: Flags): Promise<Answer | Failure> {
  const found = await findHolds(api, flags)
  if (found.type === 'failed') return found
  const lines: string[] = []
  for (const { id, what } of found.holds) {
    const answer = await api.call('DELETE', `${HOLDS}/${encodeURIComponent(id)}`)
    if (answer.type === 'failed') return { ...answer, notes: [...lines, ...(answer.notes ?? [])] }
    lines.push(`Released ${what}: what waited for it is due at once.`)
  }
  const json = found.holds.map(({ id }) => id)
  return { type: 'answer', json, text: () => lines.map((line) => `${printable(line)}\n`).join('') }
}

type Found = { readonly type: 'found'; readonly holds: readonly { readonly id: string; readonly what: string }[] }

async function findHolds(api: Api, { hold, ...flags }: Flags): Promise<Found | Failure> {
  const isSelected = [flags.id, flags.application, flags.sender, flags.destination, flags.all].some(Boolean)
  if (hold !== undefined && isSelected)
    return misused('It takes --hold, or what a hold stops.', 'postern queue holds lists the holds.')
  if (hold !== undefined) return { type: 'found', holds: hold.map((id) => ({ id, what: `hold ${id}` })) }
  const selection = selectionOf(flags)
  return selection.type === 'failed' ? selection : findByWhatTheyStop(api, selection)
}

/** Only what a hold stops as a whole: one of an application cannot be ended for one of its messages. */
async function findByWhatTheyStop(api: Api, { ids, filter, all }: Selection): Promise<Found | Failure> {
  const questions = ids?.map((id) => ({ id })) ?? [all ? { everything: 'true' } : filter]
  const holds: Found['holds'][number][] = []
  for (const question of questions) {
    const answer = await api.list(HOLDS, { ...question, limit: 1000 })
    if (answer.type === 'failed') return answer
    const parsed = holdList.safeParse(answer.body)
    if (!parsed.success) return unexpectedAnswer('the holds')
    const what = describeSelection('everything' in question ? {} : question)
    if (parsed.data.value.length === 0)
      return failed(
        `No hold stops exactly ${what}.`,
        'postern queue holds lists the holds; give --hold with the id of one.',
      )
    holds.push(...parsed.data.value.map(({ id }) => ({ id, what: `${what} (hold ${id})` })))
  }
  return { type: 'found', holds }
}
