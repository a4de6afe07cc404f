// The DNS through the runtime's own stub resolver: the servers given, or those of the machine. It asks for one record type of one name
// and never reads the hosts file. Time is bounded here: a server that stays silent is given up. RFC 1035 §4.2, RFC 7766 (answers too
// long for a datagram come over TCP; the runtime does that).

import { BADNAME, CONNREFUSED, NODATA, NOTFOUND, REFUSED, Resolver, SERVFAIL, TIMEOUT } from 'node:dns/promises'
import type { DnsOutcome, DnsResolver } from './dns.ts'

export type SystemResolverOptions = {
  /** `address:port`, an IPv6 address in brackets; empty: the machine's own. */
  readonly servers: readonly string[]
  /** Patience for the first try, in milliseconds; the second gets at most twice as much. */
  readonly timeout?: number
}

const TIMEOUT_MS = 1500
const TRIES = 2

export function createSystemResolver({ servers, timeout = TIMEOUT_MS }: SystemResolverOptions): DnsResolver {
  const resolver = new Resolver({ timeout, tries: TRIES, maxTimeout: 2 * timeout })
  if (servers.length > 0) resolver.setServers(servers)
  return {
    resolveTxt: (name) => outcomeOf(resolver.resolveTxt(name), (strings) => strings.join('')),
    resolveCname: (name) => outcomeOf(resolver.resolveCname(name), (target) => target),
    resolveMx: (name) =>
      outcomeOf(resolver.resolveMx(name), ({ priority, exchange }) => ({ preference: priority, exchange })),
  }
}

async function outcomeOf<Raw, Answer>(
  query: Promise<readonly Raw[]>,
  read: (raw: Raw) => Answer,
): Promise<DnsOutcome<Answer>> {
  try {
    const [first, ...others] = (await query).map(read)
    return first === undefined ? { type: 'none' } : { type: 'found', records: [first, ...others] }
  } catch (error) {
    const { code = '', syscall } = error as NodeJS.ErrnoException
    // What the runtime did not ask for is our mistake, not the network's.
    if (syscall === undefined) throw error
    if (NO_SUCH_RECORD.has(code)) return { type: 'none' }
    return { type: 'unavailable', detail: REASONS.get(code) ?? `the DNS query failed (${code})` }
  }
}

/** A name that no query could hold has no records either. */
const NO_SUCH_RECORD = new Set<string>([NOTFOUND, NODATA, BADNAME])

const REASONS = new Map<string, string>([
  [TIMEOUT, 'no DNS server answered in time'],
  [CONNREFUSED, 'no DNS server could be reached'],
  [SERVFAIL, 'the DNS server could not find out (SERVFAIL)'],
  [REFUSED, 'the DNS server refused to answer (REFUSED)'],
])
