// Re-checking: what is asked again here, what at the provider, and when; and what of an open session a change of the settings leaves.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoginRecord } from '../storage/directory.ts'
import type { ProvenCredential } from './identity.ts'
import type { EntraSettings, RecheckMode } from './provider-settings.ts'
import { createRemoteProvider } from './remote-provider.ts'
import { refusedBy, type RemoteProver, type SecretProof, unavailableAt } from './remote-prover.ts'

const AT = Date.UTC(2030, 0, 1)
const TENANT = '0000000a-0000-4000-8000-00000000000a'
const ACCOUNT = { tenantId: TENANT, applicationId: '0000000b-0000-4000-8000-00000000000b' }
const SECRET = Buffer.from('not-a-real-secret')
const PROVEN: SecretProof = { type: 'proven', principalId: 'principal', groupIds: ['group'] }

const settings = (recheck: RecheckMode, authority = 'https://login.example.test'): EntraSettings => ({
  kind: 'entra',
  tenantId: TENANT,
  authority,
  scope: 'https://mail.example.test/.default',
  audiences: [],
  recheck,
  recheckInterval: 60_000,
  connection: { timeout: 1000, publicOnly: false },
})

function open(recheck: RecheckMode) {
  const state = { proof: PROVEN, record: undefined as LoginRecord | undefined, isOut: false, asked: 0 }
  const prover: RemoteProver = {
    kind: 'entra',
    async proveSecret({ clientSecret }) {
      state.asked += 1
      assert.deepEqual(Buffer.from(clientSecret), SECRET)
      return state.proof
    },
    proveToken: async () => ({
      ...PROVEN,
      type: 'proven',
      principalId: 'principal',
      groupIds: [],
      endsAt: AT + 1000,
      tokenId: '',
    }),
  }
  const directory = {
    async readLogin() {
      if (state.isOut) throw new Error('the store is out')
      return state.record
    },
  }
  const provider = (from = settings(recheck)) =>
    createRemoteProvider({ settings: from, prover, directory, limit: 1000 })
  return {
    state,
    provider,
    async signIn(): Promise<ProvenCredential> {
      const outcome = await provider().authenticate({ ...ACCOUNT, clientSecret: SECRET, at: AT })
      assert.equal(outcome.type, 'authenticated')
      return outcome.type === 'authenticated' ? outcome.credential : assert.fail()
    },
  }
}

const record = (disabled: boolean, accountEnabled = true): LoginRecord => ({
  application: { objectId: 'o', displayName: 'Printer', disabled },
  servicePrincipal: { objectId: 's', accountEnabled },
  secrets: [],
})

test('a proof names principal and groups, and a name where the directory has one', async () => {
  const { state, signIn } = open('session')
  const unknown = await signIn()
  assert.deepEqual([unknown.principal.principalId, unknown.groupIds], ['principal', ['group']])
  assert.equal(unknown.reprove, undefined)
  state.record = record(false)
  assert.equal((await signIn()).principal.displayName, 'Printer')
})

const rechecks: readonly {
  readonly name: string
  readonly mode: RecheckMode
  readonly after: number
  readonly secret?: Uint8Array
  readonly change?: (state: ReturnType<typeof open>['state']) => void
  readonly authority?: string
  readonly asked: number
  readonly expected: string
}[] = [
  { name: 'session: never asked again', mode: 'session', after: 86_400_000, asked: 0, expected: 'authenticated' },
  {
    name: 'interval: not before it is over',
    mode: 'interval',
    after: 59_999,
    secret: SECRET,
    asked: 0,
    expected: 'authenticated',
  },
  {
    name: 'interval: asked when it is over',
    mode: 'interval',
    after: 60_000,
    secret: SECRET,
    asked: 1,
    expected: 'authenticated',
  },
  {
    name: 'interval: without the secret it is over',
    mode: 'interval',
    after: 60_000,
    asked: 0,
    expected: 'expired-secret',
  },
  {
    name: 'a secret that is wrong by now',
    mode: 'interval',
    after: 60_000,
    secret: SECRET,
    change: (state) => (state.proof = refusedBy('entra', 'wrong-secret', '')),
    asked: 1,
    expected: 'wrong-secret',
  },
  {
    name: 'a provider that does not answer',
    mode: 'interval',
    after: 60_000,
    secret: SECRET,
    change: (state) => (state.proof = unavailableAt('entra', '', '')),
    asked: 1,
    expected: 'unavailable',
  },
  {
    name: 'a principal made anew',
    mode: 'interval',
    after: 60_000,
    secret: SECRET,
    change: (state) => (state.proof = { ...PROVEN, principalId: 'another' }),
    asked: 1,
    expected: 'no-service-principal',
  },
  {
    name: 'an application disabled here',
    mode: 'session',
    after: 0,
    change: (state) => (state.record = record(true)),
    asked: 0,
    expected: 'application-disabled',
  },
  {
    name: 'a service principal disabled here',
    mode: 'interval',
    after: 60_000,
    secret: SECRET,
    change: (state) => (state.record = record(false, false)),
    asked: 0,
    expected: 'application-disabled',
  },
  {
    name: 'a store that is out',
    mode: 'session',
    after: 0,
    change: (state) => (state.isOut = true),
    asked: 0,
    expected: 'unavailable',
  },
  {
    name: 'another provider',
    mode: 'session',
    after: 0,
    authority: 'https://login.example.test:8443',
    asked: 0,
    expected: 'provider-changed',
  },
]
for (const { name, mode, after, secret, change, authority, asked, expected } of rechecks)
  test(`re-check, ${name}`, async () => {
    const { state, provider, signIn } = open(mode)
    const credential = await signIn()
    state.asked = 0
    change?.(state)
    const outcome = await provider(settings(mode, authority)).recheck(credential, AT + after, secret)
    assert.equal(outcome.type === 'rejected' ? outcome.reason : outcome.type, expected)
    assert.equal(state.asked, asked)
    if (outcome.type !== 'authenticated') return
    assert.deepEqual(outcome.credential.groupIds, ['group'])
    if (asked > 0) assert.equal(outcome.credential.notAfter, AT + after + 60_000)
  })

test('a token ends when it says so, and nothing is asked for it', async () => {
  const { state, provider } = open('interval')
  const outcome = await provider().authenticateToken({ ...ACCOUNT, token: Buffer.from('t'), at: AT })
  assert.equal(outcome.type, 'authenticated')
  if (outcome.type !== 'authenticated') return
  assert.equal((await provider().recheck(outcome.credential, AT + 999)).type, 'authenticated')
  const over = await provider().recheck(outcome.credential, AT + 1000)
  assert.equal(over.type === 'rejected' && over.reason, 'expired-token')
  assert.equal(state.asked, 0)
})
