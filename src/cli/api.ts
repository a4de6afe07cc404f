// The API as a command uses it: a token for the server's own base URL, requests with it, answers as JSON or as a failure that says
// what to do. Nothing is retried and nothing is cached longer than the command runs. RFC 6749 §4.4.

import { Agent } from 'node:https'
import { type PendingOperation, awaitOperation } from './async-operation.ts'
import { describeRefusal, describeTokenRefusal, describeUnreachable } from './api-failure.ts'
import type { Connection } from './connection.ts'
import { type Clock, systemClock } from '../config/clock.ts'
import { type Failure, failed } from './failure.ts'
import { type HttpsAnswer, type HttpsFailure, sendHttps } from './https-request.ts'

export type ApiAnswer = {
  readonly type: 'answered'
  readonly status: number
  readonly body: unknown
  /** The server goes on working on it. */
  readonly operation?: PendingOperation
}
export type Query = Readonly<Record<string, string | number | undefined>>
export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE'
export type Headers = Readonly<Record<string, string>>

export interface Api {
  readonly connection: Connection
  /** `path` begins with a slash; its parts are encoded by the caller. An operation that takes its time is waited for. */
  call(method: Method, path: string, query?: Query, body?: unknown, headers?: Headers): Promise<ApiAnswer | Failure>
  /** GET of a list, following `nextLink` to its end: the answer of a list with one page is passed on untouched. */
  list(path: string, query?: Query): Promise<ApiAnswer | Failure>
  close(): void
}

const PAGE_LIMIT = 1000

export function createApi(connection: Connection, clock: Clock = systemClock): Api {
  const agent = new Agent({ keepAlive: true, ...(connection.ca === undefined ? {} : { ca: connection.ca }) })
  let token: Promise<Token | Failure> | undefined

  async function callUrl(method: Method, url: URL, body?: unknown, more: Headers = {}): Promise<ApiAnswer | Failure> {
    token ??= requestToken(agent, connection)
    const bearer = await token
    if (bearer.type === 'failed') return bearer
    const headers: Record<string, string> = { ...more, authorization: `Bearer ${bearer.accessToken}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    return readApiAnswer(connection, await sendHttps(agent, { method, url, headers, ...text }))
  }

  async function askLink(link: string, what: string): Promise<ApiAnswer | Failure> {
    const url = URL.canParse(link) ? new URL(link) : undefined
    if (url !== undefined && `${url.origin}/` === connection.endpoint) return callUrl('GET', url)
    return failed(
      `The server named a ${what} that is not its own.`,
      'The token was not sent there; check publicUrl on the server.',
    )
  }

  async function followPages(first: ApiAnswer): Promise<ApiAnswer | Failure> {
    let next = nextLinkOf(first.body)
    if (next === undefined) return first
    const value = [...valueOf(first.body)]
    for (let page = 1; next !== undefined && page < PAGE_LIMIT; page++) {
      const answer = await askLink(next, 'next page')
      if (answer.type === 'failed') return answer
      value.push(...valueOf(answer.body))
      next = nextLinkOf(answer.body)
    }
    if (next !== undefined)
      return failed(`The list has more than ${PAGE_LIMIT} pages.`, 'Ask for less of it: see the options with --help.')
    return { ...first, body: { value } }
  }

  async function callAndWait(
    method: Method,
    url: URL,
    body: unknown,
    headers: Headers | undefined,
  ): Promise<ApiAnswer | Failure> {
    const answer = await callUrl(method, url, body, headers)
    if (answer.type === 'failed' || answer.operation === undefined) return answer
    const failure = await awaitOperation(answer.operation, (link) => askLink(link, 'place to ask'), clock)
    if (failure !== undefined) return failure
    return method === 'PUT' || method === 'PATCH' ? callUrl('GET', url) : answer
  }

  return {
    connection,
    call: (method, path, query = {}, body, headers) =>
      callAndWait(method, urlOf(connection, path, query), body, headers),
    async list(path, query = {}) {
      const first = await callUrl('GET', urlOf(connection, path, query))
      return first.type === 'failed' ? first : followPages(first)
    },
    close: () => agent.destroy(),
  }
}

type Token = { readonly type: 'token'; readonly accessToken: string }

async function requestToken(agent: Agent, connection: Connection): Promise<Token | Failure> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: connection.clientId,
    client_secret: connection.clientSecret,
    scope: `${connection.endpoint}.default`,
  }).toString()
  const url = new URL(`${encodeURIComponent(connection.tenantId)}/oauth2/v2.0/token`, connection.endpoint)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await sendHttps(agent, { method: 'POST', url, headers, body })
  if (answer.type === 'unreachable') return describeUnreachable(connection, answer)
  const parsed = parseJson(answer.text)
  const accessToken = fieldOf(parsed, 'access_token')
  if (answer.status === 200 && typeof accessToken === 'string') return { type: 'token', accessToken }
  return describeTokenRefusal(connection, answer.status, parsed)
}

function readApiAnswer(connection: Connection, answer: HttpsAnswer | HttpsFailure): ApiAnswer | Failure {
  if (answer.type === 'unreachable') return describeUnreachable(connection, answer)
  const body = answer.text === '' ? undefined : parseJson(answer.text)
  if (answer.status >= 200 && answer.status < 300 && (answer.text === '' || body !== undefined)) {
    const { status, operation, retryAfter } = answer
    return { type: 'answered', status, body, ...(operation && { operation: { link: operation, retryAfter } }) }
  }
  return describeRefusal(connection, answer, body)
}

function urlOf(connection: Connection, path: string, query: Query): URL {
  const url = new URL(connection.endpoint)
  url.pathname = path
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
  return url
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
}

function valueOf(body: unknown): readonly unknown[] {
  const value = fieldOf(body, 'value')
  return Array.isArray(value) ? value : []
}

/** Azure: ARM says `nextLink`, Graph `@odata.nextLink`. */
function nextLinkOf(body: unknown): string | undefined {
  const link = fieldOf(body, 'nextLink') ?? fieldOf(body, '@odata.nextLink')
  return typeof link === 'string' && link !== '' ? link : undefined
}
