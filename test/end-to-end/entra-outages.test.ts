// An identity provider in every kind of trouble: a login is told 454 in time, nothing but the provider suffers, and what was wrong is
// over as soon as the provider is well again.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { type EntraFault, startEntraServer } from '../fixtures/entra-server.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

/** See `provider-line.ts`. */
const CONNECTIONS = 32
const LOGINS = 150

const service = await startIn(
  temporaryDirectory({ after }),
  { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' },
  (config) => ({ ...config, smtp: { ...config.smtp, workers: 1 } }),
)
after(() => service.stop())
const { quickstart } = service
const { tenantId } = quickstart
const sender = { applicationId: randomUUID(), objectId: randomUUID(), secret: 'not-a-real-secret' }
const entra = await startEntraServer({ after }, tenantId, [sender])
const username = [quickstart.communicationService, sender.applicationId, tenantId].join('.')

const put = async (path: string, properties: object): Promise<void> => {
  const { status, json } = await service.api('PUT', path, { properties })
  assert.ok(status === 200 || status === 201, JSON.stringify(json))
}
const configure = (properties: object = {}) =>
  put(`/providers/Postern.Mail/identityProviders/${tenantId}`, {
    provider: 'entra',
    entra: { authority: entra.authority },
    ca: entra.ca,
    timeout: '500ms',
    ...properties,
  })
await configure()
await put(
  `${quickstart.communicationServiceId}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=${ROLE_API_VERSION}`,
  {
    roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`,
    principalId: sender.objectId,
  },
)

async function login(): Promise<string> {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  try {
    return await dialogue.authenticate(username, sender.secret)
  } finally {
    dialogue.destroy()
  }
}

const recovers = () =>
  eventually(async () => ((await login()).startsWith('235 ') ? true : undefined), 'a login after the trouble')

async function isReady(): Promise<boolean> {
  return (await service.http('GET', '/health/ready')).status === 200
}

const faults: readonly [fault: EntraFault, detail: RegExp][] = [
  ['silent', /did not answer in time/],
  ['drip', /did not answer in time/],
  ['error 500', /answers 500/],
  ['garbage', /holds no token/],
  ['no token', /holds no token/],
  ['truncated', /connection failed|not answer in time/],
  ['reset', /connection failed/],
  ['huge', /too large/],
  ['huge headers', /connection failed|no HTTP/],
  ['packed', /packed/],
  ['redirect', /302, a redirect, which is not followed/],
]

for (const [fault, detail] of faults)
  test(`a provider whose answer is ${JSON.stringify(fault)} costs a 454 and nothing else`, async () => {
    assert.match(await login(), /^235 /)
    entra.misbehave(fault)
    const reply = await login()
    entra.misbehave(undefined)
    assert.match(reply, /^454 4\.7\.0 Temporary authentication failure \[[0-9A-HJKMNP-TV-Z]{10}\]$/)
    const { trace } = await service.explain(reply)
    assert.match(trace.steps.at(-1)?.detail ?? '', detail)
    assert.equal(entra.elsewhere(), 0)
    assert.ok(await isReady())
    await recovers()
  })

const certificates: readonly ['expired' | 'of another host', RegExp][] = [
  ['expired', /CERT_HAS_EXPIRED/],
  ['of another host', /ERR_TLS_CERT_ALTNAME_INVALID/],
]
for (const [which, detail] of certificates)
  test(`a provider with a certificate that is ${which} is told no secret`, async () => {
    entra.presentCertificate(which)
    const before = entra.requests.length
    const reply = await login()
    assert.match(reply, /^454 4\.7\.0 /)
    assert.match((await service.explain(reply)).trace.steps.at(-1)?.detail ?? '', detail)
    assert.equal(entra.requests.length, before)
    entra.presentCertificate('good')
    await recovers()
  })

test('a provider that an unknown authority vouches for is told no secret', async () => {
  await configure({ ca: service.ca })
  const before = entra.requests.length
  assert.match(await login(), /^454 4\.7\.0 /)
  assert.equal(entra.requests.length, before)
  await configure()
  await recovers()
})

test('a provider that is not there is not there for its logins alone, and comes back by itself', async () => {
  await entra.stop()
  const replies = await Promise.all(Array.from({ length: 20 }, login))
  for (const reply of replies) assert.match(reply, /^454 4\.7\.0 /)
  assert.ok(await isReady())
  await entra.start()
  await recovers()
})

for (const status of [429, 503] as const)
  test(`a provider that answers ${status} is left alone for as long as it asks`, async () => {
    entra.misbehave({ status, retryAfter: '2' })
    const before = entra.requests.length
    const first = await login()
    assert.match((await service.explain(first)).trace.steps.at(-1)?.detail ?? '', new RegExp(`answers ${status}`))
    entra.misbehave(undefined)
    const replies = await Promise.all(Array.from({ length: 10 }, login))
    for (const reply of replies) assert.match(reply, /^454 4\.7\.0 /)
    assert.equal(entra.requests.length, before + 1)
    await recovers()
  })

test('many logins at a silent provider hold few connections, and all are answered', async () => {
  entra.misbehave('silent')
  const replies = await Promise.all(Array.from({ length: LOGINS }, login))
  const { most } = entra.connections()
  assert.equal(replies.filter((reply) => reply.startsWith('454 ')).length, LOGINS)
  // The end of one may come to the provider after the beginning of the one in its place.
  assert.ok(most <= 2 * CONNECTIONS, `${most} connections`)
  assert.ok(await isReady())
  entra.misbehave(undefined)
  await recovers()
})
