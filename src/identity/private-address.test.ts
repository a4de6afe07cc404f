import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNetworkCheck, createPrivateAddressCheck, isNetwork, nameNetworks } from './private-address.ts'

const addresses: readonly [string, boolean][] = [
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.255.255', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['0.0.0.0', true],
  ['255.255.255.255', true],
  ['8.8.8.8', false],
  ['::', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['::ffff:8.8.8.8', false],
  ['::127.0.0.1', true],
  ['64:ff9b::a00:1', true],
  ['::ffff:0:10.0.0.1', true],
  ['::ffff:0:808:808', true],
  ['3fff::1', true],
  ['3fff:fff:ffff::1', true],
  ['3fff:1000::1', false],
  ['5f00::1', true],
  ['5f01::1', false],
  ['2002:7f00:1::1', true],
  ['fe80::1', true],
  ['fe80::1%eth0', true],
  ['fec0::1', true],
  ['fd12::1', true],
  ['ff02::1', true],
  ['2a00:1450::1', false],
  ['not an address', true],
  ['', true],
]
const isPrivate = createPrivateAddressCheck()
for (const [address, expected] of addresses)
  test(`${address} is ${expected ? 'private' : 'public'}`, () => assert.equal(isPrivate(address), expected))

test('what is allowed is no longer private, and nothing beside it', () => {
  const check = createPrivateAddressCheck(['10.1.0.0/16', 'fd12::/16'])
  assert.deepEqual(
    ['10.1.2.3', '10.2.2.3', '::ffff:10.1.2.3', 'fd12::1', 'fd13::1'].map((address) => check(address)),
    [false, true, false, false, true],
  )
})

const networks: readonly [string, boolean][] = [
  ['10.0.0.0/8', true],
  ['10.0.0.0/32', true],
  ['10.0.0.0/33', false],
  ['fd00::/8', true],
  ['fd00::/129', false],
  ['10.0.0.0', false],
  ['10.0.0/8', false],
  ['localhost/8', false],
]
for (const [network, expected] of networks)
  test(`${network} is ${expected ? 'a network' : 'none'}`, () => assert.equal(isNetwork(network), expected))

const PRINTERS = ['10.1.0.0/16', 'fd00:1::/64']
const members: readonly [address: string, isInside: boolean][] = [
  ['10.1.255.255', true],
  ['10.2.0.0', false],
  ['::ffff:10.1.0.1', true],
  ['fd00:1::1', true],
  ['fd00:1::1%eth0', true],
  ['fd00:1:0:1::1', false],
  ['::1', false],
  ['', false],
  ['printer.example.test', false],
]
for (const [address, isInside] of members)
  test(`in a network: ${address || 'nothing'}`, () => {
    assert.equal(createNetworkCheck(PRINTERS)(address), isInside)
    assert.equal(createNetworkCheck([])(address), false)
  })

test('the names of all networks that an address is in', () => {
  const named = nameNetworks([
    { name: 'all', addresses: ['10.0.0.0/8'] },
    { name: 'printers', addresses: PRINTERS },
  ])
  assert.deepEqual(['10.1.0.1', '10.2.0.1', 'fd00:1::1', '192.0.2.1'].map(named), [
    ['all', 'printers'],
    ['all'],
    ['printers'],
    [],
  ])
})
