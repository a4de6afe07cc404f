// Whether an access token is what it says it is: signed by a key of an issuer that is expected, with an algorithm of that very key, for
// one of the expected audiences, and in its time. Nothing in it is believed, and no key is asked for, before its form and its issuer's
// name have passed; the issuer of a key is the configuration's, never one that the token points to. Whose the token is, and whether
// what it rests on still stands, is asked elsewhere. RFC 7515, RFC 7519, RFC 8725, RFC 9068 §4.

import { compactVerify, decodeProtectedHeader, errors } from 'jose'
import { z } from 'zod'
import { type Rejected, rejected } from './account-standing.ts'
import type { RejectReason } from './identity.ts'
import type { IssuerKeyOutcome } from './issuer-keys.ts'

/** Claims of a token whose signature, issuer, audience and times are right. The others are as the issuer wrote them. */
export type TokenClaims = z.infer<typeof claimsSchema>

export type TokenOutcome =
  /** `endsAt` is milliseconds since the epoch. */
  | { readonly type: 'verified'; readonly claims: TokenClaims; readonly endsAt: number }
  | Rejected
  | { readonly type: 'unavailable'; readonly detail: string }

export type TokenExpectation = {
  /** Every spelling of `iss`. Without it the holder of the key is the issuer, which is right for keys that sign nothing else. */
  readonly issuers?: readonly string[]
  readonly audiences: readonly string[]
  readonly at: number
}

/** `issuer` is what the token says, and one of those expected. */
export type FindTokenKey = (kid: string | undefined, issuer: string) => Promise<IssuerKeyOutcome>

/** With all the groups that Entra puts into one, a token has some 12 KiB. */
const MAX_LENGTH = 16 * 1024
/** Milliseconds that the clock of an issuer may be ahead. The end of a token is never put off. */
const CLOCK_TOLERANCE = 60_000

/** Three parts and no more: what has five is encrypted. */
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/
const TYPES: readonly string[] = ['jwt', 'at+jwt', 'application/at+jwt']
/** Members that lead to a key of the sender's choice, or that change what was signed. */
const FOREIGN_MEMBERS = ['crit', 'b64', 'zip', 'enc', 'cty', 'jku', 'jwk', 'x5u'] as const

const headerSchema = z.object({
  alg: z.string().max(16),
  kid: z.string().max(256).optional(),
  typ: z.string().max(32).optional(),
})
const seconds = z
  .number()
  .nonnegative()
  .max(Number.MAX_SAFE_INTEGER / 1000)
const claimsSchema = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: seconds,
  iat: seconds,
  nbf: seconds.optional(),
})

export async function verifyToken(
  token: Uint8Array | string,
  findKey: FindTokenKey,
  expected: TokenExpectation,
): Promise<TokenOutcome> {
  const read = readToken(token)
  if (read.type === 'rejected') return read
  const { jwt, header, claims } = read
  if (expected.issuers?.includes(claims.iss) === false)
    return rejected('wrong-token-issuer', `the token was issued by ${shown(claims.iss)}, not by ${expected.issuers[0]}`)
  const found = await findKey(header.kid, claims.iss)
  if (found.type === 'unavailable') return found
  if (found.type === 'none')
    return rejected('wrong-token-signature', 'the issuer publishes no key of the name in the token')
  const algorithms = found.algorithms.filter((algorithm) => algorithm === header.alg)
  const isSigned = algorithms.length > 0 && (await isSignedWith(jwt, found.key, algorithms))
  if (!isSigned) return rejected('wrong-token-signature', 'the token was not signed with the key it names')
  return judgeClaims(claims, expected) ?? { type: 'verified', claims, endsAt: claims.exp * 1000 }
}

type ReadToken = {
  readonly type: 'read'
  readonly jwt: string
  readonly header: z.infer<typeof headerSchema>
  readonly claims: TokenClaims
}

/** The token taken apart; nothing in it is believed yet. */
function readToken(token: Uint8Array | string): ReadToken | Rejected {
  if (token.length > MAX_LENGTH) return malformed(`it is longer than ${MAX_LENGTH} characters`)
  const jwt = typeof token === 'string' ? token : Buffer.from(token).toString('latin1')
  if (!SIGNED.test(jwt)) return malformed('it is no signed JSON Web Token')
  const raw = decodeHeader(jwt)
  const header = headerSchema.safeParse(raw)
  if (raw === undefined || !header.success) return malformed('its header cannot be read')
  const foreign = FOREIGN_MEMBERS.find((member) => member in raw)
  if (foreign !== undefined) return malformed(`its header has ${foreign}, which no issuer here needs`)
  if (!TYPES.includes((header.data.typ ?? 'jwt').toLowerCase()))
    return malformed('its typ is not that of an access token')
  const claims = claimsSchema.safeParse(decodePayload(jwt))
  return claims.success
    ? { type: 'read', jwt, header: header.data, claims: claims.data }
    : malformed(`its claim ${claims.error.issues[0]?.path.join('.')} is missing or is none`)
}

const malformed = (why: string): Rejected => rejected('malformed-token', `not an access token: ${why}`)

function decodeHeader(jwt: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeProtectedHeader(jwt)
  } catch {
    return undefined
  }
}

function decodePayload(jwt: string): unknown {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

async function isSignedWith(
  jwt: string,
  key: (IssuerKeyOutcome & { type: 'key' })['key'],
  algorithms: string[],
): Promise<boolean> {
  try {
    await compactVerify(jwt, key, { algorithms })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}

/** For whom and when; undefined when all is well. */
function judgeClaims(
  { aud, exp, nbf = 0, iat }: TokenClaims,
  { audiences, at }: TokenExpectation,
): Rejected | undefined {
  const addressed = [aud].flat()
  if (!addressed.some((one) => audiences.includes(one)))
    return rejected('wrong-token-audience', `the token is for ${shown(addressed.join(', '))}, not for ${audiences[0]}`)
  const [end, start] = [exp * 1000, Math.max(nbf, iat) * 1000]
  if (at >= end) return outOfTime('expired-token', 'was valid until', end)
  if (at < start - CLOCK_TOLERANCE) return outOfTime('token-not-yet-valid', 'is valid from', start)
  return undefined
}

const outOfTime = (reason: RejectReason, verb: string, at: number): Rejected =>
  rejected(reason, `the token ${verb} ${Number.isNaN(new Date(at).getTime()) ? at : new Date(at).toISOString()}`)

/** Text out of a token that is quoted to the operator. */
export const shown = (text: string): string => JSON.stringify(text.slice(0, 120))
