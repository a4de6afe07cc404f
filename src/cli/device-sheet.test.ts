import assert from 'node:assert/strict'
import test from 'node:test'
import { renderDeviceSheet, renderVariables, smtpVariables } from './device-sheet.ts'

for (const [value, written] of [
  ['abc8Q~x._-', 'abc8Q~x._-'],
  ['DoNotReply@example.com', 'DoNotReply@example.com'],
  ['~home', "'~home'"],
  ['a|b', "'a|b'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
] as const)
  test(`a variable with the value ${JSON.stringify(value)}`, () => {
    assert.equal(renderVariables({ NAME: value }), `NAME=${written}\n`)
  })

const settings = {
  host: 'mail.example.com',
  port: 587,
  implicitTlsPort: 4465,
  port25: 0,
  minimumTlsVersion: '1.2',
  usernames: { dot: 'contoso.app.tenant', pipe: 'contoso|app|tenant' },
  aliases: [{ username: 'a-longer-name-than-needed' }, { username: 'printer' }],
  senderAddresses: [],
}

test('the variables name the shortest user name', () => {
  assert.equal(smtpVariables(settings, 's')['SMTP_USERNAME'], 'printer')
  assert.equal(smtpVariables({ ...settings, aliases: [] }, 's')['SMTP_USERNAME'], 'contoso.app.tenant')
})

test('the sheet names the ports that are there, and what unusual ones stand for', () => {
  const sheet = renderDeviceSheet(settings, 's', { width: undefined, bold: (text) => text, tint: (text) => text })
  assert.match(sheet, /^Port +587 with STARTTLS\n +4465 with TLS from the start \(stands for 465\)\nTLS/m)
  assert.match(sheet, /^Sender address +none: connect a verified domain first$/m)
})
