// The published half belongs to the private one, in the form that verifiers read.

import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { dkimKeyRecordId, generateDkimKeyPair } from './dkim-keys.ts'

const signed = Buffer.from('from:sender@contoso.test')

test('RSA: 2048 bits, published as SubjectPublicKeyInfo', async () => {
  const pair = await generateDkimKeyPair('rsa')
  const privateKey = createPrivateKey({ key: Buffer.from(pair.privateKey), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey({ key: Buffer.from(pair.publicKey, 'base64'), format: 'der', type: 'spki' })
  assert.equal(privateKey.asymmetricKeyDetails?.modulusLength, 2048)
  assert(verify('sha256', signed, publicKey, sign('sha256', signed, privateKey)))
})

test('Ed25519: published as its 32 octets', async () => {
  const pair = await generateDkimKeyPair('ed25519')
  const privateKey = createPrivateKey({ key: Buffer.from(pair.privateKey), format: 'der', type: 'pkcs8' })
  const x = Buffer.from(pair.publicKey, 'base64')
  assert.equal(x.length, 32)
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') },
    format: 'jwk',
  })
  assert(verify(null, signed, publicKey, sign(null, signed, privateKey)))
})

test('a record for each domain resource and selector, whatever the casing of the id', () => {
  assert.equal(dkimKeyRecordId('/Subscriptions/S/d', 'pst1-x'), dkimKeyRecordId('/subscriptions/s/D', 'pst1-x'))
  assert.notEqual(dkimKeyRecordId('/s/d', 'pst1-x'), dkimKeyRecordId('/s/d', 'pst2-x'))
})
