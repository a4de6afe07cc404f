// Azure's e-mail client against a running service: what it sends arrives as it was meant, whichever way it proves who it is, in every
// version of the API, and through the resource whose host it speaks to. The arrived messages are read by two parsers of other authors.
// Azure: data-plane reference §2.1-2.6.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { EmailMessage } from '@azure/communication-email'
import PostalMime, { decodeWords, type Email } from 'postal-mime'
import { startService } from '../fixtures/quickstart-service.ts'
import { addSecondTenant, SECOND_SERVICE } from '../fixtures/second-tenant.ts'
import { addApplication, addSecret, addSendingApplication } from '../fixtures/sending-application.ts'
import { readInPython, withoutPython } from '../interop/python-mail.ts'
import { errorOf, type RequestChange } from './azure-clients.ts'
import {
  connectByKey,
  connectByToken,
  credentialOf,
  type EmailConnection,
  emailOf,
  type EmailOptions,
} from './email-clients.ts'

const service = await startService({ after })
const { senderAddress, connectionString, communicationService, communicationServiceId, https } = service.quickstart
const application = await addSendingApplication(service)
const byKey = (options?: EmailOptions) => connectByKey(service, connectionString, options)
const byToken = (options?: EmailOptions) =>
  connectByToken(service, credentialOf(service, application).credential, options)
const ways: readonly (readonly [string, (options?: EmailOptions) => EmailConnection])[] = [
  ['a connection string', byKey],
  ['ClientSecretCredential', byToken],
]
const IMAGE = Buffer.from('89504e470d0a1a0a0001ff', 'hex')

for (const [name, connect] of ways)
  test(`with ${name}: begun, polled to its end, arrived`, async () => {
    const { client, tries } = connect()
    const subject = `begun ${randomUUID()}`
    const poller = await client.beginSend(emailOf(senderAddress, subject))
    const result = await poller.pollUntilDone()
    assert.equal(result.status, 'Succeeded')
    assert.equal(result.error, undefined)
    const [begun, ...looks] = tries
    assert.deepEqual([begun?.method, begun?.path, begun?.status], ['POST', '/emails:send', 202])
    for (const look of looks) assert.deepEqual([look.path, look.status], [`/emails/operations/${result.id}`, 200])
    const { envelope, octets } = await service.arrived(subject)
    assert.deepEqual(envelope, { reversePath: senderAddress, recipients: ['reader@recipient.example.test'] })
    assert.equal((await PostalMime.parse(octets)).subject, subject)
  })

test('the credential is asked for the audience of the data plane, with two slashes, and the token is taken', async () => {
  const { credential, scopes } = credentialOf(service, application)
  const { client } = connectByToken(service, credential)
  await (await client.beginSend(emailOf(senderAddress, 'audience'))).pollUntilDone()
  assert.deepEqual([...new Set(scopes)], ['https://communication.azure.com//.default'])
})

/** Everything that a request may hold. */
const everything = (subject: string): EmailMessage =>
  emailOf(senderAddress, subject, {
    content: { subject, plainText: 'Hällo,\nthere.\n.\nFrom here\n', html: '<p>Hällo <img src="cid:logo"></p>' },
    recipients: {
      to: [{ address: 'one@a.example', displayName: 'Jürgen "J" Müller, Jr.' }, { address: 'two@a.example' }],
      cc: [{ address: 'three@b.example', displayName: '日本' }],
      bcc: [{ address: 'four@c.example', displayName: 'Hidden' }, { address: 'ONE@a.example' }],
    },
    replyTo: [{ address: 'answers@a.example', displayName: 'Answers' }, { address: 'more@a.example' }],
    headers: { 'X-Campaign': 'spring – 2031', 'List-Unsubscribe': '<https://a.example/u?x=1>' },
    attachments: [
      {
        name: 'Übersicht 1.txt',
        contentType: 'text/plain',
        contentInBase64: Buffer.from('ä\r\n.\r\n').toString('base64'),
      },
      { name: 'logo.png', contentType: 'image/png', contentInBase64: IMAGE.toString('base64'), contentId: 'logo' },
      { name: 'data.bin', contentType: 'application/octet-stream', contentInBase64: '' },
    ],
    disableUserEngagementTracking: true,
  })

const headerOf = ({ headers }: Email, key: string): string =>
  decodeWords(headers.find((one) => one.key === key)?.value ?? '')

test('all that a message may hold arrives as it was meant', async () => {
  const subject = `everything ${randomUUID()}`
  const sent = everything(subject)
  const poller = await byToken().client.beginSend(sent)
  assert.equal((await poller.pollUntilDone()).status, 'Succeeded')
  const { envelope, octets } = await service.arrived(subject)
  assert.deepEqual(
    envelope.recipients.toSorted(),
    ['ONE@a.example', 'four@c.example', 'three@b.example', 'two@a.example'].toSorted(),
  )
  assert.doesNotMatch(octets.toString('latin1'), /four@c|Hidden|^Bcc/im)
  const mail = await PostalMime.parse(octets)
  assert.deepEqual(mail.from, { address: senderAddress, name: '' })
  assert.deepEqual(mail.to, [
    { address: 'one@a.example', name: 'Jürgen "J" Müller, Jr.' },
    { address: 'two@a.example', name: '' },
  ])
  assert.deepEqual(mail.cc, [{ address: 'three@b.example', name: '日本' }])
  assert.deepEqual(mail.replyTo, [
    { address: 'answers@a.example', name: 'Answers' },
    { address: 'more@a.example', name: '' },
  ])
  assert.deepEqual(
    [headerOf(mail, 'x-campaign'), headerOf(mail, 'list-unsubscribe')],
    ['spring – 2031', '<https://a.example/u?x=1>'],
  )
  assert.equal(mail.text?.trimEnd().replaceAll('\r\n', '\n'), sent.content.plainText?.trimEnd())
  assert.equal(mail.html?.trimEnd(), sent.content.html)
  assert.deepEqual(
    mail.attachments.map(({ filename, mimeType, disposition, contentId, related }) => [
      filename,
      mimeType,
      disposition,
      contentId,
      related === true,
    ]),
    [
      ['logo.png', 'image/png', 'inline', '<logo>', true],
      ['Übersicht 1.txt', 'text/plain', 'attachment', undefined, false],
      ['data.bin', 'application/octet-stream', 'attachment', undefined, false],
    ],
  )
})

test("Python's email package reads the same in it", { skip: withoutPython }, async () => {
  const subject = `in Python ${randomUUID()}`
  const sent = everything(subject)
  await (await byKey().client.beginSend(sent)).pollUntilDone()
  const [mail = assert.fail()] = await readInPython([(await service.arrived(subject)).octets])
  // The name in Content-Type is for old readers, who expect an encoded word where RFC 2047 §5 allows none.
  assert.deepEqual(
    mail.defects.filter(([field]) => field !== 'Content-Type'),
    [],
  )
  const header = (name: string) => mail.headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
  assert.deepEqual(header('subject'), [subject])
  assert.deepEqual(header('to'), ['"Jürgen \\"J\\" Müller, Jr." <one@a.example>, two@a.example'])
  assert.deepEqual(header('x-campaign'), ['spring – 2031'])
  assert.deepEqual(header('bcc'), [])
  const lines = (text: string) => text.replaceAll('\r\n', '\n').trimEnd()
  const leaves = mail.parts.filter(({ octets }) => octets !== null)
  assert.deepEqual(
    leaves.map(({ type, disposition, name, contentId }) => [type, disposition, name, contentId]),
    [
      ['text/plain', null, null, null],
      ['text/html', null, null, null],
      ['image/png', 'inline', 'logo.png', '<logo>'],
      ['text/plain', 'attachment', 'Übersicht 1.txt', null],
      ['application/octet-stream', 'attachment', 'data.bin', null],
    ],
  )
  const [plain, html, image, file] = leaves.map(({ octets }) => Buffer.from(octets ?? '', 'base64'))
  assert.equal(lines(plain?.toString() ?? ''), lines(sent.content.plainText ?? ''))
  assert.equal(lines(html?.toString() ?? ''), sent.content.html)
  assert.deepEqual([image, file], [IMAGE, Buffer.from('ä\r\n.\r\n')])
})

/** All that were ever published. */
const VERSIONS = [
  '2021-10-01-preview',
  '2023-01-15-preview',
  '2023-03-31',
  '2024-07-01-preview',
  '2025-01-01-preview',
  '2025-01-15-preview',
  '2025-09-01',
]
/** In place of the one that the client would ask in; what is signed would be another. */
const inVersion =
  (version: string): RequestChange =>
  (request) => {
    const url = new URL(request.url)
    url.searchParams.set('api-version', version)
    request.url = url.href
  }

describe('every version', { concurrency: true }, () => {
  for (const version of VERSIONS)
    test(`in version ${version}`, async () => {
      const { client } = byToken({ alter: inVersion(version) })
      const poller = await client.beginSend(emailOf(senderAddress, version))
      assert.equal((await poller.pollUntilDone()).status, 'Succeeded')
    })
})

test('in a version that never was', async () => {
  const { client } = byToken({ alter: inVersion('2022-02-02') })
  const { statusCode, code } = await errorOf(client.beginSend(emailOf(senderAddress, 'no version')))
  assert.deepEqual([statusCode, code], [400, 'InvalidApiVersionParameter'])
})

/** With its own name in front of the suffix. */
const endpointOf = (name: string) => `https://${name}.comm.localhost:${new URL(https.url).port}/`

/** Of the same tenant, with no domain: its name and its connection string. */
async function addService(): Promise<readonly [name: string, connectionString: string]> {
  const name = `second-${randomUUID().slice(0, 8)}`
  const secondId = communicationServiceId.replace(/[^/]+$/, name)
  const made = await service.api('PUT', `${secondId}?api-version=2023-04-01`, {
    location: 'global',
    properties: { dataLocation: 'Europe', linkedDomains: [] },
  })
  assert([200, 201].includes(made.status), JSON.stringify(made.json))
  const keys = await service.api('POST', `${secondId}/listKeys?api-version=2023-04-01`)
  return [name, (keys.json as { primaryConnectionString: string }).primaryConnectionString]
}

test('the host chooses the resource; what another one began is not there, and its key opens nothing', async () => {
  const subject = `by host ${randomUUID()}`
  const { client, tries } = byKey({ endpoint: endpointOf(communicationService) })
  const { id } = await (await client.beginSend(emailOf(senderAddress, subject))).pollUntilDone()
  assert.equal(new URL(endpointOf(communicationService)).host, tries[0]?.sent['host'])
  await service.arrived(subject)
  const [name, second] = await addService()
  const there = connectByKey(service, second, { endpoint: endpointOf(name) })
  const unlinked = await errorOf(there.client.beginSend(emailOf(senderAddress, 'not linked')))
  assert.deepEqual([unlinked.statusCode, unlinked.code], [404, 'DomainNotLinked'])
  const resumeFrom = JSON.stringify({
    state: {
      config: {
        operationLocation: `${endpointOf(name)}emails/operations/${id}?api-version=2025-09-01`,
        metadata: { mode: 'OperationLocation' },
      },
      status: 'running',
    },
  })
  const looked = await errorOf(
    there.client.beginSend(emailOf(senderAddress, ''), { resumeFrom }).then((poller) => poller.pollUntilDone()),
  )
  assert.deepEqual([looked.statusCode, looked.code, there.tries.at(-1)?.method], [404, 'NotFound', 'GET'])
  const crossed = connectByKey(service, second, { endpoint: endpointOf(communicationService) })
  const denied = await errorOf(crossed.client.beginSend(emailOf(senderAddress, 'crossed')))
  assert.deepEqual([denied.statusCode, denied.code], [401, 'Denied'])
})

test('a token of another tenant is refused, and one whose application may not send is told so', async () => {
  await addSecondTenant(service, communicationServiceId)
  const elsewhere = byToken({ endpoint: endpointOf(SECOND_SERVICE) })
  const other = await errorOf(elsewhere.client.beginSend(emailOf(senderAddress, 'other')))
  assert.deepEqual([other.statusCode, other.code], [401, 'InvalidAuthenticationToken'])
  const { applicationId, objectId } = await addApplication(service)
  const { secret } = await addSecret(service, objectId)
  const { client } = connectByToken(service, credentialOf(service, { applicationId, secret }).credential)
  const without = await errorOf(client.beginSend(emailOf(senderAddress, 'no right')))
  assert.deepEqual([without.statusCode, without.code], [403, 'Forbidden'])
  const { trace } = await service.explain(/\[\w{10}\]/.exec(without.message)?.[0] ?? '')
  assert.equal(trace.reason, 'missing-role')
})
