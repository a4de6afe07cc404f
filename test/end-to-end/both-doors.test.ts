// The same message by REST and by SMTP: what arrives is equivalent, and so is what receivers of events are told of it. A receiver that is
// down for a while misses nothing, and how often it was tried can be read afterwards.
//
// Equivalent are two messages whose headers have the same fields with the same meaning, but for identifiers, dates and traces, and whose
// parts are the same in order, kind, name and content, however they are encoded.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { EmailMessage } from '@azure/communication-email'
import { createTransport } from 'nodemailer'
import PostalMime, { decodeWords } from 'postal-mime'
import { type Answer, ca, openReceiver, type Receiver } from '../../src/events/webhook.fixture.ts'
import { connectByToken, credentialOf, emailOf } from '../azure/email-clients.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { addSendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const service = await startIn(temporaryDirectory({ after }), { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' })
after(() => service.stop())
const { senderAddress, smtp } = service.quickstart
const application = await addSendingApplication(service)
const FAULT = { kind: 'recipients', applicationId: application.applicationId }
assert.equal((await service.api('POST', '/providers/Postern.Mail/faults', FAULT)).status, 201)

const PROGRAM = fileURLToPath(new URL('../../bin/postern.js', import.meta.url))
const run = promisify(execFile)
async function postern(...words: readonly string[]): Promise<unknown> {
  const env = { ...process.env, POSTERN_DATA_DIR: service.directory }
  return JSON.parse((await run(process.execPath, [PROGRAM, ...words, '--output', 'json'], { env })).stdout)
}

/** Agrees to be told, in either way; answers events with 200. */
const agreeing: Answer = (response, { method, headers, body }) => {
  if (method === 'OPTIONS')
    return void response.writeHead(200, { 'webhook-allowed-origin': String(headers['webhook-request-origin']) }).end()
  if (headers['aeg-event-type'] !== 'SubscriptionValidation') return void response.end()
  const [event] = JSON.parse(body.toString()) as { data: { validationCode: string } }[]
  response.end(JSON.stringify({ validationResponse: event?.data.validationCode }))
}

const caFile = join(service.directory, 'receivers.pem')
writeFileSync(caFile, ca)

async function subscribe(name: string, schema: string): Promise<Receiver> {
  const receiver = await openReceiver(agreeing)
  const places = ['--scope', '/', '--endpoint-url', receiver.url, '--endpoint-ca-file', caFile]
  const made = await postern('event', 'subscription', 'create', '--name', name, '--event-schema', schema, ...places)
  assert.equal((made as { properties: { state: string } }).properties.state, 'Validated')
  return receiver
}

let grid = await subscribe('in-grid', 'EventGridSchema')
const cloud = await subscribe('in-cloud', 'CloudEventSchemaV1_0')
after(() => Promise.all([grid.close(), cloud.close()]))

const IMAGE = Buffer.from('89504e470d0a1a0a0001ff', 'hex')
const RECIPIENTS = ['somebody@a.example', 'bounce@b.example', 'suppressed@c.example', 'hidden@d.example']
const [to = '', cc = '', ...hidden] = RECIPIENTS

type Pair = {
  readonly title: string
  readonly rest: (subject: string) => EmailMessage
  /** Gives the reply to the data. */
  readonly smtp: (subject: string) => Promise<string>
}

const message = (subject: string, changes: Partial<EmailMessage>): EmailMessage =>
  emailOf(senderAddress, subject, {
    recipients: {
      to: [{ address: to, displayName: 'Jürgen "J" Müller' }],
      cc: [{ address: cc }],
      bcc: hidden.map((address) => ({ address })),
    },
    ...changes,
  })

const transport = createTransport({
  host: 'localhost',
  port: smtp.port,
  requireTLS: true,
  tls: { ca: service.ca },
  auth: { user: application.username, pass: application.secret },
})

async function dialogue(lines: readonly string[]): Promise<string> {
  const one = await SmtpDialogue.openSecure(smtp.port, service.ca)
  assert.match(await one.authenticate(application.username, application.secret), /^235 /)
  const reply = await one.submit(senderAddress, RECIPIENTS, lines)
  one.destroy()
  return reply
}

const pairs: readonly Pair[] = [
  {
    title: 'plain text, by hand',
    rest: (subject) =>
      message(subject, { content: { subject, plainText: 'Grüße\n.\n' }, headers: { 'X-Batch': '{"run":"7"}' } }),
    smtp: (subject) =>
      dialogue([
        `Subject: ${subject}`,
        `To: =?iso-8859-1?q?J=FCrgen_=22J=22_M=FCller?= <${to}>`,
        `Cc: ${cc}`,
        `From: ${senderAddress}`,
        'X-Batch: {"run":"7"}',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=iso-8859-1',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Gr=FC=DFe',
        '..',
      ]),
  },
  {
    title: 'all that there is, by Nodemailer',
    rest: (subject) =>
      message(subject, {
        content: { subject, plainText: 'Grüße', html: '<p>Grüße <img src="cid:logo"></p>' },
        replyTo: [{ address: 'answers@a.example', displayName: 'Answers' }],
        headers: { 'X-Batch': 'sieben – 7', 'List-Unsubscribe': '<https://a.example/u>' },
        attachments: [
          { name: 'Übersicht.txt', contentType: 'text/plain', contentInBase64: Buffer.from('ä\n').toString('base64') },
          { name: 'logo.png', contentType: 'image/png', contentInBase64: IMAGE.toString('base64'), contentId: 'logo' },
        ],
      }),
    smtp: async (subject) => {
      const { response } = await transport.sendMail({
        from: senderAddress,
        to: { name: 'Jürgen "J" Müller', address: to },
        cc,
        bcc: [...hidden],
        replyTo: { name: 'Answers', address: 'answers@a.example' },
        subject,
        text: 'Grüße',
        html: '<p>Grüße <img src="cid:logo"></p>',
        headers: { 'X-Batch': 'sieben – 7', 'List-Unsubscribe': '<https://a.example/u>' },
        textEncoding: 'base64',
        attachments: [
          { filename: 'Übersicht.txt', content: Buffer.from('ä\n'), contentType: 'text/plain' },
          { filename: 'logo.png', content: IMAGE, contentType: 'image/png', cid: 'logo', contentDisposition: 'inline' },
        ],
      })
      return response
    },
  },
]

/** Of each message its own, or how a part happens to be written. */
const OWN = /^(?:received|message-id|date|dkim-signature|mime-version|content-.*)$/

async function equivalentOf(octets: Buffer): Promise<unknown> {
  const { headers, from, to, cc, bcc, replyTo, subject, text, html, attachments } = await PostalMime.parse(octets)
  const end = (content = '') => content.replaceAll('\r\n', '\n').trimEnd()
  return {
    names: headers
      .map(({ key }) => key)
      .filter((key) => !OWN.test(key))
      .toSorted(),
    others: headers
      .filter(({ key }) => /^(?:x|list)-/.test(key))
      .map(({ key, value }) => `${key}: ${decodeWords(value)}`)
      .toSorted(),
    addresses: { from, to, cc, bcc, replyTo },
    subject,
    text: end(text),
    html: end(html),
    files: attachments.map(({ filename, mimeType, disposition, contentId, content }) => [
      filename,
      mimeType,
      disposition,
      contentId,
      Buffer.from(content as ArrayBuffer).toString('hex'),
    ]),
  }
}

type Told = {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The events of a message, in either schema; each once, however often it came. */
function toldOf({ received }: Receiver, messageId: string): readonly Told[] {
  const all = new Map<string, Told>()
  for (const { method, headers, body } of received) {
    if (method !== 'POST' || headers['aeg-event-type'] === 'SubscriptionValidation') continue
    const json = JSON.parse(body.toString()) as Record<string, unknown> | Record<string, unknown>[]
    const [event = {}] = [json].flat()
    const told = { ...event, type: event['type'] ?? event['eventType'] } as Told
    if (told.data['messageId'] === messageId) all.set(told.id, told)
  }
  return [...all.values()]
}

/** One for each recipient, and that no report can be sent: that of the sender's own domain would not leave. */
const EVENTS = RECIPIENTS.length + 1
const allTold = (receiver: Receiver, messageId: string) =>
  eventually(
    async () => {
      const told = toldOf(receiver, messageId)
      return told.length >= EVENTS ? told : undefined
    },
    `the events of ${messageId}`,
    60_000,
  )

const REPORT = 'Microsoft.Communication.EmailDeliveryReportReceived'
const STATUSES: Readonly<Record<string, string>> = {
  [to]: 'Delivered',
  [cc]: 'Bounced',
  'suppressed@c.example': 'Suppressed',
  'hidden@d.example': 'Delivered',
}

/** Without what is a message's own, by recipient. */
function comparable(told: readonly Told[], { messageId, internetMessageId }: Sent): unknown {
  const blank = (one: unknown) =>
    JSON.parse(JSON.stringify(one).replaceAll(internetMessageId, 'MID').replaceAll(messageId, 'ID')) as unknown
  const shown = told.map(({ type, subject, data }) => {
    const isReport = type === REPORT
    assert.equal(isReport, !Number.isNaN(Date.parse(String(data['deliveryAttemptTimeStamp']))))
    return blank({ type, subject, data: { ...data, deliveryAttemptTimeStamp: isReport } }) as Told
  })
  return shown.toSorted((one, other) => String(one.data['recipient']).localeCompare(String(other.data['recipient'])))
}

type Sent = { readonly messageId: string; readonly internetMessageId: string; readonly octets: Buffer }

async function sent(subject: string, messageId: string): Promise<Sent> {
  const { octets, envelope } = await service.arrived(subject)
  assert.deepEqual(envelope.recipients.toSorted(), RECIPIENTS.filter((one) => STATUSES[one] === 'Delivered').toSorted())
  const internetMessageId = /^Message-ID:\s*<([^>]*)>/im.exec(octets.toString('latin1'))?.[1] ?? assert.fail()
  return { messageId, internetMessageId, octets }
}

async function sendByRest(mail: EmailMessage): Promise<Sent> {
  const { client } = connectByToken(service, credentialOf(service, application).credential)
  const { id, status } = await (await client.beginSend(mail)).pollUntilDone()
  assert.equal(status, 'Succeeded')
  return sent(mail.content.subject, id)
}

async function sendBySmtp({ smtp }: Pair, subject: string): Promise<Sent> {
  const reply = await smtp(subject)
  const [, queueId] = /^250 2\.0\.0 Ok: queued as (\S+)$/.exec(reply) ?? assert.fail(reply)
  return sent(subject, queueId ?? '')
}

for (const pair of pairs)
  test(`${pair.title}: the same arrives, and the same is told, in both schemas`, async () => {
    const subject = `doors ${randomUUID()}`
    const byRest = await sendByRest(pair.rest(subject))
    const { status } = await service.api('DELETE', '/capture/messages')
    assert.equal(status, 200)
    const bySmtp = await sendBySmtp(pair, subject)
    assert.deepEqual(await equivalentOf(byRest.octets), await equivalentOf(bySmtp.octets))
    for (const receiver of [grid, cloud]) {
      const [one, other] = [await allTold(receiver, byRest.messageId), await allTold(receiver, bySmtp.messageId)]
      assert.deepEqual(comparable(one, byRest), comparable(other, bySmtp))
      const reports = one.filter(({ type }) => type === REPORT)
      assert.deepEqual(Object.fromEntries(reports.map(({ data }) => [data['recipient'], data['status']])), STATUSES)
      for (const [events, { messageId, internetMessageId }] of [
        [one, byRest],
        [other, bySmtp],
      ] as const)
        for (const { data, subject: about } of events) {
          assert.deepEqual([data['sender'], data['internetMessageId']], [senderAddress, internetMessageId])
          assert.equal(about, `sender/${senderAddress}/message/${messageId}`)
        }
    }
  })

type Deliveries = {
  readonly value: readonly {
    readonly eventId: string
    readonly status: string
    readonly attempts: readonly { readonly at: string; readonly detail: string }[]
  }[]
}

test('a receiver that is down for a while is told everything, and every attempt is there to be read in its order', async () => {
  const { port } = grid
  await grid.close()
  const byRest = await sendByRest(message(`down ${randomUUID()}`, {}))
  const bySmtp = await sendBySmtp(pairs[0] ?? assert.fail(), `down ${randomUUID()}`)
  const messages = [byRest.messageId, bySmtp.messageId]
  const idsIn = async (receiver: Receiver) =>
    (await Promise.all(messages.map((id) => allTold(receiver, id)))).flat().map(({ id }) => id)
  const events = new Set(await idsIn(cloud))
  const deliveries = async () => {
    const { json } = await service.api('GET', '/providers/Postern.Mail/eventSubscriptions/in-grid/deliveries')
    return (json as Deliveries).value.filter(({ eventId }) => events.has(eventId))
  }
  await eventually(async () => (await deliveries()).find(({ attempts }) => attempts.length > 0), 'an attempt')
  grid = await openReceiver(agreeing, port)
  assert.deepEqual(new Set(await idsIn(grid)), events)
  const told = await eventually(async () => {
    const all = await deliveries()
    return all.every(({ status }) => status === 'delivered') ? all : undefined
  }, 'the record of the last one')
  assert.equal(told.length, events.size)
  for (const { attempts } of told) {
    const times = attempts.map(({ at }) => Date.parse(at))
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    )
    const [last = '', ...before] = attempts.map(({ detail }) => detail).toReversed()
    assert.equal(last, 'it answers 200')
    for (const detail of before) assert.match(detail, /^the connection failed \(ECONNREFUSED\)$/)
  }
  assert.ok(told.some(({ attempts }) => attempts.length > 1))
  const shown = await postern('event', 'subscription', 'show', '--name', 'in-grid', '--scope', '/', '--deliveries')
  assert.deepEqual(
    (shown as Deliveries).value.filter(({ eventId }) => events.has(eventId)),
    told,
  )
})
