// 250 means durable, whatever dies: three nodes on one PostgreSQL take mail from real clients while nodes are killed and the database is
// restarted or crashes, at random. In the end every 250 stands for one message that was delivered, octet for octet and once. A copy
// more is there only where a client was left without the 250 and sent the message again, as it must. POSTERN_CHAOS_SECONDS says for
// how long, POSTERN_CHAOS_SEED repeats a run.

import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as after } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { CaptureInbox, type RunningService } from '../fixtures/capture-inbox.ts'
import { type PostgresServer, startPostgres } from '../fixtures/postgres-server.ts'
import { settledQueue } from '../fixtures/settled-queue.ts'
import type { ChaosMessage, ToClients } from './chaos-load.child.ts'
import { ChaosNode } from './chaos-nodes.ts'
import { createTestRandom } from './test-random.ts'

const SECONDS = Number(process.env['POSTERN_CHAOS_SECONDS'] ?? 20)
const SEED = Number(process.env['POSTERN_CHAOS_SEED'] ?? 20_300_401)
const NODES = 3
const SENDERS = 8
const WELCOME = 'Welcome to Postern'

type Random = (below: number) => number
type Event = 'a node is killed' | 'the database restarts' | 'the database crashes'

/** All of them come up, in any order. */
const EVENTS: readonly Event[] = [
  'a node is killed',
  'a node is killed',
  'the database restarts',
  'a node is killed',
  'the database crashes',
]

type Chaos = { readonly server: PostgresServer; readonly nodes: readonly ChaosNode[]; readonly random: Random }

/** Gives how often each came. */
async function makeTrouble({ server, nodes, random }: Chaos): Promise<ReadonlyMap<Event, number>> {
  const counts = new Map<Event, number>()
  const end = Date.now() + SECONDS * 1000
  let bag: Event[] = []
  for (;;) {
    await after(500 + random(3_000))
    if (Date.now() >= end) return counts
    if (bag.length === 0) bag = [...EVENTS]
    const [event] = bag.splice(random(bag.length), 1) as [Event]
    counts.set(event, (counts.get(event) ?? 0) + 1)
    if (event === 'a node is killed') await nodes[random(NODES)]?.kill(random(1_500))
    else if (event === 'the database restarts') await server.restart()
    else {
      await server.kill()
      await after(random(1_500))
      await server.start()
    }
  }
}

function startClients(context: TestContext) {
  const child = fork(new URL('chaos-load.child.ts', import.meta.url))
  context.after(() => child.kill('SIGKILL'))
  const report = once(child, 'message').then(([messages]) => messages as readonly ChaosMessage[])
  // It is gone when it has told its report; ports are nothing to it then.
  const tell = (message: ToClients) => void (child.connected && child.send(message, () => {}))
  return { tell, report }
}

/** What the database says of each message in the capture inbox. */
type Captured = {
  readonly id: string
  readonly subject: string
  readonly hash: string
  /** How often it was lent, and how often a delivery was recorded. */
  readonly claims: number
  readonly deliveries: number
}

const CAPTURED = `
  SELECT c.capture_id AS id, c.subject, m.claims::int,
    (SELECT count(*)::int FROM message_events e WHERE e.queue_id = c.capture_id AND e.outcomes LIKE '%"delivered"%') AS deliveries,
    encode(sha256(substring(o.octets FROM position('\\x0d0a0d0a'::bytea IN o.octets) + 4)), 'hex') AS hash
  FROM captures c
  JOIN messages m ON m.queue_id = c.capture_id
  JOIN (
    SELECT content_id, coalesce(octets, (
      SELECT string_agg(k.octets, ''::bytea ORDER BY k.ordinal) FROM content_chunks k WHERE k.upload_id = contents.upload_id
    )) AS octets FROM contents
  ) o ON o.content_id = c.capture_id`

async function readCaptured(server: PostgresServer, url: string): Promise<readonly Captured[]> {
  const captured = (await server.execute(CAPTURED, url)) as Captured[]
  return captured.filter(({ subject }) => subject !== WELCOME)
}

/** A try that ended like this may have left a message behind: what was answered to earlier commands cannot. */
const mayHaveStored = (failure: string) => failure !== 'ECONNREFUSED' && !/^\d{3} at (?!DATA)/.test(failure)

function judge(messages: readonly ChaosMessage[], captured: readonly Captured[]): Record<string, number> {
  const bySubject = Map.groupBy(captured, ({ subject }) => subject)
  const ids = new Set(captured.map(({ id }) => id))
  let unexplained = 0
  for (const { subject, bodyHash, failures } of messages) {
    const copies = bySubject.get(subject) ?? []
    unexplained += Math.max(0, copies.length - 1 - failures.filter(mayHaveStored).length)
    for (const { hash } of copies) assert.equal(hash, bodyHash, subject)
  }
  return {
    'messages that were answered with 250': messages.length,
    'distinct messages delivered': bySubject.size,
    lost: messages.filter(({ queueId }) => !ids.has(queueId)).length,
    'copies, sent again by a client that had no 250': captured.length - bySubject.size,
    'copies without that reason': unexplained,
    'delivered twice under one queue id': captured.filter(({ deliveries }) => deliveries !== 1).length,
    'lent more than once': captured.filter(({ claims }) => claims > 1).length,
  }
}

function countFailures(messages: readonly ChaosMessage[]): string {
  const counts = Map.groupBy(
    messages.flatMap(({ failures }) => failures),
    (failure) => failure,
  )
  return [...counts].map(([failure, { length }]) => `${length} × ${failure}`).join(', ')
}

test(`nothing acknowledged is lost in ${SECONDS} seconds of chaos`, async (t) => {
  const server = await startPostgres()
  t.after(() => server.stop())
  t.diagnostic(`POSTERN_CHAOS_SEED=${SEED}`)
  const url = await server.createDatabase()
  const clients = startClients(t)
  const nodes = Array.from(
    { length: NODES },
    (_, node) =>
      new ChaosNode(t, { POSTERN_STORE: url }, ({ quickstart }) =>
        clients.tell({ type: 'port', node, port: quickstart.smtp.port }),
      ),
  )
  const services = await Promise.all(nodes.map((node) => node.running()))
  clients.tell({
    type: 'begin',
    load: loadOf(services),
    ports: services.map(({ quickstart }) => quickstart.smtp.port),
  })
  const events = await makeTrouble({ server, nodes, random: createTestRandom(SEED) })
  clients.tell({ type: 'stop' })
  const messages = await clients.report
  await Promise.all(nodes.map((node) => node.running()))
  await settledQueue(server, url)
  const captured = await readCaptured(server, url)
  const figures = judge(messages, captured)
  for (const [what, count] of [...events, ...Object.entries(figures)]) t.diagnostic(`${what}: ${count}`)
  t.diagnostic(`tries that failed: ${countFailures(messages)}`)

  assert.equal(figures['lost'], 0)
  assert.equal(figures['distinct messages delivered'], messages.length)
  assert.equal(figures['copies without that reason'], 0)
  assert.equal(figures['delivered twice under one queue id'], 0)
  assert.deepEqual(
    nodes.flatMap((node) => node.bugs()),
    [],
  )
  await assertListed(await nodes[0]!.running(), captured)
})

function loadOf([first]: readonly RunningService[]) {
  assert(first !== undefined)
  const { usernames, application, senderAddress } = first.quickstart
  return {
    seed: SEED,
    senders: SENDERS,
    ca: first.ca,
    username: usernames.dot,
    password: application.clientSecret,
    sender: senderAddress,
  }
}

/** The capture inbox of any node shows the same. */
async function assertListed(service: RunningService, captured: readonly Captured[]): Promise<void> {
  const inbox = await CaptureInbox.open(service)
  const listed = await inbox.list()
  inbox.close()
  const ids = listed.filter(({ subject }) => subject !== WELCOME).map(({ id }) => id)
  assert.deepEqual(ids.toSorted(), captured.map(({ id }) => id).toSorted())
}
