import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSignature, contentHashOf, type SignedRequest } from './signature.ts'

const KEY = { keyId: 'one', octets: Buffer.from('0123456789abcdef0123456789abcdef') }
const OTHER = { keyId: 'other', octets: Buffer.alloc(32, 7) }
const BODY =
  '{"headers":{"X-A":"1"},"senderAddress":"a@b.c","content":{"subject":"s","plainText":"é"},"recipients":{"to":[{"address":"x@y.z"}]},"userEngagementTrackingDisabled":true}'
const EMPTY = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

const headersOf = (contentHash: string, signature: string): Record<string, string> => ({
  authorization: `HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
  'x-ms-date': 'Sun, 22 Nov 2026 06:03:32 GMT',
  host: '127.0.0.1:8080',
  'x-ms-content-sha256': contentHash,
})

const requestOf = (method: string, pathAndQuery: string, headers: Record<string, string>): SignedRequest => ({
  method,
  pathAndQuery,
  header: (name) => headers[name],
})

const SEND = requestOf(
  'POST',
  '/emails:send?api-version=2025-09-01',
  headersOf('MjZevcBROR1ix5EfJsR144YXw2SXO8rkRjF93QPghn4=', '3LTLgOwH7vWJAf+wr3KedtAE44KCgRr2R9GueZfGdso='),
)
const LOOK = requestOf(
  'GET',
  '/emails/operations/8540c0de-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01',
  headersOf(EMPTY, 'UQ/hlxM/oZV9UfaNH9iMTejwnn96btLt8cFthLxiGPM='),
)

test('the signatures of the reference are known again, with either key', () => {
  assert.equal(contentHashOf(Buffer.from(BODY)), 'MjZevcBROR1ix5EfJsR144YXw2SXO8rkRjF93QPghn4=')
  for (const request of [SEND, LOOK])
    for (const keys of [
      [KEY, OTHER],
      [OTHER, KEY],
    ]) {
      const outcome = checkSignature(request, keys)
      assert.equal(outcome.type, 'signed')
      assert.equal(outcome.type === 'signed' && outcome.keyId, 'one')
      assert.equal(outcome.type === 'signed' && outcome.signedAt, Date.UTC(2026, 10, 22, 6, 3, 32))
    }
})

const changed = (changes: Record<string, string | undefined>, request: Partial<SignedRequest> = {}): SignedRequest => ({
  ...SEND,
  header: (name) => (name in changes ? changes[name] : SEND.header(name)),
  ...request,
})
const authorization = SEND.header('authorization') ?? ''

const refused: readonly [title: string, request: SignedRequest, keys?: readonly (typeof KEY)[]][] = [
  ['another method', changed({}, { method: 'GET' })],
  ['another path', changed({}, { pathAndQuery: '/emails:send?api-version=2023-03-31' })],
  ['another host', changed({ host: 'other.example' })],
  ['another date', changed({ 'x-ms-date': 'Sun, 22 Nov 2026 06:03:33 GMT' })],
  ['another content', changed({ 'x-ms-content-sha256': EMPTY })],
  ['no date', changed({ 'x-ms-date': undefined })],
  ['no content hash', changed({ 'x-ms-content-sha256': undefined })],
  ['a list of headers without the host', changed({ authorization: authorization.replace(';host', '') })],
  [
    'a list of headers without the content',
    changed({ authorization: authorization.replace(';x-ms-content-sha256', '') }),
  ],
  ['a list of headers without a date', changed({ authorization: authorization.replace('x-ms-date;', '') })],
  ['a signature that is none', changed({ authorization: authorization.slice(0, -5) })],
  ['no signature', changed({ authorization: undefined })],
  ['another key', SEND, [OTHER]],
  ['no key', SEND, []],
]
for (const [title, request, keys = [KEY]] of refused)
  test(`refused: ${title}`, () => assert.equal(checkSignature(request, keys).type, 'refused'))
