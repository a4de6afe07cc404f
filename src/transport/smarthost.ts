// The way out through servers that take everything: several hosts in order, each by its addresses. A host that cannot be used is passed
// over, and one that took its place is asked first for a while. Credentials go only where the certificate was checked, and their being
// refused is the operator's to mend: it defers, and never comes back to a sender. RFC 5321 §4.1.1, RFC 6409 §3.1, RFC 8314 §3.3.

import { isIP } from 'node:net'
import type { Clock } from '../config/clock.ts'
import type { DnsResolver } from '../dns/dns.ts'
import { type ConnectionPool, createConnectionPool } from './connection-pool.ts'
import { openTo, type SmarthostAccess } from './open-smarthost.ts'
import { outcomesOf, outcomesOfFailure, type Remote } from './outcome-of.ts'
import type { ConnectionFailure, OpenConnection, RecipientReply, SmtpTarget, TlsPolicy } from './smtp-connection.ts'
import { prepareFor } from './prepare-message.ts'
import type { Shipment, Transport, TransportOutcome } from './transport.ts'

export type SmarthostSettings = SmarthostAccess & {
  readonly name: string
  /** A host is a name or an address. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  /** With credentials `opportunistic` is `required`: they never leave unprotected because something failed. */
  readonly tls: TlsPolicy['mode']
  /** At once, to each address. */
  readonly connections: number
  readonly messagesPerConnection: number
  /** How long a connection is kept without work, in milliseconds. */
  readonly idle: number
}

export type SmarthostSurroundings = {
  readonly openConnection: OpenConnection
  readonly resolver: Pick<DnsResolver, 'resolveAddresses'>
  /** As the machine knows a name that the DNS does not: its hosts file, its search list. Rejects when it does not. */
  readonly lookUpAddresses: (host: string) => Promise<readonly string[]>
  readonly clock: Clock
  /** Our name in EHLO. */
  readonly clientName: string
}

/** How long a host that took the place of one before it is asked first, in milliseconds. */
const PREFERENCE = 300_000
const ADDRESS_LIMIT = 4

export function createSmarthostTransport(settings: SmarthostSettings, surroundings: SmarthostSurroundings): Transport {
  const { name, hosts } = settings
  const pool = createConnectionPool(settings, surroundings.clock)
  const send = createSender(settings, surroundings, pool)
  const order = createOrder(hosts.length, surroundings.clock)

  /** What one host does with the recipients. */
  async function offer(index: number, recipients: Recipients, shipment: Shipment, signal: AbortSignal) {
    const { host, port } = hosts[index] ?? NO_HOST
    const found = await addressesOf(host, surroundings)
    if (found.type === 'failed') return outcomesOfFailure(recipients, found, { transport: name, host })
    let outcomes: readonly TransportOutcome[] = []
    for (const address of found.addresses) {
      const remote: Remote = { transport: name, host, address, port }
      const sent = await send({ host, address, port }, recipients, shipment, signal)
      if (sent.type === 'sent') {
        if (sent.replies.some(({ type }) => type !== 'failed')) order.prefer(index)
        return outcomesOf(recipients, sent.replies.map(blameLogin), { ...remote, connection: sent.connection })
      }
      // An address where nobody is says less than one that answered.
      if (outcomes.length === 0 || sent.stage !== 'connect') outcomes = outcomesOfFailure(recipients, sent, remote)
      // Whoever listens at the others would say the same.
      if (sent.stage === 'auth') break
    }
    return outcomes
  }

  return {
    name,
    signs: true,
    async deliver(shipment, signal) {
      const outcomes = new Map<number, TransportOutcome>()
      let left = shipment.recipients
      for (const index of order.now()) {
        const given = await offer(index, left, shipment, signal)
        for (const outcome of given) outcomes.set(outcome.index, outcome)
        left = left.filter((recipient) => outcomes.get(recipient.index)?.tryNext === true)
        if (left.length === 0 || signal.aborted || given.some(isLoginRefused)) break
      }
      return shipment.recipients.flatMap(({ index }) => outcomes.get(index) ?? [])
    },
    close: () => pool.close(),
  }
}

type Recipients = Shipment['recipients']

/** As configured, but for the one that took the place of another a while ago. */
function createOrder(count: number, clock: Clock) {
  let preferred = { index: 0, until: Infinity }
  return {
    now(): readonly number[] {
      if (clock.now() >= preferred.until) preferred = { index: 0, until: Infinity }
      const { index } = preferred
      return [
        index,
        ...Array(count)
          .keys()
          .filter((each) => each !== index),
      ]
    },
    prefer(index: number): void {
      if (index !== preferred.index) preferred = { index, until: index === 0 ? Infinity : clock.now() + PREFERENCE }
    },
  }
}

/** To one address. Where nothing but chance protects the connection anyway, broken TLS is worse than none. RFC 7435 §3. */
function createSender(settings: SmarthostSettings, surroundings: SmarthostSurroundings, pool: ConnectionPool) {
  const { tls, credentials } = settings
  const mode = tls === 'opportunistic' && credentials !== undefined ? 'required' : tls
  return async (target: SmtpTarget, recipients: Recipients, shipment: Shipment, signal: AbortSignal) => {
    const prepare = prepareFor(shipment, recipients)
    const send = (mode: TlsPolicy['mode']) => {
      const key = [target.host, target.address, target.port, mode].join(' ')
      return pool.send(key, openTo(target, mode, settings, surroundings), prepare, signal)
    }
    const sent = await send(mode)
    const isBroken = sent.type === 'failed' && sent.stage === 'tls' && mode === 'opportunistic' && !signal.aborted
    return isBroken ? send('never') : sent
  }
}

const NO_HOST = { host: '', port: 0 }

type Addresses = { readonly type: 'addresses'; readonly addresses: readonly string[] } | ConnectionFailure

/** A configured host may be anywhere, private places included. `localhost` is no matter of the DNS: RFC 6761 §6.3. */
async function addressesOf(
  host: string,
  { resolver, lookUpAddresses }: Pick<SmarthostSurroundings, 'resolver' | 'lookUpAddresses'>,
): Promise<Addresses> {
  if (isIP(host) > 0) return { type: 'addresses', addresses: [host] }
  if (host === 'localhost') return { type: 'addresses', addresses: ['127.0.0.1', '::1'] }
  const outcome = await resolver.resolveAddresses(host)
  if (outcome.type === 'found') return { type: 'addresses', addresses: outcome.records.slice(0, ADDRESS_LIMIT) }
  try {
    return { type: 'addresses', addresses: (await lookUpAddresses(host)).slice(0, ADDRESS_LIMIT) }
  } catch {
    const detail = outcome.type === 'none' ? 'its name has no address' : outcome.detail
    return { type: 'failed', stage: 'connect', detail }
  }
}

/** RFC 4954 §6: codes that want us to sign in, or to do it otherwise, and say nothing of the message. */
const LOGIN_CODES = new Set([530, 534, 535, 538])

function blameLogin(reply: RecipientReply): RecipientReply {
  if (reply.type !== 'refused' || !LOGIN_CODES.has(reply.reply.code)) return reply
  return { type: 'failed', stage: 'auth', reply: reply.reply, detail: 'it wants us to sign in' }
}

/** Other hosts would refuse the same credentials, and might lock the account for it. */
const isLoginRefused = ({ enhancedStatusCode, remote }: TransportOutcome): boolean =>
  enhancedStatusCode === '4.7.8' && remote?.reply?.startsWith('5') === true
