// Fixture: direct delivery over real sockets and real TLS: a DNS made of a table, mail hosts on loopback addresses with one port.

import { systemClock } from '../config/clock.ts'
import type { MailParameters } from '../smtp/events.ts'
import type { StoredStsPolicy, TlsResult } from '../storage/transport-policies.ts'
import { createAuthority } from './certificates.fixture.ts'
import { createFakeDns, type FakeRecords, mx } from './fake-dns.fixture.ts'
import { createMxTransport, type MxSettings } from './mx.ts'
import { openConnection, SMTP_PATIENCE } from './open-connection.ts'
import { openReceivingServer, type ReceivingOptions, type ReceivingServer } from './receiving-server.fixture.ts'
import type { Shipment, Transport } from './transport.ts'

export const authority = await createAuthority()
export const stranger = await createAuthority()
export const good = await authority.issue(['mx1.a.org', 'mx2.a.org'])
export const wrongName = await authority.issue(['mx.b.org'])
export const untrusted = await stranger.issue(['mx1.a.org', 'mx2.a.org'])

/** Of the test that runs. */
const opened: ReceivingServer[] = []
const transports: Transport[] = []
/** To be called after each test. */
export async function closeAll(): Promise<void> {
  for (const transport of transports.splice(0)) await transport.close?.()
  await Promise.all(opened.splice(0).map((server) => server.close()))
}
/** Mail hosts at 127.0.0.2, 127.0.0.3 and so on, with one port. */
export async function openHosts(...all: readonly ReceivingOptions[]): Promise<readonly ReceivingServer[]> {
  const servers: ReceivingServer[] = []
  for (const [index, options] of all.entries()) {
    const server = await openReceivingServer({
      ...options,
      address: `127.0.0.${index + 2}`,
      port: servers[0]?.port ?? 0,
    })
    servers.push(server)
    opened.push(server)
  }
  return servers
}

/** `a.org` with two hosts of different preference. */
export const TWO_HOSTS: Readonly<Record<string, FakeRecords>> = {
  'a.org': { mx: [mx(5, 'mx1.a.org'), mx(10, 'mx2.a.org')] },
  'mx1.a.org': { addresses: ['127.0.0.2'] },
  'mx2.a.org': { addresses: ['127.0.0.3'] },
}

type Scene = {
  readonly port: number
  readonly table?: Readonly<Record<string, FakeRecords>>
  readonly secure?: boolean
  readonly sts?: Partial<StoredStsPolicy>
  readonly settings?: Partial<MxSettings>
}

export function openScene({ port, table = TWO_HOSTS, secure = false, sts, settings }: Scene) {
  const results: TlsResult[] = []
  const policy: StoredStsPolicy | undefined = sts && {
    domain: 'a.org',
    policyId: '1',
    mode: 'enforce',
    patterns: ['mx1.a.org', 'mx2.a.org'],
    fetchedAt: 0,
    until: Number.MAX_SAFE_INTEGER,
    ...sts,
  }
  const transport = createMxTransport(
    {
      port,
      connections: 5,
      messagesPerConnection: 50,
      idle: 5000,
      patience: { ...SMTP_PATIENCE, connect: 2000 },
      localAddresses: [],
      mtaSts: { enabled: true, port: 443 },
      dane: true,
      allowPrivate: ['127.0.0.0/8'],
      reservedSuffixes: ['test'],
      ca: authority.certificate,
      ...settings,
    },
    {
      openConnection,
      resolver: createFakeDns(table, secure),
      clock: systemClock,
      random: () => 0.999,
      clientName: 'mail.postern.example',
      own: { hostnames: ['mail.postern.example'], listeners: [] },
      policies: {
        readStsPolicy: async () => policy,
        putStsPolicy: async () => {},
        addTlsResults: async (added) => void results.push(...added),
      },
    },
  )
  transports.push(transport)
  return {
    transport,
    /** What TLS came to, told when the transport closes. */
    async tlsResults() {
      await transport.close?.()
      return results
        .map(({ policyType, result, host, sessions }) => [policyType, result, host, sessions].filter(Boolean).join(' '))
        .sort()
    },
  }
}

export const CONTENT = 'Subject: hi\r\n\r\nHello\r\n'

export function shipment(
  recipients: readonly string[] = ['x@a.org'],
  { content = CONTENT, parameters = {} }: { readonly content?: string; readonly parameters?: MailParameters } = {},
): Shipment {
  const pending = recipients.map((forwardPath, index) => ({
    index,
    forwardPath,
    parameters: {},
    attempts: 0,
    delayReported: false,
  }))
  return {
    claim: { envelope: { reversePath: 'app@contoso.example', parameters } } as unknown as Shipment['claim'],
    recipients: pending,
    open: async () => ({
      size: content.length,
      header8bit: false,
      body8bit: false,
      octets: (async function* () {
        yield Buffer.from(content, 'latin1')
      })(),
    }),
  }
}

/** `status code host tls`, and `next` where another way out may try. */
export async function deliver(transport: Transport, sent = shipment()): Promise<readonly string[]> {
  const outcomes = await transport.deliver(sent, new AbortController().signal)
  return outcomes.map(({ status, enhancedStatusCode, remote, tryNext }) =>
    [status, enhancedStatusCode, remote?.host, remote?.tls, tryNext === true ? 'next' : '']
      .filter((part) => part !== undefined && part !== '')
      .join(' '),
  )
}

export const CLEAR: ReceivingOptions = {}
