// Listeners for old devices, with devices that are as old as they are said to be: who may come in, what they hear, and that the listeners
// beside them forgive nothing. Clients are told apart by their loopback address: 127.0.0.2 is a printer, 127.0.0.1 is not.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import type { Config } from '../../src/config/schema.ts'
import { addSendingApplication, ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const PRINTER = '127.0.0.2'
const COPIER = '127.0.0.4'
const GHOST = '127.0.0.5'
/** What copiers send as without signing in. */
const FLEET = 'copier-fleet'
const OUTSIDER = '127.0.0.1'
const RECIPIENT = 'reader@recipient.example.test'
const RECIPIENT_LINE = `RCPT TO:<${RECIPIENT}>`

const listener = (name: string, tls: 'starttls' | 'implicit', profile: 'modern' | 'legacy') => {
  const networks = ['printers']
  return { name, address: '127.0.0.1', port: 0, tls, profile, networks }
}
const withOldListeners = (config: Config): Config => ({
  ...config,
  networks: [
    { name: 'printers', addresses: ['127.0.0.2/31', 'fd00::/8'] },
    { name: 'copiers', addresses: ['127.0.0.4/32'], identity: FLEET },
    { name: 'ghosts', addresses: ['127.0.0.5/32'], identity: 'nobody-at-all' },
  ],
  smtp: {
    ...config.smtp,
    workers: 1,
    listeners: [
      ...config.smtp.listeners,
      listener('old', 'starttls', 'legacy'),
      listener('old-tls', 'implicit', 'legacy'),
      listener('bound', 'starttls', 'modern'),
      { ...listener('fleet', 'starttls', 'modern'), networks: ['printers', 'copiers', 'ghosts'] },
    ],
  },
})

const directory = temporaryDirectory({ after })
const service = await startIn(directory, {}, withOldListeners)
after(() => service.stop())
const { quickstart, ca } = service
const portOf = (name: string) => service.server.doors.find((door) => door.name === name)?.port ?? assert.fail(name)
const sender = quickstart.senderAddress
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Every line ends in LF. */
async function say(dialogue: SmtpDialogue, line: string): Promise<string> {
  dialogue.send(`${line}\n`)
  return dialogue.reply()
}

async function signIn(dialogue: SmtpDialogue, username: string, secret: string): Promise<string> {
  assert.equal(await say(dialogue, 'AUTH LOGIN'), '334 VXNlcm5hbWU6')
  assert.equal(await say(dialogue, base64(username)), '334 UGFzc3dvcmQ6')
  return say(dialogue, base64(secret))
}

test('a device of LF, HELO, AUTH LOGIN and a TLS 1.2 cipher without forward secrecy sends, and what is stored has CRLF', async () => {
  const application = await addSendingApplication(service)
  const dialogue = await SmtpDialogue.open(portOf('old'), PRINTER)
  assert.match(await dialogue.reply(), /^220 /)
  assert.equal(await say(dialogue, 'HELO printer'), '250 localhost')
  assert.match(await say(dialogue, 'AUTH LOGIN'), /^538 5\.7\.11 /)
  await dialogue.startTls(ca, { maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA' })
  assert.equal(await say(dialogue, 'HELO printer'), '250 localhost')
  assert.match(await signIn(dialogue, application.username, application.secret), /^235 2\.7\.0 /)
  assert.match(await say(dialogue, `MAIL FROM:<${sender}>`), /^250 /)
  assert.match(await say(dialogue, RECIPIENT_LINE), /^250 /)
  assert.match(await say(dialogue, 'DATA'), /^354 /)
  const reply = await say(dialogue, [`From: ${sender}`, 'Subject: LF only', '', '..dot', 'end', '.'].join('\n'))
  assert.match(reply, /^250 2\.0\.0 Ok: queued as /)
  const { octets } = await service.arrived('LF only')
  assert.doesNotMatch(octets.toString('latin1'), /(?<!\r)\n/)
  assert.ok(octets.toString('latin1').endsWith('\r\n\r\n.dot\r\nend\r\n'))
  dialogue.destroy()
})

test('a wrong secret is the same fixed reply as everywhere, with its trace', async () => {
  const { username } = await addSendingApplication(service)
  const dialogue = await SmtpDialogue.open(portOf('old'), PRINTER)
  await dialogue.reply()
  await say(dialogue, 'HELO printer')
  await dialogue.startTls(ca)
  await say(dialogue, 'HELO printer')
  const reply = await signIn(dialogue, username, 'wrong')
  assert.match(reply, /^535 5\.7\.8 Authentication unsuccessful \[/)
  assert.equal((await service.explain(reply)).trace.reason, 'wrong-secret')
  dialogue.destroy()
})

test('only LOGIN is offered and taken there', async () => {
  const dialogue = await SmtpDialogue.open(portOf('old'), PRINTER)
  await dialogue.reply()
  await dialogue.command('EHLO printer')
  await dialogue.startTls(ca)
  const offered = await dialogue.command('EHLO printer')
  assert.match(offered, /^250 AUTH LOGIN$/m)
  assert.doesNotMatch(offered, /CHUNKING/)
  assert.match(await dialogue.authenticate('a', 'b'), /^504 5\.5\.4 /)
  dialogue.destroy()
})

for (const name of ['old', 'bound'])
  test(`who is not in the network is turned away at once: ${name}`, async () => {
    const dialogue = await SmtpDialogue.open(portOf(name), OUTSIDER)
    assert.match(await dialogue.closed(), /^554 5\.7\.1 This service is not for your network/)
  })

test('over implicit TLS they are closed without a word', async () => {
  const dialogue = await SmtpDialogue.open(portOf('old-tls'), OUTSIDER)
  assert.equal(await dialogue.closed(), '')
})

type Handshake = { readonly cipher: string; readonly key: string | undefined }

async function shake(port: number, address: string, options: object): Promise<Handshake> {
  const dialogue = await SmtpDialogue.open(port, address)
  await dialogue.reply()
  await dialogue.command('EHLO printer')
  const socket: TLSSocket = await dialogue.requestTls({ ca, servername: 'localhost', ...options })
  try {
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject)
      socket.once('close', () => reject(new Error('closed in the handshake')))
    })
    return { cipher: socket.getCipher().name, key: socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType }
  } finally {
    socket.destroy()
  }
}

const TLS_1_2 = { maxVersion: 'TLSv1.2' }
const handshakes: readonly [name: string, door: string, options: object, expected: Handshake | 'refused'][] = [
  ['RSA first, TLS 1.3', 'old', {}, { cipher: 'TLS_AES_128_GCM_SHA256', key: 'rsa' }],
  ['RSA first, TLS 1.2', 'old', TLS_1_2, { cipher: 'ECDHE-RSA-AES128-GCM-SHA256', key: 'rsa' }],
  ['a static RSA cipher', 'old', { ...TLS_1_2, ciphers: 'AES256-SHA' }, { cipher: 'AES256-SHA', key: 'rsa' }],
  ['not elsewhere', 'bound', { ...TLS_1_2, ciphers: 'AES256-SHA' }, 'refused'],
  ['elsewhere ECDSA first', 'bound', {}, { cipher: 'TLS_AES_128_GCM_SHA256', key: 'ec' }],
  ['no TLS 1.1', 'old', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }, 'refused'],
  ['no cipher without encryption', 'old', { ...TLS_1_2, ciphers: 'NULL-SHA256:eNULL@SECLEVEL=0' }, 'refused'],
]
for (const [name, door, options, expected] of handshakes)
  test(`TLS: ${name}`, async () => {
    const shaken = shake(portOf(door), PRINTER, options)
    if (expected === 'refused') await assert.rejects(shaken)
    else assert.deepEqual(await shaken, expected)
  })

test('beside it every listener is as strict as ever, bound to a network or not', async () => {
  for (const [port, address] of [
    [portOf('bound'), PRINTER],
    [quickstart.smtp.port, OUTSIDER],
  ] as const) {
    const dialogue = await SmtpDialogue.open(port, address)
    await dialogue.reply()
    dialogue.send('HELO printer\n\r\n')
    assert.match(await dialogue.reply(), /^500 5\.5\.2 /)
    await dialogue.command('EHLO printer')
    await dialogue.startTls(ca)
    assert.match(await dialogue.command('EHLO printer'), /CHUNKING[^]*AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER/)
    dialogue.destroy()
  }
})

test('the device sheet names the listeners for everybody only', async () => {
  const { json } = await service.api('GET', `${quickstart.communicationServiceId}/providers/Postern.Mail/smtpSettings`)
  const text = JSON.stringify(json)
  for (const name of ['old', 'old-tls', 'bound']) assert.ok(!text.includes(String(portOf(name))), text)
})

type DevicePassword = { readonly keyId: string; readonly secretText: string }

async function makeDevicePassword(applicationId: string, asked: object = {}): Promise<DevicePassword> {
  const path = `/providers/Postern.Mail/applications/${applicationId}/devicePassword`
  const { status, json } = await service.api('POST', path, asked)
  assert.equal(status, 200, JSON.stringify(json))
  return json as DevicePassword
}

/** On the listener for everybody, or that for printers. */
async function openDevice(door: 'submission' | 'bound'): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.open(portOf(door), door === 'bound' ? PRINTER : OUTSIDER)
  await dialogue.reply()
  await dialogue.command('EHLO copier')
  await dialogue.startTls(ca)
  await dialogue.command('EHLO copier')
  return dialogue
}

test('a device password signs in over SMTP as it is printed and as it is typed, and is a password nowhere else', async () => {
  const { applicationId, username } = await addSendingApplication(service)
  const { secretText } = await makeDevicePassword(applicationId)
  for (const typed of [secretText, secretText.replaceAll('-', '').toLowerCase()]) {
    const dialogue = await openDevice('submission')
    assert.match(await dialogue.authenticate(username, typed), /^235 2\.7\.0 /)
    assert.match(await dialogue.submit(sender, [RECIPIENT], [`From: ${sender}`, 'Subject: copied', '', 'x']), /^250 /)
    dialogue.destroy()
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: applicationId,
      client_secret: typed,
      scope: 'https://communication.azure.com/.default',
    }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const token = await service.http('POST', `/${quickstart.tenantId}/oauth2/v2.0/token`, { headers, body })
    assert.deepEqual([token.status, JSON.parse(token.octets.toString()).error], [401, 'invalid_client'])
  }
})

test('bound to a network it is good there and nowhere else, and the operator is told', async () => {
  const { applicationId, username } = await addSendingApplication(service)
  const { secretText } = await makeDevicePassword(applicationId, { network: 'printers' })
  const inside = await openDevice('bound')
  assert.match(await inside.authenticate(username, secretText), /^235 2\.7\.0 /)
  const outside = await openDevice('submission')
  const reply = await outside.authenticate(username, secretText)
  assert.match(reply, /^535 5\.7\.8 /)
  const { trace } = await service.explain(reply)
  assert.equal(trace.reason, 'outside-network')
  assert.match(trace.suggestions[0]?.command ?? '', /credential reset --device-password --append/)
  for (const dialogue of [inside, outside]) dialogue.destroy()
})

test('a device whose own address may not be used sends as the default of its user name, and gets the answers', async () => {
  const { applicationId, secret } = await addSendingApplication(service)
  const username = `scan-${applicationId.slice(0, 8)}`
  const put = (defaultFrom?: string) =>
    service.api('PUT', `${quickstart.communicationServiceId}/smtpUsernames/${username}?api-version=2023-04-01`, {
      properties: { username, entraApplicationId: applicationId, tenantId: quickstart.tenantId, defaultFrom },
    })
  assert.equal((await put()).status, 201)
  const submit = async (from: string, subject: string) => {
    const dialogue = await openDevice('submission')
    assert.match(await dialogue.authenticate(username, secret), /^235 2\.7\.0 /)
    const content = [`From: Copier <${from}>`, `Subject: ${subject}`, '', 'x']
    const reply = await dialogue.submit(from, [RECIPIENT], content)
    dialogue.destroy()
    return reply
  }
  assert.match(await submit('copier@device.test', 'refused'), /^550 5\.1\.7 /)
  assert.equal((await put(sender)).status, 200)
  assert.match(await submit('copier@device.test', 'scan in the name of another'), /^250 /)
  const { envelope, octets } = await service.arrived('scan in the name of another')
  assert.equal(envelope.reversePath, sender)
  assert.match(octets.toString(), new RegExp(`^From: ${sender}\r\nReply-To: copier@device\\.test\r\n`, 'm'))
  assert.match(await submit(sender, 'scan in its own name'), /^250 /)
  assert.match(
    (await service.arrived('scan in its own name')).octets.toString(),
    new RegExp(`^From: Copier <${sender}>\r\n`, 'm'),
  )
})

test('removing it ends the session it opened at the next MAIL, and leaves the client secret alone', async () => {
  const { objectId, applicationId, username, secret } = await addSendingApplication(service)
  const { keyId, secretText } = await makeDevicePassword(applicationId)
  const dialogue = await openDevice('submission')
  assert.match(await dialogue.authenticate(username, secretText), /^235 /)
  assert.match(await dialogue.submit(sender, [RECIPIENT], [`From: ${sender}`, 'Subject: before', '', 'x']), /^250 /)
  const removed = await service.api('POST', `/v1.0/applications/${objectId}/removePassword`, { keyId })
  assert.equal(removed.status, 204)
  assert.match(await dialogue.command(`MAIL FROM:<${sender}>`), /^421 4\.7\.0 Credentials no longer valid/)
  const other = await openDevice('submission')
  assert.match(await other.authenticate(username, secret), /^235 /)
  other.destroy()
})

const fromFleet = (address: string) => SmtpDialogue.openSecure(portOf('fleet'), ca, address)
const putFleet = (applicationId: string) =>
  service.api('PUT', `${quickstart.communicationServiceId}/smtpUsernames/${FLEET}?api-version=2023-04-01`, {
    properties: { username: FLEET, entraApplicationId: applicationId, tenantId: quickstart.tenantId },
  })

test('a network that stands for a user name sends without signing in, by its right, while that lasts', async () => {
  const application = await addSendingApplication(service)
  assert.equal((await putFleet(application.applicationId)).status, 201)
  const copier = await fromFleet(COPIER)
  assert.match(await copier.command(`MAIL FROM:<nobody@elsewhere.test>`), /^550 5\.1\.7 /)
  const content = [`From: ${sender}`, 'Subject: copied without a login', '', 'x']
  assert.match(await copier.submit(sender, [RECIPIENT], content), /^250 2\.0\.0 /)
  await service.arrived('copied without a login')
  const [accepted] = await service.accepted(application.applicationId)
  assert.equal(accepted?.subject, 'copied without a login')
  const gone = await service.api('DELETE', `${application.roleAssignmentId}?api-version=${ROLE_API_VERSION}`)
  assert.equal(gone.status, 200)
  assert.match(await copier.command(`MAIL FROM:<${sender}>`), /^421 4\.7\.0 /)
  const again = await fromFleet(COPIER)
  const reply = await again.command(`MAIL FROM:<${sender}>`)
  assert.match(reply, /^550 5\.7\.1 Your network may not send/)
  const { trace } = await service.explain(reply)
  assert.equal(trace.reason, 'missing-role')
  assert.match(trace.suggestions[0]?.command ?? '', /^postern role assignment create/)
  for (const dialogue of [copier, again]) dialogue.destroy()
})

test('who is in the network may sign in as somebody else; who is not must sign in', async () => {
  const application = await addSendingApplication(service)
  const copier = await fromFleet(COPIER)
  assert.match(await copier.authenticate(application.username, application.secret), /^235 /)
  const content = [`From: ${sender}`, 'Subject: copied with a login', '', 'x']
  assert.match(await copier.submit(sender, [RECIPIENT], content), /^250 /)
  const [accepted] = await service.accepted(application.applicationId)
  assert.equal(accepted?.subject, 'copied with a login')
  const printer = await fromFleet(PRINTER)
  const ghost = await fromFleet(GHOST)
  const elsewhere = await SmtpDialogue.openSecure(quickstart.smtp.port, ca, COPIER)
  for (const dialogue of [printer, elsewhere])
    assert.match(await dialogue.command(`MAIL FROM:<${sender}>`), /^530 5\.7\.0 /)
  const reply = await ghost.command(`MAIL FROM:<${sender}>`)
  assert.match(reply, /^550 5\.7\.1 /)
  for (const dialogue of [copier, printer, ghost, elsewhere]) dialogue.destroy()
})

type Ran = { readonly code: number | null; readonly said: string }

function run(program: string, args: readonly string[], input: string): Promise<Ran> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (octets: Buffer) => (said += octets.toString()))
  // Whoever only says its version may be gone before it is written to.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, said }))
  })
}

const isMissing = async (program: string): Promise<string | false> =>
  run(program, ['--version'], '').then(
    () => false as const,
    () => `${program} is not installed`,
  )

test('swaks sends through it', { skip: await isMissing('swaks') }, async () => {
  const { username, secret } = await addSendingApplication(service)
  const { code, said } = await run(
    'swaks',
    [
      ...['--server', '127.0.0.1', '--port', String(portOf('old')), '--local-interface', PRINTER, '--tls'],
      ...['--helo', 'printer', '--protocol', 'ESMTPSA', '--auth', 'LOGIN', '--auth-user', username],
      ...['--auth-password', secret, '--from', sender, '--to', RECIPIENT, '--header', 'Subject: swaks on an old door'],
    ],
    '',
  )
  assert.equal(code, 0, said)
  await service.arrived('swaks on an old door')
})

test('msmtp sends through it, over implicit TLS', { skip: await isMissing('msmtp') }, async () => {
  const { username, secret } = await addSendingApplication(service)
  const file = join(directory, 'msmtprc')
  const lines = [
    'account default',
    'host localhost',
    `port ${portOf('old-tls')}`,
    `source_ip ${PRINTER}`,
    'tls on',
    'tls_starttls off',
    `tls_trust_file ${quickstart.caFile}`,
    'auth login',
    `user ${username}`,
    `password ${secret}`,
    `from ${sender}`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  chmodSync(file, 0o600)
  const message = `From: ${sender}\nSubject: msmtp on an old door\n\nHello.\n`
  const { code, said } = await run('msmtp', ['--file', file, RECIPIENT], message)
  assert.equal(code, 0, said)
  await service.arrived('msmtp on an old door')
})
