// Fixture: a DNS made of a table. A name that is not in it has nothing; what is asked is written down.

import type { DnsOutcome, DnsResolver, MailExchange, TlsaRecord } from '../dns/dns.ts'

export type FakeRecords = {
  readonly txt?: readonly string[]
  readonly cname?: string
  readonly mx?: readonly MailExchange[]
  readonly addresses?: readonly string[]
  readonly tlsa?: readonly TlsaRecord[]
  /** These types get no answer. */
  readonly unavailable?: readonly ('TXT' | 'CNAME' | 'MX' | 'A' | 'TLSA')[]
  /** DNSSEC vouches for these answers, whether there is anything or nothing. Everything of the name by default. */
  readonly insecure?: readonly ('TXT' | 'CNAME' | 'MX' | 'A' | 'TLSA')[]
}

export const mx = (preference: number, exchange: string): MailExchange => ({ preference, exchange })

/** `secure`: the resolver validates, and every zone is signed but for what a name says itself. */
export function createFakeDns(table: Readonly<Record<string, FakeRecords>>, secure = false) {
  const asked: string[] = []
  const answer = async <Answer>(
    type: NonNullable<FakeRecords['unavailable']>[number],
    name: string,
    pick: (records: FakeRecords) => readonly Answer[] | undefined,
  ): Promise<DnsOutcome<Answer>> => {
    asked.push(`${type} ${name}`)
    const entry = table[name] ?? {}
    if (entry.unavailable?.includes(type) === true) return { type: 'unavailable', detail: 'SERVFAIL' }
    const vouched = secure && entry.insecure?.includes(type) !== true
    const [first, ...others] = pick(entry) ?? []
    if (first === undefined) return { type: 'none', secure: vouched }
    return { type: 'found', records: [first, ...others], secure: vouched }
  }
  const resolver: DnsResolver = {
    resolveTxt: (name) => answer('TXT', name, ({ txt }) => txt),
    resolveCname: (name) => answer('CNAME', name, ({ cname }) => (cname === undefined ? [] : [cname])),
    resolveMx: (name) => answer('MX', name, (records) => records.mx),
    resolveAddresses: (name) => answer('A', name, ({ addresses }) => addresses),
    resolveTlsa: (name) => answer('TLSA', name, ({ tlsa }) => tlsa),
  }
  return { ...resolver, asked }
}
