// The body of a request as text, never more than 1 MiB of it. It counts octets as they come and believes no declared length that is
// smaller. (Hono's own limit builds a new Request, which the adapter to Node without its replaced globals does not survive.)

import type { HonoRequest } from 'hono'
import { type Refusal, refused } from './refusal.ts'

const BODY_LIMIT = 1024 * 1024

const BROKEN_OFF = refused(400, 'BadRequest', 'The request body broke off.')
const TOO_LARGE = refused(413, 'RequestEntityTooLarge', 'The request body is larger than 1 MiB.')

export type ReceivedText = { readonly type: 'text'; readonly text: string } | Refusal

export async function readText(request: HonoRequest): Promise<ReceivedText> {
  if (Number(request.header('content-length') ?? 0) > BODY_LIMIT) return TOO_LARGE
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.raw.body ?? []) {
      size += chunk.length
      // Leaving the loop cancels the stream.
      if (size > BODY_LIMIT) return TOO_LARGE
      chunks.push(chunk)
    }
  } catch {
    // The client went away or was too slow: no fault of ours, so no line in the log for a stranger to fill it with.
    return BROKEN_OFF
  }
  return { type: 'text', text: Buffer.concat(chunks).toString('utf8') }
}
