// The passkeys of users, as Graph's FIDO2 methods: made by their owner in the browser that they sign in with, listed and taken away by the
// owner or by who looks after credentials. The challenge of a new one is good once, for a few minutes and for one user. Which maker an
// authenticator has is not asked; that its owner unlocked it is. WebAuthn Level 3 §7.1. Azure: control-plane reference §7.

import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import { DIRECTORY_ACTIONS } from '../../access/operations.ts'
import type { Passkey } from '../../storage/sign-ins.ts'
import type { User } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { badRequest, notFound, type Refusal, refused } from '../refusal.ts'
import { created, done, named, ok, time } from '../responses.ts'
import { digestOf, freshToken } from '../sign-in/browser-session.ts'
import { loadWebAuthn, relyingPartyId } from '../sign-in/passkey-step.ts'
import { findUser, userMissing } from './find-user.ts'
import { anyCaller, contextUrl, entity, type GraphCall, graphRoute, noContent, type WireForm } from './graph-route.ts'
import { wholeListOf } from './graph-schemas.ts'
import { readMyself } from './user-passwords.ts'

const TICKET_LIFETIME = 300_000
const MAX_PASSKEYS = 20
/** EdDSA, ES256, RS256: what authenticators have. */
const ALGORITHMS = [-8, -7, -257]

const method = named(
  'FidoAuthenticationMethod',
  z
    .object({
      '@odata.context': z.url(),
      id: z.string(),
      displayName: z.string(),
      createdDateTime: time,
      /** Ours: Graph tells it elsewhere. */
      lastUsedDateTime: time.nullable(),
    })
    .partial(),
)

const creationOptions = z.object({
  '@odata.context': z.url(),
  challengeTimeoutDateTime: time,
  /** What `PublicKeyCredential.parseCreationOptionsFromJSON` takes. */
  publicKey: z.looseObject({ challenge: z.string() }),
})

const base64url = z
  .string()
  .max(100_000)
  .regex(/^[A-Za-z0-9_-]*$/, 'must be base64url')
const newPasskey = z.object({
  displayName: z.string().trim().min(1).max(90),
  /** What `toJSON()` of the browser's credential gives. */
  publicKeyCredential: z.looseObject({
    id: base64url,
    response: z.looseObject({
      clientDataJSON: base64url,
      attestationObject: base64url,
      transports: z
        .array(z.string().regex(/^[a-z-]{1,20}$/))
        .max(10)
        .optional(),
    }),
  }),
})
type NewPasskey = z.output<typeof newPasskey>

const fido2Form = ({ credentialId, displayName, createdAt, lastUsedAt }: Passkey): WireForm => ({
  id: credentialId,
  displayName,
  createdDateTime: new Date(createdAt).toISOString(),
  lastUsedDateTime: lastUsedAt === undefined ? null : new Date(lastUsedAt).toISOString(),
})

type Find = (call: GraphCall) => Promise<User | Refusal>

const findNamed: Find = async (call) => (await findUser(call)) ?? userMissing(call)

async function readPasskeys({ dependencies }: GraphCall, { tenantId, objectId }: User): Promise<readonly Passkey[]> {
  const login = await dependencies.storage.read.signIns.readUserLogin(tenantId, objectId)
  return login?.passkeys ?? []
}

/** So long after signing in, the own passkeys may be changed: whoever finds a browser open, or a token, is not to stay. */
const FRESH = 15 * 60_000

const STALE = refused(
  403,
  'Request_SignInTooOld',
  'Passkeys are changed within 15 minutes of signing in only. Sign in again first.',
)

const findMyselfFreshly: Find = async (call) => {
  const user = await readMyself(call)
  const { caller, change } = call
  return 'type' in user || change.at - (caller.signedInAt ?? -Infinity) <= FRESH ? user : STALE
}

const list =
  (find: Find) =>
  async (call: GraphCall): Promise<Response | Refusal> => {
    const user = await find(call)
    if ('type' in user) return user
    const value = (await readPasskeys(call, user)).map(fido2Form)
    return call.c.json({ '@odata.context': contextUrl(call.dependencies, 'fido2Methods'), value })
  }

const remove =
  (find: Find) =>
  async (call: GraphCall): Promise<Response | Refusal> => {
    const user = await find(call)
    if ('type' in user) return user
    // Ids differ by case; parameters of the path do not.
    const id = new URL(call.c.req.url).pathname.replace(/\/+$/, '').split('/').at(-1) ?? ''
    const { signIns } = call.dependencies.storage.write
    const isGone = await signIns.deletePasskey(call.change, user.tenantId, user.objectId, id)
    return isGone ? noContent(call) : notFound('Request_ResourceNotFound', 'The user has no such passkey.')
  }

const TOO_MANY = badRequest('Request_BadRequest', `A user has at most ${MAX_PASSKEYS} passkeys. Remove one first.`)

async function offer(call: GraphCall): Promise<Response | Refusal> {
  const user = await findMyselfFreshly(call)
  if ('type' in user) return user
  const { random, storage, publicUrl, clock } = call.dependencies
  const passkeys = await readPasskeys(call, user)
  if (passkeys.length >= MAX_PASSKEYS) return TOO_MANY
  const { token: challenge, digest } = freshToken(random)
  const endsAt = clock.now() + TICKET_LIFETIME
  const { tenantId, objectId: userId } = user
  await storage.write.signIns.addTicket({ digest, kind: 'new-passkey', tenantId, content: { userId }, endsAt })
  const { generateRegistrationOptions } = await loadWebAuthn()
  const publicKey = await generateRegistrationOptions({
    rpName: 'Postern',
    rpID: relyingPartyId(publicUrl()),
    userName: user.userPrincipalName,
    userDisplayName: user.displayName,
    userID: new TextEncoder().encode(userId),
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: TICKET_LIFETIME,
    supportedAlgorithmIDs: ALGORITHMS,
    attestationType: 'none',
    excludeCredentials: passkeys.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' },
  })
  return call.c.json({
    '@odata.context': contextUrl(call.dependencies, 'fido2CreationOptions'),
    challengeTimeoutDateTime: new Date(endsAt).toISOString(),
    publicKey,
  })
}

async function add(call: GraphCall<NewPasskey>): Promise<Response | Refusal> {
  const user = await findMyselfFreshly(call)
  if ('type' in user) return user
  if ((await readPasskeys(call, user)).length >= MAX_PASSKEYS) return TOO_MANY
  const { displayName, publicKeyCredential } = call.body
  const made = await verify(call, user, publicKeyCredential)
  if (made === undefined)
    return badRequest('Request_BadRequest', 'The passkey is not an answer to a challenge of yours. Start again.')
  const passkey: Passkey = {
    ...made,
    userId: user.objectId,
    displayName,
    transports: publicKeyCredential.response.transports ?? [],
    createdAt: call.change.at,
  }
  const isAdded = await call.dependencies.storage.write.signIns.addPasskey(call.change, user.tenantId, passkey)
  return isAdded
    ? entity(call, 'fido2Methods', fido2Form(passkey), 201)
    : badRequest('Request_BadRequest', 'Somebody has this passkey already.')
}

/** The library throws for whatever does not fit. */
async function verify(
  { dependencies: { publicUrl, storage, clock } }: GraphCall<NewPasskey>,
  { tenantId, objectId }: User,
  publicKeyCredential: NewPasskey['publicKeyCredential'],
): Promise<Pick<Passkey, 'credentialId' | 'publicKey' | 'counter'> | undefined> {
  const isOurs = async (challenge: string) => {
    const ticket = await storage.write.signIns.takeTicket('new-passkey', digestOf(challenge))
    return ticket?.tenantId === tenantId && ticket.content['userId'] === objectId && ticket.endsAt > clock.now()
  }
  try {
    const { verifyRegistrationResponse } = await loadWebAuthn()
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: responseOf(publicKeyCredential),
      expectedChallenge: isOurs,
      expectedOrigin: baseUrlOf(publicUrl()),
      expectedRPID: relyingPartyId(publicUrl()),
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified) return undefined
    const { id, publicKey, counter } = registrationInfo.credential
    return { credentialId: id, publicKey, counter }
  } catch {
    return undefined
  }
}

function responseOf({ id, response }: NewPasskey['publicKeyCredential']): RegistrationResponseJSON {
  const { clientDataJSON, attestationObject } = response
  const answer = { clientDataJSON, attestationObject }
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: answer }
}

const MINE = '/me/authentication/fido2Methods'
const THEIRS = '/users/{objectId}/authentication/fido2Methods'

export const passkeyRoutes = [
  graphRoute('GET', MINE, {
    summary: 'List the own passkeys',
    right: anyCaller,
    response: ok(wholeListOf(method)),
    handle: list(readMyself),
  }),
  graphRoute('GET', `${MINE}/creationOptions`, {
    summary: 'Begin with a new passkey',
    right: anyCaller,
    response: ok(creationOptions),
    handle: offer,
  }),
  graphRoute('POST', MINE, {
    summary: 'Add a passkey that the browser has made',
    right: anyCaller,
    body: newPasskey,
    response: created(method),
    handle: add,
  }),
  graphRoute('DELETE', `${MINE}/{methodId}`, {
    summary: 'Remove one of the own passkeys; ends every session',
    right: anyCaller,
    response: done,
    handle: remove(findMyselfFreshly),
  }),
  graphRoute('GET', THEIRS, {
    summary: 'List the passkeys of a user',
    right: DIRECTORY_ACTIONS.readUsers,
    response: ok(wholeListOf(method)),
    handle: list(findNamed),
  }),
  graphRoute('DELETE', `${THEIRS}/{methodId}`, {
    summary: 'Remove a passkey of a user; ends every session of theirs',
    right: DIRECTORY_ACTIONS.writeUserCredentials,
    response: done,
    handle: remove(findNamed),
  }),
]
