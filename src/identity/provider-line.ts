// The connections to one provider and one request over them: over verified TLS, kept alive, few, small, soon, and never anywhere else
// than asked; redirects are not followed and nothing is unpacked. A request that got no answer, or 5xx, is sent once more: a token
// request changes nothing at the provider. What the answer means is not known here.

import { isIP, type LookupFunction } from 'node:net'
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici'
import type { Clock } from '../config/clock.ts'
import { publicLookup } from './fetch-document.ts'
import { type Contact, createProviderGate, readRetryAfter } from './provider-gate.ts'
import type { ConnectionSettings } from './provider-settings.ts'

export type LineRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export type LineAnswer =
  /** 2xx or 4xx. */
  | { readonly type: 'answer'; readonly status: number; readonly octets: Buffer }
  /** For the operator. */
  | { readonly type: 'unavailable'; readonly detail: string }

export interface ProviderLine {
  /** `limit`, in milliseconds, is for all of it. Never rejects. */
  send(asked: LineRequest, limit: number): Promise<LineAnswer>
  /** Ends what is under way. */
  close(): Promise<void>
}

export type LineSurroundings = {
  readonly clock: Clock
  /** Gives a number from 0 to 1. */
  readonly fraction: () => number
  readonly isPrivate: (address: string) => boolean
}

/** Of one provider in one thread. */
const CONNECTIONS = 32
/** Requests under way and waiting for a connection; one more is turned away. */
const REQUESTS = 512
const RESPONSE_LIMIT = 128 * 1024
const HEADER_LIMIT = 16 * 1024
const KEEP_ALIVE = 60_000
/** Without so much time left there is no second try. */
const RETRY_MINIMUM = 300

type Attempt =
  | {
      readonly type: 'answered'
      readonly status: number
      readonly octets: Buffer
      readonly retryAt: number | undefined
    }
  | { readonly type: 'failed'; readonly detail: string; readonly again: boolean }

export function createProviderLine(settings: ConnectionSettings, surroundings: LineSurroundings): ProviderLine {
  const { clock, fraction } = surroundings
  const dispatcher = createDispatcher(settings, surroundings)
  const gate = createProviderGate(clock, fraction)
  let underWay = 0

  async function sendInTime(asked: LineRequest, limit: number): Promise<Attempt> {
    const end = clock.now() + limit
    const overdue = new AbortController()
    const cancel = clock.after(limit, () => overdue.abort())
    try {
      const first = await attempt(dispatcher, asked, overdue.signal, clock)
      if (!isWorthAnother(first) || end - clock.now() < RETRY_MINIMUM) return first
      await pause(clock, 50 + 150 * fraction())
      return await attempt(dispatcher, asked, overdue.signal, clock)
    } finally {
      cancel()
    }
  }

  return {
    async send(asked, limit) {
      const host = new URL(asked.url).hostname.replace(/^\[(.*)\]$/, '$1')
      // A literal address is connected to without any lookup.
      if (settings.publicOnly && isIP(host) > 0 && surroundings.isPrivate(host))
        return unavailable('its host has a private address, which is not allowed')
      if (underWay >= REQUESTS) return unavailable('too many logins wait for it')
      const entrance = gate.enter()
      if (entrance.type === 'closed') return unavailable(entrance.detail)
      underWay += 1
      try {
        const outcome = await sendInTime(asked, limit)
        entrance.done(contactOf(outcome))
        return conclude(outcome)
      } finally {
        underWay -= 1
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function createDispatcher(
  { timeout, proxy, ca, publicOnly }: ConnectionSettings,
  { isPrivate }: LineSurroundings,
): Dispatcher {
  const lookup: { lookup?: LookupFunction } = publicOnly ? { lookup: publicLookup(isPrivate) } : {}
  const tls = { ...(ca === undefined ? {} : { ca }), ...lookup, timeout, minVersion: 'TLSv1.2' as const }
  const options = {
    allowH2: false,
    bodyTimeout: timeout,
    connections: CONNECTIONS,
    headersTimeout: timeout,
    keepAliveMaxTimeout: KEEP_ALIVE,
    keepAliveTimeout: KEEP_ALIVE,
    maxHeaderSize: HEADER_LIMIT,
    maxResponseSize: RESPONSE_LIMIT,
    pipelining: 1,
  }
  if (proxy === undefined) return new Agent({ ...options, connect: tls })
  return new ProxyAgent({ ...options, uri: proxy, requestTls: tls, proxyTls: { timeout } })
}

async function attempt(
  dispatcher: Dispatcher,
  { method, url, headers = {}, body }: LineRequest,
  signal: AbortSignal,
  clock: Pick<Clock, 'now'>,
): Promise<Attempt> {
  try {
    const response = await request(url, {
      dispatcher,
      method,
      headers: { accept: 'application/json', 'accept-encoding': 'identity', ...headers },
      body: body ?? null,
      signal,
    })
    const octets = Buffer.from(await response.body.arrayBuffer())
    const retryAt = readRetryAfter(headerOf(response.headers['retry-after']), clock.now())
    if (headerOf(response.headers['content-encoding']) !== undefined)
      return { type: 'failed', detail: 'its answer is packed, which was not asked for', again: false }
    return { type: 'answered', status: response.statusCode, octets, retryAt }
  } catch (error) {
    if (signal.aborted) return { type: 'failed', detail: 'it did not answer in time', again: false }
    return { type: 'failed', detail: describe(error), again: isLoss(error) }
  }
}

const headerOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

const LOSSES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET'])

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** The connection was lost or not had; a certificate that is wrong stays wrong. */
const isLoss = (error: unknown): boolean => LOSSES.has(codeOf(error) ?? '')

/** By its code where it has one: messages of a parser may quote the answer. */
function describe(error: unknown): string {
  const code = codeOf(error)
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'its answer is too large'
  if (code?.startsWith('HPE_') === true) return 'its answer is no HTTP'
  return code === undefined ? 'the connection failed' : `the connection failed (${code})`
}

function isWorthAnother(outcome: Attempt): boolean {
  if (outcome.type === 'failed') return outcome.again
  return outcome.status >= 500 && outcome.retryAt === undefined
}

function contactOf(outcome: Attempt): Contact {
  if (outcome.type === 'failed') return { type: 'failed' }
  const { status, retryAt } = outcome
  if (status === 429 || (status === 503 && retryAt !== undefined)) return { type: 'throttled', until: retryAt }
  return status >= 500 ? { type: 'failed' } : { type: 'succeeded' }
}

function conclude(outcome: Attempt): LineAnswer {
  if (outcome.type === 'failed') return unavailable(outcome.detail)
  const { status, octets } = outcome
  if (status === 429) return unavailable('it answers 429, too many requests')
  if (status >= 300 && status < 400) return unavailable(`it answers ${status}, a redirect, which is not followed`)
  return status >= 500 ? unavailable(`it answers ${status}`) : { type: 'answer', status, octets }
}

const unavailable = (detail: string): LineAnswer => ({ type: 'unavailable', detail })

const pause = (clock: Clock, delay: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delay, resolve)
  })
