// Which addresses belong to no public host: this machine, private networks, link-local, documentation, multicast, and the IPv6 forms
// that hide an IPv4 address. What fetches from an address that somebody else has chosen must not reach these, or it can be made to
// ask the inside of the network. RFC 6890, RFC 4193, RFC 6052, RFC 9637, RFC 9602.

import { BlockList, isIP } from 'node:net'

const PRIVATE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
]

/** `network` is an address with a prefix length. */
export function isNetwork(network: string): boolean {
  const [, address = '', bits = ''] = /^([0-9a-f.:]+)\/([0-9]{1,3})$/i.exec(network) ?? []
  const family = isIP(address)
  return family > 0 && Number(bits) <= (family === 4 ? 32 : 128)
}

/** Answers whether an address may not be asked; those in `allowed` may. */
export function createPrivateAddressCheck(allowed: readonly string[] = []): (address: string) => boolean {
  const [refused, exempt] = [listOf(PRIVATE), listOf(allowed)]
  return (address) => {
    const plain = plainAddress(address)
    const family = isIP(plain)
    if (family === 0) return true
    const type = family === 4 ? 'ipv4' : 'ipv6'
    return refused.check(plain, type) && !exempt.check(plain, type)
  }
}

/** Answers whether an address is in one of the networks, which are addresses with a prefix length. What is no address is in none. */
export function createNetworkCheck(networks: readonly string[]): (address: string) => boolean {
  const list = listOf(networks)
  return (address) => {
    const plain = plainAddress(address)
    const family = isIP(plain)
    return family > 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }
}

/** Answers with the names of the networks that an address is in. */
export function nameNetworks(
  networks: readonly { readonly name: string; readonly addresses: readonly string[] }[],
): (address: string) => readonly string[] {
  const checks = networks.map(({ name, addresses }) => ({ name, contains: createNetworkCheck(addresses) }))
  return (address) => checks.filter(({ contains }) => contains(address)).map(({ name }) => name)
}

/** Without its zone, and an IPv4 address as what it is. */
const plainAddress = (address: string): string => address.replace(/%.*$/, '').replace(/^::ffff:(?=[0-9.]+$)/i, '')

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/')
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}
