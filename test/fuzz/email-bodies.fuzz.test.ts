// Whatever is sent to the data plane gets a 2xx or a 4xx with a code, and never fails the service: random octets, JSON of any shape and
// depth, and requests that are almost right.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { email, newId, openEmailFixture, SEND } from '../../src/http/email/email.fixture.ts'
import { anyText, mailBody } from './email-arbitraries.ts'

const fixture = await openEmailFixture()
after(() => fixture.close())
const key = fixture.contoso.keys.primary

async function assertAnswered(body: unknown, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fixture.signed('POST', SEND, key, { body, headers })
  const { status, body: told } = answer
  if (status === 202) assert.equal(told.status, 'Running')
  else {
    assert.ok(status >= 400 && status < 500, `${status} ${JSON.stringify(told)}`)
    assert.match(told.error?.code ?? '', /^[A-Z][A-Za-z]+$/)
    assert.equal(answer.headers.get('x-ms-error-code'), told.error?.code)
    assert.ok(JSON.stringify(told).length < 2000, 'an answer that repeats much of what was sent')
  }
  return status
}

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'toJSON',
  'hasOwnProperty',
  'then',
  'length',
  '',
  '0',
  '$ref',
]
const name = fc.oneof(fc.constantFrom(...NAMES), anyText)
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    anyText,
    fc.double(),
    fc.maxSafeInteger(),
    fc.constantFrom(null, true, false),
    fc.array(tie('json'), { maxLength: 5 }),
    fc.dictionary(name, tie('json'), { maxKeys: 5 }),
  ),
}))

/** With some of its members something else; what is there otherwise is right. */
const almost = fc
  .tuple(mailBody, fc.array(fc.tuple(fc.nat(), json), { minLength: 1, maxLength: 3 }))
  .map(([body, changes]) => changes.reduce((one, [at, value]) => replaceAt(one, at, value), body as unknown))

/** Replaces the value at some place in a tree, counted from its root. */
function replaceAt(tree: unknown, at: number, value: unknown): unknown {
  const paths = pathsIn(tree)
  const path = paths[at % paths.length] ?? []
  const put = (node: unknown, [first, ...rest]: readonly (string | number)[]): unknown => {
    if (first === undefined) return value
    if (Array.isArray(node)) return node.map((one: unknown, index) => (index === first ? put(one, rest) : one))
    const entries = Object.entries(node as object).map(([key, one]) => [key, key === first ? put(one, rest) : one])
    return Object.fromEntries(entries)
  }
  return put(tree, path)
}

const pathsIn = (node: unknown): readonly (readonly (string | number)[])[] => {
  if (typeof node !== 'object' || node === null) return [[]]
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(node)
    ? node.map((one: unknown, index) => [index, one])
    : Object.entries(node)
  return [[], ...entries.flatMap(([key, one]) => pathsIn(one).map((path) => [key, ...path]))]
}

test('random octets', () =>
  fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (octets) => {
      assert.equal(await assertAnswered(octets), 400)
    }),
    { numRuns: 200 },
  ))

test('any JSON', () =>
  fc.assert(
    fc.asyncProperty(json, async (value) => {
      await assertAnswered(JSON.stringify(value))
    }),
    { numRuns: 500 },
  ))

test('a request with anything in its places', () =>
  fc.assert(
    fc.asyncProperty(almost, async (body) => {
      await assertAnswered(JSON.stringify(body))
    }),
    { numRuns: 1000 },
  ))

test('any headers of the request', () => {
  const value = fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).map((text) => text.trim())
  const names = ['operation-id', 'x-ms-client-request-id', 'content-type', 'content-encoding', 'user-agent', 'accept']
  return fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value), async (headers) => {
      await assertAnswered(email(), headers)
    }),
    { numRuns: 300 },
  )
})

const text = JSON.stringify(email())
const inPlaceOf = (part: string, other: string) => text.replace(JSON.stringify(part), other)
const extreme: readonly (readonly [title: string, body: string])[] = [
  ['nothing', ''],
  ['arrays without end', '['.repeat(500_000)],
  ['objects without end', '{"a":'.repeat(150_000)],
  ['a deep array', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['a deep object', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['a deep member that means nothing', text.replace(/\}$/, `,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
  ['a deep subject', inPlaceOf('hi', '['.repeat(100_000) + ']'.repeat(100_000))],
  ['a number beyond all', inPlaceOf('hi', '1e999')],
  ['a number of many digits', inPlaceOf('hi', '9'.repeat(100_000))],
  ['a prototype', text.replace(/^\{/, '{"__proto__":{"senderAddress":"a@b.example"},')],
  ['headers with a prototype', text.replace(/^\{/, '{"headers":{"__proto__":"x","constructor":"y"},')],
  ['a prototype that is no text', text.replace(/^\{/, '{"headers":{"__proto__":{"X-A":"b"}},')],
  ['many members', text.replace(/^\{/, `{${Array.from({ length: 50_000 }, (_, at) => `"m${at}":0,`).join('')}`)],
  [
    'many headers',
    text.replace(/^\{/, `{"headers":{${Array.from({ length: 20_000 }, (_, at) => `"X-${at}":""`).join()}},`),
  ],
  ['a length that compares with nothing', inPlaceOf('hi', '{"length":{"toString":0}}')],
  ['a member twice', text.replace(/^\{/, '{"senderAddress":5,')],
  ['a byte-order mark', `\u{feff}${text}`],
  ['half a surrogate', inPlaceOf('hi', String.raw`"\ud800"`)],
  ['a NUL', inPlaceOf('hello', String.raw`"\u0000"`)],
  ['something behind it', `${text}x`],
]
for (const [title, body] of extreme)
  test(`what is extreme: ${title}`, async () => {
    await assertAnswered(body)
  })

test('and what comes after all that is sent', async () => {
  assert.equal(await assertAnswered(email(), { 'operation-id': newId() }), 202)
})
