// Asks the DNS for one record of a domain and judges what is there against what was issued: what must be equal, what may have more
// beside it (an SPF record has other senders in it), and what makes a record void (two SPF records). It changes nothing.
// RFC 7208 §4.5, §5.1; RFC 6376 §3.2, §3.6.1; RFC 7489 §6.6.3.

import type { DnsOutcome, DnsResolver } from '../dns/dns.ts'
import { fullNameOf, type VerificationRecord, type VerificationType } from './verification-records.ts'

export type CheckOutcome =
  | { readonly type: 'verified' }
  | {
      readonly type: 'failed'
      readonly errorCode: 'RecordNotFound' | 'RecordMismatch' | 'MultipleRecords'
      /** What is there instead, shortened: others wrote it. */
      readonly seen: readonly string[]
    }
  | { readonly type: 'unavailable'; readonly detail: string }

export async function checkRecord(
  resolver: DnsResolver,
  domain: string,
  type: VerificationType,
  record: VerificationRecord,
): Promise<CheckOutcome> {
  const name = fullNameOf(record, domain)
  if (record.type === 'CNAME') {
    return judge(await resolver.resolveCname(name), (seen) => judgeTarget(seen, record.value))
  }
  return judge(await resolver.resolveTxt(name), (seen) => judgeText[type](seen, record.value))
}

type Found = readonly [string, ...string[]]
/** Undefined when the record is as it should be. */
type Fault = 'RecordMismatch' | 'RecordNotFound' | 'MultipleRecords' | undefined

function judge(outcome: DnsOutcome<string>, faultOf: (seen: Found) => Fault): CheckOutcome {
  if (outcome.type === 'unavailable') return outcome
  if (outcome.type === 'none') return { type: 'failed', errorCode: 'RecordNotFound', seen: [] }
  const errorCode = faultOf(outcome.records)
  return errorCode === undefined ? { type: 'verified' } : { type: 'failed', errorCode, seen: shown(outcome.records) }
}

const judgeText: Readonly<Record<VerificationType, (seen: Found, expected: string) => Fault>> = {
  Domain: judgeOwnership,
  SPF: judgeSpf,
  DKIM: judgeKey,
  DKIM2: judgeKey,
  DMARC: judgeDmarc,
}

/** Other texts stand at the apex too; another resource's proof among them is the usual mistake. */
function judgeOwnership(seen: Found, expected: string): Fault {
  if (seen.some((text) => text.trim() === expected)) return undefined
  const [prefix = ''] = expected.split('=')
  return seen.some((text) => text.trim().startsWith(prefix)) ? 'RecordMismatch' : 'RecordNotFound'
}

/**
 * Ours must be among the mechanisms before `all`: nothing behind it is read. A `redirect` is not followed. The name may end with a dot:
 * RFC 7208 §7.1.
 */
function judgeSpf(seen: Found, expected: string): Fault {
  const records = seen.filter((text) => /^v=spf1(?: |$)/i.test(text))
  const [record, ...others] = records
  if (record === undefined) return 'RecordNotFound'
  if (others.length > 0) return 'MultipleRecords'
  const wanted = termsOf(expected).find((term) => term.startsWith('include:'))
  const terms = termsOf(record)
  const end = terms.findIndex((term) => /^[-+~?]?all$/.test(term))
  const effective = end < 0 ? terms : terms.slice(0, end)
  return effective.some((term) => term.replace(/^\+|\.$/g, '') === wanted) ? undefined : 'RecordMismatch'
}

const termsOf = (record: string) => record.toLowerCase().split(' ')

/** The same key is the same record, whatever else it says; two records at one name leave verifiers to choose. */
function judgeKey([record, ...others]: Found, expected: string): Fault {
  if (others.length > 0) return 'MultipleRecords'
  const [seen, wanted] = [tagsOf(record), tagsOf(expected)]
  const isSame =
    (seen.get('v') ?? 'DKIM1') === 'DKIM1' &&
    (seen.get('k') ?? 'rsa') === wanted.get('k') &&
    seen.get('p') === wanted.get('p')
  return isSame ? undefined : 'RecordMismatch'
}

/** Ours is advice: any policy of the owner's counts. Blanks may stand around the signs: RFC 7489 §6.4. */
function judgeDmarc(seen: Found): Fault {
  const records = seen.filter((text) => /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text))
  const [record, ...others] = records
  if (record === undefined) return 'RecordNotFound'
  if (others.length > 0) return 'MultipleRecords'
  return /^(?:none|quarantine|reject)$/i.test(tagsOf(record).get('p') ?? '') ? undefined : 'RecordMismatch'
}

/** A tag list; white space in values is folding and means nothing. The first of two tags of one name counts. */
function tagsOf(record: string): ReadonlyMap<string, string> {
  const tags = record.split(';').flatMap((part): [string, string][] => {
    const equals = part.indexOf('=')
    return equals < 0 ? [] : [[part.slice(0, equals).trim(), part.slice(equals + 1).replace(/\s+/g, '')]]
  })
  return new Map(tags.reverse())
}

function judgeTarget([target, ...others]: Found, expected: string): Fault {
  return others.length === 0 && comparableName(target) === comparableName(expected) ? undefined : 'RecordMismatch'
}

const comparableName = (name: string) => name.toLowerCase().replace(/\.$/, '')

const MAX_SHOWN = 10
const MAX_SHOWN_LENGTH = 200

/** Whatever cannot be seen is shown as a question mark. */
function shown(records: readonly string[]): readonly string[] {
  return records.slice(0, MAX_SHOWN).map((text) => {
    const printable = text.slice(0, MAX_SHOWN_LENGTH).replace(/[^\x20-\x7e]/g, '?')
    return text.length > MAX_SHOWN_LENGTH ? `${printable}…` : printable
  })
}
