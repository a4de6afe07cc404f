// Replaces a DKIM key of a domain without a moment in which mail leaves with a signature that nobody can verify: the next key is made
// under another selector and shown to be published; asked again, it is looked for in the DNS, and only once it is there does it become the
// key that signs. The record of the old key has to stay for what it signed and is still on the way. RFC 6376 §3.1, §6.1.2.

import { isDeepStrictEqual } from 'node:util'
import { type DkimAlgorithm, dkimKeyRecordId, generateDkimKeyPair, SIGNATURE_LIFE } from '../keys/dkim-keys.ts'
import type { Sealer } from '../keys/sealing.ts'
import type { Resource } from '../resources/resource.ts'
import type { Change, Writers } from '../storage/storage.ts'
import { type Decision, writeUndisturbed } from '../storage/write-undisturbed.ts'
import { type CheckOutcome, checkRecord } from './check-record.ts'
import {
  DKIM_SLOTS,
  type DkimRotation,
  type DkimSlot,
  type DomainProperties,
  domainPropertiesOf,
  NOT_STARTED,
  sealDkimKey,
  VERIFIED,
} from './domain-properties.ts'
import {
  dkimRecord,
  dkimSelectorOf,
  nextDkimSelector,
  type RecordSettings,
  type VerificationRecord,
} from './verification-records.ts'
import { stateOf, type VerificationContext, withinPatience } from './verify-domain.ts'

export type RotationContext = VerificationContext & {
  readonly sealer: Pick<Sealer, 'seal'>
  readonly settings: Pick<RecordSettings, 'dkimRecords' | 'zone'>
}

export type RotationOutcome =
  /** The next key was made, or looked for and found or not: the domain tells. */
  | { readonly type: 'stored'; readonly domain: Resource }
  | { readonly type: 'missing' }
  | { readonly type: 'ownership first' }
  /** The key before the present one may still be needed, under the name that the next one would get. */
  | { readonly type: 'too early'; readonly removableAt: string }
  /** The DNS did not answer; nothing changed. */
  | { readonly type: 'unavailable'; readonly detail: string }

const ALGORITHMS: Readonly<Record<DkimSlot, DkimAlgorithm>> = { DKIM: 'rsa', DKIM2: 'ed25519' }

/** The next step for one key: without `slot`, of the one under way, or else of the one that has been there longer. */
export async function rotateDkim(
  context: RotationContext,
  change: Change,
  domain: Resource,
  slot: DkimSlot = slotInTurn(domainPropertiesOf(domain)),
): Promise<RotationOutcome> {
  const properties = domainPropertiesOf(domain)
  if (properties.verificationStates.Domain.status !== 'Verified') return { type: 'ownership first' }
  const next = rotationOf(properties, slot).next?.record
  return next === undefined ? begin(context, change, domain, slot) : advance(context, change, domain, slot, next)
}

/** The same where a key is older than `age`, in milliseconds, or its next one is waited for. Undefined where nothing is due. */
export async function rotateDkimWhenDue(
  context: RotationContext,
  change: Change,
  domain: Resource,
  age: number,
): Promise<RotationOutcome | undefined> {
  const properties = domainPropertiesOf(domain)
  const slot = slotInTurn(properties)
  const { next, rotatedAt } = rotationOf(properties, slot)
  const since = Date.parse(rotatedAt ?? domain.systemData.createdAt)
  return next !== undefined || since + age <= change.at ? rotateDkim(context, change, domain, slot) : undefined
}

const rotationOf = ({ dkimRotation }: DomainProperties, slot: DkimSlot): DkimRotation => dkimRotation?.[slot] ?? {}

function slotInTurn(properties: DomainProperties): DkimSlot {
  const underWay = DKIM_SLOTS.find((slot) => rotationOf(properties, slot).next !== undefined)
  const [rsa, ed25519] = DKIM_SLOTS.map((slot) => rotationOf(properties, slot).rotatedAt ?? '')
  return underWay ?? ((rsa ?? '') <= (ed25519 ?? '') ? 'DKIM' : 'DKIM2')
}

async function begin(
  context: RotationContext,
  change: Change,
  domain: Resource,
  slot: DkimSlot,
): Promise<RotationOutcome> {
  const { sealer, settings } = context
  const properties = domainPropertiesOf(domain)
  // A managed domain is in our own zone already.
  const dkimRecords = properties.domainManagement === 'AzureManaged' ? 'txt' : settings.dkimRecords
  const selector = nextDkimSelector(dkimSelectorOf(properties.verificationRecords[slot]))
  const key = await generateDkimKeyPair(ALGORITHMS[slot])
  const record = dkimRecord(selector, key, { ...settings, dkimRecords })
  return store(context, change, domain, slot, ({ next, previous, ...kept }, current) => {
    // Somebody else was here meanwhile, or the domain is another one by now.
    const isSame = isDeepStrictEqual(current.verificationRecords[slot], properties.verificationRecords[slot])
    if (next !== undefined || !isSame) return { type: 'as it is' }
    if (previous !== undefined && Date.parse(previous.removableAt) > change.at)
      return { type: 'too early', removableAt: previous.removableAt }
    return {
      type: 'rotation',
      rotation: { ...kept, next: { record, state: NOT_STARTED, madeAt: isoTime(change.at) } },
      also: (write) => void write.sealed.putSealed(sealDkimKey(sealer, domain.id, selector, key, change.at)),
    }
  })
}

async function advance(
  context: RotationContext,
  change: Change,
  domain: Resource,
  slot: DkimSlot,
  record: VerificationRecord,
): Promise<RotationOutcome> {
  const { fromSenderDomain } = domainPropertiesOf(domain)
  const outcome = await withinPatience(context.clock, checkPublished(context, fromSenderDomain, slot, record))
  if (outcome.type === 'unavailable') return outcome
  return store(context, change, domain, slot, ({ next, ...others }, current) => {
    if (next === undefined || !isDeepStrictEqual(next.record, record)) return { type: 'as it is' }
    if (outcome.type === 'failed')
      return { type: 'rotation', rotation: { ...others, next: { ...next, state: stateOf(outcome).state } } }
    const old = current.verificationRecords[slot]
    const removableAt = isoTime(change.at + SIGNATURE_LIFE)
    return {
      type: 'rotation',
      rotation: { previous: { record: old, removableAt }, rotatedAt: isoTime(change.at) },
      record,
      also: (write) => void write.sealed.deleteSealed(dkimKeyRecordId(domain.id, dkimSelectorOf(old))),
    }
  })
}

/** Also behind a pointer: there the key itself has to be, published by whoever runs our zone. */
async function checkPublished(
  { resolver }: RotationContext,
  domain: string,
  slot: DkimSlot,
  record: VerificationRecord,
): Promise<CheckOutcome> {
  const outcome = await checkRecord(resolver, domain, slot, record)
  const { zoneRecord } = record
  return outcome.type === 'verified' && zoneRecord !== undefined
    ? checkRecord(resolver, zoneRecord.name, slot, zoneRecord)
    : outcome
}

type Step =
  | {
      readonly type: 'rotation'
      readonly rotation: DkimRotation
      /** The key that signs from now on. */
      readonly record?: VerificationRecord
      readonly also?: (write: Writers) => void
    }
  | { readonly type: 'as it is' }
  | Extract<RotationOutcome, { type: 'too early' }>

/** `decide` judges the domain as it is when the step is stored. */
async function store(
  { storage, stamp }: RotationContext,
  change: Change,
  { id, tenantId }: Resource,
  slot: DkimSlot,
  decide: (rotation: DkimRotation, current: DomainProperties) => Step,
): Promise<RotationOutcome> {
  return writeUndisturbed(storage, tenantId, async (): Promise<Decision<RotationOutcome>> => {
    const stored = await storage.read.resources.readResource(id)
    if (stored?.tenantId !== tenantId) return { result: { type: 'missing' } }
    const current = domainPropertiesOf(stored)
    const before = rotationOf(current, slot)
    const step = decide(before, current)
    if (step.type === 'too early') return { result: step }
    if (step.type === 'as it is' || isDeepStrictEqual(step.rotation, before))
      return { result: { type: 'stored', domain: stored } }
    const domain = stamp({ ...stored, properties: withRotation(current, slot, step.rotation, step.record) })
    return {
      result: { type: 'stored', domain },
      record: (write) => {
        void write.resources.putResource(change, domain)
        step.also?.(write)
      },
    }
  })
}

/** A key that was seen is verified, whatever was known of the one before. */
function withRotation(
  properties: DomainProperties,
  slot: DkimSlot,
  rotation: DkimRotation,
  record: VerificationRecord | undefined,
): DomainProperties {
  const dkimRotation = { ...properties.dkimRotation, [slot]: rotation }
  if (record === undefined) return { ...properties, dkimRotation }
  const { verificationRecords, verificationStates } = properties
  return {
    ...properties,
    dkimRotation,
    verificationRecords: { ...verificationRecords, [slot]: record },
    verificationStates: { ...verificationStates, [slot]: VERIFIED },
  }
}

const isoTime = (at: number) => new Date(at).toISOString()
