// User names that we make up: their form, whatever the random octets.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { DEVICE_USERNAME_LIMIT, generateSmtpUsername } from './generated-username.ts'
import { checkSmtpUsername } from './smtp-username-rules.ts'

test('short, of letters and one hyphen, accepted by the rules, and not the same twice', () => {
  const made = Array.from({ length: 200 }, () => generateSmtpUsername(randomBytes))
  for (const username of made) {
    assert.match(username, /^(?:[bdfhkmnr][aeiu]){4}-(?:[bdfhkmnr][aeiu]){4}$/)
    assert.ok(username.length <= DEVICE_USERNAME_LIMIT)
    assert.deepEqual(checkSmtpUsername(username, []), { type: 'accepted', canonical: username })
  }
  assert.equal(new Set(made).size, made.length)
})

test('every octet counts, and each syllable stands for eight octets', () => {
  const at = (place: number, octet: number) =>
    generateSmtpUsername((size) => new Uint8Array(size).fill(octet, place, place + 1))
  for (let place = 0; place < 8; place += 1) {
    const syllables = new Set(Array.from({ length: 256 }, (_, octet) => at(place, octet)))
    assert.equal(syllables.size, 32)
  }
})
