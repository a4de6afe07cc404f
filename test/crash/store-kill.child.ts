// The process that gets killed: accepts mail as an edge does, through a real store thread and segment files, dispatches it into the
// capture inbox and sweeps meanwhile. It prints the id and the hash of every message whose enqueue resolved, one per line. A content
// begins with the hash of its rest, so that also what was not acknowledged in time can be checked.

import { createHash } from 'node:crypto'
import { isMainThread, MessageChannel, type MessagePort, Worker, workerData } from 'node:worker_threads'
import { createSegmentContentStore } from '../../src/content/sqlite.ts'
import { createQueueIds } from '../../src/spool/queue-id.ts'
import { envelope, sampleOctets, writeContent } from '../../src/storage/mail-store.fixture.ts'
import { type DataDirectory, openDataDirectory } from '../../src/storage/sqlite/data-directory.ts'
import { openReader, openWriter } from '../../src/storage/sqlite/database.ts'
import { createSqliteReaders } from '../../src/storage/sqlite/readers.ts'
import { connectStore } from '../../src/storage/sqlite/store-client.ts'
import { serveStore } from '../../src/storage/sqlite/store-server.ts'
import { createWriting } from '../../src/storage/sqlite/writers.ts'
import type { Writers } from '../../src/storage/storage.ts'
import { A, change } from '../../src/storage/two-tenants.fixture.ts'
import { createTestRandom } from './test-random.ts'

const SENDERS = 24
const KIB = 1024
const UNLIMITED = {
  messageAge: 1e15,
  captureCount: 1e15,
  captureSize: 1e15,
  decisionAge: 1e15,
  decisionCount: 1e15,
  auditAge: 1e15,
  eventAge: 1e15,
}

type ThreadData = Pick<DataDirectory, 'databaseFile' | 'contentDirectory'> & { readonly port: MessagePort }

function runStoreThread({ databaseFile, contentDirectory, port }: ThreadData): void {
  const opened = openWriter(databaseFile, 'checked')
  if (opened.type !== 'opened') throw new Error(opened.message)
  const { writers, groupCommit } = createWriting(opened.database, contentDirectory)
  serveStore(port, writers, groupCommit)
}

async function runProcess(path: string, seed: number): Promise<void> {
  const outcome = openDataDirectory(path)
  if (outcome.type !== 'opened') throw new Error(outcome.message)
  const { databaseFile, contentDirectory } = outcome.directory
  const { port1, port2 } = new MessageChannel()
  const thread: ThreadData = { databaseFile, contentDirectory, port: port2 }
  const store = new Worker(new URL(import.meta.url), { workerData: thread, transferList: [port2] })
  store.once('error', (error) => {
    throw error
  })
  const { write } = connectStore(port1)
  const database = openReader(databaseFile)
  const { directory } = createSqliteReaders(database)
  if ((await directory.readTenant(A.tenantId)) === undefined)
    await write.directory.createTenant(change(), { tenantId: A.tenantId, displayName: 'a' })
  await write.spool.voidClaims()
  await write.segments.closeAll()
  const epoch = await directory.readEpoch(A.tenantId)
  const content = createSegmentContentStore({
    directory: contentDirectory,
    segments: write.segments,
    database,
    now: Date.now,
  })
  const random = createTestRandom(seed)
  const randomOctets = (count: number) => Uint8Array.from({ length: count }, () => random(256))
  const nextId = createQueueIds(Date.now, randomOctets)

  async function send(): Promise<void> {
    for (;;) {
      const octets = hashed(sampleOctets(randomSize(random), random(1e9)))
      const ref = await writeContent(content, octets, 1 + random(20_000))
      const message = {
        envelope: envelope({ queueId: nextId(), receivedAt: Date.now() }),
        content: ref,
        epoch: epoch ?? 0,
      }
      const { type } = await write.spool.enqueue(message)
      if (type !== 'queued') throw new Error(type)
      process.stdout.write(`${message.envelope.queueId} ${hashOf(octets)}\n`)
    }
  }
  await Promise.all([...Array.from({ length: SENDERS }, send), dispatch(write)])
}

/** Captures and settles whatever is due; sweeps as if hours had passed, so that segments of killed processes go. */
async function dispatch(write: Writers): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    const at = Date.now()
    const claims = await write.spool.claim({ at, limit: 20, leaseUntil: at + 30_000 })
    await Promise.all(
      claims.map(({ envelope, content }) => {
        const recipients = envelope.recipients.map(({ forwardPath }) => forwardPath)
        return write.captures.addCapture({ ...envelope, id: envelope.queueId, recipients, size: content.size }, content)
      }),
    )
    await write.spool.settle(
      claims.map(({ token, envelope, recipients }) => ({
        queueId: envelope.queueId,
        token,
        at,
        outcomes: recipients.map(({ index }) => ({
          index,
          status: 'delivered',
          enhancedStatusCode: '2.0.0',
          diagnostic: '',
          transport: 'capture',
        })),
      })),
    )
    await write.retention.sweep(at + turn * 3_600_000, UNLIMITED)
  }
}

/** Mostly small, some beyond what goes into a row, few large. */
function randomSize(random: (below: number) => number): number {
  const kind = random(20)
  if (kind < 14) return random(8 * KIB)
  return kind < 19 ? 30 * KIB + random(70 * KIB) : random(700 * KIB)
}

const hashOf = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex')
const hashed = (octets: Uint8Array): Uint8Array => Buffer.concat([Buffer.from(hashOf(octets)), octets])

if (isMainThread) await runProcess(process.argv[2] ?? '', Number(process.argv[3]))
else runStoreThread(workerData as ThreadData)
