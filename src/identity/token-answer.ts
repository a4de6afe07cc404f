// What a token endpoint answers, taken apart with suspicion: an access token and its claims, an error by its standard name, or nothing
// that makes sense. The claims are believed because of where they came from, verified TLS to a configured address; signatures are not
// looked at here. RFC 6749 §5.1, §5.2; RFC 7519 §4.

import { z } from 'zod'
import type { LineAnswer } from './provider-line.ts'

export type TokenAnswer =
  /** `claims` are undefined for a token that only its provider can read. */
  | { readonly type: 'token'; readonly claims: Readonly<Record<string, unknown>> | undefined; readonly token: string }
  | {
      readonly type: 'error'
      readonly status: number
      readonly error: string
      readonly codes: readonly number[]
      /** For whoever asks the provider. */
      readonly traceId: string | undefined
    }
  | { readonly type: 'unavailable'; readonly detail: string }

const token = z.object({ access_token: z.string().min(1), token_type: z.string() })
const error = z.object({
  error: z.string().regex(/^[a-z_]{1,64}$/),
  error_codes: z.array(z.int()).max(16).optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  trace_id: z.guid().optional().catch(undefined),
})
const claimSet = z.record(z.string(), z.unknown())

export function readTokenAnswer(answer: LineAnswer): TokenAnswer {
  if (answer.type === 'unavailable') return answer
  const { status, octets } = answer
  const body = parseJson(octets.toString('utf8'))
  if (status === 200) {
    const given = token.safeParse(body)
    if (!given.success) return unavailable('its answer holds no token')
    if (given.data.token_type.toLowerCase() !== 'bearer') return unavailable('its token is no bearer token')
    return readClaims(given.data.access_token)
  }
  const told = error.safeParse(body)
  if (status < 400 || !told.success)
    return unavailable(`it answers ${status} with nothing that is an error of a token service`)
  const { error_codes: codes, error_description: description = '', trace_id: traceId } = told.data
  const written = /^AADSTS([0-9]{4,9}):/.exec(description)?.[1]
  return {
    type: 'error',
    status,
    error: told.data.error,
    codes: codes ?? (written === undefined ? [] : [Number(written)]),
    traceId,
  }
}

function readClaims(accessToken: string): TokenAnswer {
  const parts = accessToken.split('.')
  if (parts.length !== 3) return { type: 'token', claims: undefined, token: accessToken }
  const claims = claimSet.safeParse(parseJson(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')))
  return claims.success
    ? { type: 'token', claims: claims.data, token: accessToken }
    : unavailable('its token cannot be read')
}

const unavailable = (detail: string): TokenAnswer => ({ type: 'unavailable', detail })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
