// The spool as an edge sees it: a store that is full, failing or gone is an outcome of the enqueue, not an exception. Bugs stay bugs.

import { StoreError } from '../storage/store-error.ts'
import type { EnqueueOutcome, Spool } from './spool.ts'

/** `spool` rejects with a StoreError when the store cannot do its work. */
export function createSpoolClient(spool: Spool): Spool {
  return {
    enqueue: (message) => spool.enqueue(message).catch(outcomeOf),
    claim: (request) => spool.claim(request),
    renew: (tokens, leaseUntil) => spool.renew(tokens, leaseUntil),
    release: (tokens) => spool.release(tokens),
    settle: (settlements) => spool.settle(settlements),
    voidClaims: () => spool.voidClaims(),
  }
}

function outcomeOf(error: unknown): EnqueueOutcome {
  if (!(error instanceof StoreError) || error.code === 'internal') throw error
  return error.code === 'full' ? { type: 'full' } : { type: 'unavailable', detail: error.message }
}
