// The dispatcher as the service runs it, against servers of a test: a real store, the real transports, a real resolver asking a zone
// that the test fills, and a clock that it sets forward. Mail hosts stand on loopback addresses of their own and share one port. What
// the dispatcher settles is kept, and reports to senders arrive at a server of theirs.

import { randomBytes } from 'node:crypto'
import { createDestinationPace } from '../../src/dispatch/destination-pace.ts'
import { type DispatchService, startDispatch } from '../../src/dispatch/dispatch-loop.ts'
import { createRoutes } from '../../src/dispatch/routes.ts'
import type { DnsResolver } from '../../src/dns/dns.ts'
import { createPacketResolver } from '../../src/dns/packet-resolver.ts'
import { createQueueIds } from '../../src/spool/queue-id.ts'
import type { Claim, QueueId, RecipientOutcome, Spool } from '../../src/spool/spool.ts'
import { inline, message, SERVICE } from '../../src/storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../../src/storage/sqlite/temporary-mail-store.fixture.ts'
import { A, seedTwoTenants } from '../../src/storage/two-tenants.fixture.ts'
import { createMxTransport, type MxSettings } from '../../src/transport/mx.ts'
import { createOpenConnection } from '../../src/transport/open-connection.ts'
import { createSmarthostTransport } from '../../src/transport/smarthost.ts'
import type { ConnectionPatience } from '../../src/transport/smtp-connection.ts'
import { type DnsZone, openDnsZone } from '../fixtures/dns-zone.ts'
import { eventually } from '../fixtures/eventually.ts'
import type { Cleanup } from '../fixtures/quickstart-service.ts'
import { type ScriptedServer, startScriptedServer } from '../fixtures/scripted-smtp-server.ts'
import { MovingClock } from './moving-clock.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const HOSTNAME = 'out.postern.example.net'
const SENDER_DOMAIN = 'sender.example.net'

/** What a test sees of one settled recipient. */
export type Settled = RecipientOutcome & { readonly queueId: QueueId; readonly recipient: string }

export type RigOptions = {
  /** The same for every wait for a server. */
  readonly patience: number
  readonly mx?: Partial<MxSettings>
  /** Ports of servers on 127.0.0.1 that all mail for a domain goes to, with a password. */
  readonly smarthosts?: Readonly<Record<string, number>>
  /** Instead of what was stored. */
  readonly octetsOf?: (recipient: string) => AsyncIterable<Uint8Array> | undefined
  /** Instead of the zone. */
  readonly resolver?: (zone: DnsResolver) => DnsResolver
}

/** Where mail hosts listen, and the senders' own server: `reports` are what came there. */
export async function openMailPort(context: Cleanup) {
  const home = await startScriptedServer({}, { address: '127.0.0.1' })
  context.after(() => home.close())
  return home
}

export async function openRig(context: Cleanup, home: ScriptedServer, options: RigOptions) {
  const clock = new MovingClock()
  const store = await seedTwoTenants(await openTemporaryMailStore())
  const zone = await openDnsZone()
  zone.publish(SENDER_DOMAIN, { type: 'A', value: '127.0.0.1' })
  const seen: Seen = { settled: [], failures: [], ambiguous: 0, tokens: new Set(), reports: 0 }
  const parts: Parts = { home, clock, store, zone, nextQueueId: createQueueIds(() => clock.now(), randomBytes) }
  const dispatcher = startDispatcher(options, parts, seen)
  context.after(async () => {
    await dispatcher.stop()
    zone.close()
    await store.close()
  })
  return { clock, store, zone, seen, ...actionsOf(parts, seen, dispatcher.wake) }
}

export type DeliveryRig = Awaited<ReturnType<typeof openRig>>

/** What the dispatcher did. `ambiguous` as metrics count it, `tokens` of claims that are held, `reports` that nobody has yet. */
type Seen = {
  readonly settled: Settled[]
  readonly failures: string[]
  ambiguous: number
  readonly tokens: Set<string>
  reports: number
}

type Parts = {
  readonly home: ScriptedServer
  readonly clock: MovingClock
  readonly store: Awaited<ReturnType<typeof openTemporaryMailStore>>
  readonly zone: DnsZone
  readonly nextQueueId: () => QueueId
}

function startDispatcher(options: RigOptions, parts: Parts, seen: Seen) {
  const { clock, store, nextQueueId } = parts
  const onFailure = (what: string, error: unknown) => void seen.failures.push(`${what}: ${String(error)}`)
  let wake = () => {}
  const ways = openWays(options, parts)
  const common = { clock, random: Math.random, onFailure }
  const pace = createDestinationPace({
    ...common,
    destinations: store.write.destinations,
    limitsOf: () => ({ initial: 2, most: 5 }),
    node: 'node',
    onUse: () => {},
  })
  const dispatch = startDispatch({
    ...common,
    spool: recording(store.write.spool, seen),
    routes: ways.routes,
    pace,
    openShipment: shipmentOpener(store.content, options),
    suppressions: store.read.suppressions,
    holds: store.read.holds,
    limits: { giveUpAfter: 4 * DAY, delayedAfter: 4 * HOUR },
    reports: { hostname: HOSTNAME, content: store.content, nextQueueId },
    managedSuffix: 'postern.test',
    nextEventId: nextQueueId,
    untilDue: (patience) =>
      new Promise((resolve) => {
        wake = resolve
        clock.after(Math.min(patience, 100), resolve)
      }),
    counters: {
      outcome: (_transport, _status, isAmbiguous) => {
        seen.ambiguous += isAmbiguous ? 1 : 0
      },
    },
  })
  return {
    wake: () => wake(),
    async stop() {
      await dispatch.stop(1000)
      await Promise.all([pace.close(), ...ways.transports.map((transport) => transport.close?.())])
    },
  }
}

function actionsOf({ clock, store, nextQueueId }: Parts, seen: Seen, wake: () => void) {
  return {
    /** From `sender@sender.example.net`, with a subject that is its first recipient. */
    async enqueue(recipients: readonly string[]): Promise<QueueId> {
      const queueId = nextQueueId()
      const text = `From: DoNotReply@contoso.example\r\nSubject: ${recipients[0]}\r\n\r\nHello.\r\n`
      const envelope = {
        queueId,
        receivedAt: clock.now(),
        reversePath: `sender@${SENDER_DOMAIN}`,
        parameters: {},
        recipients: recipients.map((forwardPath) => ({ forwardPath, parameters: {} })),
      }
      await store.write.spool.enqueue(await message(store, envelope, inline(text)))
      wake()
      return queueId
    },
    /** Once nothing is under way: a claim would not outlive it. */
    async forward(by: number): Promise<void> {
      const isQuiet = async () => (seen.tokens.size === 0 && seen.reports === 0) || undefined
      await eventually(isQuiet, 'the end of what is under way')
      clock.forward(by)
      wake()
    },
    /** Waits until so many attempts of each have been settled. */
    async attempted(recipients: readonly string[], attempts: number): Promise<void> {
      await eventually(async () => {
        const counts = Map.groupBy(seen.settled, ({ recipient }) => recipient)
        return recipients.every((recipient) => (counts.get(recipient)?.length ?? 0) >= attempts) || undefined
      }, `${attempts} attempts for everybody`)
    },
    events: () => store.read.events.listEvents({ tenantId: A.tenantId, limit: 1000 }),
    async suppressed(addresses: readonly string[]): Promise<Set<string>> {
      const sender = { tenantId: A.tenantId, reversePath: `sender@${SENDER_DOMAIN}`, resourceId: SERVICE }
      const standing = await store.read.suppressions.findSuppressed({ ...sender, addresses, at: clock.now() })
      return new Set(standing.suppressed.keys())
    },
  }
}

/** What a settlement says of each recipient, once the store has it. */
function recording(spool: Spool, seen: Seen): Spool {
  const claims = new Map<QueueId, Claim['envelope']>()
  return {
    enqueue: (one) => spool.enqueue(one),
    renew: (tokens, leaseUntil) => spool.renew(tokens, leaseUntil),
    release: (tokens) => spool.release(tokens),
    voidClaims: () => spool.voidClaims(),
    async claim(request) {
      const claimed = await spool.claim(request)
      for (const { envelope, token } of claimed) {
        claims.set(envelope.queueId, envelope)
        seen.tokens.add(token)
      }
      return claimed
    },
    async settle(settlements) {
      const results = await spool.settle(settlements)
      const stored = settlements.filter((_, index) => results[index]?.type === 'settled')
      for (const { queueId, token, outcomes, reports = [], isPartial } of stored) {
        const envelope = claims.get(queueId)
        for (const outcome of outcomes)
          seen.settled.push({ ...outcome, queueId, recipient: envelope?.recipients[outcome.index]?.forwardPath ?? '' })
        seen.reports += reports.length - (envelope?.reversePath === '' ? outcomes.length : 0)
        if (isPartial !== true) seen.tokens.delete(token)
      }
      return results
    },
  }
}

const patienceOf = (each: number): ConnectionPatience => ({
  connect: each,
  greeting: each,
  command: each,
  dataInitiation: each,
  dataBlock: each,
  dataTermination: each,
})

function openWays({ patience, mx = {}, smarthosts = {}, resolver = (zone) => zone }: RigOptions, parts: Parts) {
  const { home, clock, store, zone } = parts
  const common = { connections: 5, messagesPerConnection: 50, idle: 1000, patience: patienceOf(patience) }
  const openConnection = createOpenConnection(clock)
  const dns = resolver(createPacketResolver({ servers: [zone.server], timeout: 300 }))
  const surroundings = { openConnection, resolver: dns, clock, clientName: HOSTNAME }
  const direct = createMxTransport(
    {
      ...common,
      port: home.port,
      localAddresses: [],
      mtaSts: { enabled: true, port: 9 },
      dane: true,
      allowPrivate: ['127.0.0.0/8'],
      reservedSuffixes: [],
      ...mx,
    },
    {
      ...surroundings,
      random: Math.random,
      own: { hostnames: [HOSTNAME], listeners: [{ address: '127.9.9.9', port: home.port }] },
      policies: {
        readStsPolicy: (domain) => store.read.transportPolicies.readStsPolicy(domain),
        putStsPolicy: (policy) => store.write.transportPolicies.putStsPolicy(policy),
        addTlsResults: (results) => store.write.transportPolicies.addTlsResults(results),
      },
    },
  )
  const credentials = { type: 'password', username: 'us', password: { text: 'not-a-real-password' } } as const
  const relays = Object.entries(smarthosts).map(([domain, port]) => ({
    domain,
    transport: createSmarthostTransport(
      { ...common, name: domain, hosts: [{ host: '127.0.0.1', port }], tls: 'never', credentials },
      { ...surroundings, lookUpAddresses: async () => [] },
    ),
  }))
  const transports = [direct, ...relays.map(({ transport }) => transport)]
  const routes = [...relays.map(({ domain }) => ({ recipientDomains: [domain], via: [domain] })), { via: ['mx'] }]
  return { transports, routes: createRoutes(routes, transports) }
}

/** As they were stored: signatures are tested where somebody verifies them. */
function shipmentOpener(content: Parts['store']['content'], { octetsOf }: RigOptions): DispatchService['openShipment'] {
  return async (claim, recipients) => {
    const octets = () => octetsOf?.(recipients[0]?.forwardPath ?? '') ?? content.open(claim.content)
    const { size } = claim.content
    const open = async () => ({ size, header8bit: false, body8bit: false, octets: octets() })
    return { type: 'shipment', shipment: { claim, recipients, open } }
  }
}
