// From the hosts of a domain to what became of its recipients: host by host and address by address, until nobody is left whom another
// host could take. Each host is connected to as its domain promises; where TLS fails and nothing is promised, in the clear. Recipients
// that a host refused for now wait, they are not tried at the next one. RFC 5321 §5.1, RFC 3207, RFC 8460 §4.3, RFC 8689 §4.2.1.

import type { PendingRecipient } from '../spool/spool.ts'
import type { ConnectionPool, Open } from './connection-pool.ts'
import { type HostSecurity, type Promised, secureHost, takenAsItComes } from './host-security.ts'
import type { MailHost } from './mx-hosts.ts'
import type { DomainHosts } from './mx-lookup.ts'
import { outcomesOf, outcomesOfFailure, type Remote } from './outcome-of.ts'
import { prepareFor } from './prepare-message.ts'
import type {
  ConnectionFailure,
  ConnectionPatience,
  OpenConnection,
  SmtpConnection,
  SmtpTarget,
} from './smtp-connection.ts'
import { refusesTls } from './tls-required.ts'
import type { TlsResults } from './tls-results.ts'
import type { Shipment, TransportOutcome } from './transport.ts'

export type WalkSurroundings = {
  readonly open: OpenConnection
  readonly pool: ConnectionPool
  readonly results: TlsResults
  readonly clientName: string
  readonly port: number
  readonly patience: ConnectionPatience
  /** Where a connection to an address comes from; undefined: the machine decides. */
  readonly localAddress: (address: string) => string | undefined
  readonly ca: string | undefined
  readonly now: () => number
}

/** Servers that are spoken to for one message; connections that come to nothing do not count. */
const SESSION_LIMIT = 4
/** In milliseconds: then no further address is tried, or none of a host behind which there is another. Silence is no way to hold us. */
const LONGEST_WALK = 900_000
const LONGEST_AT_HOST = 300_000

type Connect = HostSecurity & { readonly type: 'connect' }
type Refused = HostSecurity & { readonly type: 'refused' }

export async function walkHosts(
  surroundings: WalkSurroundings,
  found: DomainHosts,
  shipment: Shipment,
  signal: AbortSignal,
): Promise<readonly TransportOutcome[]> {
  const first = await new Walk(surroundings, found, shipment, signal, false).run()
  if (!first.some(({ heldByPolicy }) => heldByPolicy) || !(await mayGoInTheClear(shipment))) return first.map(plain)
  const held = new Set(first.filter(({ heldByPolicy }) => heldByPolicy).map(({ index }) => index))
  const recipients = shipment.recipients.filter(({ index }) => held.has(index))
  const second = await new Walk(surroundings, found, { ...shipment, recipients }, signal, true).run()
  return [...first.filter(({ index }) => !held.has(index)), ...second].map(plain)
}

/** RFC 8689 §4.1: the field counts only where the parameter is not given. It is read late, since nearly no message has it. */
const mayGoInTheClear = async (shipment: Shipment): Promise<boolean> =>
  shipment.claim.envelope.parameters.requireTls !== true && (await refusesTls(shipment))

/** `heldByPolicy`: it waits for a promise to be kept. */
type Result = TransportOutcome & { readonly heldByPolicy: boolean }

/** What waits for a promise must not leave by a way that knows nothing of it. */
function plain({ heldByPolicy, ...outcome }: Result): TransportOutcome {
  if (!heldByPolicy) return outcome
  const { tryNext: _, ...held } = outcome
  return held
}

/** One message on its way through the hosts of one domain. */
class Walk {
  readonly #surroundings: WalkSurroundings
  readonly #found: DomainHosts
  readonly #shipment: Shipment
  readonly #signal: AbortSignal
  readonly #ignoresPromises: boolean
  readonly #results = new Map<number, Result>()
  #pending: readonly PendingRecipient[]
  readonly #end: number
  #sessions = 0

  constructor(
    surroundings: WalkSurroundings,
    found: DomainHosts,
    shipment: Shipment,
    signal: AbortSignal,
    ignoresPromises: boolean,
  ) {
    this.#surroundings = surroundings
    this.#found = found
    this.#shipment = shipment
    this.#signal = signal
    this.#ignoresPromises = ignoresPromises
    this.#pending = shipment.recipients
    this.#end = surroundings.now() + LONGEST_WALK
  }

  async run(): Promise<readonly Result[]> {
    if (!this.#ignoresPromises) this.#countPolicyFailure()
    for (const host of this.#found.hosts) {
      const security = await this.#secure(host)
      if (security.type === 'refused') this.#refuse(host, security)
      else await this.#tryHost(host, security)
      if (!this.#goesOn()) break
    }
    return this.#shipment.recipients.map(({ index }) => this.#results.get(index) ?? givenUp(index))
  }

  async #tryHost(host: MailHost, security: Connect): Promise<void> {
    const { now } = this.#surroundings
    const end = host === this.#found.hosts.at(-1) ? Infinity : now() + LONGEST_AT_HOST
    for (const address of host.addresses)
      if (this.#goesOn() && now() < end) await this.#tryAddress(host, address, security)
  }

  #goesOn(): boolean {
    const isOver = this.#signal.aborted || this.#surroundings.now() >= this.#end
    return this.#pending.length > 0 && this.#sessions < SESSION_LIMIT && !isOver
  }

  get #requireTls(): boolean {
    const { parameters, reversePath } = this.#shipment.claim.envelope
    // RFC 8689 §5: a report is not lost for it.
    return parameters.requireTls === true && reversePath !== ''
  }

  async #secure(host: MailHost): Promise<HostSecurity> {
    if (this.#ignoresPromises) return takenAsItComes
    const { domain, secure, sts, dane } = this.#found
    const { ca, now } = this.#surroundings
    const requireTls = this.#requireTls
    const question = { domain, host, isSecureHost: secure, sts: sts.policy, requireTls, ca, now }
    return secureHost({ ...question, dane: await dane(host) })
  }

  async #tryAddress(host: MailHost, address: string, security: Connect): Promise<void> {
    const { pool, port, localAddress } = this.#surroundings
    const from = localAddress(address)
    const target: SmtpTarget = { host: host.name, address, port, ...(from === undefined ? {} : { localAddress: from }) }
    const key = [host.name, address, from ?? '', security.key].join(' ')
    const recipients = this.#pending
    const prepare = prepareFor(this.#shipment, recipients)
    const sent = await pool.send(key, this.#opener(target, security), prepare, this.#signal)
    const remote: Remote = { transport: 'mx', host: host.name, address }
    if (sent.type === 'sent') {
      this.#sessions += 1
      return this.#take(outcomesOf(recipients, sent.replies, { ...remote, connection: sent.connection }), false)
    }
    const outcomes = outcomesOfFailure(recipients, sent, remote)
    const isPromiseBroken = isTlsFailure(sent) && security.policies.at(-1)?.mode === 'required'
    // RFC 8689 §4.2.1 has it returned when no host will do.
    if (isPromiseBroken && this.#requireTls && isLasting(sent)) this.#take(outcomes.map(returned), false)
    else this.#take(outcomes, isPromiseBroken)
  }

  #opener(target: SmtpTarget, { policies, promised, mismatch }: Connect): Open {
    const { open, clientName, patience } = this.#surroundings
    return async (signal) => {
      let outcome: SmtpConnection | ConnectionFailure | undefined
      for (const [index, tls] of policies.entries()) {
        outcome = await open(target, { clientName, tls, patience }, signal)
        const isLast = index === policies.length - 1
        if (!('type' in outcome)) {
          // A failure of an earlier policy was counted instead.
          if (index === 0) this.#count(promised, mismatch ?? resultOf(outcome), target)
          return outcome
        }
        if (!isTlsFailure(outcome)) return outcome
        if (index === 0) this.#count(promised, outcome.tlsResult ?? 'validation-failure', target)
        if (isLast || signal.aborted) return outcome
      }
      throw new Error('there is no policy to connect with')
    }
  }

  #refuse(host: MailHost, { promised, tlsResult, detail, enhancedStatusCode, isFinal }: Refused): void {
    this.#count(promised, tlsResult, { host: host.name, address: '' })
    const status = isFinal ? 'failed' : 'deferred'
    const about = {
      status,
      enhancedStatusCode,
      diagnostic: detail,
      transport: 'mx',
      remote: { host: host.name },
    } as const
    this.#take(
      this.#pending.map(({ index }) => ({ index, ...about, tryNext: true })),
      !isFinal,
    )
  }

  /** Whoever may do better at the next host stays pending; of several such ends the one stands that most is to be hoped from. */
  #take(outcomes: readonly TransportOutcome[], heldByPolicy: boolean): void {
    for (const outcome of outcomes) {
      const before = this.#results.get(outcome.index)
      const isWorse = before?.heldByPolicy === true || (before?.status === 'deferred' && outcome.status === 'failed')
      if (!isWorse || outcome.tryNext !== true) this.#results.set(outcome.index, { ...outcome, heldByPolicy })
    }
    const open = new Set(outcomes.filter(({ tryNext }) => tryNext === true).map(({ index }) => index))
    this.#pending = this.#pending.filter(({ index }) => open.has(index))
  }

  /** A policy that is announced and cannot be had. */
  #countPolicyFailure(): void {
    const { failure } = this.#found.sts
    if (failure !== undefined) this.#count({ type: 'sts', text: '' }, failure.tlsResult, { host: '', address: '' })
  }

  #count({ type, text }: Promised, result: string, { host, address }: { host: string; address: string }): void {
    const policyDomain = this.#found.domain
    this.#surroundings.results.count({ policyDomain, policyType: type, policy: text, result, host, address })
  }
}

const givenUp = (index: number): Result => ({
  index,
  status: 'deferred',
  enhancedStatusCode: '4.4.5',
  diagnostic: 'given up before any host was asked',
  transport: 'mx',
  heldByPolicy: false,
})

const isTlsFailure = ({ stage }: ConnectionFailure): boolean => stage === 'starttls' || stage === 'tls'

/** The server has no TLS, or has the wrong certificate; not only that something went wrong this time. */
const isLasting = ({ tlsResult, reply }: ConnectionFailure): boolean =>
  tlsResult !== undefined && tlsResult !== 'validation-failure' && (reply === undefined || reply.code >= 500)

const returned = (outcome: TransportOutcome): TransportOutcome => ({
  ...outcome,
  status: 'failed',
  enhancedStatusCode: '5.7.10',
})

/** Where nothing is promised, a server without STARTTLS is no failure, but its owner may want to know. */
const resultOf = ({ tls }: SmtpConnection): string => (tls === undefined ? 'starttls-not-supported' : 'success')
