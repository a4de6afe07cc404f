// `postern quota list`: the quotas that are set, and how much of each is left.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import type { Failure } from '../failure.ts'
import { printable } from '../printable.ts'
import { listQuotas, renderQuotas } from '../quota-answers.ts'

type Flags = ApiFlags & { readonly limit?: number; readonly after?: string }

export function addQuotaList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List the quotas that are set, with what is left of each. Those of the configuration are not listed.',
    examples: ['postern quota list'],
  })
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .option('--after <place>', 'only what sorts behind this one, as the list before said')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags, context.now())))
}

async function list(api: Api, { limit, after }: Flags, now: number): Promise<Answer | Failure> {
  const listed = await listQuotas(api, { limit, after })
  if (listed.type === 'failed') return listed
  const { value, nextLink } = listed.list
  const last = nextLink === undefined ? null : new URL(nextLink).searchParams.get('after')
  const more = last === null ? '' : `\nMore: postern quota list --after ${printable(last)}\n`
  const text = (paper: Parameters<Answer['text']>[0]) =>
    value.length === 0 ? 'No quota is set. Set one: postern quota set --help\n' : renderQuotas(value, now, paper) + more
  return { type: 'answer', json: listed.body, text }
}
