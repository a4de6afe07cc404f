// The life of one message as lines in order of time: how its sender signed in, why it was let through, what the checks found, then each
// attempt with what the other side said, holds, reports and events. Pure: it tells what was stored, in words, and beside them as members.

import type { Hold } from '../storage/holds.ts'
import type { StoredEvent } from '../storage/events.ts'
import type { Acceptance, Grant } from './acceptance.ts'
import type { StoredEntry } from './settlement.ts'
import type { RecipientOutcome, SpooledEnvelope, TimelineEntry } from './spool.ts'

/** Of one row of the timeline; `at` is that of entries that have none. */
export type StoredEntries = { readonly at: number; readonly entries: readonly StoredEntry[] }

export type Life = {
  readonly envelope: SpooledEnvelope
  readonly size: number
  readonly stored: readonly StoredEntries[]
  /** Those that stop it now. */
  readonly holds: readonly Hold[]
  readonly events: readonly StoredEvent[]
  /** What became of each report on it, by its queue id. */
  readonly reports: ReadonlyMap<string, string>
}

export function timelineOf({ envelope, size, stored, holds, events, reports }: Life): readonly TimelineEntry[] {
  const entries = [
    ...beginningOf(envelope, size),
    ...stored.flatMap((row) => row.entries.flatMap((entry) => entryOf(envelope, row.at, entry, reports))),
    ...events.map(eventEntry),
    ...holds.map((hold) => holdEntry(hold, envelope.receivedAt)),
  ]
  // The sort is stable: what is of one moment stays in the order of cause and effect.
  return entries.sort((one, other) => one.at - other.at)
}

function beginningOf(envelope: SpooledEnvelope, size: number): readonly TimelineEntry[] {
  const { receivedAt: at, acceptance, recipients, client, operationId } = envelope
  const from = client.address === '' ? client.name : `from ${client.name} [${client.address}]`
  const count = `${recipients.length} ${recipients.length === 1 ? 'recipient' : 'recipients'}`
  const operation = operationId === undefined ? '' : `, operation ${operationId}`
  const queued: TimelineEntry = { at, kind: 'queued', detail: `${from}; ${size} octets, ${count}${operation}` }
  if (acceptance === undefined) return [queued]
  return [
    loginEntry(envelope, acceptance),
    ...(acceptance.grant === undefined ? [] : [decisionEntry(at, acceptance.grant)]),
    policyEntry(envelope, acceptance),
    queued,
  ]
}

function loginEntry(envelope: SpooledEnvelope, { login, listener, tls, username }: Acceptance): TimelineEntry {
  const { receivedAt, client, proof } = envelope
  const how = login === undefined ? `the network ${client.address} stands for` : `${login.method} as`
  const credential = proof === undefined ? '' : `, credential ${proof.keyId}`
  const secured = tls === undefined ? 'without TLS' : `over ${tls}`
  return {
    at: Math.min(login?.at ?? receivedAt, receivedAt),
    kind: 'login',
    detail: `${how} ${username}${credential}; from ${client.address} to ${listener} ${secured}`,
  }
}

/** The transaction that stored the message compared the epoch of the decision, so it still held then. */
const decisionEntry = (at: number, { via, roles }: Grant): TimelineEntry => ({
  at,
  kind: 'decision',
  detail: `may send, by ${via === 'actions' ? 'every required action' : 'the data action'}${roles.map(describeRole).join('')}`,
})

const describeRole = ({ role, scope, group }: Grant['roles'][number]): string =>
  `; role ${role} on ${scope}${group === undefined ? '' : ` through the group ${group}`}`

function policyEntry(envelope: SpooledEnvelope, { replaced, contentCheck }: Acceptance): TimelineEntry {
  const { receivedAt: at, reversePath, fromField } = envelope
  const instead = replaced === undefined ? '' : ` in the place of ${replaced}`
  const checked =
    contentCheck === undefined
      ? ''
      : `; content check ${contentCheck.type}${contentCheck.detail === '' ? '' : `: ${contentCheck.detail}`}`
  return { at, kind: 'policy', detail: `sender ${reversePath}${instead} and author ${fromField} may stand${checked}` }
}

function entryOf(
  envelope: SpooledEnvelope,
  settledAt: number,
  entry: StoredEntry,
  reports: Life['reports'],
): readonly TimelineEntry[] {
  const { at = settledAt } = entry
  if ('events' in entry) return []
  if ('note' in entry) return [noteEntry(at, entry, reports)]
  const { index, status, transport, enhancedStatusCode, remote } = entry
  return [
    {
      at,
      kind: status === 'deferred' ? 'attempt' : 'final',
      recipient: envelope.recipients[index]?.forwardPath ?? '',
      status,
      detail: detailOf(entry),
      transport,
      enhancedStatusCode,
      ...(remote && { remote }),
    },
  ]
}

function noteEntry(
  at: number,
  { note, report, hold }: { readonly note: string; readonly report?: string; readonly hold?: string },
  reports: Life['reports'],
): TimelineEntry {
  if (hold !== undefined) return { at, kind: 'hold', id: hold, detail: note }
  if (report === undefined) return { at, kind: 'note', detail: note }
  const status = reports.get(report)
  return { at, kind: 'report', id: report, ...(status !== undefined && { status }), detail: note }
}

/** Where the remote said something, its own words follow. */
function detailOf({ transport, enhancedStatusCode, diagnostic, remote }: RecipientOutcome): string {
  const said = `${transport}: ${enhancedStatusCode} ${diagnostic}`
  if (remote === undefined) return said
  const { host, address, tls, reply } = remote
  const place = `${host}${address === undefined || address === host ? '' : ` [${address}]`}`
  const words = reply === undefined || diagnostic.includes(reply) ? '' : `, which said: ${reply}`
  return `${said}; ${place}${tls === undefined ? '' : ` by ${tls}`}${words}`
}

function eventEntry({ eventId, type, at, data }: StoredEvent): TimelineEntry {
  const { recipient, status } = data
  return {
    at,
    kind: 'event',
    id: eventId,
    ...(typeof recipient === 'string' && { recipient }),
    ...(typeof status === 'string' && { status }),
    detail: type,
  }
}

/** One that was there before counts from when the message came. */
const holdEntry = ({ holdId, createdAt, createdBy, reason }: Hold, receivedAt: number): TimelineEntry => ({
  at: Math.max(createdAt, receivedAt),
  kind: 'hold',
  id: holdId,
  status: 'held',
  detail: `held by ${createdBy}${reason === '' ? '' : `: ${reason}`}`,
})
