// What keeps a quickstart from starting, and that each time it says what to do about it and leaves everything as it was.

import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { runQuickstart } from '../../src/server/run.ts'
import { StartError } from '../../src/server/start-error.ts'
import { QUICKSTART_ENVIRONMENT, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'

const root = temporaryDirectory({ after })

/** A data directory that was used once; the cases spoil copies of it. */
const used = join(root, 'used')
await (await startIn(used)).stop()

const database = (directory: string) => join(directory, 'postern.db')
const key = (directory: string) => join(directory, 'installation.key')

const SPOILT: readonly {
  readonly name: string
  readonly spoil: (directory: string) => void
  readonly expected: RegExp
}[] = [
  {
    name: 'a directory of something else',
    spoil: (directory) => {
      rmSync(directory, { recursive: true })
      mkdirSync(directory)
      writeFileSync(join(directory, 'thesis.txt'), '')
    },
    expected: /holds files that are not Postern's\. Choose an empty or a new data directory\.$/,
  },
  {
    name: 'a file that is no database',
    spoil: (directory) => writeFileSync(database(directory), 'not a database at all. '.repeat(100)),
    expected: /is not a Postern database\. Choose another data directory, or move that file away/,
  },
  {
    name: 'a damaged database',
    spoil: (directory) => truncateSync(database(directory), 4096 * 12),
    expected: /is damaged \(.*\)\. Keep a copy of it with its -wal file, restore a backup, or move both away/,
  },
  {
    name: 'a database of a newer version',
    spoil: (directory) => {
      const connection = new DatabaseSync(database(directory))
      connection.exec('PRAGMA user_version = 999')
      connection.close()
    },
    expected: /has schema 999, this version of Postern knows up to \d+\. Run the newer version again/,
  },
  {
    name: 'a lost installation key',
    spoil: (directory) => rmSync(key(directory)),
    expected: /^the installation key .* does not exist\. Restore it from your backup/,
  },
  {
    name: 'another installation key',
    spoil: (directory) => writeFileSync(key(directory), `${'ab'.repeat(32)}\n`),
    expected: /does not open with this installation key\. Restore the key that belongs to this data directory/,
  },
]

for (const [index, { name, spoil, expected }] of SPOILT.entries())
  test(`${name} is refused, also the second time`, async () => {
    const directory = join(root, `spoilt-${index}`)
    cpSync(used, directory, { recursive: true })
    spoil(directory)
    const hadKey = existsSync(key(directory))
    for (const attempt of ['first', 'second'])
      await assert.rejects(startIn(directory), (error) => {
        assert.ok(error instanceof StartError, `${attempt}: ${String(error)}`)
        assert.match(error.message, expected, attempt)
        return true
      })
    assert.equal(existsSync(key(directory)), hadKey)
  })

for (const [variable, listener] of [
  ['POSTERN_SMTP_PORT', 'submission'],
  ['POSTERN_HTTPS_PORT', 'https'],
] as const)
  test(`a port in use is named: ${variable}; once it is free, the same directory starts`, async (context) => {
    const holder = createServer()
    context.after(() => holder.close())
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    const directory = join(root, `port-${listener}`)
    const start = () => startIn(directory, { [variable]: String(port) })
    await assert.rejects(start, {
      name: 'StartError',
      message: `${listener}: port ${port} on localhost is in use. Stop what listens there, or choose another port (0 picks a free one).`,
    })
    await new Promise((resolve) => holder.close(resolve))
    const service = await start()
    assert.ok([service.quickstart.smtp.port, service.server.https.port].includes(port))
    await service.stop()
  })

test('a directory that is in use is refused; who uses it is not disturbed', async () => {
  const service = await startIn(used)
  await assert.rejects(startIn(used), {
    name: 'StartError',
    message: `${used} is in use by another Postern (process ${process.pid}). Stop that one, or choose another data directory.`,
  })
  assert.equal((await service.http('GET', '/health/ready')).status, 200)
  await service.stop()
})

const VARIABLES = [
  {
    variables: { POSTERN_DELIVERY: 'relay.example.test' },
    expected: /^POSTERN_DELIVERY must be capture, mx, or smarthost:/,
  },
  {
    variables: { POSTERN_DELIVERY: 'smarthost://user:not-a-real-password@relay.example.test' },
    expected: /^POSTERN_DELIVERY must be capture, mx, or smarthost:[^\n]*%40\n$/,
  },
  { variables: { POSTERN_DNS: 'dns.example.test' }, expected: /^POSTERN_DNS must be an IP address/ },
  {
    variables: { POSTERN_STORE: 'mysql://db.example.test/mail' },
    expected: /^POSTERN_STORE must be a URL such as postgres:/,
  },
  { variables: { POSTERN_ALLOW_PRIVATE: '10.0.0.1' }, expected: /^POSTERN_ALLOW_PRIVATE must be networks such as/ },
  { variables: { POSTERN_SMTP_PORT: '70000' }, expected: /^POSTERN_SMTP_PORT must be a port number from 1 to 65535/ },
]

for (const { variables, expected } of VARIABLES)
  test(`${Object.entries(variables).join(' ').replace(',', '=')} stops the start, and nothing is made`, async () => {
    const directory = join(root, 'never')
    let said = ''
    const output = { out: { write: () => {} }, err: { write: (text: string) => (said += text) } }
    const environment = { ...QUICKSTART_ENVIRONMENT, ...variables, POSTERN_DATA_DIR: directory }
    assert.equal(await runQuickstart(environment, output), 1)
    assert.match(said, expected)
    assert.doesNotMatch(said, /not-a-real-password/)
    assert.equal(existsSync(directory), false)
  })
