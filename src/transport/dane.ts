// DANE for SMTP: which TLSA records hold for a host, and whether the certificates that it shows are the ones they mean. Records count
// only where DNSSEC vouches for every step that led to them; a lookup that fails is an attack until it succeeds. It opens no connection.
// RFC 7672 §2.1, §2.2, §3; RFC 7671 §4, §5; RFC 6698 §2.1.

import { createHash, X509Certificate } from 'node:crypto'
import type { DnsResolver, TlsaRecord } from '../dns/dns.ts'
import type { MailHost } from './mx-hosts.ts'

export type DaneStanding =
  /** DANE does not apply. */
  | { readonly type: 'none' }
  /** The host may not be used now. */
  | { readonly type: 'unavailable'; readonly detail: string }
  /** There are records and none can be used: TLS, with whatever certificate. RFC 7672 §2.2. */
  | { readonly type: 'unusable'; readonly base: string }
  /** `base`: the name that the records belong to, and the one to ask for in TLS. */
  | { readonly type: 'records'; readonly base: string; readonly records: readonly TlsaRecord[] }

type Lookup = Pick<DnsResolver, 'resolveTlsa' | 'resolveCname'>

const ALIAS_LIMIT = 8
const RECORD_LIMIT = 32
const DIGEST_LENGTHS = new Map([
  [1, 32],
  [2, 64],
])

/** To be asked only where DNSSEC vouches for the host being one of the domain; RFC 7672 §2.2.1. */
export async function findTlsaRecords(dns: Lookup, host: MailHost, port: number): Promise<DaneStanding> {
  if (!host.secure) return { type: 'none' }
  const bases = await baseNames(dns, host.name)
  if (bases === undefined) return unavailable(`the name ${host.name}`)
  for (const base of bases) {
    const answer = await dns.resolveTlsa(`_${port}._tcp.${base}`)
    if (answer.type === 'unavailable') return unavailable(`the TLSA records of ${base}`)
    if (answer.type === 'none' || !answer.secure) continue
    const records = answer.records.filter(isUsable).slice(0, RECORD_LIMIT)
    return records.length === 0 ? { type: 'unusable', base } : { type: 'records', base, records }
  }
  return { type: 'none' }
}

const unavailable = (what: string): DaneStanding => ({
  type: 'unavailable',
  detail: `${what} cannot be looked up; the answer may be forged`,
})

/** The end of the aliases comes first, if DNSSEC vouches for each of them. RFC 7672 §2.2.2. Undefined when it cannot be known. */
async function baseNames(dns: Lookup, name: string): Promise<readonly string[] | undefined> {
  const names = [name]
  for (let end = name; names.length <= ALIAS_LIMIT; names.unshift(end)) {
    const answer = await dns.resolveCname(end)
    if (answer.type === 'unavailable') return undefined
    if (answer.type === 'none') return names.length === 1 ? names : [end, name]
    if (!answer.secure) return [name]
    end = answer.records[0].toLowerCase()
  }
  return [name]
}

/** RFC 7672 §3.1.3: usages 0 and 1 lean on authorities that nobody has agreed on, so they say nothing for SMTP. */
function isUsable({ usage, selector, matchingType, certificate }: TlsaRecord): boolean {
  if ((usage !== 2 && usage !== 3) || (selector !== 0 && selector !== 1)) return false
  return matchingType === 0 ? certificate.length > 0 : DIGEST_LENGTHS.get(matchingType) === certificate.length
}

/**
 * Undefined when the chain, the server's own certificate first, is one that the records mean. `names`: what the server may be called;
 * only an anchor's certificates are held to it.
 */
export function verifyDane(
  records: readonly TlsaRecord[],
  names: readonly string[],
  chain: readonly Uint8Array[],
  now: number,
): string | undefined {
  const certificates = readCertificates(chain)
  const [own] = certificates
  if (own === undefined) return 'it shows no certificate'
  // RFC 7672 §3.1.1: the record names the very certificate; who issued it, for whom and until when does not matter.
  if (records.some((record) => record.usage === 3 && isMeant(record, own))) return undefined
  const anchors = records.filter(({ usage }) => usage === 2)
  const published = anchors.filter(({ selector, matchingType }) => selector === 0 && matchingType === 0)
  const issuers = [...certificates.slice(1), ...readCertificates(published.map(({ certificate }) => certificate))]
  const path = findPath(own, issuers, (issuer) => anchors.some((record) => isMeant(record, issuer)))
  if (path === undefined) return 'its certificate is none that the TLSA records mean'
  if (path.some((certificate) => !isValidAt(certificate, now))) return 'its certificate is not valid now'
  return names.some((name) => own.checkHost(name, { partialWildcards: false }) !== undefined)
    ? undefined
    : 'its certificate is for another name'
}

/** What cannot be read is left out. */
function readCertificates(chain: readonly Uint8Array[]): readonly X509Certificate[] {
  return chain.flatMap((octets) => {
    try {
      return [new X509Certificate(octets)]
    } catch {
      return []
    }
  })
}

function isMeant({ selector, matchingType, certificate }: TlsaRecord, shown: X509Certificate): boolean {
  const selected = selector === 0 ? shown.raw : publicKeyOf(shown)
  if (selected === undefined) return false
  if (matchingType === 0) return selected.equals(certificate)
  return createHash(matchingType === 1 ? 'sha256' : 'sha512')
    .update(selected)
    .digest()
    .equals(certificate)
}

/** Undefined for a key of a kind that is not known here. */
function publicKeyOf(certificate: X509Certificate): Buffer | undefined {
  try {
    return certificate.publicKey.export({ type: 'spki', format: 'der' })
  } catch {
    return undefined
  }
}

/**
 * From the server's certificate to one that is an anchor; each is signed by the next. Of what an issuer may say about those below it,
 * only that it is one is looked at: the anchor is the choice of whoever runs the server.
 */
function findPath(
  own: X509Certificate,
  issuers: readonly X509Certificate[],
  isAnchor: (issuer: X509Certificate) => boolean,
): readonly X509Certificate[] | undefined {
  const path = [own]
  let last = own
  for (let left = issuers; left.length > 0; ) {
    const issued = last
    const issuer = left.find((each) => each.ca && issued.checkIssued(each) && isSignedBy(issued, each))
    if (issuer === undefined) return undefined
    path.push(issuer)
    if (isAnchor(issuer)) return path
    left = left.filter((each) => each !== issuer)
    last = issuer
  }
  return undefined
}

function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey)
  } catch {
    return false
  }
}

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, now: number): boolean =>
  validFromDate.getTime() <= now && now <= validToDate.getTime()
