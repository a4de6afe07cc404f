// Fixture: the transport before a stand-in of the upstream, with a real store beneath, and messages to send by it.

import { randomUUID } from 'node:crypto'
import { type AcsServer, startAcsServer } from '../../test/fixtures/acs-server.ts'
import type { Cleanup } from '../../test/fixtures/quickstart-service.ts'
import type { Clock } from '../config/clock.ts'
import { systemClock } from '../config/clock.ts'
import type { PendingRecipient } from '../spool/spool.ts'
import { envelope } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import type { UpstreamOperationReader, UpstreamOperationWriter } from '../storage/upstream-operations.ts'
import { crlf } from './acs-message.fixture.ts'
import { type AcsServiceSettings, openAcsTransport } from './acs.ts'
import type { Shipment, Transport, TransportOutcome } from './transport.ts'

export const MESSAGE = `From: DoNotReply@contoso.example
Subject: Scan
Message-ID: <1@contoso.example>

hi
`

export type AcsRig = {
  readonly server: AcsServer
  readonly transport: Transport
  readonly operations: UpstreamOperationReader & UpstreamOperationWriter
  /** Another one on the same store, as after a restart. */
  open(settings?: Partial<AcsServiceSettings>): Promise<Transport>
}

export async function startAcsRig(
  context: Cleanup,
  settings: Partial<AcsServiceSettings> = {},
  clock: Clock = systemClock,
): Promise<AcsRig> {
  const server = await startAcsServer(context)
  const store = await openTemporaryMailStore()
  context.after(() => store.close())
  const operations = {
    listOperations: store.read.upstreamOperations.listOperations,
    beginOperations: store.write.upstreamOperations.beginOperations,
    recordOperation: store.write.upstreamOperations.recordOperation,
    takeRequests: store.write.upstreamOperations.takeRequests,
    pauseRequests: store.write.upstreamOperations.pauseRequests,
  }
  const open = async (changes: Partial<AcsServiceSettings> = {}): Promise<Transport> => {
    const transport = await openAcsTransport(
      {
        name: 'acs',
        endpoint: server.endpoint,
        ca: server.ca,
        credential: { type: 'access key', key: server.accessKey },
        requestsPerMinute: 1_000_000,
        weights: new Map(),
        patience: { connectTimeout: 2_000, timeout: 20_000 },
        ...settings,
        ...changes,
      },
      { operations, clock, random: () => 0.5, nextOperationId: randomUUID },
    )
    context.after(() => transport.close?.())
    return transport
  }
  return { server, operations, transport: await open(), open }
}

export type MessageToSend = {
  readonly text?: string
  readonly recipients?: readonly string[]
  /** Which of them are still waited for; all. */
  readonly pending?: readonly number[]
  readonly queueId?: string
  readonly applicationId?: string
}

export function shipmentOf({
  text = MESSAGE,
  recipients = ['one@example.com'],
  pending = recipients.map((_, index) => index),
  ...changes
}: MessageToSend = {}): Shipment {
  const octets = Buffer.from(crlf(text))
  const spooled = recipients.map((forwardPath) => ({ forwardPath, parameters: {} }))
  const waiting = pending.flatMap((index): PendingRecipient[] => {
    const recipient = spooled[index]
    return recipient === undefined ? [] : [{ ...recipient, index, attempts: 0, delayReported: false }]
  })
  return {
    claim: {
      token: 'token',
      leaseUntil: 1,
      envelope: envelope({ parameters: {}, recipients: spooled, ...changes }),
      content: { kind: 'inline', size: octets.length, octets },
      recipients: waiting,
      released: false,
    },
    recipients: waiting,
    open: async () => ({ size: octets.length, header8bit: false, body8bit: false, octets: pieces(octets) }),
  }
}

async function* pieces(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += 1000) yield octets.subarray(at, at + 1000)
}

/** The time of the machine, and what a test adds to it. */
export class MovedClock implements Clock {
  #ahead = 0

  now(): number {
    return systemClock.now() + this.#ahead
  }

  after(delay: number, callback: () => void): () => void {
    return systemClock.after(delay, callback)
  }

  advance(by: number): void {
    this.#ahead += by
  }
}

export const never = new AbortController().signal

export const deliver = (transport: Transport, message: MessageToSend = {}): Promise<readonly TransportOutcome[]> =>
  transport.deliver(shipmentOf(message), never)

/** Status, code, and whether the next way may try. */
export const brief = (outcomes: readonly TransportOutcome[]): readonly string[] =>
  outcomes.map(({ status, enhancedStatusCode, tryNext }) =>
    [status, enhancedStatusCode, ...(tryNext === true ? ['next'] : [])].join(' '),
  )
