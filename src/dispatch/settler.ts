// Settles results in groups: while one settlement is being stored, the next ones gather. A store that cannot do its work now is asked
// again until the lease is over: a delivery whose result is forgotten would be made twice. A result that it cannot store at all takes no
// other one with it.

import type { Clock } from '../config/clock.ts'
import type { Settlement, Spool } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'

export interface Settler {
  /** Whether the result is stored. If it could not be, the lease lapses and the message is tried again. */
  settle(settlement: Settlement): Promise<boolean>
}

const BETWEEN_TRIES = 500

/** `lease`: how long after its result somebody else may have a message, in milliseconds. A failure is told once. */
export function createSettler(
  { spool, clock }: { readonly spool: Pick<Spool, 'settle'>; readonly clock: Clock },
  lease: number,
  onFailure: (error: unknown) => void,
): Settler {
  let gathering: Settlement[] = []
  let gathered: Promise<ReadonlySet<Settlement>> = Promise.resolve(new Set())

  /** Gives those that are lost. */
  async function store(batch: readonly Settlement[]): Promise<ReadonlySet<Settlement>> {
    const failure = await failureOf(spool, batch)
    if (failure === undefined) return new Set()
    onFailure(failure)
    return new Set(await storeAgain(batch, failure))
  }

  async function storeAgain(batch: readonly Settlement[], failure: unknown): Promise<readonly Settlement[]> {
    if (failure instanceof StoreError && failure.code !== 'internal') return storeLater(batch)
    if (batch.length === 1) return batch
    const lost: Settlement[] = []
    for (const one of batch) {
      const itsOwn = await failureOf(spool, [one])
      if (itsOwn !== undefined) lost.push(...(await storeAgain([one], itsOwn)))
    }
    return lost
  }

  async function storeLater(batch: readonly Settlement[]): Promise<readonly Settlement[]> {
    await new Promise<void>((resolve) => void clock.after(BETWEEN_TRIES, resolve))
    const left = batch.filter(({ at }) => clock.now() < at + lease)
    const late = batch.filter((one) => !left.includes(one))
    const failure = left.length === 0 ? undefined : await failureOf(spool, left)
    return failure === undefined ? late : [...late, ...(await storeAgain(left, failure))]
  }

  return {
    async settle(settlement) {
      if (gathering.length === 0) {
        gathered = gathered.then(() => {
          const batch = gathering
          gathering = []
          return store(batch)
        })
      }
      gathering.push(settlement)
      return !(await gathered).has(settlement)
    },
  }
}

async function failureOf(spool: Pick<Spool, 'settle'>, batch: readonly Settlement[]): Promise<unknown> {
  try {
    await spool.settle(batch)
    return undefined
  } catch (error) {
    return error
  }
}
