// Where the two access keys of a communication service are kept: sealed records, so that the database alone gives none away. And whom a
// key stands for: it is no account of a directory, so every key of a service stands for one principal that is made from the id of the
// service, and a new key changes nothing for whoever counts, queues or holds by principal. Which key it was, is told by its id, which a
// new key does not share with the old one.

import { createHash } from 'node:crypto'
import type { SealedReader } from '../storage/storage.ts'
import type { Sealer } from './sealing.ts'

export const ACCESS_KEY_PURPOSE = 'access-key'

export function accessKeyRecordId(communicationServiceId: string, which: 'primary' | 'secondary'): string {
  return `access-key ${communicationServiceId.toLowerCase()} ${which}`
}

/** `keyId` tells keys apart and gives none away. */
export type AccessKey = { readonly keyId: string; readonly octets: Uint8Array }

export type AccessKeys = (communicationServiceId: string) => Promise<readonly AccessKey[]>

const KEY_ID = 'access-key:'

export const isAccessKeyId = (keyId: string): boolean => keyId.startsWith(KEY_ID)

/** Reads both keys anew at each call. One that does not open under this installation's key is none. */
export function createAccessKeys({
  sealed,
  sealer,
}: {
  readonly sealed: Pick<SealedReader, 'readSealed'>
  readonly sealer: Sealer
}): AccessKeys {
  return async (serviceId) => {
    const ids = (['primary', 'secondary'] as const).map((which) => accessKeyRecordId(serviceId, which))
    const records = await Promise.all(ids.map((recordId) => sealed.readSealed(recordId)))
    return records.flatMap((record) => {
      const octets = record && sealer.open(record.recordId, ACCESS_KEY_PURPOSE, record.sealed)
      return octets === undefined ? [] : [{ keyId: `${KEY_ID}${shortDigest(octets)}`, octets }]
    })
  }
}

/** Of 512 random bits: nobody finds the key by it. */
const shortDigest = (octets: Uint8Array): string => digest('key', octets).toString('hex').slice(0, 16)

/** A GUID of form 8: what is in it is ours to say. RFC 9562 §5.8. */
export function accessKeyPrincipal(communicationServiceId: string): string {
  const octets = digest('principal', Buffer.from(communicationServiceId.toLowerCase())).subarray(0, 16)
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x80
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const digest = (what: string, octets: Uint8Array): Buffer =>
  createHash('sha256').update(`postern access ${what}\n`).update(octets).digest()
