// The suppression part of the storage port: addresses that mail of a tenant no longer goes to, because they bounced or because somebody
// said so. No suppression moves an epoch. Azure: data-plane reference §1.4 (the managed list); the lists that a customer keeps are
// resources and live with those.

import type { Change } from './storage.ts'

export type Suppression = {
  readonly tenantId: string
  /** Domain in canonical form, the local part in lower case: one mailbox is one row. */
  readonly address: string
  readonly reason: 'hard bounce' | 'operator'
  /** Of a bounce: what the remote said, in printable ASCII. Of an operator: their note. */
  readonly detail: string
  /** Of a bounce: the message that bounced. */
  readonly queueId?: string
  readonly createdAt: number
  /** Undefined: until somebody removes it. */
  readonly expiresAt?: number
  /** How often it bounced in a row; each time it stays longer. */
  readonly bounces: number
}

/** `expiresAt` and `bounces` follow from what is there: 1 day after the first bounce, then 2, 4, 7, at most 14. */
export type NewSuppression = Pick<Suppression, 'tenantId' | 'address' | 'detail' | 'queueId'> & {
  readonly at: number
}

/** `lapsed`: addresses whose suppression is over, but would go on with the next bounce. In canonical form. */
export type SuppressionStanding = {
  readonly suppressed: ReadonlyMap<string, Pick<Suppression, 'reason' | 'detail'>>
  readonly lapsed: readonly string[]
}

export interface SuppressionReader {
  /** Of these addresses, in canonical form, those that are suppressed at this moment; the lists that are resources count too. */
  findSuppressed(query: {
    readonly tenantId: string
    /** The sender, whose domain and sender username may have lists of their own. */
    readonly reversePath: string
    readonly resourceId: string
    readonly addresses: readonly string[]
    readonly at: number
  }): Promise<SuppressionStanding>
  /** Of an address in any form; undefined when it is not in force at this moment. */
  readSuppression(tenantId: string, address: string, at: number): Promise<Suppression | undefined>
  /** By address, those that are in force at this moment; `after` is an address to page on from. */
  listSuppressions(query: {
    readonly tenantId: string
    readonly at: number
    readonly limit: number
    readonly after?: string
  }): Promise<readonly Suppression[]>
}

export interface SuppressionWriter {
  /** By an operator; told to the audit log. */
  putSuppression(change: Change, suppression: Suppression): Promise<void>
  /** False when there was none. */
  deleteSuppression(change: Change, tenantId: string, address: string): Promise<boolean>
}
