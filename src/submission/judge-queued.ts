// Whether the sender of a queued message still may send it: the credential that proved it is still there, the application is not
// disabled, the role still assigned, the address still one of the communication service's. That a secret has run out since is no
// reason: it was good when the message was accepted. What it answers is kept as long as the tenant's epoch is the same.

import { checkSend } from '../access/check-send.ts'
import type { AuthenticationOutcome, ProvenCredential } from '../identity/identity.ts'
import { type AccessKeys, isAccessKeyId } from '../keys/access-keys.ts'
import { domainOf, localPartOf } from '../resources/mail-address.ts'
import type { SpooledEnvelope } from '../spool/spool.ts'
import type { DirectoryReader, ResourceReader, RoleReader } from '../storage/storage.ts'
import { StoreError } from '../storage/store-error.ts'

export type QueuedStanding =
  | { readonly type: 'may send' }
  /** In words for an operator. */
  | { readonly type: 'may not'; readonly reason: string }

export type QueuedJudgeService = {
  readonly directory: Pick<DirectoryReader, 'readEpoch'>
  readonly resources: Pick<ResourceReader, 'readResource' | 'readSenderStanding'>
  readonly roles: Pick<RoleReader, 'readAccessFacts'>
  readonly provider: { recheck(credential: ProvenCredential, at: number): Promise<AuthenticationOutcome> }
  readonly requiredActions: readonly string[]
  readonly accessKeys: AccessKeys
}

const MOST_KEPT = 10_000

/** Rejects with a StoreError while nobody can tell. */
export function createQueuedJudge(service: QueuedJudgeService): (envelope: SpooledEnvelope) => Promise<QueuedStanding> {
  const kept = new Map<string, { readonly epoch: number | undefined; readonly standing: QueuedStanding }>()
  return async (envelope) => {
    const { tenantId, principalId, resourceId, reversePath, proof } = envelope
    const key = JSON.stringify([tenantId, principalId, resourceId, reversePath, proof])
    // Read before everything that the standing rests on: a change in between makes it stale, never too young.
    const epoch = await service.directory.readEpoch(tenantId)
    const known = kept.get(key)
    if (known !== undefined && known.epoch === epoch) return known.standing
    const standing = await judge(service, envelope)
    kept.delete(key)
    const [oldest] = kept.keys()
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    kept.set(key, { epoch, standing })
    return standing
  }
}

async function judge(service: QueuedJudgeService, envelope: SpooledEnvelope): Promise<QueuedStanding> {
  const { proof } = envelope
  if (proof !== undefined && isAccessKeyId(proof.keyId))
    return (await judgeAccessKey(service, envelope, proof.keyId)) ?? (await judgeSender(service, envelope)) ?? MAY_SEND
  return (
    (await judgeCredential(service, envelope)) ??
    (await judgeAccess(service, envelope)) ??
    (await judgeSender(service, envelope)) ??
    MAY_SEND
  )
}

const MAY_SEND: QueuedStanding = { type: 'may send' }

/** Who signed with a key of the service holds no role. */
async function judgeAccessKey(
  { accessKeys }: QueuedJudgeService,
  { resourceId }: SpooledEnvelope,
  keyId: string,
): Promise<QueuedStanding | undefined> {
  const keys = await accessKeys(resourceId)
  return keys.some((key) => key.keyId === keyId)
    ? undefined
    : mayNot(`the access key ${keyId} is no key of ${resourceId} any more`)
}

const mayNot = (reason: string): QueuedStanding => ({ type: 'may not', reason })

/** Undefined when nothing is against it. Mail of which nobody knows what proved it is judged by the rest. */
async function judgeCredential(
  { provider }: QueuedJudgeService,
  { tenantId, principalId, applicationId, proof, receivedAt }: SpooledEnvelope,
): Promise<QueuedStanding | undefined> {
  if (proof === undefined) return undefined
  const principal = { tenantId, principalId, applicationId, displayName: '' }
  const outcome = await provider.recheck({ principal, ...proof, notAfter: Number.MAX_SAFE_INTEGER }, receivedAt)
  if (outcome.type === 'authenticated') return undefined
  if (outcome.type === 'unavailable') throw new StoreError('unavailable', outcome.detail)
  return mayNot(outcome.detail)
}

async function judgeAccess(
  { roles, resources, requiredActions }: QueuedJudgeService,
  { tenantId, principalId, resourceId, proof }: SpooledEnvelope,
): Promise<QueuedStanding | undefined> {
  const resource = await resources.readResource(resourceId)
  if (resource?.tenantId !== tenantId) return mayNot(`the communication service ${resourceId} is gone`)
  const facts = await roles.readAccessFacts(tenantId, principalId, proof?.groupIds)
  return checkSend(facts, resourceId, requiredActions).allowed
    ? undefined
    : mayNot(`the principal ${principalId} has no right to send on ${resourceId} any more`)
}

async function judgeSender(
  { resources }: QueuedJudgeService,
  { resourceId, reversePath }: SpooledEnvelope,
): Promise<QueuedStanding | undefined> {
  const domain = domainOf(reversePath)
  const standing = await resources.readSenderStanding(resourceId, localPartOf(reversePath), domain)
  if (standing.domain !== 'connected')
    return mayNot(`the domain ${domain} is no verified domain of the communication service any more`)
  return standing.isSenderUsername ? undefined : mayNot(`${reversePath} is no sender address of ${domain} any more`)
}
