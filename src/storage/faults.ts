// The fault part of the storage port: what a developer has asked to go wrong for a while, so that a test meets it whenever it runs.
// A fault imitates a cause and never lifts a check. It is of one application or of one communication service, and always ends.

import type { FaultKind } from '../resources/fault-kinds.ts'
import type { Change } from './storage.ts'

/** An application id, or the ARM id of a communication service. */
export type FaultTarget = { readonly applicationId: string } | { readonly resourceId: string }

export type Fault = {
  /** UUIDv7. */
  readonly faultId: string
  readonly tenantId: string
  readonly target: FaultTarget
  readonly kind: FaultKind
  /** Of what is slow: for how long, in milliseconds. */
  readonly delay?: number
  /** Of what is throttled: the time to wait that clients are told, in seconds. */
  readonly retryAfter?: number
  /** In force before this moment. */
  readonly endsAt: number
  readonly createdAt: number
  readonly createdBy: string
}

/** What is kept with what was met in the place of a real cause. */
export type AskedFault = Pick<Fault, 'faultId' | 'kind' | 'endsAt'>

export interface FaultReader {
  /** What is in force at this moment for whoever sends, the oldest first. Without `resourceId` those of the application alone. */
  findFaults(query: {
    readonly tenantId: string
    readonly applicationId: string
    readonly resourceId?: string
    readonly at: number
  }): Promise<readonly Fault[]>
  /** What is in force at this moment in a tenant, the oldest first, at most `limit`. */
  listFaults(query: {
    readonly tenantId: string
    readonly at: number
    readonly limit: number
  }): Promise<readonly Fault[]>
  /** Also one that is over, as long as it is stored. */
  readFault(tenantId: string, faultId: string): Promise<Fault | undefined>
}

/** Both move the epoch, so that sessions that are open meet a fault at their next message and are free of it at the one after its end. */
export interface FaultWriter {
  /** A second fault of the same kind and target takes the place of the first. What is over in the tenant goes. */
  putFault(change: Change, fault: Fault): Promise<void>
  /** False when there was none. */
  deleteFault(change: Change, tenantId: string, faultId: string): Promise<boolean>
}
