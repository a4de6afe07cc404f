// Reads, decides and writes as if nobody else changed the tenant meanwhile. The tenant's epoch, which every change moves, is read first
// and compared in the transaction that writes; if it moved, everything is read and decided again. Within a thread the writers of a
// tenant also take turns: a crowd of them would otherwise disturb each other round after round, of which only one gets through. The
// epoch alone keeps other threads and processes apart, so nobody there waits for anybody.

import type { Storage, Writers } from './storage.ts'
import { StoreError } from './store-error.ts'

/** Without `record` nothing is to be written, and the result stands as it is. */
export type Decision<Result> = { readonly result: Result; readonly record?: (write: Writers) => void }

/** Each round somebody's write has gone through, so this is how many others may crowd one tenant at once. */
const ROUNDS = 20

/** `decide` may run several times: all that it reads must be read inside, and it must do nothing but read. */
export async function writeUndisturbed<Result>(
  storage: Pick<Storage, 'read' | 'atomically'>,
  tenantId: string,
  decide: () => Promise<Decision<Result>>,
): Promise<Result> {
  return inTurn(storage, tenantId, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const epoch = await storage.read.directory.readEpoch(tenantId)
      const { result, record } = await decide()
      if (record === undefined) return result
      // No tenant has a negative epoch: without a tenant the guard breaks.
      const outcome = await storage.atomically(record, { tenantId, epoch: epoch ?? -1 })
      if (outcome.type === 'committed') return result
    }
    throw new StoreError('unavailable', `too many changes at once in tenant ${tenantId}`)
  })
}

/** By store and tenant, the last in the queue. */
const queues = new WeakMap<object, Map<string, Promise<unknown>>>()

/** A queue goes when its last has been served, so that they do not pile up. */
async function inTurn<Result>(
  { read }: Pick<Storage, 'read'>,
  tenantId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const ofStore = queues.get(read) ?? new Map<string, Promise<unknown>>()
  queues.set(read, ofStore)
  const mine = (ofStore.get(tenantId) ?? Promise.resolve()).then(work)
  const served = mine.catch(() => {})
  ofStore.set(tenantId, served)
  try {
    return await mine
  } finally {
    if (ofStore.get(tenantId) === served) ofStore.delete(tenantId)
  }
}
