// Counts attempts to sign in, for all threads and nodes, without letting an attack turn them into work: while one write runs, the next
// gathers, and equal subjects become one. Each attempt is counted before it is looked at and learns its own place, so a thousand at once
// have a thousand places. What the store cannot count now is counted by this thread alone: that slows down, and neither opens the door
// nor locks anybody out. It does not know what a place means.

import type {
  AttemptRecord,
  KnownLoginSource,
  LoginLevel,
  LoginLimitWriter,
  LoginRefund,
  LoginSubject,
} from '../storage/storage.ts'
import { addedBy, type Attempt, createOwnAttempts, type OwnAttempts, type Place, subjectName } from './own-attempts.ts'

export type { Attempt, Place }

export interface AttemptCounter {
  count(attempt: Attempt): Promise<Place>
  /** The attempt was no failure after all. */
  takeBack(subject: LoginSubject, place: Place): void
  remember(known: KnownLoginSource): void
  /** Resolves when all that was asked for is written. */
  settled(): Promise<void>
}

/** Distinct subjects that gather during one write; others are counted by this thread. */
const GATHER_LIMIT = 3000
/** Subjects counted between two trims of the store. */
const TRIM_AFTER = 1000

export function createAttemptCounter(
  writer: Pick<LoginLimitWriter, 'recordAttempts'>,
  now: () => number,
): AttemptCounter {
  return new GatheringCounter(writer, now)
}

type Gathered = { readonly attempt: Attempt; readonly waiting: ((place: Place) => void)[] }

class Batch {
  readonly charges = new Map<string, Gathered>()
  readonly refunds = new Map<string, LoginRefund>()
  readonly known = new Map<string, KnownLoginSource>()
}

class GatheringCounter implements AttemptCounter {
  readonly #writer: Pick<LoginLimitWriter, 'recordAttempts'>
  readonly #now: () => number
  readonly #own: OwnAttempts
  #gathering = new Batch()
  #isScheduled = false
  #running = Promise.resolve()
  #untrimmed = 0

  constructor(writer: Pick<LoginLimitWriter, 'recordAttempts'>, now: () => number) {
    this.#writer = writer
    this.#now = now
    this.#own = createOwnAttempts(now)
  }

  count(attempt: Attempt): Promise<Place> {
    const { charges } = this.#gathering
    const name = subjectName(attempt.subject)
    const shared = charges.get(name)
    if (shared === undefined && charges.size >= GATHER_LIMIT) return Promise.resolve(this.#own.count(attempt))
    this.#schedule()
    return new Promise((resolve) => {
      if (shared === undefined) charges.set(name, { attempt, waiting: [resolve] })
      else shared.waiting.push(resolve)
    })
  }

  takeBack(subject: LoginSubject, place: Place): void {
    if (place.isOwn) return this.#own.takeBack(subject, place)
    const { kind, key } = subject
    const { refunds } = this.#gathering
    const before = refunds.get(subjectName(subject)) ?? { amount: 0, count: 0 }
    refunds.set(subjectName(subject), { kind, key, amount: before.amount + place.added, count: before.count + 1 })
    this.#schedule()
  }

  remember(known: KnownLoginSource): void {
    this.#gathering.known.set(`${known.usernameKey} ${known.sourceKey}`, known)
    this.#schedule()
  }

  async settled(): Promise<void> {
    do await this.#running
    while (this.#isScheduled)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#running = this.#running.then(() => {
      const batch = this.#gathering
      this.#gathering = new Batch()
      this.#isScheduled = false
      return this.#write(batch)
    })
  }

  async #write({ charges, refunds, known }: Batch): Promise<void> {
    const gathered = [...charges.values()]
    this.#untrimmed += gathered.length
    const record: AttemptRecord = {
      at: this.#now(),
      charges: gathered.map(({ attempt, waiting }) => ({ ...attempt, count: waiting.length })),
      refunds: [...refunds.values()],
      known: [...known.values()],
      trim: this.#untrimmed >= TRIM_AFTER,
    }
    // What was to be taken back, or a network to be known, is lost where the store does not answer: it costs a wait at most.
    const levels = await this.#writer.recordAttempts(record).catch(() => undefined)
    if (levels !== undefined && record.trim) this.#untrimmed = 0
    for (const [index, one] of gathered.entries()) this.#tell(one, levels?.[index])
  }

  #tell({ attempt, waiting }: Gathered, level: LoginLevel | undefined): void {
    if (level === undefined) for (const tell of waiting) tell(this.#own.count(attempt))
    else tellPlaces({ attempt, waiting }, level)
  }
}

/** Those that were counted together stand one behind the other. */
function tellPlaces({ attempt, waiting }: Gathered, level: LoginLevel): void {
  for (const [index, tell] of waiting.entries()) {
    const before = level.backlog + index * attempt.cost
    const attempts = level.attempts - waiting.length + index + 1
    tell({
      backlog: before + attempt.cost,
      added: addedBy(attempt, before),
      since: level.since,
      attempts,
      isOwn: false,
    })
  }
}
