import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { LogLevel } from '../config/schema.ts'
import { createLogger, type Logger } from './logger.ts'

function capture(level: LogLevel, log: (logger: Logger) => void): string[] {
  const lines: string[] = []
  log(createLogger({ level, thread: 'test', stream: { write: (line) => lines.push(line) } }))
  return lines
}

/** What comes out of the fields alone. */
function logged(fields: object): Record<string, unknown> {
  const [line = ''] = capture('trace', (logger) => logger.info({ fields }, 'text'))
  return JSON.parse(line).fields
}

test('a line is JSON with level, time, thread, fields and text', () => {
  const [line = ''] = capture('info', (logger) => logger.child({ listener: 'smtp' }).warn({ port: 25 }, 'is up'))
  const { time, ...rest } = JSON.parse(line)
  assert.match(time, /^\d{4}-\d\d-\d\dT.*Z$/)
  assert.deepEqual(rest, { level: 'warn', thread: 'test', listener: 'smtp', port: 25, msg: 'is up' })
})

test('lines below the level are not written', () => {
  const lines = capture('warn', (logger) => {
    logger.info('no')
    logger.child({}).debug({}, 'no')
    logger.error('yes')
  })
  assert.equal(lines.length, 1)
})

test('text is never a format', () => {
  const lines = capture('info', (logger) => logger.info({ a: 1 }, 'a %s %o %j {jndi}'))
  assert.equal(JSON.parse(lines[0] ?? '').msg, 'a %s %o %j {jndi}')
})

const CANARY = 'CANARY-k3x'
const SECRET_NAMES = [
  'password',
  'clientSecret',
  'client_secret',
  'secretText',
  'pass',
  'accessKey',
  'connectionString',
  'authorization',
  'Proxy-Authorization',
  'access_token',
  'refreshToken',
  'client_assertion',
  'initialResponse',
  'response',
  'set-cookie',
  'privateKey',
  'pepper',
  'sealingKey',
  'ticketKeySeed',
  'ticketKeys',
  'credentials',
  'keys',
]

const paths: { name: string; log: (logger: Logger, secret: object) => void }[] = [
  { name: 'fields', log: (logger, secret) => logger.error(secret, 'text') },
  { name: 'nested fields', log: (logger, secret) => logger.error({ a: { b: [{ c: secret }] } }, 'text') },
  { name: 'a child', log: (logger, secret) => logger.child(secret).error('text') },
  {
    name: 'a child of a child, nested',
    log: (logger, secret) =>
      logger
        .child({})
        .child({ a: { b: secret } })
        .error('text'),
  },
  {
    name: 'properties of an error',
    log: (logger, secret) => logger.error({ err: Object.assign(new Error('e'), secret) }, 'text'),
  },
  { name: 'an error as fields', log: (logger, secret) => logger.error(Object.assign(new Error('e'), secret), 'text') },
  {
    name: 'the cause of an error',
    log: (logger, secret) => logger.error({ err: new Error('e', { cause: secret }) }, 'text'),
  },
  { name: 'a map', log: (logger, secret) => logger.error({ map: new Map(Object.entries(secret)) }, 'text') },
  { name: 'octets', log: (logger, secret) => logger.error({ octets: Buffer.from(JSON.stringify(secret)) }, 'text') },
  { name: 'toJSON', log: (logger, secret) => logger.error({ a: { toJSON: () => secret } }, 'text') },
]

for (const { name, log } of paths)
  test(`no secret comes out through ${name}`, () => {
    for (const secretName of SECRET_NAMES)
      for (const value of [CANARY, { deeper: CANARY }, [CANARY], Buffer.from(CANARY)]) {
        const output = capture('trace', (logger) => log(logger, { [secretName]: value })).join('')
        assert.match(output, /"level":"error"/)
        for (const form of ['utf8', 'base64', 'hex'] as const)
          assert.ok(!output.includes(Buffer.from(CANARY).toString(form).slice(0, 12)), `${secretName} in ${output}`)
      }
  })

test('what only looks like a secret by name stays', () => {
  const fields = { keyId: 'k', secretId: 's', tokenEndpoint: 't', authorizationIdentity: 'a', key_id: 'i', hint: 'abc' }
  assert.deepEqual(logged(fields), fields)
})

const hostile = ['\r\n', '\x1b[2J', '\0', '\x9b2J', '\x7f', '\u2028', '\u202e', '"}\n{"level":"fatal', '\ud800']

for (const text of hostile)
  test(`one line, nothing a terminal acts on, from ${JSON.stringify(text)}`, () => {
    const lines = capture('info', (logger) => logger.child({ [text]: text }).info({ client: text }, text))
    assert.equal(lines.length, 1)
    assert.match(lines[0] ?? '', /^\{[\x20-\x7e]*\}\n$/)
    assert.equal(JSON.parse(lines[0] ?? '').level, 'info')
  })

test('what clients send is bounded in length, depth and number', () => {
  let deep: object = {}
  for (let level = 0; level < 10_000; level++) deep = { deep }
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, 'x'.repeat(100)]))
  const cyclic: Record<string, unknown> = {}
  cyclic['self'] = cyclic
  const long = 'ä'.repeat(1_000_000)
  const bounded = logged({ long, deep, many, cyclic, list: Array(10_000).fill(long) })
  assert.equal(bounded['long'], `${'ä'.repeat(1024)}… (1000000 characters)`)
  assert.ok(JSON.stringify(bounded).length < 200_000)
  const [line = ''] = capture('info', (logger) => logger.info(long))
  assert.ok(line.length < 1200)
})

test('values of every kind are logged without an exception', () => {
  const { err, ...rest } = logged({
    at: new Date(0),
    never: new Date(Number.NaN),
    big: 10n,
    octets: new Uint8Array(3),
    nothing: null,
    none: undefined,
    act: () => 1,
    set: new Set([1]),
    err: Object.assign(new TypeError('no'), { code: 'ECODE', cause: new Error('why') }),
  })
  assert.deepEqual(rest, {
    at: '1970-01-01T00:00:00.000Z',
    never: null,
    big: '10',
    octets: '[3 octets]',
    nothing: null,
    set: '[1 entries]',
  })
  const { stack, cause, ...error } = err as { stack: string[]; cause: { message: string } }
  assert.deepEqual(error, { type: 'TypeError', message: 'no', code: 'ECODE' })
  assert.match(stack[0] ?? '', /^at .*logger\.test\.ts/)
  assert.equal(cause.message, 'why')
})

test('worker threads write to standard error at once, even when they die right after', () => {
  const logger = JSON.stringify(new URL('./logger.ts', import.meta.url).href)
  const worker = `import(${logger}).then(({ createLogger }) => {
    const logger = createLogger({ level: 'info', thread: 'edge-1' })
    for (let line = 0; line < 50; line++) logger.info({ line }, 'last words')
    process.kill(process.pid, 'SIGKILL')
  })`
  const main = `new (require('node:worker_threads').Worker)(${JSON.stringify(worker)}, { eval: true })`
  const { stderr, signal } = spawnSync(process.execPath, ['-e', main], { encoding: 'utf8' })
  assert.equal(signal, 'SIGKILL')
  assert.equal(stderr.match(/"thread":"edge-1".*last words/g)?.length, 50, stderr)
})
