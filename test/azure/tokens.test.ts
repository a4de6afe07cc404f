// Tokens as `@azure/identity` and `@azure/msal-node` fetch them: secrets, certificates, refusals by their AADSTS code, the audiences,
// and the challenge that ends the token of a removed secret at once. Azure: control-plane reference §1.8, §2; data-plane §3.4.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 does not load without it
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { randomUUID, webcrypto, X509Certificate } from 'node:crypto'
import { request as httpsRequest } from 'node:https'
import { after, test } from 'node:test'
import { ConfidentialClientApplication, type INetworkModule, type NetworkResponse } from '@azure/msal-node'
import * as x509 from '@peculiar/x509'
import { startService } from '../fixtures/quickstart-service.ts'
import { assignRole, createSender, expectStatus, READER, roleIdOf, type Sender } from './article.ts'
import {
  administratorCredential,
  type ApplicationSecret,
  certificateCredential,
  collect,
  connectAzure,
  connectGraph,
  errorOf,
  originOf,
  secretCredential,
} from './azure-clients.ts'

const service = await startService({ after })
const { tenantId, subscriptionId } = service.quickstart
const credential = administratorCredential(service)
const clients = connectAzure(service, credential)
const graph = connectGraph(service, credential)
const origin = originOf(service)
const ownScope = `${origin}/.default`
const subscription = `/subscriptions/${subscriptionId}`
const READER_ID = roleIdOf(subscriptionId, READER)

async function createReader(): Promise<Sender> {
  const sender = await createSender(graph)
  await assignRole(clients, subscription, READER_ID, { id: sender.principalId, type: 'ServicePrincipal' })
  return sender
}

const scopes = [
  ownScope,
  `${origin}//.default`,
  'https://management.azure.com/.default',
  'https://management.azure.com//.default',
  'https://management.core.windows.net//.default',
]
for (const scope of scopes)
  test(`a token for ${scope.replace(origin, 'the service')} opens the management API`, async () => {
    const { token } = await credential.getToken(scope)
    assert.equal((await ask('/subscriptions?api-version=2022-12-01', token)).status, 200)
  })

const ask = (path: string, token: string) =>
  service.http('GET', path, { headers: { authorization: `Bearer ${token}` } })

test('a token for one door does not open another', async () => {
  const graphToken = (await credential.getToken('https://graph.microsoft.com/.default')).token
  const managementToken = (await credential.getToken('https://management.azure.com/.default')).token
  assert.equal((await ask('/subscriptions?api-version=2022-12-01', graphToken)).status, 401)
  assert.equal((await ask('/v1.0/applications', managementToken)).status, 401)
  assert.equal((await ask('/v1.0/applications', graphToken)).status, 200)
})

type RefusedToken = { readonly name: string; readonly code: number; readonly get: () => Promise<unknown> }

const withSecret = (change: Partial<ApplicationSecret>, scope = ownScope) =>
  secretCredential(service, { ...service.quickstart.application, ...change }).getToken(scope)

const refusals: readonly RefusedToken[] = [
  { name: 'a wrong secret', code: 7000215, get: () => withSecret({ clientSecret: 'not-the-secret' }) },
  { name: 'an expired secret', code: 7000222, get: async () => withSecret(await createExpired()) },
  { name: 'an unknown application', code: 700016, get: () => withSecret({ applicationId: randomUUID() }) },
  { name: 'a disabled principal', code: 7000112, get: async () => withSecret(await createDisabled()) },
  { name: 'a scope that is none of an application', code: 1002012, get: () => withSecret({}, `${origin}/Mail.Send`) },
  {
    name: 'an unknown resource',
    code: 500011,
    get: () => withSecret({}, 'https://elsewhere.example.test/.default'),
  },
]

for (const { name, code, get } of refusals)
  test(`no token for ${name}: AADSTS${code}`, async () => {
    const error = await errorOf(get())
    assert.equal(error.name, 'AuthenticationRequiredError')
    assert.match(error.message, new RegExp(`AADSTS${code}`))
  })

test('no token in an unknown tenant: the client stops at its discovery document, AADSTS90002 behind it', async () => {
  const tenant = randomUUID()
  const error = await errorOf(secretCredential(service, service.quickstart.application, tenant).getToken(ownScope))
  assert.equal(error.name, 'CredentialUnavailableError')
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: randomUUID(), scope: ownScope })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const answer of [
    await service.http('GET', `/${tenant}/v2.0/.well-known/openid-configuration`),
    await service.http('POST', `/${tenant}/oauth2/v2.0/token`, { headers, body: body.toString() }),
  ]) {
    assert.equal(answer.status, 400)
    assert.deepEqual((JSON.parse(answer.octets.toString('utf8')) as { error_codes: number[] }).error_codes, [90002])
  }
})

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

test('a removed secret: the token is challenged at once, and no new one is to be had', async () => {
  const sender = await createReader()
  const own = connectAzure(service, secretCredential(service, sender)).subscriptions.subscriptions
  assert.equal((await collect(own.list())).length, 1)
  await expectStatus(graph('POST', `/applications/${sender.objectId}/removePassword`, { keyId: sender.keyId }), 204)
  // The client understood the challenge: it asked for a token again, and was refused that.
  const error = await errorOf(collect(own.list()))
  assert.match(error.message, /AADSTS7000215/)
})

test('a challenged client whose application has another credential goes on by itself', async () => {
  const sender = await createReader()
  const second = await expectStatus(graph('POST', `/applications/${sender.objectId}/addPassword`, {}), 200)
  const old = secretCredential(service, sender)
  const next = secretCredential(service, { ...sender, clientSecret: String(second['secretText']) })
  const asked: (string | undefined)[] = []
  const rotating = {
    getToken: (scope: string | string[], options: Parameters<typeof old.getToken>[1] = {}) => {
      asked.push(options.claims)
      return options.claims === undefined ? old.getToken(scope, options) : next.getToken(scope, options)
    },
  }
  const own = connectAzure(service, rotating).communication.communicationServices
  const before = (await collect(own.listBySubscription())).length
  await expectStatus(graph('POST', `/applications/${sender.objectId}/removePassword`, { keyId: sender.keyId }), 204)
  assert.equal((await collect(own.listBySubscription())).length, before)
  assert.match(asked.at(-1) ?? '', /"access_token":\{"nbf"/)
})

type Certificate = { readonly pem: string; readonly privateKey: string; readonly octets: Buffer }

async function createCertificate(): Promise<Certificate> {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const name = `CN=${randomUUID()}`
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm: algorithm })
  const privateKey = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { pem: certificate.toString('pem'), privateKey, octets: Buffer.from(certificate.rawData) }
}

/** Adds it to the application as `az ad app credential reset --cert` does: the list as a whole. */
async function register({ objectId }: Sender, { octets }: Certificate): Promise<void> {
  const keyCredentials = [
    { type: 'AsymmetricX509Cert', usage: 'Verify', key: octets.toString('base64'), displayName: 'CN=test' },
  ]
  await expectStatus(graph('PATCH', `/applications/${objectId}`, { keyCredentials }), 204)
}

test('a certificate signs in with ClientCertificateCredential; another one does not', async () => {
  const sender = await createReader()
  const certificate = await createCertificate()
  await register(sender, certificate)
  const { applicationId } = sender
  const own = certificateCredential(service, applicationId, `${certificate.privateKey}\n${certificate.pem}\n`)
  assert.equal((await collect(connectAzure(service, own).subscriptions.subscriptions.list())).length, 1)
  const other = await createCertificate()
  const stranger = certificateCredential(service, applicationId, `${other.privateKey}\n${other.pem}\n`)
  assert.match((await errorOf(stranger.getToken(ownScope))).message, /AADSTS700027/)
})

/** What MSAL itself would do, with the authority of the service trusted. */
const network: INetworkModule = {
  sendGetRequestAsync: (url, options) => send('GET', url, options),
  sendPostRequestAsync: (url, options) => send('POST', url, options),
}

function send<T>(
  method: string,
  url: string,
  options: { readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<NetworkResponse<T>> {
  return new Promise((resolve, reject) => {
    const { headers = {}, body } = options
    const outgoing = httpsRequest(url, { method, headers, ca: service.ca, agent: false }, (incoming) => {
      const pieces: Buffer[] = []
      incoming.on('data', (piece: Buffer) => pieces.push(piece))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          body: JSON.parse(Buffer.concat(pieces).toString('utf8')) as T,
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function msal(applicationId: string, secret: { clientSecret: string } | { clientCertificate: MsalCertificate }) {
  return new ConfidentialClientApplication({
    auth: {
      clientId: applicationId,
      authority: `${origin}/${tenantId}`,
      knownAuthorities: [new URL(origin).host],
      ...secret,
    },
    system: { networkClient: network },
  })
}
type MsalCertificate = { thumbprint: string; privateKey: string } | { thumbprintSha256: string; privateKey: string }

test('msal-node by itself, instance discovery and all: a secret, and both kinds of thumbprint', async () => {
  const sender = await createReader()
  const certificate = await createCertificate()
  await register(sender, certificate)
  const { fingerprint, fingerprint256 } = new X509Certificate(certificate.octets)
  const { privateKey } = certificate
  const bare = (text: string) => text.replaceAll(':', '')
  const applications = [
    msal(sender.applicationId, { clientSecret: sender.clientSecret }),
    msal(sender.applicationId, { clientCertificate: { thumbprint: bare(fingerprint), privateKey } }),
    msal(sender.applicationId, { clientCertificate: { thumbprintSha256: bare(fingerprint256), privateKey } }),
  ]
  for (const application of applications) {
    const result = await application.acquireTokenByClientCredential({ scopes: [ownScope] })
    assert.equal((await ask('/subscriptions?api-version=2022-12-01', result?.accessToken ?? '')).status, 200)
  }
})
