// The statistics part of the storage port: how much mail was accepted, what became of it and what was refused, in steps of five minutes.
// Nothing is counted where mail is accepted: facts are read from what is stored anyway, in the order of their time, and whoever counts
// them puts the sums here. A sum replaces the one before of its step, so counting again does no harm.

/** How many took at most so long from receipt to their end, in milliseconds; the last count is of those that took longer. */
export const LATENCY_BOUNDS: readonly number[] = [
  100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000,
]
/** The length of a step, in milliseconds. */
export const STEP = 300_000
export const HOUR = 3_600_000

/** Of messages: `submissions`, `size`. Of recipients: `delivered`, `failed`, `suppressed`, `latency`. */
export type Counts = {
  readonly submissions: number
  /** In octets. */
  readonly size: number
  readonly delivered: number
  readonly failed: number
  readonly suppressed: number
  /** One for each bound and one for what is beyond. */
  readonly latency: readonly number[]
  /** By reason. */
  readonly refusals: Readonly<Record<string, number>>
}

export const FACT_KINDS = ['submission', 'outcome', 'refusal'] as const
export type FactKind = (typeof FACT_KINDS)[number]

/** Something that is counted. Empty where nobody knows. */
export type Fact = {
  readonly tenantId: string
  readonly resourceKey: string
  readonly applicationId: string
  readonly at: number
} & (
  | { readonly kind: 'submission'; readonly size: number }
  | { readonly kind: 'outcome'; readonly status: 'delivered' | 'failed' | 'suppressed'; readonly latency?: number }
  | { readonly kind: 'refusal'; readonly reason: string; readonly attempts: number }
)

/** What sums are of: everything of a tenant, a resource, or an application on all resources or on one. */
export type StatisticsSubject = { readonly resourceId?: string; readonly applicationId?: string }

export type FactPage = {
  readonly facts: readonly Fact[]
  /** To go on behind. Absent: there are no more. */
  readonly next?: string
}

export type Sum = { readonly at: number; readonly counts: Counts }

/** Of which kinds of facts it is; sums of other kinds stay as they are. */
export type NewSum = {
  readonly tenantId: string
  readonly subject: StatisticsSubject
  /** The beginning of a step. */
  readonly at: number
  readonly counts: Counts
}

export interface StatisticsReader {
  /** In order of time, from `from` until before `to`, of all tenants or one, of all its resources or some. */
  listFacts(query: {
    readonly kind: FactKind
    readonly tenantId?: string
    readonly resourceIds?: readonly string[]
    readonly applicationId?: string
    readonly from: number
    readonly to: number
    readonly after?: string
    readonly limit: number
  }): Promise<FactPage>
  /** The sums of every step that has one; steps that lie before `from` or at `to` and later are left out. */
  readSums(query: {
    readonly tenantId: string
    readonly subjects: readonly StatisticsSubject[]
    readonly from: number
    readonly to: number
  }): Promise<readonly Sum[]>
  /** Facts before this moment are in the sums. */
  readCountedUntil(): Promise<number>
}

export interface StatisticsWriter {
  putSums(kinds: readonly FactKind[], sums: readonly NewSum[]): Promise<void>
}
