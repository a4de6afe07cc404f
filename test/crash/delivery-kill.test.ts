// Nothing that was accepted is lost, or sent twice without need, however often the process that delivers it is killed: mail for fifty
// destinations, of which some defer, some refuse and some break the connection when they have taken a message. In the end every
// recipient has one end, every failure one report, and each copy an answer that was lost before it was stored.
// POSTERN_DELIVERY_MESSAGES says how many messages.

import assert from 'node:assert/strict'
import { setTimeout as after } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import type { Config } from '../../src/config/schema.ts'
import { eventually } from '../fixtures/eventually.ts'
import { type Quickstart, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { startPostgres } from '../fixtures/postgres-server.ts'
import { endedIn, judgeCopies, judgeEnds, judgeReports } from './delivery-judgement.ts'
import { type Addressee, enqueueMail, type Mail, makeInstallation } from './delivery-mail.ts'
import { type DeliveryNode, type Receivers, spawnNode, startReceivers } from './delivery-nodes.ts'
import { countWaiting, type Query, readRows, readTimelines, sqliteQuery } from './delivery-store.ts'
import { createTestRandom } from './test-random.ts'

const MESSAGES = Number(process.env['POSTERN_DELIVERY_MESSAGES'] ?? 1_500)
const KILLS = MESSAGES < 5_000 ? 4 : 10
const SHARED_MESSAGES = Math.ceil(MESSAGES / 4)
const SHARED_KILLS = 4
const SEED = 20_310_401
/** Whoever is left when nobody is killed any more. */
const PATIENCE = 120_000
const TIME_LIMIT = 400_000

const DESTINATIONS = Array.from({ length: 50 }, (_, index) => `d${index}.example.net`)
const RETURNS = 'returns.example.net'

/** Some kinds are deferred so many times, or broken. */
const DEFERRED = ['later-1', 'busy-1', 'later-2', 'busy-2', 'later-1', 'later-3']

function kindOf(number: number, place: number): { readonly kind: string; readonly end: Addressee['end'] } {
  const turn = (number + place * 13) % 100
  if (turn % 10 === 3) return { kind: DEFERRED[Math.floor(number / 10) % DEFERRED.length] ?? '', end: 'delivered' }
  if (turn === 7 || turn === 57) return { kind: 'no', end: 'failed' }
  if (turn === 17) return { kind: 'spam', end: 'failed' }
  if (turn === 29 && number % 200 === 29) return { kind: 'broken-1', end: 'delivered' }
  return { kind: 'ok', end: 'delivered' }
}

/** Each tenth message has three of them. */
function addresseesOf(number: number): readonly Addressee[] {
  return Array.from({ length: number % 10 === 5 ? 3 : 1 }, (_, place) => {
    const { kind, end } = kindOf(number, place)
    const destination = DESTINATIONS[(number * 7 + Math.floor(number / 50) + place) % DESTINATIONS.length] ?? ''
    return { address: `${kind}-${number}-${place}@${destination}`, end }
  })
}

type Rig = {
  readonly receivers: Receivers
  readonly mail: ReadonlyMap<string, Mail>
  /** Of the store, whether a node is there or not. */
  readonly query: Query
  /** Not the mail's. */
  readonly others: ReadonlySet<string>
}

function configure(config: Config, receivers: Receivers, hostname: string): Config {
  const { delivery } = config
  return {
    ...config,
    hostname,
    dns: { ...config.dns, resolvers: [receivers.dns] },
    network: { ...config.network, allowPrivate: ['127.0.0.0/8'] },
    delivery: {
      ...delivery,
      routes: [{ via: ['mx'] }],
      mx: { ...delivery.mx, port: receivers.port, connections: 20, mtaSts: { ...delivery.mx.mtaSts, enabled: false } },
    },
  }
}

/** Kills one after the other, some while they start. Gives those that are left to finish, and who had ended at each kill. */
async function runAndKill(
  context: TestContext,
  { receivers, mail, query }: Rig,
  configs: readonly Config[],
  kills: number,
): Promise<{ readonly nodes: readonly DeliveryNode[]; readonly snapshots: readonly ReadonlySet<string>[] }> {
  const random = createTestRandom(SEED)
  const nodes = configs.map((config) => spawnNode(context, config))
  const snapshots: ReadonlySet<string>[] = []
  for (let kill = 1; kill <= kills; kill += 1) {
    const victim = random(nodes.length)
    const node = nodes[victim] as DeliveryNode
    if (kill % 4 === 3) await after(random(1_500))
    else {
      await receivers.reached(Math.round((mail.size * kill) / (kills + 1)))
      await after(random(50))
    }
    await node.kill()
    snapshots.push(endedIn(await readRows(query)))
    await receivers.died(node.name)
    nodes[victim] = spawnNode(context, configs[victim] as Config)
  }
  return { nodes, snapshots }
}

async function deliverAndJudge(t: TestContext, rig: Rig, configs: readonly Config[], kills: number): Promise<void> {
  const { receivers, mail, query, others } = rig
  const begin = performance.now()
  const { nodes, snapshots } = await runAndKill(t, rig, configs, kills)
  const isDone = async () => (await countWaiting(query)) === 0 || undefined
  await eventually(isDone, 'the end of everything', PATIENCE).catch(async (error: unknown) => {
    assert.fail(`${String(error)}: ${await countWaiting(query)} messages wait`)
  })
  // Each is asked whether it had anything to complain of.
  for (const node of nodes) await node.kill()
  const rows = await readRows(query)
  const { journal, deferrals } = await receivers.report()
  const ends = judgeEnds(mail, rows, await readTimelines(query))
  const byMessageId = new Map([...mail.values()].map((one) => [one.messageId, one]))
  const placeOf = (messageId: string, recipient: string) =>
    byMessageId.get(messageId)?.addressees.findIndex(({ address }) => address === recipient) ?? 0
  const { counts, recipients } = judgeCopies(journal, snapshots, placeOf)
  for (const { messageId, addressees } of mail.values())
    for (const { address, end } of addressees)
      assert.equal(recipients.has(`${messageId} ${address}`), end === 'delivered', `${messageId} ${address}`)
  const reports = judgeReports(mail, journal)
  const queued = rows.filter(({ queueId }) => !mail.has(queueId) && !others.has(queueId))
  assert.deepEqual(queued.map(({ messageId }) => messageId).toSorted(), [...reports].toSorted())
  t.diagnostic(
    `${mail.size} messages, ${ends.delivered} recipients delivered and ${ends.failed} failed with ${reports.size} reports, ` +
      `${deferrals} deferrals, ${kills} kills; copies ${JSON.stringify(counts)}; ` +
      `${Math.round((performance.now() - begin) / 1000)} s`,
  )
}

test(`each of ${MESSAGES} messages ends once over ${KILLS} kills`, { timeout: TIME_LIMIT }, async (t) => {
  const receivers = await startReceivers(t, [...DESTINATIONS, RETURNS])
  const { quickstart, ...service } = await makeInstallation(t)
  const config = configure(service.config, receivers, 'node-0.example.net')
  const rig = await fill(receivers, sqliteQuery(config), config, quickstart, MESSAGES)
  await deliverAndJudge(t, rig, [config], KILLS)
})

test(`each of ${SHARED_MESSAGES} messages ends once over ${SHARED_KILLS} kills of two nodes on PostgreSQL`, {
  timeout: TIME_LIMIT,
}, async (t) => {
  const server = await startPostgres()
  t.after(() => server.stop())
  const url = await server.createDatabase()
  const receivers = await startReceivers(t, [...DESTINATIONS, RETURNS])
  const { quickstart, ...service } = await makeInstallation(t, { POSTERN_STORE: url })
  const configs = ['node-0.example.net', 'node-1.example.net'].map((hostname) =>
    configure({ ...service.config, dataDirectory: temporaryDirectory(t) }, receivers, hostname),
  )
  const query: Query = async (sql) => (await server.execute(sql, url)).map((row) => Object.values(row))
  const rig = await fill(receivers, query, configs[0] as Config, quickstart, SHARED_MESSAGES)
  await deliverAndJudge(t, rig, configs, SHARED_KILLS)
})

async function fill(
  receivers: Receivers,
  query: Query,
  config: Config,
  quickstart: Quickstart,
  count: number,
): Promise<Rig> {
  const others = new Set((await readRows(query)).map(({ queueId }) => queueId))
  const from = quickstart.senderAddress
  const sending = { config, quickstart, count, addresseesOf, from, reversePath: `bounces@${RETURNS}` }
  return { receivers, query, others, mail: await enqueueMail(sending) }
}
