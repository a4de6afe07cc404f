// The attack table of tokens (security reference §2.X, X9-X13): every token that is not of exactly this issuer, audience, tenant,
// application and time is refused with its own reason, whatever it says of itself; and what such tokens may not make us do.

import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { CompactEncrypt, SignJWT } from 'jose'
import type { RejectReason } from './identity.ts'
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts'
import type { EntraSettings, OidcSettings } from './provider-settings.ts'
import { type ProviderTokenOutcome, verifyEntraToken, verifyOidcToken } from './provider-token.ts'

const AT = Date.UTC(2030, 0, 1)
const NOW = AT / 1000
const TENANT = '0000000a-0000-4000-8000-00000000000a'
const APPLICATION = '0000000b-0000-4000-8000-00000000000b'
const PRINCIPAL = '0000000d-0000-4000-8000-00000000000d'
const ELSEWHERE = '0000000f-0000-4000-8000-00000000000f'
const AUTHORITY = 'https://login.microsoftonline.com'
const OIDC_ISSUER = 'https://id.example.test/realm'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
const ed25519 = generateKeyPairSync('ed25519')
const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
const secretOctets = Buffer.alloc(32, 7)

const connection = { timeout: 3000, publicOnly: false }
const common = { tenantId: TENANT, recheck: 'session', recheckInterval: 0, connection } as const
const entra: EntraSettings = {
  ...common,
  kind: 'entra',
  authority: AUTHORITY,
  scope: 'https://communication.azure.com/.default',
  audiences: [],
}
const oidc: OidcSettings = {
  ...common,
  kind: 'oidc',
  issuer: OIDC_ISSUER,
  clientAuthentication: 'client_secret_post',
  audiences: ['postern'],
  principalClaim: 'sub',
  algorithms: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
}

const jwk = (key: KeyObject, kid: string, more: object = {}) => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  ...more,
})
const PUBLISHED = [
  jwk(rsa.publicKey, 'rsa'),
  jwk(rsa.publicKey, 'pss', { alg: 'PS256' }),
  jwk(p256.publicKey, 'p256'),
  jwk(p384.publicKey, 'p384'),
  jwk(ed25519.publicKey, 'ed'),
  jwk(small.publicKey, 'small'),
  jwk(stranger.publicKey, 'for encryption', { use: 'enc' }),
  { kty: 'oct', k: secretOctets.toString('base64url'), kid: 'oct', use: 'sig' },
]

/** Everything that was fetched, in order. */
function openKeys(): { readonly keys: IssuerKeys; readonly fetched: string[]; answers: boolean } {
  const fetched: string[] = []
  const state = { fetched, answers: true }
  const keys = createIssuerKeys(async (url) => {
    fetched.push(url)
    if (!state.answers) return { type: 'failed', detail: 'no answer' }
    const issuer = url.replace('/.well-known/openid-configuration', '')
    const document =
      url === 'https://keys.example.test/' ? { keys: PUBLISHED } : { issuer, jwks_uri: 'https://keys.example.test/' }
    return { type: 'fetched', document }
  })
  return Object.assign(state, { keys })
}

type Making = {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: KeyObject | Uint8Array
}

const V1 = {
  aud: 'https://communication.azure.com/',
  iss: `https://sts.windows.net/${TENANT}/`,
  iat: NOW,
  nbf: NOW - 300,
  exp: NOW + 3600,
  appid: APPLICATION,
  appidacr: '1',
  idp: `https://sts.windows.net/${TENANT}/`,
  oid: PRINCIPAL,
  sub: PRINCIPAL,
  tid: TENANT,
  uti: 'aBc_d-1',
  ver: '1.0',
}
const V2 = {
  aud: 'https://communication.azure.com',
  iss: `${AUTHORITY}/${TENANT}/v2.0`,
  iat: NOW,
  nbf: NOW,
  exp: NOW + 3600,
  azp: APPLICATION,
  azpacr: '1',
  idtyp: 'app',
  oid: PRINCIPAL,
  sub: PRINCIPAL,
  tid: TENANT,
  uti: 'aBc_d-1',
  ver: '2.0',
}
const RFC9068 = {
  iss: OIDC_ISSUER,
  aud: ['postern', 'other'],
  sub: APPLICATION,
  client_id: APPLICATION,
  iat: NOW,
  exp: NOW + 600,
  jti: 'token-1',
  scope: 'mail',
}

/** A claim set to undefined is left out. */
const make = (base: object, { claims = {}, header = {}, key = rsa.privateKey }: Making): Promise<string> =>
  new SignJWT({ ...base, ...claims }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'rsa', ...header }).sign(key)

const verifyFor = {
  entra: (token: string, keys: IssuerKeys, at = AT, settings = entra) =>
    verifyEntraToken({ tenantId: TENANT, applicationId: APPLICATION, token: Buffer.from(token), at }, settings, keys),
  oidc: (token: string, keys: IssuerKeys, at = AT, settings = oidc) =>
    verifyOidcToken({ tenantId: TENANT, applicationId: APPLICATION, token: Buffer.from(token), at }, settings, keys),
}

const reasonOf = (outcome: ProviderTokenOutcome): string =>
  outcome.type === 'rejected' ? outcome.reason : outcome.type

type Case = readonly [name: string, making: Making, expected: RejectReason | 'verified', at?: number]

const onEvery: readonly Case[] = [
  ['as it is issued', {}, 'verified'],
  ['with hundreds of groups', { claims: { groups: 'x'.repeat(9000) } }, 'verified'],
  ['longer than 16 KiB', { claims: { groups: 'x'.repeat(12_000) } }, 'malformed-token'],
  ['of no type', { header: { typ: undefined } }, 'verified'],
  ['of the type of RFC 9068', { header: { typ: 'at+jwt' } }, 'verified'],
  ['of another type', { header: { typ: 'logout+jwt' } }, 'malformed-token'],
  ['signed by a stranger under a known name', { key: stranger.privateKey }, 'wrong-token-signature'],
  ['with a name of a key that nobody has', { header: { kid: '../../dev/null' } }, 'wrong-token-signature'],
  ['with a very long name of a key', { header: { kid: 'k'.repeat(1000) } }, 'malformed-token'],
  [
    'with the key of a stranger in its header',
    { header: { jwk: stranger.publicKey.export({ format: 'jwk' }) }, key: stranger.privateKey },
    'malformed-token',
  ],
  ['that says where its key is', { header: { jku: 'https://evil.example.test/keys' } }, 'malformed-token'],
  ['that says where its certificate is', { header: { x5u: 'https://evil.example.test/cert' } }, 'malformed-token'],
  ['with a critical member', { header: { crit: ['b64'], b64: true } }, 'malformed-token'],
  ['that holds another token', { header: { cty: 'JWT' } }, 'malformed-token'],
  ['by RS512', { header: { alg: 'RS512' } }, 'wrong-token-signature'],
  ['by PS256 with a key for both', { header: { alg: 'PS256' } }, 'verified'],
  ['by RS256 with a key for PS256', { header: { kid: 'pss' } }, 'wrong-token-signature'],
  [
    'by HS256 with the public key as the secret',
    { header: { alg: 'HS256' }, key: rsa.publicKey.export({ type: 'spki', format: 'der' }) },
    'wrong-token-signature',
  ],
  [
    'by HS256 with a secret that is published',
    { header: { alg: 'HS256', kid: 'oct' }, key: secretOctets },
    'wrong-token-signature',
  ],
  [
    'with a key for encryption',
    { header: { kid: 'for encryption' }, key: stranger.privateKey },
    'wrong-token-signature',
  ],
  ['in its last millisecond', {}, 'verified', AT + 599_999],
  ['from 60 seconds ahead', { claims: { iat: NOW + 60, nbf: NOW + 60 } }, 'verified'],
  ['from 61 seconds ahead', { claims: { iat: NOW + 61 } }, 'token-not-yet-valid'],
  ['not valid yet', { claims: { nbf: NOW + 600 } }, 'token-not-yet-valid'],
  ['at its end', { claims: { exp: NOW } }, 'expired-token'],
  ['a second after its end', { claims: { exp: NOW - 1, iat: NOW - 60, nbf: NOW - 60 } }, 'expired-token'],
  ['without an end', { claims: { exp: undefined } }, 'malformed-token'],
  ['with an end that is text', { claims: { exp: '9999999999' } }, 'malformed-token'],
  ['without a time of issue', { claims: { iat: undefined } }, 'malformed-token'],
  ['without an issuer', { claims: { iss: undefined } }, 'malformed-token'],
  ['of another issuer', { claims: { iss: 'https://evil.example.test' } }, 'wrong-token-issuer'],
  ['of the issuer with something behind', { claims: { iss: `${OIDC_ISSUER}/` } }, 'wrong-token-issuer'],
  ['without an audience', { claims: { aud: undefined } }, 'malformed-token'],
  ['for Graph', { claims: { aud: 'https://graph.microsoft.com' } }, 'wrong-token-audience'],
  ['for management', { claims: { aud: 'https://management.azure.com/' } }, 'wrong-token-audience'],
  ['for the application itself, as an identity token is', { claims: { aud: APPLICATION } }, 'wrong-token-audience'],
  ['for nobody', { claims: { aud: [] } }, 'wrong-token-audience'],
]

const onEntra: readonly Case[] = [
  ['of another tenant', { claims: { tid: ELSEWHERE } }, 'wrong-token-tenant'],
  ['of no tenant', { claims: { tid: undefined } }, 'wrong-token-tenant'],
  [
    'of the issuer of another tenant',
    { claims: { iss: `https://sts.windows.net/${ELSEWHERE}/` } },
    'wrong-token-issuer',
  ],
  ['of every tenant', { claims: { iss: `${AUTHORITY}/common/v2.0` } }, 'wrong-token-issuer'],
  [
    'of a multi-tenant application elsewhere',
    { claims: { tid: ELSEWHERE, iss: `${AUTHORITY}/${ELSEWHERE}/v2.0` } },
    'wrong-token-issuer',
  ],
  ['of another application', { claims: { appid: ELSEWHERE } }, 'wrong-token-application'],
  [
    'of another application in the other claim',
    { claims: { appid: APPLICATION, azp: ELSEWHERE } },
    'wrong-token-application',
  ],
  ['of no application', { claims: { appid: undefined, azp: undefined } }, 'wrong-token-application'],
  ['of a user', { claims: { scp: 'user_impersonation', idtyp: undefined, sub: 'pairwise' } }, 'user-token'],
  ['of a user, said by its type', { claims: { idtyp: 'user' } }, 'user-token'],
  ['of neither', { claims: { idtyp: undefined, sub: ELSEWHERE } }, 'user-token'],
  ['with a delegated scope beside the type of an application', { claims: { idtyp: 'app', scp: 'x' } }, 'user-token'],
  ['without object id', { claims: { oid: undefined, idtyp: 'app' } }, 'malformed-token'],
]

const onOidc: readonly Case[] = [
  ['by ES256', { header: { alg: 'ES256', kid: 'p256' }, key: p256.privateKey }, 'verified'],
  ['by ES384', { header: { alg: 'ES384', kid: 'p384' }, key: p384.privateKey }, 'verified'],
  ['by EdDSA', { header: { alg: 'EdDSA', kid: 'ed' }, key: ed25519.privateKey }, 'verified'],
  [
    'by ES256 under the name of an RSA key',
    { header: { alg: 'ES256' }, key: p256.privateKey },
    'wrong-token-signature',
  ],
  ['of an older client claim', { claims: { client_id: undefined, azp: APPLICATION } }, 'verified'],
  ['of another application', { claims: { client_id: ELSEWHERE } }, 'wrong-token-application'],
  ['of no application', { claims: { client_id: undefined } }, 'wrong-token-application'],
  ['of a user with this application', { claims: { sub: 'ann' } }, 'user-token'],
  [
    'of a service account of Keycloak',
    { claims: { sub: ELSEWHERE, preferred_username: `service-account-${APPLICATION}` } },
    'verified',
  ],
  [
    'of the grant, as Auth0 says it',
    { claims: { sub: `${APPLICATION}@clients`, gty: 'client-credentials' } },
    'verified',
  ],
  ['without principal', { claims: { sub: undefined, idtyp: 'app' } }, 'malformed-token'],
]

const tables: readonly [name: string, provider: 'entra' | 'oidc', base: object, cases: readonly Case[]][] = [
  ['Entra 1.0', 'entra', V1, [...onEvery, ...onEntra]],
  ['Entra 2.0', 'entra', V2, [...onEvery, ...onEntra]],
  ['OpenID', 'oidc', RFC9068, [...onEvery, ...onOidc]],
]

for (const [name, provider, base, cases] of tables)
  for (const [what, making, expected, at] of cases)
    test(`${name}: a token ${what}: ${expected}`, async () => {
      const outcome = await verifyFor[provider](await make(base, making), openKeys().keys, at)
      assert.equal(reasonOf(outcome), expected)
      if (outcome.type === 'rejected') assert.ok(outcome.detail.length > 10 && outcome.detail.length < 400)
    })

test('what a token proves: principal, name, end', async () => {
  const { keys } = openKeys()
  const outcome = await verifyFor.entra(await make(V2, { claims: { oid: PRINCIPAL.toUpperCase() } }), keys)
  assert.ok(outcome.type === 'verified')
  const { principalId, tokenId, endsAt } = outcome
  assert.deepEqual(
    { principalId, tokenId, endsAt },
    { principalId: PRINCIPAL, tokenId: 'aBc_d-1', endsAt: AT + 3_600_000 },
  )
  const named = await verifyFor.oidc(await make(RFC9068, { claims: { jti: 'two\nlines' } }), keys)
  assert.equal(named.type === 'verified' && named.tokenId, '', 'a name that would be trouble in a log is none')
})

test('unsigned, encrypted, cut, padded, huge: no form of a token', async () => {
  const { keys, fetched } = openKeys()
  const token = await make(V2, {})
  const [header = '', payload = '', signature = ''] = token.split('.')
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
  const encrypted = await new CompactEncrypt(Buffer.from(token))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(rsa.publicKey)
  const hmac = createHmac('sha256', '').update(`${none}.${payload}`).digest('base64url')
  const forms: readonly [string, RejectReason][] = [
    [`${none}.${payload}.`, 'malformed-token'],
    [`${none}.${payload}.${hmac}`, 'wrong-token-signature'],
    [encrypted, 'malformed-token'],
    [`${header}.${payload}`, 'malformed-token'],
    [`${header}.${payload}.${signature}.`, 'malformed-token'],
    [`${header}=.${payload}.${signature}`, 'malformed-token'],
    [`${header} .${payload}.${signature}`, 'malformed-token'],
    [`${token}\n`, 'malformed-token'],
    [`${header}.${payload}.${signature.slice(0, -8)}`, 'wrong-token-signature'],
    [`${header}.${Buffer.from('[]').toString('base64url')}.${signature}`, 'malformed-token'],
    [`${header}.${Buffer.from('{').toString('base64url')}.${signature}`, 'malformed-token'],
    [`${Buffer.from('1').toString('base64url')}.${payload}.${signature}`, 'malformed-token'],
    ['x'.repeat(1_000_000), 'malformed-token'],
    ['', 'malformed-token'],
    ['a-client-secret-in-the-wrong-place', 'malformed-token'],
  ]
  for (const [form, expected] of forms)
    assert.equal(reasonOf(await verifyFor.entra(form, keys)), expected, form.slice(0, 60))
  assert.ok(fetched.length <= 2, 'nothing but the keys, once')
})

test('a token that is of no expected issuer makes nobody fetch anything', async () => {
  const { keys, fetched } = openKeys()
  await verifyFor.entra(await make(V2, { claims: { iss: 'https://169.254.169.254/' } }), keys)
  await verifyFor.oidc(await make(RFC9068, { claims: { iss: `${OIDC_ISSUER}/../x` } }), keys)
  assert.deepEqual(fetched, [])
})

test('a flood of names of keys is one reading a minute', async () => {
  const { keys, fetched } = openKeys()
  for (let count = 0; count < 1000; count += 1)
    await verifyFor.entra(
      await make(V2, { header: { kid: `k${count}` }, claims: { exp: NOW + 7200 } }),
      keys,
      AT + count,
    )
  assert.equal(fetched.length, 2)
  await verifyFor.entra(await make(V2, { header: { kid: 'k' } }), keys, AT + 61_000)
  assert.equal(fetched.length, 4)
})

test('an issuer that does not answer: unavailable, except for what is known of it', async () => {
  const opened = openKeys()
  opened.answers = false
  assert.equal((await verifyFor.entra(await make(V2, {}), opened.keys)).type, 'unavailable')
  opened.answers = true
  assert.equal((await verifyFor.entra(await make(V2, {}), opened.keys, AT + 10_000)).type, 'verified')
  opened.answers = false
  const unknown = await make(V2, { header: { kid: 'new' } })
  assert.equal((await verifyFor.entra(unknown, opened.keys, AT + 100_000)).type, 'unavailable')
  assert.equal((await verifyFor.entra(await make(V2, {}), opened.keys, AT + 100_001)).type, 'verified')
  const before = opened.fetched.length
  assert.equal((await verifyFor.entra(unknown, opened.keys, AT + 100_002)).type, 'unavailable')
  assert.equal(opened.fetched.length, before, 'left alone for a while')
})

test('a key too short is no key', async () => {
  const token = await make(V2, {})
  const [, payload = ''] = token.split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: 'small' })).toString('base64url')
  const { sign } = await import('node:crypto')
  const signature = sign('sha256', Buffer.from(`${header}.${payload}`), small.privateKey).toString('base64url')
  const outcome = await verifyFor.entra(`${header}.${payload}.${signature}`, openKeys().keys)
  assert.equal(reasonOf(outcome), 'wrong-token-signature')
})

test('audiences: what the scope asks for, the id of an application behind api://, what is configured; none is none', async () => {
  const { keys } = openKeys()
  const own: EntraSettings = { ...entra, scope: `api://${ELSEWHERE}/.default`, audiences: ['extra'] }
  for (const aud of [`api://${ELSEWHERE}`, ELSEWHERE, 'extra'])
    assert.equal((await verifyFor.entra(await make(V2, { claims: { aud } }), keys, AT, own)).type, 'verified', aud)
  assert.equal(reasonOf(await verifyFor.entra(await make(V2, {}), keys, AT, own)), 'wrong-token-audience')
  const asked: OidcSettings = { ...oidc, audiences: [], resource: 'https://mail.example.test' }
  const token = await make(RFC9068, { claims: { aud: 'https://mail.example.test' } })
  assert.equal((await verifyFor.oidc(token, keys, AT, asked)).type, 'verified')
  const none: OidcSettings = { ...oidc, audiences: [] }
  const unanswerable = await verifyFor.oidc(await make(RFC9068, {}), keys, AT, none)
  assert.equal(reasonOf(unanswerable), 'wrong-token-audience')
  assert.match(unanswerable.type === 'rejected' ? unanswerable.detail : '', /no audience is configured/)
  const onlyEs: OidcSettings = { ...oidc, algorithms: ['ES256'] }
  assert.equal(reasonOf(await verifyFor.oidc(await make(RFC9068, {}), keys, AT, onlyEs)), 'wrong-token-signature')
})
