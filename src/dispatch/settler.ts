// Settles results in groups: while one settlement is being stored, the next ones gather.

import type { Settlement, Spool } from '../spool/spool.ts'

export interface Settler {
  /** Resolves when the result is stored, or could not be: then the lease lapses and the message is tried again. */
  settle(settlement: Settlement): Promise<void>
}

export function createSettler(spool: Pick<Spool, 'settle'>, onFailure: (error: unknown) => void): Settler {
  let gathering: Settlement[] = []
  let gathered = Promise.resolve()
  let running = Promise.resolve()

  async function store(batch: readonly Settlement[]): Promise<void> {
    try {
      await spool.settle(batch)
    } catch (error) {
      onFailure(error)
    }
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
