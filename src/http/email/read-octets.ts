// The body of a request as octets, never more of it than a message may have, and never more of all bodies together than a bound, nor of
// those of one tenant than a part of that: slow senders of one must not keep the others out. It counts octets as they come and believes
// no declared length that is smaller.

import type { HonoRequest } from 'hono'
import { type Refusal, refused } from '../refusal.ts'

export type ReceivedOctets =
  /** `release` is called once nothing that was made of them is left. */
  { readonly type: 'octets'; readonly octets: Uint8Array; readonly release: () => void } | Refusal

export type ReadOctets = (request: HonoRequest, tenantId: string) => Promise<ReceivedOctets>

const BROKEN_OFF = refused(400, 'BadRequest', 'The request body broke off.')
const BUSY = refused(503, 'ServiceUnavailable', 'There are too many large requests just now. Try again.', {
  'retry-after': '1',
})

/** Of all that is at hand, what one tenant may have; a body always fits. */
const SHARE = 3 / 4

/**
 * Limits that are read before a body is given up. Who sends on hears the answer only when all is sent, since the connection is closed
 * half a second after an answer that came before.
 */
const PATIENCE = 2

/** In octets: of one body, and of all that are at hand. */
export function createReadOctets({ limit, total }: { readonly limit: number; readonly total: number }): ReadOctets {
  const tooLarge = refused(413, 'RequestTooLarge', `The request body is larger than ${limit} octets.`)
  const share = Math.max(limit, total * SHARE)
  const takenBy = new Map<string, number>()
  let taken = 0

  function take(tenantId: string, size: number): boolean {
    const own = (takenBy.get(tenantId) ?? 0) + size
    taken += size
    if (own > 0) takenBy.set(tenantId, own)
    else takenBy.delete(tenantId)
    return taken <= total && own <= share
  }

  return async (request, tenantId) => {
    if (Number(request.header('content-length') ?? 0) > PATIENCE * limit) return tooLarge
    const chunks: Uint8Array[] = []
    let received = 0
    let size = 0
    let refusal: Refusal | undefined
    const release = () => {
      take(tenantId, -size)
      size = 0
    }
    try {
      for await (const chunk of request.raw.body ?? []) {
        received += chunk.length
        // Leaving the loop cancels the stream.
        if (received > PATIENCE * limit) break
        if (refusal !== undefined) continue
        size += chunk.length
        const fits = take(tenantId, chunk.length)
        if (received > limit) refusal = tooLarge
        else if (!fits) refusal = BUSY
        else chunks.push(chunk)
        if (refusal !== undefined) {
          release()
          chunks.length = 0
        }
      }
    } catch {
      // The client went away or was too slow: no fault of ours, so no line in the log for a stranger to fill it with.
      refusal = BROKEN_OFF
    }
    if (received > limit) refusal ??= tooLarge
    if (refusal !== undefined) {
      release()
      return refusal
    }
    return { type: 'octets', octets: Buffer.concat(chunks), release }
  }
}
