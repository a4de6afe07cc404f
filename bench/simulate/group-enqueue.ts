// Edges that gather messages into statements, and one database that commits them: what a message waits for its 250, and where the
// database is full. An edge has at most LANES statements on their way, each of the largest fixed size that is waiting; the database
// works on `parallel` statements at once. A statement of n messages takes `fixed + perMessage * n` milliseconds.

import { createRandom, quantile } from './random.ts'

export type Database = { readonly fixed: number; readonly perMessage: number; readonly parallel: number }

export type EnqueueFigures = {
  readonly accepted: number
  readonly p50: number
  readonly p99: number
  readonly groupSize: number
  readonly utilisation: number
}

const SIZES = [32, 16, 8, 4, 2, 1]
const LANES = 2

type Statement = { readonly edge: number; readonly arrivals: readonly number[] }

/** `rate` in messages per millisecond over all edges. Messages that have not been answered at the end count as waiting until then. */
export function simulateEnqueue(
  database: Database,
  edges: number,
  rate: number,
  duration: number,
  seed: number,
): EnqueueFigures {
  const random = createRandom(seed)
  const gathering = Array.from({ length: edges }, (): number[] => [])
  const underWay = Array.from({ length: edges }, () => 0)
  const queue: Statement[] = []
  const running: { readonly end: number; readonly statement: Statement }[] = []
  const waits: number[] = []
  let [statements, busy, nextArrival] = [0, 0, random.exponential(1 / rate)]

  function dispatch(edge: number): void {
    const waiting = gathering[edge] ?? []
    while (waiting.length > 0 && (underWay[edge] ?? 0) < LANES) {
      const size = SIZES.find((one) => one <= waiting.length) ?? 1
      underWay[edge] = (underWay[edge] ?? 0) + 1
      queue.push({ edge, arrivals: waiting.splice(0, size) })
    }
  }

  function begin(now: number): void {
    while (running.length < database.parallel) {
      const statement = queue.shift()
      if (statement === undefined) return
      // Commits and cores are shared, so no two statements of one size take the same time.
      const time = (database.fixed + database.perMessage * statement.arrivals.length) * (0.5 + random.next())
      busy += time
      statements += 1
      running.push({ end: now + time, statement })
      running.sort((one, other) => one.end - other.end)
    }
  }

  for (let now = 0; now < duration; ) {
    const first = running[0]
    if (first !== undefined && first.end <= nextArrival) {
      now = first.end
      running.shift()
      const { edge, arrivals } = first.statement
      underWay[edge] = (underWay[edge] ?? 0) - 1
      for (const arrival of arrivals) waits.push(now - arrival)
      dispatch(edge)
    } else {
      now = nextArrival
      const edge = Math.floor(random.next() * edges)
      gathering[edge]?.push(now)
      nextArrival = now + random.exponential(1 / rate)
      dispatch(edge)
    }
    begin(now)
  }
  const answered = waits.length
  for (const arrival of [...gathering.flat(), ...queue.flatMap(({ arrivals }) => arrivals)])
    waits.push(duration - arrival)
  return {
    accepted: answered / (duration / 1000),
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    groupSize: answered / statements,
    utilisation: busy / (duration * database.parallel),
  }
}
