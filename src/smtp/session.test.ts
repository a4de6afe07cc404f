// The contract with the owner of a session: what pauses, what does not, and what may come at any time. Dialogues are in
// test/transcripts, the order of commands in session-table.test.ts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SmtpEvent } from './events.ts'
import { replies } from './reply.ts'
import type { SessionOptions } from './session-options.ts'
import { SmtpServerSession } from './session.ts'

const OPTIONS = {
  hostname: 'mail.example.test',
  implicitTls: true,
  mechanisms: ['PLAIN', 'LOGIN'],
  sizeLimit: 1000,
  recipientLimit: 10,
}
const LOGIN = 'EHLO app.example.test\r\nAUTH PLAIN AHVzZXIAc2VjcmV0\r\n'

function open(options: SessionOptions = OPTIONS): SmtpServerSession {
  const session = new SmtpServerSession(options)
  session.takeOutput()
  return session
}

/** Up to the content of a message, with the replies so far taken. */
function openContent(begin: string): SmtpServerSession {
  const session = open()
  session.receive(Buffer.from(`${LOGIN}MAIL FROM:<a@example.test>\r\nRCPT TO:<b@example.test>\r\n${begin}`))
  for (const reply of [replies.authenticated, replies.senderOk, replies.recipientOk]) {
    session.next()
    session.answer(reply)
  }
  assert.equal(session.next().type, 'ContentStarted')
  session.takeOutput()
  return session
}

const say = (session: SmtpServerSession, text: string): SmtpEvent => {
  session.receive(Buffer.from(text, 'latin1'))
  return session.next()
}
const output = (session: SmtpServerSession): string => Buffer.from(session.takeOutput() ?? []).toString('latin1')

test('the greeting is in the output from the start, and output is given once', () => {
  const session = new SmtpServerSession(OPTIONS)
  assert.equal(output(session), '220 mail.example.test ESMTP\r\n')
  assert.equal(session.takeOutput(), undefined)
})

test('where the owner knows who is there MAIL needs no AUTH, and everything else is as ever', () => {
  const session = open({ ...OPTIONS, identified: true })
  assert.equal(say(session, 'MAIL FROM:<a@example.test>\r\n').type, 'NeedOctets')
  assert.match(output(session), /^503 5\.5\.1 /)
  say(session, 'EHLO app.example.test\r\nVRFY a\r\nDATA\r\n')
  assert.equal(output(session).match(/^530 5\.7\.0 /gm)?.length, 2)
  assert.equal(say(session, 'MAIL FROM:<a@example.test>\r\n').type, 'MailRequested')
  session.answer(replies.senderOk)
  assert.equal(say(session, 'RCPT TO:<b@example.test>\r\n').type, 'RcptRequested')
  session.answer(replies.recipientOk)
  say(session, 'RSET\r\n')
  session.takeOutput()
  say(session, 'AUTH PLAIN AHVzZXIAc2VjcmV0\r\n')
  assert.match(output(session), /^503 5\.5\.1 Already authenticated/)
})

test('nothing behind an undecided question is read', () => {
  const session = open()
  assert.equal(say(session, `${LOGIN}MAIL FROM:<a@example.test> SIZE=5\r\nNOOP\r\n`).type, 'AuthRequested')
  assert.equal(session.next().type, 'Paused')
  assert.equal(session.pendingOctets, 'MAIL FROM:<a@example.test> SIZE=5\r\nNOOP\r\n'.length)
  session.answer(replies.authenticated)
  assert.deepEqual(session.next(), {
    type: 'MailRequested',
    reversePath: { localPart: 'a', domain: 'example.test' },
    parameters: { size: 5 },
  })
  output(session)
  assert.equal(session.next().type, 'Paused')
  assert.equal(session.takeOutput(), undefined)
  session.answer(replies.senderOk)
  assert.equal(session.next().type, 'NeedOctets')
  assert.equal(output(session), '250 2.1.0 Sender ok\r\n250 2.0.0 Ok\r\n')
})

test('every parameter reaches the owner, decoded', () => {
  const session = open()
  say(session, LOGIN)
  session.answer(replies.authenticated)
  const mail = say(
    session,
    'MAIL FROM:<"a b"@[192.0.2.1]> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb AUTH=<> SIZE=7 REQUIRETLS\r\n',
  )
  assert.deepEqual(mail, {
    type: 'MailRequested',
    reversePath: { localPart: 'a b', domain: '[192.0.2.1]' },
    parameters: { body: '8BITMIME', smtputf8: true, ret: 'HDRS', envid: 'a+b', size: 7, requireTls: true },
  })
  session.answer(replies.senderOk)
  const rcpt = say(session, 'RCPT TO:<\xc3\xbc@example.test> NOTIFY=delay,FAILURE ORCPT=rfc822;x+2By@example.test\r\n')
  assert.deepEqual(rcpt, {
    type: 'RcptRequested',
    forwardPath: { localPart: 'ü', domain: 'example.test' },
    parameters: { notify: ['DELAY', 'FAILURE'], orcpt: 'rfc822;x+y@example.test' },
  })
})

test('the null reverse-path is undefined', () => {
  const session = open()
  say(session, LOGIN)
  session.answer(replies.authenticated)
  assert.deepEqual(say(session, 'MAIL FROM:<>\r\n'), { type: 'MailRequested', reversePath: undefined, parameters: {} })
})

test('an absent initial response is not an empty one', () => {
  const session = open()
  assert.deepEqual(say(session, 'EHLO x\r\nAUTH LOGIN\r\n'), { type: 'AuthRequested', mechanism: 'LOGIN' })
  session.answer(replies.authenticationUnsuccessful('R'))
  const event = say(session, 'AUTH login =\r\n')
  assert.equal(event.type === 'AuthRequested' && event.initialResponse?.length, 0)
})

test('what is known of the client follows the session', () => {
  const session = open({ ...OPTIONS, implicitTls: false })
  const known = () => [session.tls, session.clientName, session.extended, session.authenticated]
  assert.deepEqual(known(), [false, undefined, false, false])
  say(session, 'EHLO a.example.test\r\n')
  assert.deepEqual(known(), [false, 'a.example.test', true, false])
  say(session, 'STARTTLS\r\n')
  session.tlsStarted()
  assert.deepEqual(known(), [true, undefined, false, false])
  say(session, 'HELO b.example.test\r\n')
  assert.deepEqual(known(), [true, 'b.example.test', false, false])
  say(session, 'AUTH PLAIN AHVzZXIAc2VjcmV0\r\n')
  session.answer(replies.authenticated)
  assert.deepEqual(known(), [true, 'b.example.test', false, true])
})

test('between STARTTLS and TLS nothing is kept', () => {
  const session = open({ ...OPTIONS, implicitTls: false })
  assert.equal(say(session, 'STARTTLS\r\nNOOP\r\n').type, 'TlsRequested')
  assert.equal(output(session), '220 2.0.0 Ready to start TLS\r\n')
  assert.equal(say(session, 'NOOP\r\nNO').type, 'Paused')
  assert.equal(session.pendingOctets, 0)
  session.tlsStarted()
  assert.equal(say(session, 'HELP\r\n').type, 'NeedOctets')
  assert.equal(output(session), '530 5.7.0 Authentication required\r\n')
})

test('content is handed on as it comes, and stays valid', () => {
  const session = openContent('DATA\r\nfirst\r\n..second')
  const first = session.next()
  assert.equal(session.next().type, 'NeedOctets')
  assert.equal(say(session, ' line\r\n').type, 'ContentOctets')
  assert.deepEqual(say(session, '.\r\nNOOP\r\n'), { type: 'ContentEnded', size: 'first\r\n.second line\r\n'.length })
  assert.ok(first.type === 'ContentOctets')
  assert.equal(Buffer.concat(first.octets).toString(), 'first\r\n.second')
  assert.equal(output(session), '')
  session.answer(replies.queued('ID'))
  session.next()
  assert.equal(output(session), '250 2.0.0 Ok: queued as ID\r\n250 2.0.0 Ok\r\n')
})

for (const [name, begin, octets, end] of [
  ['DATA', 'DATA\r\n', 'a\nb\r\n', '.\r\n'],
  ['BDAT', 'BDAT 9 LAST\r\n', 'a\nb\r\n', '1234'],
]) {
  test(`${name}: a fault is told at once, the reply comes at the end`, () => {
    const session = openContent(begin ?? '')
    assert.equal(say(session, octets ?? '').type, 'ContentRefused')
    assert.equal(session.next().type, 'NeedOctets')
    assert.equal(session.takeOutput(), undefined)
    assert.equal(say(session, end ?? '').type, 'NeedOctets')
    assert.equal(output(session), '554 5.6.0 Message refused: bare CR, bare LF or NUL in the content\r\n')
    assert.equal(say(session, 'RSET\r\n').type, 'NeedOctets', 'the transaction is over and not reset again')
  })
}

test('a refused chunk ends the transaction once', () => {
  const session = openContent('BDAT 1\r\nxBDAT 1 FOO\r\nx')
  const types = [session.next(), session.next(), session.next()].map((event) => event.type)
  assert.deepEqual(types, ['ContentOctets', 'ContentRefused', 'NeedOctets'])
})

test('RSET behind a refused chunk finds no transaction any more', () => {
  const session = openContent('BDAT 2\r\n\nx')
  assert.equal(session.next().type, 'ContentRefused')
  assert.equal(say(session, 'RSET\r\n').type, 'NeedOctets')
  assert.equal(say(session, 'MAIL FROM:<a@example.test>\r\n').type, 'MailRequested')
})

for (const command of ['RSET', 'EHLO x', 'HELO x']) {
  test(`${command} gives up the transaction, once`, () => {
    const session = openContent('BDAT 1\r\nx')
    session.next()
    assert.equal(say(session, `${command}\r\n`).type, 'TransactionReset')
    assert.equal(say(session, `${command}\r\n`).type, 'NeedOctets')
  })
}

test('QUIT in the middle: first the transaction is given up, then the session is closed', () => {
  const session = openContent('BDAT 1\r\nx')
  session.next()
  assert.equal(say(session, 'QUIT\r\nNOOP\r\n').type, 'TransactionReset')
  assert.equal(session.next().type, 'Closed')
  assert.equal(say(session, 'NOOP\r\n').type, 'Closed')
  assert.equal(session.pendingOctets, 0)
  assert.equal(output(session), '250 2.0.0 Chunk received\r\n221 2.0.0 Bye\r\n')
})

test('close ends the session at any time, and a late answer is ignored', () => {
  const session = open()
  say(session, `${LOGIN}NOOP\r\n`)
  output(session)
  session.close(replies.idleTimeout)
  session.close(replies.shuttingDown)
  session.answer(replies.authenticated)
  session.challenge(new Uint8Array(0))
  session.tlsStarted()
  assert.equal(session.next().type, 'Closed')
  assert.equal(output(session), '421 4.4.2 Idle for too long, closing\r\n')
})

test('close in the middle of content', () => {
  const session = openContent('DATA\r\nx')
  session.close(replies.idleTimeout)
  assert.equal(session.next().type, 'Closed')
  assert.equal(say(session, '\r\n.\r\n').type, 'Closed')
})

test('an answer to nothing is a bug', () => {
  const session = open({ ...OPTIONS, implicitTls: false })
  assert.throws(() => session.answer(replies.ok))
  assert.throws(() => session.challenge(new Uint8Array(0)))
  assert.throws(() => session.tlsStarted())
  say(session, 'STARTTLS\r\n')
  assert.throws(() => session.answer(replies.ok))
})

const idle: [name: string, command: string][] = [
  ['NOOP', 'NOOP\r\n'],
  ['RSET', 'RSET\r\n'],
  ['VRFY', 'VRFY x\r\n'],
  ['HELP', 'HELP\r\n'],
  ['EHLO', 'EHLO x\r\n'],
]

for (const [name, command] of idle) {
  test(`a hundred times ${name} and nothing else is the end`, () => {
    const session = open()
    say(session, LOGIN)
    session.answer(replies.authenticated)
    assert.equal(say(session, command.repeat(100)).type, 'NeedOctets')
    output(session)
    assert.equal(say(session, 'MAIL FROM:<a@example.test>\r\n').type, 'Closed')
    assert.equal(output(session), '421 4.7.0 Too many commands without a message, closing\r\n')
  })
}

test('a message starts the count of idle commands anew', () => {
  const some = 'NOOP\r\n'.repeat(60)
  const session = openContent(`${some}DATA\r\nx\r\n.\r\n${some}`)
  session.next()
  session.next()
  session.answer(replies.queued('ID'))
  session.next()
  assert.equal(say(session, 'MAIL FROM:<a@example.test>\r\n').type, 'MailRequested')
})

test('MAIL and RSET in turn move nothing', () => {
  const session = open()
  say(session, LOGIN)
  session.answer(replies.authenticated)
  for (let count = 0; count < 100; count++) {
    assert.equal(say(session, 'MAIL FROM:<a@example.test>\r\n').type, 'MailRequested')
    session.answer(replies.senderOk)
    assert.equal(say(session, 'RSET\r\n').type, 'TransactionReset')
  }
  assert.equal(say(session, 'MAIL FROM:<a@example.test>\r\n').type, 'Closed')
})

test('a list of recipients far beyond the limit is still delivered to the first of them', () => {
  const session = open()
  say(session, `${LOGIN}MAIL FROM:<a@example.test>\r\n`)
  session.answer(replies.authenticated)
  session.next()
  session.answer(replies.senderOk)
  let event = say(session, 'RCPT TO:<b@example.test>\r\n'.repeat(500))
  for (; event.type === 'RcptRequested'; event = session.next()) session.answer(replies.recipientOk)
  assert.equal(output(session).match(/^452 4\.5\.3 /gm)?.length, 490)
  assert.equal(say(session, 'DATA\r\n').type, 'ContentStarted')
})

test('refusals come to an end too', () => {
  const session = open({ ...OPTIONS, recipientLimit: 0 })
  say(session, `${LOGIN}MAIL FROM:<a@example.test>\r\n`)
  session.answer(replies.authenticated)
  session.next()
  session.answer(replies.senderOk)
  assert.equal(say(session, 'RCPT TO:<b@example.test>\r\n'.repeat(1000)).type, 'NeedOctets')
  assert.equal(say(session, 'RSET\r\n').type, 'TransactionReset')
  assert.equal(session.next().type, 'Closed')
})

test('a message that is too large by its own word is no mistake', () => {
  const session = open()
  say(session, LOGIN)
  session.answer(replies.authenticated)
  assert.equal(say(session, 'MAIL FROM:<a@example.test> SIZE=1001\r\n'.repeat(20)).type, 'NeedOctets')
  assert.equal(say(session, 'MAIL FROM:<a@example.test> SIZE=1000\r\n').type, 'MailRequested')
})

test('a line without end is not kept', () => {
  const session = open()
  for (let count = 0; count < 100; count++) {
    say(session, 'x'.repeat(10_000))
    assert.ok(session.pendingOctets <= 2049)
  }
})
