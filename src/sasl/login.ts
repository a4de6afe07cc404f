// The LOGIN mechanism: user name and password, each asked for. It never became a standard; draft-murchison-sasl-login-00 describes it.
// Most clients send the user name as initial response although the draft has the server speak first, so both are accepted.
// The password's response is zeroed once read.

import type { SaslMechanism, SaslStep } from './mechanism.ts'
import { readIdentity, copyPassword } from './response-fields.ts'

// Clients compare these, so the wording is part of the protocol.
const USER_NAME_PROMPT: SaslStep = { type: 'challenge', challenge: Buffer.from('Username:') }
const PASSWORD_PROMPT: SaslStep = { type: 'challenge', challenge: Buffer.from('Password:') }

export function startLogin(): SaslMechanism {
  let userName: Uint8Array | undefined
  return {
    next(response) {
      if (response === undefined) return USER_NAME_PROMPT
      if (userName === undefined) {
        userName = response
        return PASSWORD_PROMPT
      }
      const step = readCredentials(userName, response)
      response.fill(0)
      return step
    },
  }
}

/** Judged only when both are there: a malformed user name must not be told from an unknown one. */
function readCredentials(userName: Uint8Array, secret: Uint8Array): SaslStep {
  const authenticationIdentity = readIdentity(userName)
  if (!authenticationIdentity) return { type: 'malformed', detail: 'the user name is malformed' }
  const password = copyPassword(secret)
  if (password === undefined) return { type: 'malformed', detail: 'the password is malformed' }
  return {
    type: 'credentials',
    credentials: { type: 'secret', authenticationIdentity, authorizationIdentity: '', password },
  }
}
