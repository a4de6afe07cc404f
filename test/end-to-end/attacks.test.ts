// What a hostile client may try on the wire, against a service in a process of its own that logs everything it can: nothing is stored,
// nobody learns more than the one reply, the next client is served, and no secret comes to light. Slow attacks and their deadlines are
// tested beside the connection loop, with a clock that a test moves.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CaptureInbox, type RunningService } from '../fixtures/capture-inbox.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type PosternProcess, startPostern } from '../fixtures/postern-process.ts'
import { httpsRequest, QUICKSTART_ENVIRONMENT, readQuickstart } from '../fixtures/quickstart-service.ts'
import { temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { withoutReference } from '../fixtures/reference.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const MIB = 1024 * 1024
const ACCEPTED = /^250 2\.0\.0 Ok: queued as /
const TLS_FIRST = '530 5.7.0 Must issue a STARTTLS command first'
/** Typed where it does not belong. */
const CANARY = 'C4n8Q~aryFakeSecretThatNobodyMayEverKeep'

let program: PosternProcess
let service: RunningService

after(() => program.signal('SIGKILL'))
const directory = temporaryDirectory({ after })
before(async () => {
  const variables = { ...QUICKSTART_ENVIRONMENT, POSTERN_DATA_DIR: directory, POSTERN_LOG_LEVEL: 'trace' }
  program = startPostern(['quickstart'], variables)
  await program.printed('Postern is ready.')
  const quickstart = readQuickstart(directory)
  service = { quickstart, ca: readFileSync(quickstart.caFile, 'utf8') }
})

/** After EHLO in the clear. */
async function openClear(): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.open(service.quickstart.smtp.port)
  await dialogue.reply()
  await dialogue.command('EHLO app.example.test')
  return dialogue
}

const openSecure = () => SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)

async function openAuthenticated(): Promise<SmtpDialogue> {
  const { usernames, application } = service.quickstart
  const dialogue = await openSecure()
  assert.match(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
  return dialogue
}

/** A client with nothing to hide, from a session of its own. */
async function submitOrdinary(subject: string): Promise<string> {
  const { senderAddress } = service.quickstart
  const dialogue = await openAuthenticated()
  const content = [`From: <${senderAddress}>`, `Subject: ${subject}`, '', 'body']
  const reply = await dialogue.submit(senderAddress, ['you@example.test'], content)
  dialogue.destroy()
  return reply
}

for (const { name, behind } of [
  { name: 'a command', behind: 'EHLO injected.example.test\r\n' },
  { name: 'half a line', behind: 'NOOP ' },
  { name: 'a transaction', behind: 'MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\nDATA\r\n' },
])
  test(`${name} in the segment of STARTTLS is neither executed nor answered`, async () => {
    const dialogue = await openClear()
    dialogue.send(`STARTTLS\r\n${behind}`)
    assert.match(await dialogue.reply(), /^220 /)
    await dialogue.secure(service.ca)
    // An answer to what was injected would come first; a greeted session would take MAIL.
    assert.equal(withoutReference(await dialogue.command('MAIL FROM:<a@example.test>')), '503 5.5.1 Send EHLO first')
    assert.match(
      await dialogue.command('EHLO app.example.test'),
      /^250-localhost\n.*250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER$/s,
    )
    dialogue.destroy()
  })

test('commands between the answer to STARTTLS and the handshake end the connection', async () => {
  const dialogue = await openClear()
  assert.match(await dialogue.command('STARTTLS'), /^220 /)
  dialogue.send('RSET\r\nEHLO injected.example.test\r\n')
  assert.equal(await dialogue.closed(), '')
})

test('what was said in the clear is forgotten inside TLS', async () => {
  const dialogue = await openClear()
  assert.equal(withoutReference(await dialogue.command('MAIL FROM:<a@example.test>')), TLS_FIRST)
  await dialogue.startTls(service.ca)
  for (const command of ['RCPT TO:<b@example.test>', 'AUTH PLAIN AGEAYg==', 'MAIL FROM:<a@example.test>'])
    assert.equal(withoutReference(await dialogue.command(command)), '503 5.5.1 Send EHLO first')
  dialogue.destroy()
})

const noHandshakes = [
  { name: 'text', octets: Buffer.from('EHLO app.example.test\r\n') },
  { name: 'an HTTP request', octets: Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n') },
  { name: '16 KiB of handshake type', octets: Buffer.alloc(16 * 1024, 0x16) },
  { name: 'zeros', octets: Buffer.alloc(100) },
  { name: 'a hello of an impossible length', octets: Buffer.from('160301ffff0100fffb0303', 'hex') },
  { name: 'an alert', octets: Buffer.from('15030100020228', 'hex') },
]

for (const { name, octets } of noHandshakes)
  test(`${name} instead of a handshake ends the connection at every door`, async () => {
    const { smtp, https } = service.quickstart
    const behindStartTls = await openClear()
    await behindStartTls.command('STARTTLS')
    const direct = [smtp.implicitTlsPort, Number(new URL(https.url).port)].map((port) => SmtpDialogue.open(port))
    for (const dialogue of [behindStartTls, ...(await Promise.all(direct))]) {
      dialogue.send(octets)
      // At most the alert that says so: nothing of SMTP or HTTP.
      assert.doesNotMatch(await dialogue.closed(), /[ -~]{4}/)
    }
  })

const breaks: { name: string; act: (dialogue: SmtpDialogue) => void }[] = [
  { name: 'plain text behind the back of TLS', act: (dialogue) => dialogue.sendInClear('\r\n.\r\nQUIT\r\n') },
  { name: 'the end of TLS', act: (dialogue) => dialogue.end() },
  { name: 'a reset', act: (dialogue) => dialogue.reset() },
]

for (const { name, act } of breaks)
  for (const begin of ['DATA', 'BDAT 100000 LAST'])
    test(`${name} in the middle of ${begin} ends the session without a message`, async () => {
      const { senderAddress } = service.quickstart
      const dialogue = await openAuthenticated()
      await dialogue.command(`MAIL FROM:<${senderAddress}>`)
      await dialogue.command('RCPT TO:<you@example.test>')
      dialogue.send(`${begin}\r\n`)
      if (begin === 'DATA') assert.match(await dialogue.reply(), /^354 /)
      dialogue.send(`From: <${senderAddress}>\r\nSubject: attack\r\n\r\nhalf of it\r\n`)
      act(dialogue)
      assert.doesNotMatch(await dialogue.closed(), /^\d/m)
    })

const foreign = [
  'POST /evil HTTP/1.1\r\nHost: evil.test\r\nContent-Length: 99\r\n\r\nMAIL FROM:<evil@example.test>\r\n',
  'GET /evil HTTP/1.1\r\n\r\n',
  'CONNECT evil.test:25 HTTP/1.1\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
]

for (const request of foreign)
  test(`${request.slice(0, 7).trim()} inside TLS is told goodbye and none of its words`, async () => {
    const dialogue = await openSecure()
    dialogue.send(request)
    assert.equal(await dialogue.closed(), '421 4.7.0 This is not an HTTP service, closing\r\n')
  })

/** Every one of them would be a way in, or a way to find out who is there, if it were taken for more than a wrong password. */
function hostileLogins(): Record<string, string> {
  const { communicationService: name, application, tenantId, usernames } = service.quickstart
  const { applicationId, clientSecret } = application
  const nobody = '11111111-2222-3333-4444-555555555555'
  const plain = (username: string, password = clientSecret, as = '') => `${as}\0${username}\0${password}`
  const usernamesOf = (parts: Record<string, string>) =>
    Object.fromEntries(Object.entries(parts).map(([what, username]) => [what, plain(username)]))
  return {
    'wrong secret': plain(usernames.dot, CANARY),
    'secret in other case': plain(usernames.dot, clientSecret.toUpperCase()),
    'secret and a space': plain(usernames.dot, `${clientSecret} `),
    'no secret': plain(usernames.dot, ''),
    'secret as user name': plain(CANARY, CANARY),
    'acts as another': plain(usernames.dot, clientSecret, usernames.alias),
    'one NUL': 'a\0b',
    'no NUL': 'ab',
    'four NULs': '\0a\0b\0c\0',
    'not UTF-8': '\0\xff\xfe\0x',
    'line break': plain('x\r\nMAIL FROM:<a@example.test>'),
    ...usernamesOf({
      'unknown resource': `nobody.${applicationId}.${tenantId}`,
      'unknown application': `${name}.${nobody}.${tenantId}`,
      'unknown tenant': `${name}.${applicationId}.${nobody}`,
      'unknown alias': 'nobody',
      'swapped identifiers': `${name}.${tenantId}.${applicationId}`,
      'trailing dot': `${usernames.dot}.`,
      'no resource': `.${applicationId}.${tenantId}`,
      'mixed separators': `${name}|${applicationId}.${tenantId}`,
      'four parts': `${name}|x|${applicationId}|${tenantId}`,
      'shared tenant': `${name}.${applicationId}.common`,
      'path in the tenant': `${name}.${applicationId}.${tenantId}/../common`,
      'query in the tenant': `${name}.${applicationId}.${tenantId}?x=`,
      'header in the tenant': `${name}.${applicationId}.${tenantId}\r\nHost: evil.test`,
      'address as resource': `169.254.169.254.${applicationId}.${tenantId}`,
      'GUID in braces': `${name}.{${applicationId}}.${tenantId}`,
      'invisible character': `${name}.${applicationId}.${tenantId}\u200b`,
      'full-width letter': `\uff50${name.slice(1)}.${applicationId}.${tenantId}`,
      SQL: `' OR 1=1--.${applicationId}.${tenantId}`,
      LDAP: `*)(uid=*.${applicationId}.${tenantId}`,
      wildcard: `%.${applicationId}.${tenantId}`,
      'wildcard alias': `${usernames.alias.slice(0, -1)}_`,
      prototype: '__proto__',
    }),
  }
}

test('every hostile login gets the one refusal, with a reference of its own, and the session goes on', async () => {
  const references = new Set<string>()
  const logins = Object.entries(hostileLogins())
  const attempt = async ([name, response]: [string, string]) => {
    const dialogue = await openSecure()
    // Latin-1 lets a case hold octets that are no UTF-8; the others are put into UTF-8 here.
    const octets = name === 'not UTF-8' ? Buffer.from(response, 'latin1') : Buffer.from(response)
    const reply = await dialogue.command(`AUTH PLAIN ${octets.toString('base64')}`)
    assert.match(reply, /^535 5\.7\.8 Authentication unsuccessful \[[0-9A-HJKMNP-TV-Z]{10}\]$/, name)
    references.add(reply.slice(-11, -1))
    assert.match(await dialogue.command('NOOP'), /^250 /, name)
    dialogue.destroy()
  }
  await Promise.all(logins.map(attempt))
  assert.equal(references.size, logins.length)
})

test('base64 is read strictly', async () => {
  const dialogue = await openSecure()
  for (const encoded of ['====', 'AH=UAcA=', 'A', 'AB==', 'AGEA_g==', 'AGEAYg=', 'AGEA\u00e9g=='])
    assert.equal(withoutReference(await dialogue.command(`AUTH PLAIN ${encoded}`)), '501 5.5.2 Invalid base64', encoded)
  dialogue.destroy()
})

test('lines without an end end the connection', async () => {
  const endless = Buffer.alloc(8 * MIB, 'A')
  for (const begin of ['', 'AUTH PLAIN\r\n', 'AUTH PLAIN ']) {
    const dialogue = await openSecure()
    dialogue.send(begin)
    dialogue.send(endless)
    await dialogue.closed()
  }
})

test('connections that only trickle keep nobody out', async () => {
  const { port, implicitTlsPort } = service.quickstart.smtp
  const hello = Buffer.from('16030100f0010000ec0303', 'hex')
  const open = async (_: unknown, index: number) => {
    const dialogue = await SmtpDialogue.open(index % 2 === 0 ? port : implicitTlsPort)
    dialogue.send(index % 2 === 0 ? 'EHLO app.exam' : hello)
    return dialogue
  }
  const trickling = await Promise.all(Array.from({ length: 400 }, open))
  assert.match(await submitOrdinary('while others trickle'), ACCEPTED)
  for (const dialogue of trickling) dialogue.destroy()
})

/** What a secret might look like somewhere: as it is, in hexadecimal, in base64 at any of the three offsets. */
function formsOf(secret: string): readonly Buffer[] {
  const encoded = [0, 1, 2].map((offset) =>
    Buffer.from(' '.repeat(offset) + secret)
      .toString('base64')
      .slice(4, -4),
  )
  return [secret, Buffer.from(secret).toString('hex'), encodeURIComponent(secret), ...encoded].map((form) =>
    Buffer.from(form),
  )
}

/** Gives the canary wherever somebody might paste a secret. */
async function spreadCanary(): Promise<void> {
  const { tenantId, application, endpoint } = service.quickstart
  const dialogue = await openSecure()
  const encoded = Buffer.from(CANARY).toString('base64')
  for (const line of [`AUTH LOGIN ${encoded}`, encoded, `AUTH PLAIN ${encoded}`, CANARY, `NOOP ${CANARY}`])
    await dialogue.command(line)
  dialogue.destroy()
  const url = new URL(`${tenantId}/oauth2/v2.0/token`, endpoint)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const clientId of [application.applicationId, CANARY]) {
    const body = `grant_type=client_credentials&client_id=${clientId}&client_secret=${CANARY}&scope=${endpoint}.default`
    assert.equal((await httpsRequest(url, service.ca, 'POST', { headers, body })).status >= 400, true)
  }
  for (const authorization of [`Bearer ${CANARY}`, `Basic ${Buffer.from(`:${CANARY}`).toString('base64')}`, CANARY]) {
    const answer = await httpsRequest(new URL('capture/messages', endpoint), service.ca, 'GET', {
      headers: { authorization },
    })
    assert.equal(answer.status, 401)
  }
}

test('no secret is in the data directory beyond quickstart.json, nor in the log', async () => {
  await spreadCanary()
  const { application, administrator, connectionString } = service.quickstart
  const accessKey = connectionString.slice(connectionString.indexOf('accesskey=') + 'accesskey='.length)
  const secrets = [CANARY, application.clientSecret, administrator.clientSecret, accessKey]
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name !== 'quickstart.json',
  )
  assert(files.some(({ name }) => name.endsWith('-wal')))
  const places = new Map(files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name))]))
  places.set('standard error', Buffer.from(program.output().stderr))
  for (const [place, octets] of places)
    for (const secret of secrets) for (const form of formsOf(secret)) assert(!octets.includes(form), place)
  // The settings for a person to copy hold one of them.
  const shown = program.output().stdout
  assert.deepEqual(
    secrets.filter((secret) => shown.includes(secret)),
    [application.clientSecret],
  )
})

test('after all this nothing of it was stored, nothing went wrong, and the service stops in good order', async () => {
  assert.match(await submitOrdinary('the last'), ACCEPTED)
  const inbox = await CaptureInbox.open(service)
  const arrived = async () => {
    const subjects = (await inbox.list()).map(({ subject }) => subject)
    return subjects.includes('the last') ? subjects : undefined
  }
  const subjects = await eventually(arrived, 'the last message')
  inbox.close()
  const ordinary = ['the last', 'while others trickle', 'Welcome to Postern']
  assert.deepEqual(
    subjects.filter((subject) => !ordinary.includes(subject)),
    [],
  )
  const { code, stderr } = await program.signal('SIGINT')
  assert.equal(code, 0)
  const isOrdinary = (line: string) => line === '' || /^\{"level":"(?:trace|debug|info)"/.test(line)
  assert.deepEqual(
    stderr.split('\n').filter((line) => !isOrdinary(line)),
    [],
  )
})
