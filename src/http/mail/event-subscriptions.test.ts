// Subscriptions to events over HTTP: both handshakes with real receivers, what is shown and what is not, rights, and telling again.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { CONTRIBUTOR, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import {
  type Answer,
  answering,
  ca,
  newEvent,
  openLine,
  openReceiver,
  type Receiver,
  SECRET,
} from '../../events/webhook.fixture.ts'
import { beginQueueIds } from '../../storage/mail-store.fixture.ts'
import { A, AT, B, change } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const line = openLine()
let http: HttpFixture
let receiver: Receiver
let service: string
let tokens: Record<'administrator' | 'reader' | 'ofService' | 'nobody' | 'other', string>
before(async () => {
  http = await openHttpFixture({ dependencies: { webhooks: line } })
  receiver = await openReceiver()
  service = (await putService(http.storage, A, 'contoso')).id
  const tokenOf = async (...given: Parameters<HttpFixture['program']>) => http.token(await http.program(...given))
  tokens = {
    administrator: await tokenOf(A, POSTERN_ADMINISTRATOR.name),
    reader: await tokenOf(A, READER.name),
    ofService: await tokenOf(A, CONTRIBUTOR.name, service),
    nobody: await tokenOf(A),
    other: await tokenOf(B, POSTERN_ADMINISTRATOR.name),
  }
})
after(async () => {
  line.close()
  await receiver.close()
  await http.close()
})
beforeEach(async () => {
  beginQueueIds()
  receiver.answer(agreeing)
  receiver.received.length = 0
  const { read, write } = http.storage
  for (const { scope, name } of await read.webhooks.listEventSubscriptions(A.tenantId))
    await write.webhooks.deleteEventSubscription(change(), A.tenantId, scope, name)
})

/** As a receiver of Event Grid, or of CloudEvents, agrees. */
const agreeing: Answer = (response, { method, headers, body }) => {
  if (method === 'OPTIONS')
    return void response.writeHead(200, { 'webhook-allowed-origin': String(headers['webhook-request-origin']) }).end()
  const [event] = JSON.parse(body.toString()) as { data: { validationCode: string } }[]
  return void response.end(JSON.stringify({ validationResponse: event?.data.validationCode }))
}

type Body = {
  error?: { code: string; target?: string; message: string }
  name?: string
  value?: { name: string; eventId: string; id: string; status: string }[]
  properties?: Record<string, unknown>
  replayed?: number
  nextLink?: string
}

const pathOf = (name = 'monitor', scope = service) => `${scope}/providers/Postern.Mail/eventSubscriptions/${name}`
async function call(who: keyof typeof tokens, method: string, path: string, json?: object) {
  const response = await http.request(method, path, { token: tokens[who], ...(json && { json }) })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body }
}
const put = (properties: object = {}, path = pathOf(), who: keyof typeof tokens = 'administrator') =>
  call(who, 'PUT', path, { properties: { endpointUrl: receiver.url, ca, ...properties } })

test('an endpoint of Event Grid agrees by repeating the code, and the secret is shown once', async () => {
  const { status, body } = await put({ headers: { 'x-key': 'hidden' } })
  assert.equal(status, 201)
  assert.equal(body.properties?.['state'], 'Validated')
  assert.match(String(body.properties['secret']), /^whsec_/)
  const [asked] = receiver.received
  assert.equal(asked?.headers['aeg-event-type'], 'SubscriptionValidation')
  assert.equal(asked.headers['x-key'], 'hidden')
  const [event] = JSON.parse(asked.body.toString()) as { eventType: string }[]
  assert.equal(event?.eventType, 'Microsoft.EventGrid.SubscriptionValidationEvent')
  const shown = await call('reader', 'GET', pathOf('MONITOR'))
  assert.equal(shown.body.properties?.['secret'], undefined)
  assert.deepEqual(shown.body.properties?.['headerNames'], ['x-key'])
  assert.doesNotMatch(JSON.stringify(shown.body), /hidden|t0p/)
})

test('headers stay with the host that they are for', async () => {
  await put({ headers: { authorization: 'hidden' } })
  const elsewhere = await openReceiver()
  try {
    elsewhere.answer(agreeing)
    const moved = await put({ endpointUrl: elsewhere.url })
    assert.equal(moved.status, 400)
    assert.equal(moved.body.error?.target, 'properties.headers')
    assert.equal(elsewhere.received.length, 0)
    assert.equal((await put({ endpointUrl: `${receiver.url}/other` })).status, 200)
    assert.equal(receiver.received.at(-1)?.headers['authorization'], 'hidden')
    assert.equal((await put({ endpointUrl: elsewhere.url, headers: {} })).status, 200)
    assert.equal(elsewhere.received.at(-1)?.headers['authorization'], undefined)
  } finally {
    await elsewhere.close()
  }
})

test('what is changed beside the endpoint is changed without its secret address, and an endpoint that has not agreed is asked again', async () => {
  receiver.answer(answering(202))
  await put({ headers: { 'x-key': 'hidden' } })
  receiver.answer(agreeing)
  const change = (properties: object) => call('administrator', 'PUT', pathOf(), { properties: { ca, ...properties } })
  const asked = await change({ eventTypes: ['Postern.Mail.LoginFailed'] })
  assert.equal(asked.status, 200)
  assert.equal(asked.body.properties?.['state'], 'Validated')
  assert.deepEqual(asked.body.properties['eventTypes'], ['Postern.Mail.LoginFailed'])
  assert.equal(receiver.received.at(-1)?.headers['x-key'], 'hidden')
  assert.equal(receiver.received.length, 2)
  assert.equal((await change({})).body.properties?.['state'], 'Validated')
  assert.equal(receiver.received.length, 2)
  const none = await call('administrator', 'PUT', pathOf('fresh'), { properties: { ca } })
  assert.deepEqual([none.status, none.body.error?.target], [400, 'properties.endpointUrl'])
})

test('an endpoint of CloudEvents agrees by naming who may send', async () => {
  const { status, body } = await put({ eventSchema: 'CloudEventSchemaV1_0', secret: SECRET })
  assert.equal(status, 201)
  assert.equal(body.properties?.['state'], 'Validated')
  assert.equal(body.properties['secret'], undefined)
  assert.equal(receiver.received[0]?.method, 'OPTIONS')
  assert.equal(receiver.received[0].headers['webhook-request-origin'], 'localhost')
})

test('for an endpoint that says nothing somebody can agree, once', async () => {
  receiver.answer(answering(202))
  const { status, body } = await put()
  assert.equal(status, 201)
  assert.equal(body.properties?.['state'], 'AwaitingManualAction')
  const [event] = JSON.parse(receiver.received[0]?.body.toString() ?? '') as { data: { validationUrl: string } }[]
  const { pathname } = new URL(event?.data.validationUrl ?? '')
  assert.equal((await http.request('GET', `${pathname.slice(0, -1)}x`)).status, 404)
  assert.equal((await http.request('GET', pathname)).status, 200)
  assert.equal((await http.request('GET', pathname)).status, 404)
  assert.equal((await call('reader', 'GET', pathOf())).body.properties?.['state'], 'Validated')
})

for (const [name, answer] of [
  ['another code', answering(200, {}, '{"validationResponse":"other"}')],
  ['no JSON', answering(200, {}, 'ok')],
  ['the leave of somebody else', answering(200, { 'webhook-allowed-origin': 'other.example' })],
] as const)
  for (const eventSchema of ['EventGridSchema', 'CloudEventSchemaV1_0'])
    test(`${name} is no agreement under ${eventSchema}`, async () => {
      receiver.answer(answer)
      assert.equal((await put({ eventSchema })).body.properties?.['state'], 'AwaitingManualAction')
    })

test('an endpoint that does not agree is not stored, and the one before stays', async () => {
  receiver.answer(answering(403))
  const refused = await put()
  assert.deepEqual([refused.status, refused.body.error?.code], [400, 'UrlValidationFailed'])
  assert.equal((await call('reader', 'GET', pathOf())).status, 404)
  receiver.answer(agreeing)
  await put()
  receiver.answer(answering(403))
  assert.equal((await put({ endpointUrl: `${receiver.url}2` })).status, 400)
  const kept = await http.storage.read.webhooks.readEventSubscription(A.tenantId, service, 'monitor')
  assert.equal(kept?.validation, undefined)
})

test('a change that leaves the endpoint asks nobody and keeps what is secret', async () => {
  await put({ secret: SECRET, headers: { 'x-key': 'k' } })
  receiver.answer(answering(500))
  const { status, body } = await put({ eventTypes: ['A.B'] })
  assert.equal(status, 200)
  assert.deepEqual([body.properties?.['eventTypes'], body.properties?.['headerNames']], [['A.B'], ['x-key']])
})

const wrong: readonly (readonly [name: string, properties: object, target: string])[] = [
  ['no URL', { endpointUrl: 'nonsense' }, 'properties.endpointUrl'],
  ['a URL without TLS', { endpointUrl: 'http://example.com/' }, 'properties.endpointUrl'],
  ['another schema', { eventSchema: 'CustomInputSchema' }, 'properties.eventSchema'],
  ['a header of ours', { headers: { 'Webhook-Id': 'a' } }, 'properties.headers.Webhook-Id'],
  ['a header that breaks the line', { headers: { 'x-a': 'a\r\nb: c' } }, 'properties.headers.x-a'],
  ['a short secret', { secret: 'whsec_AAAA' }, 'properties.secret'],
  ['no certificate', { ca: 'trust me' }, 'properties.ca'],
]
for (const [name, properties, target] of wrong)
  test(`${name} is refused by its name`, async () => {
    const { status, body } = await put(properties)
    assert.deepEqual([status, body.error?.target], [400, target])
    assert.equal((await call('reader', 'GET', pathOf())).status, 404)
  })

const rights: readonly (readonly [who: keyof typeof tokens, method: string, scope: 'service' | '', status: number])[] =
  [
    ['nobody', 'GET', 'service', 403],
    ['reader', 'PUT', 'service', 403],
    ['reader', 'DELETE', 'service', 403],
    ['ofService', 'PUT', 'service', 201],
    ['ofService', 'PUT', '', 403],
    ['other', 'GET', 'service', 404],
    ['other', 'PUT', 'service', 404],
    ['other', 'DELETE', 'service', 404],
    ['other', 'PUT', '', 201],
  ]
for (const [who, method, scope, status] of rights)
  test(`${who} may ${method} ${scope || 'in the tenant'}: ${status}`, async () => {
    const path = pathOf(undefined, scope === 'service' ? service : '')
    const outcome = method === 'PUT' ? await put({}, path, who) : await call(who, method, path)
    assert.equal(outcome.status, status)
    assert.equal(
      (await http.storage.read.webhooks.listEventSubscriptions(A.tenantId)).length,
      status === 201 && who !== 'other' ? 1 : 0,
    )
  })

test('what was told is listed with its attempts, and told again', async () => {
  await put()
  const { read, write } = http.storage
  const events = [newEvent({ source: service }), newEvent({ source: service })]
  await write.events.appendEvents(events)
  await write.webhooks.spreadEvents(10, AT)
  const { subscriptionId = '' } = (await read.webhooks.readEventSubscription(A.tenantId, service, 'monitor')) ?? {}
  const claimed = await write.webhooks.claimDeliveries({ subscriptionId, at: AT, leaseUntil: AT + 1, limit: 10 })
  for (const { event, token } of claimed)
    await write.webhooks.settleDelivery({
      subscriptionId,
      eventId: event.eventId,
      token,
      attempt: { at: AT, status: 404, detail: 'it answers 404' },
      outcome: { type: 'dead' },
    })
  const first = await call('reader', 'GET', `${pathOf()}/deliveries?status=dead&limit=1`)
  assert.deepEqual(
    first.body.value?.map(({ eventId }) => eventId),
    [events[1]?.eventId],
  )
  const { pathname, search } = new URL(first.body.nextLink ?? '')
  const second = await call('reader', 'GET', `${pathname}${search}`)
  assert.deepEqual(
    second.body.value?.map(({ eventId }) => eventId),
    [events[0]?.eventId],
  )
  assert.equal((await call('reader', 'POST', `${pathOf()}/replay`, { status: 'dead' })).status, 403)
  const replay = async (body: object) => call('administrator', 'POST', `${pathOf()}/replay`, body)
  assert.deepEqual((await replay({ status: 'dead' })).body, { replayed: 2, more: false })
  assert.deepEqual((await replay({ eventIds: [events[0]?.eventId] })).body, { replayed: 1, more: false })
  assert.deepEqual((await replay({ from: new Date(AT).toISOString() })).body, { replayed: 2, more: false })
  for (const body of [{}, { to: new Date(AT).toISOString() }, { status: 'dead', eventIds: [] }])
    assert.equal((await replay(body)).status, 400)
  const listed = await call('reader', 'GET', `${service}/providers/Postern.Mail/events?limit=1`)
  assert.deepEqual(
    listed.body.value?.map(({ id }) => id),
    [events[1]?.eventId],
  )
  const none = await call('other', 'GET', '/providers/Postern.Mail/events')
  assert.deepEqual(none.body.value, [])
})
