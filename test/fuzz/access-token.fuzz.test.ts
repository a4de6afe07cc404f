// One sentence is checked: whatever comes as a response or as a token gives a step or an outcome, never an exception, and no token that
// was not signed by the key is ever verified, whatever its header and claims say.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { verifyToken } from '../../src/identity/access-token.ts'
import { startOauthbearer } from '../../src/sasl/oauthbearer.ts'
import { startXoauth2 } from '../../src/sasl/xoauth2.ts'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ALGORITHMS = ['RS256', 'PS256']
const expected = { issuers: ['issuer'], audiences: ['audience'], at: 1_000_000 }
const findKey = async () => ({ type: 'key', key: publicKey, algorithms: ALGORITHMS }) as const

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')
const algorithm = fc.constantFrom('RS256', 'PS256', 'none', 'None', 'HS256', 'RS256 ', 'ES256', 'dir', '')
const header = fc.oneof(
  fc.record({ alg: algorithm, typ: fc.constantFrom('JWT', 'at+jwt', 'x'), kid: fc.string() }),
  fc.record({ alg: algorithm, crit: fc.array(fc.string()), b64: fc.boolean(), jwk: fc.object() }, { requiredKeys: [] }),
  fc.anything({ withBigInt: false }),
)
const claims = fc.oneof(
  fc.record({
    iss: fc.constantFrom('issuer', 'other'),
    aud: fc.oneof(fc.constant('audience'), fc.array(fc.constantFrom('audience', 'x'))),
    exp: fc.oneof(fc.integer(), fc.double(), fc.constant(9e15)),
    iat: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.double()),
    nbf: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constant(null)),
  }),
  fc.anything({ withBigInt: false }),
)
const signature = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString('base64url'))
const shaped = fc.tuple(header, claims, signature).map(([one, two, three]) => `${encode(one)}.${encode(two)}.${three}`)
const token = fc.oneof(
  shaped,
  fc.string(),
  fc.array(fc.base64String(), { maxLength: 6 }).map((parts) => parts.join('.')),
)

test('any token: an outcome, and never verified', async () => {
  await fc.assert(
    fc.asyncProperty(token, async (text) => {
      const outcome = await verifyToken(Buffer.from(text), findKey, expected)
      assert.equal(outcome.type, 'rejected')
    }),
    { numRuns: 2000 },
  )
})

const part = fc.oneof(
  fc.constantFrom('user=u', 'n,a=u,', 'auth=Bearer t', 'host=h', 'port=25', 'auth=', '=', '\x01', '\x01\x01', 'p=x,,'),
  fc.uint8Array({ maxLength: 8 }).map((octets) => Buffer.from(octets).toString('latin1')),
)
const response = fc.array(fc.tuple(part, fc.constantFrom('', '\x01')), { maxLength: 8 })

test('any response: credentials of the form that was sent, or malformed', () => {
  fc.assert(
    fc.property(fc.constantFrom(startXoauth2, startOauthbearer), response, (start, parts) => {
      const step = start().next(Buffer.from(parts.flat().join(''), 'latin1'))
      if (step.type === 'malformed') return
      assert.ok(step.type === 'credentials' && step.credentials.type === 'token')
      assert.match(step.credentials.authenticationIdentity, /^[^\p{Cc}]{1,255}$/u)
      assert.match(Buffer.from(step.credentials.token).toString('latin1'), /^[A-Za-z0-9._~+/-]+=*$/)
    }),
    { numRuns: 3000 },
  )
})
