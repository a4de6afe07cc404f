// A request that is answered with an error, as a value, and the three ways its body is spelt: ARM (also for our own operations),
// Graph and OAuth. It decides no policy. Azure: control-plane reference §1.5, §7; data-plane reference §3.4. RFC 6749 §5.2.

import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { tokenErrorBody } from './entra/token-error.ts'
import type { HttpEnv } from './request-context.ts'
import { surfaceOf } from './surface.ts'

/** `code` is the ARM code; Graph's differs for a few statuses and is derived from it. `message` is shown to the caller. */
export type Refusal = {
  readonly type: 'refused'
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
  /** The member of the body that is wrong: `properties.dataLocation`. */
  readonly target?: string
  /** One for each thing that is wrong, where there may be several. */
  readonly details?: readonly RefusalDetail[]
}
export type RefusalDetail = { readonly code: string; readonly message: string; readonly target?: string }

export function refused(
  status: ContentfulStatusCode,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { type: 'refused', status, code, message, headers }
}

export const badRequest = (code: string, message: string): Refusal => refused(400, code, message)
/** A member of the body that cannot be what was sent. */
export const badMember = (target: string, message: string): Refusal => ({
  ...badRequest('InvalidRequestContent', message),
  target,
})
export const forbidden = (message: string): Refusal => refused(403, 'AuthorizationFailed', message)
export const notFound = (code: string, message: string): Refusal => refused(404, code, message)
export const methodNotAllowed = (method: string, allowed: readonly string[]): Refusal =>
  refused(405, 'MethodNotAllowed', `The method '${method}' is not allowed here.`, { allow: allowed.join(', ') })

const GRAPH_CODES: Readonly<Record<number, string>> = {
  400: 'Request_BadRequest',
  401: 'InvalidAuthenticationToken',
  403: 'Authorization_RequestDenied',
  404: 'Request_ResourceNotFound',
}

/** The response in the shape of the surface that was asked. */
export function answerRefusal(c: Context<HttpEnv>, refusal: Refusal): Response {
  const { status, code, message, headers, target, details } = refusal
  const surface = surfaceOf(c.req.path)
  if (surface === 'entra') return c.json(tokenErrorBody(c, status, message), status, headers)
  if (surface === 'email')
    return c.json({ error: { code, message, target } }, status, { ...headers, 'x-ms-error-code': code })
  if (surface === 'arm') return c.json({ error: { code, message, target, details } }, status, headers)
  const graphCode = code.startsWith('Request_') ? code : (GRAPH_CODES[status] ?? code)
  return c.json({ error: { code: graphCode, message, innerError: innerErrorOf(c) } }, status, headers)
}

function innerErrorOf(c: Context<HttpEnv>): Readonly<Record<string, string>> {
  const { requestId, clientRequestId, receivedAt } = c.var
  return {
    date: new Date(receivedAt).toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': clientRequestId ?? requestId,
  }
}
