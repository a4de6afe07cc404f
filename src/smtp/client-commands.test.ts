// What is written is what our own server reads, and no more than the other server offered.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Carriage, encodeXtext, mailCommand, rcptCommand, readAddress, readExtensions } from './client-commands.ts'
import { parseMail, parseRcpt } from './commands.ts'
import type { MailParameters, RcptParameters } from './events.ts'
import { decodeXtext } from './grammar.ts'

const plain: Carriage = { size: 7, eightBit: false, smtputf8: false, requireTls: false }
const offering = (...keywords: string[]) => readExtensions(['host', ...keywords])
const all = offering('SIZE', '8BITMIME', 'SMTPUTF8', 'DSN', 'REQUIRETLS')

const mails: readonly (readonly [string, MailParameters, Carriage, typeof all, string])[] = [
  ['', {}, plain, offering(), 'MAIL FROM:<>'],
  ['a@example.test', {}, plain, offering('SIZE 10'), 'MAIL FROM:<a@example.test> SIZE=7'],
  ['a@example.test', { ret: 'HDRS', envid: 'a' }, plain, offering(), 'MAIL FROM:<a@example.test>'],
  [
    '"a b"@example.test',
    { ret: 'HDRS', envid: 'a+b =é' },
    plain,
    offering('DSN'),
    'MAIL FROM:<"a b"@example.test> RET=HDRS ENVID=a+2Bb+20+3D+E9',
  ],
  [
    'a@example.test',
    { size: 99, body: '8BITMIME', smtputf8: true },
    plain,
    offering('8BITMIME', 'SMTPUTF8'),
    'MAIL FROM:<a@example.test>',
  ],
  [
    'ü@example.test',
    {},
    { ...plain, eightBit: true, smtputf8: true, requireTls: true },
    all,
    'MAIL FROM:<ü@example.test> SIZE=7 BODY=8BITMIME SMTPUTF8 REQUIRETLS',
  ],
  ['a@example.test', { envid: 'not \u{20ac}' }, plain, offering('DSN'), 'MAIL FROM:<a@example.test>'],
]

for (const [reversePath, parameters, carriage, extensions, expected] of mails)
  test(expected, () => {
    const mailbox = reversePath === '' ? undefined : readAddress(reversePath)
    assert.equal(mailCommand(mailbox, parameters, carriage, extensions), expected)
  })

const rcpts: readonly (readonly [RcptParameters, typeof all, string])[] = [
  [{}, all, 'RCPT TO:<b@example.test>'],
  [{ notify: ['NEVER'], orcpt: 'rfc822;b@example.test' }, offering(), 'RCPT TO:<b@example.test>'],
  [{ notify: ['FAILURE', 'DELAY'] }, all, 'RCPT TO:<b@example.test> NOTIFY=FAILURE,DELAY'],
  [{ orcpt: 'rfc822;b+c@example.test' }, all, 'RCPT TO:<b@example.test> ORCPT=rfc822;b+2Bc@example.test'],
  [{ orcpt: 'utf-8;\\x{FC}@example.test' }, all, 'RCPT TO:<b@example.test> ORCPT=utf-8;\\x{FC}@example.test'],
  [{ orcpt: 'nothing' }, all, 'RCPT TO:<b@example.test>'],
]

for (const [parameters, extensions, expected] of rcpts)
  test(expected, () => {
    const mailbox = readAddress('b@example.test')
    assert(mailbox)
    assert.equal(rcptCommand(mailbox, parameters, extensions), expected)
  })

const noAddresses = [
  '',
  'b',
  'b@example.test>',
  'b@example.test> SIZE=1',
  'b@example.test\r\nDATA',
  'b c@example.test',
  '<b@example.test>',
  'b@example.test ',
  '@a.test:b@example.test>',
  'b\0@example.test',
]
for (const address of noAddresses)
  test(`no address: ${JSON.stringify(address)}`, () => assert.equal(readAddress(address), undefined))

test('keywords in upper case, the old form of AUTH beside the right one, and nothing that is none', () => {
  const extensions = readExtensions(['me PIPELINING', 'auth PLAIN', 'AUTH=LOGIN ', 'Size 10', '-x', '', '8BITMIME'])
  assert.deepEqual(
    [...extensions],
    [
      ['AUTH', 'PLAIN LOGIN'],
      ['SIZE', '10'],
      ['8BITMIME', ''],
    ],
  )
})

test('xtext comes back', () => {
  const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) })
  fc.assert(fc.property(latin1, (text) => assert.equal(decodeXtext(encodeXtext(text) ?? '-'), text)))
})

test('our own server reads every command as it was meant', () => {
  const mail = mailCommand(readAddress('"a >"@example.test'), { ret: 'FULL', envid: 'x +y' }, plain, all)
  assert.deepEqual(parseMail(mail.slice('MAIL '.length)), {
    type: 'mail',
    reversePath: { localPart: 'a >', domain: 'example.test' },
    parameters: { size: 7, ret: 'FULL', envid: 'x +y' },
  })
  const parameters = { notify: ['DELAY'], orcpt: 'rfc822;x y@example.test' } as const
  const mailbox = readAddress('b@[192.0.2.1]')
  assert(mailbox)
  const rcpt = rcptCommand(mailbox, parameters, all)
  assert.deepEqual(parseRcpt(rcpt.slice('RCPT '.length), false), { type: 'rcpt', forwardPath: mailbox, parameters })
})
