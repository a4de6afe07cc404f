// Device passwords: how they are made, how they may be typed, and where they prove nothing.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { hashClientSecret } from './client-secret.ts'
import { generateDevicePassword, hashDevicePassword } from './device-password.ts'
import { createEmbeddedProvider } from './embedded.ts'

const PEPPER = new Uint8Array(32).fill(3)
const hash = (typed: string) => Buffer.from(hashDevicePassword(Buffer.from(typed), PEPPER)).toString('hex')
const PASSWORD = 'A01B-CDEF-GHJK-MNPQ-RSTV'

test('twenty characters of the alphabet in five groups, all of them random', () => {
  for (let count = 0; count < 100; count += 1)
    assert.match(generateDevicePassword(randomBytes), /^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
  for (let place = 0; place < 20; place += 1) {
    const made = new Set<string>()
    for (let octet = 0; octet < 256; octet += 1)
      made.add(generateDevicePassword((size) => new Uint8Array(size).fill(octet, place, place + 1)))
    assert.equal(made.size, 32)
  }
})

for (const typed of [
  'A01BCDEFGHJKMNPQRSTV',
  'a01b-cdef-ghjk-mnpq-rstv',
  'AO1B CDEF GHJK MNPQ RSTV',
  'aolbcdefghjkmnpqrstv',
  'AoIbCdEfGhJkMnPqRsTv',
])
  test(`typed as ${typed}`, () => assert.equal(hash(typed), hash(PASSWORD)))

const NONE = hash('')
for (const typed of [
  'A01BCDEFGHJKMNPQRST',
  `${PASSWORD}0`,
  'A01B_CDEF_GHJK_MNPQ_RSTV',
  'U01BCDEFGHJKMNPQRSTV',
  `${PASSWORD}\n`,
  ' '.repeat(64),
])
  test(`none: ${JSON.stringify(typed)}`, () => assert.equal(hash(typed), NONE))
test('more than anybody types is not looked at', () => {
  assert.notEqual(hash(PASSWORD + ' '.repeat(40)), NONE)
  assert.equal(hash(PASSWORD + ' '.repeat(41)), NONE)
})

test('no client secret has the hash of a device password', () => {
  const plain = Buffer.from(hashClientSecret(Buffer.from('A01BCDEFGHJKMNPQRSTV'), PEPPER)).toString('hex')
  assert.notEqual(plain, hash(PASSWORD))
})

const AT = 1_000_000
const [tenantId, applicationId, objectId] = ['tenant', 'application', 'object']
const secret = { startAt: 0, endAt: AT + 1 }
const record = {
  application: { objectId, displayName: 'Copier', disabled: false },
  servicePrincipal: { objectId: 'principal', accountEnabled: true },
  secrets: [
    { ...secret, keyId: 'everywhere', hash: hashDevicePassword(Buffer.from(PASSWORD), PEPPER), device: {} },
    {
      ...secret,
      keyId: 'printers',
      hash: hashDevicePassword(Buffer.from('0'.repeat(20)), PEPPER),
      device: { network: 'printers' },
    },
    { ...secret, keyId: 'over', endAt: AT, hash: hashDevicePassword(Buffer.from('1'.repeat(20)), PEPPER), device: {} },
    { ...secret, keyId: 'secret', hash: hashClientSecret(Buffer.from(PASSWORD.toLowerCase()), PEPPER) },
    // As a directory that somebody has written to by hand might hold it.
    { ...secret, keyId: 'no-password', hash: hashDevicePassword(Buffer.from(''), PEPPER) },
  ],
}
const provider = createEmbeddedProvider(
  { readLogin: async () => record, readAssertionKeys: async () => ({ certificates: [], federated: [] }) },
  PEPPER,
)

const logins: readonly [name: string, typed: string, networks: readonly string[] | undefined, expected: string][] = [
  ['from everywhere', PASSWORD, [], 'everywhere'],
  ['without a device, such as at the token service', PASSWORD, undefined, 'wrong-secret'],
  ['in its network', '0'.repeat(20), ['other', 'printers'], 'printers'],
  ['in another network', '0'.repeat(20), ['other'], 'outside-network'],
  ['in no network', '0'.repeat(20), [], 'outside-network'],
  ['bound, and without a device', '0'.repeat(20), undefined, 'wrong-secret'],
  ['with zeros as letters', 'O'.repeat(20), ['printers'], 'printers'],
  ['after its end', '1'.repeat(20), [], 'expired-secret'],
  ['a client secret of that form stays one', PASSWORD.toLowerCase(), undefined, 'secret'],
  ['what is none', '', [], 'wrong-secret'],
]
for (const [name, typed, deviceNetworks, expected] of logins)
  test(`a login with a device password: ${name}`, async () => {
    const login = { tenantId, applicationId, clientSecret: Buffer.from(typed), at: AT }
    const outcome = await provider.authenticate({ ...login, ...(deviceNetworks && { deviceNetworks }) })
    assert.equal(
      outcome.type === 'authenticated' ? outcome.credential.keyId : 'reason' in outcome && outcome.reason,
      expected,
    )
  })
