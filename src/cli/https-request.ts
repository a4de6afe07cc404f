// One HTTPS request with its answer read whole: bounded in time and size, redirects not followed, certificates always verified,
// against the given CA where there is one. What goes wrong on the way is an outcome, named by its system or OpenSSL code.

import { type Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'

const TIME_LIMIT = 30_000
const ANSWER_LIMIT = 32 * 1024 * 1024

export type HttpsRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}
export type HttpsAnswer = {
  readonly type: 'answer'
  readonly status: number
  readonly requestId: string | undefined
  /** Where to ask how an operation that goes on is going, and how many seconds to wait before. Azure: `Azure-AsyncOperation`. */
  readonly operation: string | undefined
  readonly retryAfter: string | undefined
  readonly text: string
}
/** `code` is for instance ECONNREFUSED, CERT_HAS_EXPIRED or TIMEOUT. */
export type HttpsFailure = { readonly type: 'unreachable'; readonly code: string; readonly detail: string }

export async function sendHttps(
  agent: Agent,
  { method, url, headers, body }: HttpsRequest,
): Promise<HttpsAnswer | HttpsFailure> {
  try {
    const signal = AbortSignal.timeout(TIME_LIMIT)
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request(
        url,
        { agent, method, signal, headers: { accept: 'application/json', ...headers } },
        resolve,
      )
      outgoing.once('error', reject)
      outgoing.end(body)
    })
    return await readAnswer(response)
  } catch (error) {
    return describeError(error as NodeJS.ErrnoException)
  }
}

async function readAnswer(response: IncomingMessage): Promise<HttpsAnswer | HttpsFailure> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response as AsyncIterable<Uint8Array>) {
    size += piece.length
    if (size > ANSWER_LIMIT)
      return { type: 'unreachable', code: 'ANSWER_TOO_LARGE', detail: `more than ${ANSWER_LIMIT} octets` }
    pieces.push(piece)
  }
  const { headers } = response
  const requestId = headers['x-ms-request-id'] ?? headers['request-id']
  const operation = headers['azure-asyncoperation'] ?? (response.statusCode === 202 ? headers.location : undefined)
  return {
    type: 'answer',
    status: response.statusCode ?? 0,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    operation: typeof operation === 'string' ? operation : undefined,
    retryAfter: headers['retry-after'],
    text: Buffer.concat(pieces).toString('utf8'),
  }
}

function describeError(error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }): HttpsFailure {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return { type: 'unreachable', code: 'TIMEOUT', detail: `no answer within ${TIME_LIMIT / 1000} s` }
  }
  const first = error.errors?.[0] ?? error
  // OpenSSL puts a thread id and the line of its own source around what it says.
  const detail = /:SSL routines:[^:]*:([^:]+):/.exec(first.message)?.[1] ?? first.message
  return { type: 'unreachable', code: first.code ?? 'UNKNOWN', detail }
}
