// Engagement, from the switch of a domain to the webhook: mail that came by SMTP and by Azure's client leaves to a smarthost with links of
// ours, whoever opens and follows them is told of, and mail that refuses it leaves as it came.

import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, test } from 'node:test'
import PostalMime from 'postal-mime'
import { runCommandLine } from '../../src/cli/program.ts'
import { ca, openReceiver, type Received } from '../../src/events/webhook.fixture.ts'
import { connectByKey } from '../azure/email-clients.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { startScriptedServer } from '../fixtures/scripted-smtp-server.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const smarthost = await startScriptedServer()
after(() => smarthost.close())
const service = await startIn(temporaryDirectory({ after }), {
  POSTERN_DELIVERY: `smarthost://localhost:${smarthost.port}`,
  POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128',
})
after(() => service.stop())
const { senderAddress, usernames, application, connectionString, endpoint, smtp } = service.quickstart

const TYPE = 'Microsoft.Communication.EmailEngagementTrackingReportReceived'
const TARGET = 'https://shop.example.test/offer?id=1&who=2'
const HTML = `<p>Look <a href="${TARGET.replace('&', '&amp;')}">here</a>.</p>`
const PLAIN = `Look at ${TARGET}`

type Told = { readonly eventType: string; readonly data: Readonly<Record<string, string>> }

/** Agrees to be sent events, and takes them. */
function agree(response: ServerResponse, { body }: Received): void {
  const [event] = JSON.parse(body.toString()) as { data: { validationCode?: string } }[]
  const { validationCode } = event?.data ?? {}
  response.end(validationCode === undefined ? '' : JSON.stringify({ validationResponse: validationCode }))
}
const receiver = await openReceiver(agree)
after(() => receiver.close())
const told = (): readonly Told[] =>
  receiver.received.flatMap(({ body }) => JSON.parse(body.toString()) as Told[]).filter((one) => one.eventType === TYPE)

async function postern(...args: readonly string[]): Promise<string> {
  const said = { out: '', err: '' }
  const terminal = {
    out: { write: (text: string) => (said.out += text) },
    err: { write: (text: string) => (said.err += text) },
    env: { POSTERN_DATA_DIR: service.directory },
    askSecret: async () => undefined,
  }
  assert.equal(await runCommandLine(args, terminal, Date.now), 0, said.err)
  return said.out
}

const track = (state: string) =>
  postern(
    ...`communication email domain update --domain-name AzureManagedDomain --user-engmnt-tracking ${state}`.split(' '),
  )

async function sendBySmtp(subject: string): Promise<void> {
  const dialogue = await SmtpDialogue.openSecure(smtp.port, service.ca)
  assert.match(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
  const fields = [`From: ${senderAddress}`, `Subject: ${subject}`, 'MIME-Version: 1.0']
  const parts = [['plain', PLAIN] as const, ['html', HTML] as const].flatMap(([type, body]) => [
    '--b',
    `Content-Type: text/${type}`,
    '',
    body,
  ])
  const content = [...fields, 'Content-Type: multipart/alternative; boundary=b', '', ...parts, '--b--']
  assert.match(await dialogue.submit(senderAddress, ['reader@recipient.test'], content), /^250 /)
  await dialogue.command('QUIT')
}

async function sendByRest(subject: string, disableUserEngagementTracking = false): Promise<void> {
  const { client } = connectByKey(service, connectionString)
  await client.beginSend({
    senderAddress,
    content: { subject, plainText: PLAIN, html: HTML },
    recipients: { to: [{ address: 'reader@recipient.test' }] },
    disableUserEngagementTracking,
  })
}

/** What the smarthost was given. */
async function arrived(subject: string) {
  const find = async () => smarthost.heard.find((line) => line.includes(`\nSubject: ${subject}\r\n`))
  const content = await eventually(find, subject)
  const { html = '', text = '' } = await PostalMime.parse(Buffer.from(content, 'latin1'))
  return { html: html.trim(), text: text.trim(), content }
}

const linkIn = (html: string, attribute: string) =>
  new RegExp(`${attribute}="(${endpoint}engagement/[^"]+)"`).exec(html)?.[1]

test('a domain that does not want it is sent as it came', async () => {
  await sendBySmtp('as it came')
  const { html, text, content } = await arrived('as it came')
  assert.deepEqual([html, text], [HTML, PLAIN])
  assert.match(content, /^DKIM-Signature:/m)
})

for (const [way, send] of [
  ['SMTP', sendBySmtp],
  ['REST', sendByRest],
] as const)
  test(`by ${way}: opened, followed, told`, async () => {
    assert.match(await track('Enabled'), /^Engagement +told of$/m)
    const properties = { endpointUrl: receiver.url, ca, eventTypes: [TYPE] }
    const put = await service.api('PUT', '/providers/Postern.Mail/eventSubscriptions/engagement', { properties })
    assert.ok(put.status === 201 || put.status === 200, JSON.stringify(put.json))
    await send(`tracked by ${way}`)
    const { html, text } = await arrived(`tracked by ${way}`)
    assert.equal(text, PLAIN)
    assert.ok(!html.includes('shop.example.test/offer?'))
    const [click = '', view = ''] = [linkIn(html, 'href'), linkIn(html, 'src')]
    const before = told().length

    const picture = await service.http('GET', view, { headers: { 'user-agent': 'Mail/1.0' } })
    assert.deepEqual([picture.status, picture.headers['content-type'], picture.octets.length], [200, 'image/gif', 43])
    const led = await service.http('GET', click, { headers: { 'user-agent': 'Mail/1.0' } })
    assert.deepEqual([led.status, led.headers['location']], [302, TARGET])
    assert.equal((await service.http('HEAD', click)).status, 302)
    assert.equal((await service.http('GET', click.replace('shop.example', 'evil.example'))).status, 404)

    await eventually(async () => told().length >= before + 2 || undefined, 'two events')
    const events = told().slice(before)
    const contexts = events.map(({ data }) => `${data['engagementType']} ${data['engagementContext']}`)
    assert.deepEqual(new Set(contexts), new Set(['view ', `click ${TARGET}`]))
    for (const { data } of events)
      assert.deepEqual(
        [data['sender'], data['recipient'], data['userAgent']],
        [senderAddress, 'reader@recipient.test', 'Mail/1.0'],
      )
    const queueId = view.split('/').at(-2) ?? ''
    if (way === 'SMTP') assert.equal(events[0]?.data['messageId'], queueId)
    const timeline = await postern('message', 'show', queueId)
    assert.equal(timeline.match(new RegExp(TYPE, 'g'))?.length, 2)
    assert.match(await postern('event', 'list', '--type', TYPE), new RegExp(`message/${events[0]?.data['messageId']}`))
  })

test('a message that refuses it is sent as it came', async () => {
  await sendByRest('refuses', true)
  const { html, text } = await arrived('refuses')
  assert.deepEqual([html, text], [HTML, PLAIN])
})

test('a domain that wants it no more is sent as it came, and old links lead on', async () => {
  await sendBySmtp('old')
  const click = linkIn((await arrived('old')).html, 'href') ?? ''
  assert.match(await track('Disabled'), /^Engagement +not told of$/m)
  await sendBySmtp('no more')
  assert.equal((await arrived('no more')).html, HTML)
  assert.deepEqual((await service.http('GET', click)).headers['location'], TARGET)
})
