// Signing in with a certificate or with a token of another issuer: what is proven, every number an assertion can be refused with,
// what such a token is worth once its credential is gone, and how often it may fail.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { decodeJwt, SignJWT } from 'jose'
import { createAssertionProver } from '../../identity/client-assertion.ts'
import type { IssuerKeys } from '../../identity/issuer-keys.ts'
import { A, AT, B, change } from '../../storage/two-tenants.fixture.ts'
import { BASE, credentialsForm, type HttpFixture, openHttpFixture, type Program } from '../http.fixture.ts'
import { createCertificate, signAssertion, type TestCertificate } from './assertion.fixture.ts'

const DAY = 24 * 60 * 60 * 1000
const V2 = `/${A.tenantId}/oauth2/v2.0/token`
const AUDIENCE = `${BASE}${V2}`
const ISSUER = 'https://issuer.example'
const SUBJECT = 'repo:us/code'
const EXCHANGE = 'api://AzureADTokenExchange'
const KEY_ID = '12345678-0000-4000-8000-000000000001'
const CREDENTIAL_ID = '12345678-0000-4000-8000-000000000002'
const federation = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })

let http: HttpFixture
let program: Program
let certificate: TestCertificate
let other: TestCertificate
let issuerAnswers = true
before(async () => {
  const issuerKeys: IssuerKeys = {
    async find(issuer, kid) {
      if (!issuerAnswers) return { type: 'unavailable', detail: 'no answer from the inside' }
      return issuer === ISSUER && kid === 'k1'
        ? { type: 'key', key: federation.publicKey, algorithms: ['RS256', 'PS256'] }
        : { type: 'none' }
    },
  }
  // The store is the fixture's own, which is there only once the fixture is.
  const assertions = createAssertionProver({
    directory: {
      readLogin: (...asked) => http.storage.read.directory.readLogin(...asked),
      readAssertionKeys: (...asked) => http.storage.read.directory.readAssertionKeys(...asked),
    },
    issuerKeys,
  })
  http = await openHttpFixture({ dependencies: { assertions } })
  program = await http.program(A)
  certificate = await createCertificate(AT - DAY, AT + DAY)
  other = await createCertificate(AT - DAY, AT + DAY)
  await trust(program)
})
after(() => http.close())

const TRUST = {
  credentialId: CREDENTIAL_ID,
  name: 'pipeline',
  issuer: ISSUER,
  subject: SUBJECT,
  audience: EXCHANGE,
  description: '',
}

const keyOf = ({ der }: TestCertificate) => {
  const times = { startAt: AT - DAY, endAt: AT + DAY }
  return { keyId: KEY_ID, displayName: '', customKeyIdentifier: '', certificate: der, ...times }
}

async function trust({ tenantId, objectId }: Program): Promise<void> {
  const { directory } = http.storage.write
  await directory.updateApplication(change(), tenantId, objectId, { keyCredentials: [keyOf(certificate)] })
  await directory.putFederatedCredential(change(), tenantId, objectId, TRUST)
}

type Body = {
  access_token: string
  expires_in: number
  error: string
  error_codes: number[]
  error_description: string
}
async function signIn(assertion: string, path = V2, applicationId = program.applicationId, source?: string) {
  const form = {
    grant_type: 'client_credentials',
    client_id: applicationId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    scope: `${BASE}/.default`,
    resource: BASE,
  }
  const init = { method: 'POST', body: new URLSearchParams(form) }
  const incoming = { socket: { remoteAddress: source } }
  const response = await http.app.request(path, init, { incoming })
  return {
    status: response.status,
    body: (await response.json()) as Body,
    retryAfter: response.headers.get('retry-after'),
  }
}

type Made = Partial<Parameters<typeof signAssertion>[3]> & { by?: TestCertificate; aud?: string }
const assertion = ({ by = certificate, aud = AUDIENCE, ...rest }: Made = {}) =>
  signAssertion(by, program.applicationId, aud, { at: AT, ...rest })

test('a certificate gives a token that says so, addressed to any name of the endpoint', async () => {
  for (const aud of [AUDIENCE, `${BASE}/${A.tenantId}/oauth2/token`, `${BASE}/${A.tenantId}/v2.0`]) {
    const { status, body } = await signIn(await assertion({ aud }))
    assert.equal(status, 200, JSON.stringify(body))
    const { keyId, azp, azpacr, appidacr, tid } = decodeJwt(body.access_token)
    assert.equal(String(keyId).split('.')[0], KEY_ID)
    assert.deepEqual([azp, azpacr, appidacr, tid], [program.applicationId, '2', '2', A.tenantId])
  }
})

test('a certificate is named by either thumbprint, or by both, and signs in both ways; at the older endpoint too', async () => {
  const { sha1, sha256 } = certificate
  const both = ['x5t#S256', 'x5t'] as const
  for (const header of [
    { alg: 'PS256' },
    { alg: 'RS256' },
    { alg: 'RS256', [both[0]]: undefined, [both[1]]: sha1 },
    { alg: 'PS256', [both[0]]: sha256, [both[1]]: sha1 },
  ])
    assert.equal((await signIn(await assertion({ header }))).status, 200, JSON.stringify(header))
  assert.equal((await signIn(await assertion(), `/${A.tenantId}/oauth2/token`)).status, 200)
})

const seconds = (at: number) => Math.floor(at / 1000)
const refused: readonly [string, Made, number, string, number][] = [
  ['another key', { header: { 'x5t#S256': 'x' } }, 401, 'invalid_client', 700027],
  ['a certificate that is not registered', { by: 'other' as never }, 401, 'invalid_client', 700027],
  ['thumbprints of two certificates', { header: { x5t: 'x' } }, 401, 'invalid_client', 700027],
  ['no thumbprint', { header: { 'x5t#S256': undefined } }, 401, 'invalid_client', 50027],
  ['another algorithm', { header: { alg: 'RS512' } }, 401, 'invalid_client', 50027],
  ['an audience elsewhere', { aud: 'https://elsewhere.example/token' }, 401, 'invalid_client', 50012],
  ['the audience of another tenant', { aud: `${BASE}/${B.tenantId}/oauth2/v2.0/token` }, 401, 'invalid_client', 50012],
  ['an end in the past', { claims: { exp: seconds(AT) - 301 } }, 401, 'invalid_client', 700024],
  ['a start in the future', { claims: { nbf: seconds(AT) + 301 } }, 401, 'invalid_client', 700024],
  ['an end in two days', { claims: { exp: seconds(AT + 2 * DAY) } }, 401, 'invalid_client', 700024],
  ['no end', { claims: { exp: undefined } }, 401, 'invalid_client', 50027],
  ['an issuer that is a number', { claims: { iss: 1 } }, 401, 'invalid_client', 50027],
  ['another subject', { claims: { sub: B.applicationId } }, 400, 'invalid_client', 50048],
  ['another issuer', { claims: { iss: 'https://elsewhere.example' } }, 400, 'invalid_request', 700211],
  [
    'another program as both',
    { claims: { iss: B.applicationId, sub: B.applicationId } },
    400,
    'invalid_request',
    700211,
  ],
]
for (const [name, made, status, error, number] of refused)
  test(`an assertion with ${name}: AADSTS${number}`, async () => {
    const by = made.by === undefined ? certificate : other
    const answer = await signIn(await assertion({ ...made, by }))
    assert.deepEqual([answer.status, answer.body.error, answer.body.error_codes], [status, error, [number]])
  })

test('an assertion signed with another key under the right thumbprint: AADSTS700027', async () => {
  const forged = await assertion({ by: { ...other, sha256: certificate.sha256 } })
  assert.deepEqual((await signIn(forged)).body.error_codes, [700027])
  const [header = '', payload = ''] = forged.split('.')
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
  for (const broken of [unsigned, `${header}.${payload}.AAAA`, 'x'.repeat(40_000)])
    assert.equal((await signIn(broken)).status, 401)
})

test('clocks may differ by five minutes', async () => {
  for (const claims of [{ exp: seconds(AT) - 299 }, { nbf: seconds(AT) + 299 }])
    assert.equal((await signIn(await assertion({ claims }))).status, 200)
})

test('an assertion works again from where it was first used, and from nowhere else', async () => {
  const made = await assertion()
  const at = (source: string) => signIn(made, V2, program.applicationId, source)
  assert.equal((await at('192.0.2.1')).status, 200)
  assert.equal((await at('192.0.2.1')).status, 200)
  const elsewhere = await at('192.0.2.2')
  assert.deepEqual([elsewhere.status, elsewhere.body.error_codes], [401, [50012]])
})

test('a certificate out of its time proves nothing, and gives no token beyond its end', async () => {
  try {
    http.state.now = AT + DAY - 60_000
    const { body } = await signIn(await assertion({ at: http.state.now }))
    assert.equal(body.expires_in, 60)
    http.state.now = AT + DAY
    assert.deepEqual((await signIn(await assertion({ at: http.state.now }))).body.error_codes, [700027])
  } finally {
    http.state.now = AT
  }
})

const federated = ({
  claims = {},
  header = {},
  key = federation.privateKey,
}: {
  claims?: object
  header?: object
  key?: typeof federation.privateKey
} = {}) =>
  new SignJWT({ iss: ISSUER, sub: SUBJECT, aud: EXCHANGE, exp: seconds(AT) + 300, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
    .sign(key)

test('a token of a trusted issuer gives a token, again and from elsewhere too', async () => {
  const made = await federated()
  for (const source of ['192.0.2.1', '192.0.2.2']) {
    const { status, body } = await signIn(made, V2, program.applicationId, source)
    assert.equal(status, 200, JSON.stringify(body))
    const { keyId, azpacr } = decodeJwt(body.access_token)
    assert.deepEqual([String(keyId).split('.')[0], azpacr, body.expires_in], [CREDENTIAL_ID, '2', 3599])
  }
})

const mistrusted: readonly [string, Parameters<typeof federated>[0], number, number][] = [
  ['another issuer', { claims: { iss: `${ISSUER}/` } }, 400, 700211],
  ['another subject', { claims: { sub: SUBJECT.toUpperCase() } }, 400, 700213],
  ['another audience', { claims: { aud: 'api://azureadtokenexchange' } }, 400, 700212],
  ['a key nobody published', { header: { kid: 'k2' } }, 401, 700027],
  ['a signature of a stranger', { key: stranger.privateKey }, 401, 700027],
  ['another algorithm', { header: { alg: 'PS256' } }, 401, 50027],
  ['its end long past', { claims: { exp: seconds(AT) - 301 } }, 401, 700024],
]
for (const [name, made, status, number] of mistrusted)
  test(`a token of an issuer with ${name}: AADSTS${number}`, async () => {
    const answer = await signIn(await federated(made))
    assert.deepEqual([answer.status, answer.body.error_codes], [status, [number]])
  })

test('an issuer that does not answer is a transient error, and only the operator is told why', async () => {
  try {
    issuerAnswers = false
    const answer = await signIn(await federated())
    assert.deepEqual([answer.status, answer.body.error_codes, answer.retryAfter], [503, [90033], '1'])
    assert.equal(JSON.stringify(answer.body).includes('inside'), false)
    assert.match(http.state.log, /no answer from the inside/)
  } finally {
    issuerAnswers = true
  }
})

test('what proves an application of one tenant proves nothing in another', async () => {
  const path = `/${B.tenantId}/oauth2/v2.0/token`
  const aud = `${BASE}${path}`
  for (const made of [await assertion({ aud }), await federated()])
    assert.deepEqual((await signIn(made, path)).body.error_codes, [700016])
  const namesake = await signIn(await federated(), path, B.applicationId)
  assert.deepEqual(namesake.body.error_codes, [700211])
})

test('a token ends with the credential it rests on, with the challenge that clients understand', async () => {
  const own = await http.program(A)
  await trust(own)
  const signed = await signIn(
    await signAssertion(certificate, own.applicationId, AUDIENCE, { at: AT }),
    V2,
    own.applicationId,
  )
  const trusted = await signIn(await federated(), V2, own.applicationId)
  const ask = async ({ body }: typeof signed) => http.request('GET', '/v1.0/me', { token: body.access_token })
  assert.deepEqual([(await ask(signed)).status, (await ask(trusted)).status], [200, 200])
  const { directory } = http.storage.write
  await directory.updateApplication(change(), A.tenantId, own.objectId, { keyCredentials: [] })
  assert.deepEqual([(await ask(signed)).status, (await ask(trusted)).status], [401, 200])
  await directory.deleteFederatedCredential(change(), A.tenantId, own.objectId, CREDENTIAL_ID)
  const response = await ask(trusted)
  assert.match(response.headers.get('www-authenticate') ?? '', /error="insufficient_claims", claims="/)
})

test('a token ends with what it rests on, also when something else is put under the same id', async () => {
  const { directory } = http.storage.write
  const changed: readonly (readonly [string, (own: Program) => Promise<unknown>])[] = [
    [
      'certificate',
      ({ objectId }) => directory.updateApplication(change(), A.tenantId, objectId, { keyCredentials: [keyOf(other)] }),
    ],
    ...[{ issuer: 'https://else.example' }, { subject: 'repo:us/other' }, { audience: 'api://else' }].map(
      (other) =>
        [
          Object.keys(other).join(),
          ({ objectId }: Program) =>
            directory.putFederatedCredential(change(), A.tenantId, objectId, { ...TRUST, ...other }),
        ] as const,
    ),
  ]
  for (const [name, put] of changed) {
    const own = await http.program(A)
    await trust(own)
    const made =
      name === 'certificate'
        ? await signAssertion(certificate, own.applicationId, AUDIENCE, { at: AT })
        : await federated()
    const { access_token: token } = (await signIn(made, V2, own.applicationId)).body
    const status = async () => (await http.request('GET', '/v1.0/me', { token })).status
    assert.equal(await status(), 200, name)
    await put(own)
    assert.equal(await status(), 401, name)
    await trust(own)
    assert.equal(await status(), 200, name)
  }
})

test('who fails too often is told to wait; a right credential never is, from wherever', async () => {
  const own = await http.program(A)
  const post = async (secret: string, source: string) => {
    const response = await http.app.request(
      V2,
      { method: 'POST', body: new URLSearchParams(credentialsForm({ ...own, secret })) },
      { incoming: { socket: { remoteAddress: source } } },
    )
    const { error_codes: numbers } = (await response.json()) as Body
    return [response.status, numbers, response.headers.get('retry-after')]
  }
  for (let count = 0; count < 100; count += 1)
    assert.deepEqual(await post('wrong', `2001:db8::${count}`), [401, [7000215], null])
  assert.deepEqual(await post('wrong', '2001:db8::ffff'), [429, [90055], '1'])
  for (const source of ['2001:db8::ffff', '192.0.2.1'])
    assert.deepEqual(await post(own.secret, source), [200, undefined, null])
  assert.deepEqual(await post('wrong', '192.0.2.1'), [401, [7000215], null])
})

test('an issuer that does not answer fills no log', async () => {
  issuerAnswers = false
  http.state.now += 60_000
  try {
    const lines = () => http.state.log.match(/no answer from the inside/g)?.length ?? 0
    const before = lines()
    for (let count = 0; count < 5; count += 1) assert.equal((await signIn(await federated())).status, 503)
    assert.equal(lines(), before + 1)
    http.state.now += 60_000
    await signIn(await federated())
    assert.equal(lines(), before + 2)
    assert.match(http.state.log, /"leftOut":4,/)
  } finally {
    issuerAnswers = true
    http.state.now = AT
  }
})
