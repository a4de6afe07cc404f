import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import test from 'node:test'
import { ADMIN_SECRET, ELSEWHERE, endpoint, run, standIn } from './api-stand-in.fixture.ts'

const RESET = 'postern ad app credential reset --id admin --append'
const refusals = [
  {
    name: 'of the quickstart, wrong',
    env: {},
    code: '7000215',
    next: /^The secret in quickstart\.json no longer works: give another credential in POSTERN_CLIENT_ID /,
  },
  {
    name: 'of the quickstart, over',
    env: {},
    code: '7000222',
    next: /^The secret in quickstart\.json no longer works/,
  },
  { name: 'given, wrong', env: ELSEWHERE, code: '7000215', next: /^Check POSTERN_CLIENT_ID, POSTERN_TENANT_ID and / },
  { name: 'given, over', env: ELSEWHERE, code: '7000222', next: new RegExp(`can make a new one: ${RESET}$`) },
  {
    name: 'at an address that the server does not call its own',
    env: ELSEWHERE,
    code: '500011',
    next: new RegExp(`^The server goes by another address: .* that ${endpoint}metadata/endpoints names\\.$`),
  },
]
for (const { name, env, code, next } of refusals)
  test(`a refused credential is told with the words of the token service, in one line: ${name}`, async () => {
    const error_description = `AADSTS${code}: Said by the server.\r\nTrace ID: 1`
    standIn.token = { status: 401, body: { error: 'invalid_client', error_description } }
    const { exitCode, err } = await run(['message', 'list'], {}, env)
    standIn.token = undefined
    assert.equal(exitCode, 1)
    const [what, step = '', ...more] = err.split('\n')
    assert.equal(what, `error: Signing in as admin in tenant tenant was refused: AADSTS${code}: Said by the server.`)
    assert.match(step, next)
    assert.deepEqual(more, [''])
  })

test('a server whose certificate is not trusted gets no secret', async () => {
  const env = {
    POSTERN_DATA_DIR: '/nowhere',
    POSTERN_ENDPOINT: endpoint,
    POSTERN_TENANT_ID: 'tenant',
    POSTERN_CLIENT_ID: 'admin',
    POSTERN_CLIENT_SECRET: ADMIN_SECRET,
  }
  const { exitCode, err, asked } = await run(['message', 'list'], {}, env)
  assert.equal(exitCode, 1)
  assert.match(
    err,
    /^error: Cannot reach .*(CERT|SIGNATURE|ISSUER).*\nName the CA of the server with --ca-file or POSTERN_CA_FILE\.\n$/,
  )
  assert.deepEqual(asked, [])
})

test('a server that is not there', async () => {
  const env = {
    POSTERN_ENDPOINT: 'https://localhost:1/',
    POSTERN_TENANT_ID: 't',
    POSTERN_CLIENT_ID: 'c',
    POSTERN_CLIENT_SECRET: 's',
  }
  const { exitCode, err } = await run(['message', 'list'], {}, env)
  assert.equal(exitCode, 1)
  assert.match(
    err,
    /^error: Cannot reach https:\/\/localhost:1\/ \(ECONNREFUSED: .*\)\.\nIs it running\? Check --endpoint or POSTERN_ENDPOINT\.\n$/,
  )
})

test('a port that does not speak TLS, without the inner words of OpenSSL', async (context) => {
  const plain = createServer((socket) => socket.end('220 mail.example.test ESMTP\r\n'))
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  context.after(() => plain.close())
  const { port } = plain.address() as AddressInfo
  const { err } = await run(['message', 'list'], {}, { ...ELSEWHERE, POSTERN_ENDPOINT: `https://127.0.0.1:${port}/` })
  assert.equal(
    err,
    `error: Cannot reach https://127.0.0.1:${port}/ (EPROTO: wrong version number).\n` +
      'Is that its HTTPS port? Check --endpoint or POSTERN_ENDPOINT.\n',
  )
})

test('a list without an end is given up, and not printed as if it were whole', async () => {
  const path = '/v1.0/groups'
  const routes = { [`GET ${path}`]: { body: { value: [], '@odata.nextLink': `${endpoint}v1.0/groups` } } }
  const { exitCode, out, err } = await run(['ad', 'group', 'list'], routes)
  assert.equal(exitCode, 1)
  assert.equal(out, '')
  assert.match(err, /^error: The list has more than 1000 pages\.\n/)
})
