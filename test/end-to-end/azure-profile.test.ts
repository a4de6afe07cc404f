// A service with `compatibility: azure`: what a client of Azure Communication Services meets there. And one more thing that this service
// is: a place where nobody may ask for faults, as every service is that does not say so.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Config } from '../../src/config/schema.ts'
import { AZURE_PROFILE } from '../../src/submission/azure-profile.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { withoutReference } from '../fixtures/reference.ts'
import { addSendingApplication, type SendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

/** A new installation sends its welcome message by what was granted just before. */
const withProfile = (config: Config): Config => ({
  ...config,
  compatibility: 'azure',
  emulation: false,
  azure: { grantDelay: 0, usernameDelay: 0 },
})

const directory = temporaryDirectory({ after })
let service: QuickstartService
let application: SendingApplication
before(async () => {
  service = await startIn(directory, {}, withProfile)
  application = await addSendingApplication(service)
})
after(() => service.stop())

const base64 = (text: string) => Buffer.from(text).toString('base64')

async function open() {
  const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  const capabilities = (await dialogue.command('EHLO app.example.test')).split('\n').map((line) => line.slice(4))
  return { dialogue, capabilities }
}

/** As .NET's client does it. */
async function logIn(dialogue: SmtpDialogue, secret: string): Promise<string> {
  await dialogue.command(`AUTH LOGIN ${base64(application.username)}`)
  return dialogue.command(base64(secret))
}

async function signIn(): Promise<SmtpDialogue> {
  const { dialogue } = await open()
  assert.equal(await logIn(dialogue, application.secret), '235 2.7.0 Authentication successful')
  return dialogue
}

test('LOGIN and XOAUTH2 alone, 10 MiB and 50 recipients are announced', async () => {
  const { dialogue, capabilities } = await open()
  const announced = capabilities.filter((line) => /^(?:AUTH|SIZE|LIMITS)/.test(line))
  assert.deepEqual(announced, ['SIZE 10485760', 'LIMITS RCPTMAX=50', 'AUTH LOGIN XOAUTH2'])
  const refused = await dialogue.command('AUTH PLAIN AHUAcA==')
  assert.match(refused, /^504 5\.5\.4 /)
  const { trace } = await service.explain(refused)
  assert.deepEqual(
    trace.suggestions.map((one) => 'setting' in one && one.setting),
    [{ name: 'mechanism', value: 'LOGIN' }],
  )
  dialogue.destroy()
})

test('what is no user name and password is told to choose LOGIN', async () => {
  const { dialogue } = await open()
  await dialogue.command('AUTH XOAUTH2')
  const failure = await dialogue.command(base64('no user and no token'))
  const { trace } = await service.explain(failure.startsWith('334') ? await dialogue.command('') : failure)
  assert.equal(trace.reason, 'malformed-response')
  assert.match(trace.suggestions[0]?.text ?? '', /: choose LOGIN\.$/)
  dialogue.destroy()
})

test('a refused login is told 535 5.7.3, and is explained all the same', async () => {
  const { dialogue } = await open()
  const reply = await logIn(dialogue, 'not the secret')
  assert.equal(withoutReference(reply), '535 5.7.3 Authentication unsuccessful')
  const { trace } = await service.explain(reply)
  assert.deepEqual([trace.reason, trace.reply], ['wrong-secret', '535 5.7.3'])
  dialogue.destroy()
})

test('the recipient after the fiftieth is put off, a message beyond 10 MiB refused', async () => {
  const dialogue = await signIn()
  const { senderAddress } = service.quickstart
  assert.match(await dialogue.command(`MAIL FROM:<${senderAddress}> SIZE=10485761`), /^552 5\.3\.4 /)
  assert.match(await dialogue.command(`MAIL FROM:<${senderAddress}> SIZE=10485760`), /^250 /)
  for (let index = 0; index < 50; index += 1)
    assert.match(await dialogue.command(`RCPT TO:<r${index}@recipient.example.test>`), /^250 /)
  assert.match(await dialogue.command('RCPT TO:<r50@recipient.example.test>'), /^452 4\.5\.3 /)
  dialogue.destroy()
})

const attachments: readonly (readonly [name: string, mediaType: string, reply: RegExp])[] = [
  ['report.PDF', 'application/pdf', /^250 /],
  ['report.pdf', 'application/octet-stream', /^250 /],
  ['setup.exe', 'application/octet-stream', /^554 5\.7\.1 /],
  ['report.pdf.js', 'application/pdf', /^554 5\.7\.1 /],
  ['report.pdf', 'application/x-msdownload', /^554 5\.7\.1 /],
]

for (const [name, mediaType, expected] of attachments)
  test(`an attachment ${name} of type ${mediaType}`, async () => {
    const dialogue = await signIn()
    const { senderAddress } = service.quickstart
    const reply = await dialogue.submit(
      senderAddress,
      ['reader@recipient.example.test'],
      [
        `From: ${senderAddress}`,
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'Hello.',
        '--b',
        `Content-Type: ${mediaType}; name="${name}"`,
        `Content-Disposition: attachment; filename="${name}"`,
        'Content-Transfer-Encoding: base64',
        '',
        'QQ==',
        '--b--',
      ],
    )
    assert.match(reply, expected)
    if (reply.startsWith('554')) {
      const { trace } = await service.explain(reply)
      assert.ok(trace.steps.at(-1)?.detail.endsWith(`an attachment is of a kind that is not taken: ${name}`))
    }
    dialogue.destroy()
  })

test('where the configuration does not allow it nobody may ask for a fault', async () => {
  const { applicationId } = application
  const { status, json } = await service.api('POST', '/providers/Postern.Mail/faults', {
    kind: 'expired-secret',
    applicationId,
  })
  assert.deepEqual([status, (json as { error: { code: string } }).error.code], [409, 'EmulationNotAllowed'])
})

test('a fault that is stored already has no effect there', async () => {
  const { applicationId } = application
  const { tenantId } = service.quickstart
  const at = Date.now()
  const fault = { tenantId, target: { applicationId }, kind: 'expired-secret', createdAt: at, createdBy: 'x' } as const
  const faultId = '01a20000-0000-7000-8000-000000000000'
  const change = { at, principalId: 'x', requestId: 'x' }
  await service.server.storage.write.faults.putFault(change, { ...fault, faultId, endsAt: at + 60_000 })
  ;(await signIn()).destroy()
})

test('a subscription has 250 sessions that are signed in, over all threads, and a place again when one ends', async () => {
  const sessions: SmtpDialogue[] = []
  while (sessions.length < AZURE_PROFILE.sessions)
    sessions.push(...(await Promise.all(Array.from({ length: 25 }, () => signIn()))))
  const { dialogue } = await open()
  const reply = await logIn(dialogue, application.secret)
  assert.equal(withoutReference(reply), '421 4.3.2 Too many connections, try again later')
  const { trace } = await service.explain(reply)
  assert.deepEqual([trace.reason, trace.reply], ['too-many-sessions', '421 4.3.2'])
  for (const one of [dialogue, ...sessions]) one.destroy()
  const again = await eventually(async () => {
    const { dialogue: next } = await open()
    const isIn = (await logIn(next, application.secret)).startsWith('235')
    next.destroy()
    return isIn || undefined
  }, 'a place again')
  assert.equal(again, true)
})

test('a managed domain sends as little as at Azure', async () => {
  const dialogue = await signIn()
  const { senderAddress, domain } = service.quickstart
  const content = [`From: ${senderAddress}`, 'Subject: quota', '', 'Hello.']
  const replies: string[] = []
  // More than the ten of an hour twice: an hour may end meanwhile.
  while (replies.length <= 20 && !replies.at(-1)?.startsWith('450'))
    replies.push(await dialogue.submit(senderAddress, ['reader@recipient.example.test'], content))
  const refused = replies.at(-1) ?? ''
  assert.match(refused, /^450 4\.7\.1 Quota used up: (?:5 messages per minute|10 messages per hour); /)
  const { trace } = await service.explain(refused)
  assert.match(trace.steps.at(-1)?.detail ?? '', new RegExp(`^the domain ${domain} may send `))
  dialogue.destroy()
})
