// The token service and Graph as the real Azure clients meet them, over TLS that they verify: secrets and certificates, several
// resources, a credential that is taken away.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { after, before, test } from 'node:test'
import { AuthenticationError, ClientCertificateCredential, ClientSecretCredential } from '@azure/identity'
import { ConfidentialClientApplication, type Configuration } from '@azure/msal-node'
import { createRemoteJWKSet, customFetch, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import { systemClock } from '../../config/clock.ts'
import { hashClientSecret } from '../../identity/client-secret.ts'
import { createDevelopmentCa, issueServerCertificates } from '../../keys/development-ca.ts'
import { secureContextOptions } from '../../keys/secure-context.ts'
import { ticketKeysAt } from '../../keys/ticket-keys.ts'
import { A, change } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, pepper, type Program } from '../http.fixture.ts'
import { type HttpsServer, startHttpsServer } from '../serve.ts'
import { createCertificate, type TestCertificate } from './assertion.fixture.ts'

const HOUR = 60 * 60 * 1000
const GRAPH = 'https://graph.microsoft.com/.default'
const MANAGEMENT = 'https://management.azure.com/.default'

let http: HttpFixture
let server: HttpsServer
let ca: string
let base: string
let administrator: Program
let certificate: TestCertificate
before(async () => {
  http = await openHttpFixture({ dependencies: { clock: systemClock, publicUrl: () => `${base}/` } })
  const authority = await createDevelopmentCa(Date.now())
  ca = authority.certificate
  const certificates = await issueServerCertificates(authority, Date.now())
  const secureContext = secureContextOptions(certificates, ticketKeysAt(Buffer.alloc(32), Date.now()))
  server = await startHttpsServer({ app: http.app, address: '127.0.0.1', port: 0, secureContext })
  base = `https://localhost:${server.port}`
  administrator = await http.program(A, POSTERN_ADMINISTRATOR.name)
  await makeValidNow(administrator)
  certificate = await createCertificate(Date.now() - HOUR, Date.now() + HOUR)
})
after(async () => {
  await server.close(0)
  await http.close()
})

/** The fixture's secrets belong to its own time; the clients know only the real one. */
async function makeValidNow({ tenantId, objectId, keyId, secret }: Program): Promise<void> {
  const { directory } = http.storage.write
  await directory.removePassword(change(), tenantId, objectId, keyId)
  const hash = hashClientSecret(Buffer.from(secret), pepper)
  const [startAt, endAt] = [Date.now() - HOUR, Date.now() + HOUR]
  await directory.addPassword(change(), tenantId, objectId, {
    keyId,
    displayName: '',
    hint: 'abc',
    startAt,
    endAt,
    hash,
  })
}

const options = () => ({ authorityHost: base, disableInstanceDiscovery: true, tlsOptions: { ca } })

type Answer = {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Record<string, unknown>
}
async function ask(method: string, url: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  const request = httpsRequest(url, { method, ca, headers, agent: false })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers as Record<string, string>,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  }
}

async function graph(method: string, path: string, json?: unknown): Promise<Answer> {
  const credential = new ClientSecretCredential(
    A.tenantId,
    administrator.applicationId,
    administrator.secret,
    options(),
  )
  const { token } = await credential.getToken(GRAPH)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return ask(method, `${base}/v1.0${path}`, headers, json === undefined ? '' : JSON.stringify(json))
}

/** An application from nothing, all through Graph. */
async function createApplication(): Promise<{ readonly objectId: string; readonly appId: string }> {
  const created = await graph('POST', '/applications', { displayName: 'Certified program' })
  assert.equal(created.status, 201)
  const { id, appId } = created.body as { id: string; appId: string }
  assert.equal((await graph('POST', '/servicePrincipals', { appId })).status, 201)
  return { objectId: id, appId }
}

const addCertificate = (objectId: string, key: string = Buffer.from(certificate.der).toString('base64')) =>
  graph('PATCH', `/applications/${objectId}`, {
    keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', displayName: 'CN=Test program', key }],
  })

/** msal has no option for an authority of its own choice; it has one for what it asks with. */
function msalConfiguration(auth: Partial<Configuration['auth']> & { clientId: string }): Configuration {
  const send = async (
    method: string,
    url: string,
    { headers = {}, body = '' }: { headers?: Record<string, string>; body?: string } = {},
  ) => {
    const { status, headers: answered, body: document } = await ask(method, url, headers, body)
    return { status, headers: answered, body: document as never }
  }
  return {
    auth: { authority: `${base}/${A.tenantId}`, knownAuthorities: [`localhost:${server.port}`], ...auth },
    system: {
      networkClient: {
        sendGetRequestAsync: (url, given) => send('GET', url, given),
        sendPostRequestAsync: (url, given) => send('POST', url, given),
      },
    },
  }
}

test('@azure/identity: a secret gives tokens for several resources, which verify against the published keys', async () => {
  const credential = new ClientSecretCredential(
    A.tenantId,
    administrator.applicationId,
    administrator.secret,
    options(),
  )
  for (const scope of [GRAPH, MANAGEMENT, `${base}/.default`, `${base}//.default`]) {
    const { token } = await credential.getToken(scope, { enableCae: true })
    const configuration = await ask('GET', `${base}/${A.tenantId}/v2.0/.well-known/openid-configuration`)
    const { jwks_uri: jwksUri, issuer } = configuration.body as { jwks_uri: string; issuer: string }
    const keys = createRemoteJWKSet(new URL(jwksUri), {
      [customFetch]: async (url) => Response.json((await ask('GET', url)).body),
    })
    const { payload } = await jwtVerify(token, keys, { issuer, audience: scope.slice(0, -'/.default'.length) })
    assert.deepEqual([payload['azpacr'], payload['xms_cc']], ['1', ['cp1']])
  }
})

test('@azure/identity: a wrong secret is told with its number', async () => {
  const credential = new ClientSecretCredential(A.tenantId, administrator.applicationId, 'wrong', options())
  await assert.rejects(credential.getToken(GRAPH), (error: AuthenticationError) => {
    assert.match(error.message, /7000215/)
    return true
  })
})

test('@azure/identity: a certificate signs in, from memory of its assertion too, until it is removed', async () => {
  const { objectId, appId } = await createApplication()
  assert.equal((await addCertificate(objectId)).status, 204)
  const pem = `${certificate.certificatePem}\n${certificate.privateKeyPem}`
  for (const sendCertificateChain of [false, true]) {
    const credential = new ClientCertificateCredential(
      A.tenantId,
      appId,
      { certificate: pem },
      { ...options(), sendCertificateChain },
    )
    for (const scope of [GRAPH, MANAGEMENT]) {
      const { token } = await credential.getToken(scope)
      assert.deepEqual([decodeJwt(token)['azp'], decodeJwt(token)['azpacr']], [appId, '2'])
    }
  }
  const credential = new ClientCertificateCredential(A.tenantId, appId, { certificate: pem }, options())
  const { token } = await credential.getToken(GRAPH)
  const me = () => ask('GET', `${base}/v1.0/me`, { authorization: `Bearer ${token}` })
  assert.equal((await me()).status, 200)
  assert.equal((await graph('PATCH', `/applications/${objectId}`, { keyCredentials: [] })).status, 204)
  const refused = await me()
  assert.equal(refused.status, 401)
  const [, claims] =
    /error="insufficient_claims", claims="([^"]+)"/.exec(refused.headers['www-authenticate'] ?? '') ?? []
  assert.ok('access_token' in (JSON.parse(Buffer.from(claims ?? '', 'base64').toString()) as object))
  const again = new ClientCertificateCredential(A.tenantId, appId, { certificate: pem }, options())
  await assert.rejects(again.getToken(GRAPH), /700027/)
})

test('@azure/msal-node: a secret, and a certificate by either thumbprint', async () => {
  const { objectId, appId } = await createApplication()
  // Some tools send PEM instead of DER.
  assert.equal((await addCertificate(objectId, Buffer.from(certificate.certificatePem).toString('base64'))).status, 204)
  const secret = new ConfidentialClientApplication(
    msalConfiguration({ clientId: administrator.applicationId, clientSecret: administrator.secret }),
  )
  const bySecret = await secret.acquireTokenByClientCredential({ scopes: [MANAGEMENT] })
  assert.equal(decodeJwt(bySecret?.accessToken ?? '')['appid'], administrator.applicationId)
  const { privateKeyPem: privateKey, sha1, sha256 } = certificate
  const hex = (thumbprint: string) => Buffer.from(thumbprint, 'base64url').toString('hex')
  for (const thumbprint of [{ thumbprintSha256: hex(sha256) }, { thumbprint: hex(sha1) }]) {
    const client = new ConfidentialClientApplication(
      msalConfiguration({ clientId: appId, clientCertificate: { privateKey, ...thumbprint } }),
    )
    for (const scope of [MANAGEMENT, GRAPH]) {
      const result = await client.acquireTokenByClientCredential({ scopes: [scope] })
      assert.equal(decodeJwt(result?.accessToken ?? '')['azp'], appId)
    }
    const header = decodeProtectedHeader(
      (await client.acquireTokenByClientCredential({ scopes: [GRAPH] }))?.accessToken ?? '',
    )
    assert.equal(header.alg, 'RS256')
  }
})
