// Our client and real receiving servers: Postfix, which nobody here wrote, and our own service as the smarthost of another, with each way
// of signing in. Postfix is left out where it cannot run, unless POSTERN_REQUIRE_CLIENTS is set: then its absence fails.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '../../src/config/clock.ts'
import { createProviderLine } from '../../src/identity/provider-line.ts'
import type { PendingRecipient } from '../../src/spool/spool.ts'
import { createAccessTokenSource } from '../../src/transport/access-token-source.ts'
import type { SmarthostCredentials } from '../../src/transport/open-smarthost.ts'
import { createOpenConnection, openConnection, SMTP_PATIENCE } from '../../src/transport/open-connection.ts'
import { createSmarthostTransport, type SmarthostSettings } from '../../src/transport/smarthost.ts'
import type { OpenConnection, SmtpConnection } from '../../src/transport/smtp-connection.ts'
import type { Shipment, TransportOutcome } from '../../src/transport/transport.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startService, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { createTestAuthority } from '../fixtures/scripted-smtp-server.ts'
import { findPostfixProblem, openPostfix } from './postfix.ts'

const problem = await findPostfixProblem()
const skip = problem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : problem

const surroundings = {
  openConnection: createOpenConnection(systemClock),
  resolver: { resolveAddresses: () => assert.fail('an address needs no DNS') },
  lookUpAddresses: () => assert.fail('an address needs nobody'),
  clock: systemClock,
  clientName: 'mail.contoso.com',
}

function open(port: number, settings: Partial<SmarthostSettings> = {}, openConnection?: OpenConnection) {
  const transport = createSmarthostTransport(
    {
      name: 'relay',
      hosts: [{ host: 'localhost', port }],
      tls: 'required',
      connections: 2,
      messagesPerConnection: 10,
      idle: 10_000,
      patience: SMTP_PATIENCE,
      ...settings,
    },
    openConnection === undefined ? surroundings : { ...surroundings, openConnection },
  )
  after(() => transport.close?.())
  return transport
}

const recipient = (forwardPath: string, index: number, parameters = {}): PendingRecipient => ({
  index,
  forwardPath,
  parameters,
  attempts: 0,
  delayReported: false,
})

type Mail = { readonly from: string; readonly recipients: readonly PendingRecipient[]; readonly text: string }

function shipmentOf({ from, recipients, text }: Mail, parameters = {}): Shipment {
  const octets = Buffer.from(text)
  async function* pieces() {
    await Promise.resolve()
    for (let at = 0; at < octets.length; at += 700) yield octets.subarray(at, at + 700)
  }
  const claim = { envelope: { reversePath: from, parameters }, recipients } as unknown as Shipment['claim']
  return {
    claim,
    recipients,
    open: () =>
      Promise.resolve({ size: octets.length, header8bit: false, body8bit: /[^\0-\x7f]/.test(text), octets: pieces() }),
  }
}

const never = new AbortController().signal
const told = (outcomes: readonly TransportOutcome[]): readonly string[] =>
  outcomes.map(({ status, enhancedStatusCode, takenBy }) => [status, enhancedStatusCode, takenBy].join(' ').trim())

/** Keeps what it opens, to see which connections there were. */
function observed(): { readonly connections: SmtpConnection[]; readonly open: OpenConnection } {
  const connections: SmtpConnection[] = []
  return {
    connections,
    open: async (...given) => {
      const opened = await openConnection(...given)
      if (!('type' in opened)) connections.push(opened)
      return opened
    },
  }
}

const HEADER =
  'From: a@contoso.com\r\nTo: b@example.test\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@contoso.com>\r\n'

test('Postfix: many messages over one connection, pipelined, exactly as they are', { skip }, async () => {
  assert.equal(problem, undefined)
  const postfix = await openPostfix({ after }, ['example.test'])
  const { connections, open: openObserved } = observed()
  const transport = open(postfix.port, { tls: 'opportunistic' }, openObserved)
  const texts = [1, 2, 3].map(
    (number) =>
      `${HEADER}Subject: number ${number}\r\n\r\n.a dot\r\n..\r\n.\r\nMAIL FROM:<evil@example.test>\r\nü ${'long '.repeat(2000 * number).replace(/(.{60})/g, '$1\r\n')}\r\n`,
  )
  for (const text of texts) {
    const recipients = [recipient('b@example.test', 0), recipient('c@elsewhere.test', 1)]
    const outcomes = await transport.deliver(shipmentOf({ from: 'a@contoso.com', recipients, text }), never)
    assert.deepEqual(told(outcomes), ['delivered 2.0.0 reporting relay', 'failed 5.7.1'])
    assert.match(outcomes[1]?.diagnostic ?? '', /^554 5\.7\.1 <c@elsewhere\.test>: Relay access denied$/)
    assert.match(outcomes[0]?.remote?.reply ?? '', /^250 2\.0\.0 Ok: queued as \w+$/)
    const expected = text.replaceAll('\r\n', '\n')
    await eventually(
      async () =>
        postfix
          .arrived()
          .map(String)
          .find((arrived) => arrived.includes(expected)),
      'the arrival of the message',
    )
  }
  assert.deepEqual(
    connections.map(({ messages, extensions }) => [messages, extensions.has('PIPELINING')]),
    [[3, true]],
  )
})

test('Postfix: refused by all, then reset and used again; DSN parameters and SMTPUTF8 are understood', {
  skip,
}, async () => {
  const postfix = await openPostfix({ after }, ['example.test'])
  const { connections, open: openObserved } = observed()
  const transport = open(postfix.port, { tls: 'never' }, openObserved)
  const text = `${HEADER}Subject: one\r\n\r\nhello\r\n`
  const refused = shipmentOf({ from: 'a@contoso.com', recipients: [recipient('c@elsewhere.test', 0)], text })
  assert.deepEqual(told(await transport.deliver(refused, never)), ['failed 5.7.1'])
  const parameters = { notify: ['FAILURE', 'DELAY'], orcpt: 'rfc822;b+x@example.test' }
  const recipients = [
    recipient('b@example.test', 0, parameters),
    recipient('zoë@example.test', 1, { notify: ['NEVER'] }),
  ]
  const taken = shipmentOf({ from: 'a@contoso.com', recipients, text }, { ret: 'HDRS', envid: 'id +=1' })
  assert.deepEqual(told(await transport.deliver(taken, never)), Array(2).fill('delivered 2.0.0 reporting relay'))
  assert.deepEqual(
    connections.map(({ messages }) => messages),
    [2],
  )
  assert.doesNotMatch(postfix.log(), /improper command|warning: non-SMTP|Bad|5\.5\./)
})

test('Postfix with a certificate: checked, or not at all', { skip }, async (context) => {
  const directory = temporaryDirectory(context)
  const { ca, pem } = await createTestAuthority(['localhost'])
  const files = { chain: join(directory, 'chain.pem'), ca: join(directory, 'ca.pem') }
  writeFileSync(files.chain, pem)
  writeFileSync(files.ca, ca)
  const lines = ['smtpd_tls_security_level = encrypt', `smtpd_tls_chain_files = ${files.chain}`]
  const postfix = await openPostfix({ after }, ['example.test'], lines)
  const recipients = [recipient('b@example.test', 0)]
  const shipment = shipmentOf({ from: 'a@contoso.com', recipients, text: `${HEADER}\r\nhello\r\n` })
  const [trusted] = await open(postfix.port, { caFile: files.ca }).deliver(shipment, never)
  assert.deepEqual([trusted?.status, trusted?.remote?.tls], ['delivered', 'TLSv1.3'])
  const [untrusted] = await open(postfix.port).deliver(shipment, never)
  assert.deepEqual([untrusted?.status, untrusted?.enhancedStatusCode], ['deferred', '4.7.5'])
  const [clear] = await open(postfix.port, { tls: 'never' }).deliver(shipment, never)
  assert.deepEqual([clear?.status, clear?.enhancedStatusCode], ['deferred', '4.7.8'])
})

const service = await startService({ after })
const { smtp, senderAddress, usernames, application, tenantId, https, caFile } = service.quickstart

function tokens() {
  const connection = { timeout: 10_000, ca: service.ca, publicOnly: false }
  const line = createProviderLine(connection, { clock: systemClock, fraction: () => 0, isPrivate: () => true })
  after(() => line.close())
  const account = {
    tokenEndpoint: new URL(`/${tenantId}/oauth2/v2.0/token`, https.url).href,
    clientId: application.applicationId,
    clientSecret: { text: application.clientSecret },
    scope: 'https://communication.azure.com/.default',
  }
  return createAccessTokenSource(account, line, systemClock)
}

const password = { type: 'password', username: usernames.dot, password: { text: application.clientSecret } } as const
const ways: readonly (readonly [name: string, SmarthostCredentials, port: number, tls: 'required' | 'implicit'])[] = [
  ['PLAIN', password, smtp.port, 'required'],
  ['LOGIN', { ...password, mechanism: 'LOGIN', username: usernames.alias }, smtp.port25, 'required'],
  ['XOAUTH2', { type: 'token', username: usernames.dot, tokens: tokens() }, smtp.implicitTlsPort, 'implicit'],
]

for (const [name, credentials, port, tls] of ways)
  test(`our own service by ${name}, twice over one connection`, async () => {
    const { connections, open: openObserved } = observed()
    const transport = open(port, { credentials, tls, caFile }, openObserved)
    for (const subject of [`${name} one`, `${name} two`]) {
      const text = `From: ${senderAddress}\r\nTo: b@example.test\r\nSubject: ${subject}\r\n\r\n.hello\r\n`
      const recipients = [recipient('b@example.test', 0)]
      const outcomes = await transport.deliver(shipmentOf({ from: senderAddress, recipients, text }), never)
      assert.deepEqual(told(outcomes), ['delivered 2.0.0 reporting relay'])
      assert.match((await service.arrived(subject)).octets.toString(), /\r\n\r\n\.hello\r\n$/)
    }
    assert.deepEqual(
      connections.map(({ messages }) => messages),
      [2],
    )
  })

test('our own service takes what is large', async () => {
  const transport = open(smtp.port, { credentials: password, caFile })
  const body = '.0123456789'.repeat(8).concat('\r\n').repeat(100_000)
  const text = `From: ${senderAddress}\r\nTo: b@example.test\r\nSubject: large\r\n\r\n${body}`
  const outcomes = await transport.deliver(
    shipmentOf({ from: senderAddress, recipients: [recipient('b@example.test', 0)], text }),
    never,
  )
  assert.deepEqual(told(outcomes), ['delivered 2.0.0 reporting relay'])
  assert((await service.arrived('large')).octets.toString().endsWith(body))
})

test('our own service refuses a wrong password: the operator is told, and nobody else', async () => {
  const credentials = { ...password, password: { text: 'hunter22' } }
  const recipients = [recipient('b@example.test', 0)]
  const transport = open(smtp.port, { credentials, caFile })
  const [outcome] = await transport.deliver(shipmentOf({ from: senderAddress, recipients, text: HEADER }), never)
  assert.deepEqual([outcome?.status, outcome?.enhancedStatusCode, outcome?.tryNext], ['deferred', '4.7.8', true])
  assert.match(
    outcome?.diagnostic ?? '',
    /at AUTH: it refused AUTH PLAIN: 535 5\.7\.8 Authentication unsuccessful \[\w+\]$/,
  )
})
