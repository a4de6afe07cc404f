// A service with `compatibility: azure` on an installation that is there: what is granted counts later, over SMTP and over HTTP, and says from
// when on to whoever explains it or asks a doctor; what is old enough counts; what is taken away counts at once.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { withoutReference } from '../fixtures/reference.ts'
import { addSendingApplication, change, type SendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const HOUR = 3_600_000
const RECIPIENT = 'reader@recipient.example.test'

const directory = temporaryDirectory({ after })
let service: QuickstartService
let application: SendingApplication
before(async () => {
  await (await startIn(directory)).stop()
  const azure = { grantDelay: HOUR, usernameDelay: HOUR }
  service = await startIn(directory, {}, (config) => ({ ...config, compatibility: 'azure', azure }))
  application = await addSendingApplication(service)
})
after(() => service.stop())

const base64 = (text: string) => Buffer.from(text).toString('base64')

async function logIn(username = application.username) {
  const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  await dialogue.command('EHLO app.example.test')
  await dialogue.command(`AUTH LOGIN ${base64(username)}`)
  return { dialogue, reply: await dialogue.command(base64(application.secret)) }
}

async function tokenOf({ applicationId, secret }: SendingApplication): Promise<string> {
  const { status, octets } = await service.http('POST', `/${service.quickstart.tenantId}/oauth2/v2.0/token`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: applicationId,
      client_secret: secret,
      scope: 'https://communication.azure.com/.default',
    }).toString(),
  })
  assert.equal(status, 200)
  return (JSON.parse(octets.toString()) as { readonly access_token: string }).access_token
}

async function sendByHttp(): Promise<number> {
  const { senderAddress } = service.quickstart
  const { status } = await service.http('POST', '/emails:send?api-version=2025-09-01', {
    headers: { authorization: `Bearer ${await tokenOf(application)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      senderAddress,
      content: { subject: 'delays', plainText: 'Hello.' },
      recipients: { to: [{ address: RECIPIENT }] },
    }),
  })
  return status
}

/** The assignment again, as if it had been made so long ago. */
async function makeAged(age: number): Promise<void> {
  const { tenantId } = service.quickstart
  const name = application.roleAssignmentId.split('/').at(-1) ?? ''
  const { read, write } = service.server.storage
  const stored = await read.roles.readRoleAssignment(tenantId, name)
  assert.ok(stored !== undefined)
  const { stamp: _, ...assignment } = stored
  await write.roles.deleteRoleAssignment(change(), tenantId, name)
  await write.roles.putRoleAssignment({ ...change(), at: Date.now() - age }, tenantId, assignment)
}

const TOLD =
  /^the role assignment \S+ \(SMTP Email Sender\) is \d+ s old and holds from \S+ on \(compatibility: azure, azure\.grantDelay\)$/

test('a role assignment that is new does not count yet, and whoever asks is told from when on', async () => {
  const { dialogue, reply } = await logIn()
  assert.equal(withoutReference(reply), '535 5.7.3 Authentication unsuccessful')
  const { trace } = await service.explain(reply)
  assert.equal(trace.reason, 'missing-role')
  assert.match(trace.steps.at(-1)?.detail ?? '', TOLD)
  assert.match(trace.suggestions[0]?.text ?? '', /^Nothing is missing\. What was granted is new and holds from /)
  dialogue.destroy()

  const diagnosis = await service.api('POST', '/providers/Postern.Mail/diagnoseLogin', {
    username: application.username,
  })
  type Told = { readonly reason: string; readonly steps: readonly { readonly detail: string }[] }
  const { reason, steps } = diagnosis.json as Told
  assert.equal(reason, 'missing-role')
  assert.match(steps.at(-1)?.detail ?? '', TOLD)

  assert.equal(await sendByHttp(), 403)
})

test('one that is old enough counts, and ends at once when it is removed', async () => {
  await makeAged(HOUR)
  const { dialogue, reply } = await logIn()
  assert.match(reply, /^235 /)
  assert.equal(await sendByHttp(), 202)
  await makeAged(0)
  assert.match(await dialogue.command(`MAIL FROM:<${service.quickstart.senderAddress}>`), /^421 4\.7\.0 /)
  dialogue.destroy()
})

test('an SMTP username that is new does not sign in yet', async () => {
  await makeAged(HOUR)
  const { communicationServiceId, tenantId } = service.quickstart
  const username = `scanner-${randomUUID()}`
  const path = `${communicationServiceId}/smtpUsernames/scanner?api-version=2025-09-01`
  const { applicationId: entraApplicationId } = application
  const { status } = await service.api('PUT', path, { properties: { username, entraApplicationId, tenantId } })
  assert.equal(status, 201)
  const { dialogue, reply } = await logIn(username)
  assert.equal(withoutReference(reply), '535 5.7.3 Authentication unsuccessful')
  const { trace } = await service.explain(reply)
  assert.equal(trace.reason, 'unknown-username')
  assert.match(trace.steps.at(-1)?.detail ?? '', /^the SMTP username is \d+ s old and holds from /)
  dialogue.destroy()
})
