// How we speak TLS as a server, for SMTP and HTTPS alike. One context serves every connection (making one costs as much as a
// handshake) and is replaced when certificates or ticket keys change. RFC 9325 §3, §4; RFC 8446; RFC 5246.

import { constants } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { ServerCertificate } from './server-certificates.ts'
import type { TicketKeys } from './ticket-keys.ts'

/**
 * TLS 1.3, then for 1.2 only ephemeral key exchange with authenticated ciphers (RFC 9325 §4.2). ECDSA comes first because its
 * signatures are the cheaper ones; the same list with RSA serves devices that know nothing else. AES-128 before AES-256: no weaker
 * in practice, and the SHA-256 key schedule costs less than SHA-384.
 */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

/**
 * For devices of named networks only: RSA first, because some of them fail at a choice; CBC and key exchange without forward secrecy
 * for those that have nothing else. Still TLS 1.2 or newer, SHA-1 only as the HMAC of a cipher, no 3DES and no RC4.
 * Deviates: RFC 9325 §4.1 says static RSA SHOULD NOT and CBC ciphers without encrypt-then-mac should not be negotiated.
 */
const LEGACY_CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA256',
  'AES256-SHA256',
  'AES128-SHA',
  'AES256-SHA',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
].join(':')

/** With TLS 1.3 the signature decides which certificate is shown. */
const LEGACY_SIGNATURES = [
  'rsa_pss_rsae_sha256',
  'rsa_pss_rsae_sha384',
  'rsa_pss_rsae_sha512',
  'RSA+SHA256',
  'RSA+SHA384',
  'RSA+SHA512',
  'ECDSA+SHA256',
  'ECDSA+SHA384',
].join(':')

/** Whom we speak to. A ticket of one profile is none for the other. */
export type TlsProfile = 'modern' | 'legacy'

const OF_PROFILE: Readonly<Record<TlsProfile, SecureContextOptions>> = {
  modern: { ciphers: CIPHERS, sessionIdContext: 'postern' },
  legacy: { ciphers: LEGACY_CIPHERS, sigalgs: LEGACY_SIGNATURES, sessionIdContext: 'postern-legacy' },
}

/** For whoever makes the context itself, such as an HTTPS server. */
export function secureContextOptions(
  certificates: readonly ServerCertificate[],
  ticketKeys: TicketKeys,
  profile: TlsProfile = 'modern',
): SecureContextOptions {
  return {
    cert: certificates.map(({ certificate }) => certificate),
    key: certificates.map(({ privateKey }) => privateKey),
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ...OF_PROFILE[profile],
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_CIPHER_SERVER_PREFERENCE,
    ticketKeys: Buffer.from(ticketKeys.octets),
  }
}

export function createServerSecureContext(
  certificates: readonly ServerCertificate[],
  ticketKeys: TicketKeys,
  profile?: TlsProfile,
): SecureContext {
  return createSecureContext(secureContextOptions(certificates, ticketKeys, profile))
}
