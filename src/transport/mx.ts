// The way out straight to the mail hosts of the recipients, domain by domain. What the domain publishes decides where a message goes and
// how it is protected on the way; where none of its hosts can be had, the message waits. When it is tried again is not known here.
// RFC 5321 §5.1, RFC 7505, RFC 7672, RFC 8461, RFC 8689.

import { isIP } from 'node:net'
import type { Clock } from '../config/clock.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { domainOf } from '../resources/mail-address.ts'
import type { PendingRecipient } from '../spool/spool.ts'
import type { TransportPolicyReader, TransportPolicyWriter } from '../storage/transport-policies.ts'
import { createConnectionPool } from './connection-pool.ts'
import { createFetchStsPolicy } from './fetch-sts-policy.ts'
import { createStsPolicies } from './mta-sts.ts'
import type { NoHosts } from './mx-hosts.ts'
import { createMxLookup } from './mx-lookup.ts'
import { walkHosts } from './mx-walk.ts'
import { createAddressRules, type OwnPlaces } from './own-places.ts'
import type { ConnectionPatience, OpenConnection } from './smtp-connection.ts'
import { createTlsResults } from './tls-results.ts'
import type { Shipment, Transport, TransportOutcome } from './transport.ts'

export type MxSettings = {
  /** Where mail hosts listen. */
  readonly port: number
  /** At once, to each address. */
  readonly connections: number
  readonly messagesPerConnection: number
  /** How long a connection is kept without work, in milliseconds. */
  readonly idle: number
  readonly patience: ConnectionPatience
  /** Where connections come from, one of each family at most. A family that is not there is not used; with none, both are. */
  readonly localAddresses: readonly string[]
  readonly mtaSts: { readonly enabled: boolean; readonly port: number }
  readonly dane: boolean
  /** Private networks that may be connected to. */
  readonly allowPrivate: readonly string[]
  /** Domains that are nobody's, with what is below them: the reserved ones, and those that we manage. */
  readonly reservedSuffixes: readonly string[]
  /** Whether `user@[192.0.2.1]` is sent to that address; not by default. */
  readonly addressLiterals?: boolean
  /** PEM; trusted instead of the public authorities. */
  readonly ca?: string
}

export type MxSurroundings = {
  readonly openConnection: OpenConnection
  readonly resolver: DnsResolver
  readonly clock: Clock
  /** Gives a number from 0 to less than 1. */
  readonly random: () => number
  /** Our name in EHLO. */
  readonly clientName: string
  readonly own: OwnPlaces
  readonly policies: Pick<TransportPolicyReader, 'readStsPolicy'> & TransportPolicyWriter
}

/** Less than elsewhere: there is mostly another address, and a network without IPv6 often swallows what is sent by it. */
const CONNECT_PATIENCE = 10_000

export function createMxTransport(settings: MxSettings, surroundings: MxSurroundings): Transport {
  const { openConnection, clock, clientName, policies } = surroundings
  const { port, ca } = settings
  const pool = createConnectionPool(settings, clock)
  const results = createTlsResults(policies, clock)
  const { lookUp, close } = createLookup(settings, surroundings)
  const walk = {
    open: openConnection,
    pool,
    results,
    clientName,
    port,
    patience: { ...settings.patience, connect: Math.min(settings.patience.connect, CONNECT_PATIENCE) },
    localAddress: (address: string) => settings.localAddresses.find((local) => isIP(local) === isIP(address)),
    ca,
    now: () => clock.now(),
  }
  return {
    name: 'mx',
    signs: true,
    async deliver(shipment, signal) {
      const outcomes: TransportOutcome[] = []
      for (const [domain, recipients] of byDomain(shipment)) {
        const found = await lookUp(domain)
        if (found.type !== 'hosts') outcomes.push(...recipients.map(({ index }) => outcomeOf(index, found)))
        else outcomes.push(...(await walkHosts(walk, found, { ...shipment, recipients }, signal)))
      }
      return outcomes
    },
    async close() {
      await Promise.all([pool.close(), results.close(), close()])
    },
  }
}

function createLookup(settings: MxSettings, { resolver, clock, random, own, policies }: MxSurroundings) {
  const { port, mtaSts, dane, allowPrivate, reservedSuffixes, addressLiterals = false, ca } = settings
  const addressRules = createAddressRules(own, port, allowPrivate)
  const fetching = { port: mtaSts.port, ...(ca === undefined ? {} : { ca }) }
  const fetchPolicy = createFetchStsPolicy(fetching, resolver, addressRules.isForbidden)
  const families = familiesOf(settings.localAddresses)
  const lookUp = createMxLookup({
    rules: { dns: resolver, random, reservedSuffixes, addressLiterals, families, ...addressRules },
    dns: resolver,
    danePort: dane ? port : undefined,
    stsPolicies: mtaSts.enabled
      ? createStsPolicies({ dns: resolver, fetchPolicy, reader: policies, writer: policies, clock })
      : undefined,
    clock,
  })
  return { lookUp, close: fetchPolicy.close }
}

/** The recipients of one domain share a transaction. */
function byDomain({ recipients }: Shipment): ReadonlyMap<string, readonly PendingRecipient[]> {
  return Map.groupBy(recipients, ({ forwardPath }) => domainOf(forwardPath))
}

/** The code of a null MX is the one that RFC 7505 §4.1 gives it; the others have none, since no server has spoken. */
function outcomeOf(index: number, { type, enhancedStatusCode, detail, tryNext }: NoHosts): TransportOutcome {
  const diagnostic = enhancedStatusCode === '5.1.10' ? `556 5.1.10 ${detail}` : detail
  return { index, status: type, enhancedStatusCode, diagnostic, transport: 'mx', ...(tryNext && { tryNext }) }
}

const familiesOf = (localAddresses: readonly string[]): readonly number[] =>
  [4, 6].filter((family) => localAddresses.length === 0 || localAddresses.some((address) => isIP(address) === family))
