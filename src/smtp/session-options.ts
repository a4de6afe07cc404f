// What a session is set up with, and how it announces that: the one list of the extensions we speak. It does not know who may use them.
// RFC 5321 §2.2, §4.1.1.1, and the RFC beside each keyword.

import type { Command } from './commands.ts'
import { type Reply, replies } from './reply.ts'

export type SessionOptions = {
  /** Our name in greeting and EHLO. */
  readonly hostname: string
  /** TLS is up from the start. */
  readonly implicitTls: boolean
  /** Announced and accepted inside TLS only. */
  readonly mechanisms: readonly string[]
  /** The owner knows who is there without AUTH, so MAIL needs none. */
  readonly identified?: boolean
  /** Largest message, in octets. */
  readonly sizeLimit: number
  /** Recipients of one message. */
  readonly recipientLimit: number
  /**
   * `normalised`: a bare LF is a line end, which becomes CRLF; for old devices only: see `line-end-normaliser.ts`. There is no BDAT then,
   * whose sizes would not fit. Anything else, and so by default, is refused.
   */
  readonly lineEnds?: 'strict' | 'normalised'
  /**
   * Told of each refusal that the engine decides by itself, with the command that was last read; gives the reply as the client shall see
   * it, which may name where the reason is kept. What follows from a refusal just given is not told again.
   */
  readonly refer?: (command: Command, reply: Reply) => Reply
}

/** AUTH is never shown in the clear and STARTTLS never inside TLS. RFC 4954 §4, RFC 3207 §4.2. */
export function replyToEhlo(options: SessionOptions, tls: boolean): Reply {
  const { hostname, sizeLimit, recipientLimit, mechanisms, lineEnds } = options
  return replies.ehlo(hostname, [
    'PIPELINING', // RFC 2920
    `SIZE ${sizeLimit}`, // RFC 1870
    '8BITMIME', // RFC 6152
    'SMTPUTF8', // RFC 6531
    ...(lineEnds === 'normalised' ? [] : ['CHUNKING']), // RFC 3030
    'DSN', // RFC 3461
    'ENHANCEDSTATUSCODES', // RFC 2034
    `LIMITS RCPTMAX=${recipientLimit}`, // RFC 9422
    ...(tls ? ['REQUIRETLS', `AUTH ${mechanisms.join(' ')}`] : ['STARTTLS']), // RFC 8689 §2, RFC 4954, RFC 3207
  ])
}
