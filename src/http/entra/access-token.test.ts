// When a token is in time: at once for a node whose clock is a little behind, and never beyond its end.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { A, AT } from '../../storage/two-tenants.fixture.ts'
import { BASE, PUBLIC_URL } from '../http.fixture.ts'
import { mintAccessToken, verifyAccessToken } from './access-token.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = { kid: 'one', privateKey, publicKey }
const keys = { current: async () => key, find: async () => key, published: async () => [] }

const cases: readonly [string, number, string][] = [
  ['a minute before it was made', AT - 60_000, 'valid'],
  ['more than a minute before it was made', AT - 60_001, 'invalid'],
  ['when it was made', AT, 'valid'],
  ['in its last millisecond', AT + 3_599_999, 'valid'],
  ['at its end', AT + 3_600_000, 'expired'],
]
for (const [name, at, expected] of cases)
  test(`a token ${name}: ${expected}`, async () => {
    const token = {
      tenantId: A.tenantId,
      principalId: A.principalId,
      applicationId: A.applicationId,
      keyId: 'key',
      proof: 'secret',
      audience: BASE,
      issuedAt: AT / 1000,
      expiresAt: AT / 1000 + 3600,
      continuousEvaluation: false,
    } as const
    const jwt = await mintAccessToken(keys, token, { publicUrl: PUBLIC_URL, random: randomBytes })
    const { type } = await verifyAccessToken(keys, jwt, { publicUrl: PUBLIC_URL, audiences: [BASE], at })
    assert.equal(type, expected)
  })
