// What the engine tells its owner, and what it must be told back. A pausing event stops the engine until the owner answers, so
// pipelining is right by construction: nothing behind an undecided question is read. RFC 2920, RFC 5321 §4.1.4.

/** An address between angle brackets, parsed. `localPart` is unquoted; `domain` is as written (A-label, U-label or literal). */
export type Mailbox = { readonly localPart: string; readonly domain: string }

/** `MAIL FROM:<>`, RFC 5321 §4.5.5. */
export const NULL_REVERSE_PATH = ''

/** Parameters of MAIL that were given and understood. `size` in octets. */
export type MailParameters = {
  readonly size?: number
  readonly body?: '7BIT' | '8BITMIME'
  readonly smtputf8?: true
  /** REQUIRETLS: no hop may take the message without TLS and a server that is known to be the right one. RFC 8689. */
  readonly requireTls?: true
  readonly ret?: 'FULL' | 'HDRS'
  /** Decoded from xtext, RFC 3461 §4.4. */
  readonly envid?: string
}

/** Parameters of RCPT. `notify` holds `NEVER` alone or a set of the others; `orcpt` is `type;address`, decoded. RFC 3461 §4.1-4.2. */
export type RcptParameters = {
  readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[]
  readonly orcpt?: string
}

export type SmtpEvent =
  /** Not pausing: everything received has been used up. */
  | { readonly type: 'NeedOctets' }
  /** The last pausing event has not been answered yet. */
  | { readonly type: 'Paused' }
  /** Pausing. 220 is in the output; the owner flushes it, wraps the socket and calls `tlsStarted()`. */
  | { readonly type: 'TlsRequested' }
  /** Pausing. The owner answers with `challenge(octets)` or `answer(reply)`. An absent initial response is not an empty one. */
  | { readonly type: 'AuthRequested'; readonly mechanism: string; readonly initialResponse?: Uint8Array }
  /** Pausing, after a challenge. Base64 is already decoded. */
  | { readonly type: 'AuthResponse'; readonly response: Uint8Array }
  /** Not pausing. The client sent `*`, bad base64 or an overlong line; the engine has replied. */
  | { readonly type: 'AuthAborted' }
  /** Pausing. `reversePath` is undefined for the null reverse-path. */
  | { readonly type: 'MailRequested'; readonly reversePath: Mailbox | undefined; readonly parameters: MailParameters }
  /** Pausing. */
  | { readonly type: 'RcptRequested'; readonly forwardPath: Mailbox; readonly parameters: RcptParameters }
  /** Not pausing. DATA was accepted (354 is in the output) or the first BDAT began. */
  | { readonly type: 'ContentStarted' }
  /** Not pausing. Octets of the message, dots removed, as views into what was received; valid after further `receive` calls. */
  | { readonly type: 'ContentOctets'; readonly octets: readonly Uint8Array[] }
  /** Pausing. The content is whole and well formed. */
  | { readonly type: 'ContentEnded'; readonly size: number }
  /** Not pausing. The content was malformed or too large; the engine has replied (or will, at its end) and the transaction is over. */
  | { readonly type: 'ContentRefused' }
  /** Not pausing. The transaction was given up (RSET, EHLO, HELO, QUIT in the middle, …). */
  | { readonly type: 'TransactionReset' }
  /** Not pausing, last. 221 or 421 is in the output; the owner flushes it and closes. */
  | { readonly type: 'Closed' }
