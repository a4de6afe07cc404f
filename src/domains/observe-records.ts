// What the DNS has right now in the places of a domain's records, those of next keys and of our own zone among them, and whether mail to the
// domain can be delivered at all: replies and reports go there. Only told: nothing is judged for good and nothing changes.
// RFC 5321 §5.1, RFC 7505.

import type { Clock } from '../config/clock.ts'
import type { DnsResolver } from '../dns/dns.ts'
import type { Resource } from '../resources/resource.ts'
import { type CheckOutcome, checkRecord } from './check-record.ts'
import { domainPropertiesOf } from './domain-properties.ts'
import {
  fullNameOf,
  VERIFICATION_TYPES,
  type VerificationRecord,
  type VerificationType,
} from './verification-records.ts'
import { withinPatience } from './verify-domain.ts'

export type ObservedRecord = {
  /** `MX` is advice, and no record of ours. */
  readonly check: VerificationType | 'MX'
  /** A record that is asked for, one of a key that comes next, or what a pointer leads to in our zone. */
  readonly role: 'present' | 'next' | 'zone'
  readonly name: string
  readonly status: 'AsIssued' | 'Different' | 'Unknown'
  /** Empty when nothing is wrong. */
  readonly errorCode: string
  /** What is there instead; of mail exchanges, what is there. */
  readonly seen: readonly string[]
}

type Dependencies = { readonly resolver: DnsResolver; readonly clock: Clock }

export async function observeRecords(dependencies: Dependencies, domain: Resource): Promise<readonly ObservedRecord[]> {
  const { verificationRecords, dkimRotation, fromSenderDomain } = domainPropertiesOf(domain)
  const issued = VERIFICATION_TYPES.flatMap((check) => {
    const present = verificationRecords[check]
    const next = check === 'DKIM' || check === 'DKIM2' ? dkimRotation?.[check]?.next?.record : undefined
    return [
      { check, role: 'present', record: present } as const,
      ...(next === undefined ? [] : [{ check, role: 'next', record: next } as const]),
      ...[present, next].flatMap((record) =>
        record?.zoneRecord === undefined ? [] : [{ check, role: 'zone', record: record.zoneRecord } as const],
      ),
    ]
  })
  return Promise.all([
    ...issued.map(({ check, role, record }) => observe(dependencies, fromSenderDomain, check, role, record)),
    observeExchanges(dependencies, fromSenderDomain),
  ])
}

async function observe(
  { resolver, clock }: Dependencies,
  domain: string,
  check: VerificationType,
  role: ObservedRecord['role'],
  record: VerificationRecord,
): Promise<ObservedRecord> {
  // What is in our zone has a complete name.
  const name = role === 'zone' ? record.name : fullNameOf(record, domain)
  const outcome = await withinPatience(clock, checkRecord(resolver, name, check, { ...record, name }))
  return { check, role, name, ...observed(outcome) }
}

function observed(outcome: CheckOutcome): Pick<ObservedRecord, 'status' | 'errorCode' | 'seen'> {
  switch (outcome.type) {
    case 'verified':
      return { status: 'AsIssued', errorCode: '', seen: [] }
    case 'failed':
      return { status: 'Different', errorCode: outcome.errorCode, seen: outcome.seen }
    case 'unavailable':
      return { status: 'Unknown', errorCode: 'DnsUnavailable', seen: [outcome.detail] }
  }
}

const MAX_SHOWN = 10

/** Without an exchange mail goes to the address of the domain itself. */
async function observeExchanges({ resolver }: Dependencies, domain: string): Promise<ObservedRecord> {
  const base = { check: 'MX', role: 'present', name: domain } as const
  const exchanges = await resolver.resolveMx(domain)
  const outcome = exchanges.type === 'none' ? await resolver.resolveAddresses(domain) : exchanges
  if (outcome.type === 'unavailable')
    return { ...base, status: 'Unknown', errorCode: 'DnsUnavailable', seen: [outcome.detail] }
  if (exchanges.type !== 'found')
    return outcome.type === 'none'
      ? { ...base, status: 'Different', errorCode: 'RecordNotFound', seen: [] }
      : { ...base, status: 'AsIssued', errorCode: '', seen: ['no MX, but an address'] }
  const isNull = exchanges.records.every(({ exchange }) => exchange === '')
  const seen = exchanges.records
    .toSorted((one, other) => one.preference - other.preference)
    .slice(0, MAX_SHOWN)
    .map(({ preference, exchange }) => `${preference} ${exchange}.`)
  return { ...base, status: isNull ? 'Different' : 'AsIssued', errorCode: isNull ? 'NullMx' : '', seen }
}
