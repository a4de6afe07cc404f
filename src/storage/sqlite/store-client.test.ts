import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import { StoreError } from '../store-error.ts'
import type { SealedRecord, Writers } from '../storage.ts'
import { A, AT, B, change } from '../two-tenants.fixture.ts'
import { openReader } from './database.ts'
import { createSqliteReaders } from './readers.ts'
import { connectStore, type StoreConnection } from './store-client.ts'
import type { StoreAnswer, StoreRequest } from './store-protocol.ts'
import { temporaryDirectory } from './temporary-store.fixture.ts'

/** A connection whose far end is the test itself. */
function connectToTest(t: TestContext) {
  const { port1, port2 } = new MessageChannel()
  t.after(() => port2.close())
  return {
    connection: connectStore(port1),
    port: port2,
    nextRequests: async () => {
      const [requests] = (await once(port2, 'message')) as [StoreRequest[]]
      return requests
    },
    answer: (...answers: readonly StoreAnswer[]) => port2.postMessage(answers),
  }
}

const unavailable = (error: unknown) => error instanceof StoreError && error.code === 'unavailable'

const tenant = (tenantId: string) => ({ tenantId, displayName: tenantId })

test('calls of one turn travel in one post and get their own answers', async (t) => {
  const { connection, nextRequests, answer } = connectToTest(t)
  const requested = nextRequests()
  const results = Promise.all(
    ['one', 'two', 'three'].map((id) => connection.write.resources.deleteResource(change(), id)),
  )
  const requests = await requested
  assert.deepEqual(
    requests.map(([, calls]) => calls),
    ['one', 'two', 'three'].map((id) => [['resources', 'deleteResource', [change(), id]]]),
  )
  answer(...requests.map(([id], index): StoreAnswer => [id, index === 1]).toReversed())
  assert.deepEqual(await results, [false, true, false])
})

test('an error comes back with its code and message, an undefined value as undefined', async (t) => {
  const { connection, nextRequests, answer } = connectToTest(t)
  const requested = nextRequests()
  const failing = connection.write.sealed.deleteSealed('a')
  const fine = connection.write.sealed.deleteSealed('b')
  const [first, second] = await requested
  answer([first?.[0] ?? 0, 'full', 'no space'], [second?.[0] ?? 0, undefined])
  await assert.rejects(failing, { name: 'StoreError', code: 'full', message: 'no space' })
  assert.equal(await fine, undefined)
})

test('a bounded number of calls is on the way, the others follow the answers', async (t) => {
  const { connection, nextRequests, answer } = connectToTest(t)
  let requested = nextRequests()
  const results = Array.from({ length: 300 }, (_, index) => connection.write.sealed.deleteSealed(String(index)))
  const first = await requested
  assert.equal(first.length, 256)
  requested = nextRequests()
  answer(...first.slice(0, 10).map(([id]): StoreAnswer => [id, undefined]))
  const second = await requested
  assert.equal(second.length, 10)
  requested = nextRequests()
  answer(...[...first.slice(10), ...second].map(([id]): StoreAnswer => [id, undefined]))
  const third = await requested
  assert.equal(third.length, 34)
  answer(...third.map(([id]): StoreAnswer => [id, undefined]))
  await Promise.all(results)
})

test('octets arrive as they were given, also out of a larger buffer', async (t) => {
  const { connection, nextRequests } = connectToTest(t)
  const pool = new Uint8Array(8192).fill(7)
  const record = { recordId: 'r', purpose: 'p', sealed: pool.subarray(10, 20), createdAt: 1 }
  const decisions = [{ references: ['r'], tenantId: undefined, at: 1, trace: '{}' }]
  const requested = nextRequests()
  void connection.write.sealed.putSealed(record).catch(() => {})
  void connection.write.decisions.recordDecisions(decisions).catch(() => {})
  const [first, second] = await requested
  const received = first?.[1][0]?.[2][0] as SealedRecord
  assert.deepEqual(received, { ...record, sealed: new Uint8Array(10).fill(7) })
  assert.deepEqual(second?.[1][0]?.[2], [decisions])
})

test('a call that cannot be copied fails alone', async (t) => {
  const { connection, port, answer } = connectToTest(t)
  port.on('message', (requests: readonly StoreRequest[]) => answer(...requests.map(([id]): StoreAnswer => [id, true])))
  const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000))
  const ids = ['a', deep, () => {}, 'b'] as readonly string[]
  const results = await Promise.allSettled(ids.map((id) => connection.write.resources.deleteResource(change(), id)))
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as StoreError).code)),
    [true, 'internal', 'internal', true],
  )
  await connection.close()
})

test('a lost port rejects what is on the way, what waits and what comes later', async (t) => {
  const { connection, nextRequests, port } = connectToTest(t)
  const requested = nextRequests()
  const calls = Array.from({ length: 300 }, () => connection.write.sealed.deleteSealed('x'))
  await requested
  port.close()
  for (const call of calls) await assert.rejects(call, unavailable)
  await assert.rejects(connection.write.sealed.deleteSealed('x'), unavailable)
  await assert.rejects(
    connection.atomically((write) => void write.sealed.deleteSealed('x')),
    unavailable,
  )
})

test('closing waits for the answers', async (t) => {
  const { connection, nextRequests, answer } = connectToTest(t)
  const order: string[] = []
  const requested = nextRequests()
  const call = connection.write.sealed.deleteSealed('x').then(() => order.push('answered'))
  const closed = connection.close().then(() => order.push('closed'))
  const [request] = await requested
  answer([request?.[0] ?? 0, undefined])
  await Promise.all([call, closed])
  assert.deepEqual(order, ['answered', 'closed'])
  await assert.rejects(connection.write.sealed.deleteSealed('x'), unavailable)
})

function startStoreThread(path: string): { readonly worker: Worker; readonly line: () => MessagePort } {
  const worker = new Worker(new URL('./store-thread.fixture.ts', import.meta.url), { workerData: { path } })
  return {
    worker,
    line: () => {
      const { port1, port2 } = new MessageChannel()
      worker.postMessage(port2, [port2])
      return port1
    },
  }
}

function withStoreThread(
  title: string,
  body: (store: {
    readonly worker: Worker
    readonly connection: StoreConnection
    readonly path: string
    readonly tenants: () => Promise<readonly string[]>
  }) => Promise<void>,
): void {
  test(title, async () => {
    const directory = temporaryDirectory()
    const path = join(directory.path, 'postern.db')
    const { worker, line } = startStoreThread(path)
    const connection = connectStore(line())
    const tenants = async () => {
      const reader = openReader(path)
      const found = await createSqliteReaders(reader).directory.listTenants()
      reader.close()
      return found.map(({ tenantId }) => tenantId)
    }
    try {
      await body({ worker, connection, path, tenants })
    } finally {
      await connection.close()
      await worker.terminate()
      directory.remove()
    }
  })
}

withStoreThread(
  'a store thread writes what it is asked to and says what went wrong',
  async ({ connection, tenants }) => {
    const { write } = connection
    const results = await Promise.allSettled([
      write.directory.createTenant(change(), tenant(A.tenantId)),
      write.directory.createTenant(change(), tenant(A.tenantId)),
      write.directory.createTenant(change(), tenant(B.tenantId)),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert(results[1].status === 'rejected' && results[1].reason instanceof StoreError)
    assert.equal(results[1].reason.code, 'internal')
    assert.deepEqual(await tenants(), [A.tenantId, B.tenantId])
  },
)

withStoreThread('what is done atomically is done as a whole or not at all', async ({ connection, tenants }) => {
  const twice = (write: Writers) => {
    void write.directory.createTenant(change(), tenant(A.tenantId))
    void write.sealed.putSealed({ recordId: 'r', purpose: 'p', sealed: new Uint8Array(1), createdAt: AT })
    void write.directory.createTenant(change(), tenant(A.tenantId))
  }
  const beside = connection.write.directory.createTenant(change(), tenant(B.tenantId))
  await assert.rejects(connection.atomically(twice), StoreError)
  await beside
  assert.deepEqual(await tenants(), [B.tenantId])
  await connection.atomically((write) => {
    void write.directory.createTenant(change(), tenant(A.tenantId))
    void write.directory.createTenant(change(), tenant('c'))
  })
  assert.deepEqual(await tenants(), [A.tenantId, B.tenantId, 'c'])
  const late = { tenantId: A.tenantId, epoch: -1 }
  const third = (write: Writers) => void write.directory.createTenant(change(), tenant('d'))
  assert.deepEqual(await connection.atomically(third, late), { type: 'changed' })
  assert.deepEqual(await tenants(), [A.tenantId, B.tenantId, 'c'])
  await connection.atomically(() => {})
  await assert.rejects(
    connection.atomically(() => {
      throw new Error('in the recorder')
    }),
    /in the recorder/,
  )
})

withStoreThread('calls pending when the store thread dies are rejected; a new one takes over', async (store) => {
  const { worker, connection, path, tenants } = store
  await connection.write.directory.createTenant(change(), tenant('kept'))
  const pending = Array.from({ length: 400 }, (_, index) =>
    connection.write.directory.createTenant(change(), tenant(`pending ${index}`)).then(
      () => `pending ${index}`,
      (error: unknown) => error,
    ),
  )
  await worker.terminate()
  const outcomes = await Promise.all(pending)
  assert(outcomes.some(unavailable))
  const acknowledged = outcomes.filter((outcome) => typeof outcome === 'string')
  assert.equal(acknowledged.length + outcomes.filter(unavailable).length, outcomes.length)
  await assert.rejects(connection.write.sealed.deleteSealed('x'), unavailable)
  const next = startStoreThread(path)
  connection.reconnect(next.line())
  await connection.write.directory.createTenant(change(), tenant('after'))
  const stored = await tenants()
  for (const id of ['kept', 'after', ...acknowledged]) assert(stored.includes(id), id)
  await connection.close()
  await next.worker.terminate()
})
