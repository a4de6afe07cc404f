import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OctetQueue, SKIPPED_OCTETS_LIMIT } from './octet-queue.ts'

const LIMIT = 10
const LIMITS = { limit: LIMIT, exception: { start: /^long/, limit: 20 } }

/** Every line, or name of a fault, that a stream gives when it comes in pieces of one size. */
function takeAll(stream: string, pieceSize: number): string[] {
  const queue = new OctetQueue()
  const octets = Buffer.from(stream, 'latin1')
  const outcomes: string[] = []
  for (let at = 0; at < octets.length; at += pieceSize) {
    queue.push(octets.subarray(at, at + pieceSize))
    for (let line = queue.takeLine(LIMITS); line !== undefined; line = queue.takeLine(LIMITS)) {
      outcomes.push(typeof line === 'string' ? line : line.fault)
      if (typeof line !== 'string' && line.fault === 'endless') return outcomes
    }
    assert.ok(queue.size <= 21, 'an unfinished line takes no more than its limit')
  }
  return outcomes
}

const flood = 'x'.repeat(SKIPPED_OCTETS_LIMIT)
const streams: [name: string, stream: string, outcomes: string[]][] = [
  ['lines', 'a\r\nbc\r\n\r\n', ['a', 'bc', '']],
  ['a line as long as allowed', '0123456789\r\na\r\n', ['0123456789', 'a']],
  ['one octet more', '0123456789x\r\na\r\n', ['overlong', 'a']],
  ['a CR at the limit that ends nothing', '0123456789\rx\r\na\r\n', ['overlong', 'a']],
  ['two CR at the limit', '0123456789\r\r\na\r\n', ['overlong', 'a']],
  ['a bare LF at the limit', '0123456789\na\r\nb\r\n', ['bare line feed', 'b']],
  ['a bare LF beyond the limit', '0123456789x\na\r\nb\r\n', ['overlong', 'b']],
  ['a bare LF', 'a\nb\r\nc\r\n', ['bare line feed', 'c']],
  ['several bare LF', 'a\nb\nc\n\r\nd\r\n', ['bare line feed', 'd']],
  ['a CR in the line', 'a\rb\r\nc\r\n', ['a\rb', 'c']],
  ['CR CR LF', 'a\r\r\nb\r\n', ['a\r', 'b']],
  ['LF first', '\na\r\nb\r\n', ['bare line feed', 'b']],
  ['octets beyond ASCII', '\xff\x00\r\n', ['\xff\x00']],
  ['a line with a limit of its own', 'long 0123456789\r\na\r\n', ['long 0123456789', 'a']],
  ['the same, one octet over it', 'long 0123456789012345x\r\na\r\n', ['overlong', 'a']],
  ['the same, behind a line thrown away', '0123456789xxx\r\nlong 0123456789\r\n', ['overlong', 'long 0123456789']],
  ['a line thrown away that goes on like it', '0123456789xlong 0123456789\r\na\r\n', ['overlong', 'a']],
  ['as much thrown away as allowed', `${flood.slice(2)}\r\na\r\n`, ['overlong', 'a']],
  ['one octet more', `${flood.slice(1)}\r\na\r\n`, ['overlong', 'endless']],
]

for (const [name, stream, outcomes] of streams) {
  for (const size of stream.length > 1000 ? [4096, Number.POSITIVE_INFINITY] : [1, 2, 3, Number.POSITIVE_INFINITY]) {
    const pieceSize = Math.min(size, stream.length)
    test(`${name}, in pieces of ${pieceSize}`, () => assert.deepEqual(takeAll(stream, pieceSize), outcomes))
  }
}

test('a fault tells how its line began, across pieces', () => {
  const queue = new OctetQueue()
  for (const part of ['BD', 'AT 12', '345678']) {
    queue.push(Buffer.from(part))
    const line = queue.takeLine(LIMITS)
    if (part === '345678') assert.deepEqual(line, { fault: 'overlong', start: 'BDAT ' })
    else assert.equal(line, undefined)
  }
})

test('what is not a line can be looked at and used piece by piece', () => {
  const queue = new OctetQueue()
  queue.push(Uint8Array.from(Buffer.from('a\r\nbcd')))
  queue.push(new Uint8Array(0))
  queue.push(Buffer.from('ef'))
  assert.equal(queue.takeLine(LIMITS), 'a')
  assert.equal(queue.size, 5)
  assert.equal(queue.peek(2)?.toString(), 'bc')
  queue.use(1)
  assert.equal(queue.peek(10)?.toString(), 'cd')
  queue.use(2)
  assert.equal(queue.peek(10)?.toString(), 'ef')
  queue.clear()
  assert.equal(queue.size, 0)
  assert.equal(queue.peek(10), undefined)
})

test('clear forgets half a line and a line being thrown away', () => {
  const queue = new OctetQueue()
  queue.push(Buffer.from('half'))
  queue.takeLine(LIMITS)
  queue.clear()
  queue.push(Buffer.from('a\n'))
  queue.takeLine(LIMITS)
  queue.clear()
  queue.push(Buffer.from('b\r\n'))
  assert.equal(queue.takeLine(LIMITS), 'b')
})
