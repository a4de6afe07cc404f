import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { rejected } from './account-standing.ts'
import type { IdentityProvider, ProvenCredential } from './identity.ts'
import { createProviderRegistry } from './provider-registry.ts'
import type { OidcSettings } from './provider-settings.ts'

const [HERE, FAR, STORED] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
]
const LOGIN = { applicationId: 'dddddddd-0000-4000-8000-000000000000', clientSecret: Buffer.from('x'), at: 0 }

/** Nothing listens there. */
const settings = (tenantId: string): OidcSettings => ({
  kind: 'oidc',
  tenantId,
  issuer: 'https://127.0.0.1:1',
  clientAuthentication: 'client_secret_basic',
  audiences: [],
  principalClaim: 'sub',
  algorithms: ['RS256'],
  recheck: 'session',
  recheckInterval: 60_000,
  connection: { timeout: 500, publicOnly: true },
})

function open(
  rejectAfter?: number,
  configured = new Map([
    [HERE, undefined],
    [FAR, settings(FAR)],
  ] as const),
) {
  const state = { stored: undefined as object | undefined, any: false, embedded: [] as string[], isOut: false }
  const answer = async (tenantId: string) => {
    state.embedded.push(tenantId)
    return rejected('unknown-application', '')
  }
  const embedded: IdentityProvider = {
    authenticate: ({ tenantId }) => answer(tenantId),
    authenticateToken: ({ tenantId }) => answer(tenantId),
    identify: ({ tenantId }) => answer(tenantId),
    recheck: ({ principal }) => answer(principal.tenantId),
  }
  const registry = createProviderRegistry({
    embedded,
    configured,
    directory: {
      async readIdentityProvider(tenantId) {
        if (state.isOut) throw new Error('the store is out')
        return { settings: tenantId === STORED ? (state.stored as Record<string, unknown>) : undefined, any: state.any }
      },
      readLogin: async () => undefined,
    },
    readStored: async (tenantId) => settings(tenantId),
    rejectAfter,
    clock: new ManualClock(),
    fraction: () => 0.5,
    isPrivate: () => true,
  })
  return { state, registry }
}

const authenticate = async ({ registry }: ReturnType<typeof open>, tenantId: string) => {
  const outcome = await registry.authenticate({ ...LOGIN, tenantId })
  return outcome.type === 'unavailable' ? outcome.detail : outcome.type
}

test('a tenant that nobody has configured, and one that the file gives to the directory, are asked about here', async () => {
  const opened = open()
  for (const tenantId of [HERE, STORED, 'eeeeeeee-0000-4000-8000-000000000000']) {
    assert.equal(await authenticate(opened, tenantId), 'rejected')
    assert.equal(opened.state.embedded.at(-1), tenantId)
  }
  await opened.registry.close()
})

test('a configured tenant is asked about where it is, and a stored one from the moment it is stored', async () => {
  const opened = open()
  const elsewhere = /^the identity provider https:\/\/127\.0\.0\.1:1: its host has a private address/
  assert.match(await authenticate(opened, FAR), elsewhere)
  opened.state.stored = {}
  assert.match(await authenticate(opened, STORED), elsewhere)
  assert.deepEqual(opened.state.embedded, [])
  opened.state.stored = undefined
  assert.equal(await authenticate(opened, STORED), 'rejected')
  await opened.registry.close()
})

test('a store that does not answer leaves it undecided', async () => {
  const opened = open()
  opened.state.isOut = true
  assert.match(await authenticate(opened, STORED), /cannot be read/)
  assert.deepEqual(opened.state.embedded, [])
})

test('a session that a provider proved does not outlive it', async () => {
  const { registry, state } = open()
  const principal = { tenantId: STORED, applicationId: LOGIN.applicationId, principalId: 'p', displayName: '' }
  const credential = (keyId: string): ProvenCredential => ({ principal, keyId, notAfter: 1 })
  const over = await registry.recheck(credential('oidc:https://127.0.0.1:1'), 0)
  assert.equal(over.type === 'rejected' && over.reason, 'provider-changed')
  assert.deepEqual(state.embedded, [])
  await registry.recheck(credential('ffffffff-0000-4000-8000-000000000000'), 0)
  assert.deepEqual(state.embedded, [STORED])
  const far = { principal: { ...principal, tenantId: FAR }, keyId: 'oidc:https://127.0.0.1:1', notAfter: 1 }
  assert.equal((await registry.recheck(far, 0)).type, 'authenticated')
  state.stored = {}
  const moved = await registry.recheck(credential('ffffffff-0000-4000-8000-000000000000'), 0)
  assert.equal(moved.type === 'rejected' && moved.reason, 'provider-changed')
  await registry.close()
})

test('the fixed moment is later where any provider is somewhere else, unless it is configured', async () => {
  assert.equal(open().registry.rejectAfter(), 3000)
  assert.equal(open(700).registry.rejectAfter(), 700)
  const opened = open(undefined, new Map())
  assert.equal(opened.registry.rejectAfter(), 1000)
  await authenticate(opened, HERE)
  assert.equal(opened.registry.rejectAfter(), 1000)
  // Another tenant's, learnt at whatever login.
  opened.state.any = true
  await authenticate(opened, HERE)
  assert.equal(opened.registry.rejectAfter(), 3000)
})
