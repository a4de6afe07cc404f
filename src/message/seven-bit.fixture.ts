// Fixture: messages of any structure that can be written in 7 bits, as Latin-1 text with one character an octet, and the writing of one.

import fc from 'fast-check'
import { writeSevenBit } from './seven-bit.ts'
import { planSevenBit } from './seven-bit-plan.ts'

export async function* chunksOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const octets = Buffer.from(text, 'latin1')
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size)
}

/** Undefined when it is not to be converted. */
export async function inSevenBits(text: string, size = 1000): Promise<string | undefined> {
  const plan = await planSevenBit(chunksOf(text, size))
  if (plan === undefined) return undefined
  const pieces: Uint8Array[] = []
  for await (const piece of writeSevenBit(chunksOf(text, size), plan)) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

export const linesOf = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('')

const word = fc.oneof(
  fc.stringMatching(/^[!-~]{1,12}$/),
  fc.constantFrom(
    'Gr\xc3\xbc\xc3\x9fe',
    '\xfc',
    '\xe6\x97\xa5',
    'a=b',
    '=E4',
    '.',
    '--',
    '--x',
    'From',
    'x'.repeat(90),
  ),
)
const line = fc
  .tuple(fc.array(word, { maxLength: 9 }), fc.constantFrom(' ', '\t', '  '), fc.constantFrom('', ' ', '\t', ' \t '))
  .map(([words, gap, end]) => words.join(gap) + end)
const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\r\n'))

type Node = { readonly fields: readonly string[]; readonly body: (path: string) => string }

const typeFields = fc.constantFrom(
  [],
  ['Content-Type: text/plain'],
  ['Content-Type: text/plain; charset=utf-8; format=flowed'],
  ['Content-Type: text/html;', '\tcharset="iso-8859-1"'],
  ['CONTENT-TYPE: Image/PNG; name=a.png', 'Content-Disposition: attachment; filename=a.png'],
  ['Content-Type: application/octet-stream', 'Content-Disposition: attachment; filename="b c"'],
)
const plainLeaf: fc.Arbitrary<Node> = fc
  .tuple(typeFields, fc.constantFrom([], ['7bit'], ['8bit'], ['binary'], ['8BIT']), text)
  .map(([type, encodings, body]) => ({
    fields: [...type, ...encodings.map((encoding) => `Content-Transfer-Encoding: ${encoding}`)],
    body: () => body,
  }))
const encodedLeaf: fc.Arbitrary<Node> = fc
  .tuple(
    typeFields,
    fc.constantFrom(['quoted-printable', 'Gr=FC=\r\n=DFe=20'], ['base64', '/P3+\r\nAAEC'], ['base64', '/P3+\r\n']),
  )
  .map(([type, [encoding = '', body = '']]) => ({
    fields: [`content-transfer-encoding:\r\n ${encoding}`, ...type],
    body: () => body,
  }))

const { node } = fc.letrec<{ node: Node; multipart: Node; message: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, plainLeaf, encodedLeaf, tie('multipart'), tie('message')),
  multipart: fc
    .tuple(
      fc.constantFrom('mixed', 'alternative', 'related', 'report; report-type=x'),
      fc.constantFrom([], ['Content-Transfer-Encoding: 8bit'], ['Content-Transfer-Encoding: 7bit']),
      fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', 'preamble\r\n', '\xfcber\r\n'),
      fc.constantFrom('', '\r\n', '\r\nepilogue\r\n', '\r\n\xfc\r\n', ' \t\r\n'),
    )
    .map(([subtype, encoding, parts, preamble, epilogue]) => ({
      fields: [`Content-Type: multipart/${subtype}; boundary="=_`, ...encoding],
      body: (path) =>
        [
          preamble,
          ...parts.map((part, index) => `--=_${path}_\r\n${write(part, `${path}.${index}`)}\r\n`),
          `--=_${path}_--${epilogue}`,
        ].join(''),
    })),
  message: fc
    .tuple(
      tie('node'),
      fc.constantFrom([], ['Content-Transfer-Encoding: 8bit']),
      fc.constantFrom([], ['MIME-Version: 1.0']),
    )
    .map(([inner, encoding, version]) => ({
      fields: ['Content-Type: message/rfc822', ...encoding],
      body: (path) => linesOf('From: x@y.test', 'Subject: within', ...version) + write(inner, path),
    })),
}))

function write({ fields, body }: Node, path: string): string {
  const header = linesOf(...fields).replace('boundary="=_\r\n', `boundary="=_${path}_"\r\n`)
  return `${header}\r\n${body(path)}`
}

export const anySevenBitMessage: fc.Arbitrary<string> = fc
  .tuple(node, fc.constantFrom([], ['MIME-Version: 1.0']), fc.constantFrom('', '\r\n'))
  .map(([root, version, end]) => linesOf('From: a@contoso.test', 'Subject: tree', ...version) + write(root, '0') + end)
