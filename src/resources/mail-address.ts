// The form that mail addresses are compared in: the local part in lower case, the domain as its A-labels. Whether two spellings of a
// local part are one mailbox is for its server to say (RFC 5321 §2.4); nearly everywhere they are, and a hold or a suppression that
// misses one for its case would surprise more than one that catches two.

import { canonicalDomain } from './domain-name.ts'

/** What stands behind the last `@`; a domain that has no canonical form, such as an address literal, in lower case. */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return canonicalDomain(domain) ?? domain.toLowerCase()
}

/** Without its `@` and domain, as written. */
export const localPartOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf('@')))

export function canonicalAddress(address: string): string {
  return `${localPartOf(address).toLowerCase()}@${domainOf(address)}`
}

/** RFC 5321 §4.5.3.1: at most 64 octets before the `@`. Quoted local parts may hold one. */
export function isMailAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  const localPart = text.slice(0, Math.max(at, 0))
  if (localPart === '' || Buffer.byteLength(localPart) > 64) return false
  const isLocalPart = /^(?:[^\s\p{C}"@<>(),:;[\]\\]+|"[^\p{C}"\\]+")$/u.test(localPart)
  return isLocalPart && canonicalDomain(text.slice(at + 1)) !== undefined
}
