// Keys that sign tokens: made once, rotated, sealed, published, and not asked for by floods.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { decodeProtectedHeader, SignJWT } from 'jose'
import { deriveKeys } from '../../keys/installation-key.ts'
import { createSealer } from '../../keys/sealing.ts'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import { POSTERN_ADMINISTRATOR } from '../../access/built-in-roles.ts'
import { openHttpFixture, putSigningKey } from '../http.fixture.ts'

const HEALTHY = '/capture/messages'
type KeySet = { keys: Record<string, string>[] }

test('the first use makes one key, sealed, even when many come at once', async () => {
  const http = await openHttpFixture({ signingKey: false })
  try {
    const program = await http.program(A, POSTERN_ADMINISTRATOR.name)
    const kids = await Promise.all(
      [1, 2, 3].map(async () => decodeProtectedHeader(await http.token(program)).kid ?? ''),
    )
    const [record, ...others] = await http.storage.read.sealed.listSealed('token-signing')
    assert.deepEqual(others, [])
    assert.deepEqual(new Set(kids), new Set([record?.recordId]))
    assert.equal(Buffer.from(record?.sealed ?? []).includes('RSA'), false)
  } finally {
    await http.close()
  }
})

test('the key set is the same for every tenant and shows nothing private', async () => {
  const http = await openHttpFixture()
  try {
    const [a, b] = await Promise.all(
      [A, B].map(async ({ tenantId }) => {
        const response = await http.request('GET', `/${tenantId}/discovery/v2.0/keys`)
        assert.equal(response.headers.get('access-control-allow-origin'), '*')
        return (await response.json()) as KeySet
      }),
    )
    assert.deepEqual(a, b)
    assert.deepEqual(Object.keys(a?.keys[0] ?? {}).sort(), ['alg', 'e', 'issuer', 'kid', 'kty', 'n', 'use'])
  } finally {
    await http.close()
  }
})

const DAY = 24 * 60 * 60 * 1000

test('a month-old key is followed: published two days ahead, then signing, then the old one goes', async () => {
  const http = await openHttpFixture()
  try {
    const program = await http.program(A, POSTERN_ADMINISTRATOR.name)
    const kidOf = (token: string) => decodeProtectedHeader(token).kid ?? ''
    const published = async () => {
      const response = await http.request('GET', `/${A.tenantId}/discovery/v2.0/keys`)
      return ((await response.json()) as KeySet).keys.map(({ kid }) => kid)
    }
    const first = kidOf(await http.token(program))
    http.state.now = AT + 30 * DAY - 1
    assert.deepEqual(await published(), [first])
    http.state.now = AT + 30 * DAY + 60_000
    const ahead = await published()
    const [second] = ahead
    assert.deepEqual(ahead, [second, first])
    http.state.now += 2 * DAY - 1
    const last = await http.token(program)
    assert.equal(kidOf(last), first, 'whoever read the key set before must know the key')
    http.state.now += 1
    assert.equal(kidOf(await http.token(program)), second)
    http.state.now += 3_500_000
    assert.equal((await http.request('GET', HEALTHY, { token: last })).status, 200, 'its tokens are not over yet')
    http.state.now += 2 * 60 * 60 * 1000
    assert.deepEqual(await published(), [second])
    const kept = await http.storage.read.sealed.listSealed('token-signing')
    assert.deepEqual(
      kept.map(({ recordId }) => recordId),
      [second],
    )
  } finally {
    await http.close()
  }
})

/** Nobody's. */
const CLAIMS = { iss: 'x', aud: 'x', iat: AT / 1000, exp: AT / 1000 + 3600 }

test('a key that another node has made is known when a token comes with it', async () => {
  const http = await openHttpFixture()
  try {
    await http.token(await http.program(A))
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await putSigningKey(http.storage, 'other-node', privateKey.export({ format: 'der', type: 'pkcs8' }), AT + 1)
    http.state.now += 6_000
    const token = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'other-node' })
      .sign(privateKey)
    const { error } = (await (await http.request('GET', HEALTHY, { token })).json()) as { error: { message: string } }
    assert.match(error.message, /the claim/, 'the signature was accepted, the claims were not')
  } finally {
    await http.close()
  }
})

test('a store that takes no new key does not stop the one there is', async () => {
  const http = await openHttpFixture()
  try {
    const program = await http.program(A)
    const { sealed } = http.storage.write
    const putSealed = () => Promise.reject(new Error('no space'))
    Object.assign(http.storage.write, { sealed: { ...sealed, putSealed } })
    http.state.now = AT + 31 * DAY
    assert.ok(await http.token(program))
    assert.match(http.state.log, /cannot be rotated/)
  } finally {
    await http.close()
  }
})

test('a key sealed under another installation key is passed over and told in the log', async () => {
  const http = await openHttpFixture()
  try {
    const sealed = createSealer(deriveKeys(Buffer.alloc(32, 8))).seal('foreign', 'token-signing', Buffer.from('x'))
    await http.storage.write.sealed.putSealed({
      recordId: 'foreign',
      purpose: 'token-signing',
      sealed,
      createdAt: AT + 1,
    })
    assert.notEqual(decodeProtectedHeader(await http.token(await http.program(A))).kid, 'foreign')
    assert.match(http.state.log, /"recordId":"foreign"/)
  } finally {
    await http.close()
  }
})

test('a flood of unknown key ids reads the store once', async () => {
  const http = await openHttpFixture()
  try {
    await http.token(await http.program(A))
    const { sealed } = http.storage.read
    const listSealed = sealed.listSealed.bind(sealed)
    let reads = 0
    sealed.listSealed = (purpose) => {
      reads++
      return listSealed(purpose)
    }
    http.state.now += 6_000
    for (let count = 0; count < 20; count++) {
      const token = await new SignJWT(CLAIMS)
        .setProtectedHeader({ alg: 'HS256', kid: `k${count}` })
        .sign(new Uint8Array(32))
      assert.equal((await http.request('GET', HEALTHY, { token })).status, 401)
      const forged = await forge(`k${count}`)
      assert.equal((await http.request('GET', HEALTHY, { token: forged })).status, 401)
    }
    assert.equal(reads, 1)
  } finally {
    await http.close()
  }
})

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })

function forge(kid: string): Promise<string> {
  return new SignJWT(CLAIMS).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid }).sign(stranger.privateKey)
}
