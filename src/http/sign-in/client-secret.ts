// The secret of this service as a client of a tenant's provider: in a file that the operator names and may replace under way, or sealed
// in the store. It is opened for one request and is part of no answer.

import { readGuardedFile } from '../../config/guarded-file.ts'
import type { SignInSettings } from '../../identity/provider-settings.ts'
import type { SealedRecord } from '../../storage/storage.ts'
import type { HttpDependencies } from '../dependencies.ts'

const PURPOSE = 'sign-in-client-secret'

type Read =
  | { readonly type: 'read'; readonly clientSecret: string | undefined }
  /** For the operator. */
  | { readonly type: 'unreadable'; readonly detail: string }

export function sealClientSecret(
  { sealer }: Pick<HttpDependencies, 'sealer'>,
  recordId: string,
  clientSecret: string,
  createdAt: number,
): SealedRecord {
  return { recordId, purpose: PURPOSE, sealed: sealer.seal(recordId, PURPOSE, Buffer.from(clientSecret)), createdAt }
}

export async function readClientSecret(
  { storage, sealer }: Pick<HttpDependencies, 'storage' | 'sealer'>,
  { clientSecret }: SignInSettings,
): Promise<Read> {
  if (clientSecret === undefined) return { type: 'read', clientSecret: undefined }
  if ('file' in clientSecret) {
    const read = readGuardedFile(clientSecret.file, 'owner')
    if (read.type !== 'read') return { type: 'unreadable', detail: `${clientSecret.file} ${read.message}` }
    return { type: 'read', clientSecret: read.octets.toString('utf8').replace(/\r?\n$/, '') }
  }
  const { recordId } = clientSecret
  const record = await storage.read.sealed.readSealed(recordId)
  const octets = record && sealer.open(recordId, PURPOSE, record.sealed)
  if (octets === undefined) return { type: 'unreadable', detail: 'the stored secret does not open' }
  return { type: 'read', clientSecret: Buffer.from(octets).toString('utf8') }
}
