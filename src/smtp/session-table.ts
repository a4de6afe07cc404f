// Every legal transition of a session, and what is said to the others: one row for each state, one cell for each command. It does not
// look at arguments. RFC 5321 §4.1.4, RFC 3207 §4, RFC 4954 §4, RFC 3030 §2.
//
// What a client lacks first is what it hears: TLS, then EHLO, then authentication, then the right order.

import type { Command } from './commands.ts'
import { type Reply, replies } from './reply.ts'

/** States between two commands; content and authentication exchanges are not among them, since no command is read there. */
export type SessionState =
  /** No TLS yet. EHLO changes nothing, because STARTTLS makes us forget it. */
  | 'clear'
  /** TLS is up and EHLO has not been said inside it. */
  | 'secured'
  | 'greeted'
  | 'authenticated'
  /** MAIL was accepted, no recipient yet. */
  | 'transaction'
  | 'recipients'
  /** A part of the message has come by BDAT. */
  | 'chunks'
  /** A chunk was refused: those behind it in the pipeline are refused too, until RSET. */
  | 'chunksRefused'

/** `to` is the state after the command, if it is accepted; a refusal changes the state only where it says so. */
export type Transition =
  | { readonly to: SessionState }
  | { readonly refuse: Reply; readonly to?: SessionState }
  | { readonly close: Reply }

const to = (state: SessionState): Transition => ({ to: state })
const refuse = (reply: Reply): Transition => ({ refuse: reply })

/** Where the session is after the end of a message, accepted or not. */
export const AFTER_CONTENT: SessionState = 'authenticated'
/** Where it is after a chunk of a message was refused. */
export const AFTER_REFUSED_CHUNK: SessionState = 'chunksRefused'

const OUT_OF_ORDER = refuse(replies.badSequence)
const ALWAYS = {
  QUIT: { close: replies.bye },
  HTTP: { close: replies.notHttp },
  EXPN: refuse(replies.notImplemented),
  ETRN: refuse(replies.notImplemented),
  UNKNOWN: refuse(replies.unknownCommand),
}
const HELLO_FIRST = refuse(replies.helloFirst)
const START_TLS_FIRST = refuse(replies.startTlsFirst)
const AUTHENTICATION_REQUIRED = refuse(replies.authenticationRequired)
const TLS_ALREADY_ACTIVE = refuse(replies.tlsAlreadyActive)

/** With a transaction open, EHLO and RSET end it. RFC 5321 §4.1.4, §4.1.1.5. */
const IN_TRANSACTION = {
  ...ALWAYS,
  EHLO: to('authenticated'),
  HELO: to('authenticated'),
  STARTTLS: TLS_ALREADY_ACTIVE,
  AUTH: OUT_OF_ORDER,
  MAIL: OUT_OF_ORDER,
  RSET: to('authenticated'),
}

export const SESSION_TABLE: Readonly<Record<SessionState, Readonly<Record<Command, Transition>>>> = {
  clear: {
    ...ALWAYS,
    EHLO: to('clear'),
    HELO: to('clear'),
    STARTTLS: to('secured'),
    AUTH: refuse(replies.encryptionRequired),
    MAIL: START_TLS_FIRST,
    RCPT: START_TLS_FIRST,
    DATA: START_TLS_FIRST,
    BDAT: START_TLS_FIRST,
    RSET: to('clear'),
    NOOP: to('clear'),
    VRFY: START_TLS_FIRST,
    HELP: START_TLS_FIRST,
  },
  secured: {
    ...ALWAYS,
    EHLO: to('greeted'),
    HELO: to('greeted'),
    STARTTLS: TLS_ALREADY_ACTIVE,
    AUTH: HELLO_FIRST,
    MAIL: HELLO_FIRST,
    RCPT: HELLO_FIRST,
    DATA: HELLO_FIRST,
    BDAT: HELLO_FIRST,
    RSET: to('secured'),
    NOOP: to('secured'),
    VRFY: AUTHENTICATION_REQUIRED,
    HELP: AUTHENTICATION_REQUIRED,
  },
  greeted: {
    ...ALWAYS,
    EHLO: to('greeted'),
    HELO: to('greeted'),
    STARTTLS: TLS_ALREADY_ACTIVE,
    AUTH: to('authenticated'),
    MAIL: AUTHENTICATION_REQUIRED,
    RCPT: AUTHENTICATION_REQUIRED,
    DATA: AUTHENTICATION_REQUIRED,
    BDAT: AUTHENTICATION_REQUIRED,
    RSET: to('greeted'),
    NOOP: to('greeted'),
    VRFY: AUTHENTICATION_REQUIRED,
    HELP: AUTHENTICATION_REQUIRED,
  },
  authenticated: {
    ...ALWAYS,
    EHLO: to('authenticated'),
    HELO: to('authenticated'),
    STARTTLS: TLS_ALREADY_ACTIVE,
    AUTH: refuse(replies.alreadyAuthenticated),
    MAIL: to('transaction'),
    RCPT: OUT_OF_ORDER,
    DATA: OUT_OF_ORDER,
    BDAT: OUT_OF_ORDER,
    RSET: to('authenticated'),
    NOOP: to('authenticated'),
    VRFY: to('authenticated'),
    HELP: to('authenticated'),
  },
  transaction: {
    ...IN_TRANSACTION,
    RCPT: to('recipients'),
    DATA: refuse(replies.noValidRecipients),
    BDAT: { refuse: replies.noValidRecipients, to: AFTER_REFUSED_CHUNK },
    NOOP: to('transaction'),
    VRFY: to('transaction'),
    HELP: to('transaction'),
  },
  recipients: {
    ...IN_TRANSACTION,
    RCPT: to('recipients'),
    DATA: to(AFTER_CONTENT),
    BDAT: to('chunks'),
    NOOP: to('recipients'),
    VRFY: to('recipients'),
    HELP: to('recipients'),
  },
  chunks: {
    ...IN_TRANSACTION,
    RCPT: OUT_OF_ORDER,
    DATA: OUT_OF_ORDER,
    BDAT: to('chunks'),
    NOOP: to('chunks'),
    VRFY: to('chunks'),
    HELP: to('chunks'),
  },
  chunksRefused: {
    ...IN_TRANSACTION,
    RCPT: OUT_OF_ORDER,
    DATA: OUT_OF_ORDER,
    BDAT: OUT_OF_ORDER,
    NOOP: to('chunksRefused'),
    VRFY: to('chunksRefused'),
    HELP: to('chunksRefused'),
  },
}
