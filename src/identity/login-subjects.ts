// What a login is counted by: the network it came from, the username, and the tenant that the username names. Whether any of them exists
// is not asked, so nothing about that can be learnt from it. Two spellings of one name are one subject. Whatever was typed as a username
// is stored as a keyed hash alone, unless it has the three-part form: people paste secrets into the wrong field.

import { createHmac } from 'node:crypto'
import type { KnownLoginSource, LoginLimitKind, LoginSubject } from '../storage/storage.ts'
import { formatSmtpUsername, parseSmtpUsername } from './smtp-username.ts'
import { sourceNetwork } from './source-network.ts'

export type LoginSubjects = {
  readonly source: LoginSubject
  /** Absent where there is no username. */
  readonly username?: LoginSubject
  /** Absent for a short username, which names none: looking it up first would tell which ones exist. */
  readonly tenant?: LoginSubject
}

export type SubjectKey = (kind: LoginLimitKind | 'known', subject: string) => string

const HASH_OCTETS = 16

/** `pepper` is the key of the client-secret hashes; what is derived from it here is of no use to anything else. */
export function createSubjectKey(pepper: Uint8Array): SubjectKey {
  const key = createHmac('sha256', pepper).update('postern/1/login-subjects').digest()
  return (kind, subject) =>
    createHmac('sha256', key).update(`${kind}\0${subject}`).digest().subarray(0, HASH_OCTETS).toString('base64url')
}

/** `people`: those who sign in with passwords that they chose, so that devices that fail keep no person out. */
export function sourceSubject(
  subjectKey: SubjectKey,
  address: string,
  of: 'source' | 'token' | 'people' = 'source',
): LoginSubject {
  const network = sourceNetwork(address)
  if (of === 'people') return { kind: 'source', key: subjectKey('source', `people ${network}`), shown: network }
  return { kind: of, key: subjectKey(of, network), shown: network }
}

/** Units of UTF-16; what is longer is no name, and putting its marks in order would take the square of them. */
const LONGEST_NAME = 1024

export function usernameSubject(subjectKey: SubjectKey, username: string): LoginSubject {
  const parts = parseSmtpUsername(username)
  if (parts === undefined) {
    const name = username.length > LONGEST_NAME ? username : username.normalize('NFC').toLowerCase()
    return { kind: 'username', key: subjectKey('username', name), shown: '' }
  }
  const shown = formatSmtpUsername({ ...parts, resourceName: parts.resourceName.toLowerCase() }, '.')
  return { kind: 'username', key: subjectKey('username', shown), shown, tenantId: parts.tenantId }
}

export function loginSubjects(
  subjectKey: SubjectKey,
  username: string,
  address: string,
  of: 'source' | 'people' = 'source',
): LoginSubjects {
  const source = sourceSubject(subjectKey, address, of)
  if (username === '') return { source }
  const named = usernameSubject(subjectKey, username)
  const { tenantId } = named
  if (tenantId === undefined) return { source, username: named }
  const tenant: LoginSubject = { kind: 'tenant', key: subjectKey('tenant', tenantId), shown: tenantId, tenantId }
  return { source, username: named, tenant }
}

/**
 * The key of the network holds the username too, so that it does not tell which usernames share one. `browser`: what stands in the place of
 * the network.
 */
export function knownSource(
  subjectKey: SubjectKey,
  { source, username }: LoginSubjects,
  browser?: string,
): KnownLoginSource {
  const usernameKey = username?.key ?? ''
  const place = browser === undefined ? source.key : `browser ${browser}`
  return { usernameKey, sourceKey: subjectKey('known', `${usernameKey}\0${place}`) }
}
