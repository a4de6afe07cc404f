// One authentication exchange of a connection, from its first response to the word that ends it: the mechanism's own steps, and behind a
// refusal the failure that some mechanisms must tell first. It knows neither sockets nor whether a credential is right. RFC 7628 §3.2.3.

import type { SaslCredentials, SaslMechanism } from '../sasl/mechanism.ts'
import { startMechanism } from '../sasl/mechanisms.ts'
import type { Reply } from '../smtp/reply.ts'

/** What the client is told. */
export type ExchangeAnswer =
  | { readonly type: 'challenge'; readonly challenge: Uint8Array }
  | { readonly type: 'answer'; readonly reply: Reply }
export type ExchangeStep =
  | ExchangeAnswer
  /** Undefined for a response without the mechanism's form: it is refused like any other that is wrong. */
  | { readonly type: 'credentials'; readonly credentials: SaslCredentials | undefined }

export class SaslExchange {
  readonly mechanism: string
  readonly #machine: SaslMechanism
  #refusal: Reply | undefined

  constructor(mechanism: string) {
    const machine = startMechanism(mechanism)
    if (machine === undefined) throw new Error(`the engine offered a mechanism that does not exist: ${mechanism}`)
    this.mechanism = mechanism
    this.#machine = machine
  }

  respond(response: Uint8Array | undefined): ExchangeStep {
    if (this.#refusal !== undefined) return { type: 'answer', reply: this.#refusal }
    const step = this.#machine.next(response)
    return step.type === 'malformed' ? { type: 'credentials', credentials: undefined } : step
  }

  /** An outage is said at once: there is nothing wrong with the token. */
  refuse(reply: Reply): ExchangeAnswer {
    const { failureChallenge } = this.#machine
    if (failureChallenge === undefined || reply.code !== 535) return { type: 'answer', reply }
    this.#refusal = reply
    return { type: 'challenge', challenge: failureChallenge }
  }
}
