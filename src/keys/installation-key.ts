// The one secret of an installation and everything that is derived from it. It comes from outside the database (a file, a systemd
// credential, or the environment), so that neither a copy of the database nor the key alone is worth anything. It does not know what
// is sealed or hashed under the derived keys. RFC 5869 (HKDF with SHA-256).

import { hkdfSync, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Readership, readGuardedFile } from '../config/guarded-file.ts'

/** Plain octets and text, so that they can be handed to worker threads. */
export type InstallationKeys = {
  /** Public: tells which key something was sealed under. */
  readonly keyId: string
  /** Key of the hashes of client secrets. */
  readonly pepper: Uint8Array
  readonly sealingKey: Uint8Array
  readonly ticketKeySeed: Uint8Array
  /** Key of the codes in engagement links. */
  readonly engagementKey: Uint8Array
}

/** Where the key may be; the first that is given counts. */
export type KeySources = {
  /** Value of `POSTERN_KEY`: hex or base64. */
  readonly env?: string | undefined
  /** `$CREDENTIALS_DIRECTORY`; it is asked for the credential `postern-key`. */
  readonly credentialsDirectory?: string | undefined
  /** `keys.file`. */
  readonly file?: string | undefined
}

/** Every outcome but `keys` carries a sentence that says what to do. */
export type InstallationKeyOutcome =
  | { readonly type: 'keys'; readonly keys: InstallationKeys; readonly created: boolean }
  | { readonly type: 'missing' | 'exposed' | 'malformed' | 'inaccessible'; readonly message: string }

const KEY_SIZE = 32
const WHERE_TO_PUT_ONE =
  'Set keys.file, POSTERN_KEY or the systemd credential postern-key; a new key is made by: openssl rand -hex 32'
const HOW_TO_RESTORE = 'Restore it from your backup: what was sealed under a lost key never opens again'

/**
 * Finds the installation key. With `create`, a key file that is not there is made: pass it only while nothing is stored yet, since
 * what was sealed under a lost key never opens again.
 */
export function loadInstallationKey(sources: KeySources, { create }: { create: boolean }): InstallationKeyOutcome {
  if (sources.env) return fromKey(parseKey(Buffer.from(sources.env)), 'POSTERN_KEY')
  const { file, credentialsDirectory } = sources
  // systemd lets the service read through an access list, which shows as the group's right.
  const credential = credentialsDirectory ? readKeyFile(join(credentialsDirectory, 'postern-key'), 'group') : undefined
  if (credential !== undefined && credential.type !== 'missing') return credential
  if (file === undefined) return { type: 'missing', message: `there is no installation key. ${WHERE_TO_PUT_ONE}` }
  const found = readKeyFile(file, 'owner')
  return found.type === 'missing' && create ? createKeyFile(file) : found
}

/** Derives everything from the key's 32 octets; the labels keep the derived keys independent of each other. */
export function deriveKeys(key: Uint8Array): InstallationKeys {
  const derive = (label: string, size: number) =>
    new Uint8Array(hkdfSync('sha256', key, '', `postern/1/${label}`, size))
  return {
    keyId: Buffer.from(derive('key-id', 8)).toString('hex'),
    pepper: derive('pepper', KEY_SIZE),
    sealingKey: derive('sealing', KEY_SIZE),
    ticketKeySeed: derive('ticket-keys', KEY_SIZE),
    engagementKey: derive('engagement', KEY_SIZE),
  }
}

function readKeyFile(file: string, readership: Readership): InstallationKeyOutcome {
  const read = readGuardedFile(file, readership)
  if (read.type === 'read') return fromKey(parseKey(read.octets), `the installation key ${file}`)
  const advice = read.type === 'missing' ? `. ${HOW_TO_RESTORE}` : ''
  return { type: read.type, message: `the installation key ${file} ${read.message}${advice}` }
}

function fromKey(key: Uint8Array | undefined, place: string): InstallationKeyOutcome {
  if (key === undefined)
    return {
      type: 'malformed',
      message: `${place} holds no key of 32 octets, in hex, in base64 or as they are. ${HOW_TO_RESTORE}`,
    }
  const keys = deriveKeys(key)
  key.fill(0)
  return { type: 'keys', keys, created: false }
}

/** Raw octets, hex or base64. 32 octets that are all text are a half-size key somebody printed, not random octets. */
function parseKey(octets: Buffer): Buffer | undefined {
  if (octets.length === KEY_SIZE && octets.some((octet) => octet < 0x20 || octet > 0x7e)) return octets
  const text = octets.toString('latin1').trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined
}

/** Whole or not at all, and never over another key: written aside, synced, then linked to its name. */
function createKeyFile(file: string): InstallationKeyOutcome {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  try {
    const descriptor = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(descriptor, `${randomBytes(KEY_SIZE).toString('hex')}\n`)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    linkSync(draft, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST')
      return { type: 'inaccessible', message: `the installation key ${file} cannot be made: ${code}` }
  } finally {
    rmSync(draft, { force: true })
  }
  syncDirectory(dirname(file))
  const made = readKeyFile(file, 'owner')
  return made.type === 'keys' ? { ...made, created: true } : made
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
