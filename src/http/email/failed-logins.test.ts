// Logins that fail at the data plane are told as those of SMTP are: by their kind, with their number, to whoever the resource belongs to.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { createFailedLoginEvents, type FailedLoginEvents } from '../../events/failed-login-events.ts'
import { noteFailedLogins } from '../../server/failed-logins.ts'
import { createHandClock } from '../../events/webhook.fixture.ts'
import { queueIdAt } from '../../storage/mail-store.fixture.ts'
import type { NewEvent } from '../../storage/events.ts'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import type { Program } from '../http.fixture.ts'
import { COMMUNICATION, email, type EmailFixture, openEmailFixture, SEND, signature } from './email.fixture.ts'

const PATH = '/emails/operations/11111111-1111-4111-8111-111111111111?api-version=2025-09-01'
const body = email()

let fixture: EmailFixture
let key: Uint8Array
let sender: Program
let roleless: Program
let failedLogins: FailedLoginEvents
let told: NewEvent[]
before(async () => {
  fixture = await openEmailFixture()
  key = fixture.contoso.keys.primary
  sender = await fixture.sender()
  roleless = await fixture.program(A)
})
after(() => fixture.close())
beforeEach(() => {
  told = []
  const { submission } = fixture
  const appendEvents = async (events: readonly NewEvent[]) => {
    told.push(...events)
    return events.map(({ eventId }) => eventId)
  }
  failedLogins = createFailedLoginEvents({
    events: { appendEvents },
    clock: createHandClock(),
    nextEventId: () => queueIdAt(AT),
    onFailure: (error) => assert.fail(String(error)),
  })
  const decisions = noteFailedLogins(submission.decisions, failedLogins)
  Object.assign(submission, { decisions, onUntracedFailure: failedLogins.note })
})

const withToken = (token: string) => fixture.ask('POST', SEND, { body, headers: { authorization: `Bearer ${token}` } })
const bearer = (program: Program, host?: string) =>
  fixture.bearer(program, 'POST', SEND, { body, ...(host && { host }) })

const cases: readonly (readonly [
  name: string,
  attempt: () => Promise<{ readonly status: number }>,
  status: number,
  expected: Readonly<Record<string, unknown>>,
])[] = [
  [
    'a key of nobody',
    () => fixture.signed('POST', SEND, randomBytes(64), { body }),
    401,
    { reason: 'wrong-signature', listener: 'rest' },
  ],
  [
    'the key of another resource',
    () => fixture.signed('POST', SEND, fixture.other.keys.primary, { body }),
    401,
    { reason: 'wrong-signature' },
  ],
  [
    'another body than was signed',
    () =>
      fixture.ask('POST', SEND, {
        body: email({ replyTo: [] }),
        headers: signature('POST', SEND, key, fixture.state.now, { body }),
      }),
    401,
    { reason: 'wrong-signature' },
  ],
  [
    'a signature of an hour ago',
    () => fixture.signed('POST', SEND, key, { body, at: AT - 3_600_000 }),
    401,
    { reason: 'signature-out-of-time' },
  ],
  [
    'one of an hour ago for an operation',
    () => fixture.signed('GET', PATH, key, { at: AT - 3_600_000 }),
    401,
    { reason: 'signature-out-of-time' },
  ],
  ['a token that is none', () => withToken('nonsense'), 401, { reason: 'malformed-token' }],
  [
    'a token with the signature of nobody',
    async () => withToken(`${(await fixture.token(sender, COMMUNICATION)).split('.').slice(0, 2).join('.')}.AAAA`),
    401,
    { applicationId: () => sender.applicationId },
  ],
  [
    'a token for something else',
    async () => withToken(await fixture.token(sender)),
    401,
    { applicationId: () => sender.applicationId },
  ],
  ['a token without the right to send', () => bearer(roleless), 403, { reason: 'missing-role', reference: /^\w{10}$/ }],
]
for (const [name, attempt, status, expected] of cases)
  test(`${name} is told as a failed login`, async () => {
    for (let count = 0; count < 2; count += 1) assert.equal((await attempt()).status, status)
    await failedLogins.stop()
    assert.equal(told.length, 1)
    const [{ type, tenantId, source, data }] = told as [NewEvent]
    assert.deepEqual(
      [type, tenantId, source, data['count']],
      ['Postern.Mail.LoginFailed', A.tenantId, fixture.contoso.service.id, 2],
    )
    assert.equal('reference' in data, 'reference' in expected)
    for (const [member, value] of Object.entries(expected))
      if (value instanceof RegExp) assert.match(String(data[member]), value)
      else assert.equal(data[member], typeof value === 'function' ? (value as () => string)() : value)
    assert.doesNotMatch(JSON.stringify(data), /Signature|eyJ/)
  })

test('what a stranger says of another tenant is told to whom the resource belongs to', async () => {
  assert.equal((await bearer(sender, 'other.comm.localhost')).status, 401)
  await failedLogins.stop()
  assert.deepEqual(
    told.map(({ tenantId, source }) => [tenantId, source]),
    [[B.tenantId, fixture.other.service.id]],
  )
})

test('a repeated request with its old signature is no failed login, and neither is one without any', async () => {
  const headers = { 'operation-id': '22222222-2222-4222-8222-222222222222' }
  const began = AT
  assert.equal((await fixture.signed('POST', SEND, key, { body, headers, at: began })).status, 202)
  fixture.state.now = AT + 3_600_000
  assert.equal((await fixture.signed('POST', SEND, key, { body, headers, at: began })).status, 202)
  assert.equal((await fixture.ask('POST', SEND, { body })).status, 401)
  await failedLogins.stop()
  assert.deepEqual(told, [])
})
