// The resolver that asks servers itself, so that it sees what the runtime's does not show: whether a validating server vouches for the
// answer. It goes round the servers twice, in bounded time, the one that answered last first; over TCP where a datagram is too small.
// Whether a server is to be believed about DNSSEC is the operator's to say. It caches nothing. RFC 1035 §7.2, RFC 4035 §4.9.3,
// RFC 6891 §6.2.2.

import { randomBytes } from 'node:crypto'
import { getServers } from 'node:dns'
import { type Clock, systemClock } from '../config/clock.ts'
import type { DnsOutcome, DnsResolver } from './dns.ts'
import { type DnsServer, type Exchanged, exchangeDatagram, exchangeOverTcp } from './dns-exchange.ts'
import {
  encodeQuery,
  isQueryName,
  type Question,
  type QuestionType,
  readResponse,
  type RecordData,
  type Response,
} from './dns-message.ts'

export type PacketResolverOptions = {
  /** `address:port`, an IPv6 address in brackets; empty: the machine's own. */
  readonly servers: readonly string[]
  /** Whether the servers validate, and the way to them is safe: only then their word on DNSSEC is taken. */
  readonly validating?: boolean
  /** Patience with a server the first time, in milliseconds; the second time twice as much. */
  readonly timeout?: number
  readonly clock?: Clock
  readonly random?: (size: number) => Uint8Array
}

const TIMEOUT = 1500
/** Of one lookup, whatever the number of servers: so many times the patience with one. */
const TOTAL = 5

export function createPacketResolver(options: PacketResolverOptions): DnsResolver {
  const asker = new Asker(options)
  const ask = async <Type extends QuestionType>(name: string, type: Type): Promise<DnsOutcome<RecordData[Type]>> =>
    isQueryName(name) ? outcomeOf(await asker.ask({ name, type }), asker.validating) : { type: 'none', secure: false }
  return {
    resolveTxt: (name) => ask(name, 'TXT'),
    resolveCname: (name) => ask(name, 'CNAME'),
    resolveMx: (name) => ask(name, 'MX'),
    resolveTlsa: (name) => ask(name, 'TLSA'),
    async resolveAddresses(name) {
      const [four, six] = await Promise.all([ask(name, 'A'), ask(name, 'AAAA')])
      return merged(four, six)
    },
  }
}

type Reply<Type extends QuestionType> = Exchanged<Response<RecordData[Type]>>

class Asker {
  readonly validating: boolean
  readonly #servers: readonly DnsServer[]
  readonly #timeout: number
  readonly #clock: Clock
  readonly #random: (size: number) => Uint8Array
  /** The one that answered last. */
  #favourite = 0

  constructor({ servers, validating, timeout, clock, random }: PacketResolverOptions) {
    this.validating = validating ?? false
    this.#servers = (servers.length > 0 ? servers : getServers()).map(serverOf)
    this.#timeout = timeout ?? TIMEOUT
    this.#clock = clock ?? systemClock
    this.#random = random ?? randomBytes
  }

  async ask<Type extends QuestionType>(question: Question<Type>): Promise<Reply<Type>> {
    const giveUp = new AbortController()
    const cancel = this.#clock.after(TOTAL * this.#timeout, () => giveUp.abort())
    try {
      return await this.#askAround(question, giveUp.signal)
    } finally {
      cancel()
    }
  }

  async #askAround<Type extends QuestionType>(question: Question<Type>, signal: AbortSignal): Promise<Reply<Type>> {
    let last: Reply<Type> = { type: 'unreachable', detail: 'no DNS server is known' }
    const first = this.#favourite
    for (const timeout of [this.#timeout, 2 * this.#timeout])
      for (const turn of this.#servers.keys()) {
        const index = (first + turn) % this.#servers.length
        const server = this.#servers[index]
        if (server === undefined || signal.aborted) return last
        last = await this.#askServer(server, question, { timeout, signal })
        if (last.type === 'answered') {
          this.#favourite = index
          return last
        }
      }
    return last
  }

  async #askServer<Type extends QuestionType>(
    server: DnsServer,
    question: Question<Type>,
    limits: { readonly timeout: number; readonly signal: AbortSignal },
  ): Promise<Reply<Type>> {
    const exchangeOf = (withEdns: boolean) => {
      const id = Buffer.from(this.#random(2)).readUInt16BE(0)
      return {
        ...limits,
        server,
        clock: this.#clock,
        query: encodeQuery(id, question, { withEdns, wantsProof: this.validating }),
        read: (message: Buffer) => readResponse(message, id, question),
      }
    }
    let withEdns = true
    let reply = await exchangeDatagram(exchangeOf(withEdns))
    if (reply.type === 'refused' && NO_EDNS.has(reply.code)) {
      withEdns = false
      reply = await exchangeDatagram(exchangeOf(withEdns))
    }
    return reply.type === 'truncated' ? exchangeOverTcp(exchangeOf(withEdns)) : reply
  }
}

/** What a server says that does not know EDNS. */
const NO_EDNS = new Set(['FORMERR', 'NOTIMP'])

/** Forms: `192.0.2.53:53`, `[::1]:53`, and without the port, an IPv6 address then bare. */
function serverOf(text: string): DnsServer {
  const [, bracketed, port4, plain = text, port] =
    /^(?:\[(.*)\](?::([0-9]+))?|([0-9.]+)(?::([0-9]+))?)$/.exec(text) ?? []
  const address = bracketed ?? plain
  return { address, port: Number(port4 ?? port ?? 53), family: address.includes(':') ? 6 : 4 }
}

function outcomeOf<Answer>(reply: Exchanged<Response<Answer>>, validating: boolean): DnsOutcome<Answer> {
  switch (reply.type) {
    case 'answered': {
      const secure = validating && reply.isAuthentic
      const [first, ...others] = reply.records
      return first === undefined ? { type: 'none', secure } : { type: 'found', records: [first, ...others], secure }
    }
    case 'unreachable':
      return { type: 'unavailable', detail: reply.detail }
    case 'truncated':
      return { type: 'unavailable', detail: 'the DNS server cut its answer short' }
    case 'refused':
      return { type: 'unavailable', detail: REASONS.get(reply.code) ?? `the DNS server gave no answer (${reply.code})` }
  }
}

const REASONS = new Map([
  ['SERVFAIL', 'the DNS server could not find out (SERVFAIL)'],
  ['REFUSED', 'the DNS server refused to answer (REFUSED)'],
])

function merged<Answer>(one: DnsOutcome<Answer>, other: DnsOutcome<Answer>): DnsOutcome<Answer> {
  if (one.type === 'unavailable') return one
  if (other.type === 'unavailable') return other
  const secure = one.secure && other.secure
  if (one.type === 'none') return { ...other, secure }
  return { ...one, secure, records: other.type === 'none' ? one.records : [...one.records, ...other.records] }
}
