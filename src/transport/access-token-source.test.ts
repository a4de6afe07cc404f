// Tokens for our own account: what is asked, what is believed, and for how long.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import type { LineAnswer, LineRequest } from '../identity/provider-line.ts'
import { createAccessTokenSource } from './access-token-source.ts'

const settings = {
  tokenEndpoint: 'https://login.example.test/token',
  clientId: 'us',
  clientSecret: { text: 's3cr t' },
  scope: 'https://outlook.office365.com/.default',
}

function begin(...answers: readonly LineAnswer[]) {
  const clock = new ManualClock()
  const asked: string[] = []
  const left = [...answers]
  const line = {
    send: ({ method, url, body }: LineRequest) => {
      asked.push(`${method} ${url} ${Buffer.from(body ?? '').toString()}`)
      return Promise.resolve(left.shift() ?? ({ type: 'unavailable', detail: 'no more' } as const))
    },
  }
  return { clock, asked, source: createAccessTokenSource(settings, line, clock) }
}

const answer = (body: unknown, status = 200): LineAnswer => ({
  type: 'answer',
  status,
  octets: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})
const token = (access_token: string, more: object = {}) => answer({ access_token, token_type: 'Bearer', ...more })

test('it is kept until shortly before its end, and fetched once for all who wait', async () => {
  const { source, asked, clock } = begin(
    token('a', { expires_in: 3600 }),
    token('b', { expires_in: '3600' }),
    token('c'),
  )
  const both = await Promise.all([source.get(), source.get()])
  for (const each of both) assert.deepEqual(each, { type: 'token', accessToken: 'a' })
  assert.deepEqual(asked, [
    'POST https://login.example.test/token grant_type=client_credentials&scope=https%3A%2F%2Foutlook.office365.com%2F.default&client_id=us&client_secret=s3cr%20t',
  ])
  clock.advance(3_479_999)
  assert.deepEqual(await source.get(), { type: 'token', accessToken: 'a' })
  clock.advance(1)
  assert.deepEqual(await source.get(), { type: 'token', accessToken: 'b' })
  source.forget('a')
  assert.deepEqual(await source.get(), { type: 'token', accessToken: 'b' })
  source.forget('b')
  assert.deepEqual(await source.get(), { type: 'token', accessToken: 'c' })
})

const failures: readonly (readonly [LineAnswer, string])[] = [
  [
    { type: 'unavailable', detail: 'it did not answer in time' },
    'the token endpoint cannot be used: it did not answer in time',
  ],
  [
    answer({ error: 'invalid_client', error_description: 'not s3cr t' }, 401),
    'the token endpoint answers 401 with invalid_client',
  ],
  [answer({ error: 'x\r\ny' }, 400), 'the token endpoint answers 400, with nothing that is a token'],
  [answer('<html>'), 'the token endpoint answers 200, with nothing that is a token'],
  [token('a', { token_type: 'mac' }), 'the token endpoint answers 200, with nothing that is a token'],
  [token('a\r\nMAIL FROM:<>'), 'the token endpoint answers 200, with nothing that is a token'],
  [token(''), 'the token endpoint answers 200, with nothing that is a token'],
]

for (const [given, detail] of failures)
  test(detail, async () => assert.deepEqual(await begin(given).source.get(), { type: 'unavailable', detail }))

test('a failure is not kept', async () => {
  const { source } = begin({ type: 'unavailable', detail: 'gone' }, token('a'))
  await source.get()
  assert.deepEqual(await source.get(), { type: 'token', accessToken: 'a' })
})

test('without its secret nobody is asked', async () => {
  const line = { send: () => assert.fail('asked') }
  const source = createAccessTokenSource({ ...settings, clientSecret: { file: '/nowhere' } }, line, new ManualClock())
  assert.deepEqual(await source.get(), { type: 'unavailable', detail: '/nowhere does not exist' })
})
