// Who counts as one client where clients are counted by address: an IPv4 address, or the /64 of an IPv6 address, since one customer
// holds at least that much. However an address is written, it counts as the same. RFC 4291 §2.2, RFC 6052 §2.1.

import { isIPv6 } from 'node:net'

/** IPv4 addresses that come in IPv6 form: mapped ones, and those that a translator in front of us made. */
const EMBEDDED_IPV4 = /^(?:0:0:0:0:0:ffff|64:ff9b:0:0:0:0):([0-9a-f]+):([0-9a-f]+)$/

/** What is no address is given back. */
export function sourceNetwork(address: string): string {
  const plain = address.replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const groups = expand(plain)
  const [, high, low] = EMBEDDED_IPV4.exec(groups.join(':')) ?? []
  if (high !== undefined && low !== undefined) return ipv4(Number.parseInt(high, 16), Number.parseInt(low, 16))
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups, in lower case and without leading zeros. */
function expand(address: string): readonly string[] {
  // The URL parser writes every form of an address, a dotted end included, in the one of RFC 5952.
  const { hostname } = new URL(`http://[${address}]/`)
  const [head = '', tail] = hostname.slice(1, -1).split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))

const ipv4 = (high: number, low: number): string => [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
