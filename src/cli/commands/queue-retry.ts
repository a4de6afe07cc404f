// `postern queue retry`: makes a part of the queue due at once, whatever its schedule says.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, failed } from '../failure.ts'
import { actOnQueue, countOf } from '../queue-actions.ts'
import type { Acted } from '../queue-answers.ts'
import { addSelectionOptions, messages, type SelectionFlags, selectionOf } from '../queue-selection.ts'

type Flags = ApiFlags & SelectionFlags

export function addQueueRetry(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'retry',
    description: 'Try queued mail again at once. What is held stays so, and the pace of a destination is kept.',
    examples: ['postern queue retry --destination example.com'],
  })
  addSelectionOptions(command).action((flags: Flags) => runApiCommand(context, flags, (api) => retry(api, flags)))
}

async function retry(api: Api, flags: Flags): Promise<Answer | Failure> {
  const selection = selectionOf(flags)
  if (selection.type === 'failed') return selection
  const done = await actOnQueue(api, 'retry', selection)
  if (done.type === 'failed') return done
  const { value } = done
  if (value.length > 0 && value.every(({ outcome }) => outcome === 'missing'))
    return failed('None of these messages is in the queue.', 'postern queue list shows what is.')
  return { type: 'answer', json: { value }, text: () => describe(value) }
}

function describe(value: Acted): string {
  const [held, active, missing] = [countOf(value, 'held'), countOf(value, 'active'), countOf(value, 'missing')]
  return [
    `${messages(countOf(value, 'due'))} due at once.\n`,
    held === 0 ? '' : `${messages(held)} held all the same: postern queue holds\n`,
    active === 0 ? '' : `${messages(active)} being tried just now.\n`,
    missing === 0 ? '' : `${messages(missing)} not in the queue.\n`,
  ].join('')
}
