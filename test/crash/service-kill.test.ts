// 250 means durable, seen from outside: the whole service is killed again and again while clients send to it over TLS, and in the end
// every message it had acknowledged is in the capture inbox, once, octet for octet. What it had not acknowledged may be there too.

import assert from 'node:assert/strict'
import { setTimeout as after } from 'node:timers/promises'
import { test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { type Captured, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { bodyOf, CaptureInbox } from '../fixtures/capture-inbox.ts'
import { type ServiceProcess, spawnService } from './service-process.ts'
import { hashOf, type Ledger, type Sent, sendUntilKilled } from './smtp-load.ts'
import { createTestRandom } from './test-random.ts'

const ROUNDS = 14
const SENDERS = 6
const SEED = 20_300_301
const READERS = 4

type Random = (below: number) => number

/** Some rounds end while the service starts, the others after so many acknowledgements and a moment more. */
async function runAndKill(service: ServiceProcess, round: number, random: Random, ledger: Ledger): Promise<void> {
  if (random(6) === 0) {
    await Promise.race([after(random(2_000)), service.ended])
    await service.kill()
    return
  }
  const running = await service.ready
  if (running === undefined) throw new Error(`did not start: ${service.complaint()}`)
  let wanted = 1 + random(300)
  let killed = false
  const enough = Promise.withResolvers<void>()
  const acknowledged = () => {
    wanted -= 1
    if (wanted === 0) enough.resolve()
  }
  const load = { ledger, acknowledged, isKilled: () => killed }
  const senders = Array.from({ length: SENDERS }, (_, index) =>
    sendUntilKilled(running, { ...load, name: `${round}-${index}`, random: createTestRandom(random(1e9)) }),
  )
  await Promise.race([enough.promise, Promise.all(senders)])
  await after(random(10))
  killed = true
  await service.kill()
  await Promise.all(senders)
  assert.equal(service.complaint(), '')
}

/** Starts it a last time and waits until everything acknowledged has come through. */
async function readInbox(service: ServiceProcess, ledger: Ledger, check: (captured: Captured, body: Buffer) => void) {
  const running = await service.ready
  if (running === undefined) throw new Error(`did not start: ${service.complaint()}`)
  const inbox = await CaptureInbox.open(running)
  const acknowledged = [...ledger.values()].filter(({ queueId }) => queueId !== undefined)
  let lost: readonly Sent[] = acknowledged
  const isThere = async () => {
    const listed = await inbox.list()
    const ids = new Set(listed.map(({ id }) => id))
    lost = acknowledged.filter(({ queueId = '' }) => !ids.has(queueId))
    return lost.length === 0 ? listed : undefined
  }
  const listed = await eventually(isThere, 'every capture').catch(() =>
    assert.fail(`${lost.length} of ${acknowledged.length} are lost: ${lost.map(({ queueId }) => queueId).join(' ')}`),
  )
  const left = [...listed]
  const read = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) check(one, bodyOf(await inbox.read(one.id)))
  }
  await Promise.all(Array.from({ length: READERS }, read))
  inbox.close()
  return listed
}

test(`nothing acknowledged is lost or doubled over ${ROUNDS} kills of the whole service`, async (t) => {
  let service: ServiceProcess | undefined
  t.after(() => service?.kill())
  const directory = temporaryDirectory(t)
  const random = createTestRandom(SEED)
  const ledger: Ledger = new Map()
  for (let round = 0; round < ROUNDS; round += 1) {
    service = spawnService(directory)
    await runAndKill(service, round, random, ledger)
  }
  service = spawnService(directory)
  const found = new Map<string, Sent>()
  const listed = await readInbox(service, ledger, ({ id, subject, envelope }, body) => {
    const sent = ledger.get(subject)
    if (sent === undefined) return assert.equal(subject, 'Welcome to Postern')
    assert(!found.has(subject), `${subject} was captured twice`)
    found.set(subject, sent)
    assert.equal(hashOf(body), sent.bodyHash, `${id}: ${subject}`)
    assert.deepEqual(envelope.recipients, sent.recipients)
    if (sent.queueId !== undefined) assert.equal(id, sent.queueId)
  })
  assert.equal(new Set(listed.map(({ id }) => id)).size, listed.length)
  const acknowledged = [...ledger.values()].filter(({ queueId }) => queueId !== undefined)
  for (const { subject } of acknowledged) assert(found.has(subject), `${subject} is lost`)
  assert(acknowledged.length > ROUNDS)
  assert.equal(service.complaint(), '')
  t.diagnostic(
    `sent ${ledger.size}, acknowledged ${acknowledged.length}, captured ${found.size}, ` +
      `unacknowledged but captured ${found.size - acknowledged.length}`,
  )
})
