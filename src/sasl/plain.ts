// The PLAIN mechanism: one response, `authzid NUL authcid NUL password`. It zeroes the response once read. Whether the first may act
// for the second is not its business. RFC 4616.

import type { SaslMechanism, SaslStep } from './mechanism.ts'
import { readIdentity, copyPassword } from './response-fields.ts'

const NO_CHALLENGE = new Uint8Array(0)

export function startPlain(): SaslMechanism {
  return {
    next(response) {
      if (response === undefined) return { type: 'challenge', challenge: NO_CHALLENGE }
      const step = readResponse(response)
      response.fill(0)
      return step
    },
  }
}

function readResponse(response: Uint8Array): SaslStep {
  const first = response.indexOf(0)
  const second = response.indexOf(0, first + 1)
  if (first < 0 || second < 0) return malformed('the response has fewer than three parts')
  if (response.includes(0, second + 1)) return malformed('the response has more than three parts')
  const authorizationIdentity = readIdentity(response.subarray(0, first))
  if (authorizationIdentity === undefined) return malformed('the authorization identity is malformed')
  const authenticationIdentity = readIdentity(response.subarray(first + 1, second))
  if (!authenticationIdentity) return malformed('the authentication identity is malformed')
  const password = copyPassword(response.subarray(second + 1))
  if (password === undefined) return malformed('the password is malformed')
  return {
    type: 'credentials',
    credentials: { type: 'secret', authenticationIdentity, authorizationIdentity, password },
  }
}

const malformed = (detail: string): SaslStep => ({ type: 'malformed', detail })
