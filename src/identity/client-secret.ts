// Client secrets: how one is made, what is kept of it, what may be shown. A secret is random and long, so a fast keyed hash protects
// it; why, and what a thief would need, is written in docs/decisions/0001-client-secret-hashing.md. Nothing here stores anything.
// Azure: the shape is that of Entra, so that scanners for leaked secrets recognise ours (data-plane reference §3.6).

import { createHmac } from 'node:crypto'

/** Gives that many random octets, fit for keys. */
export type RandomOctets = (size: number) => Uint8Array

const DIGITS = '0123456789'
const LETTERS_AND_DIGITS = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz${DIGITS}`
/** A hyphen in front would read as an option on a command line. */
const FIRST = `${LETTERS_AND_DIGITS}_~.`
const REST = `${FIRST}-`

const HINT_LENGTH = 3
const REST_LENGTH = 34

/** 40 characters: three, a digit, `Q~`, and 34 more; 226 bits. */
export function generateClientSecret(random: RandomOctets): string {
  const pick = (alphabet: string, length: number) => pickCharacters(random, alphabet, length)
  return `${pick(FIRST, HINT_LENGTH)}${pick(DIGITS, 1)}Q~${pick(REST, REST_LENGTH)}`
}

/** Octets beyond the last whole multiple of the alphabet are thrown away: their remainder would favour its beginning. */
function pickCharacters(random: RandomOctets, alphabet: string, length: number): string {
  const usable = 256 - (256 % alphabet.length)
  let picked = ''
  while (picked.length < length)
    for (const octet of random(length - picked.length)) if (octet < usable) picked += alphabet[octet % alphabet.length]
  return picked
}

/** What is stored: HMAC-SHA-256 under the pepper, 32 octets. `secret` is the octets as received. */
export function hashClientSecret(secret: Uint8Array, pepper: Uint8Array): Uint8Array {
  return createHmac('sha256', pepper).update(secret).digest()
}

/** What may be shown for ever: the first three characters. */
export const hintOf = (secret: string): string => secret.slice(0, HINT_LENGTH)
