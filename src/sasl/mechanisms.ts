// Which mechanisms there are, by the name on the wire, in the order they are announced: clients that have no opinion take the first.
// RFC 4422 §3.1.

import { startLogin } from './login.ts'
import type { SaslMechanism } from './mechanism.ts'
import { startPlain } from './plain.ts'

// Open: XOAUTH2 and OAUTHBEARER (RFC 7628) belong here, with credentials of another kind in `SaslCredentials`.
const STARTERS: ReadonlyMap<string, () => SaslMechanism> = new Map([
  ['PLAIN', startPlain],
  ['LOGIN', startLogin],
])

export const mechanismNames: readonly string[] = [...STARTERS.keys()]

/** A fresh exchange of the named mechanism (upper case); undefined when there is none of that name. */
export const startMechanism = (name: string): SaslMechanism | undefined => STARTERS.get(name)?.()
