import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { deriveKeys, type InstallationKeys, type KeySources, loadInstallationKey } from './installation-key.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-key-'))
after(() => rmSync(directory, { recursive: true }))

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7))
const EXPECTED = deriveKeys(KEY)

function write(name: string, content: string | Uint8Array, mode = 0o600): string {
  const file = join(directory, name)
  writeFileSync(file, content)
  chmodSync(file, mode)
  return file
}

function load(sources: KeySources, create = false) {
  return loadInstallationKey(sources, { create })
}

function keysOf(sources: KeySources): InstallationKeys {
  const outcome = load(sources)
  assert.equal(outcome.type, 'keys', JSON.stringify(outcome))
  return outcome.keys
}

const spellings: { name: string; content: string | Uint8Array }[] = [
  { name: 'raw octets', content: KEY },
  { name: 'hex', content: KEY.toString('hex') },
  { name: 'hex in capitals with a line end', content: `${KEY.toString('hex').toUpperCase()}\r\n` },
  { name: 'base64', content: `${KEY.toString('base64')}\n` },
  { name: 'base64 without padding', content: KEY.toString('base64').replace('=', '') },
  { name: 'base64url', content: KEY.toString('base64url') },
]

for (const { name, content } of spellings)
  test(`reads a key written as ${name}`, () => {
    assert.deepEqual(keysOf({ file: write('spelling.key', content) }), EXPECTED)
  })

test('the variable comes before the credential, the credential before the file', () => {
  const [other, third] = [Buffer.alloc(32, 0xee), Buffer.alloc(32, 0xdd)]
  mkdirSync(join(directory, 'credentials'))
  write('credentials/postern-key', other.toString('hex'), 0o440)
  const sources = { file: write('file.key', third), credentialsDirectory: join(directory, 'credentials') }
  assert.deepEqual(keysOf({ ...sources, env: KEY.toString('hex') }), EXPECTED)
  assert.deepEqual(keysOf(sources), deriveKeys(other))
  assert.deepEqual(keysOf({ ...sources, credentialsDirectory: directory }), deriveKeys(third))
  assert.deepEqual(keysOf({ ...sources, env: '', credentialsDirectory: '' }), deriveKeys(third))
})

const refused: { name: string; sources: () => KeySources; type: string; message: RegExp }[] = [
  { name: 'nothing given', sources: () => ({}), type: 'missing', message: /Set keys\.file, POSTERN_KEY or/ },
  {
    name: 'a file that is not there',
    sources: () => ({ file: join(directory, 'none.key') }),
    type: 'missing',
    message: /none\.key does not exist\. Restore it/,
  },
  {
    name: 'a file its group may read',
    sources: () => ({ file: write('wide.key', KEY, 0o640) }),
    type: 'exposed',
    message: /\(mode 0640\): run chmod 600 .*wide\.key$/,
  },
  { name: 'an empty file', sources: () => ({ file: write('empty.key', '') }), type: 'malformed', message: /32 octets/ },
  {
    name: 'half a key in hex, which is 32 letters',
    sources: () => ({ file: write('half.key', 'cafe'.repeat(8)) }),
    type: 'malformed',
    message: /32 octets/,
  },
  {
    name: '33 octets',
    sources: () => ({ file: write('long.key', Buffer.alloc(33, 0xaa)) }),
    type: 'malformed',
    message: /32 octets/,
  },
  { name: 'a directory', sources: () => ({ file: directory }), type: 'inaccessible', message: /not a regular file/ },
  { name: 'a bad variable', sources: () => ({ env: 'CANARY' }), type: 'malformed', message: /^POSTERN_KEY holds no/ },
  {
    name: 'an open credential, although a good file is there',
    sources: () => {
      mkdirSync(join(directory, 'open'))
      write('open/postern-key', KEY, 0o444)
      return { file: write('good.key', KEY), credentialsDirectory: join(directory, 'open') }
    },
    type: 'exposed',
    message: /mode 0444/,
  },
]

for (const { name, sources, type, message } of refused)
  test(`refuses ${name}`, () => {
    const outcome = load(sources())
    assert.equal(outcome.type, type)
    assert.match('message' in outcome ? outcome.message : '', message)
    assert.doesNotMatch(JSON.stringify(outcome), /CANARY|cafe/)
  })

test('makes a key file once, for its owner alone, and finds it again', () => {
  mkdirSync(join(directory, 'new'))
  const file = join(directory, 'new', 'installation.key')
  const made = load({ file }, true)
  const found = load({ file }, true)
  assert.ok(made.type === 'keys' && found.type === 'keys')
  assert.deepEqual([made.created, found.created], [true, false])
  assert.deepEqual(found.keys, made.keys)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/)
  assert.deepEqual(readdirSync(join(directory, 'new')), ['installation.key'])
})

test('does not make a key over a bad one, nor where it cannot', () => {
  const bad = write('bad.key', 'CANARY')
  assert.equal(load({ file: bad }, true).type, 'malformed')
  assert.equal(readFileSync(bad, 'utf8'), 'CANARY')
  assert.equal(load({ file: join(directory, 'no/such/directory.key') }, true).type, 'inaccessible')
})

test('derived keys differ from each other and never change: what is stored rests on them', () => {
  const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex')
  assert.deepEqual(
    {
      ...EXPECTED,
      pepper: hex(EXPECTED.pepper),
      sealingKey: hex(EXPECTED.sealingKey),
      ticketKeySeed: hex(EXPECTED.ticketKeySeed),
      engagementKey: hex(EXPECTED.engagementKey),
    },
    {
      keyId: '4e580d22f026a34a',
      pepper: '6911ef635988485b5774adf8c665f6772909103a92a2dce87b242417e6ea9d12',
      sealingKey: '08b37237cd4128f781a9665327e73de4520d032c8a8688cafebff845ed7d4ed0',
      ticketKeySeed: '5cac89f62c2d51de4dd59088a917809e3699acebcc14dba040e0612515a3877a',
      engagementKey: 'ea2debc69ab9ca689d58ebcaa347a58be10b39d9daf55e66c7ab9c63cd29c6ec',
    },
  )
})
