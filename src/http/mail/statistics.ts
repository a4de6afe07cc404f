// `GET /providers/Postern.Mail/statistics`: how much was accepted, delivered and refused, by intervals of time, for whoever may see the
// messages themselves. Sums of what is over are there already; the last minutes are counted while somebody waits, up to a bound, and the
// answer says where that was met. Intervals in which nothing happened are left out.

import type { Context } from 'hono'
import { z } from 'zod'
import { MAIL_ACTIONS } from '../../access/operations.ts'
import { addCounts, addFact, noCounts, percentile } from '../../storage/count-facts.ts'
import { FACT_KINDS, type FactKind, STEP, type StatisticsSubject, type Sum } from '../../storage/statistics.ts'
import type { Storage } from '../../storage/storage.ts'
import { authorize, type Caller, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, badMember, type Refusal } from '../refusal.ts'
import type { HttpEnv } from '../request-context.ts'
import { named, time } from '../responses.ts'
import { readQuery } from '../validation.ts'
import { present } from './queue-forms.ts'
import { guid } from './queue-schemas.ts'
import { resourcesOpenTo } from './readable-scopes.ts'

const READ = controlAction(MAIL_ACTIONS.readMessages)
export const STATISTICS_PATH = '/providers/Postern.Mail/statistics'

const INTERVALS = { PT5M: STEP, PT1H: 3_600_000, P1D: 86_400_000 } as const
const DAY = 86_400_000
/** A week in steps of five minutes. */
const MOST_INTERVALS = 2016
/** Of each kind, in the minutes that are not in the sums yet. */
const MOST_FACTS = 5000
/** Sums of that many resources are put together for whoever may not see all. */
const MOST_RESOURCES = 100

const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

export const statisticsQuery = z.object({
  /** A day before `to`, without it. Times are taken back to the beginning of their interval. */
  from: moment.optional(),
  /** Now, without it. */
  to: moment.optional(),
  interval: z.enum(['PT5M', 'PT1H', 'P1D']).default('PT1H'),
  applicationId: guid.optional(),
  /** The id of a communication service. */
  resource: z.string().min(1).max(2048).optional(),
})
type Asked = z.output<typeof statisticsQuery>

const figures = {
  submissions: z.int(),
  /** Of all submissions together, in octets. */
  size: z.int(),
  /** Recipients, as their mail came to its end. */
  delivered: z.int(),
  failed: z.int(),
  suppressed: z.int(),
  /** From receipt to the end, in milliseconds, as near as classes tell. */
  latency: z.object({ p50: z.int(), p95: z.int() }).optional(),
  refusals: z.array(z.object({ reason: z.string(), count: z.int() })),
}

export const statisticsSchema = named(
  'Statistics',
  z.object({
    from: time,
    to: time,
    interval: z.enum(['PT5M', 'PT1H', 'P1D']),
    /** False: in the last minutes more happened than is counted at once. */
    isComplete: z.boolean(),
    totals: z.object(figures),
    value: z.array(z.object({ at: time, ...figures })),
  }),
)

type Dependencies = Pick<HttpDependencies, 'storage' | 'clock'>
type Stretch = { readonly from: number; readonly to: number; readonly length: number }
type Seen = { readonly tenantId: string; readonly resourceIds?: readonly string[] }

export function readStatistics({ storage, clock }: Dependencies) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const query = readQuery(c.req.url, statisticsQuery)
    if (query.type === 'refused') return answerRefusal(c, query)
    const stretch = stretchOf(query.value, clock.now())
    if ('type' in stretch) return answerRefusal(c, stretch)
    const seen = await seenBy(storage, c.var.caller, query.value)
    if ('type' in seen) return answerRefusal(c, seen)
    const { sums, isComplete } = await readSums(storage, seen, query.value, stretch)
    return c.json(answerForm(query.value, stretch, sums, isComplete))
  }
}

function stretchOf({ interval, ...asked }: Asked, now: number): Stretch | Refusal {
  const length = INTERVALS[interval]
  const to = asked.to ?? now
  const from = Math.floor((asked.from ?? to - DAY) / length) * length
  if (to <= from) return badMember('from', "'from' must be before 'to'.")
  if (to - from <= length * (MOST_INTERVALS + 1)) return { from, to, length }
  return badMember('interval', `There may be ${MOST_INTERVALS} intervals at most: take longer ones.`)
}

async function seenBy(storage: Storage, caller: Caller, { resource }: Asked): Promise<Seen | Refusal> {
  const { tenantId } = caller
  if (resource !== undefined)
    return authorize(caller, READ, resource) ?? { tenantId, resourceIds: [resource.replace(/\/+$/, '')] }
  const open = await resourcesOpenTo(storage, caller, READ)
  if (open.type === 'refused') return open
  if ((open.where.resourceIds?.length ?? 0) <= MOST_RESOURCES) return open.where
  return (
    authorize(caller, READ, TENANT_ROOT) ??
    badMember('resource', `Ask for one 'resource': you may see those of ${MOST_RESOURCES} and more, but not all.`)
  )
}

async function readSums({ read }: Storage, seen: Seen, { applicationId }: Asked, { from, to }: Stretch) {
  const { tenantId, resourceIds } = seen
  const application = present({ applicationId })
  const subjects: readonly StatisticsSubject[] = resourceIds?.map((resourceId) => ({ ...application, resourceId })) ?? [
    application,
  ]
  const countedUntil = await read.statistics.readCountedUntil()
  const past = await read.statistics.readSums({ tenantId, subjects, from, to: Math.min(to, countedUntil) })
  if (countedUntil >= to) return { sums: past, isComplete: true }
  const fresh = await countFresh(read, { ...seen, ...application, from: Math.max(from, countedUntil), to })
  return { sums: [...past, ...fresh.sums], isComplete: fresh.isComplete }
}

type Fresh = Seen & { readonly applicationId?: string; readonly from: number; readonly to: number }

async function countFresh(read: Storage['read'], query: Fresh) {
  const sums: Sum[] = []
  let isComplete = true
  const count = async (kind: FactKind) => {
    const { facts, next } = await read.statistics.listFacts({ ...query, kind, limit: MOST_FACTS })
    if (next !== undefined) isComplete = false
    for (const fact of facts) {
      const counts = noCounts()
      addFact(counts, fact)
      sums.push({ at: fact.at, counts })
    }
  }
  for (const kind of FACT_KINDS) await count(kind)
  return { sums, isComplete }
}

function answerForm({ interval }: Asked, { from, to, length }: Stretch, sums: readonly Sum[], isComplete: boolean) {
  const totals = noCounts()
  const intervals = new Map<number, ReturnType<typeof noCounts>>()
  for (const { at, counts } of sums) {
    const begin = Math.floor(at / length) * length
    const inInterval = intervals.get(begin) ?? noCounts()
    intervals.set(begin, inInterval)
    addCounts(inInterval, counts)
    addCounts(totals, counts)
  }
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    interval,
    isComplete,
    totals: figuresOf(totals),
    value: [...intervals]
      .toSorted(([one], [other]) => one - other)
      .map(([at, counts]) => ({ at: new Date(at).toISOString(), ...figuresOf(counts) })),
  }
}

function figuresOf({ latency, refusals, ...counts }: ReturnType<typeof noCounts>) {
  const [p50, p95] = [percentile(latency, 0.5), percentile(latency, 0.95)]
  return {
    ...counts,
    ...(p50 !== undefined && p95 !== undefined && { latency: { p50, p95 } }),
    refusals: Object.entries(refusals)
      .map(([reason, count]) => ({ reason, count }))
      .toSorted((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1)),
  }
}
