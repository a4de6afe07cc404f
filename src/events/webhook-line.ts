// One request to a webhook: over verified TLS, to an address that was judged and is the one connected to, small, soon, and never
// anywhere else than asked. Whoever chose the address is not trusted, and neither is who answers: nothing of an answer is believed
// beyond a status, a few headers and the beginning of a body. What the answer means is not known here.

import { type IncomingMessage, type RequestOptions, Agent as HttpAgent, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { Clock } from '../config/clock.ts'
import { publicLookup } from '../identity/fetch-document.ts'
import { createNetworkCheck } from '../identity/private-address.ts'

export type WebhookRequest = {
  readonly method: 'POST' | 'OPTIONS'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Trusted instead of the public authorities. */
  readonly ca?: string
}

export type WebhookAnswer =
  | {
      readonly type: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string | undefined>>
      /** Its beginning. */
      readonly body: Buffer
    }
  /** In our own words, with a code at most. */
  | { readonly type: 'failed'; readonly detail: string }

export interface WebhookLine {
  /** Never rejects. */
  send(request: WebhookRequest): Promise<WebhookAnswer>
  /** Ends what is under way. */
  close(): void
}

export type WebhookLineSettings = {
  readonly clock: Pick<Clock, 'after'>
  readonly isPrivate: (address: string) => boolean
  /** For all of one request, in milliseconds. */
  readonly timeout: number
}

const BODY_LIMIT = 16 * 1024
const HEADER_LIMIT = 16 * 1024
/** A connection that nobody uses is closed before most receivers would close it. */
const IDLE = 4000

const isLoopback = createNetworkCheck(['127.0.0.0/8', '::1/128'])

export function createWebhookLine({ clock, isPrivate, timeout }: WebhookLineSettings): WebhookLine {
  const pool = { keepAlive: true, maxFreeSockets: 64, timeout: IDLE }
  const agents = { https: new HttpsAgent(pool), http: new HttpAgent(pool) }
  const closing = new AbortController()

  async function send(asked: WebhookRequest): Promise<WebhookAnswer> {
    const url = URL.parse(asked.url)
    const why = url === null ? 'its address is no URL' : findObjection(url, isPrivate)
    if (url === null || why !== undefined) return failed(why ?? '')
    const overdue = new AbortController()
    const cancel = clock.after(timeout, () => overdue.abort())
    const options = optionsOf(asked, url, AbortSignal.any([closing.signal, overdue.signal]))
    try {
      return await exchange(url, options, asked.body)
    } catch (error) {
      if (closing.signal.aborted) return failed('we stop')
      return failed(overdue.signal.aborted ? 'it did not answer in time' : describe(error))
    } finally {
      cancel()
    }
  }

  function optionsOf({ method, headers, ca }: WebhookRequest, url: URL, signal: AbortSignal): RequestOptions {
    const isPlain = url.protocol === 'http:'
    const isForbidden = isPlain ? (address: string) => !isLoopback(address) || isPrivate(address) : isPrivate
    return {
      agent: isPlain ? agents.http : agents.https,
      method,
      headers: { 'user-agent': 'Postern-Webhook', ...headers },
      lookup: publicLookup(isForbidden),
      maxHeaderSize: HEADER_LIMIT,
      signal,
      ...(isPlain ? {} : { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }),
    }
  }

  return {
    send,
    close() {
      closing.abort()
      agents.https.destroy()
      agents.http.destroy()
    },
  }
}

/** Why nothing is sent to the address, however its name resolves. */
function findObjection(url: URL, isPrivate: (address: string) => boolean): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isLocal = host === 'localhost' || isLoopback(host)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal))
    return 'its address does not begin with https'
  if (url.username !== '' || url.password !== '') return 'its address holds a user name'
  // A literal address is connected to without any lookup.
  const address = host === 'localhost' ? '127.0.0.1' : host
  return isIP(address) > 0 && isPrivate(address) ? 'its host has a private address, which is not allowed' : undefined
}

const failed = (detail: string): WebhookAnswer => ({ type: 'failed', detail })

/** A kept connection that the other side had closed meanwhile says nothing about the other side: once more, over a new one. */
async function exchange(url: URL, options: RequestOptions, body: Uint8Array | undefined): Promise<WebhookAnswer> {
  const first = await exchangeOnce(url, options, body)
  return first === 'stale connection' ? freshly(url, options, body) : first
}

async function freshly(url: URL, options: RequestOptions, body: Uint8Array | undefined): Promise<WebhookAnswer> {
  const answer = await exchangeOnce(url, { ...options, agent: false }, body)
  return answer === 'stale connection' ? failed('the connection failed') : answer
}

function exchangeOnce(
  url: URL,
  options: RequestOptions,
  body: Uint8Array | undefined,
): Promise<WebhookAnswer | 'stale connection'> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'http:' ? requestHttp : requestHttps
    const asked = request(url, options, (response) => {
      readAnswer(response).then(resolve, reject)
    })
    // Unheard, an answer with 101 would end the request without any word.
    asked.on('upgrade', ({ statusCode = 0 }, socket) => {
      socket.destroy()
      resolve({ type: 'answer', status: statusCode, headers: {}, body: Buffer.alloc(0) })
    })
    asked.on('error', (error) => {
      if (asked.reusedSocket && codeOf(error) === 'ECONNRESET') resolve('stale connection')
      else reject(error)
    })
    asked.end(body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<WebhookAnswer> {
  const pieces: Buffer[] = []
  let size = 0
  // Leaving the loop closes the connection.
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece)
    size += piece.length
    if (size > BODY_LIMIT) break
  }
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
  return {
    type: 'answer',
    status: response.statusCode ?? 0,
    headers,
    body: Buffer.concat(pieces).subarray(0, BODY_LIMIT),
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** By its code: messages may quote what was received. */
function describe(error: unknown): string {
  const code = codeOf(error)
  if (code?.startsWith('HPE_') === true) return 'its answer is no HTTP'
  if (code !== undefined) return `the connection failed (${code})`
  const isOurs = error instanceof Error && error.message.startsWith('its host has a private address')
  return isOurs ? error.message : 'the connection failed'
}
