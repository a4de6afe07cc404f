// `postern suppression remove`: mail goes to an address again, at once. A bounce that suppressed it is forgotten.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { type Failure, notFound } from '../failure.ts'
import { printable } from '../printable.ts'
import { SUPPRESSIONS } from './suppression-list.ts'

type Flags = ApiFlags & { readonly address: string }

export function addSuppressionRemove(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'remove',
    description: 'Let mail go to an address again, at once. Addresses in the lists of a domain stay there.',
    examples: ['postern suppression remove --address back@example.com'],
  })
    .requiredOption('--address <address>', 'the address')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => remove(api, flags)))
}

async function remove(api: Api, { address }: Flags): Promise<Answer | Failure> {
  const answer = await api.call('DELETE', `${SUPPRESSIONS}/${encodeURIComponent(address)}`)
  if (answer.type === 'failed') return answer
  if (answer.status === 204) return notFound(`${address} is not suppressed.`, 'postern suppression list shows what is.')
  return { type: 'answer', json: undefined, text: () => `Mail goes to ${printable(address)} again.\n` }
}
