import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { quickstartConfig } from './quickstart-config.ts'

function configOf(env: Record<string, string>) {
  const outcome = quickstartConfig(env)
  assert.equal(outcome.type, 'config')
  return outcome.config
}

test('without variables: one directory, four ports, localhost only', () => {
  const config = configOf({})
  assert.equal(config.dataDirectory, resolve('postern-data'))
  assert.equal(config.keys.file, resolve('postern-data/installation.key'))
  const everybody = { profile: 'modern', networks: [] }
  assert.deepEqual(config.smtp.listeners, [
    { name: 'submission', address: 'localhost', port: 2587, tls: 'starttls', ...everybody },
    { name: 'submissions', address: 'localhost', port: 2465, tls: 'implicit', ...everybody },
    { name: 'smtp', address: 'localhost', port: 2525, tls: 'starttls', ...everybody },
  ])
  const connections = { perAddress: 1000, total: 1000 }
  assert.deepEqual(config.https, { address: 'localhost', port: 8443, connections })
  assert.deepEqual(config.tls.certificates, [])
  assert.equal(config.hostname, 'localhost')
})

test('every variable has its place, and several ports may be left to the system', () => {
  const config = configOf({
    POSTERN_DATA_DIR: '/srv/data',
    POSTERN_SMTP_PORT: '0',
    POSTERN_SMTPS_PORT: '0',
    POSTERN_SMTP25_PORT: '26',
    POSTERN_HTTPS_PORT: '27',
    POSTERN_LOG_LEVEL: 'debug',
    POSTERN_DELIVERY: 'capture',
    POSTERN_DNS: '',
  })
  assert.equal(config.keys.file, '/srv/data/installation.key')
  assert.deepEqual(
    [...config.smtp.listeners, config.https].map(({ port }) => port),
    [0, 0, 26, 27],
  )
  assert.equal(config.log.level, 'debug')
})

const resolvers: readonly [string, readonly string[]][] = [
  ['', []],
  ['192.0.2.1:5353', ['192.0.2.1:5353']],
  ['192.0.2.1', ['192.0.2.1:53']],
  ['localhost:5353', ['127.0.0.1:5353']],
  ['[::1]:5353', ['[::1]:5353']],
  ['2001:db8::53', ['[2001:db8::53]:53']],
]
for (const [value, expected] of resolvers)
  test(`POSTERN_DNS='${value}' asks ${expected.join() || "the machine's own"}`, () => {
    assert.deepEqual(configOf({ POSTERN_DNS: value }).dns.resolvers, expected)
  })

const MANAGED = { recipientDomains: ['.postern.test'], via: ['capture'] }
const smarthosts: readonly [string, Readonly<Record<string, unknown>>][] = [
  ['smarthost://localhost:25', { hosts: [{ host: 'localhost', port: 25 }], tls: 'opportunistic' }],
  ['smarthost://127.0.0.1:2500/', { hosts: [{ host: '127.0.0.1', port: 2500 }], tls: 'opportunistic' }],
  ['smarthost://[::1]:25', { hosts: [{ host: '::1', port: 25 }], tls: 'opportunistic' }],
  ['smarthost://Relay.example.net:465', { hosts: [{ host: 'relay.example.net', port: 465 }], tls: 'implicit' }],
  [
    'smarthost://us:s%3Ae%40c%2fret#?@relay.example.net:587',
    { hosts: [{ host: 'relay.example.net', port: 587 }], tls: 'required', username: 'us', password: 's:e@c/ret#?' },
  ],
  [
    'smarthost://us%40contoso.com:a:b@relay.example.net:465',
    { hosts: [{ host: 'relay.example.net', port: 465 }], tls: 'implicit', username: 'us@contoso.com', password: 'a:b' },
  ],
]
for (const [value, expected] of smarthosts)
  test(`POSTERN_DELIVERY=${value}: all mail but that of managed domains`, () => {
    const { routes, transports } = configOf({ POSTERN_DELIVERY: value }).delivery
    assert.deepEqual(transports, [{ name: 'smarthost', type: 'smarthost', ...expected }])
    assert.deepEqual(routes, [MANAGED, { via: ['smarthost'] }])
  })

for (const [value, routes] of [
  ['', [{ via: ['capture'] }]],
  ['capture', [{ via: ['capture'] }]],
  ['mx', [MANAGED, { via: ['mx'] }]],
] as const)
  test(`POSTERN_DELIVERY='${value}'`, () => {
    const { delivery } = configOf({ POSTERN_DELIVERY: value })
    assert.deepEqual(delivery.routes, routes)
    assert.deepEqual(delivery.transports, [])
  })

const networks: readonly [string, readonly string[]][] = [
  ['', []],
  [' ', []],
  ['10.0.0.0/8', ['10.0.0.0/8']],
  ['127.0.0.0/8, fd00::/8', ['127.0.0.0/8', 'fd00::/8']],
]
for (const [value, expected] of networks)
  test(`POSTERN_ALLOW_PRIVATE='${value}' allows ${expected.join() || 'none'}`, () => {
    assert.deepEqual(configOf({ POSTERN_ALLOW_PRIVATE: value }).network.allowPrivate, expected)
  })

const refused: { env: Record<string, string>; path: string; message: RegExp }[] = [
  { env: { POSTERN_SMTP_PORT: '65536' }, path: 'POSTERN_SMTP_PORT', message: /from 1 to 65535, or 0/ },
  { env: { POSTERN_SMTPS_PORT: '-1' }, path: 'POSTERN_SMTPS_PORT', message: /from 1 to 65535, or 0/ },
  { env: { POSTERN_SMTP25_PORT: 'smtp' }, path: 'POSTERN_SMTP25_PORT', message: /from 1 to 65535, or 0/ },
  { env: { POSTERN_HTTPS_PORT: '1e3' }, path: 'POSTERN_HTTPS_PORT', message: /from 1 to 65535, or 0/ },
  { env: { POSTERN_HTTPS_PORT: '2587' }, path: 'POSTERN_HTTPS_PORT', message: /same port as POSTERN_SMTP_PORT/ },
  { env: { POSTERN_LOG_LEVEL: 'loud' }, path: 'POSTERN_LOG_LEVEL', message: /one of trace, debug, info/ },
  ...[
    'relay',
    'mx:25',
    'smtp://u:CANARY@h:25',
    'smarthost://h',
    'smarthost://h:0',
    'smarthost://h:65536',
    'smarthost://h:25/CANARY',
    'smarthost://h:25?CANARY',
    'smarthost://u:CANARY@:25',
    'smarthost://u:CANARY@h_h:25',
    'smarthost://u:CANARY@[192.0.2.1]:25',
    'smarthost://u:CANARY@2001:db8::1:25',
    'smarthost://u:@h:25',
    'smarthost://:CANARY@h:25',
    'smarthost://CANARY@h:25',
    'smarthost://u@contoso.test:CANARY@h:25',
    'smarthost://u:CANARY%@h:25',
    'smarthost://u:CANARY%0A@h:25',
    'smarthost://u:CAN/ARY@h:25',
    ' smarthost://h:25',
  ].map((value) => ({
    env: { POSTERN_DELIVERY: value },
    path: 'POSTERN_DELIVERY',
    message: /^must be capture, mx, or smarthost:\/\/\[user:password@\]host:port, where/,
  })),
  { env: { POSTERN_DNS: 'dns.contoso.test:53' }, path: 'POSTERN_DNS', message: /must be an IP address/ },
  { env: { POSTERN_DNS: '192.0.2.1:0' }, path: 'POSTERN_DNS', message: /must be an IP address/ },
  { env: { POSTERN_DNS: '192.0.2.1:65536' }, path: 'POSTERN_DNS', message: /must be an IP address/ },
  { env: { POSTERN_DNS: '192.0.2.256' }, path: 'POSTERN_DNS', message: /must be an IP address/ },
  { env: { POSTERN_DNS: '[192.0.2.1]:53' }, path: 'POSTERN_DNS', message: /must be an IP address/ },
  {
    env: { POSTERN_STORE: 'mysql://u:CANARY@h/db' },
    path: 'POSTERN_STORE',
    message: /^must be a URL such as postgres:/,
  },
  { env: { POSTERN_ALLOW_PRIVATE: '10.0.0.1' }, path: 'POSTERN_ALLOW_PRIVATE', message: /must be networks such as/ },
  { env: { POSTERN_ALLOW_PRIVATE: '10.0.0.0/8,::/129' }, path: 'POSTERN_ALLOW_PRIVATE', message: /must be networks/ },
  { env: { POSTERN_ALLOW_PRIVATE: 'CANARY' }, path: 'POSTERN_ALLOW_PRIVATE', message: /must be networks such as/ },
]

for (const { env, path, message } of refused)
  test(`refuses ${Object.entries(env).join()}`, () => {
    const outcome = quickstartConfig(env)
    assert.equal(outcome.type, 'invalid')
    assert.deepEqual(
      outcome.problems.map((problem) => problem.path),
      [path],
    )
    assert.match(outcome.problems[0]?.message ?? '', message)
    assert.doesNotMatch(JSON.stringify(outcome), /CANARY/)
  })
