// Keys of other issuers: found by discovery, kept for their time, asked for again when a new one appears, left alone when nobody
// answers; and what an issuer may not make us do.

import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import type { FetchDocument } from './fetch-document.ts'
import { createIssuerKeys } from './issuer-keys.ts'

const ISSUER = 'https://issuer.example/tenant'
const JWKS = 'https://keys.example/jwks'
const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength }).publicKey
const [first, second] = [rsa(), rsa()]
const jwk = (key: KeyObject, kid?: string, more: object = {}) => ({ ...key.export({ format: 'jwk' }), kid, ...more })

function open(initial: readonly object[] = [jwk(first, 'k1')]) {
  const state = { keys: initial as unknown, issuer: ISSUER, jwksUri: JWKS, answers: true }
  const fetched: string[] = []
  const fetchDocument: FetchDocument = async (url) => {
    fetched.push(url)
    if (!state.answers) return { type: 'failed', detail: 'no answer' }
    const document = url === JWKS ? { keys: state.keys } : { issuer: state.issuer, jwks_uri: state.jwksUri }
    return { type: 'fetched', document: JSON.parse(JSON.stringify(document)) as unknown }
  }
  return { state, fetched, keys: createIssuerKeys(fetchDocument) }
}
const typeOf = async (outcome: ReturnType<ReturnType<typeof open>['keys']['find']>) => (await outcome).type

test('a key is found by discovery, once for all who ask at the same time and for an hour', async () => {
  const { keys, fetched } = open()
  const found = await Promise.all([1, 2, 3].map(() => keys.find(ISSUER, 'k1', 0)))
  for (const outcome of found) assert.ok(outcome.type === 'key' && outcome.key.equals(first))
  await keys.find(ISSUER, 'k1', 3_599_999)
  assert.deepEqual(fetched, [`${ISSUER}/.well-known/openid-configuration`, JWKS])
  await keys.find(ISSUER, 'k1', 3_600_000)
  assert.equal(fetched.length, 4)
})

test('a key nobody knows is asked for again after a minute, not before', async () => {
  const { keys, fetched, state } = open()
  await keys.find(ISSUER, 'k1', 0)
  state.keys = [jwk(first, 'k1'), jwk(second, 'k2')]
  assert.equal(await typeOf(keys.find(ISSUER, 'k2', 59_999)), 'none')
  assert.equal(fetched.length, 2)
  assert.equal(await typeOf(keys.find(ISSUER, 'k2', 60_000)), 'key')
})

test('an issuer that does not answer is left alone for ten seconds', async () => {
  const { keys, fetched, state } = open()
  state.answers = false
  assert.deepEqual(await keys.find(ISSUER, 'k1', 0), { type: 'unavailable', detail: 'no answer' })
  state.answers = true
  assert.equal(await typeOf(keys.find(ISSUER, 'k1', 9_999)), 'unavailable')
  assert.equal(fetched.length, 1)
  assert.equal(await typeOf(keys.find(ISSUER, 'k1', 10_000)), 'key')
})

test('without a key id the only key is meant', async () => {
  const { keys, state } = open([jwk(first)])
  assert.equal(await typeOf(keys.find(ISSUER, undefined, 0)), 'key')
  state.keys = [jwk(first, 'k1'), jwk(second, 'k2')]
  assert.equal(await typeOf(keys.find(ISSUER, undefined, 3_600_000)), 'none')
})

test('keys that are no use are passed over', async () => {
  const exchange = generateKeyPairSync('x25519').publicKey
  const useless = [
    jwk(exchange, 'k2'),
    jwk(rsa(1024), 'k3'),
    jwk(second, 'k4', { use: 'enc' }),
    { kty: 'RSA', kid: 'k5', n: 'x' },
    { kty: 'oct', kid: 'k6', k: 'AAAA' },
    jwk(second, 'k7', { alg: 'RSA-OAEP' }),
    jwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey, 'k8'),
  ]
  const { keys } = open([...useless, jwk(first, 'k1')])
  assert.equal(await typeOf(keys.find(ISSUER, 'k1', 0)), 'key')
  for (const kid of ['k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8'])
    assert.equal(await typeOf(keys.find(ISSUER, kid, 0)), 'none', kid)
})

const kinds: readonly [name: string, key: KeyObject, more: object, algorithms: readonly string[]][] = [
  ['RSA', first, {}, ['RS256', 'PS256']],
  ['RSA for one algorithm', first, { alg: 'PS256' }, ['PS256']],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, {}, ['ES256']],
  ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey, {}, ['ES384']],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey, {}, ['EdDSA']],
]
for (const [name, key, more, algorithms] of kinds)
  test(`a key comes with the algorithms of its kind: ${name}`, async () => {
    const found = await open([jwk(key, 'k1', more)]).keys.find(ISSUER, 'k1', 0)
    assert.ok(found.type === 'key' && found.key.equals(key))
    assert.deepEqual(found.algorithms, algorithms)
  })

test('what is known stands for its hour while the issuer does not answer; what is not known is unavailable, not none', async () => {
  const { keys, fetched, state } = open()
  await keys.find(ISSUER, 'k1', 0)
  state.answers = false
  assert.equal(await typeOf(keys.find(ISSUER, 'k2', 60_000)), 'unavailable')
  assert.equal(await typeOf(keys.find(ISSUER, 'k1', 60_001)), 'key')
  assert.equal(await typeOf(keys.find(ISSUER, 'k2', 69_999)), 'unavailable')
  assert.equal(fetched.length, 3, 'left alone for ten seconds')
  state.answers = true
  assert.equal(await typeOf(keys.find(ISSUER, 'k2', 70_000)), 'none')
  state.answers = false
  assert.equal(await typeOf(keys.find(ISSUER, 'k1', 3_670_000)), 'unavailable', 'too old')
})

const broken: readonly [string, (state: ReturnType<typeof open>['state']) => void][] = [
  ['names another issuer', (state) => (state.issuer = `${ISSUER}/`)],
  ['keeps its keys in the clear', (state) => (state.jwksUri = 'http://keys.example/jwks')],
  ['has no list of keys', (state) => (state.keys = 'x')],
  ['has more keys than anybody', (state) => (state.keys = Array.from({ length: 101 }, () => jwk(first, 'k1')))],
]
for (const [name, breakIt] of broken)
  test(`an issuer that ${name} has none for us`, async () => {
    const { keys, state } = open()
    breakIt(state)
    assert.equal(await typeOf(keys.find(ISSUER, 'k1', 0)), 'unavailable')
  })

test('many issuers: the oldest is forgotten', async () => {
  const fetched: string[] = []
  const keys = createIssuerKeys(async (url) => {
    fetched.push(url)
    return { type: 'failed', detail: '' }
  })
  for (let count = 0; count <= 200; count += 1) await keys.find(`https://issuer-${count}.example`, 'k1', 0)
  await keys.find('https://issuer-200.example', 'k1', 1)
  assert.equal(fetched.length, 201)
  await keys.find('https://issuer-0.example', 'k1', 1)
  assert.equal(fetched.length, 202)
})
