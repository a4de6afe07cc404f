// What Azure's e-mail client does when all does not go well, against a running service: answers that are lost, requests that come twice,
// quotas, outages, and messages that nobody will ever get. It retries by its own rules; whatever it does, a message is queued once.
// Azure: data-plane reference §2.4, §2.7-2.9.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startLosingProxy } from '../fixtures/losing-proxy.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { addSendingApplication } from '../fixtures/sending-application.ts'
import { errorOf } from './azure-clients.ts'
import { connectByKey, connectByToken, credentialOf, emailOf, type EmailOptions } from './email-clients.ts'

const service = await startService({ after })
const { senderAddress, connectionString, communicationServiceId } = service.quickstart
const proxy = await startLosingProxy({ after }, { endpoint: service.quickstart.endpoint, ca: service.ca })
const FAULTS = '/providers/Postern.Mail/faults'
const MESSAGES = '/providers/Postern.Mail/messages?limit=1000'

const byKey = (options?: EmailOptions) => connectByKey(service, connectionString, options)
/** An application of its own, so that what is asked for it meets nobody else. */
async function byToken(options?: EmailOptions) {
  const application = await addSendingApplication(service)
  return { application, ...connectByToken(service, credentialOf(service, application).credential, options) }
}

/** How many messages of a subject are there. */
async function countOf(subject: string): Promise<number> {
  const { json } = await service.api('GET', MESSAGES)
  return (json as { value: { subject: string }[] }).value.filter((one) => one.subject === subject).length
}

async function set(fault: object): Promise<() => Promise<void>> {
  const { status, json } = await service.api('POST', FAULTS, fault)
  assert.equal(status, 201, JSON.stringify(json))
  const { id } = json as { id: string }
  return async () => {
    assert.equal((await service.api('DELETE', `${FAULTS}/${id}`)).status, 204)
  }
}

for (const operationId of [undefined, randomUUID()])
  test(`answers that are lost, ${operationId === undefined ? 'without' : 'with'} an operation id: the client repeats, one message is sent`, async () => {
    const subject = `lost ${randomUUID()}`
    const { client, tries } = byKey({ endpoint: proxy.endpoint, ca: [proxy.ca] })
    const before = proxy.lost.length
    proxy.lose({ what: 'answer' }, { what: 'answer' })
    const poller = await client.beginSend(emailOf(senderAddress, subject), { ...(operationId && { operationId }) })
    const { id, status } = await poller.pollUntilDone()
    assert.equal(status, 'Succeeded')
    if (operationId !== undefined) assert.equal(id, operationId)
    assert.deepEqual(proxy.lost.slice(before), ['HTTP/1.1 202 Accepted', 'HTTP/1.1 202 Accepted'])
    const sends = tries.filter(({ method }) => method === 'POST')
    assert.deepEqual(
      sends.map((one) => one.status),
      [undefined, undefined, 202],
    )
    for (const name of ['x-ms-client-request-id', 'x-ms-date', 'authorization', 'operation-id'])
      assert.equal(new Set(sends.map(({ sent }) => sent[name])).size, 1, name)
    assert.equal(await countOf(subject), 1)
  })

test('an operation id that comes again gets the first answer; with another message it is a conflict', async () => {
  const [operationId, subject] = [randomUUID(), `again ${randomUUID()}`]
  const message = emailOf(senderAddress, subject)
  const results = []
  for (const { client } of [byKey(), byKey(), await byToken()])
    results.push(await (await client.beginSend(message, { operationId })).pollUntilDone())
  assert.deepEqual(
    results.map(({ id, status }) => [id, status]),
    [1, 2, 3].map(() => [operationId, 'Succeeded']),
  )
  assert.equal(await countOf(subject), 1)
  const other = emailOf(senderAddress, `other ${randomUUID()}`)
  const { statusCode, code } = await errorOf(byKey().client.beginSend(other, { operationId }))
  assert.deepEqual([statusCode, code], [409, 'Conflict'])
  assert.equal(await countOf(other.content.subject), 0)
})

test('a quota by the minute: 429 with the limit by name, and a wait that ends with the minute', async () => {
  const { client, tries, application } = await byToken({ maxRetries: 0 })
  const path = `/providers/Postern.Mail/applications/${application.applicationId}/quotas/default`
  const limits = { messages: { minute: 1 } }
  assert.equal((await service.api('PUT', path, { properties: { limits } })).status, 201)
  const subject = `quota ${randomUUID()}`
  // The minute may end between two of them, but not twice.
  const outcomes = []
  for (let count = 0; count < 3; count += 1)
    outcomes.push(
      await client.beginSend(emailOf(senderAddress, subject)).then(
        () => undefined,
        (error: unknown) => error,
      ),
    )
  const refused = outcomes.filter((one) => one !== undefined)
  assert.ok(refused.length > 0)
  assert.equal(await countOf(subject), 3 - refused.length)
  for (const error of refused) {
    const { statusCode, code, details } = error as Awaited<ReturnType<typeof errorOf>>
    assert.deepEqual([statusCode, code], [429, 'TooManyRequests'])
    assert.equal(details?.error?.target, 'application-messages-per-minute')
  }
  const waits = tries.filter(({ status }) => status === 429).map(({ retryAfter }) => Number(retryAfter))
  for (const wait of waits) assert.ok(wait >= 1 && wait <= 60, String(wait))
})

test('a client that is throttled waits as long as it is told, and gets through; nothing is queued twice', async () => {
  const subject = `throttled ${randomUUID()}`
  let clear: undefined | (() => Promise<void>)
  const { client, tries, application } = await byToken({
    onAnswer: async ({ status }) => {
      if (status === 429) await clear?.()
    },
  })
  clear = await set({ kind: 'throttled', applicationId: application.applicationId, retryAfter: 1 })
  const began = performance.now()
  const poller = await client.beginSend(emailOf(senderAddress, subject))
  assert.equal((await poller.pollUntilDone()).status, 'Succeeded')
  const sends = tries.filter(({ method }) => method === 'POST')
  assert.deepEqual(
    sends.map(({ status, retryAfter }) => [status, retryAfter]),
    [
      [429, '1'],
      [202, '1'],
    ],
  )
  assert.ok(performance.now() - began >= 1000)
  assert.equal(await countOf(subject), 1)
})

test('a token service that is out is the error of the credential', async () => {
  const { client, application } = await byToken()
  const clear = await set({ kind: 'token-service-down', applicationId: application.applicationId })
  const { name, message } = await errorOf(client.beginSend(emailOf(senderAddress, 'no token')))
  assert.equal(name, 'AuthenticationRequiredError')
  assert.match(message, /AADSTS90033/)
  await clear()
  // The one that was refused keeps away from the token service for a while, by itself.
  const next = connectByToken(service, credentialOf(service, application).credential)
  const poller = await next.client.beginSend(emailOf(senderAddress, 'token'))
  assert.equal((await poller.pollUntilDone()).status, 'Succeeded')
})

test('a message that is larger than the service takes: 413, and it is not tried again', async () => {
  const { client, tries } = byKey()
  const contentInBase64 = Buffer.alloc(20 * 1024 * 1024).toString('base64')
  const attachments = [{ name: 'large.bin', contentType: 'application/octet-stream', contentInBase64 }]
  const { statusCode, code } = await errorOf(client.beginSend(emailOf(senderAddress, 'large', { attachments })))
  assert.deepEqual([statusCode, code], [413, 'RequestTooLarge'])
  assert.equal(tries.length, 1)
})

const ends: readonly (readonly [recipients: readonly string[], error: string | undefined])[] = [
  [['bounce@a.example'], 'EmailDropped'],
  [['bounce+1@a.example', 'suppressed@a.example'], 'EmailDropped'],
  [['suppressed@a.example', 'suppressed-2@b.example'], 'EmailDroppedAllRecipientsSuppressed'],
  [['bounce@a.example', 'somebody@a.example'], undefined],
  [['defer@a.example'], undefined],
]

for (const [recipients, code] of ends)
  test(`the end of a message to ${recipients.join(' and ')}: ${code ?? 'Succeeded'}`, async () => {
    const { client, application } = await byToken()
    await set({ kind: 'recipients', applicationId: application.applicationId })
    const message = emailOf(senderAddress, 'ends', { recipients: { to: recipients.map((address) => ({ address })) } })
    // Either may tell it: to begin is to ask once, and it may be over by then.
    const end = (async () => (await client.beginSend(message)).pollUntilDone())()
    if (code === undefined) return assert.equal((await end).status, 'Succeeded')
    const { message: told } = await errorOf(end)
    assert.match(told, new RegExp(`^The long-running operation has failed\\. ${code}\\. The message was dropped`))
  })

test('what a key of the service meets, asked for the service', async () => {
  const clear = await set({ kind: 'unverified-domain', communicationServiceId })
  const { statusCode, code } = await errorOf(byKey().client.beginSend(emailOf(senderAddress, 'unverified')))
  assert.deepEqual([statusCode, code], [400, 'DomainNotVerified'])
  await clear()
})
