import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApplicationCredentials, CredentialLife } from '../storage/credentials.ts'
import { warningsFor } from './credential-warnings.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2030, 0, 1)

const life = (more: Partial<CredentialLife> = {}): CredentialLife => ({
  kind: 'password',
  keyId: 'key',
  displayName: '',
  hint: 'abc',
  startAt: NOW - 10 * DAY,
  endAt: NOW + 365 * DAY,
  ofServicePrincipal: false,
  ...more,
})
const usedAt = (at: number) => ({ lastUse: { at, network: 'n', door: 'smtp' as const } })

const application = (...credentials: CredentialLife[]): ApplicationCredentials => ({
  objectId: 'object',
  applicationId: 'application',
  displayName: 'Printer',
  usesSince: 0,
  credentials,
})

const found = (one: ApplicationCredentials, at = NOW) =>
  warningsFor(one, at).map(({ type, days, credential }) => `${credential.keyId} ${type.slice(10)} ${days ?? ''}`.trim())

const endingIn = (time: number): CredentialLife => life({ endAt: NOW + time })

const { kind: _kind, startAt: _startAt, endAt: _endAt, ...rest } = life()
const trust: CredentialLife = { ...rest, kind: 'federated' }

const cases: readonly { name: string; credentials: readonly CredentialLife[]; expected: readonly string[] }[] = [
  { name: 'thirty days and a moment', credentials: [endingIn(30 * DAY + 1)], expected: [] },
  { name: 'thirty days', credentials: [endingIn(30 * DAY)], expected: ['key Expiring 30'] },
  { name: 'fourteen days and a moment', credentials: [endingIn(14 * DAY + 1)], expected: ['key Expiring 30'] },
  { name: 'fourteen days', credentials: [endingIn(14 * DAY)], expected: ['key Expiring 14'] },
  { name: 'seven days', credentials: [endingIn(7 * DAY)], expected: ['key Expiring 7'] },
  { name: 'one day', credentials: [endingIn(DAY)], expected: ['key Expiring 1'] },
  { name: 'a moment', credentials: [endingIn(1)], expected: ['key Expiring 1'] },
  { name: 'over', credentials: [endingIn(0)], expected: ['key Expired'] },
  { name: 'over for a month', credentials: [endingIn(-30 * DAY)], expected: ['key Expired'] },
  { name: 'over for longer', credentials: [endingIn(-30 * DAY - 1)], expected: [] },
  { name: 'a certificate', credentials: [{ ...endingIn(DAY), kind: 'certificate' }], expected: ['key Expiring 1'] },
  { name: 'trust without an end', credentials: [trust], expected: [] },
  { name: 'never used, young', credentials: [life({ startAt: NOW - 89 * DAY })], expected: [] },
  { name: 'never used', credentials: [life({ startAt: NOW - 90 * DAY })], expected: ['key Unused'] },
  {
    name: 'used long ago',
    credentials: [life({ startAt: NOW - 300 * DAY, ...usedAt(NOW - 90 * DAY) })],
    expected: ['key Unused'],
  },
  { name: 'used lately', credentials: [life({ startAt: NOW - 300 * DAY, ...usedAt(NOW - DAY) })], expected: [] },
  {
    name: 'unused trust that was used once',
    credentials: [{ ...trust, ...usedAt(NOW - 91 * DAY) }],
    expected: ['key Unused'],
  },
  { name: 'unused, but over', credentials: [life({ startAt: NOW - 200 * DAY, endAt: NOW - 60 * DAY })], expected: [] },
  {
    name: 'an old one in use beside a newer one',
    credentials: [life(usedAt(NOW - DAY)), life({ keyId: 'new', startAt: NOW - 2 * DAY })],
    expected: ['key OldInUse'],
  },
  {
    name: 'a newer one that is not a day old yet',
    credentials: [life(usedAt(NOW)), life({ keyId: 'new', startAt: NOW - DAY + 1 })],
    expected: [],
  },
  {
    name: 'an old one not used since',
    credentials: [life(usedAt(NOW - 3 * DAY)), life({ keyId: 'new', startAt: NOW - 2 * DAY })],
    expected: [],
  },
  {
    name: 'a newer one that is over',
    credentials: [life(usedAt(NOW)), life({ keyId: 'new', startAt: NOW - 2 * DAY, endAt: NOW - 40 * DAY })],
    expected: [],
  },
  {
    name: 'a newer one of another kind',
    credentials: [life(usedAt(NOW)), life({ keyId: 'new', kind: 'certificate', startAt: NOW - 2 * DAY })],
    expected: [],
  },
  {
    name: 'a newer one of the service principal',
    credentials: [life(usedAt(NOW)), life({ keyId: 'new', ofServicePrincipal: true, startAt: NOW - 2 * DAY })],
    expected: [],
  },
]

for (const { name, credentials, expected } of cases)
  test(`warnings: ${name}`, () => assert.deepEqual(found(application(...credentials)), expected))

test('what was not recorded yet is not known to be unused', () => {
  const never = application(life({ startAt: NOW - 200 * DAY }))
  assert.deepEqual(found({ ...never, usesSince: NOW - 89 * DAY }), [])
  assert.deepEqual(found({ ...never, usesSince: NOW - 90 * DAY }), ['key Unused'])
})

test('a mark stays the same from look to look and changes with what it is about', () => {
  const marks = (credential: CredentialLife, at: number) =>
    warningsFor(application(credential), at).map(({ once }) => once.mark)
  const first = marks(endingIn(6 * DAY), NOW)
  assert.deepEqual(marks(endingIn(6 * DAY), NOW + DAY), first)
  assert.notDeepEqual(marks(endingIn(5 * DAY), NOW), first)
  assert.notDeepEqual(marks({ ...endingIn(6 * DAY), keyId: 'other' }, NOW), first)
  assert.notDeepEqual(marks({ ...endingIn(6 * DAY), kind: 'certificate' }, NOW), first)
  const unused = (at: number) => marks(life({ startAt: NOW - 300 * DAY, ...usedAt(at) }), NOW)
  assert.notDeepEqual(unused(NOW - 91 * DAY), unused(NOW - 92 * DAY))
})

test('a mark outlives what it is about', () => {
  for (let days = -30; days <= 30; days += 1)
    for (const { once } of warningsFor(application(endingIn(days * DAY)), NOW))
      assert.deepEqual(found(application(endingIn(days * DAY)), once.until), [])
})
