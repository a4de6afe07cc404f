// The data plane by its answers: which resource, who may, what a repeated request gets, and what becomes of operations.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, READER } from '../../access/built-in-roles.ts'
import { accessKeyPrincipal } from '../../keys/access-keys.ts'
import { claimAt, outcome } from '../../storage/mail-store.fixture.ts'
import { A, B, change } from '../../storage/two-tenants.fixture.ts'
import type { MessageToRelay } from '../../submission/relay.ts'
import { type ApiDocument, createAnswerChecker } from '../described-answers.fixture.ts'
import {
  type Answered,
  COMMUNICATION,
  email,
  type EmailFixture,
  newId,
  openEmailFixture,
  SEND,
} from './email.fixture.ts'
import { EMAIL_API_VERSIONS } from './email-schemas.ts'

const MINUTE = 60_000

let fixture: EmailFixture
let key: Uint8Array
before(async () => {
  fixture = await openEmailFixture()
  key = fixture.contoso.keys.primary
})
after(() => fixture.close())

const send = (body: unknown = email(), headers: Record<string, string> = {}, at = fixture.state.now) =>
  fixture.signed('POST', SEND, key, { body, headers, at })
const look = (id: string) => fixture.signed('GET', `/emails/operations/${id}?api-version=2025-09-01`, key)
const accepted = async () =>
  (await fixture.storage.read.messages.search({ tenantId: A.tenantId, limit: 1000 })).messages.length

function assertRefused({ status, headers, body }: Answered, expected: number, code: string): void {
  assert.deepEqual([status, body.error?.code], [expected, code], JSON.stringify(body))
  assert.equal(headers.get('x-ms-error-code'), code)
}

test('a message is begun, and its operation is where the answer says', async () => {
  const { status, headers, body } = await send()
  assert.deepEqual([status, body.status, headers.get('retry-after')], [202, 'Running', '1'])
  const location = headers.get('operation-location') ?? ''
  assert.match(location, /^http:\/\/localhost\/emails\/operations\/[0-9a-f-]{36}\?api-version=2025-09-01$/)
  const { pathname, search } = new URL(location)
  const state = await fixture.signed('GET', `${pathname}${search}`, fixture.contoso.keys.secondary)
  assert.deepEqual([state.status, state.body], [200, { id: body.id, status: 'Running' }])
  assert.equal(state.headers.get('retry-after'), '1')
})

for (const version of EMAIL_API_VERSIONS)
  test(`version ${version} is known`, async () => {
    const answer = await fixture.signed('POST', `/emails:send?api-version=${version}`, key, { body: email() })
    assert.equal(answer.status, 202)
  })

test('other versions, and none, are refused', async () => {
  const other = await fixture.signed('POST', '/emails:send?api-version=2020-01-01', key, { body: email() })
  assertRefused(other, 400, 'InvalidApiVersionParameter')
  assertRefused(await fixture.signed('POST', '/emails:send', key, { body: email() }), 400, 'MissingApiVersionParameter')
})

test('the host chooses the resource', async () => {
  const hosts: readonly [string, number][] = [
    ['contoso.comm.localhost', 202],
    ['CONTOSO.comm.localhost:8443', 202],
    ['other.comm.localhost', 401],
    ['nobody.comm.localhost', 404],
    ['localhost:8443', 404],
    ['contoso.comm.localhost.example', 404],
    ['a.contoso.comm.localhost', 404],
  ]
  for (const [host, status] of hosts)
    assert.equal((await fixture.signed('POST', SEND, key, { host, body: email() })).status, status, host)
})

test('every other host stands for the default resource, where there is one', async (t) => {
  const own = await openEmailFixture({ defaultResource: () => 'Contoso' })
  t.after(() => own.close())
  const { primary } = own.contoso.keys
  for (const host of ['localhost:8443', 'nobody.comm.localhost'])
    assert.equal((await own.signed('POST', SEND, primary, { host, body: email() })).status, 202, host)
})

test('a key sends through its own resource, as a principal of the resource', async () => {
  const { status, body } = await send(email(), { 'operation-id': newId() })
  assert.equal(status, 202)
  const { service } = fixture.contoso
  const operation = await fixture.storage.read.emailOperations.findOperation(service.id, body.id ?? '')
  const message = await fixture.storage.read.messages.find(A.tenantId, operation?.queueId ?? '')
  const { applicationId, principalId, operationId, acceptance, proof } = message?.envelope ?? {}
  const principal = accessKeyPrincipal(service.id)
  assert.deepEqual([applicationId, principalId, operationId], [principal, principal, body.id])
  assert.match(proof?.keyId ?? '', /^access-key:[0-9a-f]{16}$/)
  assert.deepEqual([acceptance?.listener, acceptance?.login?.method], ['rest', 'HMAC-SHA256'])
})

test('who is not let in', async () => {
  const { ask, signed, other } = fixture
  const body = email()
  assertRefused(await signed('POST', SEND, other.keys.primary, { body }), 401, 'Denied')
  assertRefused(await ask('POST', SEND, { body }), 401, 'Denied')
  assertRefused(
    await ask('POST', SEND, { body, headers: { authorization: 'Bearer x' } }),
    401,
    'InvalidAuthenticationToken',
  )
  for (const minutes of [-6, 6]) {
    const answer = await send(body, {}, fixture.state.now + minutes * MINUTE)
    assertRefused(answer, 401, 'Denied')
    assert.match(answer.body.error?.message ?? '', /clocks/)
  }
  assert.equal((await send(body, {}, fixture.state.now - 4 * MINUTE)).status, 202)
  const { headers } = { headers: { 'x-ms-content-sha256': '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' } }
  assertRefused(await send(body, headers), 401, 'Denied')
})

test('a body that is not the signed one is refused', async () => {
  const { signature } = await import('./email.fixture.ts')
  const headers = signature('POST', SEND, key, fixture.state.now, { body: email() })
  const swapped = email({ content: { subject: 'another', plainText: '' } })
  assertRefused(await fixture.ask('POST', SEND, { body: swapped, headers }), 401, 'Denied')
})

test('a token sends where its application has the right', async () => {
  const { bearer, program, token, ask, sender, other } = fixture
  const body = email()
  const [mayB, own] = [await sender(B), await sender()]
  const begun = await bearer(own, 'POST', SEND, { body })
  assert.equal(begun.status, 202)
  assert.equal((await bearer(await program(A, CONTRIBUTOR.name), 'POST', SEND, { body })).status, 202)
  const reader = await program(A, READER.name)
  const refused = await bearer(reader, 'POST', SEND, { body })
  assertRefused(refused, 403, 'Forbidden')
  const [, reference = ''] = /\[(\w{10})\]/.exec(refused.body.error?.message ?? '') ?? []
  const decision = await fixture.storage.read.decisions.findDecision(reference)
  assert.match(decision?.trace ?? '', /missing-role/)
  assertRefused(await bearer(mayB, 'POST', SEND, { body }), 401, 'InvalidAuthenticationToken')
  assert.equal((await bearer(mayB, 'POST', SEND, { body, host: 'other.comm.localhost' })).status, 202)
  const elsewhere = await token(own)
  const wrongAudience = await ask('POST', SEND, { body, headers: { authorization: `Bearer ${elsewhere}` } })
  assertRefused(wrongAudience, 401, 'InvalidAuthenticationToken')
  const path = `/emails/operations/${begun.body.id}?api-version=2025-09-01`
  assert.equal((await bearer(own, 'GET', path)).status, 200)
  assertRefused(await bearer(reader, 'GET', path), 403, 'Forbidden')
  assertRefused(
    await fixture.signed('GET', path, other.keys.primary, { host: 'other.comm.localhost' }),
    404,
    'NotFound',
  )
})

test('a token ends with the secret that it was obtained with, and its client is told to ask for a new one', async () => {
  const own = await fixture.sender()
  const token = await fixture.token(own, `${COMMUNICATION}/`)
  const headers = { authorization: `Bearer ${token}` }
  assert.equal((await fixture.ask('POST', SEND, { body: email(), headers })).status, 202)
  await fixture.storage.write.directory.removePassword(change(), A.tenantId, own.objectId, own.keyId)
  const refused = await fixture.ask('POST', SEND, { body: email(), headers })
  assert.equal(refused.status, 401)
  assert.match(refused.headers.get('www-authenticate') ?? '', /error="insufficient_claims", claims="/)
})

test('who sends as whom', async () => {
  const senders: readonly [string, number, string][] = [
    ['nobody@example.org', 404, 'DomainNotLinked'],
    ['other@contoso.example', 400, 'InvalidSenderUserName'],
    ['not an address', 400, 'BadRequest'],
  ]
  for (const [senderAddress, status, code] of senders) assertRefused(await send(email({ senderAddress })), status, code)
  assert.equal((await send(email({ senderAddress: 'donotreply@CONTOSO.example' }))).status, 202)
})

test('the same operation is begun once', async () => {
  const headers = { 'operation-id': newId() }
  const before = await accepted()
  const answers = [await send(email(), headers), await send(email(), headers)]
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body]),
    [1, 2].map(() => [202, { id: headers['operation-id'], status: 'Running' }]),
  )
  assert.equal(await accepted(), before + 1)
  assertRefused(await send(email({ content: { subject: 'other', plainText: '' } }), headers), 409, 'Conflict')
  assertRefused(await send(email(), { 'operation-id': 'mine' }), 400, 'BadRequest')
})

test('the same request is the same operation for a day, also where its signature has grown old', async (t) => {
  const began = fixture.state.now
  t.after(() => {
    fixture.state.now = began
  })
  const headers = { 'x-ms-client-request-id': newId() }
  const before = await accepted()
  const first = await send(email(), headers, began)
  fixture.state.now = began + 23 * 60 * MINUTE
  const again = await send(email(), headers, began)
  assert.deepEqual([again.status, again.body], [202, first.body])
  const other = email({ content: { subject: 'other', plainText: '' } })
  assertRefused(await send(other, headers, began), 401, 'Denied')
  assert.equal(await accepted(), before + 1)
  assert.notEqual((await send(other, headers)).body.id, first.body.id)
  fixture.state.now = began + 24 * 60 * MINUTE
  assertRefused(await send(email(), headers, began), 401, 'Denied')
  const next = await send(email(), headers)
  assert.equal(next.status, 202)
  assert.notEqual(next.body.id, first.body.id)
})

test('of many at once that are the same, one is queued', async () => {
  const headers = { 'x-ms-client-request-id': newId() }
  const before = await accepted()
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(email(), headers)))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202])
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal(await accepted(), before + 1)
})

test('an upstream that is asked on behalf knows a request again whose answer was lost', async (t) => {
  const asked: string[] = []
  const relay = async ({ envelope }: MessageToRelay) => {
    asked.push(envelope.internetMessageId)
    return { type: 'unavailable', detail: 'lost' } as const
  }
  const { submission } = fixture
  Object.assign(submission, { relay: { relay } })
  t.after(() => Object.assign(submission, { relay: undefined }))
  const headers = { 'x-ms-client-request-id': newId() }
  for (const each of [headers, headers, {}]) assert.equal((await send(email(), each)).status, 503)
  const [first, second, other] = asked
  assert.equal(first, second)
  assert.notEqual(first, other)
})

test('what cannot be a message', async () => {
  const cases: readonly [title: string, body: unknown, status: number, target?: string][] = [
    ['no JSON', '{', 400],
    ['no object', '[]', 400],
    ['nothing', '{}', 400],
    ['no text', email({ content: { subject: 'x' } }), 400, 'content'],
    ['nobody', email({ recipients: {} }), 400, 'recipients'],
    ['a bad address', email({ recipients: { to: [{ address: 'x' }] } }), 400, 'recipients.to.0'],
    ['two addresses', email({ recipients: { cc: [{ address: 'a@b.example, c@d.example' }] } }), 400, 'recipients.cc.0'],
    ['a line end in a name', email({ recipients: { to: [{ address: 'a@b.example', displayName: 'x\r\ny' }] } }), 400],
    ['a line end in the subject', email({ content: { subject: 'a\nb', plainText: '' } }), 400, 'content.subject'],
    ['a line end in a header', email({ headers: { 'X-A': 'b\r\nBcc: c@d.example' } }), 400, 'headers'],
    ['a header of a name that is none', email({ headers: { 'X A': 'b' } }), 400, 'headers'],
    ['a header that is the service’s', email({ headers: { from: 'x@y.example' } }), 400, 'headers'],
    ['a header twice', email({ headers: { 'X-A': '1', 'x-a': '2' } }), 400, 'headers'],
    ['a word without end', email({ headers: { 'X-A': 'x'.repeat(2000) } }), 400],
    ['a header without end', email({ headers: { 'X-A': 'x '.repeat(150_000) } }), 400],
    ['members without end', email({ unknown: Array.from({ length: 100_001 }, () => 0) }), 400],
    ['too many recipients', email({ recipients: { to: addresses(101) } }), 400],
    ['a file that is none', email({ attachments: [file({ contentInBase64: '*' })] }), 400, 'attachments.0'],
    ['a file without a name', email({ attachments: [file({ name: '' })] }), 400, 'attachments.0'],
    [
      'a file with a name of blanks',
      email({ attachments: [file({ name: `a${' '.repeat(100)}b` })] }),
      400,
      'attachments.0',
    ],
    ['a type that is none', email({ attachments: [file({ contentType: 'a' })] }), 400, 'attachments.0'],
    ['two of one contentId', email({ attachments: [file({ contentId: 'a' }), file({ contentId: 'a' })] }), 400],
    ['octets beyond the limit', ' '.repeat(1024 * 1024 + 1), 413],
    ['a message beyond the limit', email({ content: { subject: 'x', plainText: 'ü'.repeat(400_000) } }), 413],
  ]
  for (const [title, body, status, target] of cases) {
    const answer = await send(body)
    assert.equal(answer.status, status, `${title}: ${JSON.stringify(answer.body)}`)
    assert.ok(answer.body.error?.code, title)
    if (target !== undefined) assert.equal(answer.body.error?.target, target, title)
  }
})

test('the name of a member that is wrong is told as far as it is of any use', async () => {
  const { status, body } = await send({ ...email({}), ['x'.repeat(100_000)]: '\ud800' })
  assert.equal(status, 400)
  assert.ok(JSON.stringify(body).length < 1000)
})

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ address: `to${index}@example.com` }))
const file = (changes: object) => ({ name: 'a.txt', contentType: 'text/plain', contentInBase64: 'aGk=', ...changes })

test('what is tolerated', async () => {
  const bodies = [
    { ...email(), unknown: 1 },
    email({ recipients: { bcc: [{ address: 'b@example.com' }] } }),
    email({ recipients: { to: addresses(100) } }),
    email({ headers: { 'x-ms-acsemail-suppress-invalid-attachment': 'true' }, attachments: [file({ name: '' })] }),
    email({
      headers: { 'X-MS-acsemail-ignore-duplicate-content-id': 'TRUE' },
      attachments: [file({ contentId: 'a' }), file({ contentId: 'a' })],
    }),
  ]
  for (const body of bodies) {
    const answer = await send(body)
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
  }
})

test('a Message-ID of the sender’s own is kept once', async () => {
  const own = { 'Message-ID': `<${newId()}@contoso.example>` }
  const strict = { 'x-ms-acsemail-validate-message-id': 'true' }
  assert.equal((await send(email({ headers: { ...own, ...strict } }))).status, 202)
  assertRefused(await send(email({ headers: { ...own, ...strict } })), 400, 'BadRequest')
  assertRefused(await send(email({ headers: { 'Message-ID': 'x', ...strict } })), 400, 'BadRequest')
  assert.equal((await send(email({ headers: own }))).status, 202)
})

test('an operation says what became of its message', async () => {
  const { storage, state } = fixture
  const ids: string[] = []
  for (const recipients of [['ok@example.com'], ['no@example.com'], ['out@example.com']])
    ids.push((await send(email({ recipients: { to: recipients.map((address) => ({ address })) } }))).body.id ?? '')
  const statuses = {
    'ok@example.com': 'delivered',
    'no@example.com': 'failed',
    'out@example.com': 'suppressed',
  } as const
  for (const claim of await claimAt(storage, state.now, 1000)) {
    const to = claim.recipients[0]?.forwardPath as keyof typeof statuses
    if (!(to in statuses)) continue
    const { queueId } = claim.envelope
    await storage.write.spool.settle([
      { queueId, token: claim.token, at: state.now, outcomes: [outcome(0, statuses[to])] },
    ])
  }
  const states = await Promise.all(ids.map(async (id) => (await look(id)).body))
  assert.deepEqual(
    states.map(({ status, error }) => [status, error?.code]),
    [
      ['Succeeded', undefined],
      ['Failed', 'EmailDropped'],
      ['Failed', 'EmailDroppedAllRecipientsSuppressed'],
    ],
  )
  assertRefused(await look(newId()), 404, 'NotFound')
  assertRefused(await look('x'), 404, 'NotFound')
})

test('a key that was replaced signs no more', async () => {
  const { keys } = fixture.contoso
  const owner = await fixture.token(await fixture.program(A, CONTRIBUTOR.name))
  const path = `${fixture.contoso.service.id}/regenerateKey?api-version=2023-04-01`
  const replaced = await fixture.request('POST', path, { token: owner, json: { keyType: 'Secondary' } })
  assert.equal(replaced.status, 200)
  const { secondaryKey } = (await replaced.json()) as { secondaryKey: string }
  assertRefused(await fixture.signed('POST', SEND, keys.secondary, { body: email() }), 401, 'Denied')
  const renewed = Buffer.from(secondaryKey, 'base64')
  assert.equal((await fixture.signed('POST', SEND, renewed, { body: email() })).status, 202)
  assert.equal((await send()).status, 202)
})

test('the document of the API tells these answers', async () => {
  const token = await fixture.token(await fixture.program(A, CONTRIBUTOR.name))
  const document = (await (await fixture.request('GET', '/openapi.json', { token })).json()) as ApiDocument
  const checker = createAnswerChecker(document)
  const check = ({ status, headers, body }: Answered, method: string, path: string) =>
    checker.check({ method, path }, Response.json(body, { status, headers }))
  const begun = await send()
  await check(begun, 'POST', SEND)
  await check(await send({}), 'POST', SEND)
  const path = `/emails/operations/${begun.body.id}`
  await check(await look(begun.body.id ?? ''), 'GET', path)
  await check(await look(newId()), 'GET', path)
  checker.assertComplete(
    (one) => one.startsWith('/emails'),
    ['Error', 'EmailSendResult', 'EmailMessage', 'EmailAddress', 'EmailAttachment'],
  )
})
