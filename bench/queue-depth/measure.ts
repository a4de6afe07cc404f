// What one visit to a queue measures: how fast it takes mail, and how fast it lends and settles it. A visit leaves the queue as deep as it
// found it.

import { A } from '../../src/storage/two-tenants.fixture.ts'
import type { Claim } from '../../src/spool/spool.ts'
import type { MailStore } from '../../src/storage/mail-store.fixture.ts'
import { cpuSince, type Engine } from '../stores.ts'
import { envelopeOf, type Shape } from './shapes.ts'

export type Queue = MailStore & { readonly shape: Shape; readonly depth: number; readonly nextQueueId: () => string }

/** Milliseconds; of CPU for a message, of the clock for the rest. */
export type Visit = {
  readonly perSecond: number
  readonly clientCpu: number
  readonly serverCpu: number
  /** Of both, to claim and settle a message. */
  readonly lendingCpu: number
  readonly claims: readonly number[]
  readonly settlements: readonly number[]
}

export const CLAIM = 100
const LEASE = 30_000
/** Enqueues under way at once, as the sessions of an edge would have them. */
const CALLERS = 32
/** Of a queue where only one message is due, so often claimed. */
const LONELY_CLAIMS = 20

const MESSAGE = Buffer.alloc(4096, 'The printer on the third floor is out of paper.\r\n')

/** `messages` is a multiple of CLAIM. */
export async function visit(engine: Engine, queue: Queue, messages: number): Promise<Visit> {
  const epoch = await queue.read.directory.readEpoch(A.tenantId)
  if (epoch === undefined) throw new Error('the tenant is gone')
  const accepting = await accept(engine, queue, epoch, messages)
  const drained: Lent[] = []
  const cpu = cpuSince(engine)
  for (let lent = 0; lent < messages; lent += CLAIM) drained.push(await lend(queue, CLAIM))
  const lendingCpu = cpu()
  const lent = queue.shape.deferred ? await lendLonely(queue, epoch) : drained
  return {
    ...accepting,
    lendingCpu: (lendingCpu.client + lendingCpu.server) / messages,
    claims: lent.map(({ claimed }) => claimed),
    settlements: lent.map(({ settled }) => settled),
  }
}

let count = 0

async function enqueue(queue: Queue, epoch: number): Promise<void> {
  const writer = queue.content.begin()
  await writer.append(Buffer.from(MESSAGE))
  const content = await writer.seal()
  const envelope = envelopeOf(queue.shape, count++, queue.nextQueueId(), Date.now())
  const outcome = await queue.write.spool.enqueue({ envelope, content, epoch })
  if (outcome.type !== 'queued') throw new Error(`a message was not queued: ${JSON.stringify(outcome)}`)
}

async function accept(engine: Engine, queue: Queue, epoch: number, messages: number) {
  let left = messages
  const caller = async () => {
    while (left-- > 0) await enqueue(queue, epoch)
  }
  const [cpu, begin] = [cpuSince(engine), performance.now()]
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const seconds = (performance.now() - begin) / 1000
  const { client, server } = cpu()
  return { perSecond: messages / seconds, clientCpu: client / messages, serverCpu: server / messages }
}

type Lent = { readonly claimed: number; readonly settled: number }

async function lend(queue: Queue, expected: number): Promise<Lent> {
  const { spool } = queue.write
  const at = Date.now()
  const begin = performance.now()
  const claims = await spool.claim({ at, limit: CLAIM, leaseUntil: at + LEASE })
  const claimed = performance.now() - begin
  const outcomes = await spool.settle(claims.map((claim) => delivered(claim, Date.now())))
  const settled = performance.now() - begin - claimed
  if (claims.length !== expected || outcomes.some(({ type }) => type !== 'settled'))
    throw new Error(`${claims.length} messages were lent where ${expected} were due`)
  return { claimed, settled }
}

async function lendLonely(queue: Queue, epoch: number): Promise<Lent[]> {
  const lent: Lent[] = []
  for (let claim = 0; claim < LONELY_CLAIMS; claim += 1) {
    await enqueue(queue, epoch)
    lent.push(await lend(queue, 1))
  }
  return lent
}

function delivered({ envelope: { queueId }, token, recipients }: Claim, at: number) {
  const outcomes = recipients.map(({ index }) => ({
    index,
    status: 'delivered' as const,
    enhancedStatusCode: '2.0.0',
    diagnostic: '250 2.0.0 Ok',
    transport: 'bench',
  }))
  return { queueId, token, at, outcomes }
}
