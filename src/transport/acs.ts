// Azure Communication Services as a way out, in service mode: from the queue, with a credential of the operator. Here only what its
// settings are and what is joined to make it.

import type { EmailMessage } from '@azure/communication-email'
import type { Clock } from '../config/clock.ts'
import type { UpstreamOperationReader, UpstreamOperationWriter } from '../storage/upstream-operations.ts'
import { type AcsDraft, acsRequests } from './acs-message.ts'
import { type AcsConnection, type AcsCredential, openAcs } from './acs-upstream.ts'
import type { Transport } from './transport.ts'
import { createUpstreamShare } from './upstream-share.ts'
import { createUpstreamRelay, type RelayParts, type SessionRelay } from './upstream-relay.ts'
import { createUpstreamTransport } from './upstream-transport.ts'

export type AcsSettings = {
  readonly name: string
  /** An https origin. */
  readonly endpoint: string
  /** PEM; trusted instead of the public authorities. */
  readonly ca?: string
  /** Milliseconds: until there is a connection, and for a whole request. */
  readonly patience?: { readonly connectTimeout: number; readonly timeout: number }
}

export type AcsServiceSettings = AcsSettings & {
  readonly credential: Exclude<AcsCredential, { type: 'token' }>
  readonly requestsPerMinute: number
  /** By application id; 1 where nothing is said. */
  readonly weights: ReadonlyMap<string, number>
}

export type AcsSurroundings = {
  readonly operations: UpstreamOperationReader & UpstreamOperationWriter
  readonly clock: Clock
  /** From 0 up to 1. */
  readonly random: () => number
  /** A UUID. */
  readonly nextOperationId: () => string
}

/** Ten million octets take a while. */
const PATIENCE = { connectTimeout: 10_000, timeout: 120_000 } as const

/** Throws MissingPackages where the client of Azure is not installed. */
export async function openAcsTransport(
  settings: AcsServiceSettings,
  surroundings: AcsSurroundings,
): Promise<Transport> {
  const { name, credential } = settings
  const { operations, clock, random, nextOperationId } = surroundings
  const connection = await connectToAcs(settings, clock)
  const upstream = await connection.upstreamFor(credential)
  const share = createUpstreamShare({ ...settings, transport: name }, operations, clock, random)
  return createUpstreamTransport({ name, upstream, form: acsRequests, share, operations, clock, nextOperationId })
}

/** Throws MissingPackages. */
export const connectToAcs = (
  { endpoint, ca, patience = PATIENCE }: AcsSettings,
  clock: Clock,
): Promise<AcsConnection> => openAcs({ endpoint, ...patience, ...(ca === undefined ? {} : { ca }) }, clock)

/** For sessions, each with its own token. A client must not wait longer than this. Throws MissingPackages. */
export async function openAcsRelay(
  settings: AcsSettings,
  surroundings: Pick<RelayParts<AcsDraft, EmailMessage>, 'operations' | 'clock' | 'nextOperationId'>,
): Promise<SessionRelay> {
  const connection = await connectToAcs({ patience: SESSION_PATIENCE, ...settings }, surroundings.clock)
  return createUpstreamRelay({
    ...surroundings,
    name: settings.name,
    form: acsRequests,
    upstreamFor: (token, endsAt) => connection.upstreamFor({ type: 'token', token, endsAt }),
    close: () => connection.close(),
  })
}

const SESSION_PATIENCE = { connectTimeout: 10_000, timeout: 60_000 } as const

/** What a connection string holds; undefined when it is none, or not for https. Azure: data-plane reference §2.1. */
export function readConnectionString(text: string): { readonly endpoint: string; readonly key: string } | undefined {
  const [, endpoint = '', key = ''] = /^\s*endpoint=([^;\s]+);accesskey=([A-Za-z0-9+/]+={0,2});?\s*$/i.exec(text) ?? []
  if (!URL.canParse(endpoint) || key === '') return undefined
  const { protocol, pathname, search, username, origin } = new URL(endpoint)
  return protocol === 'https:' && pathname === '/' && search === '' && username === ''
    ? { endpoint: origin, key }
    : undefined
}
