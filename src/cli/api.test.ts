import assert from 'node:assert/strict'
import test from 'node:test'
import { ADMIN_SECRET, endpoint, run, standIn } from './api-stand-in.fixture.ts'

test('a refused credential is told with the words of the token service, in one line', async () => {
  standIn.token = {
    status: 401,
    body: {
      error: 'invalid_client',
      error_description: 'AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1',
    },
  }
  const { exitCode, err } = await run(['message', 'list'], {})
  standIn.token = undefined
  assert.equal(exitCode, 1)
  assert.match(
    err,
    /^error: Signing in as admin in tenant tenant was refused: AADSTS7000215: Invalid client secret provided\.\nCheck POSTERN_CLIENT_ID/,
  )
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
    /^error: Cannot reach https:\/\/localhost:1\/ \(ECONNREFUSED: .*\)\.\nIs it running\? Start the quickstart with `npm start`/,
  )
})
