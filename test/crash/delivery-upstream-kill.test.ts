// No copy reaches the upstream, however often the process that delivers to it is killed and whatever becomes of its answers: a message
// goes out under the one id that was stored before the first call, with the same content each time.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { test } from 'node:test'
import type { Config } from '../../src/config/schema.ts'
import { type AcsFault, type AcsServer, startAcsServer } from '../fixtures/acs-server.ts'
import { eventually } from '../fixtures/eventually.ts'
import { temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { judgeEnds } from './delivery-judgement.ts'
import { type Addressee, enqueueMail, makeInstallation } from './delivery-mail.ts'
import { spawnNode } from './delivery-nodes.ts'
import { countWaiting, readRows, readTimelines, sqliteQuery } from './delivery-store.ts'
import { createTestRandom } from './test-random.ts'

const MESSAGES = 300
const KILLS = 5
const SEED = 20_310_402
const PATIENCE = 120_000
const TIME_LIMIT = 300_000
const SENDER = 'donotreply@contoso.example'

/** For one request in five, at most. */
const FAULTS: readonly AcsFault[] = ['lost', 'reset', 'lost', { status: 503, code: 'ServiceUnavailable' }, 'garbage']

/** Each fifth message has three of them. */
const addresseesOf = (number: number): readonly Addressee[] =>
  Array.from({ length: number % 5 === 0 ? 3 : 1 }, (_, place) => ({
    address: `r${place}-${number}@example.org`,
    end: 'delivered',
  }))

function configure(config: Config, directory: string, acs: AcsServer): Config {
  const [connectionStringFile, caFile] = [join(directory, 'connection-string'), join(directory, 'ca.pem')]
  writeFileSync(connectionStringFile, acs.connectionString, { mode: 0o600 })
  writeFileSync(caFile, acs.ca)
  const transport = { name: 'acs', type: 'acs' as const, connectionStringFile, caFile, requestsPerMinute: 1_000_000 }
  return { ...config, delivery: { ...config.delivery, routes: [{ via: ['acs'] }], transports: [transport] } }
}

test(`the upstream gets each of ${MESSAGES} messages once over ${KILLS} kills`, { timeout: TIME_LIMIT }, async (t) => {
  const random = createTestRandom(SEED)
  const acs = await startAcsServer(t)
  const installation = await makeInstallation(t)
  const { quickstart } = installation
  const config = configure(installation.config, temporaryDirectory(t), acs)
  const sending = { config, quickstart, count: MESSAGES, addresseesOf, from: SENDER, reversePath: SENDER }
  const mail = await enqueueMail(sending)
  acs.misbehave(
    ...Array.from({ length: MESSAGES }, () => (random(5) === 0 ? (FAULTS[random(FAULTS.length)] ?? 'well') : 'well')),
  )
  let node = spawnNode(t, config, true)
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const wanted = Math.round((MESSAGES * kill) / (KILLS + 1))
    await eventually(async () => acs.taken.length >= wanted || undefined, `${wanted} messages`, PATIENCE)
    await after(random(50))
    await node.kill()
    node = spawnNode(t, config, true)
  }
  const query = sqliteQuery(config)
  await eventually(async () => (await countWaiting(query)) === 0 || undefined, 'the end of everything', PATIENCE)
  await node.kill()
  const ends = judgeEnds(mail, await readRows(query), await readTimelines(query))
  assert.equal(acs.conflicts(), 0)
  const wanted = [...mail.values()].flatMap(({ subject, addressees }) =>
    addressees.map(({ address }) => `${subject} ${address}`),
  )
  const taken = acs.taken.flatMap(({ body: { content, recipients } }) =>
    Object.values(recipients).flatMap((some) => some.map(({ address }) => `${content.subject} ${address}`)),
  )
  assert.deepEqual(taken.toSorted(), wanted.toSorted())
  assert.equal(acs.taken.length, MESSAGES)
  const sends = acs.requests.filter(({ method }) => method === 'POST')
  const ids = new Set(sends.map(({ operationId }) => operationId))
  t.diagnostic(
    `${MESSAGES} messages to ${ends.delivered} recipients in ${sends.length} requests under ${ids.size} ids, ${KILLS} kills; no copy`,
  )
})
