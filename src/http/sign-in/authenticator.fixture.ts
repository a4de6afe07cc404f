// Fixture: an authenticator as a browser sees it, with one key. What it says is what a browser would send: WebAuthn Level 3 §5.8, §6.1,
// §6.5; CBOR, RFC 8949 §3; COSE keys, RFC 9053 §7.1.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const PRESENT_AND_VERIFIED = 0x05
const WITH_KEY = 0x40

const base64url = (octets: Uint8Array): string => Buffer.from(octets).toString('base64url')
const sha256 = (octets: string | Uint8Array): Buffer => createHash('sha256').update(octets).digest()

type Surroundings = { readonly origin?: string; readonly host?: string; readonly flags?: number }

export type Authenticator = ReturnType<typeof createAuthenticator>

export function createAuthenticator(origin: string, host: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const id = randomBytes(16)
  let counter = 0
  const clientData = (type: string, challenge: string, given: Surroundings) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: given.origin ?? origin, crossOrigin: false }))
  const head = (given: Surroundings, more: number) => {
    const octets = Buffer.concat([sha256(given.host ?? host), Buffer.alloc(5)])
    octets[32] = (given.flags ?? PRESENT_AND_VERIFIED) | more
    octets.writeUInt32BE((counter += 1), 33)
    return octets
  }
  return {
    id: base64url(id),
    /** The answer to the options for a new key. */
    make(challenge: string, given: Surroundings = {}) {
      const key = coseKey(Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url'))
      const length = Buffer.from([0, id.length])
      const data = Buffer.concat([head(given, WITH_KEY), Buffer.alloc(16), length, id, key])
      const response = {
        clientDataJSON: base64url(clientData('webauthn.create', challenge, given)),
        attestationObject: base64url(attestation(data)),
        transports: ['usb'],
      }
      return { id: base64url(id), rawId: base64url(id), type: 'public-key', response, clientExtensionResults: {} }
    },
    /** The answer to the options for signing in. */
    sign(challenge: string, given: Surroundings = {}) {
      const client = clientData('webauthn.get', challenge, given)
      const data = head(given, 0)
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)
      const response = {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(signature),
      }
      return { id: base64url(id), rawId: base64url(id), type: 'public-key', response, clientExtensionResults: {} }
    },
  }
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
const octetString = (value: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from(value.length < 256 ? [0x58, value.length] : [0x59, value.length >> 8, value.length & 255]),
    value,
  ])

/** `{"fmt": "none", "attStmt": {}, "authData": data}` */
const attestation = (data: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from([0xa3]),
    text('fmt'),
    text('none'),
    text('attStmt'),
    Buffer.from([0xa0]),
    text('authData'),
    octetString(data),
  ])

/** `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`: EC2, ES256, P-256. */
const coseKey = (x: Uint8Array, y: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    octetString(x),
    Buffer.from([0x22]),
    octetString(y),
  ])
