// Statistics: facts out of the rows of messages, delivery reports and decisions, and sums by the hour. Ids that begin with their time make
// a stretch of time a stretch of an index, so what is read is what is counted and nothing else. A row holds an hour of one subject: there
// are never more rows than three for each message and refusal that is counted.

import { addCounts, noCounts } from '../count-facts.ts'
import {
  type Counts,
  type FactKind,
  HOUR,
  type NewSum,
  type StatisticsReader,
  type StatisticsSubject,
  type StatisticsWriter,
  STEP,
  type Sum,
} from '../statistics.ts'
import { allArrays, firstArray, type InSql, run, type Sql, snapshot } from './sql.ts'
import { listFacts } from './statistics-facts.ts'

/** The turn of whoever counts; its position is the moment up to which everything is in the sums. */
export const STATISTICS_TURN = 'statistics'

export const statisticsReader: InSql<StatisticsReader> = {
  listFacts: (query) => snapshot(listFacts(query)),
  readSums,
  *readCountedUntil() {
    const row = yield* firstArray<[string]>('SELECT position FROM watches WHERE name = ?', STATISTICS_TURN)
    return Number(row?.[0] ?? 0)
  },
}

export const statisticsWriter: InSql<StatisticsWriter> = {
  *putSums(kinds, sums) {
    for (const sum of sums) yield* putSum(kinds, sum)
  },
}

/** `s` submissions and `o` their octets, `d` delivered, `f` failed, `p` suppressed, `l` latency, `x` refusals; nothing that is 0. */
type StoredCounts = {
  readonly s?: number
  readonly o?: number
  readonly d?: number
  readonly f?: number
  readonly p?: number
  readonly l?: readonly number[]
  readonly x?: Readonly<Record<string, number>>
}
type Steps = Record<string, StoredCounts>

const MEMBERS: Readonly<Record<FactKind, readonly (keyof StoredCounts)[]>> = {
  submission: ['s', 'o'],
  outcome: ['d', 'f', 'p', 'l'],
  refusal: ['x'],
}

function storedCounts({ submissions: s, size: o, delivered: d, failed: f, suppressed: p, ...rest }: Counts) {
  const { latency: l, refusals: x } = rest
  const isSome = (value: unknown) =>
    typeof value === 'number' ? value > 0 : Object.values(value as object).some((count) => count > 0)
  return Object.fromEntries(Object.entries({ s, o, d, f, p, l, x }).filter(([, value]) => isSome(value)))
}

const countsOf = ({ s = 0, o = 0, d = 0, f = 0, p = 0, l = [], x = {} }: StoredCounts): Counts => ({
  submissions: s,
  size: o,
  delivered: d,
  failed: f,
  suppressed: p,
  latency: l,
  refusals: x,
})

function subjectKey({ resourceId = '', applicationId }: StatisticsSubject): string {
  const resource = resourceId.toLowerCase()
  if (applicationId !== undefined) return `a${applicationId.toLowerCase()} ${resource}`
  return resource === '' ? '' : `r${resource}`
}

function* putSum(kinds: readonly FactKind[], { tenantId, subject, at, counts }: NewSum): Sql<void> {
  const place = [tenantId, subjectKey(subject), Math.floor(at / HOUR) * HOUR] as const
  const row = yield* firstArray<[string]>(
    'SELECT steps FROM statistics WHERE tenant_id = ? AND subject = ? AND hour = ?',
    ...place,
  )
  const steps = row === undefined ? {} : (JSON.parse(row[0]) as Steps)
  const step = String(Math.floor((at % HOUR) / STEP))
  const given = new Set<string>(kinds.flatMap((kind) => MEMBERS[kind]))
  const kept = Object.entries(steps[step] ?? {}).filter(([member]) => !given.has(member))
  const put = Object.entries(storedCounts(counts)).filter(([member]) => given.has(member))
  steps[step] = Object.fromEntries([...kept, ...put])
  yield* run(
    `INSERT INTO statistics (tenant_id, subject, hour, steps) VALUES (?, ?, ?, ?)
     ON CONFLICT (tenant_id, subject, hour) DO UPDATE SET steps = excluded.steps`,
    ...place,
    JSON.stringify(steps),
  )
}

type SumRow = [hour: number, steps: string]

function* readSums(query: Parameters<StatisticsReader['readSums']>[0]): Sql<readonly Sum[]> {
  const { from, to } = query
  const sums = new Map<number, ReturnType<typeof noCounts>>()
  for (const subject of query.subjects)
    for (const [hour, text] of yield* rowsOf(query, subject))
      for (const [step, counts] of Object.entries(JSON.parse(text) as Steps)) {
        const at = hour + Number(step) * STEP
        if (at < from || at >= to) continue
        const sum = sums.get(at) ?? noCounts()
        sums.set(at, sum)
        addCounts(sum, countsOf(counts))
      }
  return [...sums].map(([at, counts]) => ({ at, counts })).toSorted((one, other) => one.at - other.at)
}

/** An application without a resource is on all of them: its rows lie together. */
function* rowsOf(
  { tenantId, from, to }: { readonly tenantId: string; readonly from: number; readonly to: number },
  subject: StatisticsSubject,
): Sql<readonly SumRow[]> {
  const key = subjectKey(subject)
  const hours = [Math.floor(from / HOUR) * HOUR, to] as const
  if (subject.applicationId !== undefined && subject.resourceId === undefined)
    return yield* allArrays<SumRow>(
      `SELECT hour, steps FROM statistics
       WHERE tenant_id = ? AND subject >= ? AND subject < ? AND hour >= ? AND hour < ?`,
      tenantId,
      key,
      `${key.slice(0, -1)}!`,
      ...hours,
    )
  return yield* allArrays<SumRow>(
    'SELECT hour, steps FROM statistics WHERE tenant_id = ? AND subject = ? AND hour >= ? AND hour < ?',
    tenantId,
    key,
    ...hours,
  )
}

/** Hours that began before. */
export function* sweepStatistics(before: number, limit: number): Sql<number> {
  return yield* run(
    `DELETE FROM statistics WHERE (tenant_id, subject, hour) IN
       (SELECT tenant_id, subject, hour FROM statistics WHERE hour < ? ORDER BY hour LIMIT ?)`,
    before,
    limit,
  )
}
