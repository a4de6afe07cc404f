// One query to one server and back. By datagram: a socket of its own for each query, so that its source port is one more thing that a
// forger has to guess, and whatever is not the answer is passed over. By TCP: one query, one answer. Time, octets and the number of
// datagrams are bounded. RFC 5452 §9, RFC 7766 §8.

import { createSocket } from 'node:dgram'
import { createConnection } from 'node:net'
import type { Clock } from '../config/clock.ts'

export type DnsServer = { readonly address: string; readonly port: number; readonly family: 4 | 6 }

export type Exchanged<Response> = Response | { readonly type: 'unreachable'; readonly detail: string }

export type Exchange<Response> = {
  readonly server: DnsServer
  readonly query: Uint8Array
  /** Undefined for what is no answer. */
  readonly read: (message: Buffer) => Response | undefined
  readonly clock: Clock
  readonly timeout: number
  readonly signal: AbortSignal
}

/** Of datagrams that are no answer. */
const MAX_STRAY = 64

export function exchangeDatagram<Response>(exchange: Exchange<Response>): Promise<Exchanged<Response>> {
  const { server, query, read } = exchange
  const socket = createSocket(server.family === 6 ? 'udp6' : 'udp4')
  let strays = 0
  return within(
    exchange,
    (settle) => {
      socket.on('error', (error) => settle(unreachable(reasonOf(error))))
      socket.on('message', (message) => {
        const response = read(message)
        if (response !== undefined) return settle(response)
        strays += 1
        if (strays === MAX_STRAY) settle(unreachable(GARBAGE))
      })
      // Connected: the system hands on only what comes from this address and port, and tells when nobody is there.
      socket.on('connect', () => socket.send(query))
      socket.connect(server.port, server.address)
    },
    () => {
      socket.close()
      return strays > 0 ? GARBAGE : SILENCE
    },
  )
}

export function exchangeOverTcp<Response>(exchange: Exchange<Response>): Promise<Exchanged<Response>> {
  const { server, query, read } = exchange
  const socket = createConnection({ host: server.address, port: server.port, family: server.family })
  let received = Buffer.alloc(0)
  return within(
    exchange,
    (settle) => {
      socket.on('error', (error) => settle(unreachable(reasonOf(error))))
      socket.on('close', () => settle(unreachable('the DNS server hung up')))
      socket.on('data', (octets: Buffer) => {
        received = Buffer.concat([received, octets])
        const end = received.length < 2 ? Infinity : 2 + received.readUInt16BE(0)
        if (received.length >= end) settle(read(received.subarray(2, end)) ?? unreachable(GARBAGE))
      })
      const length = Buffer.alloc(2)
      length.writeUInt16BE(query.length)
      socket.write(Buffer.concat([length, query]))
    },
    () => {
      socket.destroy()
      return SILENCE
    },
  )
}

/** Begins, and ends with what is settled first; `end` lets go of everything and says what it means that time is up. */
function within<Response>(
  { clock, timeout, signal }: Exchange<Response>,
  begin: (settle: (outcome: Exchanged<Response>) => void) => void,
  end: () => string,
): Promise<Exchanged<Response>> {
  return new Promise((resolve) => {
    let isOpen = true
    const settle = (outcome: Exchanged<Response> | undefined) => {
      if (!isOpen) return
      isOpen = false
      cancel()
      signal.removeEventListener('abort', giveUp)
      const detail = end()
      resolve(outcome ?? unreachable(detail))
    }
    const giveUp = () => settle(undefined)
    const cancel = clock.after(timeout, giveUp)
    signal.addEventListener('abort', giveUp)
    begin(settle)
    if (signal.aborted) giveUp()
  })
}

const unreachable = (detail: string) => ({ type: 'unreachable', detail }) as const

const SILENCE = 'no DNS server answered in time'
const GARBAGE = 'what came from the DNS server was no answer to the question'
const NOBODY = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL'])

function reasonOf({ code = 'no reason' }: NodeJS.ErrnoException): string {
  return NOBODY.has(code) ? 'no DNS server could be reached' : `the DNS query failed (${code})`
}
