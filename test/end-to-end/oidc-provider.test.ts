// Logins of a tenant whose applications live at an OpenID provider, through a whole service, against an OpenID server that nobody here
// wrote, in a process of its own: both ways of sending the secret, claims mapped to principal and groups, and what it refuses.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { guidOfId } from '../../src/identity/provider-claims.ts'
import { startConnectProxy } from '../fixtures/connect-proxy.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type OidcClient, startOidcServer } from '../fixtures/oidc-server.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const RECIPIENT = 'reader@recipient.example.test'
const RESOURCE = 'https://mail.example.test/'

const client = (more: Partial<OidcClient> = {}): OidcClient => ({
  clientId: randomUUID(),
  secret: `not:a.real+secret/=&%${randomUUID()}`,
  method: 'client_secret_basic',
  ...more,
})
const basic = client()
const post = client({ method: 'client_secret_post' })
const grouped = client({ groups: ['mail-senders', 'others'] })
const otherGroup = client({ groups: ['others'] })
const noGrant = client({ grant: 'authorization_code' })

const oidc = await startOidcServer({ after }, [basic, post, grouped, otherGroup, noGrant], RESOURCE)
const service = await startIn(
  temporaryDirectory({ after }),
  { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' },
  (config) => ({ ...config, auth: { ...config.auth, rejectAfter: 1500 } }),
)
after(() => service.stop())
const { quickstart } = service
const { tenantId } = quickstart

async function put(path: string, properties: object, expected: readonly number[] = [200, 201]): Promise<unknown> {
  const { status, json } = await service.api('PUT', path, { properties })
  assert.ok(expected.includes(status), JSON.stringify(json))
  return json
}

const PROVIDER = `/providers/Postern.Mail/identityProviders/${tenantId}`
const configure = (own: object = {}) =>
  put(PROVIDER, {
    provider: 'oidc',
    oidc: { issuer: oidc.issuer, resource: RESOURCE, scope: 'mail', groupsClaim: 'groups', ...own },
    ca: oidc.ca,
  })

const assign = (principalId: string, principalType: 'ServicePrincipal' | 'Group') =>
  put(
    `${quickstart.communicationServiceId}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=${ROLE_API_VERSION}`,
    {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`,
      principalId,
      principalType,
    },
  )

const usernameOf = ({ clientId }: Pick<OidcClient, 'clientId'>) =>
  [quickstart.communicationService, clientId, tenantId].join('.')

async function login(one: OidcClient, secret = one.secret): Promise<string> {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  try {
    return await dialogue.authenticate(usernameOf(one), secret)
  } finally {
    dialogue.destroy()
  }
}

async function sendAs(one: OidcClient, subject: string): Promise<string> {
  const { senderAddress } = quickstart
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  try {
    assert.match(await dialogue.authenticate(usernameOf(one), one.secret), /^235 /)
    return await dialogue.submit(
      senderAddress,
      [RECIPIENT],
      [`From: ${senderAddress}`, `Subject: ${subject}`, '', 'Hi.'],
    )
  } finally {
    dialogue.destroy()
  }
}

await configure()
// The subject of such a token is the client. RFC 9068 §2.2
for (const { clientId } of [basic, post]) await assign(clientId, 'ServicePrincipal')
await assign(guidOfId(oidc.issuer, 'mail-senders'), 'Group')

test('a client signs in and sends, its secret sent in the header', async () => {
  assert.match(await sendAs(basic, 'basic'), /^250 /)
})

test('a client signs in and sends, its secret sent in the body', async () => {
  await configure({ clientAuthentication: 'client_secret_post' })
  assert.match(await sendAs(post, 'post'), /^250 /)
  await configure()
})

test('a group of the token has the role, and another group does not', async () => {
  assert.match(await sendAs(grouped, 'by group'), /^250 /)
  const reply = await login(otherGroup)
  assert.match(reply, /^535 5\.7\.8 /)
  const { trace } = await service.explain(reply)
  assert.equal(trace.reason, 'missing-role')
  const proven = trace.steps.find(({ step }) => step === 'credential')?.detail ?? ''
  assert.ok(proven.includes(guidOfId(oidc.issuer, 'others')), proven)
})

test('a role on a group counts at the next message, and no more when it is gone', async () => {
  const { senderAddress } = quickstart
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  assert.match(await dialogue.authenticate(usernameOf(grouped), grouped.secret), /^235 /)
  const path = `${quickstart.communicationServiceId}/providers/Microsoft.Authorization/roleAssignments`
  const { json } = await service.api('GET', `${path}?api-version=${ROLE_API_VERSION}`)
  const group = guidOfId(oidc.issuer, 'mail-senders')
  type Listed = {
    readonly value: readonly { readonly id: string; readonly properties: { readonly principalId: string } }[]
  }
  const found = (json as Listed).value.find(({ properties }) => properties.principalId === group)
  assert.equal((await service.api('DELETE', `${found?.id}?api-version=${ROLE_API_VERSION}`)).status, 200)
  assert.match(await dialogue.command(`MAIL FROM:<${senderAddress}>`), /^421 4\.7\.0 /)
  dialogue.destroy()
  await assign(group, 'Group')
})

const refusals: readonly [
  name: string,
  client: OidcClient,
  secret: string | undefined,
  reason: string,
  detail: RegExp,
][] = [
  ['a wrong secret', basic, 'a-mistaken-secret', 'wrong-secret', /invalid_client, status 401/],
  ['an unknown client', client(), undefined, 'wrong-secret', /invalid_client/],
]
for (const [name, one, secret = one.secret, reason, detail] of refusals)
  test(`${name} is refused like any other, and the operator sees why`, async () => {
    const reply = await login(one, secret)
    assert.match(reply, /^535 5\.7\.8 Authentication unsuccessful \[[0-9A-HJKMNP-TV-Z]{10}\]$/)
    const { trace } = await service.explain(reply)
    assert.equal(trace.reason, reason)
    assert.match(trace.steps.at(-1)?.detail ?? '', detail)
  })

const misconfigured: readonly [name: string, own: object, reply: RegExp, detail: RegExp][] = [
  [
    'a resource that it does not know',
    { resource: 'https://other.example.test/' },
    /^454 /,
    /invalid_target|answers 500/,
  ],
  ['a claim that is not there', { principalClaim: 'employee' }, /^535 /, /no claim employee/],
  ['audiences that its tokens have not', { audiences: ['https://other.example.test/'] }, /^535 /, /another audience/],
]
for (const [name, own, expected, detail] of misconfigured)
  test(`settings with ${name} are told to the operator`, async () => {
    await configure(own)
    const reply = await login(basic)
    assert.match(reply, expected)
    assert.match((await service.explain(reply)).trace.steps.at(-1)?.detail ?? '', detail)
    await configure()
    assert.match(await login(basic), /^235 /)
  })

test('a client that may not use the grant is told 454, and the operator what its provider says', async () => {
  const reply = await login(noGrant)
  assert.match(reply, /^454 4\.7\.0 /)
  const { trace } = await service.explain(reply)
  assert.match(trace.steps.at(-1)?.detail ?? '', /invalid_request|unauthorized_client/)
  assert.match(trace.suggestions[0]?.command ?? '', /^postern identity-provider show --tenant /)
})

test('an issuer that calls itself otherwise is not believed', async () => {
  await configure({ issuer: oidc.issuer.replace('localhost', '127.0.0.1') })
  const reply = await login(basic)
  assert.match(reply, /^454 /)
  await configure()
})

test('the provider is shown, belongs to its tenant alone, and what is wrong with settings is told', async () => {
  const { status, json } = await service.api('GET', PROVIDER)
  assert.equal(status, 200)
  const { properties } = json as { properties: { provider: string; origin: string; oidc: { issuer: string } } }
  assert.deepEqual([properties.provider, properties.origin, properties.oidc.issuer], ['oidc', 'api', oidc.issuer])
  assert.equal((await service.api('GET', PROVIDER.replace(tenantId, randomUUID()))).status, 404)
  for (const wrong of [
    { provider: 'oidc' },
    { provider: 'oidc', oidc: { issuer: 'http://issuer.example.test' } },
    { provider: 'entra', oidc: { issuer: oidc.issuer } },
    { provider: 'entra', entra: { authority: 'moon' } },
    { provider: 'entra', proxy: 'http://proxy.example.test' },
    { provider: 'entra', caFile: '/etc/passwd' },
    { provider: 'entra', timeout: '1h' },
  ])
    await put(PROVIDER, wrong, [400])
})

test('a provider whose process ends and comes back is no lasting trouble', async () => {
  const second = await startOidcServer({ after }, [basic], RESOURCE)
  await put(PROVIDER, {
    provider: 'oidc',
    oidc: { issuer: second.issuer, resource: RESOURCE, scope: 'mail' },
    ca: second.ca,
  })
  assert.match(await login(basic), /^235 /)
  await second.stop()
  assert.match(await login(basic), /^454 /)
  await configure()
  await eventually(async () => ((await login(basic)).startsWith('235 ') ? true : undefined), 'a login at the other')
})

test('without a provider of its own the tenant has the embedded directory again', async () => {
  const { status } = await service.api('DELETE', PROVIDER)
  assert.equal(status, 200)
  const { applicationId, clientSecret } = quickstart.application
  assert.match(await login({ clientId: applicationId, secret: clientSecret, method: 'client_secret_post' }), /^235 /)
  assert.equal((await service.api('DELETE', PROVIDER)).status, 204)
  await configure()
})

test('the configuration file wins, can lead through a proxy, and is not changed by the API', async () => {
  const proxy = await startConnectProxy({ after })
  const directory = temporaryDirectory({ after })
  const first = await startIn(directory)
  await first.stop()
  const { writeFileSync } = await import('node:fs')
  const caFile = `${directory}/provider-ca.pem`
  writeFileSync(caFile, oidc.ca)
  const own = first.quickstart.tenantId
  const again = await startIn(directory, {}, (config) => ({
    ...config,
    tenants: [
      {
        tenantId: own,
        provider: 'oidc',
        oidc: {
          issuer: oidc.issuer,
          resource: RESOURCE,
          scope: 'mail',
          clientAuthentication: 'client_secret_basic',
          audiences: [],
          principalClaim: 'sub',
          algorithms: ['RS256'],
        },
        timeout: 2500,
        recheck: 'session',
        recheckInterval: 300_000,
        proxy: proxy.url,
        caFile,
      },
    ],
  }))
  try {
    const path = `/providers/Postern.Mail/identityProviders/${own}`
    const shown = (await again.api('GET', path)).json as { properties: { origin: string } }
    assert.equal(shown.properties.origin, 'configuration')
    assert.equal((await again.api('PUT', path, { properties: { provider: 'embedded' } })).status, 409)
    assert.equal((await again.api('DELETE', path)).status, 409)
    const dialogue = await SmtpDialogue.openSecure(again.quickstart.smtp.port, again.ca)
    const username = [again.quickstart.communicationService, basic.clientId, own].join('.')
    const reply = await dialogue.authenticate(username, basic.secret)
    dialogue.destroy()
    assert.equal((await again.explain(reply)).trace.reason, 'missing-role')
    assert.deepEqual(new Set(proxy.targets()), new Set([new URL(oidc.issuer).host]))
  } finally {
    await again.stop()
  }
})
