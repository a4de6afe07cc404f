// What the running service refuses, at which command and in which words, and that nothing of it is queued; each refusal that has a
// reference is explained under it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import {
  addApplication,
  addSecret,
  addSendingApplication,
  assignRole,
  change,
  type SendingApplication,
  usernameOf,
} from '../fixtures/sending-application.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { withoutReference } from '../fixtures/reference.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const RECIPIENT = 'reader@recipient.example.test'
const SIZE_LIMIT = 25 * 1024 * 1024

const service = await startService({ after })
const { senderAddress: sender, domain } = service.quickstart

async function signIn({ username, secret }: Pick<SendingApplication, 'username' | 'secret'>): Promise<SmtpDialogue> {
  const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  assert.match(await dialogue.authenticate(username, secret), /^235 2\.7\.0 /)
  return dialogue
}

/** Signed in as an application of its own, and how many messages were accepted from it. */
async function openSession() {
  const application = await addSendingApplication(service)
  const dialogue = await signIn(application)
  return { dialogue, accepted: async () => (await service.accepted(application.applicationId)).length }
}

const message = (fromFields: readonly string[], ...others: string[]): readonly string[] => [
  ...fromFields,
  ...others,
  'Subject: refusals',
  '',
  'Hello.',
]

type ReversePathCase = {
  readonly name: string
  readonly reversePath: () => string
  readonly expected: () => string
  readonly reason?: string
}

const reversePaths: readonly ReversePathCase[] = [
  {
    name: 'a domain that is not linked',
    reversePath: () => 'DoNotReply@elsewhere.example.test',
    expected: () => '550 5.1.7 The specified sender domain has not been linked. Domain: elsewhere.example.test',
    reason: 'sender-domain-not-linked',
  },
  {
    name: 'a subdomain of the linked one',
    reversePath: () => `DoNotReply@mail.${domain}`,
    expected: () => `550 5.1.7 The specified sender domain has not been linked. Domain: mail.${domain}`,
    reason: 'sender-domain-not-linked',
  },
  {
    name: 'a local part that is no sender username',
    reversePath: () => `Billing@${domain}`,
    expected: () => `550 5.7.1 Sender address not allowed for this resource. Domain: ${domain}`,
    reason: 'sender-not-allowed',
  },
  {
    name: 'the null reverse-path',
    reversePath: () => '',
    expected: () => '550 5.7.1 The null reverse-path cannot be used for submission',
    reason: 'sender-null',
  },
  {
    name: 'another case',
    reversePath: () => `DONOTREPLY@${domain.toUpperCase()}`,
    expected: () => '250 2.1.0 Sender ok',
  },
]

for (const { name, reversePath, expected, reason } of reversePaths)
  test(`reverse-path: ${name}`, async () => {
    const { dialogue } = await openSession()
    const reply = await dialogue.command(`MAIL FROM:<${reversePath()}>`)
    if (reason === undefined) {
      assert.equal(reply, expected())
    } else {
      assert.equal(withoutReference(reply), expected())
      const { trace } = await service.explain(reply)
      assert.deepEqual([trace.stage, trace.reason, trace.reply], ['MAIL', reason, expected()])
    }
    dialogue.destroy()
  })

type ContentCase = {
  readonly name: string
  readonly content: () => readonly string[]
  readonly expected: () => string
  /** With a reference, which leads to this. */
  readonly reason?: string
}

const notAllowed = () => `550 5.7.1 Sender address not allowed for this resource. Domain: ${domain}`

const contents: readonly ContentCase[] = [
  {
    name: 'From is another address of the domain',
    content: () => message([`From: Billing <billing@${domain}>`]),
    expected: notAllowed,
    reason: 'sender-not-allowed',
  },
  {
    name: 'From is of a domain that is not linked',
    content: () => message(['From: ceo@elsewhere.example.test']),
    expected: () => '550 5.1.7 The specified sender domain has not been linked. Domain: elsewhere.example.test',
    reason: 'sender-domain-not-linked',
  },
  {
    name: 'the second author in From',
    content: () => message([`From: ${sender}, billing@${domain}`, `Sender: ${sender}`]),
    expected: notAllowed,
    reason: 'sender-not-allowed',
  },
  {
    name: 'Sender is another address',
    content: () => message([`From: ${sender}`, `Sender: billing@${domain}`]),
    expected: notAllowed,
    reason: 'sender-not-allowed',
  },
  {
    name: 'two From fields',
    content: () => message([`From: ${sender}`, `From: ${sender}`]),
    expected: () => '554 5.6.0 Message refused: more than one From field',
    reason: 'content-malformed',
  },
  {
    name: 'no From field',
    content: () => message([]),
    expected: () => '554 5.6.0 Message refused: the From field is missing',
    reason: 'content-malformed',
  },
  {
    name: 'a mail loop',
    content: () => message([`From: ${sender}`], ...Array<string>(101).fill('Received: from a.test by b.test; x')),
    expected: () => '554 5.4.6 Too many hops, mail loop suspected',
    reason: 'content-loop',
  },
  {
    name: 'a bare LF',
    content: () => message([`From: ${sender}`], 'X-Fold: one\nX-Smuggled: two'),
    expected: () => '554 5.6.0 Message refused: bare CR, bare LF or NUL in the content',
    reason: 'content-line-ends',
  },
]

for (const { name, content, expected, reason } of contents)
  test(`after data: ${name}; the session goes on`, async () => {
    const { dialogue, accepted } = await openSession()
    const reply = await dialogue.submit(sender, [RECIPIENT], content())
    if (reason === undefined) {
      assert.equal(reply, expected())
    } else {
      assert.equal(withoutReference(reply), expected())
      const { trace } = await service.explain(reply)
      assert.deepEqual([trace.stage, trace.reason], ['DATA', reason])
    }
    assert.equal(await accepted(), 0)
    const next = await dialogue.submit(sender, [RECIPIENT], message([`From: ${sender.toUpperCase()}`]))
    assert.match(next, /^250 2\.0\.0 Ok: queued as [0-9a-f-]{36}$/)
    assert.equal(await accepted(), 1)
    dialogue.destroy()
  })

test('the 101st recipient is told to come later; the message goes to the hundred', async () => {
  const { dialogue } = await openSession()
  await dialogue.command(`MAIL FROM:<${sender}>`)
  const subject = `hundred ${randomUUID()}`
  const recipients = Array.from({ length: 101 }, (_, index) => `reader-${index}@recipient.example.test`)
  dialogue.send(recipients.map((one) => `RCPT TO:<${one}>\r\n`).join(''))
  for (const one of recipients.slice(0, 100)) assert.equal(await dialogue.reply(), '250 2.1.5 Recipient ok', one)
  const refused = await dialogue.reply()
  assert.equal(withoutReference(refused), '452 4.5.3 Too many recipients')
  const { trace } = await service.explain(refused)
  assert.deepEqual([trace.stage, trace.reason], ['RCPT', 'limit-recipients'])
  assert.match(await dialogue.command('DATA'), /^354 /)
  assert.match(await dialogue.finish([`From: ${sender}`, `Subject: ${subject}`, '', 'Hello.']), /^250 2\.0\.0 /)
  assert.deepEqual((await service.arrived(subject)).envelope.recipients, recipients.slice(0, 100))
  dialogue.destroy()
})

test('SIZE above the limit is refused at MAIL, the limit itself is not', async () => {
  const { dialogue } = await openSession()
  const tooLarge = await dialogue.command(`MAIL FROM:<${sender}> SIZE=${SIZE_LIMIT + 1}`)
  assert.equal(withoutReference(tooLarge), '552 5.3.4 Message size exceeds the limit')
  const { trace } = await service.explain(tooLarge)
  assert.deepEqual([trace.stage, trace.reason], ['MAIL', 'limit-size'])
  assert.equal(await dialogue.command(`MAIL FROM:<${sender}> SIZE=${SIZE_LIMIT}`), '250 2.1.0 Sender ok')
  dialogue.destroy()
})

test('real size above the limit is refused after data, whatever SIZE said; the session goes on', async () => {
  const { dialogue, accepted } = await openSession()
  await dialogue.command(`MAIL FROM:<${sender}> SIZE=1000`)
  await dialogue.command(`RCPT TO:<${RECIPIENT}>`)
  await dialogue.command('DATA')
  dialogue.send(`From: ${sender}\r\nSubject: large\r\n\r\n`)
  dialogue.send(Buffer.from(`${'x'.repeat(62)}\r\n`.repeat(SIZE_LIMIT / 64), 'latin1'))
  const refused = await dialogue.command('.')
  assert.equal(withoutReference(refused), '552 5.3.4 Message size exceeds the limit')
  const { trace } = await service.explain(refused)
  assert.deepEqual([trace.stage, trace.reason], ['DATA', 'limit-size'])
  assert.equal(await accepted(), 0)
  assert.match(await dialogue.submit(sender, [RECIPIENT], message([`From: ${sender}`])), /^250 2\.0\.0 /)
  dialogue.destroy()
})

/** `reason` is what its reference leads to, if it has one. */
async function assertRefused(reply: string, expected: string, reason: string | undefined): Promise<void> {
  assert.equal(reason === undefined ? reply : withoutReference(reply), expected)
  if (reason !== undefined) assert.equal((await service.explain(reply)).trace.reason, reason)
}

test('before TLS nothing but greetings, STARTTLS and QUIT is served', async () => {
  const dialogue = await SmtpDialogue.open(service.quickstart.smtp.port25)
  assert.equal(await dialogue.reply(), '220 localhost ESMTP')
  const hello = await dialogue.command('EHLO app.example.test')
  assert.match(hello, /^250[- ]STARTTLS$/m)
  assert.doesNotMatch(hello, /AUTH/)
  const startTlsFirst = '530 5.7.0 Must issue a STARTTLS command first'
  const encryptionRequired = '538 5.7.11 Encryption required for requested authentication mechanism'
  for (const [command, expected, reason] of [
    ['AUTH PLAIN AHVzZXIAcGFzcw==', encryptionRequired, 'tls-required'],
    ['AUTH LOGIN', encryptionRequired, 'tls-required'],
    [`MAIL FROM:<${sender}>`, startTlsFirst, 'tls-required'],
    ['DATA', startTlsFirst, 'tls-required'],
    ['VRFY reader', startTlsFirst],
    ['NOOP', '250 2.0.0 Ok'],
    ['QUIT', '221 2.0.0 Bye'],
  ] as const)
    await assertRefused(await dialogue.command(command), expected, reason)
  await dialogue.closed()
})

test('inside TLS and before authentication there is no mail', async () => {
  const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  const hello = await dialogue.command('EHLO app.example.test')
  assert.match(hello, /^250[- ]AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER$/m)
  assert.doesNotMatch(hello, /STARTTLS/)
  const required = '530 5.7.0 Authentication required'
  for (const [command, expected, reason] of [
    [`MAIL FROM:<${sender}>`, required, 'not-authenticated'],
    [`RCPT TO:<${RECIPIENT}>`, required, 'not-authenticated'],
    ['DATA', required, 'not-authenticated'],
    ['AUTH GSSAPI', '504 5.5.4 Unrecognized authentication mechanism', 'unknown-mechanism'],
    ['STARTTLS', '503 5.5.1 TLS is already active'],
  ] as const)
    await assertRefused(await dialogue.command(command), expected, reason)
  dialogue.destroy()
})

/** Who signs in, and what the operator is told of it. */
type LoginCase = {
  readonly name: string
  readonly reason: string
  readonly response: () => Promise<string>
}

const plain = (username: string, secret: string, authorizationIdentity = '') =>
  `${authorizationIdentity}\0${username}\0${secret}`

const loginWithSecret = async (times: object) => {
  const { objectId, username } = await addSendingApplication(service)
  return plain(username, (await addSecret(service, objectId, times)).secret)
}

const logins: readonly LoginCase[] = [
  {
    name: 'a wrong secret',
    reason: 'wrong-secret',
    response: async () => plain((await addSendingApplication(service)).username, 'not-the-secret'),
  },
  {
    name: 'an expired secret',
    reason: 'expired-secret',
    response: () => loginWithSecret({ startDateTime: '2020-01-01T00:00:00Z', endDateTime: '2020-01-02T00:00:00Z' }),
  },
  {
    name: 'a secret of the future',
    reason: 'secret-not-yet-valid',
    response: () => loginWithSecret({ startDateTime: '2090-01-01T00:00:00Z' }),
  },
  {
    name: 'no role',
    reason: 'missing-role',
    response: async () => {
      const { objectId, applicationId } = await addApplication(service)
      return plain(usernameOf(service, applicationId), (await addSecret(service, objectId)).secret)
    },
  },
  {
    name: 'a role that does not suffice',
    reason: 'missing-role',
    response: async () => {
      const { objectId, applicationId, principalId } = await addApplication(service)
      const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
      await assignRole(service, principalId, `/providers/Microsoft.Authorization/roleDefinitions/${reader}`)
      return plain(usernameOf(service, applicationId), (await addSecret(service, objectId)).secret)
    },
  },
  {
    name: 'a disabled application',
    reason: 'application-disabled',
    response: async () => {
      const { objectId, username, secret } = await addSendingApplication(service)
      const { directory } = service.server.storage.write
      await directory.setApplicationDisabled(change(), service.quickstart.tenantId, objectId, true)
      return plain(username, secret)
    },
  },
  {
    name: 'an unknown application',
    reason: 'unknown-application',
    response: async () => plain(usernameOf(service, randomUUID()), 'secret'),
  },
  {
    name: 'the secret of another application',
    reason: 'wrong-secret',
    response: async () => {
      const [one, other] = [await addSendingApplication(service), await addSendingApplication(service)]
      return plain(one.username, other.secret)
    },
  },
  {
    name: 'another tenant',
    reason: 'tenant-mismatch',
    response: async () => {
      const { username, secret } = await addSendingApplication(service)
      return plain(username.replace(service.quickstart.tenantId, randomUUID()), secret)
    },
  },
  {
    name: 'an unknown resource',
    reason: 'unknown-resource',
    response: async () => {
      const { username, secret } = await addSendingApplication(service)
      return plain(`elsewhere${username.slice(username.indexOf('.'))}`, secret)
    },
  },
  { name: 'a username of no form', reason: 'unknown-username', response: async () => plain('printer', 'secret') },
  {
    name: 'an authorization identity',
    reason: 'authorization-identity-mismatch',
    response: async () => {
      const { username, secret } = await addSendingApplication(service)
      return plain(username, secret, 'somebody-else')
    },
  },
  { name: 'a malformed response', reason: 'malformed-response', response: async () => 'neither user nor password' },
]

test('every refused login gets the same reply, not before a second', { concurrency: true }, async (context) => {
  await Promise.all(
    logins.map(({ name, reason, response }) =>
      context.test(name, async () => {
        const octets = Buffer.from(await response()).toString('base64')
        const dialogue = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
        const sentAt = performance.now()
        const reply = await dialogue.command(`AUTH PLAIN ${octets}`)
        const waited = performance.now() - sentAt
        assert.equal(withoutReference(reply), '535 5.7.8 Authentication unsuccessful')
        // The clocks of timers and of this test may differ by a tick.
        assert.ok(waited >= 998, `answered after ${waited} ms`)
        assert.equal((await service.explain(reply)).trace.reason, reason)
        const unsigned = withoutReference(await dialogue.command(`MAIL FROM:<${sender}>`))
        assert.equal(unsigned, '530 5.7.0 Authentication required')
        dialogue.destroy()
      }),
    ),
  )
})
