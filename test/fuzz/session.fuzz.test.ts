// One sentence is checked: any octets give events or replies; never an exception, never unbounded memory; and how they are cut changes
// nothing. From every state a client can reach, with octets that look like SMTP and octets that do not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mechanismNames } from '../../src/sasl/mechanisms.ts'
import { replies } from '../../src/smtp/reply.ts'
import { SmtpServerSession } from '../../src/smtp/session.ts'
import { SaslExchange } from '../../src/submission/sasl-exchange.ts'

const LOGIN = 'EHLO a\r\nAUTH PLAIN AHVzZXIAc2VjcmV0\r\n'
const RCPT = `${LOGIN}MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\n`
const BEGINNINGS = {
  clear: '',
  secured: '',
  greeted: 'EHLO a\r\n',
  response: 'EHLO a\r\nAUTH LOGIN\r\n',
  'bearer response': 'EHLO a\r\nAUTH OAUTHBEARER\r\n',
  'told of a failure': 'EHLO a\r\nAUTH XOAUTH2 AQ==\r\n',
  authenticated: LOGIN,
  transaction: `${LOGIN}MAIL FROM:<a@example.test> SMTPUTF8\r\n`,
  recipients: RCPT,
  data: `${RCPT}DATA\r\n`,
  'line in data': `${RCPT}DATA\r\nabc`,
  chunk: `${RCPT}BDAT 40\r\n`,
  'between chunks': `${RCPT}BDAT 1\r\nx`,
} as const
type Beginning = keyof typeof BEGINNINGS

/** Small, so that sizes are exceeded now and then. */
const SIZE_LIMIT = 2000
/** What may be in hand of an unfinished line; content is never held back. */
const PENDING_LIMIT = 12_289
const REPLY = /^(?:\d{3}[ -][ -~]{0,506}\r\n)*$/

type Run = { readonly output: string; readonly events: readonly string[] }

/** Plays octets in pieces; the owner says yes to some things and no to others, by what it was asked only. */
function run(beginning: Beginning, pieces: readonly Buffer[]): Run {
  const session = new SmtpServerSession({
    hostname: 'mail.example.test',
    implicitTls: beginning !== 'clear',
    mechanisms: mechanismNames,
    sizeLimit: SIZE_LIMIT,
    recipientLimit: 3,
  })
  let exchange: SaslExchange | undefined
  let content = Buffer.alloc(0)
  const events: string[] = []

  const authenticate = (response: Uint8Array | undefined) => {
    if (exchange === undefined) throw new Error('a response to no challenge')
    let step = exchange.respond(response)
    if (step.type === 'credentials') {
      const { credentials } = step
      const known = credentials?.type === 'secret' && Buffer.from(credentials.password).toString() === 'secret'
      step = known
        ? { type: 'answer', reply: replies.authenticated }
        : exchange.refuse(replies.authenticationUnsuccessful('REF'))
    }
    if (step.type === 'challenge') session.challenge(step.challenge)
    else session.answer(step.reply)
  }
  const drain = () => {
    for (;;) {
      const event = session.next()
      if (event.type === 'NeedOctets' || event.type === 'Closed') return event.type
      if (event.type !== 'ContentOctets') events.push(JSON.stringify(event))
      switch (event.type) {
        case 'TlsRequested':
          session.tlsStarted()
          break
        case 'AuthRequested':
          exchange = new SaslExchange(event.mechanism)
          authenticate(event.initialResponse)
          break
        case 'AuthResponse':
          authenticate(event.response)
          break
        case 'MailRequested':
          session.answer(event.reversePath === undefined ? replies.nullReversePath : replies.senderOk)
          break
        case 'RcptRequested':
          session.answer(event.forwardPath.localPart === 'full' ? replies.insufficientStorage : replies.recipientOk)
          break
        case 'ContentStarted':
          content = Buffer.alloc(0)
          break
        case 'ContentOctets':
          content = Buffer.concat([content, ...event.octets])
          assert.ok(content.length <= SIZE_LIMIT, 'no more content than the limit')
          break
        case 'ContentEnded':
          assert.equal(content.length, event.size)
          assert.doesNotMatch(content.toString('latin1'), /\0|\r(?!\n)|(?<!\r)\n|[^\r\n]{999}/)
          events.push(content.toString('latin1'))
          session.answer(replies.queued('ID'))
          break
        default:
      }
    }
  }

  session.receive(Buffer.from(BEGINNINGS[beginning]))
  let last = drain()
  for (const piece of pieces) {
    session.receive(Buffer.from(piece))
    last = drain()
    assert.ok(session.pendingOctets <= PENDING_LIMIT)
  }
  return { output: Buffer.from(session.takeOutput() ?? []).toString('latin1'), events: [...events, last] }
}

const address = fc.constantFrom(
  'a@example.test',
  'full@example.test',
  '\xc3\xbc@example.test',
  '\xff@example.test',
  '"a b"@[192.0.2.1]',
  'x@',
  '',
  'a@b@c',
)
const parameter = fc.constantFrom(
  '',
  ' SIZE=10',
  ' SIZE=99999',
  ' SMTPUTF8',
  ' BODY=8BITMIME',
  ' NOTIFY=NEVER',
  ' X=Y',
  ' RET',
)
const lineEnd = fc.oneof(
  { weight: 20, arbitrary: fc.constant('\r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\n', '\r', '\r\r\n', '', '\0\r\n') },
)
const noise = fc.uint8Array({ maxLength: 30 }).map((octets) => Buffer.from(octets).toString('latin1'))
const contentPart = fc.oneof(
  fc.constantFrom('.', '..', '\r\n', '\r\n.\r\n', '\r\n.', '.\r\n', 'Subject: s\r\n', 'x', 'BDAT 3\r\n'),
  fc.constantFrom('\n', '\r', '\0', '\r\r\n', '\n.\r\n', '\r.\r', '\r\n.\n'),
  fc.integer({ min: 990, max: 1003 }).map((length) => 'y'.repeat(length)),
  noise,
)
// STARTTLS is not among them: what has come behind it by then is thrown away, so there the cuts do matter.
const command = fc.oneof(
  fc.constantFrom(
    'EHLO a',
    'HELO b',
    'RSET',
    'NOOP',
    'DATA',
    'QUIT',
    'HELP',
    'VRFY x',
    'EXPN',
    'GET /',
    '.',
    '*',
    '=',
    '',
  ),
  fc.constantFrom(
    'AUTH PLAIN AHVzZXIAc2VjcmV0',
    'AUTH PLAIN',
    'AUTH LOGIN dXNlcg==',
    'c2VjcmV0',
    'AUTH FOO',
    'AUTH PLAIN AA',
    'AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHQBAQ==',
    'AUTH XOAUTH2',
    'AUTH OAUTHBEARER bixhPXVzZXIsAWhvc3Q9bWFpbC5leGFtcGxlLnRlc3QBcG9ydD01ODcBYXV0aD1CZWFyZXIgdAEB',
    'AQ==',
  ),
  fc.tuple(address, parameter, parameter).map(([path, one, two]) => `MAIL FROM:<${path}>${one}${two}`),
  fc.tuple(address, parameter).map(([path, one]) => `RCPT TO:<${path}>${one}`),
  fc
    .tuple(fc.integer({ min: 2040, max: 2060 }), fc.boolean())
    .map(([length, auth]) => (auth ? 'AUTH ' : '') + 'z'.repeat(length)),
  noise,
)
const chunk = fc
  .tuple(
    fc.array(contentPart, { maxLength: 4 }),
    fc.constantFrom('', ' LAST', ' last ', ' FIRST', '\t'),
    fc.constantFrom(0, 0, 0, 1, -1),
  )
  .map(([parts, word, error]) => {
    const octets = Buffer.from(parts.join(''), 'latin1')
    return `BDAT ${octets.length + error}${word}\r\n${octets.toString('latin1')}`
  })
const piece = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(command, lineEnd).map(([text, end]) => text + end) },
  { weight: 2, arbitrary: chunk },
  { weight: 2, arbitrary: contentPart },
  { weight: 1, arbitrary: noise },
)
const stream = fc.array(piece, { maxLength: 25 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'))
const cutting = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 })

/** Cuts at the given lengths, over and over. */
function cut(octets: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0, index = 0; at < octets.length; index++) {
    const length = lengths[index % lengths.length] ?? 1
    pieces.push(octets.subarray(at, at + length))
    at += length
  }
  return pieces
}

for (const beginning of Object.keys(BEGINNINGS) as Beginning[]) {
  test(`any octets, any cuts: ${beginning}`, () => {
    fc.assert(
      fc.property(stream, cutting, (octets, lengths) => {
        const whole = run(beginning, [octets])
        assert.match(whole.output, REPLY)
        assert.deepEqual(run(beginning, cut(octets, lengths)), whole)
      }),
      { numRuns: 300 },
    )
  })
}

test('one octet at a time changes nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom<Beginning>('greeted', 'recipients', 'data', 'chunk'), stream, (beginning, octets) => {
      assert.deepEqual(run(beginning, cut(octets, [1])), run(beginning, [octets]))
    }),
    { numRuns: 300 },
  )
})

test('octets without any shape', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(BEGINNINGS) as Beginning[])),
      fc.uint8Array({ maxLength: 5000 }),
      (beginning, octets) => {
        assert.match(run(beginning, cut(Buffer.from(octets), [700])).output, REPLY)
      },
    ),
    { numRuns: 300 },
  )
})
