// One connection to a receiving server: greeting, EHLO, STARTTLS, AUTH, and any number of messages after one another, with PIPELINING
// where it is offered. Everything the server says is bounded in size and in time and taken for hostile. It knows no DNS and no routes:
// who connects decides whom to trust and what a failure means. RFC 5321, RFC 2920, RFC 3207, RFC 4954, RFC 1870, RFC 3461, RFC 6531,
// RFC 8689.

import type { ConnectionOptions } from 'node:tls'
import type { MailParameters } from '../smtp/events.ts'
import type { PendingRecipient } from '../spool/spool.ts'
import type { OutgoingContent } from './transport.ts'

/** A whole reply of the server. `text` is in printable ASCII, at most 500 characters, lines joined by a blank. */
export type ServerReply = {
  readonly code: number
  readonly enhancedStatusCode: string | undefined
  readonly text: string
}

export type SmtpTarget = {
  /** What the server is called, for TLS and for people. */
  readonly host: string
  /** An IP address. */
  readonly address: string
  readonly port: number
  /** Where connections come from; the machine decides without it. */
  readonly localAddress?: string
}

/**
 * `never`: in the clear. `opportunistic`: whatever works, also an unverified certificate or none. `required`: by STARTTLS, checked.
 * `implicit`: from the first octet, checked. `verify` says how a certificate is checked, and is Node's own check without it.
 */
export type TlsPolicy =
  | { readonly mode: 'never' | 'opportunistic' }
  | {
      readonly mode: 'required' | 'implicit'
      readonly options?: Pick<ConnectionOptions, 'ca' | 'servername' | 'rejectUnauthorized' | 'checkServerIdentity'>
      /** After the handshake; a text says why the certificate will not do. DANE: RFC 7672. */
      readonly verify?: (chain: readonly Uint8Array[]) => string | undefined
    }

/** Where it went wrong. `tls` failures carry a TLSRPT result type (RFC 8460 §4.3) in `tlsResult`. */
export type ConnectionFailure = {
  readonly type: 'failed'
  readonly stage: 'connect' | 'greeting' | 'ehlo' | 'starttls' | 'tls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'content'
  readonly reply?: ServerReply
  /** In words for an operator, printable ASCII. */
  readonly detail: string
  readonly tlsResult?: string
  /** The content was sent whole and no reply came: the server may have the message. */
  readonly ambiguous?: boolean
}

export type OutgoingMessage = {
  readonly reversePath: string
  readonly parameters: MailParameters
  readonly recipients: readonly PendingRecipient[]
  readonly content: OutgoingContent
}

/** What the server said of each recipient, in the order of the message; `refused` also for those who came to nothing with all others. */
export type RecipientReply =
  | { readonly type: 'accepted'; readonly reply: ServerReply }
  | { readonly type: 'refused'; readonly stage: ConnectionFailure['stage']; readonly reply: ServerReply }
  /** The server cannot carry this message as it is (8BITMIME, SMTPUTF8, REQUIRETLS, SIZE). */
  | { readonly type: 'unfit'; readonly enhancedStatusCode: string; readonly detail: string }
  | ConnectionFailure

export interface SmtpConnection {
  readonly target: SmtpTarget
  /** `TLSv1.3`; undefined in the clear. */
  readonly tls: string | undefined
  /** Keywords of the last EHLO in upper case, with their parameters. */
  readonly extensions: ReadonlyMap<string, string>
  /** It may be used for another message: nothing failed, and the server has not closed it. */
  readonly usable: boolean
  readonly messages: number
  send(message: OutgoingMessage, signal: AbortSignal): Promise<readonly RecipientReply[]>
  /** QUIT, without waiting long for an answer. */
  close(): Promise<void>
  destroy(): void
}

export type SmtpCredentials =
  | { readonly mechanism: 'PLAIN' | 'LOGIN'; readonly username: string; readonly password: string }
  | { readonly mechanism: 'XOAUTH2'; readonly username: string; readonly accessToken: string }

/** Times in milliseconds, RFC 5321 §4.5.3.2 where not given. */
export type ConnectionPatience = {
  readonly connect: number
  readonly greeting: number
  readonly command: number
  readonly dataInitiation: number
  readonly dataBlock: number
  readonly dataTermination: number
}

export type OpenConnection = (
  target: SmtpTarget,
  options: {
    /** Our name in EHLO. */
    readonly clientName: string
    readonly tls: TlsPolicy
    readonly credentials?: SmtpCredentials
    readonly patience: ConnectionPatience
  },
  signal: AbortSignal,
) => Promise<SmtpConnection | ConnectionFailure>
