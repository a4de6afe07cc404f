// How many sessions may be signed in through the communication services of one subscription, over all threads of this node; where nothing
// says so, as many as there are connections. Counted with the sources of connections, in the memory that threads share. It knows no reply.
// Azure: data-plane reference §1.6.

import { parseResourceId } from '../resources/resource-id.ts'
import type { SourceCounts } from './source-counts.ts'

export type SignedInLimit = { readonly most: number; readonly counts: SourceCounts }

/** False where there is no room. A place is kept until the session is `closed`. */
export function takePlace(limit: SignedInLimit | undefined, resourceId: string, closed: Promise<void>): boolean {
  if (limit === undefined) return true
  const { most, counts } = limit
  const subscription = `subscription ${parseResourceId(resourceId)?.subscriptionId?.toLowerCase() ?? ''}`
  // Counted before it is compared: threads that let in at the same moment see each other.
  if (counts.add(subscription) > most) {
    counts.remove(subscription)
    return false
  }
  void closed.then(() => counts.remove(subscription))
  return true
}
