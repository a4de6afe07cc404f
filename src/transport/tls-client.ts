// Our half of a TLS handshake with a receiving server, over a connected socket. It ends in a secured socket or in why not, as a TLSRPT
// result and in our words: what a certificate says is the server's text and is never repeated. No session is kept, so none can be
// resumed with another server. RFC 3207, RFC 6125, RFC 8460 §4.3, RFC 9325.

import type { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { Clock } from '../config/clock.ts'
import type { TlsPolicy } from './smtp-connection.ts'

export type Handshake =
  | { readonly type: 'secured'; readonly socket: TLSSocket }
  | { readonly type: 'failed'; readonly detail: string; readonly tlsResult: string }

/** Certificates of a chain that are looked at. */
const CHAIN_LIMIT = 16

export async function secure(
  socket: Socket,
  host: string,
  policy: Exclude<TlsPolicy, { readonly mode: 'never' }>,
  patience: number,
  clock: Clock,
): Promise<Handshake> {
  const secured = connect({ socket, ...optionsOf(host, policy) })
  const error = await shakeHands(secured, patience, clock)
  const failure = error === undefined ? refusalOf(secured, policy) : failureOf(error)
  if (failure === undefined) return { type: 'secured', socket: secured }
  // What comes of it from here on is nobody's business.
  secured.on('error', () => {})
  secured.destroy()
  socket.destroy()
  return failure
}

function optionsOf(host: string, policy: TlsPolicy): ConnectionOptions {
  // RFC 6066 §3: an address is no server name.
  const named = { host, ...(isIP(host) === 0 ? { servername: host } : {}) }
  const checked = policy.mode === 'required' || policy.mode === 'implicit'
  return { minVersion: 'TLSv1.2', rejectUnauthorized: checked, ...named, ...(checked ? policy.options : {}) }
}

/** Undefined when it came to a secured connection. */
function shakeHands(secured: TLSSocket, patience: number, clock: Clock): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const settle = (error: NodeJS.ErrnoException | undefined) => {
      cancel()
      secured.off('secureConnect', succeeded).off('error', settle).off('close', closed)
      resolve(error)
    }
    const succeeded = () => settle(undefined)
    const closed = () => settle(Object.assign(new Error('closed'), { code: 'closed in the handshake' }))
    const cancel = clock.after(patience, () => settle(Object.assign(new Error('overdue'), { code: 'not in time' })))
    secured.once('secureConnect', succeeded).once('error', settle).once('close', closed)
  })
}

function refusalOf(secured: TLSSocket, policy: TlsPolicy): Extract<Handshake, { type: 'failed' }> | undefined {
  if (policy.mode !== 'required' && policy.mode !== 'implicit') return undefined
  const refusal = policy.verify?.(chainOf(secured))
  return refusal === undefined ? undefined : { type: 'failed', detail: refusal, tlsResult: 'validation-failure' }
}

/** As DER, the server's own first. */
function chainOf(secured: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = []
  let next: X509Certificate | undefined = secured.getPeerX509Certificate()
  while (next !== undefined && chain.length < CHAIN_LIMIT) {
    chain.push(next.raw)
    next = next.issuerCertificate
  }
  return chain
}

const RESULTS = new Map([
  ['CERT_HAS_EXPIRED', 'certificate-expired'],
  ['CERT_NOT_YET_VALID', 'certificate-expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-host-mismatch'],
  ['CERT_UNTRUSTED', 'certificate-not-trusted'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-not-trusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-not-trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'certificate-not-trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate-not-trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-not-trusted'],
])

const WORDS = new Map([
  ['certificate-expired', 'its certificate is not valid now'],
  ['certificate-host-mismatch', 'its certificate is for another name'],
  ['certificate-not-trusted', 'its certificate is of no authority that is trusted'],
])

function failureOf({ code = 'unknown' }: NodeJS.ErrnoException): Extract<Handshake, { type: 'failed' }> {
  const tlsResult = RESULTS.get(code) ?? 'validation-failure'
  return { type: 'failed', detail: `${WORDS.get(tlsResult) ?? 'the TLS handshake failed'} (${code})`, tlsResult }
}
