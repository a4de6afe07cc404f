import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { test, type TestContext } from 'node:test'
import type { DirectoryReader, LoginRecord } from '../storage/storage.ts'
import { hashClientSecret } from './client-secret.ts'
import { createEmbeddedProvider } from './embedded.ts'
import {
  describeIdentityProvider,
  type KnownApplication,
  NOW,
  type OpenedProvider,
  SCANNER,
} from './identity-provider.contract.ts'

const PEPPER = new Uint8Array(32).fill(7)

function toRecord({ objectId, displayName, disabled, servicePrincipal, secrets }: KnownApplication): LoginRecord {
  return {
    application: { objectId, displayName, disabled },
    ...(servicePrincipal === undefined ? {} : { servicePrincipal }),
    secrets: secrets.map(({ value, ...rest }) => ({ ...rest, hash: hashClientSecret(Buffer.from(value), PEPPER) })),
  }
}

const readAssertionKeys = async () => ({ certificates: [], federated: [] })

async function open(applications: readonly KnownApplication[]): Promise<OpenedProvider> {
  let known = applications
  let failing = false
  const directory: Pick<DirectoryReader, 'readLogin' | 'readAssertionKeys'> = {
    readAssertionKeys,
    async readLogin(tenantId, applicationId) {
      if (failing) throw new Error('disk I/O error')
      const found = known.find((one) => one.tenantId === tenantId && one.applicationId === applicationId)
      return found && toRecord(found)
    },
  }
  return {
    provider: createEmbeddedProvider(directory, PEPPER),
    know: (now) => {
      known = now
    },
    fail: () => {
      failing = true
    },
  }
}

describeIdentityProvider('embedded', open)

/** Counts the costly operations of a login, from now to the end of the test. */
function countOperations(context: TestContext): () => { hashes: number; comparisons: number } {
  const hash = context.mock.method(crypto, 'createHmac')
  const compare = context.mock.method(crypto, 'timingSafeEqual')
  syncBuiltinESMExports()
  context.after(() => {
    context.mock.restoreAll()
    syncBuiltinESMExports()
  })
  return () => ({ hashes: hash.mock.callCount(), comparisons: compare.mock.callCount() })
}

const [RIGHT, ...OTHERS] = SCANNER.secrets
assert.ok(RIGHT)
const one: KnownApplication = { ...SCANNER, secrets: [RIGHT] }
const { servicePrincipal, ...withoutPrincipal } = one
assert.ok(servicePrincipal)

const costs = [
  { name: 'a right secret', known: one, secrets: 1 },
  { name: 'a wrong secret', known: one, value: 'wrong', secrets: 1 },
  { name: 'an empty secret', known: one, value: '', secrets: 1 },
  { name: 'an expired secret', known: { ...one, secrets: [{ ...RIGHT, endAt: NOW }] }, secrets: 1 },
  { name: 'a secret not yet valid', known: { ...one, secrets: [{ ...RIGHT, startAt: NOW + 1 }] }, secrets: 1 },
  { name: 'an unknown application', known: undefined, secrets: 1 },
  { name: 'an application without secrets', known: { ...one, secrets: [] }, secrets: 1 },
  { name: 'a disabled application, a right secret', known: { ...one, disabled: true }, secrets: 1 },
  { name: 'a disabled application, a wrong secret', known: { ...one, disabled: true }, value: 'wrong', secrets: 1 },
  {
    name: 'a disabled principal',
    known: { ...one, servicePrincipal: { ...servicePrincipal, accountEnabled: false } },
    secrets: 1,
  },
  { name: 'no principal', known: withoutPrincipal, secrets: 1 },
  { name: 'the first of five secrets', known: SCANNER, secrets: 5 },
  { name: 'none of five secrets', known: SCANNER, value: 'wrong', secrets: 5 },
  { name: 'the last of five secrets', known: { ...SCANNER, secrets: [...OTHERS, RIGHT] }, secrets: 5 },
]

const loginWith = (value: string) => {
  const { tenantId, applicationId } = SCANNER
  return { tenantId, applicationId, clientSecret: Buffer.from(value), at: NOW }
}

for (const { name, known, value = RIGHT.value, secrets } of costs)
  test(`embedded: ${name} costs one read, and three hashes with a comparison for each secret they may be of`, async (context) => {
    const record = known && toRecord(known)
    const readLogin = context.mock.fn(async () => record)
    const counted = countOperations(context)
    await createEmbeddedProvider({ readLogin, readAssertionKeys }, PEPPER).authenticate(loginWith(value))
    assert.deepEqual(
      { reads: readLogin.mock.callCount(), ...counted() },
      // Of device passwords there are none: one comparison, with what nothing yields.
      { reads: 1, hashes: 3, comparisons: 2 * secrets + 1 },
    )
  })

const mistakes: readonly { name: string; value: string; expected?: string }[] = [
  { name: 'a line break behind it', value: `${RIGHT.value}\r\n`, expected: 'white space around it' },
  { name: 'a space before it', value: ` ${RIGHT.value}`, expected: 'white space around it' },
  { name: 'its id', value: RIGHT.keyId, expected: 'its id instead of its value' },
  {
    name: 'its id in capitals, and a line break',
    value: `${RIGHT.keyId.toUpperCase()}\n`,
    expected: 'its id instead of its value',
  },
  { name: 'white space around another text', value: ' wrong ' },
  { name: 'white space alone', value: ' \n' },
]

for (const { name, value, expected } of mistakes)
  test(`embedded: ${name} proves nothing, and what was done wrong is told to the operator`, async () => {
    const record = toRecord(SCANNER)
    const provider = createEmbeddedProvider({ readLogin: async () => record, readAssertionKeys }, PEPPER)
    const outcome = await provider.authenticate(loginWith(value))
    assert.ok(outcome.type === 'rejected')
    assert.equal(outcome.reason, 'wrong-secret')
    assert.equal(outcome.mistake, expected)
    assert.ok(!outcome.detail.includes(RIGHT.value))
  })

test('embedded: another pepper proves nothing', async () => {
  const record = toRecord(SCANNER)
  const provider = createEmbeddedProvider(
    { readLogin: async () => record, readAssertionKeys },
    new Uint8Array(32).fill(8),
  )
  assert.equal((await provider.authenticate(loginWith(RIGHT.value))).type, 'rejected')
})
