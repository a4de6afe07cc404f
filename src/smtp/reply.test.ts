import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeReply, type Reply, replies } from './reply.ts'

const HOSTILE = `a\r\n250 injected\0\x1b[2J\u202e${'x'.repeat(1000)}`

/** Every entry as a reply; those that take text are given the worst there is. */
function everyReply(): [name: string, reply: Reply][] {
  return Object.entries(replies).map(([name, entry]) => {
    if (typeof entry !== 'function') return [name, entry]
    return name === 'challenge' ? [name, replies.challenge('AA==')] : [name, entry(HOSTILE, ['SIZE 1'])]
  })
}

for (const [name, reply] of everyReply()) {
  test(`${name}: enhanced code of the same class, wherever one may stand`, () => {
    const withoutEnhanced = ['greeting', 'helo', 'ehlo', 'challenge', 'startContent'].includes(name)
    assert.equal(reply.enhancedStatusCode === undefined, withoutEnhanced)
    if (reply.enhancedStatusCode === undefined) return
    assert.match(reply.enhancedStatusCode, /^[245]\.\d{1,3}\.\d{1,3}$/)
    assert.equal(reply.enhancedStatusCode[0], String(reply.code)[0])
  })

  test(`${name}: lines are short and printable`, () => {
    const lines = encodeReply(reply).split('\r\n')
    assert.equal(lines.pop(), '')
    for (const line of lines) {
      assert.match(line, /^\d{3}[ -][ -~]*$/)
      // Room for a reference that is appended to what the client hears.
      assert.ok(`${line} [0123456789]`.length <= 510)
    }
  })
}

const encodings: [name: string, reply: Reply, octets: string][] = [
  ['one line', replies.ok, '250 2.0.0 Ok\r\n'],
  ['no enhanced code', replies.greeting('mail.example.test'), '220 mail.example.test ESMTP\r\n'],
  ['empty text keeps its space', replies.challenge(''), '334 \r\n'],
  ['several lines', replies.ehlo('host', ['DSN', 'SIZE 1']), '250-host\r\n250-DSN\r\n250 SIZE 1\r\n'],
  [
    'several lines with enhanced code',
    { code: 550, enhancedStatusCode: '5.7.1', lines: ['No', 'never'] },
    '550-5.7.1 No\r\n550 5.7.1 never\r\n',
  ],
]

for (const [name, reply, octets] of encodings)
  test(`encodeReply: ${name}`, () => assert.equal(encodeReply(reply), octets))

// What clients and operators are told to match on.
const wordings: [Reply, string][] = [
  [replies.authenticated, '235 2.7.0 Authentication successful'],
  [replies.authenticationUnsuccessful('0123456789'), '535 5.7.8 Authentication unsuccessful [0123456789]'],
  [replies.temporaryAuthenticationFailure, '454 4.7.0 Temporary authentication failure'],
  [replies.queued('0190-id'), '250 2.0.0 Ok: queued as 0190-id'],
  [
    replies.senderDomainNotLinked('fabrikam.test'),
    '550 5.1.7 The specified sender domain has not been linked. Domain: fabrikam.test',
  ],
]

for (const [reply, text] of wordings) test(text, () => assert.equal(encodeReply(reply), `${text}\r\n`))

const codes: [keyof typeof replies, string][] = [
  ['senderNotAllowed', '550 5.7.1'],
  ['senderDomainNotVerified', '550 5.1.7'],
  ['nullReversePath', '550 5.7.1'],
  ['credentialsNoLongerValid', '421 4.7.0'],
  ['accessRevoked', '550 5.7.1'],
  ['idleTimeout', '421 4.4.2'],
  ['shuttingDown', '421 4.3.2'],
  ['tooManyConnections', '421 4.3.2'],
  ['sessionLimit', '421 4.7.0'],
  ['storeUnavailable', '451 4.3.0'],
  ['insufficientStorage', '452 4.3.1'],
  ['messageMalformed', '554 5.6.0'],
  ['messageTooLarge', '552 5.3.4'],
  ['mailLoop', '554 5.4.6'],
]

for (const [name, status] of codes) {
  test(`${name} is ${status}`, () => {
    const reply = everyReply().find(([other]) => other === name)?.[1]
    assert.equal(`${reply?.code} ${reply?.enhancedStatusCode}`, status)
  })
}
