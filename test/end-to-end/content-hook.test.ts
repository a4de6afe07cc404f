// A check of messages that the operator runs, in front of a whole service: what it says decides about the reply, the reference of a
// refusal leads to what it said, and its outage does what the configuration says. The check is a stand-in here, since no real one says
// everything on demand; `test/interop/rspamd.test.ts` has a real one.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { after, test } from 'node:test'
import { addSendingApplication } from '../fixtures/sending-application.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { withoutReference } from '../fixtures/reference.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const RECIPIENT = 'reader@recipient.example.test'

/** What it is to say, and what it was last asked. */
const check = { answer: '{"action":"no action"}', status: 200, header: '', body: '' }

const server = createServer((request, response) => {
  void read(request).then((body) => {
    Object.assign(check, { header: request.rawHeaders.join('\n'), body })
    response.writeHead(check.status).end(check.answer)
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())
const { port } = server.address() as { port: number }

async function read(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('latin1')
}

async function startWith(onFailure: 'accept' | 'refuse') {
  const hook = { url: `http://127.0.0.1:${port}/checkv2`, timeout: 10_000, onFailure }
  const service = await startIn(temporaryDirectory({ after }), {}, (config) => ({
    ...config,
    delivery: { ...config.delivery, hook },
  }))
  after(() => service.stop())
  const application = await addSendingApplication(service)
  const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  assert.match(await dialogue.authenticate(application.username, application.secret), /^235 2\.7\.0 /)
  const { senderAddress } = service.quickstart
  return {
    service,
    application,
    /** With a subject; `body` in lines. */
    submit: (subject: string, body: readonly string[] = ['Hello.']) =>
      dialogue.submit(senderAddress, [RECIPIENT], [`From: ${senderAddress}`, `Subject: ${subject}`, '', ...body]),
  }
}

const strict = await startWith('refuse')
const lenient = await startWith('accept')

test('it is asked about the message as it is stored', async () => {
  Object.assign(check, { answer: '{"action":"no action"}', status: 200 })
  // Larger than what travels in its reference.
  assert.match(await strict.submit('asked', Array<string>(2000).fill('x'.repeat(70))), /^250 2\.0\.0 /)
  const { octets } = await strict.service.arrived('asked')
  assert.equal(check.body, octets.toString('latin1'))
  assert.match(check.body, /^Received: from /)
  assert.match(check.header, new RegExp(`^Rcpt\n${RECIPIENT}$`, 'm'))
  assert.match(check.header, new RegExp(`^User\n${strict.application.username}$`, 'm'))
})

const REFUSALS = [
  ['reject', '554 5.7.1 Message refused by the content check', 'content-refused'],
  ['soft reject', '451 4.7.1 The content check does not take the message now, try again later', 'content-deferred'],
  ['greylist', '451 4.7.1 The content check does not take the message now, try again later', 'content-deferred'],
] as const

for (const [action, expected, reason] of REFUSALS)
  test(`${action}: refused, and the reference says why; the session goes on`, async () => {
    Object.assign(check, {
      answer: JSON.stringify({ action, score: 20, messages: { smtp_message: 'Gtube' } }),
      status: 200,
    })
    const reply = await strict.submit('refused')
    assert.equal(withoutReference(reply), expected)
    const { trace } = await strict.service.explain(reply)
    assert.deepEqual([trace.stage, trace.reason], ['DATA', reason])
    assert.match(trace.steps[0]?.detail ?? '', new RegExp(`it says "${action}" \\(20\\): Gtube$`))
    assert.equal(
      (await strict.service.captures()).some(({ subject }) => subject === 'refused'),
      false,
    )
    Object.assign(check, { answer: '{"action":"add header"}' })
    assert.match(await strict.submit('next'), /^250 2\.0\.0 /)
  })

test('an outage refuses for a while where it is to, and the reference names it', async () => {
  Object.assign(check, { answer: '{}', status: 403 })
  const reply = await strict.submit('unchecked')
  assert.equal(withoutReference(reply), '451 4.7.1 The content check is not available, try again later')
  const { trace } = await strict.service.explain(reply)
  assert.equal(trace.reason, 'content-unchecked')
  assert.match(trace.steps[0]?.detail ?? '', /it answers 403/)
})

test('an outage lets mail pass where it may', async () => {
  Object.assign(check, { answer: '{}', status: 403 })
  assert.match(await lenient.submit('unchecked'), /^250 2\.0\.0 /)
  await lenient.service.arrived('unchecked')
})
