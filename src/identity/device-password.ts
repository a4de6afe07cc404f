// Device passwords: for copiers whose password field is too short for a client secret, or whose keypad has no room for its characters.
// Twenty characters of Crockford's alphabet, 100 bits, in groups for reading; what is typed is taken with or without groups, in any case,
// and with the letters that are mistaken for digits. They prove an application over SMTP only. Nothing here stores anything.

import { hashClientSecret, type RandomOctets } from './client-secret.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 20
const GROUP = /.{4}(?=.)/g
const TYPED = /^[0-9A-HJKMNP-TV-Z]{20}$/
/** Twenty characters with something between each two: more is nobody's typing. */
const TYPED_LIMIT = 64
/** What `passwordCredentials` of Graph show as their customKeyIdentifier, which is base64 there. */
export const DEVICE_PASSWORD_IDENTIFIER = Buffer.from('device-password').toString('base64')

/** `7K3M-Q0ZT-…`: 24 characters with the hyphens, 20 without. */
export function generateDevicePassword(random: RandomOctets): string {
  // Thirty-two divides 256: no octet favours a character.
  const characters = [...random(LENGTH)].map((octet) => ALPHABET[octet % ALPHABET.length] ?? '')
  return characters.join('').replace(GROUP, '$&-')
}

/** Without groups, in upper case; empty for what is none. */
function canonical(typed: Uint8Array): string {
  if (typed.length > TYPED_LIMIT) return ''
  const text = Buffer.from(typed).toString('latin1').replaceAll(/[- ]/g, '').toUpperCase()
  const unmistaken = text.replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return TYPED.test(unmistaken) ? unmistaken : ''
}

/**
 * What is stored, and what is compared with it. The label keeps it apart from the hashes of client secrets: neither is ever taken for the
 * other. Does the same work for what is no device password.
 */
export function hashDevicePassword(typed: Uint8Array, pepper: Uint8Array): Uint8Array {
  return hashClientSecret(Buffer.from(`device password\0${canonical(typed)}`, 'latin1'), pepper)
}
