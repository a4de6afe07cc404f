import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type DataDirectory, openDataDirectory } from './data-directory.ts'
import { openWriter } from './database.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'

function inDirectory(title: string, body: (path: string) => void | Promise<void>): void {
  test(title, async () => {
    const directory = temporaryDirectory()
    try {
      await body(join(directory.path, 'data'))
    } finally {
      directory.remove()
    }
  })
}

function opened(path: string): DataDirectory {
  const outcome = openDataDirectory(path)
  assert(outcome.type === 'opened', JSON.stringify(outcome))
  return outcome.directory
}

const modeOf = (path: string) => statSync(path).mode & 0o777

inDirectory('a missing directory is made, for its owner alone, with a database in it', (path) => {
  const directory = opened(join(path, 'deeper'))
  assert.equal(modeOf(directory.path), 0o700)
  assert.equal(modeOf(directory.contentDirectory), 0o700)
  const database = openWriter(directory.databaseFile, 'checked')
  assert(database.type === 'opened')
  database.database.close()
  directory.release()
})

inDirectory('our directory is narrowed to its owner', (path) => {
  opened(path).release()
  chmodSync(path, 0o755)
  opened(path).release()
  assert.equal(modeOf(path), 0o700)
})

for (const name of ['installation.key', 'lost+found'])
  inDirectory(`a new directory may hold ${name}`, (path) => {
    mkdirSync(path)
    writeFileSync(join(path, name), '')
    opened(path).release()
  })

inDirectory('a directory of something else is foreign and left as it is', (path) => {
  mkdirSync(path, { mode: 0o755 })
  writeFileSync(join(path, 'thesis.txt'), '')
  const outcome = openDataDirectory(path)
  assert(outcome.type === 'foreign')
  assert.match(outcome.message, /Choose an empty or a new data directory/)
  assert.deepEqual(readdirSync(path), ['thesis.txt'])
  assert.equal(modeOf(path), 0o755)
})

inDirectory('a file is no directory', (path) => {
  writeFileSync(path, '')
  assert.equal(openDataDirectory(path).type, 'unusable')
})

inDirectory('a lock file that is something else is unusable', (path) => {
  mkdirSync(path)
  writeFileSync(join(path, 'postern.lock'), 'pid 1'.repeat(200))
  assert.equal(openDataDirectory(path).type, 'unusable')
})

const SPOILT: [string, (database: string) => void][] = [
  ['foreign', (database) => writeFileSync(database, 'not a database at all. '.repeat(100))],
  ['corrupt', (database) => truncateSync(database, 4096 * 12)],
  [
    'newer',
    (database) => {
      const connection = new DatabaseSync(database)
      connection.exec('PRAGMA user_version = 999')
      connection.close()
    },
  ],
]
for (const [type, spoil] of SPOILT)
  inDirectory(`a ${type} database stops the start and leaves no lock`, (path) => {
    const directory = opened(path)
    directory.release()
    spoil(directory.databaseFile)
    for (const attempt of ['first', 'second']) assert.equal(openDataDirectory(path).type, type, attempt)
  })

inDirectory('a second opening is told who holds the lock, until it is released', (path) => {
  const directory = opened(path)
  const outcome = openDataDirectory(path)
  assert(outcome.type === 'locked')
  assert.match(outcome.message, new RegExp(`in use by another Postern \\(process ${process.pid}\\)`))
  directory.release()
  opened(path).release()
})

inDirectory('a process holds the lock until it is killed, not longer', async (path) => {
  const script = `
    import { openDataDirectory } from ${JSON.stringify(new URL('./data-directory.ts', import.meta.url))}
    const { type } = openDataDirectory(${JSON.stringify(path)})
    gc()
    console.log(type)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [printed] = (await once(child.stdout, 'data')) as [Buffer]
  const outcome = openDataDirectory(path)
  child.kill('SIGKILL')
  await exited
  assert.equal(printed.toString(), 'opened\n')
  assert(outcome.type === 'locked')
  assert.match(outcome.message, new RegExp(`process ${child.pid}`))
  opened(path).release()
})
