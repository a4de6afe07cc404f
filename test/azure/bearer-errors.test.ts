// Every way in which an access token is refused, as the management clients and Graph show it. Tokens that the token service would never
// give are signed here with the installation's own key, so that nothing but the one claim is wrong with them.
// Azure: control-plane reference §1.8, §4.3, §7. RFC 6750 §3.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { decodeJwt, SignJWT } from 'jose'
import { systemClock } from '../../src/config/clock.ts'
import { createSigningKeys } from '../../src/http/entra/signing-keys.ts'
import { createSealer } from '../../src/keys/sealing.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { addSecondTenant } from '../fixtures/second-tenant.ts'
import { createSender, expectStatus } from './article.ts'
import {
  administratorCredential,
  collect,
  connectAzure,
  connectGraph,
  errorOf,
  originOf,
  secretCredential,
} from './azure-clients.ts'
import { checkRefusals } from './refusals.ts'

const service = await startService({ after })
const { subscriptionId, communicationServiceId } = service.quickstart
const credential = administratorCredential(service)
const graph = connectGraph(service, credential)
const MANAGEMENT = `${originOf(service)}/.default`
const good = (await credential.getToken(MANAGEMENT)).token

const { storage, keys, logger } = service.server
const signing = await createSigningKeys({ storage, sealer: createSealer(keys), clock: systemClock, logger }).current()
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const now = Math.floor(Date.now() / 1000)

/** The administrator's own token with other claims, signed anew; a claim that is undefined goes. */
function resigned(claims: Readonly<Record<string, unknown>>, key = signing.privateKey, alg = 'RS256'): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...decodeJwt(good), ...claims })) as Record<string, unknown>
  return new SignJWT(payload).setProtectedHeader({ alg, typ: 'JWT', kid: signing.kid }).sign(key)
}

const unsigned = (token: string) => {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT', kid: signing.kid })).toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}

/** A client that holds on to its token whatever it is asked for. */
const holding = (token: string) =>
  connectAzure(service, { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) })
const list = (token: string) => collect(holding(token).resources.resourceGroups.list())

test('a token that is signed anew without a change opens the door: what follows fails for its one fault', async () => {
  assert.ok((await list(await resigned({}))).length > 0)
})

const invalid: readonly (readonly [string, () => Promise<string>])[] = [
  ['what is no token', async () => 'secret'],
  ['the key of a stranger under our name', () => resigned({}, stranger.privateKey)],
  ['no signature', async () => unsigned(good)],
  ['another algorithm', () => resigned({}, signing.privateKey, 'PS256')],
  ['a later beginning', () => resigned({ nbf: now + 3600 })],
  ['no beginning', () => resigned({ nbf: undefined })],
  ['no end', () => resigned({ exp: undefined })],
  ['another issuer', () => resigned({ iss: `https://elsewhere.example.test/${randomUUID()}/v2.0` })],
  ['another tenant than its issuer has', () => resigned({ tid: randomUUID() })],
  ['another audience', () => resigned({ aud: 'https://communication.azure.com' })],
  ['the audience of Graph', () => resigned({ aud: 'https://graph.microsoft.com' })],
  ['no credential that it rests on', () => resigned({ keyId: undefined })],
  ['a credential that never was', () => resigned({ keyId: randomUUID() })],
  ['a principal that never was', () => resigned({ oid: randomUUID(), sub: randomUUID() })],
]

checkRefusals([
  ...invalid.map(([name, make]) => ({
    name,
    status: 401,
    code: 'InvalidAuthenticationToken',
    call: async () => list(await make()),
  })),
  {
    name: 'a token whose time is over',
    status: 401,
    code: 'ExpiredAuthenticationToken',
    call: async () => list(await resigned({ iat: now - 3600, nbf: now - 3600, exp: now - 1 })),
  },
])

test('Graph: InvalidAuthenticationToken for a token that is over, for one of another door, and for none', async () => {
  const over = await resigned({ aud: 'https://graph.microsoft.com', exp: now - 1 })
  for (const headers of [
    { authorization: `Bearer ${over}` },
    { authorization: `Bearer ${await resigned({ aud: 'https://management.azure.com' })}` },
    {},
  ]) {
    const { status, octets } = await service.http('GET', '/v1.0/me', { headers })
    const { error } = JSON.parse(octets.toString('utf8')) as { error: { code: string } }
    assert.deepEqual([status, error.code], [401, 'InvalidAuthenticationToken'])
  }
})

type Challenged = { readonly response?: { readonly headers: { get(name: string): string | undefined } } }

test('a client that cannot have another token is shown why its own no longer stands', async () => {
  const sender = await createSender(graph)
  const { token } = await secretCredential(service, sender).getToken(MANAGEMENT)
  assert.equal((await errorOf(list(token))).code, 'AuthorizationFailed')
  await expectStatus(graph('PATCH', `/servicePrincipals/${sender.principalId}`, { accountEnabled: false }), 204)
  const error = await errorOf(list(token))
  assert.deepEqual([error.statusCode, error.code], [401, 'InvalidAuthenticationToken'])
  const challenge = (error as Challenged).response?.headers.get('www-authenticate') ?? ''
  assert.match(
    challenge,
    /^Bearer authorization_uri="https:\/\/localhost:\d+\/[0-9a-f-]{36}", error="insufficient_claims", claims="/,
  )
})

test('the token of another tenant opens nothing here, and is not told what there is', async () => {
  const { tenantId, applicationId, secret } = await addSecondTenant(service, `${communicationServiceId}/none`)
  const other = secretCredential(service, { applicationId, clientSecret: secret }, tenantId)
  for (const asked of [subscriptionId, randomUUID()]) {
    const client = connectAzure(service, other, { subscriptionId: asked })
    const error = await errorOf(collect(client.resources.resourceGroups.list()))
    assert.deepEqual([error.statusCode, error.code], [404, 'SubscriptionNotFound'])
  }
})
