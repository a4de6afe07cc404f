// Certificates for an installation that was given none: our own authority, sealed in the store, signs one ECDSA and one RSA server
// certificate into the data directory. They are files like an operator's, so renewal is what a changed file is.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import {
  createDevelopmentCa,
  type DevelopmentCa,
  issueServerCertificates,
  needsRenewal,
} from '../keys/development-ca.ts'
import type { Sealer } from '../keys/sealing.ts'
import type { Storage } from '../storage/storage.ts'
import { developmentCaFile, tlsDirectory } from './places.ts'
import type { CertificateFiles } from './thread-protocol.ts'

const RECORD_ID = 'development-ca'
const PURPOSE = 'development-ca'
const KINDS = ['ecdsa', 'rsa'] as const

type Sealed = { readonly certificate: string; readonly privateKey: string }

/** The certificate files to serve with, made or renewed as needed. `ca.pem` is what clients are told to trust. */
export async function ensureDevelopmentCertificates(
  config: Config,
  storage: Storage,
  sealer: Sealer,
  now: number,
): Promise<readonly CertificateFiles[]> {
  const ca = await ensureCa(storage, sealer, now)
  const caFile = developmentCaFile(config)
  const files = KINDS.map((kind) => ({
    certificateFile: join(tlsDirectory(config), `${kind}.crt`),
    keyFile: join(tlsDirectory(config), `${kind}.key`),
  }))
  const trusted = existsSync(caFile) && readFileSync(caFile, 'utf8') === ca.certificate
  if (trusted && files.every((pair) => isUsable(pair, now))) return files
  mkdirSync(tlsDirectory(config), { recursive: true, mode: 0o700 })
  const issued = await issueServerCertificates(ca, now)
  for (const [index, { certificate, privateKey }] of issued.entries()) {
    const pair = files[index]
    if (pair === undefined) continue
    replaceFile(pair.keyFile, privateKey, 0o600)
    replaceFile(pair.certificateFile, certificate + ca.certificate, 0o644)
  }
  replaceFile(caFile, ca.certificate, 0o644)
  return files
}

function isUsable({ certificateFile, keyFile }: CertificateFiles, now: number): boolean {
  return (
    existsSync(certificateFile) && existsSync(keyFile) && !needsRenewal(readFileSync(certificateFile, 'latin1'), now)
  )
}

async function ensureCa(storage: Storage, sealer: Sealer, now: number): Promise<DevelopmentCa> {
  const record = await storage.read.sealed.readSealed(RECORD_ID)
  if (record !== undefined) {
    const opened = sealer.open(RECORD_ID, PURPOSE, record.sealed)
    if (opened === undefined)
      throw new Error(
        'The development CA does not open with this installation key. Restore the key that belongs to this data directory.',
      )
    const { certificate, privateKey } = JSON.parse(Buffer.from(opened).toString('utf8')) as Sealed
    return { certificate, privateKey: Buffer.from(privateKey, 'base64') }
  }
  const ca = await createDevelopmentCa(now)
  const plain: Sealed = { certificate: ca.certificate, privateKey: Buffer.from(ca.privateKey).toString('base64') }
  const sealed = sealer.seal(RECORD_ID, PURPOSE, Buffer.from(JSON.stringify(plain), 'utf8'))
  await storage.write.sealed.putSealed({ recordId: RECORD_ID, purpose: PURPOSE, sealed, createdAt: now })
  return ca
}

/** By rename, so that nobody reads half a file. */
export function replaceFile(path: string, text: string, mode: number): void {
  const temporary = `${path}.new`
  writeFileSync(temporary, text, { mode })
  renameSync(temporary, path)
}
