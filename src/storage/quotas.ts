// The quota part of the storage port: what has been set, and what has been counted. Setting one raises its tenant's epoch, so a message
// that was judged under the limits before is judged again, on every node. Counting is the spool's, with the message it counts.

import type { Shards } from '../quota/counter.ts'
import type { QuotaLimits, QuotaSubject } from '../quota/quota.ts'
import type { Change } from './storage.ts'

export type StoredQuota = {
  readonly tenantId: string
  readonly subject: QuotaSubject
  readonly limits: QuotaLimits
  /** Its path in the API. */
  readonly target: string
  readonly changedAt: number
  readonly changedBy: string
}

export type QuotaCounter = { readonly subject: QuotaSubject; readonly shards: Shards }

export interface QuotaReader {
  /** Those that are set. */
  findQuotas(tenantId: string, subjects: readonly QuotaSubject[]): Promise<readonly StoredQuota[]>
  /** By subject, at most `limit`; `after` is a subject's text to page on from. */
  listQuotas(query: {
    readonly tenantId: string
    readonly limit: number
    readonly after?: string
  }): Promise<readonly StoredQuota[]>
  /** Those that were ever counted and not forgotten; a subject without one has sent nothing. */
  readCounters(tenantId: string, subjects: readonly QuotaSubject[]): Promise<readonly QuotaCounter[]>
}

export interface QuotaWriter {
  /** True where there was none. */
  putQuota(change: Change, quota: StoredQuota): Promise<boolean>
  /** False when there was none. What was counted stays. */
  deleteQuota(change: Change, tenantId: string, subject: QuotaSubject): Promise<boolean>
}
