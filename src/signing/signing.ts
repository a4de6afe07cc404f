// Makes the octets of a queued message ready to leave: signed for the domain of its From field where the transport signs, or as they
// are. A message that must be signed and cannot be now does not leave. Content is read once to be signed and again whenever it is sent;
// nothing of it is kept between. Where its links tell of engagement, that is the content that leaves. Written in 7 bits it is another
// content, signed anew with the same keys; what somebody else has signed is not written anew. It does not know where a message goes, nor when it is tried again. RFC 6376 §5.3.

import type { ContentStore } from '../content/content.ts'
import type { EngagementTracking } from '../engagement/engagement-tracking.ts'
import { writeSevenBit } from '../message/seven-bit.ts'
import { planSevenBit } from '../message/seven-bit-plan.ts'
import type { Claim, PendingRecipient } from '../spool/spool.ts'
import { StoreError } from '../storage/store-error.ts'
import type { OutgoingContent, Shipment, Transport } from '../transport/transport.ts'
import type { DkimSigningKey } from './dkim-signature.ts'
import { createDomainKeys, type DomainKeyDependencies, type DomainKeys } from './domain-keys.ts'
import { digestMessage, type MessageDigest, signDigest } from './sign-message.ts'

export type ShipmentOutcome =
  | { readonly type: 'shipment'; readonly shipment: Shipment }
  /** Not now. `detail` is for the operator and holds no octets of the message. */
  | { readonly type: 'deferred'; readonly enhancedStatusCode: string; readonly detail: string }

export interface Signing {
  /** A claim is signed once, however many shipments are made of it. */
  openShipment(
    claim: Claim,
    recipients: readonly PendingRecipient[],
    transport: Pick<Transport, 'signs'>,
  ): Promise<ShipmentOutcome>
}

export type SigningDependencies = DomainKeyDependencies & {
  readonly content: Pick<ContentStore, 'open'>
  /** Absent where no message tells of engagement. */
  readonly engagement?: EngagementTracking
}

type Deferred = Extract<ShipmentOutcome, { type: 'deferred' }>
type Signers = readonly DkimSigningKey[]
/** A message in one of its forms. */
type Form = { readonly digest: MessageDigest; readonly read: () => AsyncIterable<Uint8Array> }

export function createSigning(dependencies: SigningDependencies): Signing {
  const { content, clock, engagement } = dependencies
  const keys = createDomainKeys(dependencies)
  const asItIs = onceForEach((claim: Claim) => formOf(claim, () => content.open(claim.content)))
  const asItLeaves = onceForEach(async (claim: Claim) => {
    const form = await asItIs(claim)
    const rewrite = await engagement?.rewriteOf(claim.envelope, form.digest.fromDomain, form.read)
    return rewrite === undefined ? form : formOf(claim, () => rewrite(form.read()))
  })
  const inSevenBits = onceForEach(async (claim: Claim) => {
    const form = await asItLeaves(claim)
    const { body8bit, header8bit, fromDomain } = form.digest
    const plan = body8bit && !header8bit ? await planSevenBit(form.read()) : undefined
    if (plan === undefined || plan.signedBy.some((domain) => domain !== fromDomain)) return form
    return formOf(claim, () => writeSevenBit(form.read(), plan))
  })
  const keysOf = onceForEach(async (claim: Claim) => {
    const { digest } = await asItIs(claim)
    return judge(claim, digest, await findKeys(keys, claim, digest))
  })
  const signaturesOf = onceForEach(({ digest }: Form, signers: Signers) => signDigest(digest, signers, clock.now()))

  const opener = (claim: Claim, signers?: Signers): Shipment['open'] =>
    async function open({ sevenBit = false } = {}) {
      const form = await (sevenBit ? inSevenBits : asItLeaves)(claim)
      return outgoing(form, signers === undefined ? new Uint8Array() : await signaturesOf(form, signers))
    }

  async function openSigned(claim: Claim): Promise<Deferred | { type: 'open'; open: Shipment['open'] }> {
    try {
      const found = await keysOf(claim)
      if (found.type === 'deferred') return found
      await signaturesOf(await asItLeaves(claim), found.keys)
      return { type: 'open', open: opener(claim, found.keys) }
    } catch (error) {
      if (!(error instanceof StoreError) || error.code === 'internal') throw error
      return deferred('4.3.0', 'the message or its keys cannot be read now')
    }
  }

  return {
    async openShipment(claim, recipients, { signs }) {
      const opened = signs ? await openSigned(claim) : { type: 'open' as const, open: opener(claim) }
      return opened.type === 'deferred'
        ? opened
        : { type: 'shipment', shipment: { claim, recipients, open: opened.open } }
    },
  }
}

const deferred = (enhancedStatusCode: string, detail: string): Deferred => ({
  type: 'deferred',
  enhancedStatusCode,
  detail,
})

/** What fails is done again. */
function onceForEach<Key extends object, Rest extends readonly unknown[], Value>(
  work: (key: Key, ...rest: Rest) => Promise<Value>,
): (key: Key, ...rest: Rest) => Promise<Value> {
  const known = new WeakMap<Key, Promise<Value>>()
  return (key, ...rest) => {
    const value = known.get(key) ?? work(key, ...rest)
    known.set(key, value)
    value.catch(() => known.delete(key))
    return value
  }
}

async function findKeys(
  keys: ReturnType<typeof createDomainKeys>,
  { envelope: { tenantId, resourceId: serviceId } }: Claim,
  { fromDomain: domain }: MessageDigest,
): Promise<DomainKeys> {
  return domain === undefined ? { type: 'not connected' } : keys.find({ tenantId, serviceId, domain })
}

/** A report of ours is signed where there are keys for the domain it comes from; everything else is signed or stays. */
function judge(
  { envelope }: Claim,
  { fromDomain }: MessageDigest,
  found: DomainKeys,
): Deferred | { readonly type: 'keys'; readonly keys: Signers } {
  if (found.type === 'keys') return found
  // RFC 3463 §3.8: what a cryptographic operation needs is missing.
  if (found.type === 'unusable') return deferred('4.7.5', found.detail)
  if (envelope.reversePath === '') return { type: 'keys', keys: [] }
  const domain = fromDomain ?? 'the domain of the From field'
  return deferred('4.7.5', `${domain} is no verified domain of the communication service any more`)
}

async function formOf({ envelope }: Claim, read: Form['read']): Promise<Form> {
  const outcome = await digestMessage(read())
  if (outcome.type === 'digest') return { digest: outcome.digest, read }
  throw new Error(`the content of ${envelope.queueId} is damaged: ${outcome.detail}`)
}

function outgoing({ digest, read }: Form, fields: Uint8Array): OutgoingContent {
  const { size, header8bit, body8bit } = digest
  return { size: fields.length + size, header8bit, body8bit, octets: joined(fields, read()) }
}

async function* joined(fields: Uint8Array, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (fields.length > 0) yield fields
  yield* content
}
