// Message identifiers: valid ones are the sender's correlation key and stay, others are replaced.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessageId } from './message-id.ts'

const identifiers: readonly (readonly [value: string, identifier: string | undefined])[] = [
  ['<a@b>', 'a@b'],
  [' <a@b>', 'a@b'],
  ['\t<a@b> ', 'a@b'],
  ['<0190f3a1-1111-7222-8333-944455556666@app.example.test>', '0190f3a1-1111-7222-8333-944455556666@app.example.test'],
  ['<000001c7$ab12$c0a80101@HOST_1>', '000001c7$ab12$c0a80101@HOST_1'],
  ['<a..b.@c>', 'a..b.@c'],
  ['<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
  ['<ä@b>', 'ä@b'],
  ['', undefined],
  ['a@b', undefined],
  ['<>', undefined],
  ['<a>', undefined],
  ['<@b>', undefined],
  ['<a@>', undefined],
  ['<a@b@c>', undefined],
  ['<a b@c>', undefined],
  ['<a@b', undefined],
  ['<a@b> <c@d>', undefined],
  ['<a@b> (comment)', undefined],
  ['"<a@b>"', undefined],
  ['<a@[b]c]>', undefined],
  ['<a:b@c>', undefined],
]

for (const [value, identifier] of identifiers)
  test(`message identifier: ${JSON.stringify(value)}`, () => {
    assert.equal(parseMessageId(value), identifier)
  })

for (const unit of ['<', '@', 'a', 'a@', ' ', '.', '['])
  test(`message identifier: a mebioctet of ${JSON.stringify(unit)} costs one pass`, () => {
    const filler = unit.repeat((1024 * 1024) / unit.length)
    for (const value of [filler, `<${filler}`, `<a@${filler}`]) assert.equal(parseMessageId(value), undefined)
  })
