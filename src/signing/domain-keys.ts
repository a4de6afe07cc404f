// The keys that mail of a domain is signed with: those of the domain resource that the sender's communication service is connected to,
// and of no other, opened under the installation key and compared with what is published. They are kept for a while, for as long as
// nothing changes in the tenant: whoever unlinks a domain or rotates its keys is heard at the next message.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { Clock } from '../config/clock.ts'
import { domainPropertiesOf } from '../domains/domain-properties.ts'
import { dkimSelectorOf, type VerificationRecord } from '../domains/verification-records.ts'
import { DKIM_KEY_PURPOSE, dkimKeyRecordId, type DkimAlgorithm, publishedForm } from '../keys/dkim-keys.ts'
import type { Sealer } from '../keys/sealing.ts'
import type { Resource } from '../resources/resource.ts'
import type { DirectoryReader, ResourceReader, SealedReader } from '../storage/storage.ts'
import type { DkimSigningKey } from './dkim-signature.ts'

export type DomainKeys =
  /** RSA first, which every verifier knows. */
  | { readonly type: 'keys'; readonly keys: readonly DkimSigningKey[] }
  /** The service has no verified domain of this name. */
  | { readonly type: 'not connected' }
  /** A key is missing, or is not the one that is published. `detail` names its record. */
  | { readonly type: 'unusable'; readonly detail: string }

export type DomainKeyQuery = {
  readonly tenantId: string
  /** ARM id of the communication service. */
  readonly serviceId: string
  /** Canonical. */
  readonly domain: string
}

export type DomainKeyDependencies = {
  readonly directory: Pick<DirectoryReader, 'readEpoch'>
  readonly resources: Pick<ResourceReader, 'findConnectedDomain'>
  readonly sealed: Pick<SealedReader, 'readSealed'>
  readonly sealer: Pick<Sealer, 'open'>
  readonly clock: Pick<Clock, 'now'>
  /** Told once in a while, not for every message. */
  readonly onUnusable: (domain: string, detail: string) => void
}

const MAX_KEPT = 1000
const KEPT_FOR = 10 * 60_000
/** Somebody may be restoring the right key. */
const FAILURE_KEPT_FOR = 60_000

type Kept = { readonly epoch: number | undefined; readonly until: number; readonly found: Promise<DomainKeys> }

export function createDomainKeys(dependencies: DomainKeyDependencies): {
  find(query: DomainKeyQuery): Promise<DomainKeys>
} {
  const { directory, clock } = dependencies
  const kept = new Map<string, Kept>()

  /** What is not found may have been replaced while it was being read. */
  async function readUndisturbed(query: DomainKeyQuery, epoch: number | undefined): Promise<DomainKeys> {
    const found = await readKeys(dependencies, query)
    if (found.type !== 'unusable') return found
    const now = await directory.readEpoch(query.tenantId)
    if (now !== epoch) return readUndisturbed(query, now)
    dependencies.onUnusable(query.domain, found.detail)
    return found
  }

  /** One reading for all who wait. A failed one is not kept. */
  function read(key: string, query: DomainKeyQuery, epoch: number | undefined): Promise<DomainKeys> {
    kept.delete(key)
    const [oldest] = kept.keys()
    if (oldest !== undefined && kept.size >= MAX_KEPT) kept.delete(oldest)
    const keep = (found: Promise<DomainKeys>, until: number) => kept.set(key, { epoch, until, found })
    const found = readUndisturbed(query, epoch)
    keep(found, clock.now() + FAILURE_KEPT_FOR)
    const isStillKept = () => kept.get(key)?.found === found
    found.then(
      ({ type }) => type === 'keys' && isStillKept() && keep(found, clock.now() + KEPT_FOR),
      () => isStillKept() && kept.delete(key),
    )
    return found
  }

  return {
    async find(query) {
      const key = JSON.stringify([query.tenantId, query.serviceId.toLowerCase(), query.domain])
      // Read before everything else, so that what has changed meanwhile is read anew next time.
      const epoch = await directory.readEpoch(query.tenantId)
      const known = kept.get(key)
      return known !== undefined && known.epoch === epoch && clock.now() < known.until
        ? known.found
        : read(key, query, epoch)
    },
  }
}

async function readKeys(dependencies: DomainKeyDependencies, query: DomainKeyQuery): Promise<DomainKeys> {
  const resource = await dependencies.resources.findConnectedDomain(query.serviceId, query.domain)
  if (resource?.tenantId !== query.tenantId) return { type: 'not connected' }
  const records = domainPropertiesOf(resource).verificationRecords
  const keys: DkimSigningKey[] = []
  for (const [type, algorithm] of [['DKIM', 'rsa'] as const, ['DKIM2', 'ed25519'] as const]) {
    const key = await readKey(dependencies, resource, query.domain, algorithm, records[type])
    if (typeof key === 'string') return { type: 'unusable', detail: key }
    keys.push(key)
  }
  return { type: 'keys', keys }
}

/** The key, or what is wrong with it. */
async function readKey(
  { sealed, sealer }: DomainKeyDependencies,
  resource: Resource,
  domain: string,
  algorithm: DkimAlgorithm,
  record: VerificationRecord,
): Promise<DkimSigningKey | string> {
  const selector = dkimSelectorOf(record)
  const recordId = dkimKeyRecordId(resource.id, selector)
  const stored = await sealed.readSealed(recordId)
  if (stored === undefined) return `the DKIM key ${selector} of ${domain} is missing`
  const octets = sealer.open(recordId, DKIM_KEY_PURPOSE, stored.sealed)
  if (octets === undefined) return `the DKIM key ${selector} of ${domain} does not open under this installation key`
  const privateKey = createPrivateKey({ key: Buffer.from(octets), format: 'der', type: 'pkcs8' })
  octets.fill(0)
  const published = (record.zoneRecord ?? record).value
  return published.endsWith(`; p=${publishedForm(createPublicKey(privateKey))}`)
    ? { algorithm, domain, selector, privateKey }
    : `the DKIM key ${selector} of ${domain} is not the one that its record tells`
}
