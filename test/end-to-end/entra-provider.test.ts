// Logins of a tenant whose applications live in Microsoft Entra ID, through a whole service, against a stand-in that answers as the real
// one does. The secret is proven there and nowhere else, each time anew.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { ENTRA_ERRORS } from '../fixtures/entra-errors.ts'
import { type EntraApplication, startEntraServer } from '../fixtures/entra-server.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const RECIPIENT = 'reader@recipient.example.test'

const application = (more: Partial<EntraApplication> = {}): EntraApplication => ({
  applicationId: randomUUID(),
  objectId: randomUUID(),
  secret: `not~a.real+secret/=&${randomUUID()} ü`,
  ...more,
})
const sender = application({ expiredSecret: 'expired-and-not-real' })
const roleless = application()
const failing = Object.fromEntries(
  Object.entries(ENTRA_ERRORS).map(([name, error]) => [name, application({ error })]),
) as Record<keyof typeof ENTRA_ERRORS, EntraApplication>
const mistaken = {
  tenant: application({ claims: { tid: randomUUID() } }),
  application: application({ claims: { appid: randomUUID() } }),
  resource: application({ claims: { aud: 'https://graph.microsoft.com' } }),
  principal: application({ claims: { oid: undefined } }),
}

const service = await startIn(
  temporaryDirectory({ after }),
  { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' },
  (config) => ({ ...config, auth: { ...config.auth, rejectAfter: 1000 } }),
)
after(() => service.stop())
const { quickstart } = service
const { tenantId } = quickstart
const entra = await startEntraServer({ after }, tenantId, [
  sender,
  roleless,
  ...Object.values(failing),
  ...Object.values(mistaken),
])
const PROVIDER = `/providers/Postern.Mail/identityProviders/${tenantId}`

async function configure(properties: object = {}): Promise<void> {
  const { status, json } = await service.api('PUT', PROVIDER, {
    properties: {
      provider: 'entra',
      entra: { authority: entra.authority },
      ca: entra.ca,
      timeout: '800ms',
      ...properties,
    },
  })
  assert.ok(status === 200 || status === 201, JSON.stringify(json))
}

async function assign(principalId: string): Promise<string> {
  const scope = quickstart.communicationServiceId
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=${ROLE_API_VERSION}`
  const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`
  const { status, json } = await service.api('PUT', id, { properties: { roleDefinitionId, principalId } })
  assert.equal(status, 201, JSON.stringify(json))
  return id
}

const usernameOf = ({ applicationId }: { applicationId: string }, tenant = tenantId) =>
  [quickstart.communicationService, applicationId, tenant].join('.')

async function open(): Promise<SmtpDialogue> {
  return SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
}

async function login(username: string, secret: string): Promise<string> {
  const dialogue = await open()
  try {
    return await dialogue.authenticate(username, secret)
  } finally {
    dialogue.destroy()
  }
}

const message = (subject: string) => [`From: ${quickstart.senderAddress}`, `Subject: ${subject}`, '', 'Hello.']

const send = (dialogue: SmtpDialogue, subject: string) =>
  dialogue.submit(quickstart.senderAddress, [RECIPIENT], message(subject))

await configure()
const assignment = await assign(sender.objectId)

test('a secret that Entra takes signs in, and the object id of its token is the principal', async () => {
  const dialogue = await open()
  assert.match(await dialogue.authenticate(usernameOf(sender), sender.secret), /^235 2\.7\.0 /)
  assert.match(await send(dialogue, 'from entra'), /^250 /)
  dialogue.destroy()
  const form = entra.requests.at(-1)
  assert.deepEqual(Object.fromEntries(form ?? []), {
    client_id: sender.applicationId,
    scope: 'https://communication.azure.com/.default',
    grant_type: 'client_credentials',
    client_secret: sender.secret,
  })
  await service.arrived('from entra')
  const [accepted] = await service.accepted(sender.applicationId)
  assert.equal(accepted?.subject, 'from entra')
})

test('each login asks for a token of its own, and a session for no other', async () => {
  const before = entra.requests.length
  for (let count = 1; count <= 3; count++) {
    const dialogue = await open()
    assert.match(await dialogue.authenticate(usernameOf(sender), sender.secret), /^235 /)
    for (const subject of ['one', 'two']) assert.match(await send(dialogue, subject), /^250 /)
    dialogue.destroy()
    assert.equal(entra.requests.length, before + count)
  }
})

test('a role that is taken away ends the session at its next message, without asking Entra', async () => {
  const dialogue = await open()
  assert.match(await dialogue.authenticate(usernameOf(sender), sender.secret), /^235 /)
  const before = entra.requests.length
  assert.equal((await service.api('DELETE', assignment)).status, 200)
  assert.match(await dialogue.command(`MAIL FROM:<${quickstart.senderAddress}>`), /^421 4\.7\.0 Credentials no longer/)
  assert.equal(entra.requests.length, before)
  await assign(sender.objectId)
})

type Refused = {
  readonly name: string
  readonly application: EntraApplication
  readonly secret?: string
  readonly reason: string
  readonly detail: RegExp
  readonly command?: RegExp
}

const refusals: readonly Refused[] = [
  {
    name: 'a wrong secret',
    application: sender,
    secret: 'a-mistaken-secret',
    reason: 'wrong-secret',
    detail: /AADSTS7000215 \(invalid_client\), status 401: the secret is wrong.*trace id/,
    command: /^az ad app credential reset --id [0-9a-f-]{36} --append$/,
  },
  {
    name: 'an expired secret',
    application: sender,
    secret: 'expired-and-not-real',
    reason: 'expired-secret',
    detail: /AADSTS7000222/,
  },
  {
    name: 'a disabled application',
    application: failing.disabled,
    reason: 'application-disabled',
    detail: /AADSTS7000112/,
  },
  {
    name: 'a tenant that is not in this cloud',
    application: failing.unknownTenant,
    reason: 'unknown-tenant',
    detail: /AADSTS90002/,
  },
  { name: 'an unknown application', application: application(), reason: 'unknown-application', detail: /AADSTS700016/ },
  { name: 'no consent', application: failing.consent, reason: 'missing-consent', detail: /AADSTS65001/ },
  { name: 'no assignment', application: failing.unassigned, reason: 'missing-consent', detail: /AADSTS501051/ },
  { name: 'a policy', application: failing.policy, reason: 'blocked-by-policy', detail: /AADSTS53003/ },
  { name: 'a code nobody knows', application: failing.unheard, reason: 'refused-by-provider', detail: /AADSTS999999/ },
  {
    name: 'a token of another tenant',
    application: mistaken.tenant,
    reason: 'unexpected-token',
    detail: /another tenant/,
  },
  {
    name: 'a token of another application',
    application: mistaken.application,
    reason: 'unexpected-token',
    detail: /another application/,
  },
  {
    name: 'a token for another resource',
    application: mistaken.resource,
    reason: 'unexpected-token',
    detail: /another resource/,
  },
  { name: 'a token of nobody', application: mistaken.principal, reason: 'unexpected-token', detail: /no object id/ },
  {
    name: 'no role',
    application: roleless,
    reason: 'missing-role',
    detail: /Send|missing/,
    command: new RegExp(`--assignee ${roleless.objectId}`),
  },
]

// A refusal takes its time: all of them at once.
describe('what Entra refuses', { concurrency: true }, () => {
  for (const { name, application: one, secret = one.secret, reason, detail, command = /./ } of refusals)
    test(`${name} is refused like any other, and the operator sees why`, async () => {
      const reply = await login(usernameOf(one), secret)
      assert.match(reply, /^535 5\.7\.8 Authentication unsuccessful \[[0-9A-HJKMNP-TV-Z]{10}\]$/)
      const { trace } = await service.explain(reply)
      assert.equal(trace.reason, reason)
      assert.match(trace.steps.find((step) => !step.passed)?.detail ?? '', detail)
      assert.match(trace.suggestions[0]?.command ?? '', command)
      assert.ok(!JSON.stringify(trace).includes(secret))
    })
})

const undecided: readonly [name: string, application: EntraApplication, detail: RegExp][] = [
  ['a resource that is not in the tenant', failing.resource, /AADSTS500011/],
  ['a passing trouble', failing.transient, /answers 503/],
]
for (const [name, one, detail] of undecided)
  test(`${name} is no fault of the login: 454`, async () => {
    const reply = await login(usernameOf(one), one.secret)
    assert.match(reply, /^454 4\.7\.0 /)
    const { trace } = await service.explain(reply)
    assert.match(trace.steps.at(-1)?.detail ?? '', detail)
    assert.match(trace.suggestions[0]?.command ?? '', /^postern identity-provider show --tenant /)
  })

test('nobody is contacted for a name that leads to no configured tenant', async () => {
  const before = { requests: entra.requests.length, connections: entra.connections().all }
  const names = [
    usernameOf(sender, randomUUID()),
    `nowhere.${sender.applicationId}.${tenantId}`,
    'somebody@example.test',
    `${quickstart.communicationService}.${sender.applicationId}.${tenantId}/../common`,
  ]
  const replies = await Promise.all(names.map((name) => login(name, sender.secret)))
  for (const reply of replies) assert.match(reply, /^535 5\.7\.8 /)
  assert.deepEqual({ requests: entra.requests.length, connections: entra.connections().all }, before)
})

test('the secret that the embedded directory has for an application of the tenant is worth nothing', async () => {
  const { applicationId, clientSecret } = quickstart.application
  const reply = await login(usernameOf({ applicationId }), clientSecret)
  assert.equal((await service.explain(reply)).trace.reason, 'unknown-application')
})

test('an application that is disabled here is refused without asking', async () => {
  const local = randomUUID()
  const { directory } = service.server.storage.write
  const made = {
    objectId: local,
    applicationId: sender.applicationId,
    tenantId,
    displayName: 'Printer',
    disabled: true,
    createdAt: 0,
  }
  const change = { at: Date.now(), principalId: randomUUID(), requestId: randomUUID() }
  await directory.createApplication(change, made)
  const before = entra.requests.length
  const reply = await login(usernameOf(sender), sender.secret)
  assert.equal((await service.explain(reply)).trace.reason, 'application-disabled')
  assert.equal(entra.requests.length, before)
  await directory.deleteApplication(change, tenantId, local)
  assert.match(await login(usernameOf(sender), sender.secret), /^235 /)
})

test('with recheck: message each MAIL asks anew, and a secret that is gone ends the session', async () => {
  await configure({ recheck: 'message' })
  const dialogue = await open()
  assert.match(await dialogue.authenticate(usernameOf(sender), sender.secret), /^235 /)
  const before = entra.requests.length
  for (const subject of ['first', 'second']) assert.match(await send(dialogue, subject), /^250 /)
  assert.equal(entra.requests.length, before + 2)
  entra.misbehave('error 500')
  assert.match(await send(dialogue, 'in an outage'), /^451 /)
  entra.misbehave(undefined)
  assert.match(await send(dialogue, 'after it'), /^250 /)
  await configure({
    recheck: 'message',
    entra: { authority: entra.authority, scope: 'https://other.example.test/.default' },
  })
  assert.match(await send(dialogue, 'another scope'), /^250 /)
  await configure({ provider: 'embedded', entra: undefined })
  assert.match(await send(dialogue, 'another provider'), /^421 4\.7\.0 /)
  await configure()
})
