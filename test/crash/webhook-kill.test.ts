// Every event is told at least once, seen from outside: the whole service is killed again and again while mail goes through it, and the
// receiver fails, is away for a while, and gives some events up. In the end each recipient of each message that was answered with 250
// has its delivery report, everything that came about one recipient is one event under one id, no event was sent twice at the same time,
// and what was given up comes when it is asked for again. On SQLite, and on two nodes that share one PostgreSQL.
// POSTERN_WEBHOOK_MESSAGES says how many messages are sent, at least, and POSTERN_WEBHOOK_SEED repeats a run.

import assert from 'node:assert/strict'
import { setTimeout as after } from 'node:timers/promises'
import { describe, test, type TestContext } from 'node:test'
import type { RunningService } from '../fixtures/capture-inbox.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startPostgres } from '../fixtures/postgres-server.ts'
import { httpsRequest } from '../fixtures/quickstart-service.ts'
import { ChaosNode } from './chaos-nodes.ts'
import { aboutOf, type HookReceiver, openHookReceiver } from './hook-receiver.ts'
import { type Ledger, sendUntilKilled } from './smtp-load.ts'
import { createTestRandom } from './test-random.ts'

const MESSAGES = Number(process.env['POSTERN_WEBHOOK_MESSAGES'] ?? 150)
const SEED = Number(process.env['POSTERN_WEBHOOK_SEED'] ?? 20_310_501)
const KILLS = MESSAGES < 2_000 ? 3 : 12
const SENDERS = 4
const AWAY = 2_000
/** What a killed node of several had in its hands is told when its lease is over. */
const PATIENCE = 120_000

const VARIABLES = { POSTERN_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' }
const SUBSCRIPTION = '/providers/Postern.Mail/eventSubscriptions/chaos'

/** The receiver gives up what is about them. */
const isWanted = (recipient: string): boolean => !recipient.startsWith('r2@')

type Random = (below: number) => number
type Rig = { readonly nodes: readonly ChaosNode[]; readonly receiver: HookReceiver; readonly random: Random }

// Both mostly wait for the next attempt.
describe('nothing is lost to a receiver of events', { concurrency: true }, () => {
  test('on SQLite', { timeout: 300_000 }, async (t) => {
    await prove(t, [new ChaosNode(t, VARIABLES)])
  })

  test('on two nodes', { timeout: 400_000 }, async (t) => {
    const server = await startPostgres()
    t.after(() => server.stop())
    const variables = { ...VARIABLES, POSTERN_STORE: await server.createDatabase() }
    await prove(t, [new ChaosNode(t, variables), new ChaosNode(t, variables)])
  })
})

async function prove(t: TestContext, nodes: readonly ChaosNode[]): Promise<void> {
  t.diagnostic(`POSTERN_WEBHOOK_SEED=${SEED}`)
  const random = createTestRandom(SEED)
  const receiver = await openHookReceiver(random, isWanted)
  t.after(() => receiver.close())
  const [first] = await Promise.all(nodes.map((node) => node.running()))
  assert(first !== undefined)
  receiver.secret = await subscribe(await openApi(first), receiver.url)
  const ledger: Ledger = new Map()
  for (let round = 0; round < KILLS; round += 1) await sendAndKill({ nodes, receiver, random }, round, ledger)
  const services = await Promise.all(nodes.map((node) => node.running()))
  const api = await openApi(services.at(-1) ?? first)
  const wanted = expectedIn(ledger)
  await arrived(wanted, (about) => receiver.isTaken(about) || receiver.isUnwanted(about))
  await nothingWaits(api)
  receiver.wantAll()
  const { replayed } = (await api('POST', `${SUBSCRIPTION}/replay`, { status: 'dead' })) as { replayed: number }
  await arrived(wanted, receiver.isTaken)
  await nothingWaits(api)
  judge(t, receiver, wanted)
  t.diagnostic(`given up and told again when asked for: ${replayed}`)
  assert(replayed > 0)
  assert.deepEqual(
    nodes.flatMap((node) => node.bugs()),
    [],
  )
}

/** Each node in its turn; in the second round the receiver goes away as well. */
async function sendAndKill({ nodes, receiver, random }: Rig, round: number, ledger: Ledger): Promise<void> {
  const node = nodes[round % nodes.length]
  assert(node !== undefined)
  const running = await node.running()
  let left = Math.ceil(MESSAGES / KILLS)
  let killed = false
  const enough = Promise.withResolvers<void>()
  const acknowledged = () => {
    left -= 1
    if (left === 0) enough.resolve()
  }
  const load = { ledger, acknowledged, isKilled: () => killed }
  const senders = Array.from({ length: SENDERS }, (_, index) =>
    sendUntilKilled(running, { ...load, name: `${round}-${index}`, random: createTestRandom(random(1e9)) }),
  )
  const back = round === 1 ? receiver.beAway(AWAY) : undefined
  await Promise.race([enough.promise, Promise.all(senders)])
  await after(random(200))
  killed = true
  await node.kill(random(500))
  await Promise.all(senders)
  await back
}

function expectedIn(ledger: Ledger): readonly string[] {
  return [...ledger.values()].flatMap(({ queueId, recipients }) =>
    queueId === undefined ? [] : recipients.map((recipient) => aboutOf(queueId, recipient)),
  )
}

async function arrived(wanted: readonly string[], isThere: (about: string) => boolean): Promise<void> {
  let lost: readonly string[] = []
  const isDone = async () => {
    lost = wanted.filter((about) => !isThere(about))
    return lost.length === 0 || undefined
  }
  await eventually(isDone, 'every event', PATIENCE).catch(() =>
    assert.fail(`${lost.length} of ${wanted.length} are lost: ${lost.slice(0, 20).join(', ')}`),
  )
}

/** All were told or given up, as far as the service knows. */
async function nothingWaits(api: Api): Promise<void> {
  const isDone = async () => {
    const { value } = (await api('GET', `${SUBSCRIPTION}/deliveries?status=pending&limit=1`)) as { value: unknown[] }
    return value.length === 0 || undefined
  }
  await eventually(isDone, 'the end of every delivery', PATIENCE)
}

/** Gives the secret that it is signed with. */
async function subscribe(api: Api, endpointUrl: string): Promise<string> {
  const eventTypes = ['Microsoft.Communication.EmailDeliveryReportReceived']
  const made = await api('PUT', SUBSCRIPTION, { properties: { endpointUrl, eventTypes } })
  return (made as { properties: { secret: string } }).properties.secret
}

type Api = (method: string, path: string, body?: object) => Promise<unknown>

/** As the administrator. */
async function openApi({ quickstart, ca }: RunningService): Promise<Api> {
  const { tenantId, administrator, endpoint } = quickstart
  const ask = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
    const options = { headers, ...(body === undefined ? {} : { body }) }
    const { status, octets } = await httpsRequest(new URL(path, endpoint), ca, method, options)
    assert(status === 200 || status === 201, `${path}: ${status} ${octets.toString()}`)
    return JSON.parse(octets.toString()) as unknown
  }
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: administrator.applicationId,
    client_secret: administrator.clientSecret,
    scope: `${endpoint}.default`,
  })
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await ask('POST', `/${tenantId}/oauth2/v2.0/token`, type, form.toString())
  const headers = {
    authorization: `Bearer ${(answer as { access_token: string }).access_token}`,
    'content-type': 'application/json',
  }
  return (method, path, body) => ask(method, path, headers, body && JSON.stringify(body))
}

function judge(t: TestContext, receiver: HookReceiver, wanted: readonly string[]): void {
  const { told, faults } = receiver
  assert.deepEqual(faults, [])
  const byAbout = Map.groupBy(told, ({ about }) => about)
  for (const [about, copies] of byAbout) {
    assert.equal(new Set(copies.map(({ id }) => id)).size, 1, `${about} came under several ids`)
    assert.equal(new Set(copies.map(({ body }) => body)).size, 1, `${about} came in several forms`)
  }
  assert.equal(new Set(told.map(({ id }) => id)).size, byAbout.size)
  const count = (outcome: string) => told.filter((one) => one.outcome === outcome).length
  t.diagnostic(`recipients ${wanted.length}, requests ${told.length}, taken ${count('taken')}`)
  t.diagnostic(`failed ${count('failed')}, given up ${count('unwanted')}`)
  const taken = [...byAbout.values()].map((copies) => copies.filter((one) => one.outcome === 'taken').length)
  t.diagnostic(`taken more than once: ${taken.filter((times) => times > 1).length}`)
}
