// What is taken apart in the browser, and what would keep it for minutes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import PostalMime from 'postal-mime'
import { parsed } from '../../portal/src/pages/captures/parsed-content.ts'

const take = (text: string) => parsed(Buffer.from(text), (octets) => PostalMime.parse(octets))

test('a message is taken apart', async () => {
  assert.equal((await take('Subject: Invoice\r\n\r\nAttached.\r\n'))?.subject, 'Invoice')
})

test('a message of nothing but lines is left whole', async () => {
  const head = 'Content-Type: text/html\r\n\r\n'
  assert.equal(await take(`${head}${'\n'.repeat(3_000_000)}`), undefined)
  assert.notEqual(await take(`${head}${'\n'.repeat(1000)}`), undefined)
})

test('neither is what the parser gives up on', async () => {
  assert.equal(await parsed(Buffer.from(''), () => Promise.reject(new Error('too deep'))), undefined)
})
