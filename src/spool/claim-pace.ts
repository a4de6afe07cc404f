// How thoroughly a claim looks for what is due. The index on it keeps an entry of every claim and settlement until no transaction can see
// the time before: while a long one is open (a dump, a report), each look from the beginning steps over all that was lent since, and
// costs a second for some hundred thousand messages. So looks that have become slow are made only now and then; those in between begin
// a little before where the last one found something.

/** Of the time that passes, one part in so many may go into thorough claims. */
const RARITY = 20
/** Milliseconds below which a claim is never too slow. */
const QUICK = 250
/** Milliseconds: mail that another node was slow to store, or whose lease has just ended, lies before what was found already. */
const MARGIN = 5_000

export class ClaimPace {
  readonly #elapsed: () => number
  #thoroughFrom = 0
  #from = 0

  /** `elapsed`: milliseconds since some moment. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  /** Looking from the beginning, and in every queue, is affordable. */
  get isThorough(): boolean {
    return this.#elapsed() >= this.#thoroughFrom
  }

  /** Where a look that is not thorough begins. */
  get from(): number {
    return this.#from
  }

  /** `due` is when the oldest message that was found became due. */
  found(due: number): void {
    this.#from = due - MARGIN
  }

  /** Runs a thorough claim and keeps its time in mind. */
  async measure<T>(work: () => Promise<T>): Promise<T> {
    const begin = this.#elapsed()
    try {
      return await work()
    } finally {
      const end = this.#elapsed()
      if (end - begin > QUICK) this.#thoroughFrom = end + (RARITY - 1) * (end - begin)
    }
  }
}
