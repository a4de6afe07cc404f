// Attacks on the logins of a running service on SQLite with two edge threads: one address that tries many names, and many addresses that
// try one name, while the owner keeps signing in; the service is started again in between. What every attacker is told is the same.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Config } from '../../src/config/schema.ts'
import { eventually } from '../fixtures/eventually.ts'
import { burst, codesOf, tryLogin } from '../fixtures/login-attack.ts'
import { startPostern } from '../fixtures/postern-process.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'

const OFFICE = '127.0.0.1'
const HOME = '127.0.0.77'
const ATTACKER = '127.0.0.66'
const TYPED = 'Pasted~Secret~As~A~Name'
const GUESS = 'wrong-guess-CANARY'

const directory = temporaryDirectory({ after })
const twoThreads = (config: Config): Config => ({
  ...config,
  auth: { ...config.auth, rejectAfter: 100 },
  smtp: { ...config.smtp, workers: 2 },
})
const start = () => startIn(directory, {}, twoThreads)
const running = { service: await start() }
after(() => running.service.stop())

const doorOf = ({ quickstart, ca }: QuickstartService) => ({ port: quickstart.smtp.port, ca })
const { usernames, application } = running.service.quickstart

function signIn(from: string, username = usernames.dot, password = application.clientSecret) {
  return tryLogin(doorOf(running.service), from, username, password)
}

type Limit = { readonly kind: string; readonly subject: string | null; readonly turnedAway: boolean }

async function limits(): Promise<readonly Limit[]> {
  const { json } = await running.service.api('GET', '/providers/Postern.Mail/loginLimits')
  return (json as { readonly value: readonly Limit[] }).value
}

test('one address that tries many names at once gets forty looks over both threads, and the owner signs in meanwhile', async () => {
  assert.equal((await signIn(OFFICE)).reply.slice(0, 3), '235')
  const attempts = Array.from({ length: 80 }, (_, index) => ({
    from: ATTACKER,
    username: `${TYPED}-${index}`,
    password: GUESS,
  }))
  const attack = await burst([doorOf(running.service)], attempts)
  for (let round = 0; round < 3; round += 1) assert.equal((await signIn(OFFICE)).reply.slice(0, 3), '235')
  // Those who wait ten seconds still do.
  assert.ok(attack.answered() < attempts.length)
  const replies = await attack.replies
  assert.deepEqual(codesOf(replies), { '535 5.7.8': 40, '421 4.7.0': 40 })
  const turnedAway = replies.find((reply) => reply.startsWith('421')) ?? ''
  const { trace } = await running.service.explain(turnedAway)
  assert.deepEqual([trace.reason, trace.reply], ['too-many-failures', '421 4.7.0'])
  assert.match(
    trace.steps[0]?.detail ?? '',
    /^not looked at: \d+ logins from network 127\.0\.0\.66 failed or are pending since /,
  )
  assert.equal(trace.suggestions[0]?.command, 'postern login-limits clear --network 127.0.0.66')
})

test('the metrics count who waited and who was turned away', async () => {
  const { reply } = await signIn('127.0.0.99', `${TYPED}-0`, GUESS)
  assert.match(reply, /^535 5\.7\.8 Authentication unsuccessful \[\w{10}\]$/)
  const { octets } = await running.service.http('GET', '/metrics', { headers: await bearer() })
  assert.match(octets.toString(), /^postern_login_delayed_total\{cause="source"\} (?:[2-9]\d|20)$/m)
  assert.match(
    octets.toString(),
    /^postern_authentications_total\{outcome="rejected",reason="too-many-failures"\} 40$/m,
  )
})

test('a stop does not wait for logins that wait; after it the attacker is turned away still, and the owner is not', async () => {
  const waiting = Array.from({ length: 30 }, () => ({ from: '127.0.0.67', username: TYPED, password: GUESS }))
  const attack = await burst([doorOf(running.service)], waiting)
  await eventually(async () => attack.answered() >= 20 || undefined, 'the answer to those who need not wait')
  await running.service.stop()
  const { '535 5.7.8': refused = 0, '421 4.3.2': dismissed = 0 } = codesOf(await attack.replies)
  assert.deepEqual([refused + dismissed, dismissed > 0], [30, true])
  running.service = await start()
  assert.deepEqual(await signIn(ATTACKER, usernames.dot).then(({ reply, closed }) => [reply.slice(0, 9), closed]), [
    '421 4.7.0',
    true,
  ])
  assert.equal((await signIn(OFFICE)).reply.slice(0, 3), '235')
})

test('many addresses that try one name slow a new device of the owner down and never turn it away', async () => {
  const attempts = Array.from({ length: 60 }, (_, index) => ({
    from: `127.0.1.${index + 1}`,
    username: usernames.dot,
    password: GUESS,
  }))
  const attack = await burst([doorOf(running.service)], attempts)
  const owner = signIn(OFFICE)
  const device = signIn(HOME)
  assert.equal((await owner).reply.slice(0, 3), '235')
  assert.ok(attack.answered() < attempts.length)
  assert.equal((await device).reply.slice(0, 3), '235')
  assert.deepEqual(codesOf(await attack.replies), { '535 5.7.8': 60 })
  const traces = await Promise.all((await attack.replies).map((reply) => running.service.explain(reply)))
  const waited = traces.flatMap(({ trace }) => trace.steps.filter(({ step }) => step === 'limits'))
  assert.equal(waited.length, 40)
  assert.match(
    waited.at(-1)?.detail ?? '',
    /^looked at after \d+ s: \d+ logins for this user name failed or are pending since /,
  )
})

test('the operator sees who waits, and lets the network in again', async () => {
  const source = (await limits()).find(({ subject }) => subject === ATTACKER)
  assert.equal(source?.turnedAway, true)
  const command = ['login-limits', 'clear', '--network', ATTACKER]
  const { code, stdout, stderr } = await startPostern(command, { POSTERN_DATA_DIR: directory }).ended
  assert.deepEqual([code, stdout], [0, 'Forgotten: the next login is looked at at once.\n'], stderr)
  assert.ok(!(await limits()).some(({ subject }) => subject === ATTACKER))
  assert.equal((await signIn(ATTACKER, 'printer', GUESS)).reply.slice(0, 9), '535 5.7.8')
  const list = await startPostern(['login-limits', 'list'], { POSTERN_DATA_DIR: directory }).ended
  assert.match(list.stdout, /^network +127\.0\.0\.66 +1 .* at once /m)
})

test('nothing that was typed as a name or a password was written anywhere', async () => {
  await running.service.stop()
  const written = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
  assert.ok(written.some((path) => path.endsWith('.db')))
  for (const path of written)
    assert.doesNotMatch(readFileSync(path).toString('latin1'), /Pasted~Secret|pasted~secret|CANARY/, path)
})

async function bearer(): Promise<Record<string, string>> {
  const { tenantId, administrator, endpoint } = running.service.quickstart
  const form = {
    grant_type: 'client_credentials',
    client_id: administrator.applicationId,
    client_secret: administrator.clientSecret,
    scope: `${endpoint}.default`,
  }
  const { octets } = await running.service.http('POST', `/${tenantId}/oauth2/v2.0/token`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  return { authorization: `Bearer ${(JSON.parse(octets.toString()) as { access_token: string }).access_token}` }
}
