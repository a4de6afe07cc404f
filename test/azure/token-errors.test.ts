// Every number the token service refuses with, as `@azure/identity` and `@azure/msal-node` show it. Where no client sends such a request
// by itself, its own pipeline changes it on the way out (`alter`): the answer is read by the client all the same. The numbers of
// federated credentials are in federation.test.ts. Azure: data-plane reference §3.4.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { ClientAssertionCredential, ClientSecretCredential, OnBehalfOfCredential } from '@azure/identity'
import { signAssertion } from '../../src/http/entra/assertion.fixture.ts'
import { PORTAL_CLIENT_ID } from '../../src/http/sign-in/portal-client.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { startTokenIssuer } from '../fixtures/token-issuer.ts'
import { createSender, expectStatus } from './article.ts'
import {
  administratorCredential,
  alteringPolicy,
  type ApplicationSecret,
  connectGraph,
  errorOf,
  identityOptions,
  originOf,
  type RequestChange,
  secretCredential,
  type TokenSource,
} from './azure-clients.ts'
import { createCurrentCertificate, registerCertificate } from './certificates.ts'
import { msalClient } from './msal-client.ts'

const service = await startService({ after })
const { tenantId, application } = service.quickstart
const graph = connectGraph(service, administratorCredential(service))
const origin = originOf(service)
const ownScope = `${origin}/.default`
const tokenPath = (tenant: string) => `${origin}/${tenant}/oauth2/v2.0/token`

type Options = ReturnType<typeof identityOptions>
type Refused = {
  readonly name: string
  readonly status: number
  readonly error: string
  readonly code: number
  /** The quickstart's application with its secret when it is left out. */
  readonly credential?: (options: Options) => TokenSource | Promise<TokenSource>
  readonly scope?: string | string[]
  readonly alter?: RequestChange
}

const withSecret =
  (change: Partial<ApplicationSecret>) =>
  (options: Options): TokenSource => {
    const { applicationId, clientSecret } = { ...application, ...change }
    return new ClientSecretCredential(tenantId, applicationId, clientSecret, options)
  }

function checkRefused(cases: readonly Refused[]): void {
  for (const { name, status, error, code, credential = withSecret({}), scope = ownScope, alter = () => {} } of cases)
    test(`AADSTS${code}: ${name}`, async () => {
      const answered: number[] = []
      const step = alteringPolicy(
        (request) => request.url.includes('/token') && alter(request),
        (seen) => void answered.push(seen),
      )
      const source = await credential(identityOptions(service, step))
      const seen = await errorOf(source.getToken(scope))
      assert.equal(seen.name, 'AuthenticationRequiredError')
      assert.match(seen.message, new RegExp(`^${error}: Error\\(s\\): ${code} - .* AADSTS${code}: `, 's'))
      assert.equal(answered.at(-1), status)
    })
}

test('AADSTS70000: a code that is none', async () => {
  const form = {
    grant_type: 'authorization_code',
    client_id: PORTAL_CLIENT_ID,
    code: 'none',
    redirect_uri: `${origin}/portal/`,
    code_verifier: 'v'.repeat(43),
  }
  const { status, octets } = await service.http('POST', `/${tenantId}/oauth2/v2.0/token`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const { error, error_codes: codes } = JSON.parse(octets.toString()) as { error: string; error_codes: number[] }
  assert.deepEqual([status, error, codes], [400, 'invalid_grant', [70000]])
})

const onBehalfOf = (tenant: string) => (options: Options) =>
  new OnBehalfOfCredential({
    ...options,
    ...application,
    clientId: application.applicationId,
    tenantId: tenant,
    userAssertionToken: 'a.b.c',
  })

checkRefused([
  {
    name: 'a wrong secret',
    status: 401,
    error: 'invalid_client',
    code: 7000215,
    credential: withSecret({ clientSecret: 'not-the-secret' }),
  },
  {
    name: 'an expired secret',
    status: 401,
    error: 'invalid_client',
    code: 7000222,
    credential: async (options) => withSecret(await createExpired())(options),
  },
  {
    name: 'an unknown application',
    status: 400,
    error: 'unauthorized_client',
    code: 700016,
    credential: withSecret({ applicationId: randomUUID() }),
  },
  {
    name: 'a disabled principal',
    status: 400,
    error: 'unauthorized_client',
    code: 7000112,
    credential: async (options) => withSecret(await createDisabled())(options),
  },
  {
    name: 'a scope that is none of an application',
    status: 400,
    error: 'invalid_scope',
    code: 1002012,
    scope: `${origin}/Mail.Send`,
  },
  {
    name: 'two resources at once',
    status: 400,
    error: 'invalid_scope',
    code: 70011,
    scope: [ownScope, 'https://graph.microsoft.com/.default'],
  },
  {
    name: 'an unknown resource',
    status: 400,
    error: 'invalid_resource',
    code: 500011,
    scope: 'https://elsewhere.example.test/.default',
  },
  {
    name: 'on behalf of a user',
    status: 400,
    error: 'unsupported_grant_type',
    code: 70003,
    credential: onBehalfOf(tenantId),
  },
  {
    name: 'no tenant of its own',
    status: 400,
    error: 'invalid_request',
    code: 9001023,
    credential: onBehalfOf('common'),
  },
])

async function createExpired(): Promise<ApplicationSecret> {
  const { objectId, applicationId } = await createSender(graph)
  const passwordCredential = { startDateTime: '2020-01-01T00:00:00Z', endDateTime: '2020-06-01T00:00:00Z' }
  const added = await expectStatus(graph('POST', `/applications/${objectId}/addPassword`, { passwordCredential }), 200)
  return { applicationId, clientSecret: String(added['secretText']) }
}

async function createDisabled(): Promise<ApplicationSecret> {
  const sender = await createSender(graph)
  await expectStatus(graph('PATCH', `/servicePrincipals/${sender.principalId}`, { accountEnabled: false }), 204)
  return sender
}

/** Changes the form of the token request; the client alone would leave nothing out and say nothing twice. */
function form(change: (form: URLSearchParams) => void): RequestChange {
  return (request) => {
    assert.ok(typeof request.body === 'string')
    const parameters = new URLSearchParams(request.body)
    change(parameters)
    request.body = parameters.toString()
  }
}

checkRefused([
  {
    name: 'neither secret nor assertion',
    status: 401,
    error: 'invalid_client',
    code: 7000218,
    alter: form((parameters) => parameters.delete('client_secret')),
  },
  ...['grant_type', 'client_id', 'scope'].map((parameter) => ({
    name: `no ${parameter}`,
    status: 400,
    error: 'invalid_request',
    code: 900144,
    alter: form((parameters) => parameters.delete(parameter)),
  })),
  {
    name: 'a parameter twice',
    status: 400,
    error: 'invalid_request',
    code: 9002313,
    alter: form((parameters) => parameters.append('scope', ownScope)),
  },
  {
    name: 'another method than POST',
    status: 405,
    error: 'invalid_request',
    code: 900561,
    alter: (request) => {
      request.method = 'PUT'
    },
  },
])

const certificate = await createCurrentCertificate()
const certified = await createSender(graph)
await registerCertificate(graph, certified.objectId, certificate)
const seconds = (offset = 0) => Math.floor(Date.now() / 1000) + offset

/** What the application signs itself; `claims` are replaced. */
const asserting =
  (claims: Readonly<Record<string, unknown>>, aud = tokenPath(tenantId)) =>
  (options: Options) => {
    const { applicationId } = certified
    const sign = () => signAssertion(certificate, applicationId, aud, { at: Date.now(), claims })
    return new ClientAssertionCredential(tenantId, applicationId, sign, options)
  }

test('an assertion that the application has signed itself opens the same door', async () => {
  assert.ok((await asserting({})(identityOptions(service)).getToken(ownScope)).token)
})

checkRefused([
  {
    name: 'an assertion that is no token',
    status: 401,
    error: 'invalid_client',
    code: 50027,
    credential: (options) =>
      new ClientAssertionCredential(tenantId, certified.applicationId, async () => 'no token', options),
  },
  {
    name: 'an assertion for another endpoint',
    status: 401,
    error: 'invalid_client',
    code: 50012,
    credential: asserting({}, tokenPath(randomUUID())),
  },
  {
    name: 'an assertion about somebody else',
    status: 400,
    error: 'invalid_client',
    code: 50048,
    credential: asserting({ sub: randomUUID() }),
  },
  {
    name: 'an assertion that is over',
    status: 401,
    error: 'invalid_client',
    code: 700024,
    credential: asserting({ nbf: seconds(-1200), exp: seconds(-600) }),
  },
  {
    name: 'an assertion of an unregistered certificate',
    status: 401,
    error: 'invalid_client',
    code: 700027,
    credential: async (options) => {
      await registerCertificate(graph, certified.objectId, await createCurrentCertificate())
      return asserting({})(options)
    },
  },
])

test('AADSTS90033: the issuer of a federated credential is at a private address, where it is not asked', async () => {
  const inside = await startTokenIssuer({ after })
  const { objectId, applicationId } = await createSender(graph)
  const { issuer } = inside
  const audience = 'api://AzureADTokenExchange'
  const trust = { name: 'inside', issuer, subject: 'me', audiences: [audience] }
  await expectStatus(graph('POST', `/applications/${objectId}/federatedIdentityCredentials`, trust), 201)
  const assertion = () => inside.sign({ sub: 'me', aud: audience })
  const credential = new ClientAssertionCredential(tenantId, applicationId, assertion, identityOptions(service))
  assert.match((await errorOf(credential.getToken(ownScope))).message, /^temporarily_unavailable: Error\(s\): 90033 - /)
  assert.equal(inside.connections(), 0)
})

/** MSAL with its discovery document given, which the service would not give for such a tenant. */
async function refusedAt(tokenEndpoint: string, tenant: string, applicationId = application.applicationId) {
  const authority = `${origin}/${tenant}`
  const discovered = {
    issuer: `${authority}/v2.0`,
    token_endpoint: tokenEndpoint,
    authorization_endpoint: authority,
    jwks_uri: authority,
  }
  const client = msalClient(service, applicationId, application, {
    authority,
    authorityMetadata: JSON.stringify(discovered),
  })
  const error = await errorOf(client.acquireTokenByClientCredential({ scopes: [ownScope] }))
  assert.equal(error.name, 'ServerError')
  return error.message
}

for (const [name, tenant, code] of [
  ['a tenant that is not here', randomUUID(), 90002],
  ['a domain name that is not here', 'elsewhere.example.test', 90002],
  ['neither a GUID nor a domain name', 'contoso', 900023],
] as const)
  test(`AADSTS${code}: ${name}, which the client finds at its discovery document already`, async () => {
    assert.match(await refusedAt(tokenPath(tenant), tenant), new RegExp(`^invalid_request: Error\\(s\\): ${code} - `))
    const stopped = await errorOf(secretCredential(service, application, tenant).getToken(ownScope))
    assert.equal(stopped.name, 'CredentialUnavailableError')
    const document = await service.http('GET', `/${tenant}/v2.0/.well-known/openid-configuration`)
    const { error_codes: numbers } = JSON.parse(document.octets.toString('utf8')) as { error_codes: number[] }
    assert.deepEqual([document.status, numbers], [400, [code]])
  })

test('AADSTS50059: no tenant at all', async () => {
  assert.match(await refusedAt(`${origin}/oauth2/v2.0/token`, tenantId), /^invalid_request: Error\(s\): 50059 - /)
})

test('AADSTS900144: MSAL with an empty application id', async () => {
  assert.match(
    await refusedAt(tokenPath(tenantId), tenantId, ''),
    /^invalid_request: Error\(s\): 900144 - .*'client_id'/s,
  )
})

// The last: what fails after it is told to wait too.
test('AADSTS90055: who goes on failing is told to wait, and a right secret never is', async () => {
  const sender = await createSender(graph)
  const wrong = secretCredential(service, { ...sender, clientSecret: 'not-the-secret' })
  const messages: string[] = []
  do messages.push((await errorOf(wrong.getToken(ownScope))).message)
  while (messages.length < 200 && messages.at(-1)?.includes('AADSTS7000215'))
  assert.match(messages.at(-1) ?? '', /^temporarily_unavailable: Error\(s\): 90055 - /)
  assert.ok((await secretCredential(service, sender).getToken(ownScope)).token)
})
