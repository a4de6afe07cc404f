// Certificates as Graph takes them: the whole list at once, in which one that is stored already may come without its octets, and never
// with others: a new certificate takes a new id. A certificate is base64 of DER, or of PEM as some tools send it; its key must be one
// that assertions may be signed with. Azure: control-plane reference §7, data-plane reference §3.10.

import { createHash, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { DirectoryReader, KeyCredential } from '../../storage/storage.ts'
import { badRequest, type Refusal } from '../refusal.ts'
import { newGuid } from '../request-context.ts'

const MAX_CREDENTIALS = 50
const MIN_MODULUS_LENGTH = 2048
/** Base64 of a certificate with a key of 16,384 bits. */
const MAX_KEY_LENGTH = 16 * 1024

const dateTime = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

export const keyCredentials = z
  .array(
    z.object({
      keyId: z.guid().nullish(),
      key: z.string().max(MAX_KEY_LENGTH).nullish(),
      type: z.literal('AsymmetricX509Cert').nullish(),
      usage: z.literal('Verify').nullish(),
      displayName: z.string().max(90).nullish(),
      customKeyIdentifier: z.string().max(128).nullish(),
      startDateTime: dateTime.nullish(),
      endDateTime: dateTime.nullish(),
    }),
  )
  .max(MAX_CREDENTIALS)

type KeyBody = z.output<typeof keyCredentials>[number]

/** `taken` are ids of other credentials of the application. */
export function readKeyCredentials(
  asked: readonly KeyBody[],
  {
    stored,
    taken,
    random,
  }: {
    readonly stored: readonly KeyCredential[]
    readonly taken: readonly string[]
    readonly random: (count: number) => Uint8Array
  },
): { readonly type: 'keys'; readonly keys: readonly KeyCredential[] } | Refusal {
  const keys: KeyCredential[] = []
  for (const [index, body] of asked.entries()) {
    const keyId = body.keyId?.toLowerCase() ?? newGuid(random)
    if (taken.includes(keyId) || keys.some((key) => key.keyId === keyId))
      return badKey(index, 'keyId', 'is the id of another credential')
    const known = stored.find((key) => key.keyId === keyId)
    const read = known !== undefined && !body.key ? known : readKey(body, keyId)
    if ('fault' in read) return badKey(index, read.member, read.fault)
    if (known !== undefined && Buffer.compare(known.certificate, read.certificate) !== 0)
      return badKey(index, 'keyId', 'is the id of another certificate')
    keys.push(read)
  }
  return { type: 'keys', keys }
}

/** Ids of an application's secrets and certificates, but for those in `own`: a token is tied to its credential by the id alone. */
export async function otherCredentialIds(
  directory: DirectoryReader,
  { tenantId, applicationId }: { readonly tenantId: string; readonly applicationId: string },
  own: readonly KeyCredential[],
): Promise<readonly string[]> {
  const [login, { certificates, federated }] = await Promise.all([
    directory.readLogin(tenantId, applicationId),
    directory.readAssertionKeys(tenantId, applicationId),
  ])
  const all = [...(login?.secrets ?? []), ...certificates].map(({ keyId }) => keyId)
  const ownIds = new Set(own.map(({ keyId }) => keyId))
  return [...all, ...federated.map(({ credentialId }) => credentialId)].filter((id) => !ownIds.has(id))
}

function badKey(index: number, member: string, fault: string): Refusal {
  return badRequest('Request_BadRequest', `The request is invalid at 'keyCredentials.${index}.${member}': it ${fault}.`)
}

type Fault = { readonly member: keyof KeyBody; readonly fault: string }

function readKey(body: KeyBody, keyId: string): KeyCredential | Fault {
  if (!body.key) return { member: 'key', fault: 'is missing, and no certificate is stored under this keyId' }
  const certificate = readCertificate(Buffer.from(body.key, 'base64'))
  if (certificate === undefined) return { member: 'key', fault: 'is not the base64 of an X.509 certificate' }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
  if (asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < MIN_MODULUS_LENGTH)
    return { member: 'key', fault: `must have an RSA key of at least ${MIN_MODULUS_LENGTH} bits` }
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()]
  const { startDateTime: startAt = from, endDateTime: endAt = to } = withoutNulls(body)
  if (endAt > to) return { member: 'endDateTime', fault: 'is after the end of the certificate' }
  if (endAt <= startAt) return { member: 'endDateTime', fault: 'must be after the start' }
  const der = new Uint8Array(certificate.raw)
  return {
    keyId,
    displayName: body.displayName ?? '',
    customKeyIdentifier: body.customKeyIdentifier ?? createHash('sha1').update(der).digest('hex').toUpperCase(),
    startAt,
    endAt,
    certificate: der,
  }
}

function withoutNulls({ startDateTime, endDateTime }: KeyBody) {
  return { startDateTime: startDateTime ?? undefined, endDateTime: endDateTime ?? undefined }
}

function readCertificate(octets: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(octets)
  } catch {
    return undefined
  }
}
