// What happened to the DNS records of a domain as an event that can be sent on, and as a line for whoever reads the log: which record, how
// long it still counts, and what to do, as a command. What others have put into the DNS is in no line.

import { type DkimSlot, domainPropertiesOf } from '../domains/domain-properties.ts'
import type { RecordChange } from '../domains/recheck-domain.ts'
import { fullNameOf } from '../domains/verification-records.ts'
import type { Resource } from '../resources/resource.ts'
import type { NewEvent } from '../storage/events.ts'

const NAMESPACE = 'Postern.Mail'

export type DomainNotice =
  | RecordChange
  /** The next key of a rotation waits for its record; it has taken over, and the record before it is removable later. */
  | { readonly type: 'key made' | 'key in use'; readonly check: DkimSlot }

export type DomainNoticeType = DomainNotice['type']

const EVENT_TYPES: Readonly<Record<DomainNoticeType, string>> = {
  lost: 'DomainRecordLost',
  found: 'DomainRecordFound',
  failed: 'DomainVerificationLost',
  'key made': 'DomainKeyMade',
  'key in use': 'DomainKeyInUse',
}

/** `domain` as it is from now on. */
export function domainEvent(
  domain: Resource,
  notice: DomainNotice,
  { eventId, at }: { readonly eventId: string; readonly at: number },
): NewEvent {
  const facts = factsOf(domain, notice)
  const seen = 'state' in notice && notice.state.seen !== undefined ? { seen: notice.state.seen } : {}
  return {
    eventId,
    tenantId: domain.tenantId,
    source: domain.id,
    subject: `verificationRecords/${notice.check}`,
    type: `${NAMESPACE}.${EVENT_TYPES[notice.type]}`,
    at,
    data: { domainName: nameOf(domain), ...facts, ...seen, command: commandFor(domain, notice) },
  }
}

export function domainLine(
  domain: Resource,
  notice: DomainNotice,
): { readonly fields: Readonly<Record<string, unknown>>; readonly text: string } {
  const { tenantId, id } = domain
  const { record, ...facts } = factsOf(domain, notice)
  const command = commandFor(domain, notice)
  return {
    fields: { tenantId, domainId: id, domain: nameOf(domain), recordName: record?.name ?? null, ...facts, command },
    text: TEXTS[notice.type],
  }
}

const TEXTS: Readonly<Record<DomainNoticeType, string>> = {
  lost: 'a DNS record of a verified domain is not there any more',
  found: 'a DNS record of a domain is back',
  failed: 'a DNS record has been missing for too long: the domain is not verified any more',
  'key made': 'a new DKIM key waits for its DNS record',
  'key in use': 'a new DKIM key signs; the record of the old one must stay for a while',
}

const nameOf = (domain: Resource) => domainPropertiesOf(domain).fromSenderDomain

function factsOf(domain: Resource, notice: DomainNotice) {
  if ('state' in notice) {
    const { check } = notice
    const { errorCode, lostSince, countsUntil } = notice.state
    return { check, record: shown(domain, notice.record), errorCode, ...defined({ lostSince, countsUntil }) }
  }
  const { check } = notice
  const { verificationRecords, dkimRotation } = domainPropertiesOf(domain)
  const { next, previous } = dkimRotation?.[check] ?? {}
  if (notice.type === 'key made') return { check, record: next && shown(domain, next.record) }
  const removable = previous && { removableRecord: previous.record.name, removableAt: previous.removableAt }
  return { check, record: shown(domain, verificationRecords[check]), ...removable }
}

function shown(domain: Resource, record: Parameters<typeof fullNameOf>[0]) {
  const { type, value } = record
  return { type, name: fullNameOf(record, nameOf(domain)), value }
}

const defined = (times: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(times).filter(([, time]) => time !== undefined))

/** What to do first, ready to paste. */
function commandFor({ id, name }: Resource, { type }: DomainNotice): string {
  const command = type === 'failed' ? 'initiate-verification' : type === 'key made' ? 'rotate-dkim' : 'show'
  const [, emailService = ''] = /\/emailServices\/([^/]+)\//i.exec(id) ?? []
  return `postern communication email domain ${command} --domain-name ${name} --email-service-name ${emailService}`
}
