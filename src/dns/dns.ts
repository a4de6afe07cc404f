// The port to the DNS: what a name has, has not, or cannot be known to have right now. The three are kept apart because they lead to
// different ends: a record that is not there is the domain owner's to mend, a resolver that does not answer is nobody's fault.
// It knows no purpose of a record and caches nothing. RFC 1034 §3.7, RFC 2308 §2 (both kinds of "none").

export type DnsOutcome<Answer> =
  | { readonly type: 'found'; readonly records: readonly [Answer, ...Answer[]] }
  /** The name does not exist, or has no record of this type. */
  | { readonly type: 'none' }
  /** No resolver gave an answer; `detail` says why, in words for an operator. */
  | { readonly type: 'unavailable'; readonly detail: string }

export type MailExchange = { readonly preference: number; readonly exchange: string }

/** `name` is in canonical form (A-labels, lower case, no final dot). */
export interface DnsResolver {
  /** The strings of one record are joined, as their users read them: RFC 7208 §3.3, RFC 6376 §3.6.2.2. */
  resolveTxt(name: string): Promise<DnsOutcome<string>>
  /** Targets without their final dot, in the casing of the answer. */
  resolveCname(name: string): Promise<DnsOutcome<string>>
  /** As answered, in no order. */
  resolveMx(name: string): Promise<DnsOutcome<MailExchange>>
}
