// Seals secrets that are stored in the database, so that the database alone is worthless to a thief. What is sealed is tied to the
// key, to its record and to its purpose: moved to another row, or read as something else, it does not open. AES-256-GCM, NIST SP
// 800-38D; a random nonce of 96 bits is safe for the few thousand records an installation ever seals.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { InstallationKeys } from './installation-key.ts'

export interface Sealer {
  seal(recordId: string, purpose: string, octets: Uint8Array): Uint8Array
  /** Undefined when the octets were sealed for another record, purpose or key, or were changed since. */
  open(recordId: string, purpose: string, sealed: Uint8Array): Uint8Array | undefined
}

/** Layout: version, nonce, ciphertext, tag. */
const VERSION = 1
const NONCE_SIZE = 12
const TAG_SIZE = 16
const OVERHEAD = 1 + NONCE_SIZE + TAG_SIZE
const CIPHER = 'aes-256-gcm'

/** Seals and opens under the installation's sealing key. */
export function createSealer({ keyId, sealingKey }: Pick<InstallationKeys, 'keyId' | 'sealingKey'>): Sealer {
  // JSON keeps the parts apart: no choice of record id and purpose reads like another.
  const binding = (recordId: string, purpose: string) =>
    Buffer.from(JSON.stringify([VERSION, keyId, recordId, purpose]))
  return {
    seal(recordId, purpose, octets) {
      const nonce = randomBytes(NONCE_SIZE)
      const cipher = createCipheriv(CIPHER, sealingKey, nonce).setAAD(binding(recordId, purpose))
      return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.update(octets), cipher.final(), cipher.getAuthTag()])
    },
    open(recordId, purpose, sealed) {
      if (sealed.length < OVERHEAD || sealed[0] !== VERSION) return undefined
      const tagStart = sealed.length - TAG_SIZE
      const decipher = createDecipheriv(CIPHER, sealingKey, sealed.subarray(1, 1 + NONCE_SIZE), {
        authTagLength: TAG_SIZE,
      })
        .setAAD(binding(recordId, purpose))
        .setAuthTag(sealed.subarray(tagStart))
      const octets = decipher.update(sealed.subarray(1 + NONCE_SIZE, tagStart))
      try {
        decipher.final()
      } catch {
        octets.fill(0)
        return undefined
      }
      return octets
    },
  }
}
