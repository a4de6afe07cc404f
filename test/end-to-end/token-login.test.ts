// Logins with tokens of the embedded token service, obtained by Azure's own clients: in with the same right as a secret, out when the
// token, or what it was obtained with, is over; and every token that is not for SMTP, or not of the user name, refused alike.

import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createTransport } from 'nodemailer'
import { msalClient } from '../azure/msal-client.ts'
import { secretCredential } from '../azure/azure-clients.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { addSecret, addSendingApplication, type SendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const SCOPE = 'https://communication.azure.com/.default'
const RECIPIENT = 'reader@recipient.example.test'
const REFUSED = /^535 5\.7\.8 Authentication unsuccessful \[[0-9A-HJKMNP-TV-Z]{10}\]$/

const service = await startService({ after })
const { quickstart } = service
const { senderAddress } = quickstart

const base64 = (text: string) => Buffer.from(text).toString('base64')
const RESPONSES = {
  XOAUTH2: (username: string, token: string) => base64(`user=${username}\x01auth=Bearer ${token}\x01\x01`),
  OAUTHBEARER: (username: string, token: string) =>
    base64(`n,a=${username},\x01host=smtp.elsewhere.test\x01port=25\x01auth=Bearer ${token}\x01\x01`),
}
type Mechanism = keyof typeof RESPONSES
const DUMMIES: Readonly<Record<Mechanism, string>> = { XOAUTH2: '', OAUTHBEARER: 'AQ==' }
const FAILURES: Readonly<Record<Mechanism, object>> = {
  XOAUTH2: { status: '401', schemes: 'bearer', scope: SCOPE },
  OAUTHBEARER: { status: 'invalid_token', schemes: 'bearer', scope: SCOPE },
}
const MECHANISMS = Object.keys(RESPONSES) as Mechanism[]

async function fetchToken({ applicationId, secret }: SendingApplication, scope = SCOPE): Promise<string> {
  const client = msalClient(service, applicationId, { clientSecret: secret })
  const result = await client.acquireTokenByClientCredential({ scopes: [scope], skipCache: true })
  assert.ok(result)
  return result.accessToken
}

const open = () => SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)

const present = (dialogue: SmtpDialogue, mechanism: Mechanism, username: string, token: string) =>
  dialogue.command(`AUTH ${mechanism} ${RESPONSES[mechanism](username, token)}`)

/** Through the failure to the refusal itself. */
async function refused(mechanism: Mechanism, username: string, token: string): Promise<string> {
  const dialogue = await open()
  try {
    const told = await present(dialogue, mechanism, username, token)
    assert.match(told, /^334 /)
    assert.deepEqual(JSON.parse(Buffer.from(told.slice(4), 'base64').toString()), FAILURES[mechanism])
    const reply = await dialogue.command(DUMMIES[mechanism])
    assert.match(reply, REFUSED)
    return reply
  } finally {
    dialogue.destroy()
  }
}

const send = (dialogue: SmtpDialogue, subject: string) =>
  dialogue.submit(senderAddress, [RECIPIENT], [`From: ${senderAddress}`, `Subject: ${subject}`, '', 'Hello.'])

const application = await addSendingApplication(service)
const other = await addSendingApplication(service)

for (const mechanism of MECHANISMS)
  test(`${mechanism}: a token of MSAL signs in and sends`, async () => {
    const dialogue = await open()
    const token = await fetchToken(application)
    assert.match(await present(dialogue, mechanism, application.username, token), /^235 2\.7\.0 /)
    assert.match(await send(dialogue, `by ${mechanism}`), /^250 /)
    dialogue.destroy()
    await service.arrived(`by ${mechanism}`)
  })

test('a token of @azure/identity, with Nodemailer', async () => {
  const { applicationId, secret, username } = application
  const { token } = await secretCredential(service, { applicationId, clientSecret: secret }).getToken(SCOPE)
  const transport = createTransport({
    host: 'localhost',
    port: quickstart.smtp.port,
    requireTLS: true,
    tls: { ca: service.ca },
    auth: { type: 'OAuth2', user: username, accessToken: token },
  })
  await transport.sendMail({ from: senderAddress, to: RECIPIENT, subject: 'by Nodemailer', text: 'Hello.' })
  transport.close()
  await service.arrived('by Nodemailer')
})

test('the alias of the application does as well as its user name', async () => {
  const { applicationId, clientSecret } = quickstart.application
  const { token } = await secretCredential(service, { applicationId, clientSecret }).getToken(SCOPE)
  const dialogue = await open()
  assert.match(await present(dialogue, 'XOAUTH2', quickstart.usernames.alias, token), /^235 /)
  dialogue.destroy()
})

const foreign: readonly [name: string, reason: string, token: () => Promise<string>, username?: () => string][] = [
  ['for management', 'wrong-token-audience', () => fetchToken(application, 'https://management.azure.com/.default')],
  ['for Graph', 'wrong-token-audience', () => fetchToken(application, 'https://graph.microsoft.com/.default')],
  ['for our own API', 'wrong-token-audience', () => fetchToken(application, `${quickstart.endpoint}.default`)],
  ['of another application', 'wrong-token-application', () => fetchToken(other)],
  [
    'with another application’s user name',
    'wrong-token-application',
    () => fetchToken(application),
    () => other.username,
  ],
  ['that is the secret itself', 'malformed-token', async () => application.secret.replaceAll(/[^\w]/g, 'x')],
  [
    'whose signature was changed',
    'wrong-token-signature',
    async () => (await fetchToken(application)).replace(/.{9}$/, 'AAAAAAAAA'),
  ],
]
// A refusal takes its time: all of them at once.
describe('tokens for something else', { concurrency: true }, () => {
  for (const [name, reason, token, username = () => application.username] of foreign)
    for (const mechanism of MECHANISMS)
      test(`${mechanism}: a token ${name} is refused, and the operator reads ${reason}`, async () => {
        const reply = await refused(mechanism, username(), await token())
        assert.match(JSON.stringify(await service.explain(reply)), new RegExp(`"reason":"${reason}"`))
      })
})

test('what Nodemailer makes of the refusal: an authentication error with our words', async () => {
  const transport = createTransport({
    host: 'localhost',
    port: quickstart.smtp.port,
    requireTLS: true,
    tls: { ca: service.ca },
    auth: { type: 'OAuth2', user: application.username, accessToken: await fetchToken(other) },
  })
  await assert.rejects(transport.verify(), { code: 'EAUTH', responseCode: 535 })
  transport.close()
})

test('the secret is removed: the next message is refused, and so is the token, long before its end', async () => {
  const leaving = await addSendingApplication(service)
  const token = await fetchToken(leaving)
  const dialogue = await open()
  assert.match(await present(dialogue, 'XOAUTH2', leaving.username, token), /^235 /)
  assert.match(await send(dialogue, 'before'), /^250 /)
  const path = `/v1.0/applications(appId='${leaving.applicationId}')/removePassword`
  assert.equal((await service.api('POST', path, { keyId: leaving.keyId })).status, 204)
  assert.match(await send(dialogue, 'after'), /^421 4\.7\.0 Credentials no longer valid, closing \[/)
  assert.equal(await dialogue.closed(), '')
  await refused('OAUTHBEARER', leaving.username, token)
})

test('the end of the token ends an idle session by itself; the token does not sign in again', async () => {
  const brief = await addSendingApplication(service)
  // A token never outlives the secret that it was obtained with.
  const endDateTime = new Date(Date.now() + 4_000).toISOString()
  const { secret } = await addSecret(service, brief.objectId, { endDateTime })
  const token = await fetchToken({ ...brief, secret })
  const dialogue = await open()
  assert.match(await present(dialogue, 'XOAUTH2', brief.username, token), /^235 /)
  assert.match(await send(dialogue, 'in time'), /^250 /)
  assert.equal((await dialogue.closed()).trim(), '421 4.7.0 The access token has expired, closing')
  const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }
  assert.ok(Date.now() >= exp * 1000, 'not before its end')
  await refused('XOAUTH2', brief.username, token)
})

test('the end of the token inside a transaction: it goes on to its answer, which is no 250', async () => {
  const brief = await addSendingApplication(service)
  const { secret } = await addSecret(service, brief.objectId, {
    endDateTime: new Date(Date.now() + 3_000).toISOString(),
  })
  const token = await fetchToken({ ...brief, secret })
  const idle = await open()
  const busy = await open()
  for (const dialogue of [idle, busy]) assert.match(await present(dialogue, 'XOAUTH2', brief.username, token), /^235 /)
  assert.match(await busy.command(`MAIL FROM:<${senderAddress}>`), /^250 /)
  // The other session tells that the moment has come.
  assert.match(await idle.closed(), /^421 /)
  assert.match(await busy.command(`RCPT TO:<${RECIPIENT}>`), /^250 /)
  assert.match(await busy.command('DATA'), /^354 /)
  assert.match(
    await busy.finish([`From: ${senderAddress}`, 'Subject: too late', '', 'Hello.']),
    /^421 4\.7\.0 The access token has expired, closing \[/,
  )
  assert.equal(await busy.closed(), '')
})
