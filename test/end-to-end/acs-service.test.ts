// Mail that leaves through Azure Communication Services from the queue, with a credential of the operator: through a whole service, against
// a stand-in for the e-mail service.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startAcsServer } from '../fixtures/acs-server.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const linked: string[] = []
const acs = await startAcsServer({ after }, { linked })
const files = temporaryDirectory({ after })
const caFile = join(files, 'acs-ca.pem')
const connectionStringFile = join(files, 'acs.connection-string')
writeFileSync(caFile, acs.ca)
writeFileSync(connectionStringFile, `${acs.connectionString}\n`, { mode: 0o600 })
const service = await startIn(temporaryDirectory({ after }), {}, (config) => ({
  ...config,
  delivery: {
    ...config.delivery,
    routes: [
      { recipientDomains: ['either.example.test'], via: ['acs', 'capture'] },
      { recipientDomains: ['only.example.test'], via: ['acs'] },
      { via: ['capture'] },
    ],
    transports: [{ name: 'acs', type: 'acs', connectionStringFile, caFile, requestsPerMinute: 1000 }],
  },
}))
after(() => service.stop())
const { quickstart } = service
linked.push(quickstart.domain)

const INVITATION = ['MIME-Version: 1.0', 'Content-Type: text/calendar; method=REQUEST']

async function send(subject: string, to: string, more: readonly string[] = []): Promise<void> {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  const { dot } = quickstart.usernames
  assert.match(await dialogue.authenticate(dot, quickstart.application.clientSecret), /^235 /)
  const fields = [`From: ${quickstart.senderAddress}`, `Subject: ${subject}`, ...more]
  assert.match(await dialogue.submit(quickstart.senderAddress, [to], [...fields, '', 'Hello.']), /^250 /)
  dialogue.destroy()
}

const settled = (subject: string) =>
  eventually(async () => {
    const all = await service.accepted(quickstart.application.applicationId)
    const message = all.find((one) => one.subject === subject)
    return message === undefined || message.status === 'queued' ? undefined : message.status
  }, `the end of "${subject}"`)

test('a message is delivered once the upstream has it, with the access key', async () => {
  await send('from the queue', 'reader@only.example.test')
  assert.equal(await settled('from the queue'), 'delivered')
  const [taken, ...copies] = acs.taken.filter(({ body }) => body.content.subject === 'from the queue')
  assert.equal(copies.length, 0)
  assert.match(taken?.authorization ?? '', /^HMAC-SHA256 /)
  assert.deepEqual(taken?.body.recipients.bcc, [{ address: 'reader@only.example.test' }])
})

test('what the upstream cannot carry goes the next way, and fails where there is none', async () => {
  await send('invitation', 'reader@either.example.test', INVITATION)
  await service.arrived('invitation')
  await send('invitation for nobody', 'reader@only.example.test', INVITATION)
  assert.equal(await settled('invitation for nobody'), 'failed')
  assert.equal(acs.taken.filter(({ body }) => body.content.subject.startsWith('invitation')).length, 0)
})

test('what the upstream refuses goes the next way', async () => {
  acs.misbehave({ status: 403, code: 'Forbidden' })
  await send('forbidden', 'reader@either.example.test')
  await service.arrived('forbidden')
  assert.equal(acs.taken.filter(({ body }) => body.content.subject === 'forbidden').length, 0)
})
