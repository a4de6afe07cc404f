// The OAUTHBEARER mechanism: one response, a GS2 header that names whom to act as, then pairs of key and value with the token. That name
// is the SMTP user name: the token alone does not say which resource it is for. `host` and `port` are read and not compared, since
// clients behind a forwarder or with a name of their own give others. It zeroes the response once read. RFC 7628 §3, RFC 5801 §4.

import {
  askForResponse,
  copyToken,
  failureOf,
  malformed,
  readPairs,
  SEPARATOR,
  TOKEN_SCOPE,
} from './bearer-response.ts'
import type { SaslMechanism, SaslStep } from './mechanism.ts'
import { readIdentity } from './response-fields.ts'

const FAILURE = failureOf({ status: 'invalid_token', schemes: 'bearer', scope: TOKEN_SCOPE })

/** Without channel binding (`n`), or without it for want of ours (`y`); `p` asks for one, which this mechanism has not. */
const GS2_HEADER = /^[ny],a=((?:[^=,]|=2C|=3D)+),$/
const PORT = /^\d{1,5}$/

export function startOauthbearer(): SaslMechanism {
  return {
    failureChallenge: FAILURE,
    next(response) {
      if (response === undefined) return askForResponse
      const step = readResponse(response)
      response.fill(0)
      return step
    },
  }
}

function readResponse(response: Uint8Array): SaslStep {
  const headerEnd = response.indexOf(SEPARATOR)
  if (headerEnd < 0) return malformed('the response has no separator')
  const header = Buffer.from(response.subarray(0, headerEnd)).toString('latin1')
  const [, name = ''] = GS2_HEADER.exec(header) ?? []
  const authenticationIdentity = readIdentity(Buffer.from(decodeName(name), 'latin1'))
  if (!authenticationIdentity) return malformed('the GS2 header names no user, or has another form')
  const pairs = readPairs(response.subarray(headerEnd + 1))
  if (pairs === undefined) return malformed('the response is not made of pairs of key and value')
  if (pairs.has('port') && !PORT.test(pairs.get('port') ?? '')) return malformed('the port is none')
  const token = copyToken(pairs.get('auth'))
  if (token === undefined) return malformed('the authorization is no bearer token')
  return {
    type: 'credentials',
    credentials: { type: 'token', authenticationIdentity, authorizationIdentity: '', token },
  }
}

/** RFC 5801 §4: `,` and `=` are written in hexadecimal. */
const decodeName = (name: string): string => name.replaceAll('=2C', ',').replaceAll('=3D', '=')
