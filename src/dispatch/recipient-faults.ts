// Recipients that fare as their local part says, where the sender has asked for that fault: `bounce@…`, `defer@…` and `suppressed@…`, with
// anything behind a `+` or `-`, at any domain. The same each time: what bounced so is not suppressed afterwards. Nothing leaves for them.

import { localPartOf } from '../resources/mail-address.ts'
import type { PendingRecipient, RecipientOutcome, SpooledEnvelope } from '../spool/spool.ts'
import type { AskedFault, Fault } from '../storage/faults.ts'

/** What is in force now for the sender of a message. */
export type FaultsOf = (
  sender: Pick<SpooledEnvelope, 'tenantId' | 'applicationId' | 'resourceId'>,
) => Promise<readonly Fault[]>

/** In the place of a transport. */
export const FAULT_TRANSPORT = 'fault'

type Faring = Pick<RecipientOutcome, 'status' | 'enhancedStatusCode'> & { readonly reply: string }

const FARINGS: ReadonlyMap<string, Faring> = new Map([
  ['bounce', { status: 'failed', enhancedStatusCode: '5.1.1', reply: '550 5.1.1 No such mailbox' }],
  ['defer', { status: 'deferred', enhancedStatusCode: '4.2.2', reply: '452 4.2.2 Mailbox full' }],
  ['suppressed', { status: 'suppressed', enhancedStatusCode: '5.1.1', reply: '' }],
])

/** Undefined where none was asked for. */
export async function findRecipientFault(
  faultsOf: FaultsOf | undefined,
  sender: SpooledEnvelope,
): Promise<Fault | undefined> {
  const faults = (await faultsOf?.(sender)) ?? []
  return faults.find(({ kind }) => kind === 'recipients')
}

/** Undefined for a recipient that fares as everywhere. */
export function outcomeOnRequest(
  fault: AskedFault | undefined,
  { index, forwardPath }: Pick<PendingRecipient, 'index' | 'forwardPath'>,
): RecipientOutcome | undefined {
  const [name = ''] = localPartOf(forwardPath).toLowerCase().split(/[+-]/)
  const faring = fault && FARINGS.get(name)
  if (faring === undefined) return undefined
  const { status, enhancedStatusCode, reply } = faring
  return {
    index,
    status,
    enhancedStatusCode,
    diagnostic: `${reply || 'not attempted, the address counts as suppressed'} (a fault on request: ${fault?.faultId})`,
    transport: FAULT_TRANSPORT,
    ...(reply !== '' && { remote: { host: 'fault.invalid', reply } }),
  }
}
