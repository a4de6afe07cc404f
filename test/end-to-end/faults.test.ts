// Faults on request in a running service: each meets the application it was asked for and nobody else, from its next login or message on,
// with the reply of the real cause, and is gone as soon as it is cleared. Every refusal says, where an operator looks, that it was asked for.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { signature } from '../../src/http/email/email.fixture.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { eventually } from '../fixtures/eventually.ts'
import { withoutReference } from '../fixtures/reference.ts'
import { addSendingApplication, type SendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const service = await startService({ after })
const { senderAddress, tenantId, domain, communicationServiceId } = service.quickstart
const PROGRAM = fileURLToPath(new URL('../../bin/postern.js', import.meta.url))
const FAULTS = '/providers/Postern.Mail/faults'
const SEND = '/emails:send?api-version=2025-09-01'
const RECIPIENT = 'reader@recipient.example.test'
const CONTENT = [`From: ${senderAddress}`, 'Subject: faults', '', 'Hello.']

const open = () => SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)

async function signIn({ username, secret }: Pick<SendingApplication, 'username' | 'secret'>): Promise<SmtpDialogue> {
  const dialogue = await open()
  assert.match(await dialogue.authenticate(username, secret), /^235 /)
  return dialogue
}

async function set(body: object): Promise<string> {
  const { status, json } = await service.api('POST', FAULTS, body)
  assert.equal(status, 201, JSON.stringify(json))
  return (json as { id: string }).id
}

const clear = async (id: string) => assert.equal((await service.api('DELETE', `${FAULTS}/${id}`)).status, 204)

/** The trace names the fault, and what to do is to clear it. */
async function assertAsked(reply: string, faultId: string, reason: string): Promise<void> {
  const { trace } = await service.explain(reply)
  assert.equal(trace.reason, reason)
  assert.match(trace.steps.at(-1)?.detail ?? '', new RegExp(`a fault on request: [a-z-]+, ${faultId}, until `))
  assert.deepEqual(
    trace.suggestions.map(({ command }) => command),
    [`postern fault clear --id ${faultId}`],
  )
}

type LoginCase = { readonly kind: string; readonly more?: object; readonly reply: string; readonly reason: string }

const logins: readonly LoginCase[] = [
  { kind: 'expired-secret', reply: '535 5.7.8 Authentication unsuccessful', reason: 'expired-secret' },
  { kind: 'missing-role', reply: '535 5.7.8 Authentication unsuccessful', reason: 'missing-role' },
  { kind: 'token-service-down', reply: '454 4.7.0 Temporary authentication failure', reason: 'unavailable' },
  {
    kind: 'token-service-slow',
    more: { delay: 60_000 },
    reply: '454 4.7.0 Temporary authentication failure',
    reason: 'unavailable',
  },
]

for (const { kind, more, reply, reason } of logins)
  test(`a login under ${kind}`, async () => {
    const [application, other] = [await addSendingApplication(service), await addSendingApplication(service)]
    const id = await set({ kind, applicationId: application.applicationId, ...more })
    const dialogue = await open()
    const refused = await dialogue.authenticate(application.username, application.secret)
    assert.equal(withoutReference(refused), reply)
    await assertAsked(refused, id, reason)
    ;(await signIn(other)).destroy()
    await clear(id)
    assert.match(await dialogue.authenticate(application.username, application.secret), /^235 /)
    dialogue.destroy()
  })

test('a wrong secret stays a wrong secret, whatever was asked for', async () => {
  const { applicationId, username } = await addSendingApplication(service)
  const id = await set({ kind: 'expired-secret', applicationId })
  const dialogue = await open()
  const { trace } = await service.explain(await dialogue.authenticate(username, 'not the secret'))
  assert.equal(trace.reason, 'wrong-secret')
  dialogue.destroy()
  await clear(id)
})

for (const kind of ['expired-secret', 'missing-role'])
  test(`a session that is open meets ${kind} at its next message`, async () => {
    const application = await addSendingApplication(service)
    const dialogue = await signIn(application)
    const id = await set({ kind, applicationId: application.applicationId })
    const reply = await dialogue.submit(senderAddress, [RECIPIENT], CONTENT)
    assert.match(reply, /^421 4\.7\.0 Credentials no longer valid/)
    await assertAsked(reply, id, kind)
    await clear(id)
    dialogue.destroy()
  })

test('an outage of the token service does not touch a session that is open', async () => {
  const application = await addSendingApplication(service)
  const dialogue = await signIn(application)
  const id = await set({ kind: 'token-service-down', applicationId: application.applicationId })
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], CONTENT), /^250 /)
  await clear(id)
  dialogue.destroy()
})

const ofService = { communicationServiceId }

for (const target of ['the application', 'the service'] as const)
  test(`messages that are throttled or from an unverified domain, asked for ${target}`, async () => {
    const application = await addSendingApplication(service)
    const dialogue = await signIn(application)
    const { applicationId } = application
    const whose = target === 'the service' ? ofService : { applicationId }
    const throttled = await set({ kind: 'throttled', retryAfter: 90, ...whose })
    const first = await dialogue.command(`MAIL FROM:<${senderAddress}>`)
    assert.match(first, /^450 4\.7\.1 Quota used up: 30 messages per minute; try again in (?:89|90) seconds/)
    await assertAsked(first, throttled, (await service.explain(first)).trace.reason)
    await clear(throttled)
    const unverified = await set({ kind: 'unverified-domain', ...whose })
    const second = await dialogue.command(`MAIL FROM:<${senderAddress}>`)
    const expected = `550 5.1.7 The specified sender domain has not been verified. Domain: ${domain}`
    assert.equal(withoutReference(second), expected)
    await assertAsked(second, unverified, 'sender-domain-not-verified')
    await clear(unverified)
    assert.match(await dialogue.submit(senderAddress, [RECIPIENT], CONTENT), /^250 /)
    dialogue.destroy()
  })

test('a token service that is slow is waited for, and nobody else waits', async () => {
  const [application, other] = [await addSendingApplication(service), await addSendingApplication(service)]
  const id = await set({ kind: 'token-service-slow', delay: 500, applicationId: application.applicationId })
  const order: string[] = []
  const sessions = await Promise.all([application, other].map(async (one) => ({ one, dialogue: await open() })))
  await Promise.all(
    sessions.map(async ({ one, dialogue }) => {
      assert.match(await dialogue.authenticate(one.username, one.secret), /^235 /)
      order.push(one.applicationId)
      dialogue.destroy()
    }),
  )
  const asked = [application, other].map(async (one) => {
    assert.equal((await tokenAnswer(one)).status, 200)
    order.push(one.applicationId)
  })
  await Promise.all(asked)
  const expected = [other.applicationId, application.applicationId]
  assert.deepEqual(order, [...expected, ...expected])
  const { json } = await service.api('POST', '/providers/Postern.Mail/diagnoseLogin', {
    username: application.username,
  })
  const { outcome, steps } = json as {
    readonly outcome: string
    readonly steps: readonly { readonly detail: string }[]
  }
  assert.equal(outcome, 'may send')
  assert.ok(steps.at(-1)?.detail.endsWith(`(clear it: postern fault clear --id ${id})`))
  await clear(id)
})

test('a reply that is slow comes when the message is safe', async () => {
  const application = await addSendingApplication(service)
  const dialogue = await signIn(application)
  const id = await set({ kind: 'slow-reply', delay: 1500, applicationId: application.applicationId })
  const reply = dialogue.submit(senderAddress, [RECIPIENT], CONTENT)
  const first = await Promise.race([
    reply.then(() => 'reply'),
    eventually(async () => (await service.accepted(application.applicationId))[0], 'the message').then(() => 'message'),
  ])
  assert.equal(first, 'message')
  assert.match(await reply, /^250 /)
  await clear(id)
  dialogue.destroy()
})

test('recipients fare as they are called, each time the same', async () => {
  const application = await addSendingApplication(service)
  const id = await set({ kind: 'recipients', applicationId: application.applicationId })
  const dialogue = await signIn(application)
  const recipients = ['bounce@a.example', 'defer+1@a.example', 'suppressed-x@b.example', 'anybody@a.example']
  for (let round = 0; round < 2; round += 1) {
    const reply = await dialogue.submit(senderAddress, recipients, CONTENT)
    const [, queueId = ''] = /queued as (\S+)/.exec(reply) ?? []
    const statuses = await eventually(async () => {
      const { json } = await service.api('GET', `/providers/Postern.Mail/messages/${queueId}`)
      const found = (json as { recipients: { status: string; attempts?: number }[] }).recipients
      const states = found.map(({ status }) => status)
      return states.includes('delivered') && states.includes('failed') ? states : undefined
    }, 'an outcome of each')
    assert.deepEqual(statuses, ['failed', 'deferred', 'suppressed', 'delivered'])
  }
  await clear(id)
  const { json } = await service.api('GET', '/providers/Postern.Mail/suppressions')
  assert.deepEqual((json as { value: unknown[] }).value, [])
  dialogue.destroy()
})

type Credential = Pick<SendingApplication, 'applicationId' | 'secret'>

async function tokenAnswer({ applicationId, secret }: Credential) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: applicationId,
    client_secret: secret,
    scope: 'https://communication.azure.com/.default',
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const {
    status,
    octets,
    headers: answered,
  } = await service.http('POST', `/${tenantId}/oauth2/v2.0/token`, { headers, body })
  type Body = { readonly error_codes?: readonly number[]; readonly access_token?: string }
  const { error_codes: codes, access_token: token } = JSON.parse(octets.toString()) as Body
  return { status, number: codes?.[0], retryAfter: answered['retry-after'], token }
}

async function askForToken(credential: Credential) {
  const { status, number, retryAfter } = await tokenAnswer(credential)
  return [status, number, retryAfter]
}

test('the token service meets them too, in its own words', async () => {
  const application = await addSendingApplication(service)
  const { applicationId } = application
  assert.deepEqual(await askForToken(application), [200, undefined, undefined])
  const expired = await set({ kind: 'expired-secret', applicationId })
  assert.deepEqual(await askForToken(application), [401, 7000222, undefined])
  await clear(expired)
  const down = await set({ kind: 'token-service-down', applicationId })
  assert.deepEqual(await askForToken(application), [503, 90033, '1'])
  await clear(down)
  const slow = await set({ kind: 'token-service-slow', delay: 1200, applicationId })
  assert.deepEqual(await askForToken(application), [200, undefined, undefined])
  await clear(slow)
})

type SendCase = {
  readonly kind: string
  readonly more?: object
  readonly answer: readonly [status: number, code: string, retryAfter?: string]
}

const sends: readonly SendCase[] = [
  { kind: 'expired-secret', answer: [401, 'InvalidAuthenticationToken'] },
  { kind: 'missing-role', answer: [403, 'Forbidden'] },
  { kind: 'unverified-domain', answer: [400, 'DomainNotVerified'] },
  { kind: 'throttled', more: { retryAfter: 75 }, answer: [429, 'TooManyRequests', '75'] },
]

const EMAIL = JSON.stringify({
  senderAddress,
  content: { subject: 'faults', plainText: 'Hello.' },
  recipients: { to: [{ address: RECIPIENT }] },
})

const sendByHttp = (token: string) => sendAs({ authorization: `Bearer ${token}` })

function sendByKey() {
  const { connectionString, endpoint } = service.quickstart
  const [, key = ''] = /accesskey=(.*)$/.exec(connectionString) ?? []
  const asked = { host: new URL(endpoint).host, body: EMAIL }
  return sendAs(signature('POST', SEND, Buffer.from(key, 'base64'), Date.now(), asked))
}

async function sendAs(authorization: Readonly<Record<string, string>>) {
  const headers = { ...authorization, 'content-type': 'application/json' }
  const { status, octets, headers: answered } = await service.http('POST', SEND, { headers, body: EMAIL })
  const { error } = JSON.parse(octets.toString()) as { error?: { code: string } }
  return { status, code: error?.code, retryAfter: answered['retry-after'] }
}

for (const { kind, more, answer } of sends)
  test(`emails:send under ${kind}`, async () => {
    const application = await addSendingApplication(service)
    const { token } = await tokenAnswer(application)
    const id = await set({ kind, applicationId: application.applicationId, ...more })
    const { status, code, retryAfter } = await sendByHttp(token ?? '')
    assert.deepEqual([status, code], answer.slice(0, 2))
    if (answer[2] !== undefined) assert.ok(Math.abs(Number(retryAfter) - Number(answer[2])) <= 1, String(retryAfter))
    await clear(id)
    assert.equal((await sendByHttp(token ?? '')).status, 202)
  })

test('an access key is met by the faults of its service, but needs no role', async () => {
  const cases = [
    ['missing-role', {}, [202, undefined]],
    ['unverified-domain', {}, [400, 'DomainNotVerified']],
    ['throttled', { retryAfter: 75 }, [429, 'TooManyRequests']],
  ] as const
  for (const [kind, more, expected] of cases) {
    const id = await set({ kind, communicationServiceId, ...more })
    const { status, code } = await sendByKey()
    assert.deepEqual([status, code], expected)
    await clear(id)
  }
  assert.equal((await sendByKey()).status, 202)
})

const run = promisify(execFile)
const postern = async (...words: readonly string[]) => {
  const env = { ...process.env, POSTERN_DATA_DIR: service.directory }
  return (await run(process.execPath, [PROGRAM, ...words], { env })).stdout
}

test('from the command line: set, listed and cleared', async () => {
  const { applicationId } = await addSendingApplication(service)
  const set = await postern(
    'fault',
    'set',
    'slow-reply',
    '--application',
    applicationId,
    '--delay',
    '1500ms',
    '--for',
    '10m',
  )
  const [, id = ''] = /Clear: postern fault clear --id (\S+)\n$/.exec(set) ?? []
  assert.match(set, new RegExp(`^slow-reply for application ${applicationId}; ends in \\d+ `))
  await postern('fault', 'set', 'throttled', '--comm-service-name', 'postern-quickstart', '--retry-after', '30s')
  const listed = await postern('fault', 'list')
  assert.match(listed, new RegExp(`^${id} +slow-reply +application ${applicationId} +1500 ms `, 'm'))
  assert.match(listed, / throttled +communication service postern-quickstart +30 s /)
  assert.equal(await postern('fault', 'clear', '--application', applicationId), `Cleared ${id}.\n`)
  assert.match(await postern('fault', 'clear', '--all'), /^Cleared \S+\.\n$/)
  assert.equal(await postern('fault', 'list'), 'No fault is in force.\n')
})

test('what cannot be asked for', async () => {
  const { applicationId } = await addSendingApplication(service)
  const day = 86_400_000
  const cases: readonly (readonly [body: object, member: string | undefined])[] = [
    [{ kind: 'throttled' }, undefined],
    [{ kind: 'throttled', applicationId, communicationServiceId }, undefined],
    [{ kind: 'unknown', applicationId }, 'kind'],
    [{ kind: 'expired-secret', communicationServiceId }, 'kind'],
    [{ kind: 'slow-reply', applicationId }, 'delay'],
    [{ kind: 'throttled', applicationId, delay: 1 }, 'delay'],
    [{ kind: 'missing-role', applicationId, retryAfter: 1 }, 'retryAfter'],
    [{ kind: 'throttled', applicationId, retryAfter: 241 }, 'retryAfter'],
    [{ kind: 'throttled', applicationId, endsAt: new Date(Date.now() + day + 60_000).toISOString() }, 'endsAt'],
    [{ kind: 'throttled', applicationId, endsAt: new Date(Date.now() - 1).toISOString() }, 'endsAt'],
    [{ kind: 'throttled', applicationId: service.quickstart.administrator.applicationId }, 'applicationId'],
    [{ kind: 'throttled', applicationId: '99999999-9999-4999-8999-999999999999' }, 'applicationId'],
    [{ kind: 'throttled', communicationServiceId: `${communicationServiceId}x` }, 'communicationServiceId'],
  ]
  for (const [body, member] of cases) {
    const { status, json } = await service.api('POST', FAULTS, body)
    const { error } = json as { error: { target?: string; details?: { target?: string }[] } }
    assert.equal(status, 400, JSON.stringify([body, json]))
    if (member !== undefined) assert.match(JSON.stringify(error), new RegExp(member), JSON.stringify(body))
  }
  assert.deepEqual((await service.api('GET', FAULTS)).json, { value: [], isAllowed: true })
})
