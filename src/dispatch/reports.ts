// Which reports a settlement owes the sender, and the messages they become: at most one of each kind, whatever the number of recipients.
// What is never reported on is a message without a reverse-path, so no report is answered by another. When to report a delay, and what
// becomes of a report that nobody could take, is decided by the loop. RFC 3461 §4.1, §4.3, §5.2, RFC 3464 §2.

import type { ContentRef, ContentStore } from '../content/content.ts'
import { composeDsn, type ReportedRecipient, type ReportKind, type ReturnedContent } from '../message/compose-dsn.ts'
import { findHeaderEnd, HEADER_SECTION_LIMIT } from '../message/header-section.ts'
import type { Claim, NewMessage, QueueId, RecipientOutcome, SpooledEnvelope } from '../spool/spool.ts'

/** One report: at most one of each kind for a settlement. */
export type PlannedReport = { readonly kind: ReportKind; readonly recipients: readonly ReportedRecipient[] }

export type ReportService = {
  /** Our host name. */
  readonly hostname: string
  readonly content: Pick<ContentStore, 'open'>
  readonly nextQueueId: () => QueueId
}

/** Octets of a message that come back with a report, when its sender did not say what should, and when all of it was asked for. */
const RETURNED_UNASKED = 64 * 1024
const RETURNED_ON_REQUEST = 256 * 1024

const KINDS: readonly ReportKind[] = ['failed', 'delayed', 'delivered']
const REQUEST_FOR = { failed: 'FAILURE', delayed: 'DELAY', delivered: 'SUCCESS' } as const

/**
 * What the sender is told of these outcomes: nothing for a null reverse-path. A deferred recipient is told of when its outcome says
 * `delayReported`; `retryUntil` is when it will be given up.
 */
export function planReports(
  envelope: SpooledEnvelope,
  outcomes: readonly RecipientOutcome[],
  retryUntil: number,
): readonly PlannedReport[] {
  if (envelope.reversePath === '') return []
  return KINDS.map((kind) => ({
    kind,
    recipients: outcomes.flatMap((outcome) =>
      kindOf(outcome) === kind ? describeRecipient(envelope, outcome, kind, retryUntil) : [],
    ),
  })).filter(({ recipients }) => recipients.length > 0)
}

/** Undefined for what is nobody's news. */
function kindOf({ status, delayReported, takenBy }: RecipientOutcome): ReportKind | undefined {
  switch (status) {
    case 'delivered':
      return takenBy === 'reporting relay' ? undefined : 'delivered'
    case 'deferred':
      return delayReported === true ? 'delayed' : undefined
    case 'failed':
    case 'suppressed':
      return 'failed'
  }
}

function describeRecipient(
  envelope: SpooledEnvelope,
  outcome: RecipientOutcome,
  kind: ReportKind,
  retryUntil: number,
): readonly ReportedRecipient[] {
  const recipient = envelope.recipients[outcome.index]
  if (recipient === undefined || !isWanted(kind, recipient.parameters.notify)) return []
  const { enhancedStatusCode, diagnostic, remote, takenBy } = outcome
  return [
    {
      ...recipient,
      action: kind === 'delivered' && takenBy !== 'mailbox' ? 'relayed' : kind,
      enhancedStatusCode,
      diagnostic,
      ...(remote && { remote }),
      ...(kind === 'delayed' && { willRetryUntil: retryUntil }),
    },
  ]
}

/** Who said nothing is told of what goes wrong. RFC 3461 §4.1. */
function isWanted(kind: ReportKind, notify: SpooledEnvelope['recipients'][number]['parameters']['notify']): boolean {
  return notify === undefined ? kind !== 'delivered' : notify.includes(REQUEST_FOR[kind])
}

/** As messages to the reverse-path, ready for a settlement's `reports`. A content that cannot be read is not returned with them. */
export async function composeReports(
  service: ReportService,
  claim: Pick<Claim, 'envelope' | 'content'>,
  planned: readonly PlannedReport[],
  at: number,
): Promise<readonly NewMessage[]> {
  if (planned.length === 0) return []
  const wantsMessage = planned.some(({ kind }) => returnsMessage(kind, claim))
  const octets = await readContent(service.content, claim.content, wantsMessage)
  return planned.map((report) => composeReport(service, claim, report, octets, at))
}

function composeReport(
  { hostname, nextQueueId }: ReportService,
  claim: Pick<Claim, 'envelope' | 'content'>,
  { kind, recipients }: PlannedReport,
  octets: Uint8Array | undefined,
  at: number,
): NewMessage {
  const { envelope } = claim
  const queueId = nextQueueId()
  const report = composeDsn({
    kind,
    queueId,
    reportingMta: hostname,
    now: at,
    original: envelope,
    recipients,
    returned: returnedOf(octets, returnsMessage(kind, claim)),
  })
  return {
    envelope: {
      queueId,
      tenantId: envelope.tenantId,
      resourceId: envelope.resourceId,
      principalId: envelope.principalId,
      applicationId: envelope.applicationId,
      reversePath: '',
      parameters: { ...report.parameters, ...(envelope.parameters.requireTls && { requireTls: true }) },
      // RFC 3461 §6.1: what has no reverse-path asks for no report.
      recipients: [{ forwardPath: report.forwardPath, parameters: { notify: ['NEVER'] } }],
      receivedAt: at,
      internetMessageId: report.internetMessageId,
      subject: report.subject,
      fromField: report.fromField,
      client: { address: '', name: `report on ${envelope.queueId}` },
    },
    content: { kind: 'inline', size: report.octets.length, octets: report.octets },
  }
}

/**
 * RFC 3461 §4.3: RET speaks of failures only; of anything else the header is enough. And of what had to be protected on its way there:
 * RFC 8689 §5.
 */
function returnsMessage(kind: ReportKind, { envelope, content }: Pick<Claim, 'envelope' | 'content'>): boolean {
  const { ret, requireTls } = envelope.parameters
  if (kind !== 'failed' || ret === 'HDRS' || requireTls === true) return false
  return content.size <= (ret === 'FULL' ? RETURNED_ON_REQUEST : RETURNED_UNASKED)
}

const returnedOf = (octets: Uint8Array | undefined, isMessage: boolean): ReturnedContent =>
  octets && (isMessage ? { message: octets } : { header: octets })

/** All of it, or from its beginning what surely holds the header. The report is worth more than what comes back with it. */
async function readContent(
  store: ReportService['content'],
  content: ContentRef,
  whole: boolean,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of store.open(content)) {
      chunks.push(chunk)
      size += chunk.length
      if (!whole && (size >= HEADER_SECTION_LIMIT || findHeaderEnd(Buffer.concat(chunks), 0) >= 0)) break
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks)
}
