// The part of the storage port about how others want to be connected to: MTA-STS policies as they were last fetched, so that all nodes
// hold to one and a restart forgets none, and what TLS came to with each policy domain, by the day, for reports to its owner. Both are
// facts of the public network: they belong to no tenant and move no epoch. RFC 8461 §5.1, RFC 8460 §4.

/** `domain` is in canonical form, as is every domain and host here. Times are milliseconds since the epoch. */
export type StoredStsPolicy = {
  readonly domain: string
  /** As the TXT record had it when the policy was fetched. */
  readonly policyId: string
  readonly mode: 'enforce' | 'testing' | 'none'
  /** In lower case: host names, or `*.` and a name. */
  readonly patterns: readonly string[]
  readonly fetchedAt: number
  /** Its `max_age` after that. */
  readonly until: number
}

export type TlsPolicyType = 'tlsa' | 'sts' | 'no-policy-found'

/** How many sessions of one day came to the same end. */
export type TlsResult = {
  /** In UTC: `2031-05-04`. */
  readonly day: string
  readonly policyDomain: string
  readonly policyType: TlsPolicyType
  /** The strings of the policy, one a line; the last that was seen. */
  readonly policy: string
  /** `success`, or a result type of RFC 8460 §4.3. */
  readonly result: string
  /** The host and address that failed; empty for a success, and where it did not come so far. */
  readonly host: string
  readonly address: string
  readonly sessions: number
}

export interface TransportPolicyReader {
  readStsPolicy(domain: string): Promise<StoredStsPolicy | undefined>
  /** Policy domains that have results of a day, in order; `after` is the last one of the page before. */
  listTlsDomains(query: {
    readonly day: string
    readonly limit: number
    readonly after?: string
  }): Promise<readonly string[]>
  readTlsResults(day: string, policyDomain: string): Promise<readonly TlsResult[]>
}

export interface TransportPolicyWriter {
  /** Replaces what the domain has, unless that was fetched later. */
  putStsPolicy(policy: StoredStsPolicy): Promise<void>
  /** Adds to what is counted already. */
  addTlsResults(results: readonly TlsResult[]): Promise<void>
}
