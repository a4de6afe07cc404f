// What a domain resource holds under `properties`, as it is stored and shown, and how it begins. Nothing here is secret.
// Azure: control-plane reference §5.7. Deviates: a failed state also tells what was seen, under `seen`, and a verified one whose record is
// lost since when it is and until when it counts.

import type { Resource } from '../resources/resource.ts'
import { dkimKeyRecordId, DKIM_KEY_PURPOSE, type DkimKeyPair, generateDkimKeyPair } from '../keys/dkim-keys.ts'
import type { Sealer } from '../keys/sealing.ts'
import type { SealedRecord } from '../storage/storage.ts'
import { dkimSelectorsOf, issueRecords, type RecordSettings } from './verification-records.ts'
import type { VerificationRecord, VerificationRecords, VerificationType } from './verification-records.ts'

export type DomainManagement = 'CustomerManaged' | 'AzureManaged'
export type UserEngagementTracking = 'Disabled' | 'Enabled'

export type VerificationState = {
  readonly status: 'NotStarted' | 'VerificationFailed' | 'Verified'
  /** Empty when nothing is wrong. */
  readonly errorCode: string
  /** Of a failed check: what the DNS had instead. */
  readonly seen?: readonly string[]
  /** Of a verified one whose record is there no more, as in ISO 8601: since when, and when it fails unless the record is back. */
  readonly lostSince?: string
  readonly countsUntil?: string
}

/** What replaces, and what was replaced by, one of the two DKIM keys. Times as in ISO 8601. */
export type DkimRotation = {
  /** Made and to be published. It signs once it has been seen in the DNS; until then the present key does. */
  readonly next?: { readonly record: VerificationRecord; readonly state: VerificationState; readonly madeAt: string }
  /** What it signed is still on the way: its record stays in the DNS until then. */
  readonly previous?: { readonly record: VerificationRecord; readonly removableAt: string }
  readonly rotatedAt?: string
}
export const DKIM_SLOTS = ['DKIM', 'DKIM2'] as const
export type DkimSlot = (typeof DKIM_SLOTS)[number]

export type DomainProperties = {
  readonly provisioningState: 'Succeeded'
  readonly dataLocation: string
  /** The domain of the From field, and of the reverse path: canonical. */
  readonly fromSenderDomain: string
  readonly mailFromSenderDomain: string
  readonly domainManagement: DomainManagement
  readonly userEngagementTracking: UserEngagementTracking
  readonly verificationStates: Readonly<Record<VerificationType, VerificationState>>
  readonly verificationRecords: VerificationRecords
  /** Without an entry for a key that was never replaced. */
  readonly dkimRotation?: { readonly [Slot in DkimSlot]?: DkimRotation }
}

/** `resource` is a stored domain. */
export const domainPropertiesOf = ({ properties }: Pick<Resource, 'properties'>) => properties as DomainProperties

export const NOT_STARTED: VerificationState = { status: 'NotStarted', errorCode: '' }
export const VERIFIED: VerificationState = { status: 'Verified', errorCode: '' }

export type DomainSettings = RecordSettings & {
  /** Managed domains are names below it. */
  readonly managedSuffix: string
}

/** Everything that a domain has from its creation: its records with new keys, and the private keys as sealed records to be stored. */
export async function issueDomain(domain: {
  readonly id: string
  /** Canonical. */
  readonly name: string
  readonly management: DomainManagement
  readonly tracking: UserEngagementTracking
  readonly dataLocation: string
  readonly ownershipToken: string
  readonly settings: DomainSettings
  readonly sealer: Sealer
  readonly at: number
}): Promise<{ readonly properties: DomainProperties; readonly sealed: readonly SealedRecord[] }> {
  const { id, name, management, settings } = domain
  const selectors = dkimSelectorsOf(id)
  const keys = { DKIM: await generateDkimKeyPair('rsa'), DKIM2: await generateDkimKeyPair('ed25519') }
  // A managed domain is in our own zone already.
  const dkimRecords = management === 'AzureManaged' ? 'txt' : settings.dkimRecords
  const state = management === 'AzureManaged' ? VERIFIED : NOT_STARTED
  const sealed = (['DKIM', 'DKIM2'] as const).map((slot) =>
    sealDkimKey(domain.sealer, id, selectors[slot], keys[slot], domain.at),
  )
  const properties: DomainProperties = {
    provisioningState: 'Succeeded',
    dataLocation: domain.dataLocation,
    fromSenderDomain: name,
    mailFromSenderDomain: name,
    domainManagement: management,
    userEngagementTracking: domain.tracking,
    verificationStates: { Domain: state, SPF: state, DKIM: state, DKIM2: state, DMARC: state },
    verificationRecords: issueRecords({
      domain: name,
      ownershipToken: domain.ownershipToken,
      selectors,
      keys,
      settings: { ...settings, dkimRecords },
    }),
  }
  return { properties, sealed }
}

export function sealDkimKey(
  sealer: Pick<Sealer, 'seal'>,
  domainId: string,
  selector: string,
  { privateKey }: Pick<DkimKeyPair, 'privateKey'>,
  at: number,
): SealedRecord {
  const recordId = dkimKeyRecordId(domainId, selector)
  const sealed = sealer.seal(recordId, DKIM_KEY_PURPOSE, privateKey)
  return { recordId, purpose: DKIM_KEY_PURPOSE, sealed, createdAt: at, resourceId: domainId }
}
