// Which MTA-STS policy holds for a domain now. The policy that was fetched last holds until its time is over, whatever the network says
// meanwhile: whoever can suppress a record or an answer gains nothing. A new id, or a day, leads to a new fetch; one that fails is not
// repeated for some minutes. RFC 8461 §3, §5.1, §10.2.

import type { Clock } from '../config/clock.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { StoreError } from '../storage/store-error.ts'
import type { StoredStsPolicy, TransportPolicyReader, TransportPolicyWriter } from '../storage/transport-policies.ts'
import type { FetchedPolicy, FetchStsPolicy } from './fetch-sts-policy.ts'
import { readStsAnnouncement } from './sts-policy.ts'

/** `policy`: only one that asks for something. `failure`: why a policy that is announced could not be had. */
export type StsStanding =
  | {
      readonly type: 'known'
      readonly policy?: StoredStsPolicy
      readonly failure?: FetchedPolicy & { readonly type: 'failed' }
    }
  /** The store is away, so nobody knows what was promised. */
  | { readonly type: 'unavailable' }

export type StsPolicies = (domain: string) => Promise<StsStanding>

export type StsSurroundings = {
  readonly dns: Pick<DnsResolver, 'resolveTxt'>
  readonly fetchPolicy: FetchStsPolicy
  readonly reader: Pick<TransportPolicyReader, 'readStsPolicy'>
  readonly writer: Pick<TransportPolicyWriter, 'putStsPolicy'>
  readonly clock: Pick<Clock, 'now'>
}

/** RFC 8461 §10.2: so that a policy that is still wanted never comes to its end unseen. */
const REFRESH = 24 * 3_600_000
/** RFC 8461 §3.3: five minutes or longer. */
const FAILURE_MEMORY = 5 * 60_000
/** Failures that are remembered; whoever makes up more domains than that has them asked again. */
const FAILURE_COUNT = 10_000

export function createStsPolicies(surroundings: StsSurroundings): StsPolicies {
  const { dns, reader, clock } = surroundings
  const failures = new Map<string, { readonly at: number; readonly failure: FetchedPolicy & { type: 'failed' } }>()

  async function renew(domain: string, policyId: string, kept: StoredStsPolicy | undefined): Promise<StsStanding> {
    const attempt = `${domain} ${policyId}`
    const earlier = failures.get(attempt)
    if (earlier !== undefined && clock.now() < earlier.at + FAILURE_MEMORY) return known(kept, earlier.failure)
    const fetched = await surroundings.fetchPolicy(domain)
    failures.delete(attempt)
    if (fetched.type === 'fetched') return known(await keep(surroundings, domain, policyId, fetched))
    failures.set(attempt, { at: clock.now(), failure: fetched })
    for (const oldest of failures.keys()) if (failures.size > FAILURE_COUNT) failures.delete(oldest)
    return known(kept, fetched)
  }

  return async (domain) => {
    const [stored, announced] = await Promise.all([readKept(reader, domain), dns.resolveTxt(`_mta-sts.${domain}`)])
    if (stored === 'unavailable') return { type: 'unavailable' }
    const kept = stored !== undefined && clock.now() < stored.until ? stored : undefined
    const policyId = announced.type === 'found' ? readStsAnnouncement(announced.records) : undefined
    if (policyId === undefined) return known(kept)
    const isFresh = kept?.policyId === policyId && clock.now() < kept.fetchedAt + REFRESH
    return isFresh ? known(kept) : renew(domain, policyId, kept)
  }
}

const known = (policy: StoredStsPolicy | undefined, failure?: FetchedPolicy & { type: 'failed' }): StsStanding => ({
  type: 'known',
  ...(policy === undefined || policy.mode === 'none' ? {} : { policy }),
  ...(failure === undefined ? {} : { failure }),
})

async function readKept(
  reader: StsSurroundings['reader'],
  domain: string,
): Promise<StoredStsPolicy | undefined | 'unavailable'> {
  try {
    return await reader.readStsPolicy(domain)
  } catch (error) {
    if (error instanceof StoreError) return 'unavailable'
    throw error
  }
}

async function keep(
  { writer, clock }: StsSurroundings,
  domain: string,
  policyId: string,
  { policy }: FetchedPolicy & { type: 'fetched' },
): Promise<StoredStsPolicy> {
  const fetchedAt = clock.now()
  const { mode, patterns, maxAge } = policy
  const kept = { domain, policyId, mode, patterns, fetchedAt, until: fetchedAt + maxAge * 1000 }
  try {
    await writer.putStsPolicy(kept)
  } catch (error) {
    // It holds for this message; the next one fetches it again.
    if (!(error instanceof StoreError)) throw error
  }
  return kept
}
