// From an address to a connection that takes mail: connect, greeting, EHLO, STARTTLS and EHLO again, AUTH. Each step that fails ends it
// with its stage. Credentials leave only over TLS whose certificate was checked, or where the policy says `never`. RFC 5321 §3.1, §3.2,
// RFC 3207 §4, RFC 4954 §4.

import { connect, type Socket } from 'node:net'
import { type Clock, systemClock } from '../config/clock.ts'
import { type Extensions, readExtensions } from '../smtp/client-commands.ts'
import { createConnection } from './mail-exchange.ts'
import { logIn } from './client-login.ts'
import { failureAt, toServerReply } from './server-reply.ts'
import type { ConnectionFailure, ConnectionPatience, OpenConnection, SmtpTarget } from './smtp-connection.ts'
import { SmtpWire } from './smtp-wire.ts'
import { secure } from './tls-client.ts'

type OpenOptions = Parameters<OpenConnection>[1]
type Link = { readonly wire: SmtpWire; readonly extensions: Extensions; readonly tls: string | undefined }
type Step<Result> = Promise<Result | ConnectionFailure>

/** In milliseconds. RFC 5321 §4.5.3.2, but for the connection: what is not there in half a minute is not there. */
export const SMTP_PATIENCE: ConnectionPatience = {
  connect: 30_000,
  greeting: 300_000,
  command: 300_000,
  dataInitiation: 120_000,
  dataBlock: 180_000,
  dataTermination: 600_000,
}

export const openConnection: OpenConnection = createOpenConnection(systemClock)

export function createOpenConnection(clock: Clock): OpenConnection {
  return async (target, options, signal) => {
    const dialled = await dial(target, options.patience.connect, clock, signal)
    if ('type' in dialled) return dialled
    const giveUp = () => dialled.destroy()
    signal.addEventListener('abort', giveUp, { once: true })
    const link = await establish(dialled, target, options, clock)
    signal.removeEventListener('abort', giveUp)
    const isVerified = options.tls.mode === 'required' || options.tls.mode === 'implicit'
    if (!('type' in link)) return createConnection({ ...link, isVerified, target, patience: options.patience, clock })
    dialled.destroy()
    return signal.aborted ? { ...link, detail: 'given up' } : link
  }
}

async function dial(target: SmtpTarget, patience: number, clock: Clock, signal: AbortSignal): Step<Socket> {
  const { address, port, localAddress } = target
  if (signal.aborted) return failure('connect', 'given up')
  const socket = connect({ host: address, port, noDelay: true, ...(localAddress && { localAddress }) })
  const detail = await new Promise<string | undefined>((resolve) => {
    const settle = (outcome: string | undefined) => {
      cancel()
      signal.removeEventListener('abort', giveUp)
      resolve(outcome)
    }
    const giveUp = () => settle('given up')
    const cancel = clock.after(patience, () => settle('no connection in time'))
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('connect', () => settle(undefined))
    // It stays: an error after we have given up is nobody's.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => settle(`no connection (${code ?? 'unknown'})`))
  })
  if (detail === undefined) return socket
  socket.destroy()
  return failure('connect', detail)
}

async function establish(socket: Socket, target: SmtpTarget, options: OpenOptions, clock: Clock): Step<Link> {
  const { tls, credentials, patience } = options
  const begun = await (tls.mode === 'implicit' ? upgrade(socket, target, options, clock) : begin(socket, clock))
  if ('type' in begun) return begun
  const greeting = await begun.wire.expect(patience.greeting)
  if (greeting.type === 'fault' || greeting.code !== 220) return failureAt('greeting', greeting)
  const greeted = await greet(begun, options)
  if ('type' in greeted) return greeted
  const link =
    tls.mode === 'never' || tls.mode === 'implicit' ? greeted : await startTls(greeted, target, options, clock)
  if ('type' in link || credentials === undefined) return link
  if (tls.mode === 'opportunistic') return failure('auth', 'credentials need TLS that is checked')
  const login = await logIn(link.wire, link.extensions, credentials, patience.command)
  if (login.type === 'authenticated') return link
  return { ...failure('auth', login.detail), ...(login.reply && { reply: toServerReply(login.reply) }) }
}

const begin = (socket: Socket, clock: Clock): Promise<Link> =>
  Promise.resolve({ wire: new SmtpWire(socket, clock), extensions: new Map(), tls: undefined })

/** HELO where EHLO is not known and nothing needs what only EHLO offers. RFC 5321 §3.2. */
async function greet(link: Link, { clientName, tls, credentials, patience }: OpenOptions): Step<Link> {
  const { wire } = link
  const answer = await wire.ask(`EHLO ${clientName}`, patience.command)
  if (answer.type === 'reply' && answer.code < 300) return { ...link, extensions: readExtensions(answer.lines) }
  const refusedForGood = answer.type === 'reply' && answer.code >= 500
  const needsEhlo = tls.mode === 'required' || credentials !== undefined
  if (!refusedForGood || needsEhlo) return failureAt('ehlo', answer)
  const second = await wire.ask(`HELO ${clientName}`, patience.command)
  if (second.type === 'reply' && second.code < 300) return { ...link, extensions: new Map() }
  return failureAt('ehlo', second)
}

async function startTls(link: Link, target: SmtpTarget, options: OpenOptions, clock: Clock): Step<Link> {
  const { wire, extensions } = link
  const { mode } = options.tls
  if (!extensions.has('STARTTLS')) return mode === 'opportunistic' ? link : notSupported('it does not offer STARTTLS')
  const answer = await wire.ask('STARTTLS', options.patience.command)
  if (answer.type === 'fault') return failureAt('starttls', answer)
  if (answer.code !== 220)
    return mode === 'opportunistic' && wire.fault === undefined
      ? link
      : { ...failureAt('starttls', answer), tlsResult: 'starttls-not-supported' }
  // Whatever stands behind the 220 was put there to be taken for what comes over TLS.
  if (!wire.release()) return failure('starttls', 'it sent more than its answer to STARTTLS')
  const secured = await upgrade(wire.socket, target, options, clock)
  return 'type' in secured ? secured : greet(secured, options)
}

async function upgrade(socket: Socket, { host }: SmtpTarget, options: OpenOptions, clock: Clock): Step<Link> {
  const { tls, patience } = options
  if (tls.mode === 'never') throw new TypeError('the policy is never')
  const handshake = await secure(socket, host, tls, patience.command, clock)
  if (handshake.type === 'failed') return { ...failure('tls', handshake.detail), tlsResult: handshake.tlsResult }
  const secured = handshake.socket
  return { wire: new SmtpWire(secured, clock), extensions: new Map(), tls: secured.getProtocol() ?? 'TLS' }
}

const failure = (stage: ConnectionFailure['stage'], detail: string): ConnectionFailure => ({
  type: 'failed',
  stage,
  detail,
})

const notSupported = (detail: string): ConnectionFailure => ({
  ...failure('starttls', detail),
  tlsResult: 'starttls-not-supported',
})
