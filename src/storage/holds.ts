// The hold part of the storage port: what an operator has stopped in the queue. A hold is looked at whenever mail is lent, on every node,
// so it counts from the moment it is stored; mail that comes meanwhile is accepted and waits. No hold refuses anything.

import type { Change } from './storage.ts'

/** What is stopped: everything of a tenant that fits every member given. `destination` is a domain in canonical form. */
export type HoldSelection = {
  readonly queueId?: string
  readonly applicationId?: string
  /** An address in full, compared without regard to case. */
  readonly sender?: string
  readonly destination?: string
}

export type Hold = {
  /** UUIDv7. */
  readonly holdId: string
  readonly tenantId: string
  readonly selection: HoldSelection
  readonly reason: string
  readonly createdAt: number
  readonly createdBy: string
}

/** Messages that stay parked while it is undone are not counted any more. */
export type HoldWithCount = Hold & { readonly parked: number }

export interface HoldReader {
  /** Newest first, at most `limit`; `before` is a hold id to page on from. `parked` counts to a thousand. */
  listHolds(query: {
    readonly tenantId: string
    readonly limit: number
    readonly before?: string
  }): Promise<readonly HoldWithCount[]>
  readHold(tenantId: string, holdId: string): Promise<Hold | undefined>
  /** Of all tenants: every hold that is not of one message, and those of these messages. */
  findHolds(queueIds: readonly string[]): Promise<readonly Hold[]>
}

export interface HoldWriter {
  /** A second hold of one message takes the place of the first. */
  putHold(change: Change, hold: Hold): Promise<void>
  /**
   * What it stopped, and no other hold stops, is due again at once, beginning with the oldest; of much, some with every claim. False when
   * there was none.
   */
  deleteHold(change: Change, tenantId: string, holdId: string): Promise<boolean>
}
