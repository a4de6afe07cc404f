// HTTP for the clients of Azure: over verified TLS, to one origin and no other wherever an answer points, bounded in octets and time,
// nothing unpacked, no redirect followed, nothing sent twice. It remembers what was asked and answered in one call, because whether a
// message can have reached the upstream is not told by an error of the client.

import type { EmailClientOptions } from '@azure/communication-email'
import { Agent, request } from 'undici'
import type { Clock } from '../config/clock.ts'
import type { AcsResponse } from './acs-answer.ts'

type HttpClient = NonNullable<EmailClientOptions['httpClient']>
type PipelineRequest = Parameters<HttpClient['sendRequest']>[0]
type PipelineResponse = Awaited<ReturnType<HttpClient['sendRequest']>>

/** What happened in one call. */
export type CallRecord = {
  /** The message may have left. */
  sent: boolean
  answer?: AcsResponse
  looked?: AcsResponse
  operationLocation?: string
}

export interface AcsLine {
  /** `record` is filled while the client works. */
  clientFor(origin: string, record: CallRecord): HttpClient
  close(): Promise<void>
}

export type LineSettings = {
  /** PEM; trusted instead of the public authorities. */
  readonly ca?: string
  /** Milliseconds: until there is a connection, and for a whole request. */
  readonly connectTimeout: number
  readonly timeout: number
}

const CONNECTIONS = 16
const RESPONSE_LIMIT = 256 * 1024
const HEADER_LIMIT = 32 * 1024

export function openAcsLine({ ca, connectTimeout, timeout }: LineSettings, clock: Clock): AcsLine {
  const agent = new Agent({
    allowH2: false,
    connections: CONNECTIONS,
    pipelining: 1,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxHeaderSize: HEADER_LIMIT,
    maxResponseSize: RESPONSE_LIMIT,
    connect: { timeout: connectTimeout, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
  })

  async function send(asked: PipelineRequest, origin: string, record: CallRecord): Promise<PipelineResponse> {
    const isMessage = asked.method === 'POST' && new URL(asked.url).pathname === '/emails:send'
    if (new URL(asked.url).origin !== origin) throw new Error('the upstream points to another place than itself')
    const overdue = new AbortController()
    const cancel = clock.after(timeout, () => overdue.abort())
    const stop = () => overdue.abort()
    asked.abortSignal?.addEventListener('abort', stop)
    if (asked.abortSignal?.aborted === true) overdue.abort()
    try {
      overdue.signal.throwIfAborted()
      record.sent ||= isMessage
      const { response, headers } = await exchange(agent, asked, overdue.signal)
      if (isMessage) record.answer = response
      else record.looked = response
      const location = headers.get('operation-location')
      if (isMessage && location !== undefined) record.operationLocation = location
      return { request: asked, status: response.status, headers, bodyAsText: response.body }
    } catch (error) {
      if (isMessage && isNeverSent(error)) record.sent = false
      throw error
    } finally {
      cancel()
      asked.abortSignal?.removeEventListener('abort', stop)
    }
  }

  return {
    clientFor: (origin, record) => ({ sendRequest: (asked) => send(asked, origin, record) }),
    close: () => agent.destroy(),
  }
}

async function exchange(agent: Agent, asked: PipelineRequest, signal: AbortSignal) {
  const { url, method, body } = asked
  const answer = await request(url, {
    dispatcher: agent,
    method: method as 'GET' | 'POST',
    headers: { ...asked.headers.toJSON(), 'accept-encoding': 'identity' },
    body: typeof body === 'string' ? body : null,
    signal,
  })
  const text = await answer.body.text()
  const headers = new AnswerHeaders(answer.headers)
  if (headers.has('content-encoding')) throw new Error('the answer is packed, which was not asked for')
  const response = {
    status: answer.statusCode,
    retryAfter: headers.get('retry-after'),
    errorCode: headers.get('x-ms-error-code'),
    body: text,
  }
  return { response, headers }
}

/** Headers in the shape that the client reads. */
class AnswerHeaders extends Map<string, string> {
  constructor(headers: Record<string, string | string[] | undefined>) {
    super()
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) super.set(name, Array.isArray(value) ? value.join(', ') : value)
  }

  override get(name: string): string | undefined {
    return super.get(name.toLowerCase())
  }

  override has(name: string): boolean {
    return super.has(name.toLowerCase())
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this)
  }
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** There was no connection, so nothing went over it. */
const isNeverSent = (error: unknown): boolean => NEVER_SENT.has(codeOf(error))
