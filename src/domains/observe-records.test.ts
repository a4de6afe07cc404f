// What is told of the DNS as it is now: the records of next keys and of our own zone, and whether mail to the domain can be delivered.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ZoneRecord } from '../../test/fixtures/dns-zone.ts'
import type { Resource } from '../resources/resource.ts'
import { openDomainStore } from './domain-store.fixture.ts'
import { domainPropertiesOf } from './domain-properties.ts'
import { observeRecords } from './observe-records.ts'

const exchanges: readonly [string, readonly ZoneRecord[] | undefined, readonly [string, string, readonly string[]]][] =
  [
    ['none', undefined, ['Different', 'RecordNotFound', []]],
    ['an address instead', [{ type: 'A', value: '127.0.0.1' }], ['AsIssued', '', ['no MX, but an address']]],
    [
      'two',
      [
        { type: 'MX', preference: 9, value: 'b.test' },
        { type: 'MX', preference: 0, value: 'a.test' },
      ],
      ['AsIssued', '', ['0 a.test.', '9 b.test.']],
    ],
    ['a null MX', [{ type: 'MX', preference: 0, value: '' }], ['Different', 'NullMx', ['0 .']]],
  ]
for (const [name, records, expected] of exchanges)
  test(`mail exchanges: ${name}`, async (t) => {
    const { zone, context, putDomain } = await openDomainStore(t)
    const domain = await putDomain('contoso.test')
    if (records !== undefined) zone.publish('contoso.test', ...records)
    const { status, errorCode, seen } = (await observeRecords(context, domain)).at(-1) ?? {}
    assert.deepEqual([status, errorCode, seen], expected)
  })

test('the next key, and what pointers lead to', async (t) => {
  const { zone, context, putDomain } = await openDomainStore(t)
  const stored = await putDomain('contoso.test')
  const properties = domainPropertiesOf(stored)
  const { DKIM } = properties.verificationRecords
  const inZone = { ...DKIM, name: 'pst1.zone.test' }
  const pointer = { ...DKIM, type: 'CNAME', value: 'pst1.zone.test', zoneRecord: inZone } as const
  const next = { ...DKIM, name: 'pst3._domainkey', value: 'v=DKIM1; k=rsa; p=AAAA' }
  const domain: Resource = {
    ...stored,
    properties: {
      ...properties,
      verificationRecords: { ...properties.verificationRecords, DKIM: pointer },
      dkimRotation: { DKIM: { next: { record: next, state: { status: 'NotStarted', errorCode: '' }, madeAt: '' } } },
    },
  }
  const ofDkim = async () =>
    (await observeRecords(context, domain))
      .filter(({ check }) => check === 'DKIM')
      .map(({ role, name, status }) => [role, name, status])
  zone.publish(`${DKIM.name}.contoso.test`, { type: 'CNAME', value: 'pst1.zone.test' })
  zone.publish('pst1.zone.test', { type: 'TXT', value: DKIM.value })
  assert.deepEqual(await ofDkim(), [
    ['present', `${DKIM.name}.contoso.test`, 'AsIssued'],
    ['next', 'pst3._domainkey.contoso.test', 'Different'],
    ['zone', 'pst1.zone.test', 'AsIssued'],
  ])
  zone.publish('pst3._domainkey.contoso.test', { type: 'TXT', value: next.value })
  zone.remove('pst1.zone.test')
  assert.deepEqual(
    (await ofDkim()).map(([, , status]) => status),
    ['AsIssued', 'AsIssued', 'Different'],
  )
})
