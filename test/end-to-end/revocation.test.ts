// A right that is withdrawn ends at the next message of a session that is open already, with one AUTH long ago: 421 at MAIL, 550 after
// data, nothing queued. What does not concern the sender disturbs nobody.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { hashClientSecret } from '../../src/identity/client-secret.ts'
import { DOMAINS, SENDER_USERNAMES } from '../../src/resources/resource-types.ts'
import type { Resource } from '../../src/resources/resource.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import {
  addSecret,
  addSendingApplication,
  change,
  ROLE_API_VERSION,
  type SendingApplication,
} from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const RECIPIENT = 'reader@recipient.example.test'
const QUEUED = /^250 2\.0\.0 Ok: queued as [0-9a-f-]{36}$/
const GONE = /^421 4\.7\.0 Credentials no longer valid, closing \[[0-9A-HJKMNP-TV-Z]{10}\]$/
const WITHDRAWN = /^550 5\.7\.1 The right to send has been withdrawn \[[0-9A-HJKMNP-TV-Z]{10}\]$/

const service = await startService({ after })
const { quickstart, server } = service
const { directory, resources } = server.storage.write

const message = (sender: string) => [`From: ${sender}`, 'Subject: revocation', '', 'Hello.']

async function signIn({ username, secret }: Pick<SendingApplication, 'username' | 'secret'>) {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  assert.match(await dialogue.authenticate(username, secret), /^235 2\.7\.0 /)
  return dialogue
}

/** Signed in, and one message was accepted: from here on nothing but the right can be the reason. */
async function openSession(application: Pick<SendingApplication, 'username' | 'secret'>) {
  const dialogue = await signIn(application)
  const { senderAddress } = quickstart
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], message(senderAddress)), QUEUED)
  return dialogue
}

/** Up to the 354 of DATA. */
async function beginMessage(dialogue: SmtpDialogue, sender: string): Promise<void> {
  for (const command of [`MAIL FROM:<${sender}>`, `RCPT TO:<${RECIPIENT}>`])
    assert.match(await dialogue.command(command), /^250 /)
  assert.match(await dialogue.command('DATA'), /^354 /)
}

async function removeSecret({ applicationId, keyId }: SendingApplication): Promise<void> {
  const path = `/v1.0/applications(appId='${applicationId}')/removePassword`
  assert.equal((await service.api('POST', path, { keyId })).status, 204)
}

async function deleteAssignment({ roleAssignmentId }: SendingApplication): Promise<void> {
  const { status } = await service.api('DELETE', `${roleAssignmentId}?api-version=${ROLE_API_VERSION}`)
  assert.equal(status, 200)
}

async function disable({ objectId }: SendingApplication): Promise<void> {
  assert.equal(await directory.setApplicationDisabled(change(), quickstart.tenantId, objectId, true), true)
}

const losses = [
  { name: 'the secret is removed', withdraw: removeSecret, reason: 'wrong-secret' },
  { name: 'the role assignment is deleted', withdraw: deleteAssignment, reason: 'missing-role' },
  { name: 'the application is disabled', withdraw: disable, reason: 'application-disabled' },
]

for (const { name, withdraw, reason } of losses) {
  test(`${name}: the next MAIL ends the session, a new login is refused`, async () => {
    const application = await addSendingApplication(service)
    const dialogue = await openSession(application)
    await withdraw(application)
    const lost = await dialogue.command(`MAIL FROM:<${quickstart.senderAddress}>`)
    assert.match(lost, GONE)
    assert.equal(await dialogue.closed(), '')
    assert.equal((await service.accepted(application.applicationId)).length, 1)
    const { trace } = await service.explain(lost)
    assert.deepEqual([trace.stage, trace.reason, trace.applicationId], ['MAIL', reason, application.applicationId])

    const again = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
    const refused = await again.authenticate(application.username, application.secret)
    assert.match(refused, /^535 5\.7\.8 /)
    assert.equal((await service.explain(refused)).trace.reason, reason)
    again.destroy()
  })

  test(`${name} between MAIL and the end of data: nothing is queued`, async () => {
    const application = await addSendingApplication(service)
    const dialogue = await openSession(application)
    await beginMessage(dialogue, quickstart.senderAddress)
    await withdraw(application)
    const refused = await dialogue.finish(message(quickstart.senderAddress))
    assert.match(refused, WITHDRAWN)
    assert.equal((await service.accepted(application.applicationId)).length, 1)
    const { trace } = await service.explain(refused)
    assert.deepEqual([trace.stage, trace.reason], ['DATA', reason])
    assert.match(await dialogue.command(`MAIL FROM:<${quickstart.senderAddress}>`), GONE)
    await dialogue.closed()
  })
}

/** Long enough for two logins on a busy machine. */
const SECRET_LIFETIME = 3_000

test('the secret expires, with nothing changed in the store: 421 at MAIL, 550 after data', async () => {
  const application = await addSendingApplication(service)
  const secret = `not-a-real-secret-${randomUUID()}`
  const endAt = Date.now() + SECRET_LIFETIME
  await directory.addPassword(change(), quickstart.tenantId, application.objectId, {
    keyId: randomUUID(),
    displayName: 'ends soon',
    hint: 'not',
    startAt: Date.now() - 1_000,
    endAt,
    hash: hashClientSecret(Buffer.from(secret), server.keys.pepper),
  })
  const idle = await openSession({ ...application, secret })
  const sending = await openSession({ ...application, secret })
  await beginMessage(sending, quickstart.senderAddress)
  await eventually(async () => Date.now() >= endAt || undefined, 'the end of the secret')

  const lost = await idle.command(`MAIL FROM:<${quickstart.senderAddress}>`)
  assert.match(lost, GONE)
  await idle.closed()
  const refused = await sending.finish(message(quickstart.senderAddress))
  assert.match(refused, WITHDRAWN)
  sending.destroy()
  assert.equal((await service.accepted(application.applicationId)).length, 2)
  for (const reply of [lost, refused]) assert.equal((await service.explain(reply)).trace.reason, 'expired-secret')
})

/** A second verified domain, linked, with one sender username; there is no API for it yet. */
async function connectDomain() {
  const { tenantId, subscriptionId, resourceGroup, emailService, communicationServiceId } = quickstart
  const name = `${randomUUID()}.example.test`
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`
  const id = `${group}/providers/Microsoft.Communication/emailServices/${emailService}/domains/${name}`
  const communicationService = await server.storage.read.resources.readResource(communicationServiceId)
  assert(communicationService !== undefined)
  const put = async (of: Pick<Resource, 'id' | 'name' | 'type' | 'properties'>) => {
    const { systemData, etag } = communicationService
    await resources.putResource(change(), { ...of, tenantId, subscriptionId, systemData, etag })
  }
  const link = (linkedDomains: readonly unknown[]) =>
    resources.putResource(change(), {
      ...communicationService,
      properties: { ...communicationService.properties, linkedDomains },
    })
  const verified = { status: 'Verified' }
  const verificationStates = { Domain: verified, SPF: verified, DKIM: verified, DKIM2: verified }
  await put({ id, name, type: DOMAINS, properties: { fromSenderDomain: name, verificationStates } })
  const senderId = `${id}/senderUsernames/reports`
  await put({ id: senderId, name: 'reports', type: SENDER_USERNAMES, properties: { username: 'reports' } })
  const linked = communicationService.properties['linkedDomains'] as readonly unknown[]
  await link([...linked, id])
  return {
    name,
    sender: `reports@${name}`,
    unlink: () => link(linked),
    removeSender: () => resources.deleteResource(change(), senderId),
  }
}

type Connected = Awaited<ReturnType<typeof connectDomain>>

const senderLosses = [
  {
    name: 'the domain is unlinked',
    withdraw: ({ unlink }: Connected) => unlink(),
    expected: ({ name }: Connected) => `550 5.1.7 The specified sender domain has not been linked. Domain: ${name}`,
  },
  {
    name: 'the sender username is removed',
    withdraw: ({ removeSender }: Connected) => removeSender(),
    expected: ({ name }: Connected) => `550 5.7.1 Sender address not allowed for this resource. Domain: ${name}`,
  },
]

for (const { name, withdraw, expected } of senderLosses)
  test(`${name}: refused at MAIL and after data; other senders of the session are not`, async () => {
    const application = await addSendingApplication(service)
    const domain = await connectDomain()
    const dialogue = await openSession(application)
    assert.match(await dialogue.submit(domain.sender, [RECIPIENT], message(domain.sender)), QUEUED)
    await beginMessage(dialogue, domain.sender)
    await withdraw(domain)
    const { senderAddress } = quickstart
    const refused = [
      // The author is one who still may: it is the reverse-path that was accepted at MAIL.
      await dialogue.finish(message(senderAddress)),
      await dialogue.command(`MAIL FROM:<${domain.sender}>`),
      await dialogue.submit(senderAddress, [RECIPIENT], message(domain.sender)),
    ]
    for (const reply of refused) assert.equal(reply.replace(/ \[.*\]$/, ''), expected(domain))
    const stages = (await Promise.all(refused.map(service.explain))).map(({ trace }) => trace.stage)
    assert.deepEqual(stages, ['DATA', 'MAIL', 'DATA'])
    assert.equal((await service.accepted(application.applicationId)).length, 2)
    assert.match(await dialogue.submit(senderAddress, [RECIPIENT], message(senderAddress)), QUEUED)
    dialogue.destroy()
  })

const epochOf = (tenantId: string) => server.storage.read.directory.readEpoch(tenantId)

test('changes to another application of the tenant disturb no session, at MAIL as after data', async () => {
  const other = await addSendingApplication(service)
  const dialogue = await openSession(await addSendingApplication(service))
  const before = await epochOf(quickstart.tenantId)
  await removeSecret(other)
  await beginMessage(dialogue, quickstart.senderAddress)
  await addSecret(service, other.objectId)
  await deleteAssignment(other)
  assert.match(await dialogue.finish(message(quickstart.senderAddress)), QUEUED)
  assert.notEqual(await epochOf(quickstart.tenantId), before)
  dialogue.destroy()
})

test('another secret of the same application goes: the session, signed in with its own, stays', async () => {
  const application = await addSendingApplication(service)
  const second = await addSecret(service, application.objectId)
  const dialogue = await openSession(application)
  await removeSecret({ ...application, keyId: second.keyId })
  assert.match(await dialogue.submit(quickstart.senderAddress, [RECIPIENT], message(quickstart.senderAddress)), QUEUED)
  dialogue.destroy()
})

test('neither mail nor a second tenant moves the epoch of this tenant', async () => {
  const application = await addSendingApplication(service)
  const before = await epochOf(quickstart.tenantId)
  const dialogue = await openSession(application)
  const tenantId = randomUUID()
  const [objectId, applicationId] = [randomUUID(), randomUUID()]
  await directory.createTenant(change(), { tenantId, displayName: 'Other' })
  const created = await epochOf(tenantId)
  const displayName = 'Other'
  const createdAt = Date.now()
  await directory.createApplication(change(), {
    objectId,
    applicationId,
    tenantId,
    displayName,
    disabled: false,
    createdAt,
  })
  assert.notEqual(await epochOf(tenantId), created)
  assert.equal(await epochOf(quickstart.tenantId), before)
  dialogue.destroy()
})
