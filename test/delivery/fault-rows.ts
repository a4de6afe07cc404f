// The rows of the fault matrix as scenes: a domain each, with one mail host that misbehaves until it is mended, and what is seen of its
// recipients as one line of text.

import type { SecureContext } from 'node:tls'
import { setTimeout as pause } from 'node:timers/promises'
import type { Cleanup } from '../fixtures/quickstart-service.ts'
import {
  createTestAuthority,
  type Peer,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../fixtures/scripted-smtp-server.ts'
import { openDeafHost } from './deaf-host.ts'
import type { DeliveryRig, Settled } from './delivery-rig.ts'
import { loseAtDot, SCRIPTS } from './faults.ts'

export type Row = {
  readonly stage: string
  readonly fault: string
  readonly domain: string
  readonly address: string
  /** Its domain promises TLS: MTA-STS in `enforce`. */
  readonly isEnforced: boolean
  /** Through a smarthost with a password. */
  readonly isRelayed: boolean
}

/** Contents that arrived whole, as far as the server can tell. */
type Host = { readonly taken: () => number; mend(): Promise<void>; close(): Promise<void>; readonly port: number }

export type OpenedRow = Row & { readonly host: Host }

const slug = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-')

export function rowsOf(matrix: Readonly<Record<string, Readonly<Record<string, string>>>>): readonly Row[] {
  const pairs = Object.entries(matrix).flatMap(([stage, faults]) =>
    Object.keys(faults).map((fault) => ({ stage, fault })),
  )
  return pairs.map(({ stage, fault }, index) => ({
    stage,
    fault,
    domain: `${slug(fault)}.${slug(stage)}.example.net`,
    address: `127.0.${2 + Math.floor(index / 250)}.${1 + (index % 250)}`,
    isEnforced: stage.endsWith(', enforced'),
    isRelayed: stage === 'AUTH',
  }))
}

export const recipientsOf = ({ domain }: Pick<Row, 'domain'>) => [`first@${domain}`, `second@${domain}`] as const

/** As `contentOf` makes it and the wire carries it, up to the final dot. */
export const sizeOf = ({ domain }: Pick<Row, 'domain'>): number =>
  `From: DoNotReply@contoso.example\r\nSubject: first@${domain}\r\n\r\nHello.\r\n`.length

/** Their certificates are of one authority. `pem` is for `ca`. */
export async function openRows(context: Cleanup, rows: readonly Row[], port: number) {
  const names = rows.map(({ domain }) => `mx.${domain}`)
  const [trusted, stranger] = [await createTestAuthority(names), await createTestAuthority(names)]
  const opened: OpenedRow[] = []
  for (const row of rows) {
    const context = row.fault === 'certificate of a stranger' ? stranger.secureContext : trusted.secureContext
    opened.push({ ...row, host: await openHost(row, row.isRelayed ? 0 : port, context, trusted.secureContext) })
  }
  context.after(async () => void (await Promise.all(opened.map(({ host }) => host.close()))))
  return { rows: opened, ca: trusted.ca }
}

async function openHost(row: Row, port: number, given: SecureContext, mended: SecureContext): Promise<Host> {
  const { stage, fault, address } = row
  if (stage === 'connect') return openAbsent(row, port)
  const script: Script = { ...scriptOf(row) }
  const isSecured = stage.startsWith('STARTTLS') || stage.startsWith('TLS') || row.isEnforced
  const extensions = [...(isSecured ? ['STARTTLS'] : []), ...(row.isRelayed ? ['AUTH PLAIN'] : ['PIPELINING'])]
  if (fault === 'STARTTLS not offered') extensions.shift()
  const options = { extensions, secureContext: given, port, ...(row.isRelayed ? {} : { address }) }
  const server = await startScriptedServer(script, options)
  return {
    port: server.port,
    taken: () => contentsOf(server),
    mend: () => {
      for (const stage of Object.keys(script)) Reflect.deleteProperty(script, stage)
      Object.assign(options, { secureContext: mended })
      if (fault === 'STARTTLS not offered') extensions.unshift('STARTTLS')
      return Promise.resolve()
    },
    close: () => server.close(),
  }
}

function scriptOf(row: Row): Script {
  const [stage = ''] = row.stage.split(', ')
  if (stage === 'dot') {
    const [, octets, how] = /^(close|reset) after (\d)$/.exec(row.fault)?.toReversed() ?? []
    return loseAtDot(Number(octets), sizeOf(row), how === 'reset' ? 'reset' : 'close')
  }
  const script = SCRIPTS[stage]?.[row.fault] ?? {}
  return stage === 'content' ? duringContent(row.fault === 'silence' ? { DATA: takeNoMore } : script) : script
}

const takeNoMore = (peer: Peer): void => void peer.socket.pause()

/** The same fault, once content has begun to come. */
function duringContent({ DATA }: Script): Script {
  if (typeof DATA !== 'function') throw new Error('the fault is none')
  return {
    DATA: (peer, line) => {
      peer.write('354 go on\r\n')
      let hasActed = false
      peer.listen(() => {
        if (!hasActed) DATA(peer, line)
        hasActed = true
      })
    },
  }
}

/** Content that takes its time, so that the server's fault is seen before the end; for `silence` more than any buffer holds. */
export async function* longContent({ fault }: Pick<Row, 'fault'>): AsyncIterable<Uint8Array> {
  yield Buffer.from('Subject: long\r\n\r\n')
  const block = Buffer.from('0123456789abcde\r\n'.repeat(fault === 'silence' ? 60_000 : 1))
  for (let count = 0; count < (fault === 'silence' ? 64 : 2000); count += 1) {
    if (fault !== 'silence') await pause(2)
    yield block
  }
}

const contentsOf = ({ heard }: ScriptedServer): number => heard.filter((line) => line.startsWith('From: ')).length

/** Nobody is there until it is mended. */
async function openAbsent({ fault, address }: Row, port: number): Promise<Host> {
  const deaf = fault === 'silence' ? await openDeafHost(address, port) : undefined
  let server: ScriptedServer | undefined
  return {
    port,
    taken: () => (server === undefined ? 0 : contentsOf(server)),
    async mend() {
      await deaf?.close()
      server = await startScriptedServer({}, { address, port })
    },
    close: async () => void (await Promise.all([deaf?.close(), server?.close()])),
  }
}

/** What each domain publishes and promises. */
export async function publishRows({ zone, store, clock }: DeliveryRig, rows: readonly Row[]): Promise<void> {
  for (const { domain, address, isEnforced } of rows) {
    const host = `mx.${domain}`
    zone.publish(domain, { type: 'MX', preference: 10, value: host })
    zone.publish(host, { type: 'A', value: address })
    const [fetchedAt, until] = [clock.now(), clock.now() + 30 * 86_400_000]
    const policy = { domain, policyId: '1', mode: 'enforce', patterns: [host], fetchedAt, until } as const
    if (isEnforced) await store.write.transportPolicies.putStsPolicy(policy)
  }
}

/** What a sender is told of each recipient: the actions of the reports that came, by address. */
export function reportsIn({ heard }: ScriptedServer): ReadonlyMap<string, readonly string[]> {
  const told = heard.flatMap((content) =>
    [...content.matchAll(/^Final-Recipient: rfc822; (\S+)\r\nAction: (\w+)/gim)].map(
      ([, recipient = '', action = '']) => ({
        recipient,
        action,
      }),
    ),
  )
  const byRecipient = Map.groupBy(told, ({ recipient }) => recipient)
  return new Map([...byRecipient].map(([recipient, all]) => [recipient, all.map(({ action }) => action)]))
}

/** `deferred 4.4.2 > delivered`: the outcomes of one recipient in turn, then its event and the report on it. */
export async function seenOf(rig: DeliveryRig, home: ScriptedServer, recipient: string): Promise<string> {
  const outcomes = rig.seen.settled.filter((one) => one.recipient === recipient)
  const events = (await rig.events()).filter(({ data }) => data['recipient'] === recipient)
  const reports = reportsIn(home).get(recipient) ?? []
  return [
    outcomes.map(outcomeText).join(' > '),
    ...events.map(({ data }) => `event ${String(data['status'])}`),
    ...reports.map((action) => `DSN ${action}`),
  ].join(', ')
}

function outcomeText({ status, enhancedStatusCode, ambiguous, remote }: Settled): string {
  if (status === 'delivered') return `${status}${remote?.tls === undefined ? '' : ' over TLS'}`
  return `${status} ${enhancedStatusCode}${ambiguous === true ? ' ambiguous' : ''}`
}
