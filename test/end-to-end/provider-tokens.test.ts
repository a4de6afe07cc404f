// Logins with tokens of Microsoft Entra ID, through a whole service, against a stand-in that publishes its keys as the real one does: the
// token is verified here, with keys that were fetched from the configured authority and nowhere else.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { type EntraApplication, startEntraServer } from '../fixtures/entra-server.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { assignRole } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import { startTokenIssuer } from '../fixtures/token-issuer.ts'

const RECIPIENT = 'reader@recipient.example.test'

const application = (): EntraApplication => ({
  applicationId: randomUUID(),
  objectId: randomUUID(),
  secret: 'not-a-real-secret',
})
const sender = application()
const roleless = application()

const service = await startIn(
  temporaryDirectory({ after }),
  { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' },
  (config) => ({ ...config, auth: { ...config.auth, rejectAfter: 1000 } }),
)
after(() => service.stop())
const { quickstart } = service
const { tenantId, senderAddress } = quickstart
const entra = await startEntraServer({ after }, tenantId, [sender, roleless])
const evil = await startTokenIssuer({ after })

/** With other settings than before what is known of the authority is forgotten. */
async function configure(timeout: string): Promise<void> {
  const properties = { provider: 'entra', entra: { authority: entra.authority }, ca: entra.ca, timeout }
  const { status } = await service.api('PUT', `/providers/Postern.Mail/identityProviders/${tenantId}`, { properties })
  assert.ok(status === 200 || status === 201)
}
await configure('800ms')
await assignRole(service, sender.objectId, `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`)

const usernameOf = ({ applicationId }: EntraApplication) =>
  [quickstart.communicationService, applicationId, tenantId].join('.')

async function present(token: string, username = usernameOf(sender)) {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  const response = Buffer.from(`user=${username}\x01auth=Bearer ${token}\x01\x01`).toString('base64')
  const told = await dialogue.command(`AUTH XOAUTH2 ${response}`)
  return { dialogue, reply: told.startsWith('334 ') ? await dialogue.command('') : told }
}

async function reasonOf(token: string, username?: string): Promise<string> {
  const { dialogue, reply } = await present(token, username)
  dialogue.destroy()
  if (!reply.startsWith('535')) return reply
  return (/"reason":"([a-z-]+)"/.exec(JSON.stringify(await service.explain(reply))) ?? [])[1] ?? ''
}

const V2 = {
  iss: `${entra.authority}/${tenantId}/v2.0`,
  ver: '2.0',
  appid: undefined,
  azp: sender.applicationId,
  azpacr: '1',
  appidacr: undefined,
}

for (const [version, claims] of Object.entries({ '1.0': {}, '2.0': V2 }))
  test(`a token of version ${version} signs in and sends; its object id is the principal`, async () => {
    const { dialogue, reply } = await present(await entra.sign(sender, claims))
    assert.match(reply, /^235 2\.7\.0 /)
    const content = [`From: ${senderAddress}`, `Subject: by ${version}`, '', 'Hello.']
    assert.match(await dialogue.submit(senderAddress, [RECIPIENT], content), /^250 /)
    dialogue.destroy()
    const accepted = await service.accepted(sender.applicationId)
    assert.equal(accepted[0]?.subject, `by ${version}`)
  })

test('nobody is asked for a token, and its keys are asked for once, however many come', async () => {
  const before = entra.keyRequests()
  const answers = await Promise.all([1, 2, 3, 4, 5].map(async () => present(await entra.sign(sender))))
  for (const { dialogue, reply } of answers) {
    assert.match(reply, /^235 /)
    dialogue.destroy()
  }
  assert.equal(entra.requests.length, 0)
  // Two documents for each thread that has not seen them yet.
  assert.ok(entra.keyRequests() - before <= 2 * service.config.smtp.workers)
})

const now = () => Math.floor(Date.now() / 1000)
const attacks: readonly [name: string, reason: string, token: () => Promise<string>, username?: string][] = [
  ['for Graph', 'wrong-token-audience', () => entra.sign(sender, { aud: 'https://graph.microsoft.com' })],
  ['of another tenant', 'wrong-token-tenant', () => entra.sign(sender, { tid: randomUUID() })],
  [
    'of an issuer of another tenant',
    'wrong-token-issuer',
    () => entra.sign(sender, { iss: `https://sts.windows.net/${randomUUID()}/` }),
  ],
  ['of another application', 'wrong-token-application', () => entra.sign(roleless)],
  ['of a user', 'user-token', () => entra.sign(sender, { idtyp: undefined, scp: 'Mail.Send', sub: 'ann' })],
  ['expired', 'expired-token', () => entra.sign(sender, { exp: now() - 1 })],
  ['of the future', 'token-not-yet-valid', () => entra.sign(sender, { iat: now() + 300, nbf: now() + 300 })],
  ['with a name of a key that is not published', 'wrong-token-signature', () => entra.sign(sender, {}, { kid: 'x' })],
  ['with another place for its key', 'malformed-token', () => entra.sign(sender, {}, { jku: `${evil.issuer}/keys` })],
  [
    'of another issuer under its own name',
    'wrong-token-issuer',
    () =>
      evil.sign({
        tid: tenantId,
        aud: 'https://communication.azure.com',
        azp: sender.applicationId,
        oid: sender.objectId,
        sub: sender.objectId,
        idtyp: 'app',
      }),
  ],
  [
    'of another issuer under the name of Entra',
    'wrong-token-signature',
    () =>
      evil.sign({
        ...V2,
        tid: tenantId,
        aud: 'https://communication.azure.com',
        oid: sender.objectId,
        sub: sender.objectId,
        idtyp: 'app',
      }),
  ],
  ['of an application without a role', 'missing-role', () => entra.sign(roleless), usernameOf(roleless)],
]
// A refusal takes its time: all of them at once.
describe('tokens that prove nothing', { concurrency: true }, () => {
  for (const [name, reason, token, username] of attacks)
    test(`a token ${name}: ${reason}`, async () => {
      assert.equal(await reasonOf(await token(), username), reason)
      assert.equal(evil.connections(), 0, 'nothing in a token leads anywhere')
    })
})

test('a token of the embedded token service proves nothing in a tenant of Entra', async () => {
  const { applicationId, clientSecret } = quickstart.application
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: applicationId,
    client_secret: clientSecret,
    scope: 'https://communication.azure.com/.default',
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { octets } = await service.http('POST', `/${tenantId}/oauth2/v2.0/token`, { headers, body })
  const { access_token: token } = JSON.parse(octets.toString()) as { access_token: string }
  assert.equal(await reasonOf(token, quickstart.usernames.dot), 'wrong-token-issuer')
})

test('an authority that was never reached: 454 at once, and no failure is told that would blame the token', async () => {
  await entra.stop()
  await configure('700ms')
  const token = await entra.sign(sender)
  const refused = await present(token)
  assert.match(refused.reply, /^454 4\.7\.0 Temporary authentication failure \[/)
  refused.dialogue.destroy()
  await entra.start()
  await configure('600ms')
  const taken = await present(token)
  assert.match(taken.reply, /^235 /)
  taken.dialogue.destroy()
})
