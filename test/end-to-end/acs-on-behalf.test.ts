// Mail that leaves through Azure Communication Services on behalf of the session, with the token that its login was proven by: through a
// whole service, against stand-ins for Entra ID and for the e-mail service. The client hears 250 only when the upstream has the message.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { EMAIL_SENDER } from '../../src/access/built-in-roles.ts'
import { type AcsFault, startAcsServer } from '../fixtures/acs-server.ts'
import { type EntraApplication, startEntraServer } from '../fixtures/entra-server.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const sender: EntraApplication = {
  applicationId: randomUUID(),
  objectId: randomUUID(),
  secret: `not~a.real+secret${randomUUID()}`,
}
const linked: string[] = []
const acs = await startAcsServer({ after }, { linked })
const caFile = join(temporaryDirectory({ after }), 'acs-ca.pem')
writeFileSync(caFile, acs.ca)
const service = await startIn(
  temporaryDirectory({ after }),
  { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' },
  (config) => ({
    ...config,
    auth: { ...config.auth, rejectAfter: 1000 },
    delivery: {
      ...config.delivery,
      routes: [
        { recipientDomains: ['either.example.test'], via: ['acs', 'capture'] },
        { recipientDomains: ['only.example.test'], via: ['acs'] },
        { via: ['capture'] },
      ],
      transports: [{ name: 'acs', type: 'acs', mode: 'on-behalf', endpoint: acs.endpoint, caFile }],
    },
  }),
)
after(() => service.stop())
const { quickstart } = service
linked.push(quickstart.domain)
const entra = await startEntraServer({ after }, quickstart.tenantId, [sender])
await configure()

async function configure(): Promise<void> {
  const provider = await service.api('PUT', `/providers/Postern.Mail/identityProviders/${quickstart.tenantId}`, {
    properties: { provider: 'entra', entra: { authority: entra.authority }, ca: entra.ca },
  })
  assert.equal(provider.status < 300, true, JSON.stringify(provider.json))
  const scope = quickstart.communicationServiceId
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}?api-version=${ROLE_API_VERSION}`
  const roleDefinitionId = `/providers/Microsoft.Authorization/roleDefinitions/${EMAIL_SENDER.name}`
  const { status } = await service.api('PUT', id, { properties: { roleDefinitionId, principalId: sender.objectId } })
  assert.equal(status, 201)
}

/** `allowed`: what the upstream thinks of the token. */
async function signIn(allowed: 200 | 401 | 403 = 200): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  const username = [quickstart.communicationService, sender.applicationId, quickstart.tenantId].join('.')
  assert.match(await dialogue.authenticate(username, sender.secret), /^235 /)
  acs.allow(entra.tokens.at(-1) ?? '', allowed)
  return dialogue
}

type Mail = {
  readonly subject: string
  readonly id?: string
  readonly to?: readonly string[]
  readonly more?: readonly string[]
}

const ONLY = ['reader@only.example.test']

const submit = (dialogue: SmtpDialogue, { subject, id = randomUUID(), to = ONLY, more = [] }: Mail) =>
  dialogue.submit(quickstart.senderAddress, to, [
    `From: ${quickstart.senderAddress}`,
    `Subject: ${subject}`,
    `Message-ID: <${id}@contoso.example>`,
    ...more,
    '',
    'Hello.',
  ])

const takenBy = (subject: string) => acs.taken.filter(({ body }) => body.content.subject === subject)
const isLogged = async (subject: string) =>
  (await service.accepted(sender.applicationId)).some((one) => one.subject === subject)

test('250 means that the upstream has the message, given with the token of the session', async () => {
  const dialogue = await signIn()
  const reply = await submit(dialogue, { subject: 'on behalf' })
  assert.match(reply, /^250 2\.0\.0 Ok: queued as /)
  const [taken, ...copies] = takenBy('on behalf')
  assert.equal(copies.length, 0)
  assert.equal(taken?.authorization, `Bearer ${entra.tokens.at(-1)}`)
  assert.deepEqual(taken.body.recipients.bcc, [{ address: 'reader@only.example.test' }])
  const isSettled = async () => {
    const [message] = await service.accepted(sender.applicationId)
    return message?.subject === 'on behalf' && message.status === 'delivered' ? true : undefined
  }
  await eventually(isSettled, 'the delivery of what was relayed')
  assert.equal(takenBy('on behalf').length, 1)
  dialogue.destroy()
})

test('each session acts with its own token', async () => {
  const [one, other] = [await signIn(), await signIn()]
  await submit(other, { subject: 'of the other' })
  await submit(one, { subject: 'of the one' })
  const bearers = ['of the one', 'of the other'].map((subject) => takenBy(subject)[0]?.authorization)
  assert.deepEqual(bearers, [`Bearer ${entra.tokens.at(-2)}`, `Bearer ${entra.tokens.at(-1)}`])
  for (const dialogue of [one, other]) dialogue.destroy()
})

const faults: readonly [AcsFault, reply: RegExp, told: RegExp][] = [
  [{ status: 404, code: 'DomainNotLinked' }, /^550 5\.1\.7 The specified sender domain has not been linked\./, /404/],
  [{ status: 400, code: 'InvalidSenderUserName' }, /^550 5\.7\.1 Sender address not allowed/, /username/],
  [{ status: 400, code: 'InvalidRecipients' }, /^554 5\.1\.3 The next system refuses a recipient/, /400/],
  [{ status: 400, code: 'BadRequest' }, /^554 5\.6\.0 The next system refuses the message/, /BadRequest/],
  [{ status: 413, code: 'RequestTooLarge' }, /^552 5\.3\.4 /, /413/],
  [{ status: 500, code: 'InternalServerError' }, /^451 4\.4\.1 /, /500/],
  ['reset', /^451 4\.4\.1 /, /no answer/],
  ['redirect', /^550 5\.7\.1 The next system does not let you send/, /307/],
]
for (const [fault, expected, told] of faults) {
  const subject = typeof fault === 'string' ? fault : fault.code
  test(`the upstream answers ${subject}: the client hears it, and nothing is kept`, async () => {
    const dialogue = await signIn()
    acs.misbehave(fault)
    const reply = await submit(dialogue, { subject })
    assert.match(reply, expected)
    const { trace } = await service.explain(reply)
    assert.match(trace.steps.at(-1)?.detail ?? '', told)
    assert.equal(await isLogged(subject), false)
    dialogue.destroy()
  })
}

for (const status of [401, 403] as const)
  test(`a token that the upstream answers with ${status} sends nothing, by no other way either`, async () => {
    const dialogue = await signIn(status)
    const subject = `token ${status}`
    const reply = await submit(dialogue, { subject, to: ['reader@either.example.test'] })
    assert.match(reply, /^550 5\.7\.1 The next system does not let you send/)
    assert.deepEqual([takenBy(subject).length, await isLogged(subject)], [0, false])
    dialogue.destroy()
  })

test('an answer that is lost on its way makes no copy when the message is submitted again', async () => {
  const mail = { subject: 'lost', id: randomUUID() }
  const first = await signIn()
  acs.misbehave('lost')
  assert.match(await submit(first, mail), /^451 4\.4\.1 /)
  first.destroy()
  assert.equal(takenBy('lost').length, 1)
  const second = await signIn()
  assert.match(await submit(second, mail), /^250 /)
  assert.match(await submit(second, mail), /^250 /)
  assert.match(await submit(second, { ...mail, id: randomUUID() }), /^250 /)
  second.destroy()
  const ids = takenBy('lost').map(({ operationId }) => operationId)
  assert.deepEqual([ids.length, new Set(ids).size], [2, 2])
})

test('what the upstream cannot carry is refused, or goes the next way', async () => {
  const more = ['MIME-Version: 1.0', 'Content-Type: text/calendar; method=REQUEST']
  const dialogue = await signIn()
  assert.match(await submit(dialogue, { subject: 'invitation', more }), /^554 5\.6\.5 The next system cannot carry/)
  assert.equal(await isLogged('invitation'), false)
  const to = ['reader@either.example.test']
  assert.match(await submit(dialogue, { subject: 'another invitation', more, to }), /^250 /)
  const captured = await service.arrived('another invitation')
  assert.deepEqual(captured.envelope.recipients, to)
  assert.equal(takenBy('another invitation').length, 0)
  dialogue.destroy()
})

test('what the upstream takes over and gives up at once is refused', async () => {
  const dialogue = await signIn()
  acs.progress({ failed: 'EmailDroppedAllRecipientsSuppressed', text: 'Message dropped.' })
  const reply = await submit(dialogue, { subject: 'given up' })
  acs.progress('Succeeded')
  assert.match(reply, /^554 5\.6\.0 The next system refuses the message/)
  assert.match((await service.explain(reply)).trace.steps.at(-1)?.detail ?? '', /AllRecipientsSuppressed/)
  assert.equal(await isLogged('given up'), false)
  dialogue.destroy()
})

test('recipients of several routes: each by its own', async () => {
  const dialogue = await signIn()
  const to = ['a@only.example.test', 'b@elsewhere.example.test', 'c@either.example.test']
  assert.match(await submit(dialogue, { subject: 'divided', to }), /^250 /)
  const captured = await service.arrived('divided')
  assert.deepEqual(captured.envelope.recipients, ['b@elsewhere.example.test'])
  assert.deepEqual(takenBy('divided')[0]?.body.recipients.bcc, [{ address: to[0] }, { address: to[2] }])
  assert.equal(takenBy('divided').length, 1)
  dialogue.destroy()
})

test('recipients that fare as they are called, by a fault on request, are not asked about', async () => {
  const { applicationId } = sender
  const asked = { kind: 'recipients', communicationServiceId: quickstart.communicationServiceId }
  const { json } = await service.api('POST', '/providers/Postern.Mail/faults', asked)
  const dialogue = await signIn()
  const to = ['bounce@only.example.test', 'reader@only.example.test', 'suppressed+1@only.example.test']
  assert.match(await submit(dialogue, { subject: 'some bounce', to }), /^250 /)
  assert.deepEqual(takenBy('some bounce')[0]?.body.recipients.bcc, [{ address: 'reader@only.example.test' }])
  assert.match(await submit(dialogue, { subject: 'all bounce', to: to.slice(0, 1) }), /^250 /)
  assert.equal(takenBy('all bounce').length, 0)
  const settled = async (subject: string) => {
    const { id = '' } = (await service.accepted(applicationId)).find((one) => one.subject === subject) ?? {}
    const message = await service.api('GET', `/providers/Postern.Mail/messages/${id}`)
    const states = (message.json as { recipients: { status: string }[] }).recipients.map(({ status }) => status)
    return states.every((status) => status !== 'queued' && status !== 'pending') ? states : undefined
  }
  const states = await eventually(() => settled('some bounce'), 'an outcome of each')
  assert.deepEqual(states, ['failed', 'delivered', 'suppressed'])
  assert.deepEqual(await eventually(() => settled('all bounce'), 'an outcome'), ['failed'])
  await service.api('DELETE', `/providers/Postern.Mail/faults/${(json as { id: string }).id}`)
  dialogue.destroy()
})

test('a message whose author lost the right meanwhile is not relayed', async () => {
  const dialogue = await signIn()
  await dialogue.command(`MAIL FROM:<${quickstart.senderAddress}>`)
  await dialogue.command('RCPT TO:<reader@only.example.test>')
  await dialogue.command('DATA')
  const path = `/providers/Postern.Mail/identityProviders/${quickstart.tenantId}`
  assert.equal((await service.api('DELETE', path)).status < 300, true)
  const reply = await dialogue.finish([`From: ${quickstart.senderAddress}`, 'Subject: too late', '', 'x'])
  assert.match(reply, /^550 5\.7\.1 The right to send has been withdrawn/)
  assert.equal(takenBy('too late').length, 0)
  dialogue.destroy()
  await configureAgain()
})

async function configureAgain(): Promise<void> {
  const { status } = await service.api('PUT', `/providers/Postern.Mail/identityProviders/${quickstart.tenantId}`, {
    properties: { provider: 'entra', entra: { authority: entra.authority }, ca: entra.ca },
  })
  assert.equal(status < 300, true)
}

test('throttled, clients are told to come back, and the upstream is left alone', async () => {
  const dialogue = await signIn()
  acs.misbehave({ status: 429, code: 'TooManyRequests', retryAfter: '60' })
  assert.match(await submit(dialogue, { subject: 'first' }), /^451 4\.7\.1 /)
  const asked = acs.requests.length
  assert.match(await submit(dialogue, { subject: 'second' }), /^451 4\.7\.1 /)
  assert.equal(acs.requests.length, asked)
  dialogue.destroy()
})
