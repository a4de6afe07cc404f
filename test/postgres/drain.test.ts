// A node that leaves hands everything over: whoever looks is told first that it is not ready, sessions end with a 421 at their next
// rest, transactions go on to their 250, and what it had to deliver is delivered by another node at once. What a node had that died
// without a word is with another one within 30 seconds.

import assert from 'node:assert/strict'
import { Client } from 'pg'
import { after, describe, test, type TestContext } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { startPostgres } from '../fixtures/postgres-server.ts'
import { httpsRequest } from '../fixtures/quickstart-service.ts'
import { makeSharedInstallation, type Node, type SharedInstallation } from '../fixtures/shared-installation.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const QUEUED = /^250 2\.0\.0 Ok: queued as (\S+)$/
const GOODBYE = '421 4.3.2 Service shutting down, closing'
const DEAD_NODE_LIMIT = 30_000

const server = await startPostgres()
after(() => server.stop())

type Place = { readonly installation: SharedInstallation; readonly url: string; readonly context: TestContext }

/** Each test has an installation of its own, so that they wait side by side. */
function drainTest(name: string, body: (place: Place) => Promise<void>): void {
  void test(name, async (context) => {
    const url = await server.createDatabase()
    await body({ installation: await makeSharedInstallation(context, server, url), url, context })
  })
}

/** A session that has signed in, and the address it may send from. */
type Session = { readonly dialogue: SmtpDialogue; readonly from: string }

async function openSession({ quickstart, ca }: Node): Promise<Session> {
  const { smtp, usernames, application, senderAddress: from } = quickstart
  const dialogue = await SmtpDialogue.openSecure(smtp.port, ca)
  assert.match(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
  return { dialogue, from }
}

const contentOf = ({ from }: Session) => [`From: ${from}`, 'Subject: drain', '', 'Hello.']

/** Gives its queue id. */
async function submit(session: Session): Promise<string> {
  return idOf(await session.dialogue.submit(session.from, ['reader@example.test'], contentOf(session)))
}

function idOf(reply: string): string {
  assert.match(reply, QUEUED)
  return QUEUED.exec(reply)?.[1] ?? ''
}

async function begin({ dialogue, from }: Session): Promise<void> {
  for (const command of [`MAIL FROM:<${from}>`, 'RCPT TO:<reader@example.test>'])
    assert.match(await dialogue.command(command), /^250 /)
}

async function readiness({ quickstart, ca }: Node): Promise<string> {
  const { status, octets } = await httpsRequest(new URL('/health/ready', quickstart.endpoint), ca, 'GET', {})
  return `${status} ${octets.toString()}`
}

type MessageState = {
  readonly claims: number
  /** Milliseconds since the epoch on the database's clock, like `deliveredAt` and `now`. */
  readonly leaseUntil: number | null
  readonly deliveredAt: number | null
  readonly now: number
}

async function stateOf({ url }: Place, queueId: string): Promise<MessageState> {
  const [row] = await server.execute(
    `SELECT claims::int, lease_until::float AS "leaseUntil", (extract(epoch FROM clock_timestamp()) * 1000)::float AS now,
       (SELECT at::float FROM message_events e WHERE e.queue_id = m.queue_id) AS "deliveredAt"
     FROM messages m WHERE queue_id = '${queueId}'`,
    url,
  )
  return row as MessageState
}

function delivered(place: Place, queueId: string, patience?: number) {
  const look = async () => {
    const state = await stateOf(place, queueId)
    return state.deliveredAt === null ? undefined : { ...state, deliveredAt: state.deliveredAt }
  }
  return eventually(look, `the delivery of ${queueId}`, patience)
}

/** Deliveries begin and come to no end, until `end`. */
async function holdDeliveries({ url, context }: Place): Promise<{ end(): Promise<void> }> {
  const stranger = new Client({ connectionString: url })
  context.after(() => stranger.end())
  await stranger.connect()
  await stranger.query('BEGIN; LOCK TABLE captures IN EXCLUSIVE MODE')
  return { end: async () => void (await stranger.query('COMMIT')) }
}

/** A node in the middle of a delivery, and another one that could make it. */
async function openNodeThatDelivers(place: Place, shutdown: { readonly patience?: string } = {}) {
  const postgres = { statementTimeout: '60s' }
  const first = await place.installation.startNode({ postgres, shutdown })
  const deliveries = await holdDeliveries(place)
  const session = await openSession(first)
  const queueId = await submit(session)
  session.dialogue.destroy()
  const claimed = async () => (await stateOf(place, queueId)).leaseUntil ?? undefined
  await eventually(claimed, 'the claim of the first node')
  await place.installation.startNode({ postgres })
  return { first, queueId, deliveries }
}

describe('nodes that go', { concurrency: true }, () => {
  drainTest(
    'a node that stops says first that it is not ready, then ends sessions politely, and loses nothing',
    async (place) => {
      const { startNode } = place.installation
      const [leaving, staying] = await Promise.all([
        startNode({ shutdown: { notice: '3s', patience: '10s' } }),
        startNode(),
      ])
      const [idle, begun, sending] = await Promise.all([
        openSession(leaving),
        openSession(leaving),
        openSession(leaving),
      ])
      const ids = [await submit(idle)]
      await begin(begun)
      await begin(sending)
      assert.match(await sending.dialogue.command('DATA'), /^354 /)

      const ended = leaving.signal('SIGTERM')
      const notReady = async () => ((await readiness(leaving)).startsWith('503') ? true : undefined)
      await eventually(notReady, 'the end of readiness')
      assert.equal(await readiness(leaving), '503 {"status":"stopping","waitingFor":["stop"]}')
      ids.push(await submit(await openSession(leaving)), await submit(idle))

      assert.equal(await idle.dialogue.reply(), GOODBYE)
      assert.match(await begun.dialogue.command('DATA'), /^354 /)
      for (const session of [begun, sending]) {
        ids.push(idOf(await session.dialogue.finish(contentOf(session))))
        assert.equal(await session.dialogue.reply(), GOODBYE)
        assert.equal(await session.dialogue.closed(), '')
      }
      await assert.rejects(openSession(leaving), { code: 'ECONNREFUSED' })
      const { code, stderr } = await ended
      assert.equal(code, 0, stderr)
      assert.doesNotMatch(stderr, /"level":"error"/)
      assert.equal(await readiness(staying), '200 {"status":"ready","waitingFor":[]}')
      for (const queueId of ids) await delivered(place, queueId)
    },
  )

  drainTest(
    'what a node that stops had begun to deliver is delivered by another one before the lease is over',
    async (place) => {
      const { first, queueId, deliveries } = await openNodeThatDelivers(place, { patience: '1s' })
      const { leaseUntil } = await stateOf(place, queueId)
      await first.signal('SIGTERM')
      await deliveries.end()
      const { claims, deliveredAt } = await delivered(place, queueId)
      assert.equal(claims, 2)
      assert(deliveredAt < (leaseUntil ?? 0), `delivered at ${deliveredAt}, the lease went to ${leaseUntil}`)
    },
  )

  drainTest(
    'what a node that died had begun to deliver is delivered by another one within 30 seconds',
    async (place) => {
      const { first, queueId, deliveries } = await openNodeThatDelivers(place)
      await first.signal('SIGKILL')
      const { now: diedAt } = await stateOf(place, queueId)
      await deliveries.end()
      const { claims, deliveredAt } = await delivered(place, queueId, 2 * DEAD_NODE_LIMIT)
      assert.equal(claims, 2)
      place.context.diagnostic(`delivered ${((deliveredAt - diedAt) / 1000).toFixed(1)} s after the death`)
      assert(deliveredAt - diedAt < DEAD_NODE_LIMIT)
    },
  )
})
