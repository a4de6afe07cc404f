// The DNS records that a domain is asked to publish, made once when the domain is created and kept with it: proof of ownership, SPF,
// two DKIM keys, and advice on DMARC. It decides how records read; whether they are there is asked by `check-record.ts`.
// RFC 7208 §3, RFC 6376 §3.6, RFC 8463, RFC 7489 §6. Azure: control-plane reference §5.7.

import { createHash } from 'node:crypto'
import type { DkimKeyPair } from '../keys/dkim-keys.ts'

/** The keys on the wire, whose case counts. */
export const VERIFICATION_TYPES = ['Domain', 'SPF', 'DKIM', 'DKIM2', 'DMARC'] as const
export type VerificationType = (typeof VERIFICATION_TYPES)[number]

/** `name` is the domain itself, or relative to it: `pst1-0123abcd._domainkey`. */
export type VerificationRecord = {
  readonly type: 'TXT' | 'CNAME'
  readonly name: string
  readonly value: string
  /** In seconds. */
  readonly ttl: number
  /** With a CNAME: what the operator of our zone publishes where it points to. Its name is complete. */
  readonly zoneRecord?: VerificationRecord
}
export type VerificationRecords = Readonly<Record<VerificationType, VerificationRecord>>

export type RecordSettings = {
  /** The domain whose SPF record names our outgoing hosts. */
  readonly spfInclude: string
  /** `txt`: the key itself is published. `cname`: a pointer into a zone of ours, where the operator publishes it. */
  readonly dkimRecords: 'txt' | 'cname'
  /** Needed for `cname`. */
  readonly zone?: string | undefined
}

/** The name of the DKIM key records of a resource: RSA first. From the resource id, so that two owners of one domain never collide. */
export type DkimSelectors = { readonly DKIM: string; readonly DKIM2: string }

const TTL = 3600

/** The longest name of all records that stand below the domain, with its dot. */
export const LONGEST_PREFIX = 'pst1-00000000._domainkey.'.length

export function dkimSelectorsOf(domainId: string): DkimSelectors {
  const digest = createHash('sha256').update(domainId.toLowerCase()).digest('hex').slice(0, 8)
  return { DKIM: `pst1-${digest}`, DKIM2: `pst2-${digest}` }
}

/**
 * The name of the next key of a record: each of the two has two names, which take turns, so that whoever publishes pointers into our zone
 * does so once.
 */
export function nextDkimSelector(selector: string): string {
  const turn = { 1: 3, 2: 4, 3: 1, 4: 2 } as const
  return selector.replace(/(?<=^pst)[1-4](?=-)/, (digit) => `${turn[digit as unknown as keyof typeof turn]}`)
}

/** The selector that a DKIM record is for. */
export function dkimSelectorOf({ name }: VerificationRecord): string {
  return name.replace(/\._domainkey$/, '')
}

/** `ownershipToken` is the GUID that only this resource's owner was told. */
export function issueRecords(issue: {
  readonly domain: string
  readonly ownershipToken: string
  readonly selectors: DkimSelectors
  readonly keys: Readonly<Record<keyof DkimSelectors, DkimKeyPair>>
  readonly settings: RecordSettings
}): VerificationRecords {
  const { domain, ownershipToken, selectors, keys, settings } = issue
  const text = (name: string, value: string) => ({ type: 'TXT', name, value, ttl: TTL }) as const
  return {
    Domain: text(domain, `postern-domain-verification=${ownershipToken}`),
    SPF: text(domain, `v=spf1 include:${settings.spfInclude} -all`),
    DKIM: dkimRecord(selectors.DKIM, keys.DKIM, settings),
    DKIM2: dkimRecord(selectors.DKIM2, keys.DKIM2, settings),
    DMARC: text('_dmarc', 'v=DMARC1; p=none'),
  }
}

export function dkimRecord(
  selector: string,
  key: Pick<DkimKeyPair, 'algorithm' | 'publicKey'>,
  { dkimRecords, zone }: Pick<RecordSettings, 'dkimRecords' | 'zone'>,
): VerificationRecord {
  const name = `${selector}._domainkey`
  const value = `v=DKIM1; k=${key.algorithm}; p=${key.publicKey}`
  if (dkimRecords === 'txt') return { type: 'TXT', name, value, ttl: TTL }
  if (zone === undefined) throw new Error('CNAME records for DKIM need a zone')
  const target = `${name}.${zone}`
  return { type: 'CNAME', name, value: target, ttl: TTL, zoneRecord: { type: 'TXT', name: target, value, ttl: TTL } }
}

/** Where the record is in the DNS. */
export function fullNameOf({ name }: VerificationRecord, domain: string): string {
  return name === domain ? domain : `${name}.${domain}`
}
