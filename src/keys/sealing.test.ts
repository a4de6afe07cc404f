import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { deriveKeys } from './installation-key.ts'
import { createSealer } from './sealing.ts'

const sealer = createSealer(deriveKeys(randomBytes(32)))
const octets = Buffer.from('-----BEGIN FAKE KEY-----')
const sealed = sealer.seal('record-1', 'token-signing', octets)

test('what was sealed opens again, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.uint8Array({ maxLength: 300 }), (recordId, purpose, content) => {
      const opened = sealer.open(recordId, purpose, sealer.seal(recordId, purpose, content))
      assert.deepEqual(opened && Buffer.from(opened), Buffer.from(content))
    }),
  )
})

test('the same content never seals to the same octets', () => {
  assert.notDeepEqual(sealer.seal('record-1', 'token-signing', octets), sealed)
  assert.equal(Buffer.from(sealed).includes('FAKE'), false)
})

const moved = [
  { name: 'another record', open: () => sealer.open('record-2', 'token-signing', sealed) },
  { name: 'another purpose', open: () => sealer.open('record-1', 'development-ca', sealed) },
  { name: 'a border moved between id and purpose', open: () => sealer.open('record-1t', 'oken-signing', sealed) },
  {
    name: 'another installation',
    open: () => createSealer(deriveKeys(randomBytes(32))).open('record-1', 'token-signing', sealed),
  },
  {
    name: 'the same key under another id',
    open: () =>
      createSealer({ ...deriveKeys(Buffer.alloc(32, 1)), keyId: 'other' }).open(
        'r',
        'p',
        createSealer(deriveKeys(Buffer.alloc(32, 1))).seal('r', 'p', octets),
      ),
  },
]

for (const { name, open } of moved)
  test(`does not open as ${name}`, () => {
    assert.equal(open(), undefined)
  })

test('one flipped bit anywhere, or one octet less or more, and it does not open', () => {
  for (let at = 0; at < sealed.length; at++) {
    const changed = Uint8Array.from(sealed)
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.equal(sealer.open('record-1', 'token-signing', changed), undefined, `octet ${at}`)
    assert.equal(sealer.open('record-1', 'token-signing', sealed.subarray(0, at)), undefined, `cut at ${at}`)
  }
  assert.equal(sealer.open('record-1', 'token-signing', Buffer.concat([sealed, Buffer.alloc(1)])), undefined)
})

test('any octets at all open as nothing, without an exception', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (any) => sealer.open('r', 'p', any) === undefined))
})
