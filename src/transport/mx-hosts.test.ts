import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFakeDns, type FakeRecords, mx } from './fake-dns.fixture.ts'
import { findMailHosts, type MailHostRules } from './mx-hosts.ts'
import { createAddressRules } from './own-places.ts'

const OWN = {
  hostnames: ['mail.postern.example'],
  listeners: [
    { address: '::', port: 25 },
    { address: '0.0.0.0', port: 587 },
  ],
  addresses: () => ['8.8.0.1', '2a00:1::1'],
}

type Table = Readonly<Record<string, FakeRecords>>

const rulesOf = (table: Table, changes: Partial<MailHostRules> = {}): MailHostRules => ({
  dns: createFakeDns(table),
  random: () => 0.999,
  reservedSuffixes: ['test', 'managed.example.org'],
  addressLiterals: false,
  families: [4, 6],
  ...createAddressRules(OWN, 25, []),
  ...changes,
})

/** `name address address`, or `status code detail`. */
async function find(table: Table, domain: string, changes: Partial<MailHostRules> = {}): Promise<readonly string[]> {
  const found = await findMailHosts(rulesOf(table, changes), domain)
  if (found.type === 'hosts') return found.hosts.map(({ name, addresses }) => [name, ...addresses].join(' '))
  return [`${found.type} ${found.enhancedStatusCode}${found.tryNext ? ' next' : ''}`]
}

const at = (address: string): FakeRecords => ({ addresses: [address] })
const numbered = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

const cases: readonly {
  readonly name: string
  readonly table: Table
  readonly domain?: string
  readonly changes?: Partial<MailHostRules>
  readonly expected: readonly string[]
}[] = [
  {
    name: 'by preference, whatever the order of the answer',
    table: {
      'a.org': { mx: [mx(20, 'c.a.org'), mx(5, 'B.a.org'), mx(10, 'a.a.org.')] },
      'a.a.org': at('1.1.1.1'),
      'b.a.org': at('1.1.1.2'),
      'c.a.org': at('1.1.1.3'),
    },
    expected: ['b.a.org 1.1.1.2', 'a.a.org 1.1.1.1', 'c.a.org 1.1.1.3'],
  },
  {
    name: 'equals are shuffled, the better still first',
    table: {
      'a.org': { mx: [mx(9, 'last.a.org'), mx(5, 'one.a.org'), mx(5, 'two.a.org')] },
      'one.a.org': at('1.1.1.1'),
      'two.a.org': at('1.1.1.2'),
      'last.a.org': at('1.1.1.3'),
    },
    changes: { random: () => 0.4 },
    expected: ['two.a.org 1.1.1.2', 'one.a.org 1.1.1.1', 'last.a.org 1.1.1.3'],
  },
  {
    name: 'families in turn, each address once',
    table: { 'a.org': { addresses: ['1.1.1.1', '2a00::1', '1.1.1.2', '2a00::1', '1.1.1.3'] } },
    expected: ['a.org 2a00::1 1.1.1.1 1.1.1.2 1.1.1.3'],
  },
  { name: 'no MX: the domain itself', table: { 'a.org': at('1.1.1.1') }, expected: ['a.org 1.1.1.1'] },
  {
    name: 'an MX that cannot be looked up is not taken for none',
    table: { 'a.org': { addresses: ['1.1.1.1'], unavailable: ['MX'] } },
    expected: ['deferred 4.4.3 next'],
  },
  {
    name: 'no MX and no answer about addresses',
    table: { 'a.org': { unavailable: ['A'] } },
    expected: ['deferred 4.4.3 next'],
  },
  { name: 'neither MX nor address', table: {}, expected: ['failed 5.1.2'] },
  { name: 'null MX', table: { 'a.org': { mx: [mx(0, '')], addresses: ['1.1.1.1'] } }, expected: ['failed 5.1.10'] },
  { name: 'null MX, as a dot', table: { 'a.org': { mx: [mx(0, '.')] } }, expected: ['failed 5.1.10'] },
  {
    name: 'a null MX beside others is none',
    table: { 'a.org': { mx: [mx(0, ''), mx(5, 'b.a.org')] }, 'b.a.org': at('1.1.1.1') },
    expected: ['b.a.org 1.1.1.1'],
  },
  {
    name: 'names that are none',
    table: {
      'a.org': { mx: [mx(0, '192.0.2.1'), mx(0, 'a b.org'), mx(0, 'a\0.org'), mx(0, `${'a'.repeat(64)}.org`)] },
    },
    expected: ['failed 5.4.4'],
  },
  {
    name: 'a host with an underscore exists',
    table: { 'a.org': { mx: [mx(0, 'mail_1.a.org')] }, 'mail_1.a.org': at('1.1.1.1') },
    expected: ['mail_1.a.org 1.1.1.1'],
  },
  { name: 'hosts without addresses', table: { 'a.org': { mx: [mx(0, 'b.a.org')] } }, expected: ['failed 5.4.4'] },
  {
    name: 'one without an address does no harm',
    table: { 'a.org': { mx: [mx(0, 'b.a.org'), mx(9, 'c.a.org')] }, 'c.a.org': at('1.1.1.1') },
    expected: ['c.a.org 1.1.1.1'],
  },
  {
    name: 'one that cannot be looked up, and no other',
    table: { 'a.org': { mx: [mx(0, 'b.a.org'), mx(9, 'c.a.org')] }, 'c.a.org': { unavailable: ['A'] } },
    expected: ['deferred 4.4.3 next'],
  },
  {
    name: 'two hundred hosts: the twenty best',
    table: {
      'a.org': { mx: numbered(200, (index) => mx(200 - index, `h${index}.a.org`)) },
      ...Object.fromEntries(numbered(200, (index) => [`h${index}.a.org`, at(`1.1.1.${index}`)])),
    },
    expected: numbered(20, (index) => `h${199 - index}.a.org 1.1.1.${199 - index}`),
  },
  {
    name: 'twenty addresses in all, six of each host',
    table: {
      'a.org': { mx: numbered(5, (index) => mx(index, `h${index}.a.org`)) },
      ...Object.fromEntries(
        numbered(5, (host) => [`h${host}.a.org`, { addresses: numbered(9, (index) => `1.1.${host}.${index}`) }]),
      ),
    },
    expected: [
      ...numbered(3, (host) => [`h${host}.a.org`, ...numbered(6, (index) => `1.1.${host}.${index}`)].join(' ')),
      'h3.a.org 1.1.3.0 1.1.3.1',
    ],
  },
  { name: 'no domain', table: {}, domain: 'localhost', expected: ['failed 5.1.2'] },
  { name: 'reserved', table: { 'a.test': at('1.1.1.1') }, domain: 'a.test', expected: ['failed 5.1.2 next'] },
  {
    name: 'a managed domain',
    table: { 'x.managed.example.org': at('1.1.1.1') },
    domain: 'x.managed.example.org',
    expected: ['failed 5.1.2 next'],
  },
  {
    name: 'only whole labels are reserved',
    table: { 'a.contest': at('1.1.1.1') },
    domain: 'a.contest',
    expected: ['a.contest 1.1.1.1'],
  },
  { name: 'a literal', table: {}, domain: '[1.1.1.1]', expected: ['failed 5.1.2 next'] },
  {
    name: 'a literal that is allowed',
    table: {},
    domain: '[1.1.1.1]',
    changes: { addressLiterals: true },
    expected: ['1.1.1.1 1.1.1.1'],
  },
  {
    name: 'IPv6',
    table: {},
    domain: '[IPv6:2a00::1]',
    changes: { addressLiterals: true },
    expected: ['2a00::1 2a00::1'],
  },
  {
    name: 'a private literal',
    table: {},
    domain: '[127.0.0.1]',
    changes: { addressLiterals: true, ...createAddressRules({ hostnames: [], listeners: [] }, 25, []) },
    expected: ['failed 5.4.4 next'],
  },
  {
    name: 'a broken literal',
    table: {},
    domain: '[1.2.3]',
    changes: { addressLiterals: true },
    expected: ['failed 5.1.2'],
  },
  {
    name: 'no family for it',
    table: { 'a.org': at('2a00::1') },
    changes: { families: [4] },
    expected: ['deferred 4.4.4 next'],
  },
  {
    name: 'only of the family there is',
    table: { 'a.org': { addresses: ['2a00::1', '1.1.1.1'] } },
    changes: { families: [4] },
    expected: ['a.org 1.1.1.1'],
  },
  {
    name: 'ourselves by name, with equals and everything behind',
    table: {
      'a.org': {
        mx: [mx(5, 'first.a.org'), mx(10, 'Mail.Postern.example'), mx(10, 'equal.a.org'), mx(20, 'behind.a.org')],
      },
      'first.a.org': at('1.1.1.1'),
      'equal.a.org': at('1.1.1.2'),
      'behind.a.org': at('1.1.1.3'),
    },
    expected: ['first.a.org 1.1.1.1'],
  },
  {
    name: 'ourselves by address',
    table: {
      'a.org': { mx: [mx(5, 'b.a.org'), mx(9, 'c.a.org')] },
      'b.a.org': at('8.8.0.1'),
      'c.a.org': at('1.1.1.1'),
    },
    expected: ['failed 5.4.6'],
  },
  { name: 'ourselves by IPv6, spelt otherwise', table: { 'a.org': at('2A00:1:0:0::1') }, expected: ['failed 5.4.6'] },
  { name: 'ourselves, as a mapped address', table: { 'a.org': at('::ffff:808:1') }, expected: ['failed 5.4.6'] },
  { name: 'ourselves without MX', table: { 'a.org': at('127.9.9.9') }, expected: ['failed 5.4.6'] },
  {
    name: 'our address, where we do not listen',
    table: { 'a.org': at('8.8.0.1') },
    changes: createAddressRules(OWN, 26, []),
    expected: ['failed 5.4.4 next'],
  },
  {
    name: 'our address, where the operator allows it',
    table: { 'a.org': at('8.8.0.1') },
    changes: createAddressRules(OWN, 26, ['8.8.0.0/24']),
    expected: ['a.org 8.8.0.1'],
  },
  {
    name: 'a public address beside a private one',
    table: { 'a.org': { addresses: ['10.0.0.1', '1.1.1.1'] } },
    expected: ['a.org 1.1.1.1'],
  },
]

for (const { name, table, domain = 'a.org', changes, expected } of cases)
  test(name, async () => {
    assert.deepEqual(await find(table, domain, changes), expected)
  })

const PRIVATE =
  '127.0.0.1 ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 0.0.0.0 10.1.2.3 172.16.0.1 192.168.0.1 100.64.0.1 169.254.169.254 fe80::1 fc00::1 64:ff9b::7f00:1 192.0.2.1 224.0.0.1 ff02::1 255.255.255.255 ::'
for (const address of PRIVATE.split(' '))
  test(`${address} is not connected to, unless it is allowed`, async () => {
    const table = { 'a.org': { mx: [mx(0, 'b.a.org')] }, 'b.a.org': at(address) }
    const elsewhere = { hostnames: [], listeners: [], addresses: () => [] }
    assert.deepEqual(await find(table, 'a.org', createAddressRules(elsewhere, 25, [])), ['failed 5.4.4 next'])
    const everything = createAddressRules(elsewhere, 25, ['0.0.0.0/0', '::/0'])
    assert.deepEqual(await find(table, 'a.org', everything), [`b.a.org ${address}`])
  })

test('every order of equals comes up', async () => {
  const names = ['a.a.org', 'b.a.org', 'c.a.org']
  const table = {
    'a.org': { mx: names.map((name) => mx(5, name)) },
    ...Object.fromEntries(names.map((name) => [name, at('1.1.1.1')])),
  }
  let state = 1
  const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
  const orders = new Map<string, number>()
  for (let round = 0; round < 6000; round += 1) {
    const order = (await find(table, 'a.org', { random })).map((host) => host[0] ?? '').join('')
    orders.set(order, (orders.get(order) ?? 0) + 1)
  }
  assert.equal(orders.size, 6)
  for (const count of orders.values()) assert.ok(count > 850 && count < 1150, `${count}`)
})

test('DNSSEC is told of the hosts and of each address', async () => {
  const table: Table = {
    'a.org': { mx: [mx(0, 'b.a.org'), mx(5, 'c.a.org')] },
    'b.a.org': at('1.1.1.1'),
    'c.a.org': { addresses: ['1.1.1.2'], insecure: ['A'] },
    'd.org': { addresses: ['1.1.1.3'], insecure: ['MX'] },
  }
  const seen = async (domain: string) => {
    const found = await findMailHosts({ ...rulesOf(table), dns: createFakeDns(table, true) }, domain)
    assert(found.type === 'hosts')
    return [found.secure, ...found.hosts.map(({ secure }) => secure)]
  }
  assert.deepEqual(await seen('a.org'), [true, true, false])
  assert.deepEqual(await seen('d.org'), [false, true])
})

test('of many hosts no more than twenty are looked up', async () => {
  const dns = createFakeDns({ 'a.org': { mx: numbered(200, (index) => mx(index, `h${index}.a.org`)) } })
  await findMailHosts({ ...rulesOf({}), dns }, 'a.org')
  assert.equal(dns.asked.length, 21)
})
