import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ContentFault, ContentScanner } from './content-scanner.ts'

type Outcome = { content?: string; fault?: ContentFault; rest?: string }

/** Scans a stream that comes cut at the given places, to its end. `rest` is what the scanner left. */
function scan(framing: 'DATA' | 'BDAT', stream: string, cuts: readonly number[], sizeLimit = 1_000_000): Outcome {
  const scanner = new ContentScanner(framing, sizeLimit)
  const octets = Buffer.from(stream, 'latin1')
  let content = ''
  let rest: string | undefined
  let start = 0
  for (const end of [...cuts, octets.length]) {
    const piece = Buffer.from(octets.subarray(start, end))
    start = end
    if (piece.length === 0 || rest !== undefined) continue
    const result = scanner.scan(piece)
    if (result.octets !== undefined) {
      assert.ok(result.octets.length > 0)
      assert.equal(scanner.fault, undefined)
      content += result.octets.toString('latin1')
    }
    if (result.ended) rest = octets.subarray(end - piece.length + result.used).toString('latin1')
    else assert.equal(result.used, piece.length)
  }
  if (framing === 'BDAT') scanner.finish()
  if (scanner.fault === undefined) assert.equal(scanner.size, content.length)
  return {
    ...(scanner.fault === undefined ? { content } : { fault: scanner.fault }),
    ...(rest === undefined ? {} : { rest }),
  }
}

const everyPlace = (stream: string): number[] => Array.from({ length: stream.length }, (_, place) => place)

const x998 = 'x'.repeat(998)
const bad = (rest = ''): Outcome => ({ fault: 'bad line end', rest })
const dialogues: [name: string, stream: string, outcome: Outcome][] = [
  ['nothing', '.\r\n', { content: '', rest: '' }],
  ['one line', 'a\r\n.\r\n', { content: 'a\r\n', rest: '' }],
  ['what follows the end is left', 'a\r\n.\r\nQUIT\r\n.\r\n', { content: 'a\r\n', rest: 'QUIT\r\n.\r\n' }],
  [
    'dots are taken out once',
    '..\r\n...\r\n.a\r\nb.\r\n..\r\n.\r\n',
    { content: '.\r\n..\r\na\r\nb.\r\n.\r\n', rest: '' },
  ],
  ['empty lines', '\r\n\r\n.\r\n', { content: '\r\n\r\n', rest: '' }],
  ['no end yet', 'a\r\n.b\r\n', { content: 'a\r\nb\r\n' }],
  ['undecided tail', 'a\r\n.', { content: 'a\r\n' }],
  ['bare LF', 'a\nb\r\n.\r\nx', bad('x')],
  ['LF first', '\n\r\n.\r\n', bad()],
  ['bare CR', 'a\rb\r\n.\r\n', bad()],
  ['CR CRLF', 'a\r\r\n.\r\n', bad()],
  ['CR first', '\ra\r\n.\r\n', bad()],
  ['NUL', 'a\0\r\n.\r\n', bad()],
  ['LF . LF', 'a\n.\nb\r\n.\r\n', bad()],
  ['CRLF . LF', 'a\r\n.\nb\r\n.\r\n', bad()],
  ['CRLF . CR', 'a\r\n.\rb\r\n.\r\n', bad()],
  ['CRLF . CR CRLF', 'a\r\n.\r\r\nb\r\n.\r\n', bad()],
  ['LF . CRLF', 'a\n.\r\nb\r\n.\r\n', bad()],
  ['CR . CRLF', 'a\r.\r\nb\r\n.\r\n', bad()],
  ['a fault and no end', 'a\nb\r\n.\r', { fault: 'bad line end' }],
  ['an end right behind the fault', 'a\n\r\n.\r\nx', bad('x')],
  ['two ends', 'a\n\r\n.\r\n.\r\n', bad('.\r\n')],
  ['longest line', `${x998}\r\n.\r\n`, { content: `${x998}\r\n`, rest: '' }],
  ['longest stuffed line', `a\r\n..${x998.slice(1)}\r\n.\r\n`, { content: `a\r\n.${x998.slice(1)}\r\n`, rest: '' }],
  ['stuffed line, one octet shorter', `..${x998.slice(2)}\r\n.\r\n`, { content: `.${x998.slice(2)}\r\n`, rest: '' }],
  ['longest lines in a row', `${x998}\r\n${x998}\r\n.\r\n`, { content: `${x998}\r\n${x998}\r\n`, rest: '' }],
  ['line too long', `${x998}x\r\n.\r\nb`, { fault: 'line too long', rest: 'b' }],
  ['later line too long', `a\r\n${x998}x\r\n.\r\n`, { fault: 'line too long', rest: '' }],
  ['stuffed line too long', `a\r\n..${x998}\r\n.\r\n`, { fault: 'line too long', rest: '' }],
  [
    'a dot inside a long line is no stuffing',
    `a\r\nb.${x998.slice(2)}y\r\n.\r\n`,
    { fault: 'line too long', rest: '' },
  ],
  ['too long, then bare LF', `${x998}x\n\r\n.\r\n`, { fault: 'line too long', rest: '' }],
  ['bare LF, then too long', `a\n${x998}xx\r\n.\r\n`, bad()],
  ['bare LF at the limit', `${x998}\n\r\n.\r\n`, bad()],
  ['bare CR at the limit', `${x998}\rx\r\n.\r\n`, bad()],
  ['NUL at the limit', `${x998}\0\r\n.\r\n`, { fault: 'line too long', rest: '' }],
]

for (const [name, stream, outcome] of dialogues) {
  test(`DATA: ${name}, cut anywhere`, () => {
    assert.deepEqual(scan('DATA', stream, []), outcome)
    for (let cut = 1; cut < stream.length; cut++)
      assert.deepEqual(scan('DATA', stream, [cut]), outcome, `cut at ${cut}`)
    assert.deepEqual(scan('DATA', stream, everyPlace(stream)), outcome, 'one octet at a time')
  })
}

test('DATA: the end of a message, cut at all places at once', () => {
  // S14: four octets of the end and one before, in every partition.
  const stream = 'a\r\n.\r\nb'
  for (let partition = 0; partition < 1 << stream.length; partition++) {
    const cuts = everyPlace(stream).filter((place) => partition & (1 << place))
    assert.deepEqual(scan('DATA', stream, cuts), { content: 'a\r\n', rest: 'b' })
  }
})

const chunks: [name: string, stream: string, outcome: Outcome][] = [
  ['dots stay', '.\r\n..\r\n', { content: '.\r\n..\r\n' }],
  ['no line end at the end', 'abc', { content: 'abc' }],
  ['CR at the end', 'abc\r', { fault: 'bad line end' }],
  ['bare LF', 'a\nb', { fault: 'bad line end' }],
  ['bare CR', 'a\rb', { fault: 'bad line end' }],
  ['NUL', '\0', { fault: 'bad line end' }],
  ['longest line', `.${x998.slice(1)}\r\n`, { content: `.${x998.slice(1)}\r\n` }],
  ['line too long', `.${x998}\r\n`, { fault: 'line too long' }],
  ['line too long without end', `${x998}x`, { fault: 'line too long' }],
]

for (const [name, stream, outcome] of chunks) {
  test(`BDAT: ${name}, cut anywhere`, () => {
    for (let cut = 0; cut < stream.length; cut++)
      assert.deepEqual(scan('BDAT', stream, [cut]), outcome, `cut at ${cut}`)
  })
}

const sizes: [name: string, framing: 'DATA' | 'BDAT', stream: string, outcome: Outcome][] = [
  ['exactly the limit', 'DATA', '..23456\r\n.\r\n', { content: '.23456\r\n', rest: '' }],
  ['one more', 'DATA', '..234567\r\n.\r\n', { fault: 'too large', rest: '' }],
  ['much more', 'DATA', `${'ab\r\n'.repeat(9)}.\r\nx`, { fault: 'too large', rest: 'x' }],
  ['too large before a bare LF', 'DATA', '123456789\nb\r\n.\r\n', { fault: 'too large', rest: '' }],
  ['a bare LF before it is too large', 'DATA', '12345678\nb\r\n.\r\n', bad()],
  ['a CR just beyond the limit', 'DATA', '12345678\rb\r\n.\r\n', bad()],
  ['a chunk of exactly the limit', 'BDAT', '12345678', { content: '12345678' }],
  ['a chunk of one more', 'BDAT', '123456789', { fault: 'too large' }],
]

for (const [name, framing, stream, outcome] of sizes) {
  test(`size: ${name}, cut anywhere`, () => {
    for (let cut = 0; cut < stream.length; cut++)
      assert.deepEqual(scan(framing, stream, [cut], 8), outcome, `cut at ${cut}`)
    assert.deepEqual(scan(framing, stream, everyPlace(stream), 8), outcome, 'one octet at a time')
  })
}

test('a piece without dots is handed on as it is, without a copy', () => {
  const piece = Buffer.from('Subject: s\r\n\r\nbody\r\n')
  const { octets } = new ContentScanner('DATA', 1000).scan(piece)
  assert.equal(octets?.buffer, piece.buffer)
  assert.equal(octets?.byteOffset, piece.byteOffset)
})
