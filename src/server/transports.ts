// The ways out of the dispatch thread, from the configuration: those that a route names, each with what it needs. What a password or an
// authority is in is read here only where its reader wants it once; the others read their files themselves, whenever they need them.
// What no route asks for is not even loaded.

import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../config/clock.ts'
import { DEFAULT_CONNECTIONS, DEFAULT_REQUESTS_PER_MINUTE } from '../config/delivery-defaults.ts'
import type { TransportConfig } from '../config/delivery-schema.ts'
import type { Config } from '../config/schema.ts'
import { INITIAL_WINDOW } from '../dispatch/destination-pace.ts'
import { createPacketResolver } from '../dns/packet-resolver.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { createPrivateAddressCheck } from '../identity/private-address.ts'
import { ENTRA_AUTHORITIES } from '../identity/provider-settings.ts'
import type { DestinationLimits } from '../storage/destinations.ts'
import type { Storage } from '../storage/storage.ts'
import type { AcsServiceSettings, AcsSurroundings } from '../transport/acs.ts'
import { createCaptureTransport } from '../transport/capture.ts'
import { createOpenConnection, SMTP_PATIENCE } from '../transport/open-connection.ts'
import type { SmarthostCredentials } from '../transport/open-smarthost.ts'
import { readOwnSecret } from '../transport/own-secret.ts'
import type { Transport } from '../transport/transport.ts'
import { StartError } from './start-error.ts'
import type { ThreadSettings } from './thread-protocol.ts'

/** How long a connection is kept for the next message; RFC 5321 §4.5.3.2.7 lets the other side wait for minutes. */
const IDLE = 10_000
const MESSAGES_PER_CONNECTION = 50
const TOKEN_PATIENCE = 10_000

export type OpenTransports = {
  readonly transports: readonly Transport[]
  /** Undefined for those that take whatever comes, or keep a pace of their own. */
  limitsOf(transport: string): DestinationLimits | undefined
  close(): Promise<void>
}

type Surroundings = {
  readonly config: Config
  readonly doors: ThreadSettings['doors']
  readonly storage: Pick<Storage, 'read' | 'write'>
  readonly clock: Clock
  readonly random: () => number
}

type Opened = {
  readonly transport: Transport
  readonly limits?: DestinationLimits
  /** What it uses and does not close itself. */
  close?(): Promise<void>
}

/** Throws StartError, or MissingPackages, where one cannot be opened as configured. */
export async function openTransports(surroundings: Surroundings): Promise<OpenTransports> {
  const { routes } = surroundings.config.delivery
  const opened: Opened[] = []
  for (const name of new Set(routes.flatMap(({ via }) => via))) opened.push(await openByName(name, surroundings))
  const limits = new Map(opened.map(({ transport, limits }) => [transport.name, limits]))
  return {
    transports: opened.map(({ transport }) => transport),
    limitsOf: (name) => limits.get(name),
    async close() {
      await Promise.all(
        opened.map(async ({ transport, close }) => {
          await transport.close?.()
          await close?.()
        }),
      )
    },
  }
}

async function openByName(name: string, surroundings: Surroundings): Promise<Opened> {
  const { config, storage } = surroundings
  if (name === 'capture') return { transport: createCaptureTransport(storage.write.captures) }
  if (name === 'mx') return openMx(surroundings)
  const written = config.delivery.transports.find((transport) => transport.name === name)
  if (written === undefined) throw new Error(`a route names ${name}, which the configuration does not have`)
  return written.type === 'smarthost' ? openSmarthost(written, surroundings) : openAcs(written, surroundings)
}

const limitsFor = (most: number, perMinute: number | undefined): DestinationLimits => ({
  initial: INITIAL_WINDOW,
  most,
  ...(perMinute === undefined ? {} : { perMinute }),
})

const resolverOf = ({ config: { dns }, clock }: Surroundings): DnsResolver =>
  createPacketResolver({ ...dns, servers: dns.resolvers, clock })

async function openMx(surroundings: Surroundings): Promise<Opened> {
  const { createMxTransport } = await import('../transport/mx.ts')
  const { config, doors, storage, clock, random } = surroundings
  const { caFile, reservedSuffixes, messagesPerMinute, ...mx } = config.delivery.mx
  const listeners = doors.flatMap(({ addresses, port }) => addresses.map((address) => ({ address, port })))
  const settings = {
    ...mx,
    idle: IDLE,
    patience: SMTP_PATIENCE,
    allowPrivate: config.network.allowPrivate,
    reservedSuffixes: [...reservedSuffixes, config.domains.managedSuffix],
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
  }
  const transport = createMxTransport(settings, {
    openConnection: createOpenConnection(clock),
    resolver: resolverOf(surroundings),
    clock,
    random,
    clientName: config.hostname,
    own: { hostnames: [config.hostname], listeners },
    policies: {
      readStsPolicy: (domain) => storage.read.transportPolicies.readStsPolicy(domain),
      putStsPolicy: (policy) => storage.write.transportPolicies.putStsPolicy(policy),
      addTlsResults: (results) => storage.write.transportPolicies.addTlsResults(results),
    },
  })
  return { transport, limits: limitsFor(mx.connections, messagesPerMinute) }
}

async function openSmarthost(written: TransportConfig, surroundings: Surroundings): Promise<Opened> {
  const { createSmarthostTransport } = await import('../transport/smarthost.ts')
  const { config, clock } = surroundings
  const { name, hosts = [], tls = 'required', connections = DEFAULT_CONNECTIONS, caFile, messagesPerMinute } = written
  const { credentials, close } = await credentialsOf(written, surroundings)
  const settings = {
    name,
    hosts,
    tls,
    connections,
    messagesPerConnection: MESSAGES_PER_CONNECTION,
    idle: IDLE,
    patience: SMTP_PATIENCE,
    ...(caFile === undefined ? {} : { caFile }),
    ...(credentials === undefined ? {} : { credentials }),
  }
  const transport = createSmarthostTransport(settings, {
    openConnection: createOpenConnection(clock),
    resolver: resolverOf(surroundings),
    lookUpAddresses: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    clock,
    clientName: config.hostname,
  })
  return { transport, limits: limitsFor(connections, messagesPerMinute), ...(close && { close }) }
}

type Credentials = { readonly credentials?: SmarthostCredentials; close?(): Promise<void> }

async function credentialsOf(written: TransportConfig, { clock, random }: Surroundings): Promise<Credentials> {
  const { username, mechanism, password, passwordFile, tokenEndpoint, clientId, clientSecretFile, scope } = written
  if (username === undefined) return {}
  if (mechanism !== 'xoauth2') {
    const secret = passwordFile === undefined ? { text: password ?? '' } : { file: passwordFile }
    const chosen = mechanism === undefined ? {} : ({ mechanism: mechanism === 'plain' ? 'PLAIN' : 'LOGIN' } as const)
    return { credentials: { type: 'password', ...chosen, username, password: secret } }
  }
  if (tokenEndpoint === undefined || clientId === undefined || clientSecretFile === undefined)
    throw new Error('a token without its endpoint and account')
  const { createAccessTokenSource } = await import('../transport/access-token-source.ts')
  const { createProviderLine } = await import('../identity/provider-line.ts')
  // The operator has chosen the endpoint, which may be anywhere.
  const line = createProviderLine(
    { timeout: TOKEN_PATIENCE, publicOnly: false },
    { clock, fraction: random, isPrivate: createPrivateAddressCheck() },
  )
  const account = { tokenEndpoint, clientId, clientSecret: { file: clientSecretFile } }
  const tokens = createAccessTokenSource(scope === undefined ? account : { ...account, scope }, line, clock)
  return { credentials: { type: 'token', username, tokens }, close: () => line.close() }
}

async function openAcs(written: TransportConfig, { storage, clock, random }: Surroundings): Promise<Opened> {
  if (written.mode === 'on-behalf') return openRelayed(written, storage)
  const acs = await import('../transport/acs.ts')
  const { name, requestsPerMinute = DEFAULT_REQUESTS_PER_MINUTE, weights = {}, caFile } = written
  const settings = {
    name,
    ...acsAccountOf(written, acs.readConnectionString),
    requestsPerMinute,
    weights: new Map(Object.entries(weights).map(([id, weight]) => [id.toLowerCase(), weight])),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
  }
  const { read, write } = storage
  const operations: AcsSurroundings['operations'] = {
    listOperations: (transport, queueId) => read.upstreamOperations.listOperations(transport, queueId),
    beginOperations: (request) => write.upstreamOperations.beginOperations(request),
    recordOperation: (result) => write.upstreamOperations.recordOperation(result),
    takeRequests: (request) => write.upstreamOperations.takeRequests(request),
    pauseRequests: (transport, until) => write.upstreamOperations.pauseRequests(transport, until),
  }
  const transport = await acs.openAcsTransport(settings, { operations, clock, random, nextOperationId: randomUUID })
  return { transport }
}

/** What is relayed in sessions is not sent from here. */
async function openRelayed({ name, endpoint }: TransportConfig, { read }: Surroundings['storage']): Promise<Opened> {
  if (endpoint === undefined) throw new Error('an upstream without its endpoint')
  const { createRelayedTransport } = await import('../transport/upstream-relay.ts')
  return { transport: createRelayedTransport(name, new URL(endpoint).host, read.upstreamOperations) }
}

function acsAccountOf(
  written: TransportConfig,
  readConnectionString: (text: string) => { readonly endpoint: string; readonly key: string } | undefined,
): Pick<AcsServiceSettings, 'endpoint' | 'credential'> {
  const { connectionStringFile, endpoint, tenantId, clientId, clientSecretFile } = written
  if (connectionStringFile !== undefined) {
    const account = readConnectionString(secretIn(connectionStringFile))
    if (account === undefined) throw new StartError(`${connectionStringFile} holds no connection string for https`)
    return { endpoint: account.endpoint, credential: { type: 'access key', key: account.key } }
  }
  if (endpoint === undefined || tenantId === undefined || clientId === undefined || clientSecretFile === undefined)
    throw new Error('an upstream without its account')
  const authority = new URL(written.authority ?? ENTRA_AUTHORITIES.public).origin
  const credential = { authority, tenantId, clientId, clientSecret: secretIn(clientSecretFile) }
  return { endpoint: new URL(endpoint).origin, credential: { type: 'client secret', ...credential } }
}

function secretIn(file: string): string {
  const secret = readOwnSecret({ file })
  if (secret.type === 'unreadable') throw new StartError(secret.detail)
  return secret.text
}
