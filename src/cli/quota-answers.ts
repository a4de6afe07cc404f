// What the API answers about quotas, and how a limit reads in a table.

import { z } from 'zod'
import type { Api } from './api.ts'
import { unexpectedAnswer } from './directory-lookup.ts'
import { showUntil } from './duration.ts'
import type { Failure } from './failure.ts'
import { printable } from './printable.ts'
import { type Column, type Paper, renderTable } from './table.ts'

const usage = z.object({
  unit: z.string(),
  window: z.string(),
  limit: z.number(),
  used: z.number(),
  remaining: z.number(),
  resetsAt: z.string(),
})
const quota = z.object({
  id: z.string(),
  properties: z.object({
    kind: z.string(),
    subject: z.string(),
    origin: z.string(),
    limits: z.object({ messages: z.record(z.string(), z.number()), recipients: z.record(z.string(), z.number()) }),
    usage: z.array(usage),
  }),
})
export type Quota = z.infer<typeof quota>
type Usage = z.infer<typeof usage>
const quotaList = z.object({ value: z.array(quota), nextLink: z.url().optional() })

export const QUOTAS = '/providers/Postern.Mail/quotas'

export async function listQuotas(
  api: Api,
  query: { readonly limit: number | undefined; readonly after: string | undefined },
): Promise<{ readonly type: 'quotas'; readonly list: z.infer<typeof quotaList>; readonly body: unknown } | Failure> {
  const answer = await api.call('GET', QUOTAS, query)
  if (answer.type === 'failed') return answer
  const parsed = quotaList.safeParse(answer.body)
  return parsed.success ? { type: 'quotas', list: parsed.data, body: answer.body } : unexpectedAnswer('the quotas')
}

/** `path` as `findQuotaPath` gives it. */
export async function askQuota(
  api: Api,
  method: 'GET' | 'PUT',
  path: string,
  body?: object,
): Promise<{ readonly type: 'quota'; readonly quota: Quota; readonly body: unknown } | Failure> {
  const answer = await api.call(method, path, {}, body)
  if (answer.type === 'failed') return answer
  const parsed = quota.safeParse(answer.body)
  return parsed.success ? { type: 'quota', quota: parsed.data, body: answer.body } : unexpectedAnswer('the quota')
}

const NAMES: Readonly<Record<string, string>> = { resource: 'communication service' }

/** `application 1111…`, `communication service contoso`, `domain contoso.example`. */
const describeSubject = ({ properties: { kind, subject } }: Quota): string =>
  `${NAMES[kind] ?? kind} ${subject.split('/').at(-1) ?? ''}`

export function renderQuotas(quotas: readonly Quota[], now: number, paper: Paper): string {
  const rows = quotas.flatMap((one) => rowsOf(one))
  return renderTable(rows, columns(now), paper)
}

type Row = { readonly subject: string; readonly usage: Usage | undefined }

const rowsOf = (one: Quota): readonly Row[] => {
  const { usage: usages } = one.properties
  const subject = describeSubject(one)
  return usages.length === 0 ? [{ subject, usage: undefined }] : usages.map((each) => ({ subject, usage: each }))
}

const columns = (now: number): readonly Column<Row>[] => [
  { heading: 'Of', value: ({ subject }) => subject, flexible: true },
  { heading: 'Limit', value: ({ usage: one }) => (one ? `${one.limit} ${one.unit} per ${one.window}` : 'none') },
  { heading: 'Used', value: ({ usage: one }) => (one ? String(one.used) : '') },
  { heading: 'Left', value: ({ usage: one }) => (one ? String(one.remaining) : '') },
  { heading: 'Resets', value: ({ usage: one }) => (one ? showUntil(one.resetsAt, now) : undefined) },
]

export function renderQuota(one: Quota, now: number, paper: Paper): string {
  const { origin, usage: usages } = one.properties
  const subject = printable(describeSubject(one))
  if (usages.length === 0) return `Nothing limits the ${subject}.\n`
  const source = origin === 'configuration' ? 'Set by the configuration; postern quota set takes its place.\n' : ''
  return renderQuotas([one], now, paper) + source
}
