// The token that a login was proven by: carried by the credential where somebody acts on behalf of it, erased everywhere else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRemoteProvider } from './remote-provider.ts'
import type { RemoteProver } from './remote-prover.ts'

const AT = Date.UTC(2030, 0, 1)
const ACCOUNT = {
  tenantId: '0000000a-0000-4000-8000-00000000000a',
  applicationId: '0000000b-0000-4000-8000-00000000000b',
}

function open(keepsTokens: boolean) {
  const issued = Buffer.from('issued')
  const accessToken = { octets: issued, endsAt: AT + 1000 }
  const prover: RemoteProver = {
    kind: 'entra',
    proveSecret: async () => ({ type: 'proven', principalId: 'p', groupIds: [], accessToken }),
    proveToken: async () => ({ type: 'proven', principalId: 'p', groupIds: [], endsAt: AT + 2000, tokenId: '' }),
  }
  const settings = {
    kind: 'entra',
    tenantId: ACCOUNT.tenantId,
    authority: 'https://login.example.test',
    scope: 'https://mail.example.test/.default',
    audiences: [],
    recheck: 'session',
    recheckInterval: 60_000,
    connection: { timeout: 1000, publicOnly: false },
  } as const
  const directory = { readLogin: async () => undefined }
  return { issued, provider: createRemoteProvider({ settings, prover, directory, limit: 1000, keepsTokens }) }
}

for (const isKept of [true, false])
  test(`a token that was issued is ${isKept ? 'kept' : 'erased'}`, async () => {
    const { issued, provider } = open(isKept)
    const outcome = await provider.authenticate({ ...ACCOUNT, clientSecret: Buffer.from('s'), at: AT })
    assert(outcome.type === 'authenticated')
    const { accessToken } = outcome.credential
    assert.deepEqual(accessToken, isKept ? { octets: issued, endsAt: AT + 1000 } : undefined)
    assert.equal(issued.toString(), isKept ? 'issued' : '\0'.repeat(6))
  })

for (const isKept of [true, false])
  test(`of a token that was brought ${isKept ? 'a copy is' : 'nothing is'} kept`, async () => {
    const token = Buffer.from('brought')
    const outcome = await open(isKept).provider.authenticateToken({ ...ACCOUNT, token, at: AT })
    token.fill(0)
    assert(outcome.type === 'authenticated')
    const { accessToken } = outcome.credential
    const expected = isKept ? { text: 'brought', endsAt: AT + 2000 } : undefined
    const shown = accessToken && { text: Buffer.from(accessToken.octets).toString(), endsAt: accessToken.endsAt }
    assert.deepEqual(shown, expected)
  })
