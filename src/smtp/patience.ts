// How much nonsense a client may talk before it is told goodbye. It counts and gives the farewell; what counts as what is said by its
// caller. It knows no time: slowness is for the owner of the connection. RFC 4954 §4, RFC 5321 §4.3.2, §7.8.

import { type Reply, replies } from './reply.ts'

/** RFC 4954 §4: a server should not drop a client before the third failure; each further one is a free guess. */
const AUTHENTICATION_FAILURES_LIMIT = 3
/** No client that works makes more than one or two; a program that replays a foreign protocol makes one a line. */
const ERRORS_LIMIT = 10
/** Connection pools say NOOP or RSET now and then. What goes on longer without a login or a message only costs us. */
const IDLE_COMMANDS_LIMIT = 100
/**
 * A list of recipients sent in one go goes on behind a refused MAIL or beyond the limit of a message, and the DATA behind it must still
 * be heard: RFC 5321 §4.5.3.1.10 has the client send the rest in another transaction. No list is this long.
 */
const REFUSALS_LIMIT = 1000

export class Patience {
  #authenticationFailures = 0
  #errors = 0
  #idleCommands = 0
  #refusals = 0

  /** A login was refused. */
  authenticationFailed(): void {
    this.#authenticationFailures += 1
  }

  /** A command was malformed or out of order. */
  erred(): void {
    this.#errors += 1
  }

  /** A sender or recipient was refused, or a command that depended on one. */
  refused(): void {
    this.#refusals += 1
  }

  /** A command was in order and moved nothing. */
  idled(): void {
    this.#idleCommands += 1
  }

  /** A login or a message came through. */
  moved(): void {
    this.#idleCommands = 0
    this.#refusals = 0
  }

  /** The answer to the next command, whatever it is, once patience is at its end. */
  get farewell(): Reply | undefined {
    if (this.#authenticationFailures >= AUTHENTICATION_FAILURES_LIMIT) return replies.tooManyAuthenticationFailures
    if (this.#errors >= ERRORS_LIMIT || this.#refusals >= REFUSALS_LIMIT) return replies.tooManyErrors
    return this.#idleCommands >= IDLE_COMMANDS_LIMIT ? replies.tooManyIdleCommands : undefined
  }
}
