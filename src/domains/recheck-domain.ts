// Looks again at the records of a domain that were verified. One that is not there any more is remembered with the moment that was first
// seen, and counts for a while longer, so that a slip in a zone file stops nobody's mail; only when it has been missing all that time does
// it fail, and the domain loses its links. A DNS that does not answer has said nothing. Records that were never verified are left alone.

import type { Resource } from '../resources/resource.ts'
import type { Change, NewEvent } from '../storage/storage.ts'
import { type Decision, writeUndisturbed } from '../storage/write-undisturbed.ts'
import { type CheckOutcome, checkRecord } from './check-record.ts'
import { type DomainProperties, domainPropertiesOf, type VerificationState, VERIFIED } from './domain-properties.ts'
import { planDomainWrite } from './linked-services.ts'
import { VERIFICATION_TYPES, type VerificationRecord, type VerificationType } from './verification-records.ts'
import { stateOf, type VerificationContext, withinPatience } from './verify-domain.ts'

export type RecheckContext = VerificationContext & {
  /** How long a lost record counts, in milliseconds. */
  readonly lossGrace: number
  /** What is told of a change, stored with it. */
  readonly eventsOf: (domain: Resource, changes: readonly RecordChange[]) => readonly NewEvent[]
}

export type RecordChange = {
  /** Not there any more, back again, or missing for too long. */
  readonly type: 'lost' | 'found' | 'failed'
  readonly check: VerificationType
  readonly record: VerificationRecord
  /** From now on. */
  readonly state: VerificationState
}

/** The domain as it is afterwards, and what changed; undefined when it is gone. */
export type RecheckOutcome = { readonly domain: Resource; readonly changes: readonly RecordChange[] } | undefined

/** `domain` as the caller has found it. */
export async function recheckDomain(
  context: RecheckContext,
  change: Change,
  domain: Resource,
): Promise<RecheckOutcome> {
  const found = await lookAgain(context, domainPropertiesOf(domain))
  if (found.every((one) => nextStateOf(domainPropertiesOf(domain), one, context, change) === undefined))
    return { domain, changes: [] }
  const { storage, stamp, eventsOf } = context
  const { id, tenantId } = domain
  return writeUndisturbed(storage, tenantId, async (): Promise<Decision<RecheckOutcome>> => {
    const current = await storage.read.resources.readResource(id)
    if (current?.tenantId !== tenantId) return { result: undefined }
    const { properties, changes } = withFound(domainPropertiesOf(current), found, context, change)
    if (properties === undefined) return { result: { domain: current, changes: [] } }
    const changed = stamp({ ...current, properties })
    const events = eventsOf(changed, changes)
    const put = await planDomainWrite(context, change, changed)
    return {
      result: { domain: changed, changes },
      record(write) {
        put(write)
        if (events.length > 0) void write.events.appendEvents(events)
      },
    }
  })
}

type Found = {
  readonly check: VerificationType
  readonly record: VerificationRecord
  readonly outcome: Exclude<CheckOutcome, { type: 'unavailable' }>
}

/** Of a managed domain nothing: its records are ours. Where the DNS is silent about one record, the others are not asked for. */
async function lookAgain({ resolver, clock }: RecheckContext, properties: DomainProperties): Promise<readonly Found[]> {
  const found: Found[] = []
  if (properties.domainManagement === 'AzureManaged') return found
  for (const check of VERIFICATION_TYPES) {
    const record = properties.verificationRecords[check]
    if (properties.verificationStates[check].status !== 'Verified') continue
    const outcome = await withinPatience(clock, checkRecord(resolver, properties.fromSenderDomain, check, record))
    if (outcome.type === 'unavailable') break
    found.push({ check, record, outcome })
  }
  return found
}

function withFound(
  properties: DomainProperties,
  found: readonly Found[],
  context: RecheckContext,
  change: Change,
): { readonly properties: DomainProperties | undefined; readonly changes: readonly RecordChange[] } {
  const next = found.flatMap((one) => {
    const state = nextStateOf(properties, one, context, change)
    return state === undefined ? [] : [{ ...one, state }]
  })
  if (next.length === 0) return { properties: undefined, changes: [] }
  const states = Object.fromEntries(next.map(({ check, state }) => [check, state]))
  const changes = next.flatMap(({ check, record, state }): RecordChange[] => {
    const type = changeTypeOf(properties.verificationStates[check], state)
    return type === undefined ? [] : [{ type, check, record, state }]
  })
  return {
    properties: { ...properties, verificationStates: { ...properties.verificationStates, ...states } },
    changes,
  }
}

/** Undefined where it stays: what is there instead may change as it likes, only what is wrong with it counts. */
function nextStateOf(
  { verificationStates, verificationRecords }: DomainProperties,
  { check, record, outcome }: Found,
  { lossGrace }: RecheckContext,
  { at }: Change,
): VerificationState | undefined {
  const present = verificationStates[check]
  // Taken back, or issued anew, while the DNS was asked.
  if (present.status !== 'Verified' || verificationRecords[check].value !== record.value) return undefined
  if (outcome.type === 'verified') return present.lostSince === undefined ? undefined : VERIFIED
  const since = present.lostSince === undefined ? at : Date.parse(present.lostSince)
  const { state } = stateOf(outcome)
  if (since + lossGrace <= at) return state
  const next = { ...state, ...VERIFIED, errorCode: state.errorCode, ...timesOf(since, lossGrace) }
  const isSame = present.errorCode === next.errorCode && present.countsUntil === next.countsUntil
  return isSame ? undefined : next
}

const timesOf = (since: number, grace: number) => ({
  lostSince: new Date(since).toISOString(),
  countsUntil: new Date(since + grace).toISOString(),
})

function changeTypeOf(before: VerificationState, after: VerificationState): RecordChange['type'] | undefined {
  if (after.status !== 'Verified') return 'failed'
  if (after.lostSince === undefined) return 'found'
  return before.lostSince === undefined ? 'lost' : undefined
}
