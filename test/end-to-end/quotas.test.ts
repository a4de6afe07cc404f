// Quotas in a running service: set by whoever may, they hold for the next message, by SMTP and over HTTPS alike; what is refused is not
// counted, and whoever is refused is told how long to wait.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { EmailClient } from '@azure/communication-email'
import { startService } from '../fixtures/quickstart-service.ts'
import { addSendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const service = await startService({ after })
const { senderAddress, domain, communicationServiceId } = service.quickstart
const RECIPIENT = 'reader@recipient.example.test'
const CONTENT = [`From: ${senderAddress}`, 'Subject: quotas', '', 'Hello.']

const ofApplication = (applicationId: string) => `/providers/Postern.Mail/applications/${applicationId}/quotas/default`
const ofService = `${communicationServiceId}/providers/Postern.Mail/quotas/default`

async function set(path: string, limits: object): Promise<void> {
  const { status, json } = await service.api('PUT', path, { properties: { limits } })
  assert([200, 201].includes(status), JSON.stringify(json))
}
const remove = async (path: string) => assert.equal((await service.api('DELETE', path)).status, 200)

type Usage = { readonly name: string; readonly used: number; readonly remaining: number }
async function usage(path: string): Promise<readonly Usage[]> {
  const { json } = await service.api('GET', path)
  return (json as { properties: { usage: readonly Usage[] } }).properties.usage
}

async function signIn() {
  const application = await addSendingApplication(service)
  const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  assert.match(await dialogue.authenticate(application.username, application.secret), /^235 /)
  return { dialogue, path: ofApplication(application.applicationId), applicationId: application.applicationId }
}

test('a quota holds in a session that is open, counts no refusal, and is gone with the next message', async () => {
  const { dialogue, path, applicationId } = await signIn()
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], CONTENT), /^250 /)
  await set(path, { messages: { day: 2 } })
  for (let sent = 0; sent < 2; sent += 1)
    assert.match(await dialogue.submit(senderAddress, [RECIPIENT], CONTENT), /^250 /)
  for (let tries = 0; tries < 3; tries += 1) {
    const refused = await dialogue.command(`MAIL FROM:<${senderAddress}>`)
    assert.match(
      refused,
      /^450 4\.7\.1 Quota used up: 2 messages per day; try again in [0-9]+ seconds \[[0-9A-Z]{10}\]/,
    )
    const { trace } = await service.explain(refused)
    assert.equal(trace.reason, 'quota-application-messages-per-day')
    assert.match(
      trace.steps.at(-1)?.detail ?? '',
      new RegExp(`the application ${applicationId} may send 2 messages per day`),
    )
    assert.equal(trace.suggestions[0]?.command, `postern quota show --application ${applicationId}`)
  }
  const [{ used, remaining } = assert.fail()] = await usage(path)
  assert.deepEqual([used, remaining], [2, 0])
  await remove(path)
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], CONTENT), /^250 /)
  dialogue.destroy()
})

test('a quota that is set while a message is on its way decides about it', async () => {
  const { dialogue, path } = await signIn()
  await dialogue.command(`MAIL FROM:<${senderAddress}>`)
  await dialogue.command(`RCPT TO:<${RECIPIENT}>`)
  await dialogue.command('DATA')
  await set(path, { messages: { hour: 0 } })
  assert.match(await dialogue.finish(CONTENT), /^450 4\.7\.1 Quota used up: 0 messages per hour/)
  dialogue.destroy()
})

test('recipients are counted one by one, and nobody gets more into one message than fits at all', async () => {
  const { dialogue, path } = await signIn()
  await set(path, { recipients: { day: 3 } })
  const many = ['a', 'b'].map((name) => `${name}@recipient.example.test`)
  assert.match(await dialogue.submit(senderAddress, many, CONTENT), /^250 /)
  assert.match(await dialogue.submit(senderAddress, many, CONTENT), /^450 4\.7\.1 Quota used up: 3 recipients per day/)
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], CONTENT), /^250 /)
  await set(path, { recipients: { day: 5 } })
  await dialogue.command(`MAIL FROM:<${senderAddress}>`)
  const replies: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f'])
    replies.push((await dialogue.command(`RCPT TO:<${name}@recipient.example.test>`)).slice(0, 9))
  assert.deepEqual(replies, [...Array.from({ length: 5 }, () => '250 2.1.5'), '452 4.5.3'])
  dialogue.destroy()
})

test('both doors share a quota; over HTTPS it is 429 with the limit by name and a wait that clients keep', async () => {
  await set(ofService, { messages: { day: 1_000_000 } })
  const { dialogue } = await signIn()
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], CONTENT), /^250 /)
  const [{ used } = assert.fail()] = await usage(ofService)
  await set(ofService, { messages: { day: used + 1 } })
  const { endpoint, connectionString } = service.quickstart
  const client = new EmailClient(connectionString, { retryOptions: { maxRetries: 0 }, tlsOptions: { ca: service.ca } })
  const message = {
    senderAddress,
    content: { subject: 'quotas', plainText: 'Hello.' },
    recipients: { to: [{ address: RECIPIENT }] },
  }
  assert.equal((await (await client.beginSend(message)).pollUntilDone()).status, 'Succeeded')
  const refused = await client.beginSend(message).then(
    () => assert.fail(endpoint),
    (error: unknown) => error,
  )
  const { statusCode, code, response } = refused as {
    statusCode: number
    code: string
    response: { headers: { get(name: string): string }; bodyAsText: string }
  }
  assert.deepEqual([statusCode, code], [429, 'TooManyRequests'])
  assert(Number(response.headers.get('retry-after')) <= 240)
  assert.equal(JSON.parse(response.bodyAsText).error.target, 'resource-messages-per-day')
  assert.match(await dialogue.command(`MAIL FROM:<${senderAddress}>`), /^450 4\.7\.1 /)
  dialogue.destroy()
  await remove(ofService)
})

test('the doctor says what is left, and that nothing is', async () => {
  const ofDomain = `${communicationServiceId.replace(/communicationServices.*/, '')}emailServices/${service.quickstart.emailService}/domains/AzureManagedDomain/providers/Postern.Mail/quotas/default`
  await set(ofDomain, { messages: { day: 1000 } })
  const { json } = await service.api('GET', ofDomain)
  assert.equal((json as { properties: { subject: string } }).properties.subject, domain)
  const ask = async () => {
    const question = { username: service.quickstart.usernames.dot, from: senderAddress }
    const answer = await service.api('POST', '/providers/Postern.Mail/diagnoseLogin', question)
    return answer.json as { outcome: string; steps: { step: string; detail: string }[] }
  }
  const well = await ask()
  assert.deepEqual([well.outcome, well.steps.at(-1)?.step], ['may send', 'quota'])
  await set(ofDomain, { messages: { day: 0 } })
  const full = await ask()
  assert.equal(full.outcome, 'refused')
  assert.match(full.steps.at(-1)?.detail ?? '', /may send 0 messages per day/)
  await remove(ofDomain)
})
