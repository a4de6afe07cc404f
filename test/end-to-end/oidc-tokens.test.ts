// Logins with tokens of an OpenID server that nobody here wrote, in a process of its own: verified with the keys it publishes, mapped to
// principal and groups as the settings say.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { type OidcClient, startOidcServer } from '../fixtures/oidc-server.ts'
import { httpsRequest, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { assignRole } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const RESOURCE = 'https://mail.example.test'
const RECIPIENT = 'reader@recipient.example.test'
const SENDER_ROLE = `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`

const client = (groups: readonly string[] = []): OidcClient => ({
  clientId: randomUUID(),
  secret: 'not-a-real-secret',
  method: 'client_secret_post',
  groups,
})
const senders = randomUUID()
const single = client()
const member = client([senders])
const stranger = client()

const service = await startIn(
  temporaryDirectory({ after }),
  { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' },
  (config) => ({ ...config, auth: { ...config.auth, rejectAfter: 1000 } }),
)
after(() => service.stop())
const { quickstart } = service
const { tenantId, senderAddress } = quickstart
const oidc = await startOidcServer({ after }, [single, member, stranger], RESOURCE)

async function configure(oidcSettings: object = {}): Promise<void> {
  const settings = { issuer: oidc.issuer, resource: RESOURCE, groupsClaim: 'groups', ...oidcSettings }
  const properties = { provider: 'oidc', oidc: settings, ca: oidc.ca, timeout: '800ms' }
  const { status, json } = await service.api('PUT', `/providers/Postern.Mail/identityProviders/${tenantId}`, {
    properties,
  })
  assert.ok(status === 200 || status === 201, JSON.stringify(json))
}
await configure()
for (const principalId of [single.clientId, senders]) await assignRole(service, principalId, SENDER_ROLE)

async function fetchToken({ clientId, secret }: OidcClient): Promise<string> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret, scope: 'mail' }
  const { status, octets } = await httpsRequest(new URL(`${oidc.issuer}/token`), oidc.ca, 'POST', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  assert.equal(status, 200, octets.toString())
  return (JSON.parse(octets.toString()) as { access_token: string }).access_token
}

async function present(token: string, { clientId }: OidcClient) {
  const username = [quickstart.communicationService, clientId, tenantId].join('.')
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  const response = Buffer.from(`n,a=${username},\x01auth=Bearer ${token}\x01\x01`).toString('base64')
  const told = await dialogue.command(`AUTH OAUTHBEARER ${response}`)
  return { dialogue, reply: told.startsWith('334 ') ? await dialogue.command('AQ==') : told }
}

async function reasonOf(token: string, as: OidcClient): Promise<string | undefined> {
  const { dialogue, reply } = await present(token, as)
  dialogue.destroy()
  assert.match(reply, /^535 /)
  return /"reason":"([a-z-]+)"/.exec(JSON.stringify(await service.explain(reply)))?.[1]
}

for (const [name, who] of [
  ['its subject', single],
  ['a group of its claims', member],
] as const)
  test(`a token signs in and sends by the role of ${name}`, async () => {
    const { dialogue, reply } = await present(await fetchToken(who), who)
    assert.match(reply, /^235 2\.7\.0 /)
    const content = [`From: ${senderAddress}`, 'Subject: by OpenID', '', 'Hello.']
    for (const _ of [1, 2]) assert.match(await dialogue.submit(senderAddress, [RECIPIENT], content), /^250 /)
    dialogue.destroy()
  })

test('a token of a client without a role, or of another client than the user name says', async () => {
  assert.equal(await reasonOf(await fetchToken(stranger), stranger), 'missing-role')
  assert.equal(await reasonOf(await fetchToken(single), stranger), 'wrong-token-application')
})

test('another audience, no audience, another algorithm: the settings decide', async () => {
  const token = await fetchToken(single)
  await configure({ audiences: ['https://other.example.test'] })
  assert.equal(await reasonOf(token, single), 'wrong-token-audience')
  await configure({ resource: undefined })
  assert.equal(await reasonOf(token, single), 'wrong-token-audience')
  await configure({ algorithms: ['ES256'] })
  assert.equal(await reasonOf(token, single), 'wrong-token-signature')
  await configure()
  const { dialogue, reply } = await present(token, single)
  assert.match(reply, /^235 /)
  dialogue.destroy()
})
