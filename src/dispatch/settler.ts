// Settles results in groups: while one settlement is being stored, the next ones gather. A store that cannot do its work now is asked
// again until the lease is over: a delivery whose result is forgotten would be made twice.

import type { Clock } from '../config/clock.ts'
import type { Settlement, Spool } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'

export interface Settler {
  /** Resolves when the result is stored, or could not be: then the lease lapses and the message is tried again. */
  settle(settlement: Settlement): Promise<void>
}

const BETWEEN_TRIES = 500

/** `lease`: how long after its result somebody else may have a message, in milliseconds. A failure is told once. */
export function createSettler(
  { spool, clock }: { readonly spool: Pick<Spool, 'settle'>; readonly clock: Clock },
  lease: number,
  onFailure: (error: unknown) => void,
): Settler {
  let gathering: Settlement[] = []
  let gathered = Promise.resolve()
  let running = Promise.resolve()

  async function store(batch: readonly Settlement[]): Promise<void> {
    const failure = await failureOf(spool, batch)
    if (failure === undefined) return
    onFailure(failure)
    if (failure instanceof StoreError && failure.code !== 'internal') await storeLater(batch)
  }

  async function storeLater(batch: readonly Settlement[]): Promise<void> {
    await new Promise<void>((resolve) => void clock.after(BETWEEN_TRIES, resolve))
    const left = batch.filter(({ at }) => clock.now() < at + lease)
    if (left.length > 0 && (await failureOf(spool, left)) !== undefined) await storeLater(left)
  }

  return {
    settle(settlement) {
      if (gathering.length === 0) {
        gathered = running.then(() => {
          const batch = gathering
          gathering = []
          return store(batch)
        })
        running = gathered
      }
      gathering.push(settlement)
      return gathered
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
