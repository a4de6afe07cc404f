// Two quickstarts on one PostgreSQL count failed logins together: what one address fails at one node it has failed at the other, a
// network that is known at one is known at the other, and the token service's failures are shared too.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Config } from '../../src/config/schema.ts'
import { burst, codesOf, tryLogin } from '../fixtures/login-attack.ts'
import { sharedPostgres } from '../fixtures/postgres-server.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'

const OFFICE = '127.0.0.1'
const ATTACKER = '127.0.0.66'

const postgres = await sharedPostgres()
const url = await postgres.createMigratedDatabase()
const quickly = (config: Config): Config => ({
  ...config,
  auth: { ...config.auth, rejectAfter: 100 },
  smtp: { ...config.smtp, workers: 2 },
})
const startNode = () => startIn(temporaryDirectory({ after }), { POSTERN_STORE: url }, quickly)
const one = await startNode()
const other = await startNode()
after(async () => {
  await Promise.all([one.stop(), other.stop()])
  await postgres.dropDatabase(url)
})

const doorOf = ({ quickstart, ca }: QuickstartService) => ({ port: quickstart.smtp.port, ca })
const { usernames, application } = one.quickstart
const owner = (service: QuickstartService, from = OFFICE) =>
  tryLogin(doorOf(service), from, usernames.dot, application.clientSecret)

test('a burst over both nodes gets forty looks, and the owner signs in at the node where nobody knew him', async () => {
  assert.equal((await owner(one)).reply.slice(0, 3), '235')
  const attempts = Array.from({ length: 100 }, (_, index) => ({
    from: ATTACKER,
    username: `printer-${index}`,
    password: 'guess',
  }))
  const attack = await burst([one, other].map(doorOf), attempts)
  assert.equal((await owner(other)).reply.slice(0, 3), '235')
  assert.ok(attack.answered() < attempts.length)
  assert.deepEqual(codesOf(await attack.replies), { '535 5.7.8': 40, '421 4.7.0': 60 })
})

test('a name that is attacked at one node is slow from new networks at the other, and quick from the known one', async () => {
  const attempts = Array.from({ length: 40 }, (_, index) => ({
    from: `127.0.1.${index + 1}`,
    username: usernames.dot,
    password: 'guess',
  }))
  const attack = await burst([doorOf(one)], attempts)
  assert.deepEqual(codesOf(await attack.replies), { '535 5.7.8': 40 })
  const device = owner(other, '127.0.0.77')
  const first = await Promise.race([device.then(() => 'a new network'), owner(other).then(() => 'the known one')])
  assert.equal(first, 'the known one')
  assert.equal((await device).reply.slice(0, 3), '235')
})

test('rows are counted once over the nodes, and forgotten by an operator for both', async () => {
  const path = '/providers/Postern.Mail/loginLimits'
  const sources = await postgres.execute(
    `SELECT subject FROM login_limits WHERE kind = 'source' AND subject = '${ATTACKER}'`,
    url,
  )
  assert.equal(sources.length, 1)
  assert.equal((await other.api('POST', `${path}/clear`, { network: ATTACKER })).status, 204)
  const { reply } = await tryLogin(doorOf(one), ATTACKER, 'printer', 'guess')
  assert.equal(reply.slice(0, 9), '535 5.7.8')
})

test('failures at the token service are counted over both nodes', async () => {
  const form = {
    grant_type: 'client_credentials',
    client_id: application.applicationId,
    client_secret: 'guess',
    scope: 'https://communication.azure.com/.default',
  }
  const ask = async (service: QuickstartService) =>
    (
      await service.http('POST', `/${service.quickstart.tenantId}/oauth2/v2.0/token`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      })
    ).status
  // Twice what is free: slow as the machine may be, some are told to wait.
  const statuses = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(index % 2 === 0 ? one : other)))
  assert.ok(statuses.filter((status) => status === 429).length > 50, String(statuses))
  assert.ok(statuses.filter((status) => status === 401).length >= 100)
})
