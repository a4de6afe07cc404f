// The XOAUTH2 mechanism: one response, `user=<user name>^Aauth=Bearer <token>^A^A`. It is no standard; Google and Microsoft describe the
// same form, and the failure that is told before the refusal. It zeroes the response once read. RFC 7628 is what became of it.

import { askForResponse, copyToken, failureOf, malformed, readPairs, TOKEN_SCOPE } from './bearer-response.ts'
import type { SaslMechanism, SaslStep } from './mechanism.ts'
import { readIdentity } from './response-fields.ts'

const FAILURE = failureOf({ status: '401', schemes: 'bearer', scope: TOKEN_SCOPE })

export function startXoauth2(): SaslMechanism {
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
  const pairs = readPairs(response)
  if (pairs === undefined) return malformed('the response is not made of pairs of key and value')
  const authenticationIdentity = readIdentity(Buffer.from(pairs.get('user') ?? '', 'latin1'))
  if (!authenticationIdentity) return malformed('the user name is missing or malformed')
  const token = copyToken(pairs.get('auth'))
  if (token === undefined) return malformed('the authorization is no bearer token')
  return {
    type: 'credentials',
    credentials: { type: 'token', authenticationIdentity, authorizationIdentity: '', token },
  }
}
