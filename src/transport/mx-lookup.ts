// What is known of a domain that mail goes to: its hosts, the MTA-STS policy, and the TLSA records of each host once it is asked about.
// An answer is used again for some seconds, so that many messages to one domain cost one look-up and share connections; a domain that
// cannot be looked up is asked again at once. RFC 5321 §5.1.

import type { Clock } from '../config/clock.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { type DaneStanding, findTlsaRecords } from './dane.ts'
import type { StsPolicies, StsStanding } from './mta-sts.ts'
import { findMailHosts, type MailHost, type MailHostRules, type NoHosts } from './mx-hosts.ts'

export type DomainHosts = {
  readonly type: 'hosts'
  /** In its canonical form; an address literal as it is. */
  readonly domain: string
  readonly hosts: readonly MailHost[]
  /** DNSSEC vouches for these being the hosts of the domain. */
  readonly secure: boolean
  readonly sts: StsStanding & { readonly type: 'known' }
  readonly dane: (host: MailHost) => Promise<DaneStanding>
}

/** As `findMailHosts` is asked. */
export type MxLookup = (domain: string) => Promise<DomainHosts | NoHosts>

export type MxLookupSettings = {
  readonly rules: MailHostRules
  readonly dns: Pick<DnsResolver, 'resolveTlsa' | 'resolveCname'>
  /** Undefined: DANE is not used. */
  readonly danePort: number | undefined
  /** Undefined: MTA-STS is not used. */
  readonly stsPolicies: StsPolicies | undefined
  readonly clock: Pick<Clock, 'now'>
}

/** Long enough for a burst, and short of any retry. */
const MEMORY = 10_000
const DOMAIN_LIMIT = 1000

export function createMxLookup(settings: MxLookupSettings): MxLookup {
  const { clock } = settings
  const known = new Map<string, { readonly until: number; readonly answer: Promise<DomainHosts | NoHosts> }>()
  return async (domain) => {
    const kept = known.get(domain)
    if (kept !== undefined && clock.now() < kept.until) return kept.answer
    const answer = lookUp(settings, domain)
    known.delete(domain)
    known.set(domain, { until: clock.now() + MEMORY, answer })
    for (const oldest of known.keys()) if (known.size > DOMAIN_LIMIT) known.delete(oldest)
    const found = await answer.catch((error: unknown) => {
      known.delete(domain)
      throw error
    })
    if (found.type === 'deferred' && known.get(domain)?.answer === answer) known.delete(domain)
    return found
  }
}

const UNKNOWN_PROMISE: NoHosts = {
  type: 'deferred',
  enhancedStatusCode: '4.3.0',
  detail: 'the store cannot tell which MTA-STS policy holds',
  tryNext: false,
}

async function lookUp(settings: MxLookupSettings, domain: string): Promise<DomainHosts | NoHosts> {
  const found = await findMailHosts(settings.rules, domain)
  if (found.type !== 'hosts') return found
  const { stsPolicies } = settings
  const sts = stsPolicies === undefined || domain.startsWith('[') ? NO_POLICY : await stsPolicies(domain)
  if (sts.type === 'unavailable') return UNKNOWN_PROMISE
  return { ...found, domain, sts, dane: daneOf(settings, found.secure) }
}

const NO_POLICY = { type: 'known' } as const

/** RFC 7672 §2.2.1: where the MX records may be forged, so may be the choice of the host. */
function daneOf({ dns, danePort }: MxLookupSettings, isSecure: boolean): DomainHosts['dane'] {
  if (danePort === undefined || !isSecure) return async () => ({ type: 'none' })
  const known = new Map<string, Promise<DaneStanding>>()
  return (host) => {
    const answer = known.get(host.name) ?? findTlsaRecords(dns, host, danePort)
    known.set(host.name, answer)
    return answer
  }
}
