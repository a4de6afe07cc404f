// Which hosts take mail for a domain, and in which order they are asked: by preference, equals shuffled, and never ourselves or anybody
// whom we are behind. What others publish decides where we connect to, so every address is judged before anybody uses it. It opens no
// connection and remembers nothing. RFC 5321 §5.1, RFC 7505 (null MX), RFC 8305 §4 (families in turn), RFC 6761 (reserved names).

import { isIP } from 'node:net'
import type { DnsOutcome, DnsResolver, MailExchange } from '../dns/dns.ts'
import { canonicalDomain } from '../resources/domain-name.ts'

export type MailHost = {
  /** In lower case, without a final dot; the address itself for an address literal. */
  readonly name: string
  /** In the order in which they are to be tried; at least one. */
  readonly addresses: readonly string[]
  /** DNSSEC vouches for the addresses. */
  readonly secure: boolean
}

export type MailHosts =
  /** `secure`: DNSSEC vouches for these being the hosts of the domain. */
  { readonly type: 'hosts'; readonly hosts: readonly MailHost[]; readonly secure: boolean } | NoHosts

/** `tryNext`: another way out may know how to reach the domain. */
export type NoHosts = {
  readonly type: 'failed' | 'deferred'
  readonly enhancedStatusCode: string
  readonly detail: string
  readonly tryNext: boolean
}

export type MailHostRules = {
  readonly dns: Pick<DnsResolver, 'resolveMx' | 'resolveAddresses'>
  /** Gives a number from 0 to less than 1. */
  readonly random: () => number
  /** Domains that are nobody's, and everything below them. */
  readonly reservedSuffixes: readonly string[]
  /** Whether `user@[192.0.2.1]` is sent to that address. */
  readonly addressLiterals: boolean
  /** No connection may be made there. */
  readonly isForbidden: (address: string) => boolean
  /** It is us who listen there. */
  readonly isOurs: (host: string, address: string | undefined) => boolean
  /** Address families that connections may be made with. */
  readonly families: readonly number[]
}

const HOST_LIMIT = 20
const ADDRESS_LIMIT = 20
/** Of one host, so that one with many does not use up the turns of the others. */
const ADDRESSES_OF_HOST = 6

/** Underscores are in no host name, but in those of some mail exchangers. */
const HOST_NAME = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const LITERAL = /^\[(?:IPv6:)?([0-9a-f:.]+)\]$/i

/** `domain`: in canonical form; an address literal as it is. */
export async function findMailHosts(rules: MailHostRules, domain: string): Promise<MailHosts> {
  const literal = LITERAL.exec(domain)?.[1]
  if (literal !== undefined) return literalHost(rules, literal)
  const name = canonicalDomain(domain)
  if (name !== domain) return failed('5.1.2', 'the address has no domain that mail can be sent to', false)
  if (isBelow(name, rules.reservedSuffixes)) return failed('5.1.2', `${name} is reserved and has no mail hosts`, true)
  const answer = await rules.dns.resolveMx(name)
  switch (answer.type) {
    case 'unavailable':
      return deferred('4.4.3', `the mail hosts of ${name} cannot be looked up: ${answer.detail}`)
    case 'none':
      return implicitHost(rules, name, answer.secure)
    case 'found':
      return exchangeHosts(rules, name, answer)
  }
}

const isBelow = (name: string, suffixes: readonly string[]): boolean =>
  suffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`))

const failed = (enhancedStatusCode: string, detail: string, tryNext: boolean): NoHosts => ({
  type: 'failed',
  enhancedStatusCode,
  detail,
  tryNext,
})

const deferred = (enhancedStatusCode: string, detail: string): NoHosts => ({
  type: 'deferred',
  enhancedStatusCode,
  detail,
  tryNext: true,
})

function literalHost(rules: MailHostRules, address: string): MailHosts {
  if (isIP(address) === 0) return failed('5.1.2', 'the address literal is none', false)
  if (!rules.addressLiterals) return failed('5.1.2', 'mail to address literals is not sent', true)
  return chooseHosts(rules, address, [
    { preference: 0, name: address, answer: { type: 'found', records: [address], secure: false } },
  ])
}

/** RFC 5321 §5.1: only where there is no MX record, never where that cannot be known. */
async function implicitHost(rules: MailHostRules, name: string, secure: boolean): Promise<MailHosts> {
  const answer = await rules.dns.resolveAddresses(name)
  if (answer.type === 'none')
    return failed('5.1.2', `${name} does not exist, or has no mail host and no address`, false)
  return chooseHosts(rules, name, [{ preference: 0, name, answer }], secure)
}

type Found<Answer> = DnsOutcome<Answer> & { type: 'found' }

async function exchangeHosts(rules: MailHostRules, domain: string, answer: Found<MailExchange>): Promise<MailHosts> {
  const named = answer.records.map(({ preference, exchange }) => ({
    preference,
    name: exchange.toLowerCase().replace(/\.$/, ''),
  }))
  if (named.every(({ name }) => name === '')) return failed('5.1.10', `${domain} accepts no mail (null MX)`, false)
  const usable = named.filter(({ name }) => HOST_NAME.test(name))
  if (usable.length === 0) return failed('5.4.4', `the mail hosts of ${domain} have no valid names`, false)
  const first = shuffle(usable, rules.random)
    .sort((one, other) => one.preference - other.preference)
    .slice(0, HOST_LIMIT)
  const candidates = await Promise.all(
    first.map(async (host) => ({ ...host, answer: await rules.dns.resolveAddresses(host.name) })),
  )
  return chooseHosts(rules, domain, candidates, answer.secure)
}

type Candidate = { readonly preference: number; readonly name: string; readonly answer: DnsOutcome<string> }

/** Candidates come by preference. */
function chooseHosts(
  rules: MailHostRules,
  domain: string,
  candidates: readonly Candidate[],
  secure = false,
): MailHosts {
  const before = beforeUs(rules, candidates)
  if (before.length === 0) return failed('5.4.6', `mail for ${domain} would come back to this service`, false)
  const hosts: MailHost[] = []
  let left = ADDRESS_LIMIT
  for (const { name, answer } of before) {
    const addresses = usableAddresses(rules, answer).slice(0, Math.min(left, ADDRESSES_OF_HOST))
    left -= addresses.length
    if (answer.type === 'found' && addresses.length > 0) hosts.push({ name, addresses, secure: answer.secure })
  }
  return hosts.length > 0 ? { type: 'hosts', hosts, secure } : noHosts(rules, domain, before)
}

/**
 * Without us, those that stand as high as we do, and those below: they would pass the mail on to us. RFC 5321 §5.1 says so of a host that
 * finds itself; we never are a mail host that others should wait for.
 */
function beforeUs({ isOurs }: MailHostRules, candidates: readonly Candidate[]): readonly Candidate[] {
  const ours = candidates.find(({ name, answer }) =>
    answer.type === 'found' ? answer.records.some((address) => isOurs(name, address)) : isOurs(name, undefined),
  )
  return ours === undefined ? candidates : candidates.filter(({ preference }) => preference < ours.preference)
}

/** Both families in turn, since one of them may be broken on the way. */
function usableAddresses({ isForbidden, families, random }: MailHostRules, answer: DnsOutcome<string>): string[] {
  if (answer.type !== 'found') return []
  const open = shuffle(new Set(answer.records), random).filter((address) => !isForbidden(address))
  const [six, four] = [6, 4].map((family) =>
    families.includes(family) ? open.filter((address) => isIP(address) === family) : [],
  ) as [string[], string[]]
  return Array.from({ length: Math.max(six.length, four.length) }, (_, index) => [six[index], four[index]])
    .flat()
    .filter((address) => address !== undefined)
}

/**
 * What is published leads nowhere. 5.4.4 (RFC 3463 §3.5: routing information that is not there) is said of hosts without addresses, and
 * of those whose addresses no host of the public network has: both are the owner's to mend, and waiting for days would mend neither.
 */
function noHosts({ isForbidden, families }: MailHostRules, domain: string, candidates: readonly Candidate[]): NoHosts {
  const unavailable = candidates.find(({ answer }) => answer.type === 'unavailable')
  if (unavailable?.answer.type === 'unavailable')
    return deferred('4.4.3', `the address of ${unavailable.name} cannot be looked up: ${unavailable.answer.detail}`)
  const addresses = candidates.flatMap(({ answer }) => (answer.type === 'found' ? answer.records : []))
  if (addresses.length === 0) return failed('5.4.4', `the mail hosts of ${domain} have no addresses`, false)
  if (addresses.some((address) => !isForbidden(address) && isIP(address) > 0))
    return deferred('4.4.4', `the mail hosts of ${domain} have no address of IP version ${families.join(' or ')}`)
  return failed('5.4.4', `the mail hosts of ${domain} have only addresses that may not be connected to`, true)
}

/** Every order is equally likely. */
function shuffle<T>(values: Iterable<T>, random: () => number): T[] {
  const shuffled = [...values]
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1))
    const swapped = [shuffled[last], shuffled[chosen]] as [T, T]
    shuffled[chosen] = swapped[0]
    shuffled[last] = swapped[1]
  }
  return shuffled
}
