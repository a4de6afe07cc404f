import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { type Connection, type ConnectionFlags, resolveConnection } from './connection.ts'
import type { Terminal } from './terminal.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-connection-'))
after(() => rmSync(directory, { recursive: true }))

const file = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text)
  return join(directory, name)
}
const quickstart = {
  smtp: { host: 'localhost', port: 1, implicitTlsPort: 2, port25: 3 },
  caFile: file('quickstart-ca.pem', 'QUICKSTART CA'),
  tenantId: 'quickstart-tenant',
  subscriptionId: 'subscription',
  communicationServiceId: '/subscriptions/subscription',
  senderAddress: 'DoNotReply@example.test',
  application: { applicationId: 'app', clientSecret: 'app-secret' },
  usernames: { dot: 'd', pipe: 'p', alias: 'a' },
  endpoint: 'https://localhost:8443/',
  administrator: { applicationId: 'admin', clientSecret: 'admin-secret' },
}
file('quickstart.json', JSON.stringify({ ...quickstart, portal: null }))
const otherCa = file('other-ca.pem', 'OTHER CA')
const secretFile = file('secret', 'file-secret\n')

type Case = {
  readonly name: string
  readonly flags?: ConnectionFlags
  readonly env?: Readonly<Record<string, string>>
  readonly typed?: string
  readonly expected: Partial<Record<keyof Connection, unknown>> | { readonly what: RegExp; readonly misused?: true }
}

const HERE = { POSTERN_DATA_DIR: directory }
const NOWHERE = { POSTERN_DATA_DIR: join(directory, 'nowhere') }
const THERE = { POSTERN_TENANT_ID: 't', POSTERN_CLIENT_ID: 'c', POSTERN_CLIENT_SECRET: 's' }

const cases: readonly Case[] = [
  {
    name: 'the quickstart alone: its administrator, its CA',
    env: HERE,
    expected: {
      endpoint: 'https://localhost:8443/',
      tenantId: 'quickstart-tenant',
      clientId: 'admin',
      clientSecret: 'admin-secret',
      ca: 'QUICKSTART CA',
    },
  },
  {
    name: 'variables come before the quickstart',
    env: { ...HERE, ...THERE, POSTERN_CA_FILE: otherCa },
    expected: { endpoint: 'https://localhost:8443/', tenantId: 't', clientId: 'c', clientSecret: 's', ca: 'OTHER CA' },
  },
  {
    name: 'flags come before variables',
    flags: {
      endpoint: 'https://mail.example.test',
      tenant: 'ft',
      clientId: 'fc',
      clientSecretFile: secretFile,
      caFile: otherCa,
    },
    env: { ...HERE, ...THERE, POSTERN_ENDPOINT: 'https://no.example.test/', POSTERN_CA_FILE: 'no' },
    expected: {
      endpoint: 'https://mail.example.test/',
      tenantId: 'ft',
      clientId: 'fc',
      clientSecret: 'file-secret',
      ca: 'OTHER CA',
      quickstart: undefined,
    },
  },
  {
    name: 'the secret of the quickstart goes to no other endpoint',
    flags: { endpoint: 'https://evil.example.test/' },
    env: HERE,
    expected: { what: /^There is no credential for https:\/\/evil\.example\.test\/\.$/ },
  },
  {
    name: 'nor to another port of the same host',
    env: { ...HERE, POSTERN_ENDPOINT: 'https://localhost:9443/' },
    expected: { what: /^There is no credential/ },
  },
  {
    name: 'the CA of the quickstart is trusted for no other endpoint',
    flags: { endpoint: 'https://mail.example.test/' },
    env: { ...HERE, ...THERE },
    expected: { ca: undefined, quickstart: undefined },
  },
  {
    name: 'the same endpoint in another spelling is the quickstart',
    flags: { endpoint: 'HTTPS://LOCALHOST:8443' },
    env: HERE,
    expected: { clientId: 'admin', ca: 'QUICKSTART CA' },
  },
  {
    name: 'a named application at the quickstart uses its own secret, never the administrator’s',
    flags: { clientId: 'c' },
    env: HERE,
    typed: 'typed-secret',
    expected: { clientId: 'c', tenantId: 'quickstart-tenant', clientSecret: 'typed-secret' },
  },
  {
    name: 'a named application without a secret fails where nobody can be asked',
    flags: { clientId: 'c' },
    env: HERE,
    expected: { what: /^No client secret of c was given\.$/ },
  },
  {
    name: 'a secret file comes before the variable',
    flags: { clientSecretFile: secretFile },
    env: { ...HERE, ...THERE },
    expected: { clientSecret: 'file-secret' },
  },
  {
    name: 'a secret file that is not there',
    flags: { clientId: 'c', clientSecretFile: '/no' },
    env: HERE,
    expected: { what: /^Cannot read \/no/ },
  },
  { name: 'no quickstart and no endpoint', env: NOWHERE, expected: { what: /^There is no quickstart in .*nowhere/ } },
  {
    name: 'empty variables count as unset',
    env: { ...HERE, POSTERN_ENDPOINT: '', POSTERN_CLIENT_ID: '', POSTERN_CA_FILE: '' },
    expected: { clientId: 'admin' },
  },
  ...[
    { name: 'a tenant', flags: { tenant: 'other' }, what: 'tenant id' },
    { name: 'a tenant in a variable', env: { POSTERN_TENANT_ID: 'other' }, what: 'tenant id' },
    { name: 'a secret file', flags: { clientSecretFile: secretFile }, what: 'client secret' },
    { name: 'a secret in a variable', env: { POSTERN_CLIENT_SECRET: 's' }, what: 'client secret' },
  ].map(
    ({ name, flags = {}, env = {}, what }): Case => ({
      name: `${name} without a client id is not passed over for the quickstart's administrator`,
      flags,
      env: { ...HERE, ...env },
      expected: { what: new RegExp(`^There is a ${what} but no client id\\.$`), misused: true },
    }),
  ),
  {
    name: 'the tenant of the quickstart may be named',
    flags: { tenant: 'quickstart-tenant' },
    env: HERE,
    expected: { clientId: 'admin' },
  },
  {
    name: 'an endpoint elsewhere needs a tenant',
    flags: { endpoint: 'https://mail.example.test/', clientId: 'c' },
    env: { ...NOWHERE, POSTERN_CLIENT_SECRET: 's' },
    expected: { what: /^There is no credential/ },
  },
  {
    name: 'a CA file that is not there',
    flags: { caFile: '/no' },
    env: HERE,
    expected: { what: /^Cannot read the CA file/ },
  },
  ...[
    'http://localhost:8443/',
    'localhost:8443',
    'https://localhost/path',
    'https://a:b@localhost/',
    'https://localhost/?q',
  ].map(
    (endpoint): Case => ({
      name: `no endpoint: ${endpoint}`,
      flags: { endpoint },
      env: HERE,
      expected: { what: /is not an endpoint/, misused: true },
    }),
  ),
]

for (const { name, flags = {}, env = {}, typed, expected } of cases)
  test(`connection: ${name}`, async () => {
    const terminal: Terminal = { out: process.stdout, err: process.stderr, env, askSecret: async () => typed }
    const connection = await resolveConnection(flags, terminal)
    if ('what' in expected) {
      assert.equal(connection.type, 'failed')
      assert.match(connection.what, expected.what)
      assert.equal(connection.misused, expected.misused)
      return
    }
    assert.equal(connection.type, 'connection')
    for (const [key, value] of Object.entries(expected)) assert.equal(connection[key as keyof Connection], value, key)
  })

for (const text of ['', '{', '[]', '{"endpoint":"https://localhost/"}'])
  test(`connection: a quickstart.json of ${text} is named, not trusted`, async () => {
    const broken = mkdtempSync(join(directory, 'broken-'))
    writeFileSync(join(broken, 'quickstart.json'), text)
    const env = { POSTERN_DATA_DIR: broken }
    const connection = await resolveConnection(
      {},
      { out: process.stdout, err: process.stderr, env, askSecret: async () => undefined },
    )
    assert.match(connection.type === 'failed' ? connection.what : '', /is not what a quickstart writes/)
  })
