import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTokenAnswer } from './token-answer.ts'

const read = (status: number, body: unknown) =>
  readTokenAnswer({
    type: 'answer',
    status,
    octets: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  })

const jwt = (claims: string) => `h.${Buffer.from(claims).toString('base64url')}.s`
const token = (access_token: unknown, token_type: unknown = 'Bearer') => ({ access_token, token_type })

const TRACE = 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa'
const failure = (error: unknown, status: number, codes: readonly number[] = [], traceId?: string) => ({
  type: 'error',
  status,
  error,
  codes,
  traceId,
})

const understood: readonly [name: string, status: number, body: unknown, expected: object][] = [
  ['a token', 200, token(jwt('{"oid":"x"}')), { type: 'token', claims: { oid: 'x' }, token: jwt('{"oid":"x"}') }],
  ['a type in lower case', 200, token(jwt('{}'), 'bearer'), { type: 'token', claims: {}, token: jwt('{}') }],
  [
    'a token that only its provider can read',
    200,
    token('opaque'),
    { type: 'token', claims: undefined, token: 'opaque' },
  ],
  ['an error', 401, { error: 'invalid_client' }, failure('invalid_client', 401)],
  [
    'an error with codes',
    400,
    { error: 'invalid_grant', error_codes: [53003], trace_id: TRACE },
    failure('invalid_grant', 400, [53003], TRACE),
  ],
  [
    'a code in the text alone',
    400,
    { error: 'invalid_grant', error_description: 'AADSTS7000222: The provided…' },
    failure('invalid_grant', 400, [7000222]),
  ],
  [
    'codes and ids of the wrong kind',
    400,
    { error: 'invalid_grant', error_codes: 'many', trace_id: 'AADSTS\r\n' },
    failure('invalid_grant', 400),
  ],
]
for (const [name, status, body, expected] of understood)
  test(`${name} is understood`, () => assert.deepEqual(read(status, body), expected))

const senseless: readonly [name: string, status: number, body: unknown][] = [
  ['nothing', 200, ''],
  ['half a body', 200, '{"access_token":"a.b'],
  ['a page', 200, '<html></html>'],
  ['null', 200, 'null'],
  ['a number for a token', 200, token(7)],
  ['an empty token', 200, token('')],
  ['no type', 200, { access_token: 'x' }],
  ['another type', 200, token('x', 'DPoP')],
  ['claims that are no JSON', 200, token('a.b.c')],
  ['claims that are a list', 200, token(jwt('[]'))],
  ['a success of another kind', 204, ''],
  ['an error that is none', 400, { error: 'A long story\r\n' }],
  ['an error where there is none', 200, { error: 'invalid_client' }],
  ['a refusal of somebody else', 403, '<html>Blocked by the proxy</html>'],
]
for (const [name, status, body] of senseless)
  test(`${name} is no answer`, () => assert.equal(read(status, body).type, 'unavailable'))
