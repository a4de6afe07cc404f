// Every store of sealed records and decision traces passes this suite. Neither belongs to a tenant's configuration: no epoch moves.

import assert from 'node:assert/strict'
import { A, AT, B, type DirectoryStore, storeTests } from './two-tenants.fixture.ts'

/** `open` gives an empty store. */
export function describeSealedAndDecisions(name: string, open: () => Promise<DirectoryStore>): void {
  const storeTest = storeTests(name, open)
  const sealed = (recordId: string, createdAt: number, purpose = 'token-signing') => ({
    recordId,
    purpose,
    sealed: new Uint8Array([createdAt % 256, 0, 255]),
    createdAt,
  })

  storeTest('a sealed record comes back octet for octet, is replaced and deleted', async ({ read, write }) => {
    await write.sealed.putSealed(sealed('one', 1))
    assert.deepEqual(await read.sealed.readSealed('one'), sealed('one', 1))
    await write.sealed.putSealed(sealed('one', 2))
    assert.deepEqual(await read.sealed.readSealed('one'), sealed('one', 2))
    await write.sealed.deleteSealed('one')
    await write.sealed.deleteSealed('one')
    assert.equal(await read.sealed.readSealed('one'), undefined)
  })

  storeTest('sealed records are listed by purpose, newest first', async ({ read, write }) => {
    for (const record of [sealed('b', 2), sealed('c', 3), sealed('a', 1), sealed('x', 9, 'access-key')])
      await write.sealed.putSealed(record)
    const listed = await read.sealed.listSealed('token-signing')
    assert.deepEqual(
      listed.map(({ recordId }) => recordId),
      ['c', 'b', 'a'],
    )
    assert.deepEqual(await read.sealed.listSealed('nothing'), [])
  })

  storeTest('every reference of a decision leads to it', async ({ read, write }) => {
    const decision = { references: ['AAAAAAAAA1', 'BBBBBBBBB2'], tenantId: A.tenantId, at: AT, trace: '{"a":1}' }
    const other = { references: ['CCCCCCCCC3'], tenantId: undefined, at: AT, trace: '{}' }
    await write.decisions.recordDecisions([decision, other])
    assert.deepEqual(await read.decisions.findDecision('AAAAAAAAA1'), decision)
    assert.deepEqual(await read.decisions.findDecision('BBBBBBBBB2'), decision)
    assert.deepEqual(await read.decisions.findDecision('CCCCCCCCC3'), other)
    assert.equal(await read.decisions.findDecision('DDDDDDDDD4'), undefined)
  })

  storeTest('a decision may name a tenant that does not exist', async ({ read, write }) => {
    const decision = { references: ['AAAAAAAAA1'], tenantId: 'nobody', at: AT, trace: '{}' }
    await write.decisions.recordDecisions([decision])
    assert.deepEqual(await read.decisions.findDecision('AAAAAAAAA1'), decision)
  })

  storeTest('recording a decision twice changes nothing', async ({ read, write }) => {
    const decision = { references: ['AAAAAAAAA1'], tenantId: A.tenantId, at: AT, trace: '{"first":true}' }
    await write.decisions.recordDecisions([decision])
    await write.decisions.recordDecisions([{ ...decision, trace: '{"first":false}' }])
    assert.deepEqual(await read.decisions.findDecision('AAAAAAAAA1'), decision)
  })

  storeTest('neither moves an epoch nor is audited', async ({ read, write }) => {
    const state = async () =>
      Promise.all(
        [A, B].map(async ({ tenantId }) => [
          await read.directory.readEpoch(tenantId),
          await read.audit.listAudit(tenantId, 100),
        ]),
      )
    const before = await state()
    await write.sealed.putSealed(sealed('one', 1))
    await write.decisions.recordDecisions([{ references: ['AAAAAAAAA1'], tenantId: A.tenantId, at: AT, trace: '{}' }])
    assert.deepEqual(await state(), before)
  })
}
