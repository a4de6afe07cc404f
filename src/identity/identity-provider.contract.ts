// What every identity provider must do, whoever its authority is. A suite opens a provider whose authority knows the given
// applications; the cases change what is known and ask again, because a provider keeps no verdict.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthenticationOutcome, IdentityProvider, ProvenCredential, RejectReason } from './identity.ts'

export type KnownSecret = {
  readonly keyId: string
  readonly value: string
  readonly startAt: number
  readonly endAt: number
}

export type KnownApplication = {
  readonly tenantId: string
  readonly applicationId: string
  readonly objectId: string
  readonly displayName: string
  readonly disabled: boolean
  readonly servicePrincipal?: { readonly objectId: string; readonly accountEnabled: boolean }
  readonly secrets: readonly KnownSecret[]
}

export type OpenedProvider = {
  readonly provider: IdentityProvider
  /** From now on this is what the authority knows. */
  readonly know: (applications: readonly KnownApplication[]) => void
  /** From now on the authority does not answer. */
  readonly fail: () => void
}

export const NOW = Date.UTC(2030, 0, 1)
const DAY = 86_400_000
const ELSEWHERE = '0000000f-0000-4000-8000-00000000000f'

const secret = (keyId: string, startAt: number, endAt: number): KnownSecret => ({
  keyId: `0000000${keyId}-0000-4000-8000-000000000001`,
  value: `not-a-real-secret-${keyId}`,
  startAt,
  endAt,
})
const CURRENT = secret('1', NOW - DAY, NOW + DAY)
const NEXT = secret('2', NOW - 1, NOW + 2 * DAY)
const PAST = secret('3', NOW - 2 * DAY, NOW)
const FUTURE = secret('4', NOW + 1, NOW + DAY)
const FRESH = secret('5', NOW, NOW + 1)

export const SCANNER: KnownApplication = {
  tenantId: '0000000a-0000-4000-8000-00000000000a',
  applicationId: '0000000b-0000-4000-8000-00000000000b',
  objectId: '0000000c-0000-4000-8000-00000000000c',
  displayName: 'Scanner',
  disabled: false,
  servicePrincipal: { objectId: '0000000d-0000-4000-8000-00000000000d', accountEnabled: true },
  secrets: [CURRENT, NEXT, PAST, FUTURE, FRESH],
}
const { servicePrincipal: _, ...WITHOUT_PRINCIPAL } = SCANNER
const DISABLED: KnownApplication = { ...SCANNER, disabled: true }
const PRINCIPAL_DISABLED: KnownApplication = {
  ...SCANNER,
  servicePrincipal: { objectId: '0000000d-0000-4000-8000-00000000000d', accountEnabled: false },
}
const NAMESAKE: KnownApplication = { ...SCANNER, tenantId: ELSEWHERE, secrets: [secret('6', NOW - DAY, NOW + DAY)] }

type LoginCase = {
  readonly name: string
  readonly known?: KnownApplication
  readonly value?: string
  readonly login?: Partial<KnownApplication>
  readonly expected: KnownSecret | RejectReason
}

const logins: readonly LoginCase[] = [
  { name: 'a valid secret', value: CURRENT.value, expected: CURRENT },
  { name: 'another valid secret', value: NEXT.value, expected: NEXT },
  { name: 'a secret in its only millisecond', value: FRESH.value, expected: FRESH },
  { name: 'a secret at its end', value: PAST.value, expected: 'expired-secret' },
  { name: 'a secret before its start', value: FUTURE.value, expected: 'secret-not-yet-valid' },
  { name: 'a wrong secret', value: 'wrong', expected: 'wrong-secret' },
  { name: 'an empty secret', value: '', expected: 'wrong-secret' },
  { name: 'a secret with something behind it', value: `${CURRENT.value}\n`, expected: 'wrong-secret' },
  { name: 'no secret stored', known: { ...SCANNER, secrets: [] }, expected: 'wrong-secret' },
  { name: 'a secret of the namesake in another tenant', value: 'not-a-real-secret-6', expected: 'wrong-secret' },
  { name: 'an unknown application', login: { applicationId: ELSEWHERE }, expected: 'unknown-application' },
  { name: 'an unknown tenant', login: { tenantId: SCANNER.objectId }, expected: 'unknown-application' },
  { name: 'a disabled application', known: DISABLED, expected: 'application-disabled' },
  {
    name: 'a disabled application and a wrong secret',
    known: DISABLED,
    value: 'wrong',
    expected: 'application-disabled',
  },
  { name: 'a disabled service principal', known: PRINCIPAL_DISABLED, expected: 'application-disabled' },
  { name: 'no service principal', known: WITHOUT_PRINCIPAL, expected: 'no-service-principal' },
]

type RecheckCase = {
  readonly name: string
  readonly known: KnownApplication | undefined
  readonly at?: number
  readonly expected: KnownSecret | RejectReason
}

const rechecks: readonly RecheckCase[] = [
  { name: 'nothing changed', known: SCANNER, expected: CURRENT },
  { name: 'other secrets removed', known: { ...SCANNER, secrets: [CURRENT] }, expected: CURRENT },
  { name: 'the last millisecond', known: SCANNER, at: CURRENT.endAt - 1, expected: CURRENT },
  { name: 'the secret is over', known: SCANNER, at: CURRENT.endAt, expected: 'expired-secret' },
  { name: 'the secret removed', known: { ...SCANNER, secrets: [NEXT] }, expected: 'wrong-secret' },
  { name: 'the application disabled', known: DISABLED, expected: 'application-disabled' },
  { name: 'the service principal disabled', known: PRINCIPAL_DISABLED, expected: 'application-disabled' },
  { name: 'the service principal removed', known: WITHOUT_PRINCIPAL, expected: 'no-service-principal' },
  {
    name: 'the service principal made anew',
    known: { ...SCANNER, servicePrincipal: { objectId: ELSEWHERE, accountEnabled: true } },
    expected: 'no-service-principal',
  },
  { name: 'the application removed', known: undefined, expected: 'unknown-application' },
]

const octets = (value: string) => new TextEncoder().encode(value)

const loginWith = (value: string, application: Partial<KnownApplication> = {}) => {
  const { tenantId, applicationId } = { ...SCANNER, ...application }
  return { tenantId, applicationId, clientSecret: octets(value), at: NOW }
}

const credentialOf = ({ keyId, endAt }: KnownSecret): ProvenCredential => ({
  principal: {
    tenantId: SCANNER.tenantId,
    principalId: SCANNER.servicePrincipal?.objectId ?? '',
    applicationId: SCANNER.applicationId,
    displayName: SCANNER.displayName,
  },
  keyId,
  notAfter: endAt,
})

function assertOutcome(outcome: AuthenticationOutcome, expected: KnownSecret | RejectReason): void {
  if (typeof expected === 'object')
    return assert.deepEqual(outcome, { type: 'authenticated', credential: credentialOf(expected) })
  assert.equal(outcome.type === 'rejected' ? outcome.reason : outcome.type, expected)
  assert.ok(!JSON.stringify(outcome).includes('not-a-real-secret'))
}

/** Every identity provider passes this suite; a case may be skipped only with a written reason. */
export function describeIdentityProvider(
  name: string,
  open: (known: readonly KnownApplication[]) => Promise<OpenedProvider>,
): void {
  for (const { name: what, known = SCANNER, value = CURRENT.value, login, expected } of logins)
    test(`${name}: ${what}`, async () => {
      const { provider } = await open([NAMESAKE, known])
      assertOutcome(await provider.authenticate(loginWith(value, login)), expected)
    })

  for (const { name: what, known, at = NOW, expected } of rechecks)
    test(`${name}: proven again: ${what}`, async () => {
      const { provider, know } = await open([NAMESAKE, SCANNER])
      know(known === undefined ? [NAMESAKE] : [NAMESAKE, known])
      assertOutcome(await provider.recheck(credentialOf(CURRENT), at), expected)
    })

  test(`${name}: what changed counts at the next login`, async () => {
    const { provider, know } = await open([SCANNER])
    assertOutcome(await provider.authenticate(loginWith(CURRENT.value)), CURRENT)
    know([{ ...SCANNER, secrets: [NEXT] }])
    assertOutcome(await provider.authenticate(loginWith(CURRENT.value)), 'wrong-secret')
  })

  test(`${name}: an authority that does not answer is unavailable, never a rejection`, async () => {
    const { provider, fail } = await open([SCANNER])
    fail()
    assert.equal((await provider.authenticate(loginWith(CURRENT.value))).type, 'unavailable')
    assert.equal((await provider.recheck(credentialOf(CURRENT), NOW)).type, 'unavailable')
  })
}
