// Rotation of what requests to webhooks are signed with: a real receiver checks each signature by a computation of its own.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { CONTRIBUTOR, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { startWebhookDelivery } from '../../events/webhook-delivery.ts'
import {
  answering,
  ca,
  createHandClock,
  newEvent,
  openLine,
  openReceiver,
  type Received,
  type Receiver,
} from '../../events/webhook.fixture.ts'
import { beginQueueIds } from '../../storage/mail-store.fixture.ts'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, putService, sealer } from '../http.fixture.ts'

const DAY = 24 * 3_600_000
const line = openLine()
let http: HttpFixture
let receiver: Receiver
let service: string
let subscriptions = 0
let path: string
let first: string
const tokens: Record<string, string> = {}

before(async () => {
  beginQueueIds()
  http = await openHttpFixture({ dependencies: { webhooks: line } })
  receiver = await openReceiver()
  service = (await putService(http.storage, A, 'contoso')).id
  tokens['contributor'] = await http.token(await http.program(A, CONTRIBUTOR.name, service))
  tokens['reader'] = await http.token(await http.program(A, READER.name))
  tokens['other'] = await http.token(await http.program(B, POSTERN_ADMINISTRATOR.name))
})
after(async () => {
  line.close()
  await receiver.close()
  await http.close()
})
beforeEach(async () => {
  http.state.now = AT
  receiver.answer((response, { body }) => {
    const [event] = JSON.parse(body.toString()) as { data: { validationCode?: string } }[]
    response.end(JSON.stringify({ validationResponse: event?.data.validationCode }))
  })
  if (path !== undefined) await call('DELETE', path)
  path = `${service}/providers/Postern.Mail/eventSubscriptions/monitor-${subscriptions++}`
  const made = await call('PUT', path, { properties: { endpointUrl: receiver.url, ca } })
  assert.equal(made.status, 201)
  first = String(made.body.properties?.['secret'])
})

type Body = { error?: { code: string; target?: string }; properties?: Record<string, unknown> }
async function call(method: string, asked: string, json?: object, who = 'contributor') {
  const response = await http.request(method, asked, { token: tokens[who] ?? '', ...(json && { json }) })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body }
}
const rotate = (body: object = {}, who?: string) => call('POST', `${path}/rotateSecret`, body, who)
async function rotated(body: object = {}): Promise<string> {
  const answer = await rotate(body)
  assert.equal(answer.status, 200)
  return String(answer.body.properties?.['secret'])
}

/** Sends one event at the moment and gives what came. */
async function receiveAt(at: number): Promise<Received> {
  await http.storage.write.events.appendEvents([newEvent({ source: service, at })])
  const clock = createHandClock(at)
  const told = Promise.withResolvers<void>()
  const { read, write } = http.storage
  const sender = startWebhookDelivery({
    read: read.webhooks,
    write: write.webhooks,
    line: openLine(),
    sealer,
    clock,
    random: () => 0,
    onAttempt: () => told.resolve(),
    onFailure: (_, error) => told.reject(error),
  })
  receiver.received.length = 0
  receiver.answer(answering(200))
  clock.advance(0)
  await told.promise
  await sender.stop(0)
  const [received] = receiver.received
  assert(received !== undefined)
  return received
}

/** Which of the secrets it is signed with, in the order of the signatures, as Standard Webhooks tells receivers to check. */
function signedWith({ headers, body }: Received, secrets: Readonly<Record<string, string>>): readonly string[] {
  const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body.toString()}`
  return String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => {
      const [version, code] = signature.split(',')
      assert.equal(version, 'v1')
      const found = Object.entries(secrets).find(([, secret]) => {
        const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
        return createHmac('sha256', key).update(text).digest('base64') === code
      })
      return found?.[0] ?? 'unknown'
    })
}

test('for a day requests are signed with both secrets, then with the next one', async () => {
  assert.deepEqual(signedWith(await receiveAt(AT), { first }), ['first'])
  const answer = await rotate()
  assert.equal(answer.body.properties?.['oldSecretsEndAt'], new Date(AT + DAY).toISOString())
  const next = String(answer.body.properties['secret'])
  assert.deepEqual(signedWith(await receiveAt(AT + 1), { first, next }), ['next', 'first'])
  assert.deepEqual(signedWith(await receiveAt(AT + DAY - 1), { first, next }), ['next', 'first'])
  assert.deepEqual(signedWith(await receiveAt(AT + DAY), { first, next }), ['next'])
  const shown = async (who = 'reader') => (await call('GET', path, undefined, who)).body.properties ?? {}
  assert.deepEqual(
    [(await shown())['oldSecretsEndAt'], (await shown())['secret']],
    [new Date(AT + DAY).toISOString(), undefined],
  )
  http.state.now = AT + DAY
  tokens['later'] = await http.token(await http.program(A, READER.name))
  assert.equal((await shown('later'))['oldSecretsEndAt'], undefined)
})

test('the old secret ends at once where that is asked for', async () => {
  const next = await rotated()
  const ended = await rotate({ endOldSecrets: true })
  assert.deepEqual(
    [ended.body.properties?.['secret'], ended.body.properties?.['oldSecretsEndAt']],
    [undefined, undefined],
  )
  assert.deepEqual(signedWith(await receiveAt(AT), { first, next }), ['next'])
  const last = await rotated({ overlap: 0 })
  assert.deepEqual(signedWith(await receiveAt(AT), { first, next, last }), ['last'])
})

test('a second rotation does not cut the time of the first short', async () => {
  const second = await rotated({ overlap: 60 })
  const third = await rotated({ overlap: 10 })
  const secrets = { first, second, third }
  assert.deepEqual(signedWith(await receiveAt(AT), secrets), ['third', 'second', 'first'])
  assert.deepEqual(signedWith(await receiveAt(AT + 10_000), secrets), ['third', 'first'])
  await rotated()
  await rotated()
  assert.deepEqual((await rotate()).body.error?.code, 'TooManySecrets')
  assert.equal((await rotate({ endOldSecrets: true })).status, 200)
  assert.equal((await rotate()).status, 200)
})

test('the next secret can be given, and a change of something else leaves the old ones', async () => {
  const given = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  const answer = await rotate({ secret: given })
  assert.equal(answer.body.properties?.['secret'], undefined)
  await call('PUT', path, { properties: { endpointUrl: receiver.url, ca, eventTypes: [newEvent().type] } })
  assert.deepEqual(signedWith(await receiveAt(AT), { first, given }), ['given', 'first'])
  assert.equal((await rotate({ secret: given })).status, 400)
  const instead = `whsec_${Buffer.alloc(32, 6).toString('base64')}`
  await call('PUT', path, { properties: { endpointUrl: receiver.url, ca, secret: instead } })
  assert.deepEqual(signedWith(await receiveAt(AT), { first, given, instead }), ['instead'])
})

test('of two rotations at once each one that succeeds counts', async () => {
  const answers = await Promise.all([rotate(), rotate(), rotate()])
  const made = answers.filter(({ status }) => status === 200).map(({ body }) => String(body.properties?.['secret']))
  assert(answers.every(({ status }) => status === 200 || status === 409))
  const secrets = Object.fromEntries([first, ...made].map((secret, index) => [`${index}`, secret]))
  const signed = signedWith(await receiveAt(AT), secrets)
  assert.deepEqual(signed.toSorted(), Object.keys(secrets).toSorted())
})

const wrong: readonly (readonly [body: object, target: string | undefined])[] = [
  [{ overlap: -1 }, 'overlap'],
  [{ overlap: 31 * 24 * 3600 }, 'overlap'],
  [{ secret: 'whsec_AAAA' }, 'secret'],
  [{ endOldSecrets: false }, 'endOldSecrets'],
  [{ endOldSecrets: true, overlap: 1 }, undefined],
]
for (const [body, target] of wrong)
  test(`${JSON.stringify(body)} is refused`, async () => {
    const answer = await rotate(body)
    assert.deepEqual([answer.status, answer.body.error?.target], [400, target])
    assert.deepEqual(signedWith(await receiveAt(AT), { first }), ['first'])
  })

test('whoever may only read may not rotate, and of other tenants nothing is known', async () => {
  assert.equal((await rotate({}, 'reader')).status, 403)
  assert.equal((await rotate({}, 'other')).status, 404)
  assert.equal((await call('POST', `${path}x/rotateSecret`, {})).status, 404)
})

test('a rotation is told to the audit log, without any secret', async () => {
  const next = await rotated()
  const audit = await http.storage.read.audit.listAudit(A.tenantId, 10)
  const line = audit.find(({ operation }) => operation === 'Postern.Mail/eventSubscriptions/rotateSecret/action')
  assert(line !== undefined)
  const told = JSON.stringify(audit)
  assert(!told.includes('whsec_') && !told.includes(next.slice(6)))
})
