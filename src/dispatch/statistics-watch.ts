// Adds up what statistics show, a step of five minutes at a time, from rows that are there anyway: nothing is counted where mail is
// accepted. One node does it for all, and another goes on where it stopped; a step that is counted twice has the same sums. What belongs
// to a step may be stored after its end: the content of a message may take long to arrive, so submissions are counted once more when an
// hour is over.

import type { Clock } from '../config/clock.ts'
import { StepSums, stepOf } from '../storage/count-facts.ts'
import { STATISTICS_TURN } from '../storage/sql/statistics.ts'
import { FACT_KINDS, type FactKind, HOUR, STEP } from '../storage/statistics.ts'
import type { Storage } from '../storage/storage.ts'

export type StatisticsWatchService = {
  readonly storage: Storage
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  /** Of this node. */
  readonly holder: string
  readonly onFailure: (what: string, error: unknown) => void
}

const BETWEEN_LOOKS = 60_000
const LEASE = 600_000
/** Decisions and settlements are stored within seconds of their moment. */
const LAG = 30_000
/** From the MAIL command to the end of the content. */
const LONGEST_ARRIVAL = HOUR
/** How far back a new installation, or one that had no statistics before, is counted. */
const FIRST = 7 * 24 * HOUR
/** Rows that are read, and sums that are written, at once. */
const FACTS = 1000
const SUMS = 100

export function startStatisticsWatch(service: StatisticsWatchService): { stop(): Promise<void> } {
  const { clock, random, onFailure } = service
  let stopped = false
  let looking = Promise.resolve()
  let cancel = () => {}

  async function look(): Promise<void> {
    try {
      await takeTurn(service, () => stopped)
    } catch (error) {
      onFailure('the statistics', error)
    }
    if (!stopped) schedule(BETWEEN_LOOKS * (0.5 + random()))
  }
  function schedule(delay: number): void {
    cancel = clock.after(delay, () => {
      looking = look()
    })
  }
  schedule(BETWEEN_LOOKS * random())
  return {
    async stop() {
      stopped = true
      cancel()
      await looking
    },
  }
}

async function takeTurn({ storage, clock, holder }: StatisticsWatchService, isStopped: () => boolean): Promise<void> {
  const { watches } = storage.write
  const turn = { name: STATISTICS_TURN, holder }
  const at = clock.now()
  const taken = await watches.takeTurn({ ...turn, at, until: at + LEASE })
  if (taken === undefined) return
  const end = stepOf(at - LAG)
  let counted = taken.position === '' ? stepOf(at - FIRST) : Number(taken.position)
  while (counted < end && !isStopped()) {
    const next = Math.min(counted + HOUR, end)
    await countStretch(storage, FACT_KINDS, counted, next)
    await countStretch(storage, ['submission'], counted - LONGEST_ARRIVAL, next - LONGEST_ARRIVAL)
    counted = next
    if (!(await watches.keepTurn({ ...turn, until: clock.now() + LEASE, position: String(counted) }))) return
  }
  const dueAt = isStopped() ? clock.now() : counted + STEP + LAG
  await watches.endTurn({ ...turn, dueAt, position: String(counted) })
}

/** Leaps over what nothing happened in. */
async function countStretch(storage: Storage, kinds: readonly FactKind[], from: number, to: number): Promise<void> {
  for (let at = await nextStep(storage, kinds, from, to); at < to; at = await nextStep(storage, kinds, at + STEP, to))
    await countStep(storage, kinds, at)
}

async function nextStep({ read }: Storage, kinds: readonly FactKind[], from: number, to: number): Promise<number> {
  let first = to
  for (const kind of kinds) {
    const at = await firstFact(read.statistics, kind, from, first)
    if (at !== undefined) first = Math.min(first, stepOf(at))
  }
  return Math.max(first, from)
}

/** A page may hold only what does not count. */
async function firstFact(
  reader: Storage['read']['statistics'],
  kind: FactKind,
  from: number,
  to: number,
): Promise<number | undefined> {
  for (let after: string | undefined; ; ) {
    const query = { kind, from, to, limit: after === undefined ? 1 : FACTS }
    const page = await reader.listFacts(after === undefined ? query : { ...query, after })
    const [fact] = page.facts
    if (fact !== undefined) return fact.at
    if (page.next === undefined) return undefined
    after = page.next
  }
}

async function countStep({ read, write }: Storage, kinds: readonly FactKind[], at: number): Promise<void> {
  const counting = new StepSums(at)
  for (const kind of kinds) {
    let after: string | undefined
    do {
      const query = { kind, from: at, to: at + STEP, limit: FACTS }
      const page = await read.statistics.listFacts(after === undefined ? query : { ...query, after })
      for (const fact of page.facts) counting.add(fact)
      after = page.next
    } while (after !== undefined)
  }
  const { sums } = counting
  for (let first = 0; first < sums.length; first += SUMS)
    await write.statistics.putSums(kinds, sums.slice(first, first + SUMS))
}
