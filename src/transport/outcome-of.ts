// From what a server said, or from how the connection ended, to what became of each recipient. The stage counts: a refusal at MAIL, RCPT
// or of the content is about the message and is final when the server says so; one before is about the server, and another may do
// better. What has no enhanced code gets the least that its code says. RFC 3463, RFC 5321 §4.2.1, §4.2.5, §4.5.3.1.10, RFC 7504.

import type { PendingRecipient } from '../spool/spool.ts'
import { formatReply } from './server-reply.ts'
import type { ConnectionFailure, RecipientReply, ServerReply, SmtpConnection } from './smtp-connection.ts'
import type { TransportOutcome } from './transport.ts'

/** Who said it. */
export type Remote = {
  readonly transport: string
  readonly host: string
  readonly address?: string
  readonly port?: number
  readonly connection?: Pick<SmtpConnection, 'tls' | 'extensions'>
}

/** One outcome per recipient, from one reply per recipient in the same order. */
export function outcomesOf(
  recipients: readonly PendingRecipient[],
  replies: readonly RecipientReply[],
  remote: Remote,
): readonly TransportOutcome[] {
  return recipients.map(({ index }, at) => {
    const reply = replies[at]
    if (reply === undefined) throw new Error('a recipient has no reply')
    return outcomeOf(index, reply, remote)
  })
}

export function outcomeOf(index: number, reply: RecipientReply, remote: Remote): TransportOutcome {
  if (reply.type === 'failed') return outcomeOfFailure(index, reply, remote)
  const { transport } = remote
  if (reply.type === 'unfit') {
    const { enhancedStatusCode, detail: diagnostic } = reply
    const about = { diagnostic, transport, remote: describe(remote, undefined) }
    return { index, status: 'failed', enhancedStatusCode, ...about, tryNext: true }
  }
  const text = formatReply(reply.reply)
  const about = { index, diagnostic: text, transport, remote: describe(remote, reply.reply) }
  if (reply.type === 'accepted') {
    const takenBy = remote.connection?.extensions.has('DSN') === true ? 'reporting relay' : 'relay'
    return { ...about, status: 'delivered', enhancedStatusCode: reply.reply.enhancedStatusCode ?? '2.0.0', takenBy }
  }
  const status = statusOf(reply)
  const enhancedStatusCode = withClass(status, enhancedStatusCodeOf(reply.reply, reply.stage))
  const isClosing = reply.reply.code === 421
  return { ...about, status, enhancedStatusCode, ...(isClosing && { tryNext: true }) }
}

export const outcomesOfFailure = (
  recipients: readonly PendingRecipient[],
  failure: ConnectionFailure,
  remote: Remote,
): readonly TransportOutcome[] => recipients.map(({ index }) => outcomeOfFailure(index, failure, remote))

/** Nobody has the recipients, unless it is ambiguous: then the server may have taken the message, and trying again may make a copy. */
export function outcomeOfFailure(index: number, failure: ConnectionFailure, remote: Remote): TransportOutcome {
  const { stage, reply, detail, ambiguous } = failure
  const said = reply === undefined ? '' : `: ${formatReply(reply)}`
  const copy = ambiguous === true ? '; it may have taken the message, and trying again may make a copy' : ''
  const code = reply === undefined ? STAGE_CODES[stage] : enhancedStatusCodeOf(reply, stage)
  return {
    index,
    status: 'deferred',
    enhancedStatusCode: stage === 'auth' ? '4.7.8' : withClass('deferred', code),
    diagnostic: `${placeOf(remote)} at ${STAGE_NAMES[stage]}: ${detail}${said}${copy}`.slice(0, DIAGNOSTIC_LIMIT),
    transport: remote.transport,
    remote: describe(remote, reply),
    ...(ambiguous === true ? { ambiguous } : { tryNext: true }),
  }
}

const DIAGNOSTIC_LIMIT = 700

const placeOf = ({ host, address, port }: Remote): string =>
  `${host}${address === undefined || address === host ? '' : ` [${address}]`}${port === undefined ? '' : ` port ${port}`}`

function describe({ host, address, connection }: Remote, reply: ServerReply | undefined) {
  const tls = connection?.tls
  return { host, ...(address && { address }), ...(tls && { tls }), ...(reply && { reply: formatReply(reply) }) }
}

type Stage = ConnectionFailure['stage']

function statusOf({ stage, reply }: { readonly stage: Stage; readonly reply: ServerReply }): 'deferred' | 'failed' {
  if (reply.code < 500) return 'deferred'
  return isTooManyRecipients(stage, reply) ? 'deferred' : 'failed'
}

/** 552 at RCPT meant too many recipients before 452 did. RFC 5321 §4.5.3.1.10. */
const isTooManyRecipients = (stage: Stage, { code, enhancedStatusCode }: ServerReply): boolean =>
  stage === 'rcpt' && code === 552 && (enhancedStatusCode === undefined || enhancedStatusCode === '5.5.3')

/** Our status decides the class: a server that refuses us for good has not refused the recipient. */
const withClass = (status: 'deferred' | 'failed', enhancedStatusCode: string): string =>
  `${status === 'failed' ? 5 : 4}${enhancedStatusCode.slice(1)}`

function enhancedStatusCodeOf(reply: ServerReply, stage: Stage): string {
  if (reply.enhancedStatusCode !== undefined) return reply.enhancedStatusCode
  if (stage === 'rcpt' && (reply.code === 452 || reply.code === 552)) return '4.5.3'
  return DERIVED_CODES.get(reply.code) ?? `${String(reply.code)[0]}.0.0`
}

/** Where the code alone says something: 550 and 554 are used for everything and say nothing. RFC 5321 §4.2.3, RFC 7504, RFC 1870. */
const DERIVED_CODES = new Map([
  [421, '4.3.2'],
  [451, '4.3.0'],
  [452, '4.3.1'],
  [454, '4.7.0'],
  [455, '4.5.4'],
  [500, '5.5.2'],
  [501, '5.5.4'],
  [502, '5.5.1'],
  [503, '5.5.1'],
  [504, '5.5.4'],
  [521, '5.3.2'],
  [530, '5.7.0'],
  [551, '5.1.6'],
  [552, '5.3.4'],
  [553, '5.1.3'],
  [555, '5.5.4'],
  [556, '5.1.10'],
])

/** For a failure without a reply. RFC 3463 §3.5, §3.8, RFC 5248. */
const STAGE_CODES: Readonly<Record<Stage, string>> = {
  connect: '4.4.1',
  greeting: '4.4.2',
  ehlo: '4.4.2',
  starttls: '4.7.10',
  tls: '4.7.5',
  auth: '4.7.8',
  mail: '4.4.2',
  rcpt: '4.4.2',
  data: '4.4.2',
  content: '4.4.2',
}

const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  connect: 'connecting',
  greeting: 'the greeting',
  ehlo: 'EHLO',
  starttls: 'STARTTLS',
  tls: 'the TLS handshake',
  auth: 'AUTH',
  mail: 'MAIL',
  rcpt: 'RCPT',
  data: 'DATA',
  content: 'the content',
}
