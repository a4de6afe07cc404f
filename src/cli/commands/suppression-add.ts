// `postern suppression add`: mail no longer goes to an address, until it is removed or for a while.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, runApiCommand } from '../command.ts'
import { duration } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { printable } from '../printable.ts'
import { SUPPRESSIONS } from './suppression-list.ts'

type Flags = ApiFlags & { readonly address: string; readonly reason?: string; readonly for?: number }

export function addSuppressionAdd(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'add',
    description: 'Suppress an address: mail to it ends as suppressed instead of being tried.',
    examples: ['postern suppression add --address gone@example.com --reason "left the company" --for 30d'],
  })
    .requiredOption('--address <address>', 'the address')
    .option('--reason <text>', 'for whoever wonders later')
    .option('--for <time>', 'for so long, such as 30d (default: until it is removed)', duration)
    .action((flags: Flags) => runApiCommand(context, flags, (api) => add(api, flags, context.now())))
}

async function add(api: Api, { address, reason, for: length }: Flags, now: number): Promise<Answer | Failure> {
  const end = length === undefined ? {} : { expiresAt: new Date(now + length).toISOString() }
  const body = { ...end, ...(reason === undefined ? {} : { detail: reason }) }
  const answer = await api.call('PUT', `${SUPPRESSIONS}/${encodeURIComponent(address)}`, {}, body)
  if (answer.type === 'failed') return answer
  const text = `Suppressed ${printable(address)}. Undo: postern suppression remove --address ${printable(address)}\n`
  return { type: 'answer', json: answer.body, text: () => text }
}
