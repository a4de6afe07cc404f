// Wraps an accepted socket in TLS, for STARTTLS and implicit TLS alike. Every way a handshake can fail (garbage, reset, silence, a
// close without an error) ends in one callback; the owner's deadline covers silence. Octets that are no TLS later on, such as plain
// text behind a forged end, destroy the socket.

import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'

/** Version and cipher as one text; undefined where there is none. */
export function describeTls(socket: object | undefined): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  return `${socket.getProtocol() ?? 'TLS'} ${socket.getCipher()?.name ?? ''}`.trimEnd()
}

/** Calls back once: with the secured socket, or with undefined when the handshake came to nothing. */
export function upgradeToTls(
  socket: Socket,
  secureContext: SecureContext,
  done: (secured: TLSSocket | undefined) => void,
): TLSSocket {
  const secured = new TLSSocket(socket, { isServer: true, secureContext, allowHalfOpen: true } as never)
  let settled = false
  const settle = (outcome: TLSSocket | undefined) => {
    if (settled) return
    settled = true
    done(outcome)
  }
  secured.once('secure', () => settle(secured))
  // Garbage gives errors on either socket: all of them are a failed handshake.
  for (const one of [socket, secured]) {
    one.on('error', () => settle(undefined))
    one.once('close', () => settle(undefined))
  }
  // A fault after the handshake is told by this event alone: Node leaves such a socket open, deaf and dumb, until `tls.Server`, which
  // never had it, releases it.
  secured.on('_tlsError', () => secured.destroy())
  // A client that leaves in the middle gives neither, since its half may stay closed: only the end of its stream shows.
  secured.once('end', () => settle(undefined))
  return secured
}
