// `postern suppression list`: the addresses that mail does not go to, and why.

import type { Command } from 'commander'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import { showUntil } from '../duration.ts'
import type { Failure } from '../failure.ts'
import { printable } from '../printable.ts'
import { type Suppression, suppressionList } from '../queue-answers.ts'
import { type Column, renderTable, showTime } from '../table.ts'

export const SUPPRESSIONS = '/providers/Postern.Mail/suppressions'

type Flags = ApiFlags & { readonly limit?: number; readonly after?: string }

export function addSuppressionList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description: 'List suppressed addresses: those that bounced, and those that somebody added.',
    examples: ['postern suppression list'],
  })
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .option('--after <address>', 'only addresses that sort behind this one')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags, context.now())))
}

async function list(api: Api, { limit, after }: Flags, now: number): Promise<Answer | Failure> {
  const answer = await api.call('GET', SUPPRESSIONS, { limit, after })
  if (answer.type === 'failed') return answer
  const parsed = suppressionList.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the suppressions')
  const { value, nextLink } = parsed.data
  const last = nextLink === undefined ? null : new URL(nextLink).searchParams.get('after')
  const more = last === null ? '' : `\nMore: postern suppression list --after ${printable(last)}\n`
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) =>
      value.length === 0 ? 'No address is suppressed.\n' : renderTable(value, columns(now), paper) + more,
  }
}

const columns = (now: number): readonly Column<Suppression>[] => [
  { heading: 'Address', value: ({ address }) => address },
  { heading: 'Reason', value: ({ reason, bounces }) => (bounces > 1 ? `${reason}, ${bounces} in a row` : reason) },
  { heading: 'Since', value: ({ createdAt }) => showTime(createdAt) },
  { heading: 'Ends', value: ({ expiresAt }) => showUntil(expiresAt, now) ?? 'when removed' },
  { heading: 'Message', value: ({ messageId }) => messageId },
  { heading: 'Detail', value: ({ detail }) => detail, flexible: true },
]
