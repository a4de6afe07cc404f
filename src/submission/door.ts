// What a connection came in by, and what whoever let it in can still do with it.

import type { SecureContext } from 'node:tls'
import type { DoorProfile } from './door-profile.ts'

/** The door a connection came in by. `secureContext` gives the current one, so that certificates change under open doors. */
export type Door = {
  readonly name: string
  readonly implicitTls: boolean
  readonly secureContext: () => SecureContext
  /** `modern` unless said otherwise. */
  readonly profile?: DoorProfile
  /** Whether a client with this address may come in; without it everybody may. */
  readonly admits?: (address: string) => boolean
  /** What a client with this address sends as when it does not sign in; undefined: nothing, without signing in. */
  readonly identityOf?: (address: string) => NetworkIdentity | undefined
}

/** `username` as at a login. */
export type NetworkIdentity = { readonly network: string; readonly username: string }

export type Connection = {
  /** Ends the session as soon as no transaction is open and no reply is owed: at once when idle. */
  drain(): void
  /** The same, whatever becomes of an open transaction. */
  dismiss(): void
  readonly closed: Promise<void>
}
