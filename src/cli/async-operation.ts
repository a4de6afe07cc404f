// Waiting for an operation that the server goes on with after its answer: asked again in the rhythm the server names, until it says how
// it ended. Azure: control-plane reference §1.7: a body with `status`, or 202 until it is done.

import { z } from 'zod'
import type { Clock } from '../config/clock.ts'
import type { ApiAnswer } from './api.ts'
import { type Failure, failed } from './failure.ts'

/** `retryAfter` is the header: seconds. */
export type PendingOperation = { readonly link: string; readonly retryAfter: string | undefined }

const DEFAULT_PAUSE = 2
const LONGEST_PAUSE = 10
const PATIENCE = 10 * 60

const statusBody = z.object({ status: z.string(), error: z.object({ message: z.string() }).nullish() })

/** Undefined when it ended well. */
export async function awaitOperation(
  operation: PendingOperation,
  ask: (link: string) => Promise<ApiAnswer | Failure>,
  clock: Clock,
): Promise<Failure | undefined> {
  let { retryAfter } = operation
  for (let waited = 0; waited < PATIENCE; ) {
    const pause = Math.min(LONGEST_PAUSE, Number(retryAfter ?? DEFAULT_PAUSE) || 0)
    await new Promise<void>((resolve) => void clock.after(pause * 1000, resolve))
    waited += Math.max(pause, 1)
    const answer = await ask(operation.link)
    if (answer.type === 'failed') return answer
    const end = endOf(answer)
    if (end !== 'running') return end === 'done' ? undefined : end
    retryAfter = answer.operation?.retryAfter ?? retryAfter
  }
  return failed(
    `The server was still working after ${PATIENCE / 60} minutes.`,
    'It goes on by itself; look at the result later.',
  )
}

function endOf({ status, body }: ApiAnswer): 'running' | 'done' | Failure {
  const parsed = statusBody.safeParse(body).data
  if (parsed === undefined) return status === 202 ? 'running' : 'done'
  const word = parsed.status.toLowerCase()
  if (word === 'succeeded') return 'done'
  if (!['failed', 'canceled', 'cancelled'].includes(word)) return 'running'
  return failed(
    `The operation ended as ${word}: ${parsed.error?.message ?? 'the server does not say why'}`,
    'See --help.',
  )
}
