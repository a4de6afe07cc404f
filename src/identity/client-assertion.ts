// Proves an application by a signed assertion: its own, signed with the key of a certificate it has stored, or a token of another
// issuer that it has been told to trust. The two are told apart by who the assertion says issued it. Nothing is fetched for an issuer
// that no application names. RFC 7523 §3, RFC 7515 §4.1.7, §4.1.8. Azure: data-plane reference §3.10.

import { createHash, type KeyObject, X509Certificate } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import type { AssertionKeys, DirectoryReader } from '../storage/directory.ts'
import { judgeAccount, judgeCredentials, NEVER, unreadable } from './account-standing.ts'
import { certificateKeyId, federatedKeyId } from './assertion-key-id.ts'
import { type AssertionReplays, createAssertionReplays } from './assertion-replays.ts'
import type { AssertionOutcome, AssertionProver, AssertionRejectReason, SecurityPrincipal } from './identity.ts'
import type { IssuerKeys } from './issuer-keys.ts'

type Login = Parameters<AssertionProver['authenticateAssertion']>[0]
type Header = z.infer<typeof headerSchema>
type Assertion = { readonly header: Header; readonly payload: z.infer<typeof payloadSchema> }
type Proof = { readonly login: Login; readonly principal: SecurityPrincipal; readonly assertion: Assertion }
type Certificate = AssertionKeys['certificates'][number]

/** With a chain of certificates in its header an assertion has some 8 KiB. */
const MAX_LENGTH = 32 * 1024
/** Seconds that clocks may differ by. */
const CLOCK_TOLERANCE = 300
/** Milliseconds; Azure's clients write ten minutes. It bounds how long an assertion must be remembered. */
const MAX_LIFETIME = 24 * 60 * 60 * 1000

const headerSchema = z.object({
  kid: z.string().optional(),
  x5t: z.string().optional(),
  'x5t#S256': z.string().optional(),
})
const payloadSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  jti: z.string().max(256).optional(),
})

const rejected = (reason: AssertionRejectReason, detail: string): AssertionOutcome => ({
  type: 'rejected',
  reason,
  detail,
})

export function createAssertionProver({
  directory,
  issuerKeys,
  replays = createAssertionReplays(),
}: {
  readonly directory: Pick<DirectoryReader, 'readLogin' | 'readAssertionKeys'>
  readonly issuerKeys: IssuerKeys
  readonly replays?: AssertionReplays
}): AssertionProver {
  return {
    async authenticateAssertion(login) {
      const { tenantId, applicationId } = login
      const reading = await Promise.all([
        directory.readLogin(tenantId, applicationId),
        directory.readAssertionKeys(tenantId, applicationId),
      ]).catch(unreadable)
      if ('type' in reading) return reading
      const [record, keys] = reading
      const account = judgeAccount(record, login)
      if (account.type === 'rejected') return account
      const assertion = readAssertion(login.assertion)
      if (assertion === undefined) return rejected('malformed-assertion', 'the assertion is no signed JSON Web Token')
      const proof = { login, principal: account.principal, assertion }
      return assertion.payload.iss.toLowerCase() === applicationId
        ? proveByCertificate(proof, keys.certificates, replays)
        : proveByFederation(proof, keys.federated, issuerKeys)
    },
  }
}

/** Nothing in it is believed yet. */
function readAssertion(assertion: string): Assertion | undefined {
  if (assertion.length > MAX_LENGTH) return undefined
  try {
    const header = headerSchema.safeParse(decodeProtectedHeader(assertion))
    const payload = payloadSchema.safeParse(decodeJwt(assertion))
    return header.success && payload.success ? { header: header.data, payload: payload.data } : undefined
  } catch {
    return undefined
  }
}

async function proveByCertificate(
  { login, principal, assertion }: Proof,
  certificates: readonly Certificate[],
  replays: AssertionReplays,
): Promise<AssertionOutcome> {
  const { header, payload } = assertion
  const { applicationId, at, audiences } = login
  if (payload.sub.toLowerCase() !== applicationId)
    return rejected('issuer-subject-mismatch', 'the assertion has another subject than issuer')
  if (header.x5t === undefined && header['x5t#S256'] === undefined)
    return rejected('malformed-assertion', 'the assertion does not name its certificate by x5t or x5t#S256')
  const named = certificates.find(({ certificate }) => isNamed(certificate, header))
  if (named === undefined)
    return rejected('unknown-certificate', `application ${applicationId} has no certificate with that thumbprint`)
  const { publicKey } = new X509Certificate(named.certificate)
  const fault = await verify(login, publicKey, { algorithms: ['RS256', 'PS256'], audience: [...audiences] })
  if (fault !== undefined) return fault
  const outcome = judgeCredentials(principal, [{ ...named, keyId: certificateKeyId(named) }], at)
  if (outcome.type === 'rejected') return rejected('expired-certificate', outcome.detail)
  const until = (payload.exp + CLOCK_TOLERANCE) * 1000
  if (until > at + MAX_LIFETIME) return rejected('assertion-out-of-time', 'the assertion is valid for more than a day')
  const id = `${applicationId} ${payload.jti ?? createHash('sha256').update(signedPart(login)).digest('base64')}`
  return replays.admit(id, login.source, until, at)
    ? outcome
    : rejected('replayed-assertion', 'the assertion has been used from elsewhere')
}

const signedPart = ({ assertion }: Login): string => assertion.slice(0, assertion.lastIndexOf('.'))

/** By each thumbprint that is there. */
function isNamed(certificate: Uint8Array, header: Header): boolean {
  const thumbprint = (digest: 'sha1' | 'sha256') => createHash(digest).update(certificate).digest('base64url')
  const { x5t, 'x5t#S256': x5tS256 } = header
  return (
    (x5t === undefined || x5t === thumbprint('sha1')) && (x5tS256 === undefined || x5tS256 === thumbprint('sha256'))
  )
}

async function proveByFederation(
  { login, principal, assertion }: Proof,
  credentials: AssertionKeys['federated'],
  issuerKeys: IssuerKeys,
): Promise<AssertionOutcome> {
  const { iss, sub, aud } = assertion.payload
  const { at } = login
  const ofIssuer = credentials.filter(({ issuer }) => issuer === iss)
  if (ofIssuer.length === 0)
    return rejected('unknown-issuer', 'the application trusts no issuer of the name in the assertion')
  const ofSubject = ofIssuer.find(({ subject }) => subject === sub)
  if (ofSubject === undefined)
    return rejected('unknown-subject', `the application trusts no such subject of ${ofIssuer[0]?.issuer}`)
  const { issuer, subject, audience } = ofSubject
  if (![aud].flat().includes(audience)) return rejected('unknown-audience', `the assertion is not for ${audience}`)
  const found = await issuerKeys.find(issuer, assertion.header.kid, at)
  if (found.type === 'unavailable') return found
  if (found.type === 'none' || !found.algorithms.includes('RS256'))
    return rejected('wrong-signature', `${issuer} publishes no such key`)
  const fault = await verify(login, found.key, { algorithms: ['RS256'], issuer, subject, audience })
  return (
    fault ?? { type: 'authenticated', credential: { principal, keyId: federatedKeyId(ofSubject), notAfter: NEVER } }
  )
}

/** Signature, times and addressee; undefined when all is well. */
async function verify(
  { assertion, at }: Login,
  key: KeyObject,
  expected: {
    readonly algorithms: string[]
    readonly audience: string | string[]
    readonly issuer?: string
    readonly subject?: string
  },
): Promise<AssertionOutcome | undefined> {
  const options = { currentDate: new Date(at), clockTolerance: CLOCK_TOLERANCE, requiredClaims: ['exp'] }
  try {
    await jwtVerify(assertion, key, { ...options, ...expected })
    return undefined
  } catch (error) {
    if (error instanceof errors.JWTExpired) return rejected('assertion-out-of-time', 'the assertion is over')
    if (error instanceof errors.JWTClaimValidationFailed) return claimFault(error.claim)
    if (error instanceof errors.JWSSignatureVerificationFailed)
      return rejected('wrong-signature', 'the assertion was not signed with the key it names')
    if (error instanceof errors.JOSEError)
      return rejected('malformed-assertion', `the assertion is not valid: ${error.code}`)
    throw error
  }
}

function claimFault(claim: string): AssertionOutcome {
  if (claim === 'aud') return rejected('assertion-audience', 'the assertion is for somebody else')
  if (['exp', 'nbf', 'iat'].includes(claim))
    return rejected('assertion-out-of-time', `the assertion's ${claim} does not fit the time`)
  return rejected('malformed-assertion', `the assertion's ${claim} does not fit`)
}
