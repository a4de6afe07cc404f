// `postern queue delete`: gives up a part of the queue for good. Because nobody gets that mail any more, more than one message wants to
// be told so.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, failed } from '../failure.ts'
import { actOnQueue, confirm, countOf } from '../queue-actions.ts'
import { addSelectionOptions, messages, type SelectionFlags, selectionOf } from '../queue-selection.ts'

type Flags = ApiFlags & SelectionFlags & { readonly report?: true; readonly yes?: true }

export function addQueueDelete(parent: Command, context: CommandContext): void {
  const command = addApiCommand(parent, {
    usage: 'delete',
    description: 'Give up queued mail: every recipient that is left ends as failed, and the content goes.',
    examples: [
      'postern queue delete --id 0197c1e2-3f4a-7b5c-8d6e-9f0a1b2c3d4e --report',
      'postern queue delete --application 11111111-… --yes',
    ],
  })
  addSelectionOptions(command)
    .option('--report', 'tell the senders, as of any failure')
    .option('-y, --yes', 'more than one message may go')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, flags: Flags): Promise<Answer | Failure> {
  const selection = selectionOf(flags)
  if (selection.type === 'failed') return selection
  const refusal = await confirm(api, selection, { yes: flags.yes, doing: 'This deletes' })
  if (refusal !== undefined) return refusal
  const done = await actOnQueue(api, 'delete', selection, flags.report === true ? { report: true } : {})
  if (done.type === 'failed') return done
  const { value } = done
  const [deleted, changed, missing] = [countOf(value, 'deleted'), countOf(value, 'changed'), countOf(value, 'missing')]
  if (deleted + changed === 0 && missing > 0)
    return failed('None of these messages is in the queue.', 'postern queue list shows what is.')
  const lines = [
    `${messages(deleted)} deleted.\n`,
    changed === 0 ? '' : `${messages(changed)} delivered in part just then and not deleted: try again.\n`,
    missing === 0 ? '' : `${messages(missing)} not in the queue.\n`,
  ]
  return { type: 'answer', json: { value }, text: () => lines.join('') }
}
