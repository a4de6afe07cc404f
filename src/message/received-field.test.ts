// The trace field: its form, and that nothing a client chose can break out of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type Reception, receivedField } from './received-field.ts'

const RECEPTION: Reception = {
  queueId: '0190f3a1-1111-7222-8333-944455556666',
  hostname: 'mail.example.test',
  receivedAt: Date.UTC(2026, 10, 22, 11, 40, 0),
  client: { name: 'app.example.test', address: '192.0.2.1' },
  protocol: 'ESMTPSA',
  forRecipient: 'you@example.org',
  smtputf8: false,
}

test('the trace field names client, host, protocol, id, recipient and date', () => {
  assert.equal(
    receivedField(RECEPTION),
    'Received: from app.example.test ([192.0.2.1])\r\n' +
      '\tby mail.example.test with ESMTPSA id 0190f3a1-1111-7222-8333-944455556666\r\n' +
      '\tfor <you@example.org>;\r\n' +
      '\tSun, 22 Nov 2026 11:40:00 +0000\r\n',
  )
})

test('several recipients: the trace field names none', () => {
  const { forRecipient: _, ...several } = RECEPTION
  assert.match(receivedField(several), /\tby mail\.example\.test with ESMTPSA id [0-9a-f-]+;\r\n\tSun, /)
})

test('the protocol is the one given', () => {
  assert.match(receivedField({ ...RECEPTION, protocol: 'UTF8SMTPSA' }), / with UTF8SMTPSA id /)
})

const clients: readonly { name: string; client: Reception['client']; from: string }[] = [
  { name: 'IPv6', client: { name: 'h', address: '2001:db8::1' }, from: 'h ([IPv6:2001:db8::1])' },
  { name: 'IPv4 on a dual-stack socket', client: { name: 'h', address: '::ffff:192.0.2.1' }, from: 'h ([192.0.2.1])' },
  { name: 'a scoped address', client: { name: 'h', address: 'fe80::1%eth0' }, from: 'h ([IPv6:fe80::1])' },
  {
    name: 'an address literal as name',
    client: { name: '[IPv6:::1]', address: '::1' },
    from: '[IPv6:::1] ([IPv6:::1])',
  },
  { name: 'an underscore', client: { name: 'DESK_1', address: '::1' }, from: 'DESK_1 ([IPv6:::1])' },
  { name: 'no name', client: { name: '', address: '::1' }, from: 'unknown ([IPv6:::1])' },
  { name: 'a comment', client: { name: 'a (b) c', address: '::1' }, from: 'a-b-c ([IPv6:::1])' },
  { name: 'a line break', client: { name: 'a\r\nBcc: x', address: '::1' }, from: 'a-Bcc:-x ([IPv6:::1])' },
  { name: 'a U-label', client: { name: 'bücher.test', address: '::1' }, from: 'b-cher.test ([IPv6:::1])' },
  { name: 'a long name', client: { name: 'x'.repeat(2000), address: '::1' }, from: `${'x'.repeat(255)} ([IPv6:::1])` },
]

for (const { name, client, from } of clients)
  test(`the trace field's client: ${name}`, () => {
    assert.equal(receivedField({ ...RECEPTION, client }).split('\r\n')[0], `Received: from ${from}`)
  })

const recipients: readonly (readonly [recipient: string, smtputf8: boolean, shown: boolean])[] = [
  ['you+tag@example.org', false, true],
  ['you@[192.0.2.1]', false, true],
  ['you@[IPv6:::1]', false, true],
  ['jörg@example.org', true, true],
  ['jörg@example.org', false, false],
  ['a\u200bb@example.org', true, false],
  ['"a b"@example.org', false, false],
  ['"a>;b"@example.org', false, false],
  ['a\r\nb@example.org', false, false],
  [`${'a'.repeat(65)}@example.org`, false, false],
  [`a@${'a'.repeat(256)}`, false, false],
  ['nobody', false, false],
  ['', false, false],
]

for (const [forRecipient, smtputf8, shown] of recipients)
  test(`the trace field ${shown ? 'names' : 'leaves out'} ${JSON.stringify(forRecipient).slice(0, 40)}, SMTPUTF8 ${smtputf8}`, () => {
    const field = receivedField({ ...RECEPTION, forRecipient, smtputf8 })
    assert.equal(field.includes(`\r\n\tfor <${forRecipient}>;\r\n`), shown)
    assert.equal(field.includes('for <'), shown)
  })

test('whatever the client says, the trace field is one field of short lines', () => {
  const hostile = fc.string({ unit: 'binary', maxLength: 600 })
  fc.assert(
    fc.property(hostile, hostile, hostile, fc.boolean(), (name, address, forRecipient, smtputf8) => {
      const field = receivedField({ ...RECEPTION, client: { name, address }, forRecipient, smtputf8 })
      assert.match(field, /^Received: from [^\r\n]+\r\n(?:\t[^\r\n]+\r\n){2,3}$/)
      for (const line of field.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 998)
    }),
  )
})
