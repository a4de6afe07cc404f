// The command line against a running service, each command a process of its own that finds the quickstart in POSTERN_DATA_DIR. The
// tests go through one story, in this order: sending, a wrong password, a lost role, new secrets.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Ended, startPostern, startProcess } from '../fixtures/postern-process.ts'
import { startService } from '../fixtures/quickstart-service.ts'

const service = await startService({ after })
const { application, communicationServiceId, senderAddress, smtp, usernames } = service.quickstart

const environment = (variables: Readonly<Record<string, string>>) => ({
  POSTERN_DATA_DIR: service.directory,
  ...variables,
})

const postern = (args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  startPostern(args, environment(variables)).ended

/** What it printed; it must have succeeded and complained of nothing. */
async function succeed(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await postern(args, variables)
  assert.equal(code, 0, stderr)
  assert.equal(stderr, '')
  return stdout
}

const succeedJson = async <T>(args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  JSON.parse(await succeed([...args, '--output', 'json'], variables)) as T

/** A `send` that is refused, and what `explain` says to the reference that it names. */
async function explainRefusedSend(variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await postern(['send'], variables)
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /^error: The server refused AUTH PLAIN: 535 5\.7\.8 Authentication unsuccessful \[\w{10}\]$/m)
  const command = /Run: postern (explain \w{10})$/m.exec(stderr)?.[1]
  assert.ok(command !== undefined, stderr)
  return succeed(command.split(' '))
}

type Sent = { readonly reply: string; readonly queueId: string; readonly accepted: readonly string[] }
type Message = { readonly id: string; readonly internetMessageId: string; readonly subject: string }

for (const tls of ['starttls', 'implicit'])
  test(`send --tls ${tls}, then message list and message show`, async () => {
    const subject = `from the command line, ${tls}`
    const to = 'reader@recipient.example.test'
    const sent = await succeedJson<Sent>(['send', '--to', to, '--subject', subject, '--tls', tls])
    assert.equal(sent.reply, `250 2.0.0 Ok: queued as ${sent.queueId}`)
    assert.deepEqual(sent.accepted, [to])
    assert.equal((await service.arrived(subject)).id, sent.queueId)

    const { value } = await succeedJson<{ value: Message[] }>(['message', 'list'])
    const listed = value.find(({ id }) => id === sent.queueId)
    assert.equal(listed?.subject, subject)
    for (const id of [sent.queueId, `<${listed?.internetMessageId}>`]) {
      const shown = await succeed(['message', 'show', id])
      for (const text of [sent.queueId, subject, to, senderAddress, 'delivered']) assert.ok(shown.includes(text), text)
      assert.match(shown, /\+0 ms +login +PLAIN as \S+, credential \S+; from \S+ to \S+ over TLSv1\.3 \w+\n/)
      assert.match(shown, /decision +may send, by every required action; role SMTP Email Sender on \/subscriptions\//)
      assert.match(shown, /policy +sender \S+ and author \S+ may stand\n/)
    }
    const filters = ['--recipient', to, '--sender', senderAddress, '--since', '2020-01-01', '--status', 'delivered']
    const found = await succeedJson<{ value: Message[] }>(['message', 'list', ...filters])
    assert.ok(found.value.some(({ id }) => id === sent.queueId))
  })

test('a wrong password: exit code 1, and the explain command that it names tells why', async () => {
  const explained = await explainRefusedSend({ POSTERN_PASSWORD: 'not-the-secret' })
  assert.match(explained, /Postern refused the login \(wrong-secret\)\.$/m)
  assert.match(explained, /^It failed at the step "credential": /m)
  assert.ok(explained.includes(`postern ad app credential reset --id ${application.applicationId} --append`))
  assert.ok(!explained.includes('not-the-secret'))
  const reference = /^\w{10}/.exec(explained)?.[0] ?? ''
  assert.equal(await succeed(['message', 'show', `[${reference.toLowerCase()}]`]), explained)
})

test('a lost role: explain names every missing action and the data action; the command it suggests mends it', async () => {
  const args = ['--assignee', application.applicationId, '--scope', communicationServiceId]
  const deleted = await succeed(['role', 'assignment', 'delete', ...args, '--role', 'SMTP Email Sender'])
  assert.equal(deleted, `Deleted ${service.quickstart.roleAssignmentId}\n`)
  const explained = await explainRefusedSend()
  for (const text of [
    'Microsoft.Communication/CommunicationServices/Read',
    'Microsoft.Communication/CommunicationServices/Write',
    'Microsoft.Communication/EmailServices/write',
    'Postern.Mail/messages/send/action',
    communicationServiceId,
  ])
    assert.ok(explained.includes(text), text)
  const suggested = /^ +(postern role assignment create .*)$/m.exec(explained)?.[1]
  assert.ok(suggested !== undefined, explained)
  const { code, stderr } = await startProcess(['sh', '-c', `npx ${suggested}`], environment({})).ended
  assert.equal(code, 0, stderr)
  await succeed(['send'])
})

type Credential = { readonly keyId: string; readonly secretText: string }
const id = ['--id', application.applicationId]

test('ad app credential reset --append: the new secret sends and so does the old one; deleted, it does not', async () => {
  const added = await succeedJson<Credential>(['ad', 'app', 'credential', 'reset', ...id, '--append'])
  await succeed(['send'], { POSTERN_PASSWORD: added.secretText })
  await succeed(['send'])
  const listed = await succeedJson<Credential[]>(['ad', 'app', 'credential', 'list', ...id])
  assert.deepEqual(listed.map(({ keyId }) => keyId).sort(), [added.keyId, application.secretId].sort())
  assert.ok(!JSON.stringify(listed).includes(added.secretText))
  await succeed(['ad', 'app', 'credential', 'delete', ...id, '--key-id', added.keyId])
  assert.match(await explainRefusedSend({ POSTERN_PASSWORD: added.secretText }), /\(wrong-secret\)/)
})

test('communication settings show what to enter', async () => {
  const shown = await succeed(['communication', 'settings'])
  const numbers = [smtp.port, smtp.implicitTlsPort, smtp.port25].map(String)
  for (const text of ['localhost', ...numbers, usernames.dot, usernames.pipe, usernames.alias, senderAddress])
    assert.ok(shown.includes(text), text)
  assert.ok(!shown.includes(application.clientSecret))
  const { properties } = await succeedJson<{ properties: { port: number; usernames: unknown } }>([
    'communication',
    'settings',
  ])
  assert.deepEqual([properties.port, properties.usernames], [smtp.port, { dot: usernames.dot, pipe: usernames.pipe }])
})

test('ad app credential reset without --append takes the old secret away', async () => {
  const { secretText } = await succeedJson<Credential>(['ad', 'app', 'credential', 'reset', ...id])
  assert.match(await explainRefusedSend(), /\(wrong-secret\)/)
  await succeed(['send'], { POSTERN_PASSWORD: secretText })
})

test('misuse is exit code 2', async () => {
  const { code, stdout, stderr } = await postern(['message', 'show'])
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /missing required argument 'id'/)
})
