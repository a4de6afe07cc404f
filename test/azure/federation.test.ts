// Federated credentials: an application without any secret signs in with tokens of issuers it trusts, one that is no Postern and one that
// is, through `ClientAssertionCredential`, msal-node and the variables of a workload; and what is refused of each part of that trust.
// The service runs in a process of its own, since issuers under a private authority are trusted by Node's own variable.
// Azure: data-plane reference §3.4, §3.10.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ClientAssertionCredential } from '@azure/identity'
import { startPostern } from '../fixtures/postern-process.ts'
import {
  httpsRequest,
  QUICKSTART_ENVIRONMENT,
  readQuickstart,
  startService,
  temporaryDirectory,
} from '../fixtures/quickstart-service.ts'
import { startTokenIssuer } from '../fixtures/token-issuer.ts'
import { assignRole, createSender, expectStatus, READER, roleIdOf } from './article.ts'
import {
  administratorCredential,
  alteringPolicy,
  type ApplicationSecret,
  type AzureService,
  collect,
  connectAzure,
  connectGraph,
  errorOf,
  identityOptions,
  originOf,
  secretCredential,
} from './azure-clients.ts'
import { msalClient } from './msal-client.ts'
import { listSubscriptions } from './run-script.ts'

const EXCHANGE = 'api://AzureADTokenExchange'
const SUBJECT = 'repo:contoso/scanner:ref:refs/heads/main'

const builds = await startTokenIssuer({ after })
const neighbour = await startService({ after })
const directory = temporaryDirectory({ after })
const { service, caFile } = await startTrusting([builds.ca, neighbour.ca])
const { tenantId, subscriptionId } = service.quickstart
const credential = administratorCredential(service)
const graph = connectGraph(service, credential)
const clients = connectAzure(service, credential)
const ownScope = `${originOf(service)}/.default`

/** A quickstart that trusts these authorities besides the public ones, and issuers on loopback. */
async function startTrusting(authorities: readonly string[]): Promise<{ service: AzureService; caFile: string }> {
  const bundle = join(directory, 'issuers.pem')
  writeFileSync(bundle, authorities.join('\n'))
  const data = join(directory, 'data')
  const program = startPostern(['quickstart'], {
    ...QUICKSTART_ENVIRONMENT,
    POSTERN_DATA_DIR: data,
    POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128',
    NODE_EXTRA_CA_CERTS: bundle,
  })
  after(async () => void (await program.signal('SIGTERM')))
  await program.printed('Postern is ready.')
  const quickstart = readQuickstart(data)
  const ca = readFileSync(quickstart.caFile, 'utf8')
  const http: AzureService['http'] = (method, path, options = {}) =>
    httpsRequest(new URL(path, quickstart.endpoint), ca, method, options)
  return { service: { quickstart, ca, http }, caFile: quickstart.caFile }
}

type Trust = { readonly issuer: string; readonly subject: string; readonly audience: string }
const BUILDS: Trust = { issuer: builds.issuer, subject: SUBJECT, audience: EXCHANGE }

/** An application that may read the subscription and has nothing but this trust to sign in with. */
async function createTrusting({ issuer, subject, audience }: Trust) {
  const sender = await createSender(graph)
  const application = `/applications/${sender.objectId}`
  await expectStatus(graph('POST', `${application}/removePassword`, { keyId: sender.keyId }), 204)
  const trust = { name: 'pipeline', issuer, subject, audiences: [audience] }
  const made = await expectStatus(graph('POST', `${application}/federatedIdentityCredentials`, trust), 201)
  const role = roleIdOf(subscriptionId, READER)
  const principal = { id: sender.principalId, type: 'ServicePrincipal' } as const
  await assignRole(clients, `/subscriptions/${subscriptionId}`, role, principal)
  return { ...sender, credentialPath: `${application}/federatedIdentityCredentials/${String(made['id'])}` }
}

function asserting(applicationId: string, assertion: () => Promise<string>, answered?: (status: number) => void) {
  const options = identityOptions(
    service,
    alteringPolicy(() => {}, answered),
  )
  return new ClientAssertionCredential(tenantId, applicationId, assertion, options)
}

const visibleTo = async (source: ClientAssertionCredential) =>
  (await collect(connectAzure(service, source).subscriptions.subscriptions.list())).map((one) => one.subscriptionId)

const pipeline = await createTrusting(BUILDS)
const good = () => builds.sign({ sub: SUBJECT, aud: EXCHANGE })

test('a token of the trusted issuer signs in, and its keys are fetched once', async () => {
  for (let count = 0; count < 2; count += 1)
    assert.deepEqual(await visibleTo(asserting(pipeline.applicationId, good)), [subscriptionId])
  assert.deepEqual(builds.asked, ['/.well-known/openid-configuration', '/keys'])
})

test('msal-node signs in with the same token', async () => {
  const clientAssertion = await good()
  const client = msalClient(service, pipeline.applicationId, { clientAssertion })
  const token = await client.acquireTokenByClientCredential({ scopes: [ownScope] })
  assert.ok(token?.accessToken)
})

test('a workload signs in by its variables: the token lies in AZURE_FEDERATED_TOKEN_FILE', async () => {
  const file = join(directory, 'token')
  writeFileSync(file, await good())
  const target = { ...service.quickstart, caFile, applicationId: pipeline.applicationId }
  const ran = await listSubscriptions('default', target, { AZURE_FEDERATED_TOKEN_FILE: file })
  assert.deepEqual(ran, { code: 0, stdout: `${subscriptionId}\n`, stderr: '' })
})

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const past = Math.floor(Date.now() / 1000) - 3600
const of = (claims: Readonly<Record<string, unknown>>, options?: Parameters<typeof builds.sign>[1]) => () =>
  builds.sign({ sub: SUBJECT, aud: EXCHANGE, ...claims }, options)

const refusals: readonly (readonly [string, number, string, number, () => Promise<string>])[] = [
  ['another issuer', 400, 'invalid_request', 700211, of({ iss: 'https://elsewhere.example.test' })],
  ['its issuer with a slash', 400, 'invalid_request', 700211, of({ iss: `${builds.issuer}/` })],
  ['another subject', 400, 'invalid_request', 700213, of({ sub: SUBJECT.replace('main', 'feature') })],
  ['its subject in capitals', 400, 'invalid_request', 700213, of({ sub: SUBJECT.toUpperCase() })],
  ['another audience', 400, 'invalid_request', 700212, of({ aud: 'https://elsewhere.example.test' })],
  ['the key of a stranger', 401, 'invalid_client', 700027, of({}, { key: stranger })],
  ['a key that the issuer does not publish', 401, 'invalid_client', 700027, of({}, { header: { kid: 'second' } })],
  ['another algorithm', 401, 'invalid_client', 50027, of({}, { header: { alg: 'PS256' } })],
  ['an end in the past', 401, 'invalid_client', 700024, of({ exp: past })],
  ['no end', 401, 'invalid_client', 50027, of({ exp: undefined })],
]
for (const [name, status, error, code, assertion] of refusals)
  test(`AADSTS${code}: a token with ${name}`, async () => {
    const answered: number[] = []
    const source = asserting(pipeline.applicationId, assertion, (seen) => void answered.push(seen))
    const seen = await errorOf(source.getToken(ownScope))
    assert.match(seen.message, new RegExp(`^${error}: Error\\(s\\): ${code} - `))
    assert.equal(answered.at(-1), status)
  })

test('an application that trusts nobody is not opened by it, and the issuer is not asked', async () => {
  const before = builds.asked.length
  const { applicationId } = await createSender(graph)
  assert.match((await errorOf(asserting(applicationId, good).getToken(ownScope))).message, /AADSTS700211/)
  assert.equal(builds.asked.length, before)
})

test('without its trust the application is shut out at once: the token it has, and any new one', async () => {
  const application = await createTrusting(BUILDS)
  const source = asserting(application.applicationId, good)
  const own = connectAzure(service, source).subscriptions.subscriptions
  assert.equal((await collect(own.list())).length, 1)
  await expectStatus(graph('DELETE', application.credentialPath), 204)
  assert.match((await errorOf(collect(own.list()))).message, /AADSTS700211/)
})

test('the token of an application of another Postern signs in; that of another application, or for another door, does not', async () => {
  const { quickstart } = neighbour
  const audience = 'https://management.azure.com'
  const tokenOf = (application: ApplicationSecret) => async () =>
    (await secretCredential(neighbour, application).getToken(`${audience}/.default`)).token
  const { applicationId } = await createTrusting({
    issuer: `${originOf(neighbour)}/${quickstart.tenantId}/v2.0`,
    subject: quickstart.application.servicePrincipalId,
    audience,
  })
  assert.deepEqual(await visibleTo(asserting(applicationId, tokenOf(quickstart.application))), [subscriptionId])
  const other = asserting(applicationId, tokenOf(quickstart.administrator))
  assert.match((await errorOf(other.getToken(ownScope))).message, /AADSTS700213/)
  const forGraph = async () =>
    (await secretCredential(neighbour, quickstart.application).getToken('https://graph.microsoft.com/.default')).token
  const elsewhere = asserting(applicationId, forGraph)
  assert.match((await errorOf(elsewhere.getToken(ownScope))).message, /AADSTS700212/)
})

test('an issuer that does not answer is a transient error, not a refusal', async () => {
  const silent = { ...BUILDS, issuer: `https://localhost:1/${randomUUID()}` }
  const { applicationId } = await createTrusting(silent)
  const source = asserting(applicationId, of({ iss: silent.issuer }))
  assert.match((await errorOf(source.getToken(ownScope))).message, /^temporarily_unavailable: Error\(s\): 90033 - /)
})
