// Mail clients that nobody here wrote, over real TLS with the certificate verified, through every kind of door: what they send arrives
// as it was. A client that is not installed is skipped, unless POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import { curl } from './clients/curl.ts'
import { type Door, findProblem, type ForeignClient, takesToken, type Variant } from './clients/foreign-client.ts'
import { msmtp } from './clients/msmtp.ts'
import { nodemailer } from './clients/nodemailer.ts'
import { openssl } from './clients/openssl.ts'
import { smtplib } from './clients/smtplib.ts'
import { swaks } from './clients/swaks.ts'

const CLIENTS: readonly ForeignClient[] = [nodemailer, curl, swaks, msmtp, smtplib, openssl]

const service = await startService({ after })
const { quickstart } = service

const PORTS: Readonly<Record<Door, number>> = {
  submission: quickstart.smtp.port,
  submissions: quickstart.smtp.implicitTlsPort,
  smtp: quickstart.smtp.port25,
}

/** Lines that end data too early, or lose a dot, or an octet, or the blank at their end, when a client or we are careless. */
const BODY = [
  'Grüße in acht Bits.',
  '.',
  '..',
  '.a line with a dot in front',
  '. ',
  'a line with a blank at its end ',
  '\ta line with a tab in front',
  'From here it was once quoted.',
  'x'.repeat(998),
  '',
  '',
  'the end',
  '',
].join('\r\n')

const RECIPIENTS = ['reader@recipient.example.test', 'copy@recipient.example.test', 'blind@recipient.example.test']

function composeMessage(subject: string, messageId: string): Buffer {
  const [to, copy, blind] = RECIPIENTS
  const header = [
    `From: Quickstart <${quickstart.senderAddress}>`,
    `To: Reader <${to}>`,
    `Cc: ${copy}`,
    `Bcc: ${blind}`,
    `Subject: ${subject}`,
    'Date: Sun, 22 Nov 2026 12:00:00 +0000',
    `Message-ID: ${messageId}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ]
  return Buffer.from(`${header.join('\r\n')}\r\n\r\n${BODY}`)
}

/** As a program that has the application's secret gets one. */
async function fetchToken(): Promise<string> {
  const { applicationId, clientSecret } = quickstart.application
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: applicationId,
    client_secret: clientSecret,
    scope: 'https://communication.azure.com/.default',
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { octets } = await service.http('POST', `/${quickstart.tenantId}/oauth2/v2.0/token`, { headers, body })
  return (JSON.parse(octets.toString()) as { access_token: string }).access_token
}

async function sendAndCheck({ door, mechanism, shows, send }: Variant): Promise<void> {
  const subject = `interop ${randomUUID()}`
  const messageId = `<${randomUUID()}@client.example.test>`
  const said = await send({
    port: PORTS[door],
    implicitTls: door === 'submissions',
    mechanism,
    caFile: quickstart.caFile,
    username: quickstart.usernames.dot,
    secret: takesToken(mechanism) ? await fetchToken() : quickstart.application.clientSecret,
    from: quickstart.senderAddress,
    recipients: RECIPIENTS,
    content: composeMessage(subject, messageId),
  })
  assert.match(said, new RegExp(`AUTH ${mechanism}`))
  if (shows !== undefined) assert.match(said, shows)
  const { id, envelope, octets } = await service.arrived(subject)
  assert.match(said, new RegExp(`queued as ${id}`))
  assert.deepEqual(envelope, { reversePath: quickstart.senderAddress, recipients: RECIPIENTS })
  const headerEnd = octets.indexOf('\r\n\r\n')
  const header = octets.toString('latin1', 0, headerEnd)
  assert.match(
    header,
    new RegExp(
      `^Received: from app\\.example\\.test \\(\\[127\\.0\\.0\\.1\\]\\)\\r\\n\\tby localhost with ESMTPSA id ${id};`,
    ),
  )
  assert.equal(header.match(/^Received:/gim)?.length, 1)
  assert.equal(header.match(/^Message-ID:.*/im)?.[0], `Message-ID: ${messageId}`)
  assert.doesNotMatch(header, /^Bcc:/im)
  assert.doesNotMatch(header, /blind/)
  assert.equal(octets.toString('utf8', headerEnd + 4), BODY)
}

for (const client of CLIENTS) {
  const problem = await findProblem(client)
  const skip = process.env['POSTERN_REQUIRE_CLIENTS'] ? false : problem
  test(client.name, { concurrency: 2, ...(skip ? { skip } : {}) }, async (context) => {
    assert.equal(problem, undefined)
    await Promise.all(client.variants.map((variant) => context.test(variant.name, () => sendAndCheck(variant))))
  })
}
