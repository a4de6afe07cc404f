// From what became of recipients to the settlement of their message: moments of the next attempts, reports to the sender, suppressions
// and events, all of one transaction. A report that has nobody to go to becomes an event and a line of the timeline.

import { canonicalAddress, domainOf } from '../resources/mail-address.ts'
import type { Claim, NewMessage, RecipientOutcome, Settlement, SpooledEnvelope } from '../spool/spool.ts'
import type { NewEvent } from '../storage/events.ts'
import type { NewSuppression } from '../storage/suppressions.ts'
import type { Delivery } from './deliver-recipients.ts'
import { deliveryReportEvent, unsentReportEvent } from './delivery-events.ts'
import { isHardBounce } from './hard-bounce.ts'
import { composeReports, planReports, type PlannedReport, type ReportService } from './reports.ts'
import { FAULT_TRANSPORT } from './recipient-faults.ts'
import { type RetryLimits, schedule } from './retry-schedule.ts'

export type ConclusionService = {
  readonly limits: RetryLimits
  /** From 0 up to 1. */
  readonly random: () => number
  readonly reports: ReportService
  /** Below it nobody reads mail: our managed domains only send. */
  readonly managedSuffix: string
  /** UUIDv7. */
  readonly nextEventId: () => string
}

/** What telling the sender takes of it. */
export type TellingService = Omit<ConclusionService, 'random'>

/** `lapsed`: addresses of which a suppression is over. */
export async function conclude(
  service: ConclusionService,
  claim: Claim,
  { outcomes: given, postponed }: Delivery,
  { at, lapsed }: { readonly at: number; readonly lapsed: readonly string[] },
): Promise<Settlement> {
  const { envelope, token } = claim
  // One for all: recipients that were deferred together are tried together.
  const jitter = service.random()
  const outcomes = given.map((outcome) => scheduled(service.limits, claim, outcome, at, jitter))
  const told = await tellSender(service, claim, outcomes, at)
  const suppressions = suppressionsOf(claim, outcomes, at)
  const events = [...reportEvents(service, envelope, outcomes, at), ...told.events]
  const unsuppressed = outcomes
    .filter(({ status }) => status === 'delivered')
    .map(({ index }) => canonicalAddress(envelope.recipients[index]?.forwardPath ?? ''))
    .filter((address) => lapsed.includes(address))
  return {
    queueId: envelope.queueId,
    token,
    at,
    outcomes,
    ...(postponed.length > 0 && { postponed }),
    ...(told.reports.length > 0 && { reports: told.reports }),
    ...(told.notes.length > 0 && { notes: told.notes }),
    ...(suppressions.length > 0 && { suppressions }),
    ...(unsuppressed.length > 0 && { unsuppressed: [...new Set(unsuppressed)] }),
    ...(events.length > 0 && { events }),
  }
}

/** One for each recipient that is final. Nobody asked for our own reports, so of those only the lost ones are told. */
export function reportEvents(
  { nextEventId }: Pick<TellingService, 'nextEventId'>,
  envelope: SpooledEnvelope,
  outcomes: readonly RecipientOutcome[],
  at: number,
): readonly NewEvent[] {
  const isOwn = envelope.reversePath === ''
  const final = outcomes.filter(({ status }) => status !== 'deferred' && !(isOwn && status === 'delivered'))
  return final.map((outcome) => deliveryReportEvent(envelope, outcome, { eventId: nextEventId(), at }))
}

function scheduled(
  limits: RetryLimits,
  { envelope, recipients }: Claim,
  outcome: RecipientOutcome,
  at: number,
  jitter: number,
): RecipientOutcome {
  const recipient = recipients.find(({ index }) => index === outcome.index)
  return recipient === undefined
    ? outcome
    : schedule(envelope, recipient, outcome, { at, limits, random: () => jitter })
}

function suppressionsOf(
  { envelope: { tenantId, queueId, recipients } }: Claim,
  outcomes: readonly RecipientOutcome[],
  at: number,
): readonly NewSuppression[] {
  const bounced = outcomes.filter((outcome) => isHardBounce(outcome) && outcome.transport !== FAULT_TRANSPORT)
  return bounced.map(({ index, enhancedStatusCode, diagnostic, remote }) => ({
    tenantId,
    address: canonicalAddress(recipients[index]?.forwardPath ?? ''),
    detail: remote?.reply ?? `${enhancedStatusCode} ${diagnostic}`,
    queueId,
    at,
  }))
}

type Told = {
  readonly reports: readonly NewMessage[]
  readonly notes: readonly string[]
  readonly events: readonly NewEvent[]
}

/** The reports of outcomes that are owed, or what is kept in their place. */
export async function tellSender(
  service: TellingService,
  claim: Pick<Claim, 'envelope' | 'content'>,
  outcomes: readonly RecipientOutcome[],
  at: number,
): Promise<Told> {
  const { envelope } = claim
  if (envelope.reversePath === '') return tellOfLostReport(service, claim, outcomes, at)
  const planned = planReports(envelope, outcomes, envelope.receivedAt + service.limits.giveUpAfter)
  if (planned.length === 0) return { reports: [], notes: [], events: [] }
  if (isManaged(domainOf(envelope.reversePath), service.managedSuffix))
    return unsent(service, claim, planned, { at, reason: 'the domain of the sender takes no mail' })
  const reports = await composeReports(service.reports, claim, planned, at)
  const notes = reports.map(({ envelope: { queueId } }, place) => {
    const kind = planned[place]?.kind ?? 'delivery'
    return `${kind} report to ${envelope.reversePath} queued as ${queueId}`
  })
  return { reports, notes, events: [] }
}

const isManaged = (domain: string, suffix: string): boolean => domain.endsWith(`.${suffix}`)

/** Mail from nobody that fails is a report nearly always, and is not reported on. RFC 5321 §4.5.5. */
function tellOfLostReport(
  service: TellingService,
  claim: Pick<Claim, 'envelope'>,
  outcomes: readonly RecipientOutcome[],
  at: number,
): Told {
  const failed = outcomes.filter(({ status }) => status === 'failed' || status === 'suppressed')
  if (failed.length === 0) return { reports: [], notes: [], events: [] }
  const recipients = failed.map(({ index }) => ({ forwardPath: claim.envelope.recipients[index]?.forwardPath ?? '' }))
  const reason = `the report itself could not be delivered: ${failed[0]?.enhancedStatusCode ?? ''}`
  return unsent(service, claim, [{ kind: 'failed', recipients }], { at, reason })
}

function unsent(
  service: TellingService,
  { envelope }: Pick<Claim, 'envelope'>,
  planned: readonly (Pick<PlannedReport, 'kind'> & {
    readonly recipients: readonly { readonly forwardPath: string }[]
  })[],
  { at, reason }: { readonly at: number; readonly reason: string },
): Told {
  const events = planned.map(({ kind, recipients }) => {
    const paths = recipients.map(({ forwardPath }) => forwardPath)
    return unsentReportEvent(envelope, { kind, recipients: paths, reason }, { eventId: service.nextEventId(), at })
  })
  const whom = envelope.reversePath === '' ? '' : ` to ${envelope.reversePath}`
  const notes = planned.map(({ kind }) => `no ${kind} report${whom}: ${reason}; kept as an event`)
  return { reports: [], notes, events }
}
