// The one place where a domain name gets the form that it is stored and compared in: A-labels, lower case. Everything is compared in
// this form and mapped into it once, so that no two readers of a name can see two domains. What is no name of a mail domain (address,
// single label, absolute form, port, path) has no form. UTS #46 non-transitional, RFC 5890 §2.3.2.1, RFC 1123 §2.1.

import { domainToASCII } from 'node:url'

const MAX_LENGTH = 253

// The runtime's mapping reads its input as part of a URL: it would cut at `/`, drop a tab, decode `%41`. In ASCII only letters,
// digits and hyphens may reach it.
const POSSIBLE_NAME = /^(?:[a-z0-9.-]|[^\p{ASCII}])+$/iu

const LDH_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** Canonical form, or undefined for what is no domain name of at least two labels. */
export function canonicalDomain(text: string): string | undefined {
  // Some code points map to nothing or to less, so the text may be longer than its form; not without bound.
  if (text.length > 4 * MAX_LENGTH || !POSSIBLE_NAME.test(text)) return undefined
  const mapped = domainToASCII(text)
  const labels = mapped.split('.')
  if (labels.length < 2 || mapped.length > MAX_LENGTH) return undefined
  if (!labels.every((label) => LDH_LABEL.test(label))) return undefined
  // A last label of digits alone would be an address, which the mapping has already rewritten.
  return /^[0-9]+$/.test(labels.at(-1) ?? '') ? undefined : mapped
}
