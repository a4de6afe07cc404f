// Which mechanisms there are, by the name on the wire, in the order they are announced: clients that have no opinion take the first.
// RFC 4422 §3.1.

import { startLogin } from './login.ts'
import type { SaslMechanism } from './mechanism.ts'
import { startOauthbearer } from './oauthbearer.ts'
import { startPlain } from './plain.ts'
import { startXoauth2 } from './xoauth2.ts'

// Passwords stand first: a client that was given one and nothing else must not try it as a token.
const STARTERS: ReadonlyMap<string, () => SaslMechanism> = new Map([
  ['PLAIN', startPlain],
  ['LOGIN', startLogin],
  ['XOAUTH2', startXoauth2],
  ['OAUTHBEARER', startOauthbearer],
])

export const mechanismNames: readonly string[] = [...STARTERS.keys()]

/** A fresh exchange of the named mechanism (upper case); undefined when there is none of that name. */
export const startMechanism = (name: string): SaslMechanism | undefined => STARTERS.get(name)?.()
