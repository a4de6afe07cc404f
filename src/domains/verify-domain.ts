// Checks one record of a domain in the DNS and keeps the result with the domain, or takes a result back. Ownership comes first: only
// whose own proof is published may go on. A DNS that does not answer changes nothing. A domain that is no longer verified loses its
// links in the same transaction, so nobody sends under it and nobody sees it linked. Azure: control-plane reference §5.7; checks are
// done when they are asked for, so the states between are never seen.

import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../config/clock.ts'
import type { DnsResolver } from '../dns/dns.ts'
import type { Resource } from '../resources/resource.ts'
import type { Change, Storage } from '../storage/storage.ts'
import { type Decision, writeUndisturbed } from '../storage/write-undisturbed.ts'
import { type CheckOutcome, checkRecord } from './check-record.ts'
import { domainPropertiesOf, NOT_STARTED, type VerificationState, VERIFIED } from './domain-properties.ts'
import { planDomainWrite } from './linked-services.ts'
import type { VerificationType } from './verification-records.ts'

export type VerificationContext = {
  readonly storage: Storage
  readonly resolver: DnsResolver
  readonly clock: Clock
  /** The resource as changed now, with a new etag. */
  readonly stamp: (resource: Resource) => Resource
}

export type VerificationOutcome =
  | { readonly type: 'stored'; readonly domain: Resource }
  | { readonly type: 'missing' }
  /** Managed domains are ours: there is nothing to check, and nothing to take back. */
  | { readonly type: 'managed'; readonly domain: Resource }
  | { readonly type: 'ownership first' }
  /** The DNS did not answer; nothing changed. */
  | { readonly type: 'unavailable'; readonly detail: string }

/** How long a whole check may take, whatever the resolver does, in milliseconds. */
const PATIENCE = 10_000

/** `domain` as the caller has found it. */
export async function initiateVerification(
  context: VerificationContext,
  change: Change,
  domain: Resource,
  type: VerificationType,
): Promise<VerificationOutcome> {
  const obstacle = findObstacle(domain, type)
  if (obstacle !== undefined) return obstacle
  const { verificationRecords, fromSenderDomain } = domainPropertiesOf(domain)
  const record = verificationRecords[type]
  const check = checkRecord(context.resolver, fromSenderDomain, type, record)
  const outcome = await withinPatience(context.clock, check)
  if (outcome.type === 'unavailable') return outcome
  return storeState(context, change, domain, type, (current) => {
    // Deleted and made again while the DNS was asked: what was seen belongs to the one before.
    if (!isDeepStrictEqual(domainPropertiesOf(current).verificationRecords[type], record)) return { type: 'missing' }
    return findObstacle(current, type) ?? stateOf(outcome)
  })
}

/** Back to the beginning, also from Verified. */
export async function cancelVerification(
  context: Omit<VerificationContext, 'resolver' | 'clock'>,
  change: Change,
  domain: Resource,
  type: VerificationType,
): Promise<VerificationOutcome> {
  return storeState(context, change, domain, type, (current) =>
    isManaged(current) ? { type: 'managed', domain: current } : { type: 'state', state: NOT_STARTED },
  )
}

type Obstacle = Extract<VerificationOutcome, { type: 'missing' | 'managed' | 'ownership first' }>

const isManaged = (domain: Resource) => domainPropertiesOf(domain).domainManagement === 'AzureManaged'

function findObstacle(domain: Resource, type: VerificationType): Obstacle | undefined {
  if (isManaged(domain)) return { type: 'managed', domain }
  const isOwned = domainPropertiesOf(domain).verificationStates.Domain.status === 'Verified'
  return type === 'Domain' || isOwned ? undefined : { type: 'ownership first' }
}

export function stateOf(outcome: Exclude<CheckOutcome, { type: 'unavailable' }>): {
  readonly type: 'state'
  readonly state: VerificationState
} {
  if (outcome.type === 'verified') return { type: 'state', state: VERIFIED }
  const { errorCode, seen } = outcome
  return { type: 'state', state: { status: 'VerificationFailed', errorCode, seen } }
}

export function withinPatience(clock: Clock, check: Promise<CheckOutcome>): Promise<CheckOutcome> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(PATIENCE, () =>
      resolve({ type: 'unavailable', detail: 'the DNS did not answer in time' }),
    )
    check.then(resolve, reject).finally(cancel)
  })
}

/** `decide` judges the domain as it is when the state is stored. */
async function storeState(
  { storage, stamp }: Pick<VerificationContext, 'storage' | 'stamp'>,
  change: Change,
  { id, tenantId }: Resource,
  type: VerificationType,
  decide: (current: Resource) => Obstacle | { readonly type: 'state'; readonly state: VerificationState },
): Promise<VerificationOutcome> {
  return writeUndisturbed(storage, tenantId, async (): Promise<Decision<VerificationOutcome>> => {
    const current = await storage.read.resources.readResource(id)
    if (current?.tenantId !== tenantId) return { result: { type: 'missing' } }
    const decision = decide(current)
    if (decision.type !== 'state') return { result: decision }
    const { verificationStates } = domainPropertiesOf(current)
    if (isDeepStrictEqual(verificationStates[type], decision.state)) {
      return { result: { type: 'stored', domain: current } }
    }
    const states = { ...verificationStates, [type]: decision.state }
    const domain = stamp({ ...current, properties: { ...current.properties, verificationStates: states } })
    return {
      result: { type: 'stored', domain },
      record: await planDomainWrite({ storage, stamp }, change, domain),
    }
  })
}
