// Which part of the queue a command is about: ids, or any of application, sender and destination, or all of it when that is said. Nothing
// is never taken for everything.

import type { Command } from 'commander'
import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import { type Failure, misused } from './failure.ts'
import { type HoldSelection, type QueueGroups, queueGroups } from './queue-answers.ts'

export const QUEUE = '/providers/Postern.Mail/queue'

export type FilterFlags = {
  readonly application?: string
  readonly sender?: string
  readonly destination?: string
}
export type SelectionFlags = FilterFlags & { readonly id?: readonly string[]; readonly all?: true }

export function addFilterOptions(command: Command): Command {
  return command
    .option('--application <id>', 'mail of this application (client) id')
    .option('--sender <address>', 'mail from this address; <> are reports')
    .option('--destination <domain>', 'mail to this domain')
}

export function addSelectionOptions(command: Command): Command {
  return addFilterOptions(command.option('--id <queue id...>', 'these messages')).option('--all', 'the whole queue')
}

export type Filter = {
  readonly applicationId?: string
  readonly sender?: string
  readonly destination?: string
}

export const filterOf = ({ application, sender, destination }: FilterFlags): Filter => ({
  ...(application === undefined ? {} : { applicationId: application }),
  ...(sender === undefined ? {} : { sender }),
  ...(destination === undefined ? {} : { destination }),
})

/** `body` is what the API takes. */
export type Selection = {
  readonly type: 'selection'
  readonly ids: readonly string[] | undefined
  readonly filter: Filter
  readonly all: boolean
}

export function selectionOf(flags: SelectionFlags): Selection | Failure {
  const filter = filterOf(flags)
  const given = [flags.id !== undefined, flags.all === true, Object.keys(filter).length > 0].filter(Boolean)
  if (given.length === 1) return { type: 'selection', ids: flags.id, filter, all: flags.all === true }
  return misused(
    'It takes --id, or any of --application, --sender and --destination, or else --all.',
    'postern queue list shows what there is.',
  )
}

export const bodyOf = ({ ids, filter, all }: Selection): object =>
  ids === undefined ? { ...filter, ...(all ? { everything: true } : {}) } : { ids }

export async function countQueue(api: Api, query: Readonly<Record<string, string>>): Promise<QueueGroups | Failure> {
  const answer = await api.call('GET', `${QUEUE}Groups`, query)
  if (answer.type === 'failed') return answer
  const parsed = queueGroups.safeParse(answer.body)
  return parsed.success ? parsed.data : unexpectedAnswer('the queue')
}

/** `2 messages`, `1 message`. */
export const messages = (count: number): string => `${count} ${count === 1 ? 'message' : 'messages'}`

/** In words, as a hold or a command has it. */
export function describeSelection({ id, applicationId, sender, destination }: HoldSelection): string {
  if (id !== undefined) return `message ${id}`
  const parts = [
    applicationId === undefined ? '' : ` of application ${applicationId}`,
    sender === undefined ? '' : ` from ${sender}`,
    destination === undefined ? '' : ` to ${destination}`,
  ].join('')
  return parts === '' ? 'everything' : `mail${parts}`
}
