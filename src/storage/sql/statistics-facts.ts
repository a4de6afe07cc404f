// What statistics count, read from rows that are there anyway. Accepted messages by their ids, final outcomes by the delivery reports that
// are kept as events, refusals by their traces. Our own reports to senders are no submissions, and nobody asks what became of them.

import { firstQueueIdAt } from '../../spool/queue-id.ts'
import { resourceKey } from '../../spool/stored-message.ts'
import type { Fact, FactPage, StatisticsReader } from '../statistics.ts'
import { allInList } from './in-list.ts'
import { resourceKeysOf } from './newest-first.ts'
import { allArrays, type Sql, type Value } from './sql.ts'

type FactQuery = Parameters<StatisticsReader['listFacts']>[0]

export function* listFacts(query: FactQuery): Sql<FactPage> {
  const { facts, next } = yield* pageOf(query)
  const fits = fitting(query)
  return { facts: facts.filter(fits), ...(next !== undefined && { next }) }
}

function pageOf(query: FactQuery): Sql<FactPage> {
  switch (query.kind) {
    case 'submission':
      return listSubmissions(query)
    case 'outcome':
      return listOutcomes(query)
    case 'refusal':
      return listRefusals(query)
  }
}

function fitting({ resourceIds, applicationId }: FactQuery): (fact: Fact) => boolean {
  const keys = resourceIds && new Set(resourceIds.map(resourceKey))
  const application = applicationId?.toLowerCase()
  return (fact) =>
    (keys === undefined || keys.has(fact.resourceKey)) &&
    (application === undefined || fact.applicationId === application)
}

/** Behind the id of the page before; a space comes before every other sign. */
const firstId = ({ from, after }: FactQuery): string => (after === undefined ? firstQueueIdAt(from) : `${after} `)

const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

const behind = (rows: readonly (readonly [string, ...unknown[]])[], limit: number) =>
  rows.length < limit ? {} : { next: rows.at(-1)?.[0] ?? '' }

/** As the envelope of a report is written: nobody sent it. What others say in an envelope has its quotation marks escaped. */
const IS_REPORT = `CASE WHEN envelope LIKE '%"reversePath":"","parameters":%' THEN 1 ELSE 0 END`

type MessageRow = [id: string, tenantId: string, resource: string, application: string, size: number, isReport: number]
const MESSAGES = `SELECT queue_id, tenant_id, resource_key, application_id, size, ${IS_REPORT} FROM messages`

function* listSubmissions(query: FactQuery): Sql<FactPage> {
  const { limit } = query
  const rows = yield* messageRows(query)
  const facts = rows
    .filter((row) => row[5] === 0)
    .map(([id, tenantId, resource, application, size]): Fact => {
      const applicationId = application.toLowerCase()
      return { kind: 'submission', tenantId, resourceKey: resource, applicationId, at: timeOf(id), size }
    })
  return { facts, ...behind(rows, limit) }
}

function* messageRows(query: FactQuery): Sql<readonly MessageRow[]> {
  const { tenantId, resourceIds, limit } = query
  const stretch = [firstId(query), firstQueueIdAt(query.to), limit] as const
  const text = 'queue_id >= ? AND queue_id < ? ORDER BY queue_id LIMIT ?'
  if (tenantId === undefined) return yield* allArrays<MessageRow>(`${MESSAGES} WHERE ${text}`, ...stretch)
  const rows: MessageRow[] = []
  const keys = resourceIds?.map(resourceKey) ?? (yield* resourceKeysOf('messages', tenantId))
  for (const key of new Set(keys))
    rows.push(
      ...(yield* allArrays<MessageRow>(
        `${MESSAGES} WHERE tenant_id = ? AND resource_key = ? AND ${text}`,
        tenantId,
        key,
        ...stretch,
      )),
    )
  return rows.toSorted(([one], [other]) => (one < other ? -1 : 1)).slice(0, limit)
}

const DELIVERY_REPORT = 'Microsoft.Communication.EmailDeliveryReportReceived'
type EventRow = [id: string, tenantId: string, source: string, data: string]
type Report = { readonly messageId: string; readonly status: string }

function* listOutcomes(query: FactQuery): Sql<FactPage> {
  const { tenantId, limit } = query
  const [condition, values]: [string, readonly Value[]] =
    tenantId === undefined ? ['', []] : ['tenant_id = ? AND ', [tenantId]]
  const rows = yield* allArrays<EventRow>(
    `SELECT event_id, tenant_id, source, data FROM events
     WHERE ${condition}event_id >= ? AND event_id < ? AND type = ? ORDER BY event_id LIMIT ?`,
    ...values,
    firstId(query),
    firstQueueIdAt(query.to),
    DELIVERY_REPORT,
    limit,
  )
  const reports = rows.map((row) => ({ row, report: JSON.parse(row[3]) as Report }))
  const messages = yield* findReported(
    reports.map(({ row, report }) => ({ source: row[2], messageId: report.messageId })),
  )
  const facts = reports.flatMap(({ row: [id, tenant, source], report: { messageId, status } }): readonly Fact[] => {
    const message = messages.get(messageId)
    if (message?.isReport === true) return []
    const at = timeOf(id)
    return [
      {
        kind: 'outcome',
        tenantId: tenant,
        resourceKey: resourceKey(source),
        applicationId: message?.applicationId ?? '',
        at,
        status: OUTCOMES[status] ?? 'failed',
        ...(message !== undefined && { latency: Math.max(0, at - message.receivedAt) }),
      },
    ]
  })
  return { facts, ...behind(rows, limit) }
}

const OUTCOMES: Readonly<Record<string, 'delivered' | 'suppressed'>> = {
  Delivered: 'delivered',
  Suppressed: 'suppressed',
}

type Reported = { readonly applicationId: string; readonly receivedAt: number; readonly isReport: boolean }

/** By what their senders know them by: the queue id, or the operation of the HTTP door. What is not kept any more is left out. */
function* findReported(rows: readonly { source: string; messageId: string }[]): Sql<ReadonlyMap<string, Reported>> {
  const found = new Map(yield* readMessages([...new Set(rows.map(({ messageId }) => messageId))]))
  const left = rows.filter(({ messageId }) => !found.has(messageId))
  const operations: (readonly [string, string])[] = []
  for (const [source, group] of Map.groupBy(left, (row) => resourceKey(row.source)))
    operations.push(
      ...(yield* allInList<[operation: string, id: string]>(
        'SELECT DISTINCT operation_id, queue_id FROM email_operations WHERE resource_key = ? AND operation_id IN (?…)',
        group.map(({ messageId }) => messageId),
        { before: [source] },
      )),
    )
  const byId = new Map(yield* readMessages(operations.map(([, id]) => id)))
  for (const [operation, id] of operations) {
    const message = byId.get(id)
    if (message !== undefined) found.set(operation, message)
  }
  return found
}

function* readMessages(ids: readonly string[]): Sql<readonly (readonly [string, Reported])[]> {
  const rows = yield* allInList<[id: string, application: string, receivedAt: number, isReport: number]>(
    `SELECT DISTINCT queue_id, application_id, received_at, ${IS_REPORT} FROM messages WHERE queue_id IN (?…)`,
    ids,
  )
  return rows.map(([id, application, receivedAt, isReport]) => [
    id,
    { applicationId: application.toLowerCase(), receivedAt, isReport: isReport === 1 },
  ])
}

const REFUSALS = `
  SELECT decision_id, tenant_id, at, reason, application_id, resource_key,
    (SELECT count(*) FROM decision_references r WHERE r.decision_id = decisions.decision_id)
  FROM decisions WHERE (at, decision_id) > (?, ?) AND at < ?`

type RefusalRow = [
  id: string,
  tenantId: string,
  at: number,
  reason: string | null,
  application: string | null,
  resource: string | null,
  attempts: number,
]

/** Those of no tenant are nobody's to see. */
function* listRefusals({ tenantId, from, to, after, limit }: FactQuery): Sql<FactPage> {
  const [at = String(from), id = ''] = after?.split(' ') ?? []
  const [condition, values]: [string, readonly Value[]] =
    tenantId === undefined ? ['tenant_id IS NOT NULL', []] : ['tenant_id = ?', [tenantId]]
  const rows = yield* allArrays<RefusalRow>(
    `${REFUSALS} AND ${condition} ORDER BY at, decision_id LIMIT ?`,
    Number(at),
    id,
    to,
    ...values,
    limit,
  )
  const facts = rows.map(
    ([, tenant, moment, reason, application, resource, attempts]): Fact => ({
      kind: 'refusal',
      tenantId: tenant,
      resourceKey: resource ?? '',
      applicationId: application?.toLowerCase() ?? '',
      at: moment,
      reason: reason ?? 'unknown',
      attempts,
    }),
  )
  const last = rows.at(-1)
  return { facts, ...(last !== undefined && rows.length === limit && { next: `${last[2]} ${last[0]}` }) }
}
