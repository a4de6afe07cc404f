// The port for decisions: why a login, a sender or a message was refused, under the references that the refused were given. Traces are
// JSON that nobody here reads; what they are looked for by is given beside them.

export type StoredDecision = {
  /** Every reference that leads to this trace; coalesced attempts share one. */
  readonly references: readonly string[]
  /** Undefined when the attempt could not be tied to any tenant: then only the installation's administrator may read it. */
  readonly tenantId: string | undefined
  readonly at: number
  /** JSON. */
  readonly trace: string
}

/** What of a trace it can be found by. */
export type DecisionFacts = {
  readonly stage?: string
  readonly reason?: string
  readonly applicationId?: string
  readonly resourceId?: string
}

/** Every member given must fit. */
export type DecisionQuery = {
  readonly tenantId: string
  /** Undefined: every resource of the tenant, and what names none. */
  readonly resourceIds?: readonly string[]
  /** Those of no tenant too. */
  readonly withTenantless?: boolean
  readonly stage?: string
  readonly reason?: string
  readonly applicationId?: string
  readonly since?: number
  /** The last one of the page before. */
  readonly before?: { readonly at: number; readonly reference: string }
  readonly limit: number
}

export type ListedDecision = Omit<StoredDecision, 'references'> & {
  /** One of them: the others lead to the same. */
  readonly reference: string
  /** How many references lead to it. */
  readonly attempts: number
}

export interface DecisionReader {
  findDecision(reference: string): Promise<StoredDecision | undefined>
  /** Newest first. */
  listDecisions(query: DecisionQuery): Promise<readonly ListedDecision[]>
}
export interface DecisionWriter {
  recordDecisions(decisions: readonly (StoredDecision & DecisionFacts)[]): Promise<void>
}
