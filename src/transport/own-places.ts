// Which places are ourselves, and which addresses are nobody's to send us to. A domain whose mail host is our own listener would send our
// mail back to us; one that names an address inside our network would make us speak to its machines. What is allowed among the private
// addresses is the operator's to say. RFC 5321 §5.1, RFC 6890.

import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createNetworkCheck, createPrivateAddressCheck } from '../identity/private-address.ts'

export type OwnPlaces = {
  /** What we are called. */
  readonly hostnames: readonly string[]
  /** Where we listen; `::` and `0.0.0.0` are everywhere. */
  readonly listeners: readonly { readonly address: string; readonly port: number }[]
  /** Addresses of this machine at this moment. */
  readonly addresses?: () => readonly string[]
}

export type AddressRules = {
  readonly isForbidden: (address: string) => boolean
  readonly isOurs: (host: string, address: string | undefined) => boolean
}

/** `port`: the one that mail hosts are connected to at. */
export function createAddressRules(own: OwnPlaces, port: number, allowPrivate: readonly string[]): AddressRules {
  const isPrivate = createPrivateAddressCheck(allowPrivate)
  const isAllowed = createNetworkCheck(allowPrivate)
  const addresses = own.addresses ?? machineAddresses
  const names = own.hostnames.map((name) => name.toLowerCase())
  const listening = own.listeners.filter((listener) => listener.port === port).map(({ address }) => plain(address))
  const isEverywhere = listening.some((address) => address === '::' || address === '0.0.0.0')
  const isListening = (address: string) =>
    listening.includes(address) || (isEverywhere && (isLoopback(address) || addresses().includes(address)))
  return {
    // A relay that trusts its own machine would take anything from us, so our own public addresses are no better than private ones.
    isForbidden: (address) => isPrivate(address) || (!isAllowed(address) && addresses().includes(plain(address))),
    isOurs: (host, address) => names.includes(host) || (address !== undefined && isListening(plain(address))),
  }
}

const isLoopback = createNetworkCheck(['127.0.0.0/8', '::1/128'])

/** One spelling for each address. */
function plain(address: string): string {
  if (isIP(address) !== 6) return address
  const written = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(written)
  if (mapped === null) return written
  const [high = 0, low = 0] = mapped.slice(1).map((group) => Number.parseInt(group, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

const machineAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => plain(address)))
