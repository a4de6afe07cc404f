import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { stringify } from 'yaml'
import { loadConfig } from './load-config.ts'
import { configSchema } from './schema.ts'
import { documentedKeys } from './schema-tree.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-config-'))
after(() => rmSync(directory, { recursive: true }))

const MINIMAL = 'dataDirectory: data\nhostname: mail.example.com\n'

function write(name: string, content: string | Uint8Array, mode = 0o600): string {
  const file = join(directory, name)
  rmSync(file, { force: true })
  writeFileSync(file, content)
  chmodSync(file, mode)
  return file
}

function load(content: string | Uint8Array, env: Record<string, string> = {}, mode = 0o600) {
  return loadConfig(write('postern.yaml', content, mode), env)
}

function problemsOf(outcome: ReturnType<typeof loadConfig>): string[] {
  assert.equal(outcome.type, 'invalid')
  return outcome.problems.map(({ path, message }) => `${path}: ${message}`)
}

test('two keys suffice; everything else has its default', () => {
  const outcome = load(MINIMAL)
  assert.equal(outcome.type, 'config')
  const { config } = outcome
  assert.equal(config.dataDirectory, join(directory, 'data'))
  assert.deepEqual(config.keys, {})
  assert.equal(config.publicUrl, undefined)
  assert.equal(config.smtp.workers, availableParallelism())
  assert.deepEqual(
    config.smtp.listeners.map(({ port, tls }) => [port, tls]),
    [
      [587, 'starttls'],
      [465, 'implicit'],
      [25, 'starttls'],
    ],
  )
  assert.deepEqual(config.limits, {
    recipients: 100,
    size: 26_214_400,
    idle: 300_000,
    idleBeforeAuthentication: 60_000,
    handshake: 15_000,
    contentStall: 180_000,
    sessionAge: 3_600_000,
    messagesPerSession: 1000,
    received: 100,
  })
  assert.deepEqual(config.retention, {
    messages: 2_592_000_000,
    captures: { count: 10_000, size: 1_073_741_824 },
    decisions: { age: 2_592_000_000, count: 100_000 },
    audit: 31_536_000_000,
    events: 2_592_000_000,
  })
  assert.equal(config.auth.rejectAfter, undefined)
  assert.deepEqual(config.tenants, [])
  assert.equal(config.access.requiredActions.length, 3)
})

test('relative paths start at the directory of the file, absolute ones stay', () => {
  write('cert.pem', '', 0o644)
  write('key.pem', '', 0o640)
  const outcome = load(`${MINIMAL}
keys: { file: ../keys/postern }
tls: { certificates: [{ certificateFile: cert.pem, keyFile: ${join(directory, 'key.pem')} }] }
publicUrl: https://mail.example.com:8443
`)
  assert.equal(outcome.type, 'config')
  assert.equal(outcome.config.keys.file, join(tmpdir(), 'keys/postern'))
  assert.deepEqual(outcome.config.tls.certificates, [
    { certificateFile: join(directory, 'cert.pem'), keyFile: join(directory, 'key.pem') },
  ])
  assert.equal(outcome.config.publicUrl, 'https://mail.example.com:8443/')
})

test('the secret of the client that people sign in as is a file of its owner alone', () => {
  const tenant =
    '{ tenantId: 11111111-2222-4333-8444-555555555555, provider: entra, signIn: { clientId: portal, clientSecretFile: secret } }'
  const read = () => load(`${MINIMAL}tenants: [${tenant}]\n`)
  assert.deepEqual(problemsOf(read()), [
    `tenants.0.signIn.clientSecretFile: ${join(directory, 'secret')} does not exist`,
  ])
  write('secret', 'not a real one', 0o640)
  assert.match(problemsOf(read())[0] ?? '', /clientSecretFile: .* is open to others/)
  write('secret', 'not a real one', 0o600)
  const outcome = read()
  assert.equal(outcome.type, 'config')
  assert.equal(outcome.config.tenants[0]?.signIn?.clientSecretFile, join(directory, 'secret'))
})

test('POSTERN_LOG_LEVEL stands for log.level', () => {
  const level = (env: Record<string, string>) => {
    const outcome = load(`${MINIMAL}log: { level: warn }`, env)
    return outcome.type === 'config' && outcome.config.log.level
  }
  assert.deepEqual(
    [level({}), level({ POSTERN_LOG_LEVEL: 'trace' }), level({ POSTERN_LOG_LEVEL: '' })],
    ['warn', 'trace', 'warn'],
  )
})

test('a section that is left empty has its defaults', () => {
  assert.equal(load(`${MINIMAL}limits:\nkeys:\n`).type, 'config')
})

const modes: { mode: number; refused: boolean }[] = [
  { mode: 0o600, refused: false },
  { mode: 0o400, refused: false },
  { mode: 0o640, refused: false },
  { mode: 0o644, refused: true },
  { mode: 0o660, refused: true },
  { mode: 0o602, refused: true },
  { mode: 0o601, refused: true },
]

for (const { mode, refused } of modes)
  test(`a configuration of mode ${mode.toString(8)} is ${refused ? 'refused' : 'read'}`, () => {
    const outcome = load(MINIMAL, {}, mode)
    assert.equal(outcome.type, refused ? 'invalid' : 'config')
    const file = join(directory, 'postern.yaml')
    const message = `${file}: is open to others (mode 0${mode.toString(8)}): run chmod o=,g-wx ${file}`
    if (refused) assert.deepEqual(problemsOf(outcome), [message])
  })

test('key files open to others are refused with the command that helps', () => {
  const key = write('key.pem', '', 0o644)
  const installationKey = write('installation.key', '', 0o640)
  const cert = write('cert.pem', '', 0o644)
  const outcome = load(`${MINIMAL}
keys: { file: installation.key }
tls: { certificates: [{ certificateFile: cert.pem, keyFile: key.pem }, { certificateFile: gone.pem, keyFile: . }] }
`)
  assert.deepEqual(problemsOf(outcome), [
    `tls.certificates.0.keyFile: ${key} is open to others (mode 0644): run chmod o=,g-wx ${key}`,
    `tls.certificates.1.certificateFile: ${join(directory, 'gone.pem')} does not exist`,
    `tls.certificates.1.keyFile: ${directory} is not a regular file`,
    `keys.file: ${installationKey} is open to others (mode 0640): run chmod 600 ${installationKey}`,
  ])
  assert.equal(cert, join(directory, 'cert.pem'))
})

const unreadable: { name: string; make: () => string; message: RegExp }[] = [
  { name: 'no file', make: () => join(directory, 'none.yaml'), message: /does not exist/ },
  {
    name: 'a directory',
    make: () => {
      mkdirSync(join(directory, 'd'), { mode: 0o700 })
      return join(directory, 'd')
    },
    message: /is not a regular file/,
  },
  { name: 'a huge file', make: () => write('huge.yaml', `#${' '.repeat(1024 * 1024)}`), message: /larger than 1 MiB/ },
  { name: 'not UTF-8', make: () => write('latin.yaml', Uint8Array.of(0x61, 0x3a, 0xe4)), message: /not UTF-8/ },
]

for (const { name, make, message } of unreadable)
  test(`refuses ${name}`, () => {
    const file = make()
    assert.match(problemsOf(loadConfig(file, {}))[0] ?? '', message)
  })

test('a pipe nobody writes to is refused instead of waited for', (t) => {
  const pipe = join(directory, 'pipe')
  if (spawnSync('mkfifo', ['-m', '600', pipe]).status !== 0) return t.skip('mkfifo is not installed')
  const module = JSON.stringify(new URL('./load-config.ts', import.meta.url).href)
  const script = `import(${module}).then(({ loadConfig }) => console.log(JSON.stringify(loadConfig('${pipe}', {}))))`
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 10_000 })
  assert.match(stdout, /is not a regular file/)
})

test('no value is ever repeated, wherever a secret slips in', () => {
  const CANARY = 'CANARY-9fq2'
  const texts = [
    CANARY,
    `[${CANARY}]`,
    `a: *${CANARY}`,
    `a: !${CANARY} b`,
    `a: "${CANARY}`,
    `a: ${CANARY}\n b: c`,
    `${MINIMAL}password: ${CANARY}`,
    ...documentedKeys(configSchema).flatMap(({ path }) =>
      [CANARY, [CANARY], { x: CANARY }].map((value) =>
        stringify(path.reduceRight<unknown>((v, key) => ({ [key]: v }), value)),
      ),
    ),
  ]
  for (const text of texts)
    assert.doesNotMatch(problemsOf(load(text)).join('\n').replaceAll(join(directory), ''), /CANARY/i)
})
