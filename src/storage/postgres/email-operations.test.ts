// Several nodes get the same request at the same time: one of them queues it, and all know it by the same operation.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { testSettings } from '../../../test/fixtures/postgres-server.ts'
import { createPostgresSpool } from '../../spool/postgres.ts'
import { message } from '../mail-store.fixture.ts'
import { A, AT, seedTwoTenants } from '../two-tenants.fixture.ts'
import { createPool } from './pool.ts'
import { openTemporaryMailStore } from './temporary-store.fixture.ts'

test('of a request that comes to several nodes at once, one message is queued', async (t) => {
  const store = await seedTwoTenants(await openTemporaryMailStore())
  const pools = [1, 2, 3].map((node) => createPool(testSettings(store.url), `node ${node}`))
  t.after(async () => {
    await Promise.all(pools.map((pool) => pool.close()))
    await store.close()
  })
  const nodes = pools.map((pool) => createPostgresSpool(pool))
  for (let round = 0; round < 20; round += 1) {
    const request = { requestKey: `request ${round}`, fingerprint: 'f', repeatsSince: AT - 1000 }
    const sent = nodes
      .flatMap((node) => [node, node])
      .map(async (node) => {
        const operation = { ...request, operationId: randomUUID() }
        const outcome = await node.enqueue({ ...(await message(store)), operation })
        return [outcome.type, outcome.type === 'repeated' ? outcome.operation.operationId : operation.operationId]
      })
    const outcomes = await Promise.all(sent)
    assert.equal(outcomes.filter(([type]) => type === 'queued').length, 1)
    assert.equal(new Set(outcomes.map(([, id]) => id)).size, 1)
  }
  assert.equal((await store.read.queue.countQueue({ tenantId: A.tenantId })).messages, 20)
})
