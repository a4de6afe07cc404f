import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDomainVerified } from './domain-verification.ts'

const verified = { status: 'Verified', errorCode: '' }
const all = { Domain: verified, SPF: verified, DKIM: verified, DKIM2: verified }

const cases = [
  { name: 'all four', properties: { verificationStates: all }, expected: true },
  {
    name: 'without DMARC',
    properties: { verificationStates: { ...all, DMARC: { status: 'NotStarted' } } },
    expected: true,
  },
  ...['Domain', 'SPF', 'DKIM', 'DKIM2'].flatMap((record) => [
    {
      name: `${record} in progress`,
      properties: { verificationStates: { ...all, [record]: { status: 'VerificationInProgress' } } },
      expected: false,
    },
    { name: `${record} absent`, properties: { verificationStates: { ...all, [record]: undefined } }, expected: false },
  ]),
  {
    name: 'another case',
    properties: { verificationStates: { ...all, SPF: { status: 'verified' } } },
    expected: false,
  },
  { name: 'no states', properties: {}, expected: false },
  { name: 'states of another shape', properties: { verificationStates: 'Verified' }, expected: false },
  { name: 'null', properties: { verificationStates: null }, expected: false },
  { name: 'inherited', properties: { verificationStates: Object.create(all) }, expected: false },
]

for (const { name, properties, expected } of cases)
  test(`domain verification: ${name}`, () => assert.equal(isDomainVerified(properties), expected))
