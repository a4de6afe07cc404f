// Everything that names a message leads to the same timeline, from whichever side one asks: the queue id of the 250, the Message-ID, the
// id of the operation, and for what was refused the reference in the reply. The command line shows what the API says.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { errorOf } from '../azure/azure-clients.ts'
import { connectByToken, credentialOf, emailOf, READER } from '../azure/email-clients.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { addSendingApplication, type SendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const service = await startService({ after })
const { senderAddress, smtp } = service.quickstart
const PROGRAM = fileURLToPath(new URL('../../bin/postern.js', import.meta.url))
const run = promisify(execFile)

type Timeline = {
  readonly message?: { readonly id: string; readonly internetMessageId: string; readonly status: string }
  readonly decision?: { readonly reference: string; readonly trace: { readonly reason: string } }
  readonly timeline: readonly { readonly kind: string; readonly status?: string; readonly detail: string }[]
}

async function byApi(id: string): Promise<Timeline> {
  const path = `/providers/Postern.Mail/messages/${encodeURIComponent(id)}/timeline`
  const { status, json } = await service.api('GET', path)
  assert.equal(status, 200, JSON.stringify(json))
  return json as Timeline
}

async function byCommand(id: string): Promise<Timeline> {
  const env = { ...process.env, POSTERN_DATA_DIR: service.directory }
  const { stdout } = await run(process.execPath, [PROGRAM, 'message', 'show', id, '--output', 'json'], { env })
  return JSON.parse(stdout) as Timeline
}

/** When nothing more will happen to it. */
const settled = (id: string) =>
  eventually(async () => {
    const found = await byApi(id)
    return found.timeline.some(({ kind }) => kind === 'event') ? found : undefined
  }, `the end of ${id}`)

async function assertSame(expected: Timeline, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    assert.deepEqual(await byApi(name), expected, name)
    assert.deepEqual(await byCommand(name), expected, name)
  }
}

const kindsOf = ({ timeline }: Timeline) => [...new Set(timeline.map(({ kind }) => kind))]

async function signIn({ username, secret }: SendingApplication): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.openSecure(smtp.port, service.ca)
  assert.match(await dialogue.authenticate(username, secret), /^235 /)
  return dialogue
}

const content = (subject: string) => [`From: ${senderAddress}`, `Subject: ${subject}`, '', 'Hello.']
const clientOf = (application: SendingApplication) =>
  connectByToken(service, credentialOf(service, application).credential, { maxRetries: 0 }).client

test('a message by SMTP: by its queue id and by its Message-ID', async () => {
  const dialogue = await signIn(await addSendingApplication(service))
  const messageId = `${randomUUID()}@app.example.test`
  const reply = await dialogue.submit(senderAddress, [READER], [`Message-ID: <${messageId}>`, ...content('by SMTP')])
  dialogue.destroy()
  const [, queueId = ''] = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(reply) ?? assert.fail(reply)
  const whole = await settled(queueId)
  assert.deepEqual([whole.message?.id, whole.message?.internetMessageId], [queueId, messageId])
  assert.deepEqual(kindsOf(whole), ['login', 'decision', 'policy', 'queued', 'final', 'event'])
  await assertSame(whole, queueId, messageId)
  assert.deepEqual(await byCommand(`<${messageId}>`), whole)
})

test('a message by REST: by its operation, its queue id and its Message-ID', async () => {
  const application = await addSendingApplication(service)
  const poller = await clientOf(application).beginSend(emailOf(senderAddress, 'by REST'))
  const { id: operationId } = await poller.pollUntilDone()
  const [accepted] = await service.accepted(application.applicationId)
  const queueId = accepted?.id ?? ''
  const whole = await settled(queueId)
  assert.equal(whole.message?.id, queueId)
  await assertSame(whole, operationId, queueId, whole.message?.internetMessageId ?? '')
})

test('what was refused, by either door: by the reference in the reply', async () => {
  const application = await addSendingApplication(service)
  const path = `/providers/Postern.Mail/applications/${application.applicationId}/quotas/default`
  const none = { properties: { limits: { messages: { day: 0 } } } }
  assert.equal((await service.api('PUT', path, none)).status, 201)
  const dialogue = await signIn(application)
  const reply = await dialogue.command(`MAIL FROM:<${senderAddress}>`)
  dialogue.destroy()
  const { message } = await errorOf(clientOf(application).beginSend(emailOf(senderAddress, 'refused')))
  for (const text of [reply, message]) {
    const [, reference = ''] = /\[([0-9A-Z]{10})\]/.exec(text) ?? assert.fail(text)
    const whole = await byApi(reference)
    assert.equal(whole.decision?.reference, reference)
    assert.equal(whole.decision?.trace.reason, 'quota-application-messages-per-day')
    assert.deepEqual(kindsOf(whole), ['refused'])
    await assertSame(whole, reference)
  }
})
