// `postern login-limits list`: whose failed logins are counted, and what the next login waits for them.

import type { Command } from 'commander'
import { z } from 'zod'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { type Column, renderTable, showTime } from '../table.ts'

type Flags = ApiFlags & { readonly limit?: number }

const limits = z.object({
  value: z.array(
    z.object({
      kind: z.string(),
      subject: z.string().nullable(),
      attempts: z.number(),
      since: z.string(),
      until: z.string(),
      wait: z.number(),
      turnedAway: z.boolean(),
    }),
  ),
})
type Limit = z.infer<typeof limits>['value'][number]

const KINDS: Readonly<Record<string, string>> = {
  source: 'network',
  username: 'user name',
  tenant: 'tenant',
  token: 'network (tokens)',
}

const COLUMNS: readonly Column<Limit>[] = [
  { heading: 'Counted by', value: ({ kind }) => KINDS[kind] ?? kind },
  { heading: 'Which', value: ({ subject }) => subject ?? '(a short name that does not exist)' },
  { heading: 'Failed', value: ({ attempts }) => attempts },
  { heading: 'Since', value: ({ since }) => showTime(since) },
  { heading: 'Next login', value: ({ wait, turnedAway }) => describeNext(wait, turnedAway) },
  { heading: 'Forgotten', value: ({ until }) => showTime(until) },
]

function describeNext(wait: number, turnedAway: boolean): string {
  if (turnedAway) return 'told 421'
  return wait === 0 ? 'at once' : `waits ${wait} s`
}

export function addLoginLimitsList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description:
      'List networks, user names and tenants whose logins failed lately, the worst first. A network that signed in with a user name in the last 30 days never waits for it.',
    examples: ['postern login-limits list'],
  })
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .action((flags: Flags) => runApiCommand(context, flags, (api) => list(api, flags)))
}

async function list(api: Api, { limit }: Flags): Promise<Answer | Failure> {
  const answer = await api.call('GET', '/providers/Postern.Mail/loginLimits', { limit })
  if (answer.type === 'failed') return answer
  const parsed = limits.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the login limits')
  const { value } = parsed.data
  return {
    type: 'answer',
    json: answer.body,
    text: (paper) => (value.length === 0 ? 'No login failed lately.\n' : renderTable(value, COLUMNS, paper)),
  }
}
