// What a session is set up with, and how it announces that: the one list of the extensions we speak. It does not know who may use them.
// RFC 5321 §2.2, §4.1.1.1, and the RFC beside each keyword.

import { type Reply, replies } from './reply.ts'

export type SessionOptions = {
  /** Our name in greeting and EHLO. */
  readonly hostname: string
  /** TLS is up from the start. */
  readonly implicitTls: boolean
  /** Announced and accepted inside TLS only. */
  readonly mechanisms: readonly string[]
  /** Largest message, in octets. */
  readonly sizeLimit: number
  /** Recipients of one message. */
  readonly recipientLimit: number
}

/** AUTH is never shown in the clear and STARTTLS never inside TLS. RFC 4954 §4, RFC 3207 §4.2. */
export function replyToEhlo({ hostname, sizeLimit, recipientLimit, mechanisms }: SessionOptions, tls: boolean): Reply {
  return replies.ehlo(hostname, [
    'PIPELINING', // RFC 2920
    `SIZE ${sizeLimit}`, // RFC 1870
    '8BITMIME', // RFC 6152
    'SMTPUTF8', // RFC 6531
    'CHUNKING', // RFC 3030
    'DSN', // RFC 3461
    'ENHANCEDSTATUSCODES', // RFC 2034
    `LIMITS RCPTMAX=${recipientLimit}`, // RFC 9422
    tls ? `AUTH ${mechanisms.join(' ')}` : 'STARTTLS', // RFC 4954, RFC 3207
  ])
}
