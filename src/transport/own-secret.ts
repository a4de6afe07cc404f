// A secret of the operator for a way out: in a file, read whenever it is needed so that it can be replaced under way, or given by the
// environment of a quickstart. It never stands in what is said about it.

import { readGuardedFile } from '../config/guarded-file.ts'

export type OwnSecret = { readonly file: string } | { readonly text: string }

export type ReadSecret =
  | { readonly type: 'secret'; readonly text: string }
  /** For an operator. */
  | { readonly type: 'unreadable'; readonly detail: string }

/** Without the line end that editors put at the end of a file. */
export function readOwnSecret(secret: OwnSecret): ReadSecret {
  if ('text' in secret) return { type: 'secret', text: secret.text }
  const read = readGuardedFile(secret.file, 'owner')
  if (read.type !== 'read') return { type: 'unreadable', detail: `${secret.file} ${read.message}` }
  const text = read.octets.toString('utf8').replace(/\r?\n$/, '')
  read.octets.fill(0)
  return text === '' || text.includes('\0')
    ? { type: 'unreadable', detail: `${secret.file} holds no secret` }
    : { type: 'secret', text }
}
