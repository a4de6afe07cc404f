// Tokens as `@azure/identity` and `@azure/msal-node` fetch them: secrets, certificates, the audiences, and the challenge that ends the
// token of a removed secret at once. Refusals are in token-errors.test.ts. Azure: control-plane reference §1.8, §2.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import { assignRole, createSender, expectStatus, READER, roleIdOf, type Sender } from './article.ts'
import {
  administratorCredential,
  certificateCredential,
  collect,
  connectAzure,
  connectGraph,
  errorOf,
  originOf,
  secretCredential,
} from './azure-clients.ts'
import { createCurrentCertificate, pemOf, registerCertificate } from './certificates.ts'
import { msalClient } from './msal-client.ts'

const service = await startService({ after })
const { subscriptionId } = service.quickstart
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

test('a certificate signs in with ClientCertificateCredential; another one does not', async () => {
  const sender = await createReader()
  const certificate = await createCurrentCertificate()
  await registerCertificate(graph, sender.objectId, certificate)
  const { applicationId } = sender
  const own = certificateCredential(service, applicationId, pemOf(certificate))
  assert.equal((await collect(connectAzure(service, own).subscriptions.subscriptions.list())).length, 1)
  const stranger = certificateCredential(service, applicationId, pemOf(await createCurrentCertificate()))
  assert.match((await errorOf(stranger.getToken(ownScope))).message, /AADSTS700027/)
})

test('msal-node by itself, instance discovery and all: a secret, and both kinds of thumbprint', async () => {
  const sender = await createReader()
  const certificate = await createCurrentCertificate()
  await registerCertificate(graph, sender.objectId, certificate)
  const { fingerprint, fingerprint256 } = new X509Certificate(certificate.der)
  const { privateKeyPem: privateKey } = certificate
  const bare = (text: string) => text.replaceAll(':', '')
  const proofs = [
    { clientSecret: sender.clientSecret },
    { clientCertificate: { thumbprint: bare(fingerprint), privateKey } },
    { clientCertificate: { thumbprintSha256: bare(fingerprint256), privateKey } },
  ]
  for (const proof of proofs) {
    const client = msalClient(service, sender.applicationId, proof)
    const result = await client.acquireTokenByClientCredential({ scopes: [ownScope] })
    assert.equal((await ask('/subscriptions?api-version=2022-12-01', result?.accessToken ?? '')).status, 200)
  }
})
