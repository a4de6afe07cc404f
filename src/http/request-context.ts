// What every request carries from its first moment: its ids, and the headers that every answer gets, errors included.
// Azure: control-plane reference §1.2, §1.4.

import type { Context, MiddlewareHandler } from 'hono'
import type { Change } from '../storage/storage.ts'
import type { Caller } from './authorization.ts'
import type { HttpDependencies } from './dependencies.ts'
import type { ReceivedText } from './read-text.ts'

export type HttpEnv = {
  /** Of the listener; a request that came through none has none. */
  Bindings: {
    readonly incoming?: {
      readonly url?: string | undefined
      readonly socket: { readonly remoteAddress?: string | undefined }
    }
  }
  Variables: {
    readonly requestId: string
    readonly correlationId: string
    readonly clientRequestId: string | undefined
    /** Milliseconds since the epoch. */
    readonly receivedAt: number
    /** This and what follows: behind `requireBearer` only. */
    readonly caller: Caller
    /** When it was seen who calls and what they may do, the body being there; whatever the request changes is dated by it. */
    readonly provenAt: number
    readonly body: ReceivedText
  }
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** What may be echoed. */
const CLIENT_REQUEST_ID = /^[\x21-\x7e]{1,128}$/

export function requestContext({
  clock,
  random,
  publicUrl,
}: Pick<HttpDependencies, 'clock' | 'random' | 'publicUrl'>): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const requestId = newGuid(random)
    const correlationId = pick(c.req.header('x-ms-correlation-request-id'), GUID) ?? requestId
    const clientRequestId = pick(readClientRequestId(c), CLIENT_REQUEST_ID)
    c.set('requestId', requestId)
    c.set('correlationId', correlationId)
    c.set('clientRequestId', clientRequestId)
    c.set('receivedAt', clock.now())
    await next()
    const headers = c.res.headers
    headers.set('x-ms-request-id', requestId)
    headers.set('x-ms-correlation-request-id', correlationId)
    if (clientRequestId !== undefined) {
      headers.set('x-ms-client-request-id', clientRequestId)
      headers.set('client-request-id', clientRequestId)
    }
    protect(headers, publicUrl())
  }
}

/** Who changes something by this request, for the audit log. Behind `requireBearer` only. */
export function changeOf({ var: { caller, provenAt, requestId, correlationId } }: Context<HttpEnv>): Change {
  return { at: provenAt, principalId: caller.principalId, requestId, correlationId }
}

/** The address that the request came from; empty when it is not known. */
export function sourceOf({ env }: Context<HttpEnv>): string {
  return env?.incoming?.socket.remoteAddress ?? ''
}

function readClientRequestId({ req }: Context): string | undefined {
  return req.header('x-ms-client-request-id') ?? req.header('client-request-id') ?? req.query('client-request-id')
}

function protect(headers: Headers, publicUrl: string): void {
  headers.set('x-content-type-options', 'nosniff')
  // Pages have policies of their own.
  if (!headers.has('content-security-policy'))
    headers.set(
      'content-security-policy',
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
    )
  if (!headers.has('referrer-policy')) headers.set('referrer-policy', 'no-referrer')
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
  // A browser keeps this per host, not per port: on localhost it would force https on everything else a developer runs there.
  if (new URL(publicUrl).hostname !== 'localhost') headers.set('strict-transport-security', 'max-age=31536000')
}

function pick(value: string | undefined, form: RegExp): string | undefined {
  return value !== undefined && form.test(value) ? value : undefined
}

/** A random (version 4) GUID. RFC 9562 §5.4. */
export function newGuid(random: (count: number) => Uint8Array): string {
  const octets = Buffer.from(random(16))
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x40
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
