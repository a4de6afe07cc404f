// Under which names attachments are stored.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedName } from '../../portal/src/pages/captures/attachment-name.ts'

const cases: readonly (readonly [name: string, stored: string])[] = [
  ['invoice.pdf', 'invoice.pdf'],
  ['Angebot März.docx', 'Angebot März.docx'],
  ['../../.bashrc', '_.._.bashrc.bin'],
  ['C:\\Windows\\System32\\con.txt', 'C__Windows_System32_con.txt'],
  ['con.txt', '_con.txt'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe.bin'],
  ['invoice.pdf.exe', 'invoice.pdf.exe.bin'],
  ['<img src=x onerror=alert(1)>.html', '_img src=x onerror=alert(1)_.html.bin'],
  ['a\u0000b\r\nc.svg', 'abc.svg.bin'],
  ['', 'attachment.bin'],
  ['. . .', 'attachment.bin'],
  ['report.pdf. ', 'report.pdf'],
  ['x\u0301'.normalize('NFD'), 'x\u0301.bin'],
]
for (const [name, stored] of cases)
  test(`${JSON.stringify(name)} is stored as ${stored}`, () => assert.equal(storedName(name), stored))

test('what is too long keeps its end', () => {
  const stored = storedName(`${'long'.repeat(100)}.pdf`)
  assert.equal(stored.length, 100)
  assert.ok(stored.endsWith('.pdf'))
})
