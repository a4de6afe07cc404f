// Where the mail of a quickstart goes, by its variables alone: to a smarthost or to mail exchangers, while the welcome message and other
// mail to the managed domain stays in the capture inbox.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDnsZone } from '../fixtures/dns-zone.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { change, ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { type ScriptedServer, startScriptedServer } from '../fixtures/scripted-smtp-server.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'
import type { Config } from '../../src/config/schema.ts'

const PASSWORD = 'not-a-real-password'

async function start(t: TestContext, variables: Record<string, string>, adjust?: (config: Config) => Config) {
  const service = await startIn(temporaryDirectory(t), variables, adjust)
  t.after(() => service.stop())
  return service
}

/** Sends one message with the credential of the quickstart. */
async function send({ quickstart, ca }: QuickstartService, recipient: string, subject: string): Promise<void> {
  const { senderAddress, usernames, application, smtp } = quickstart
  const dialogue = await SmtpDialogue.openSecure(smtp.port, ca)
  assert.match(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
  const content = [`From: ${senderAddress}`, `To: ${recipient}`, `Subject: ${subject}`, '', 'Hello.']
  assert.match(await dialogue.submit(senderAddress, [recipient], content), /^250 /)
  assert.match(await dialogue.command('QUIT'), /^221 /)
}

const heard = (server: ScriptedServer, what: RegExp) =>
  eventually(async () => server.heard.find((line) => what.test(line)), String(what))

/** What the timeline of a message says once it says something of the kind. */
async function timeline(service: QuickstartService, subject: string, what: RegExp): Promise<string> {
  const look = async () => {
    const [message] = (await service.accepted(service.quickstart.application.applicationId)).filter(
      (one) => one.subject === subject,
    )
    const { json } = await service.api('GET', `/providers/Postern.Mail/messages/${message?.id}`)
    return what.exec(JSON.stringify(json))?.[0]
  }
  return eventually(look, `${what} of ${subject}`)
}

test('a smarthost gets everything but what is for the managed domain, signed', async (t) => {
  const smarthost = await startScriptedServer()
  t.after(() => smarthost.close())
  const service = await start(t, { POSTERN_DELIVERY: `smarthost://localhost:${smarthost.port}` })
  await send(service, 'you@contoso.test', 'to the smarthost')
  const content = await heard(smarthost, /^Subject: to the smarthost/m)
  const domain = service.quickstart.domain.replaceAll('.', '\\.')
  assert.match(content, new RegExp(`^DKIM-Signature: [^]*?d=${domain};`, 'm'))
  const welcome = await service.arrived('Welcome to Postern')
  assert.deepEqual(welcome.envelope.recipients, [`you@${service.quickstart.domain}`])
  assert.doesNotMatch(smarthost.heard.join('\n'), /Welcome/)
  assert.equal((await service.captures()).length, 1)
})

test('a password goes to nobody without TLS, and into no file', async (t) => {
  const smarthost = await startScriptedServer({}, { extensions: ['AUTH PLAIN LOGIN'] })
  t.after(() => smarthost.close())
  const service = await start(t, { POSTERN_DELIVERY: `smarthost://us:${PASSWORD}@127.0.0.1:${smarthost.port}` })
  await send(service, 'you@contoso.test', 'waits')
  await timeline(service, 'waits', /deferred/)
  assert.deepEqual(
    smarthost.heard.filter((line) => !/^(?:EHLO|QUIT)/.test(line)),
    [],
  )
  const files = readdirSync(service.directory, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  for (const { parentPath, name } of files)
    assert.ok(!readFileSync(join(parentPath, name)).includes(PASSWORD), join(parentPath, name))
})

test('mail exchangers are found by the DNS, and private ones need leave', async (t) => {
  const exchanger = await startScriptedServer()
  t.after(() => exchanger.close())
  const zone = await openDnsZone()
  t.after(() => zone.close())
  for (const domain of ['contoso.example.net', 'example.org'])
    zone.publish(domain, { type: 'MX', preference: 10, value: 'mx.example.net' })
  zone.publish('mx.example.net', { type: 'A', value: '127.0.0.1' })
  const toPort = ({ delivery, ...config }: Config): Config => ({
    ...config,
    delivery: { ...delivery, mx: { ...delivery.mx, port: exchanger.port } },
  })
  const variables = { POSTERN_DELIVERY: 'mx', POSTERN_DNS: zone.server }
  const service = await start(t, { ...variables, POSTERN_ALLOW_PRIVATE: '127.0.0.0/8' }, toPort)
  await send(service, 'you@contoso.example.net', 'to the exchanger')
  await heard(exchanger, /^RCPT TO:<you@contoso\.example\.net>/)
  await heard(exchanger, /^Subject: to the exchanger/m)
  assert.ok(await service.arrived('Welcome to Postern'))

  const strict = await start(t, variables, toPort)
  await send(strict, 'you@example.org', 'to a private address')
  await timeline(strict, 'to a private address', /deferred|failed/)
  assert.doesNotMatch(exchanger.heard.join('\n'), /example\.org/)
})

test('mail of a sender who lost the right to send since is held where the operator wants that', async (t) => {
  const smarthost = await startScriptedServer()
  t.after(() => smarthost.close())
  const hold = ({ delivery, ...config }: Config): Config => ({ ...config, delivery: { ...delivery, revoked: 'hold' } })
  const service = await start(t, { POSTERN_DELIVERY: `smarthost://127.0.0.1:${smarthost.port}` }, hold)
  const { tenantId, application, roleAssignmentId } = service.quickstart
  await send(service, 'you@contoso.test', 'with the right')
  await heard(smarthost, /^Subject: with the right/m)

  const { holds } = service.server.storage.write
  const holdId = '0196a000-0000-7000-8000-000000000001'
  const { applicationId } = application
  const meanwhile = { holdId, tenantId, selection: { applicationId }, reason: 'test', createdAt: Date.now() }
  await holds.putHold(change(), { ...meanwhile, createdBy: 'test' })
  await send(service, 'you@contoso.test', 'without the right')
  const removed = await service.api('DELETE', `${roleAssignmentId}?api-version=${ROLE_API_VERSION}`)
  assert.equal(removed.status, 200)
  assert.equal(await holds.deleteHold(change(), tenantId, holdId), true)
  await timeline(service, 'without the right', /held: [^"]* has no right to send/)
  assert.doesNotMatch(smarthost.heard.join('\n'), /without the right/)
})
