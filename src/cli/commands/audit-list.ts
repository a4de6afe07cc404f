// `postern audit list`: who changed what, newest first. At the root of the tenant it holds everything, the directory included.

import type { Command } from 'commander'
import { z } from 'zod'
import type { Api } from '../api.ts'
import { type Answer, type ApiFlags, type CommandContext, addApiCommand, pageSize, runApiCommand } from '../command.ts'
import { resolveAssignee, unexpectedAnswer } from '../directory-lookup.ts'
import type { Failure } from '../failure.ts'
import { isoTime } from '../iso-time.ts'
import { printable } from '../printable.ts'
import { armPath } from '../resource-lookup.ts'
import { notAScope } from '../role-lookup.ts'
import { type Column, type Paper, renderTable, showTime } from '../table.ts'

type Flags = ApiFlags & {
  readonly scope: string
  readonly limit?: number
  readonly before?: string
  readonly from?: string
  readonly to?: string
  readonly operation?: string
  readonly principal?: string
}

const auditEvents = z.object({
  value: z.array(
    z.object({
      name: z.string(),
      properties: z.object({
        at: z.string(),
        principalId: z.string(),
        operation: z.string(),
        target: z.string(),
      }),
    }),
  ),
  nextLink: z.string().optional(),
})
type AuditEvents = z.infer<typeof auditEvents>

const COLUMNS: readonly Column<AuditEvents['value'][number]>[] = [
  { heading: 'When', value: ({ properties }) => showTime(properties.at) },
  { heading: 'Principal', value: ({ properties }) => properties.principalId },
  { heading: 'Operation', value: ({ properties }) => properties.operation },
  { heading: 'Target', value: ({ properties }) => properties.target },
]

export function addAuditList(parent: Command, context: CommandContext): void {
  addApiCommand(parent, {
    usage: 'list',
    description:
      'List changes, newest first. --output json shows the request too, and what was there before and after.',
    examples: ['postern audit list --limit 20', 'postern audit list --from 2030-01-31T00:00:00Z --scope /'],
  })
    .option('--scope <id>', 'changes at and below it; / is the whole tenant with its directory', '/')
    .option('--limit <number>', 'how many, 1 to 1000 (default: 100)', pageSize)
    .option('--before <event>', 'only older ones than this, as the end of a list names it')
    .option('--from <time>', 'not older than this: 2030-01-31 or 2030-01-31T18:00:00Z', isoTime)
    .option('--to <time>', 'not newer than this', isoTime)
    .option('--operation <name>', 'only this operation')
    .option('--principal <id>', 'only changes by this application id or object id')
    .action((flags: Flags) => runApiCommand(context, flags, (api) => listEvents(api, flags)))
}

async function listEvents(api: Api, flags: Flags): Promise<Answer | Failure> {
  const { scope, limit, before, from, to, operation } = flags
  if (!scope.startsWith('/')) return notAScope(scope)
  const principal = flags.principal === undefined ? undefined : await resolveAssignee(api, flags.principal)
  if (principal?.type === 'failed') return principal
  const query = { limit, before, from, to, operation, principalId: principal?.principalId }
  const path = `${armPath(scope.replace(/\/+$/, ''))}/providers/Postern.Mail/auditEvents`
  const answer = await api.call('GET', path, query)
  if (answer.type === 'failed') return answer
  const parsed = auditEvents.safeParse(answer.body)
  if (!parsed.success) return unexpectedAnswer('the audit log')
  return { type: 'answer', json: answer.body, text: (paper) => render(parsed.data, paper) }
}

function render({ value, nextLink }: AuditEvents, paper: Paper): string {
  if (value.length === 0) return 'No changes.\n'
  const older =
    nextLink === undefined ? '' : `\nOlder ones: the same with --before ${printable(value.at(-1)?.name ?? '')}\n`
  return renderTable(value, COLUMNS, paper) + older
}
