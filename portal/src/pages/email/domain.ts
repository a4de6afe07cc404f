// A domain of an email service as the API shows it.

import { type ArmResource, useResource } from '../../api/resource.ts'

export const RECORD_TYPES = ['Domain', 'SPF', 'DKIM', 'DKIM2', 'DMARC'] as const
export type RecordType = (typeof RECORD_TYPES)[number]
/** Advice; nothing waits for it. */
export const isNeeded = (type: RecordType): boolean => type !== 'DMARC'

export const WRITE_DOMAIN = { action: 'Microsoft.Communication/EmailServices/Domains/Write' }

export type RecordState = {
  readonly status: 'NotStarted' | 'VerificationFailed' | 'Verified'
  readonly errorCode: string
  readonly seen?: readonly string[]
  readonly lostSince?: string
  readonly countsUntil?: string
}
export type DnsRecord = {
  readonly type: 'TXT' | 'CNAME'
  readonly name: string
  readonly value: string
  readonly ttl: number
  readonly zoneRecord?: DnsRecord
}
export type DkimRotation = {
  readonly next?: { readonly record: DnsRecord; readonly state: RecordState; readonly madeAt: string }
  readonly previous?: { readonly record: DnsRecord; readonly removableAt: string }
  readonly rotatedAt?: string
}
export type DomainProperties = {
  readonly dataLocation: string
  readonly fromSenderDomain: string
  readonly domainManagement: 'CustomerManaged' | 'AzureManaged'
  readonly userEngagementTracking: 'Enabled' | 'Disabled'
  readonly verificationStates: Readonly<Record<RecordType, RecordState>>
  readonly verificationRecords: Readonly<Record<RecordType, DnsRecord>>
  readonly dkimRotation?: { readonly DKIM?: DkimRotation; readonly DKIM2?: DkimRotation }
}
export type Domain = ArmResource<DomainProperties>

export const useDomain = (id: string) => useResource<DomainProperties>(id)

export const isVerified = ({ properties }: Domain): boolean =>
  RECORD_TYPES.filter(isNeeded).every((type) => properties.verificationStates[type].status === 'Verified')

/** Names of records are relative to the domain; one in the zone of the operator is complete. */
export const fullNameOf = ({ name }: DnsRecord, domain: string): string =>
  name === domain ? domain : `${name}.${domain}`
