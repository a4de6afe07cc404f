// The port to the DNS: what a name has, has not, or cannot be known to have right now. The three are kept apart because they lead to
// different ends: a record that is not there is the domain owner's to mend, a resolver that does not answer is nobody's fault.
// It knows no purpose of a record and caches nothing. RFC 1034 §3.7, RFC 2308 §2 (both kinds of "none").

/** `secure`: a resolver that is named as validating says that DNSSEC vouches for this answer, or for there being none. RFC 4035 §3.2.3. */
export type DnsOutcome<Answer> =
  | { readonly type: 'found'; readonly records: readonly [Answer, ...Answer[]]; readonly secure: boolean }
  /** The name does not exist, or has no record of this type. */
  | { readonly type: 'none'; readonly secure: boolean }
  /** No resolver gave an answer; `detail` says why, in words for an operator. */
  | { readonly type: 'unavailable'; readonly detail: string }

export type MailExchange = { readonly preference: number; readonly exchange: string }
/** RFC 6698 §2.1. */
export type TlsaRecord = {
  readonly usage: number
  readonly selector: number
  readonly matchingType: number
  readonly certificate: Uint8Array
}

/** `name` is in canonical form (A-labels, lower case, no final dot); what no query could hold has no records. Names in answers are printable. */
export interface DnsResolver {
  /** The strings of one record are joined, as their users read them: RFC 7208 §3.3, RFC 6376 §3.6.2.2. */
  resolveTxt(name: string): Promise<DnsOutcome<string>>
  /** Targets without their final dot, in the casing of the answer. */
  resolveCname(name: string): Promise<DnsOutcome<string>>
  /** As answered, in no order; the root, of a null MX, is the empty name: RFC 7505 §3. */
  resolveMx(name: string): Promise<DnsOutcome<MailExchange>>
  /** Addresses of both families, as answered; a name that is an alias is followed. `unavailable` when either family is. */
  resolveAddresses(name: string): Promise<DnsOutcome<string>>
  resolveTlsa(name: string): Promise<DnsOutcome<TlsaRecord>>
}
