// Passwords that people choose: what is kept of one, and whether one fits. They hold few bits, so guessing must be expensive: Argon2id
// under the pepper, so that the database alone proves nothing; how expensive is said in the text that is kept, so that it can grow.
// Comparison of what a keyboard makes of one word: RFC 8265 §4.2 (OpaqueString), as far as spaces and NFC go. NIST SP 800-63B §3.1.1:
// length counts, classes of characters do not, nothing is cut off.

import { argon2, createHmac, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { RandomOctets } from './client-secret.ts'
import { createTurns } from './turns.ts'

const compute = promisify(argon2)

/** OWASP's first choice: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 }
const SALT_OCTETS = 16
const TAG_OCTETS = 32

const SHORTEST = 12
/** Characters; a bound for the work, not for people. */
const LONGEST = 256
/**
 * Units of UTF-16, before what belongs together is put together: no spelling of a password has more. Normalizing takes the square of a row
 * of marks.
 */
const LONGEST_SPELLING = 16 * LONGEST

/** Each holds 19 MiB, and one of the four threads that also read files and check signatures. */
const inTurn = createTurns(2)

/** What keeps a password from being taken, else undefined. */
export function findPasswordFault(password: string): 'too short' | 'too long' | undefined {
  if (password.length > LONGEST_SPELLING) return 'too long'
  const { length } = Array.from(normalize(password))
  if (length < SHORTEST) return 'too short'
  return length > LONGEST ? 'too long' : undefined
}

/** `$argon2id$v=19$m=…,t=…,p=…$<salt>$<tag>` */
export async function hashUserPassword(password: string, pepper: Uint8Array, random: RandomOctets): Promise<string> {
  const salt = random(SALT_OCTETS)
  const tag = await argon2id(password, pepper, { ...COST, salt, tagLength: TAG_OCTETS })
  const { memory, passes, parallelism } = COST
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

const STORED = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/

/** Where there is no password the same is computed, and false. Throws for a text that `hashUserPassword` did not make. */
export async function fitsUserPassword(
  password: string,
  stored: string | undefined,
  pepper: Uint8Array,
): Promise<boolean> {
  const [, m, t, p, salt = '', tag = ''] = STORED.exec(stored ?? NOBODYS) ?? []
  if (m === undefined) throw new Error('what is kept of a password is in no form of ours')
  const expected = Buffer.from(tag, 'base64')
  const cost = { memory: Number(m), passes: Number(t), parallelism: Number(p) }
  const found = await argon2id(password, pepper, {
    ...cost,
    salt: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
  })
  return timingSafeEqual(found, expected) && stored !== undefined
}

const NOBODYS = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

type Parameters = typeof COST & { readonly salt: Uint8Array; readonly tagLength: number }

/** `pepper` is the key of the client-secret hashes; what is derived from it here is of no use to anything else. */
function argon2id(password: string, pepper: Uint8Array, parameters: Parameters): Promise<Buffer> {
  const secret = createHmac('sha256', pepper).update('postern/1/user-passwords').digest()
  const { salt: nonce, ...rest } = parameters
  // What is too long is nobody's password, and costs the same.
  const message = password.length > LONGEST_SPELLING ? '' : normalize(password)
  return inTurn(() => compute('argon2id', { message, nonce, secret, ...rest }))
}

/** Deviates: RFC 8265 §4.2.1 refuses control characters; nobody types them by mistake. */
const normalize = (password: string): string => password.normalize('NFC').replace(/\p{Zs}/gu, ' ')

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64').replace(/=+$/, '')
