// The API as a command uses it: a token for the server's own base URL, requests with it, answers as JSON or as a failure that says
// what to do. Nothing is retried and nothing is cached longer than the command runs. RFC 6749 §4.4.

import { Agent } from 'node:https'
import { describeRefusal, describeTokenRefusal, describeUnreachable } from './api-failure.ts'
import type { Connection } from './connection.ts'
import { type Failure, failed } from './failure.ts'
import { type HttpsAnswer, type HttpsFailure, sendHttps } from './https-request.ts'

export type ApiAnswer = { readonly type: 'answered'; readonly status: number; readonly body: unknown }
export type Query = Readonly<Record<string, string | number | undefined>>
export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

export interface Api {
  readonly connection: Connection
  /** `path` begins with a slash; its parts are encoded by the caller. */
  call(method: Method, path: string, query?: Query, body?: unknown): Promise<ApiAnswer | Failure>
  /** GET of a list, following `nextLink` to its end: the answer of a list with one page is passed on untouched. */
  list(path: string, query?: Query): Promise<ApiAnswer | Failure>
  close(): void
}

const PAGE_LIMIT = 1000

export function createApi(connection: Connection): Api {
  const agent = new Agent({ keepAlive: true, ...(connection.ca === undefined ? {} : { ca: connection.ca }) })
  let token: Promise<Token | Failure> | undefined

  async function callUrl(method: Method, url: URL, body?: unknown): Promise<ApiAnswer | Failure> {
    token ??= requestToken(agent, connection)
    const bearer = await token
    if (bearer.type === 'failed') return bearer
    const headers: Record<string, string> = { authorization: `Bearer ${bearer.accessToken}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    return readApiAnswer(connection, await sendHttps(agent, { method, url, headers, ...text }))
  }

  async function followPages(first: ApiAnswer): Promise<ApiAnswer | Failure> {
    let next = nextLinkOf(first.body)
    if (next === undefined) return first
    const value = [...valueOf(first.body)]
    for (let page = 1; next !== undefined && page < PAGE_LIMIT; page++) {
      const url = URL.canParse(next) ? new URL(next) : undefined
      if (url === undefined || `${url.origin}/` !== connection.endpoint) {
        return failed(
          'The server named a next page that is not its own.',
          'The token was not sent there; check publicUrl on the server.',
        )
      }
      const answer = await callUrl('GET', url)
      if (answer.type === 'failed') return answer
      value.push(...valueOf(answer.body))
      next = nextLinkOf(answer.body)
    }
    return { ...first, body: { value } }
  }

  return {
    connection,
    call: (method, path, query = {}, body) => callUrl(method, urlOf(connection, path, query), body),
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
    return { type: 'answered', status: answer.status, body }
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

function nextLinkOf(body: unknown): string | undefined {
  const link = fieldOf(body, 'nextLink')
  return typeof link === 'string' && link !== '' ? link : undefined
}
