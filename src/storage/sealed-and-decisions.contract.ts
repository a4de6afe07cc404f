// Every store of sealed records and decision traces passes this suite. Neither belongs to a tenant's configuration: no epoch moves.

import assert from 'node:assert/strict'
import type { DecisionQuery } from './storage.ts'
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

  storeTest('decisions are listed newest first, page by page, and found by what they are about', async (store) => {
    const { read, write } = store
    await write.decisions.recordDecisions(listedDecisions)
    const list = async (query: Omit<DecisionQuery, 'tenantId' | 'limit'>, limit = 10) => {
      const found = await read.decisions.listDecisions({ tenantId: A.tenantId, limit, ...query })
      return found.map(({ reference }) => reference).join(' ')
    }
    assert.equal(await list({}), 'D4 C3 B2 A1')
    assert.equal(await list({ withTenantless: true }), 'N1 D4 C3 B2 A1')
    assert.equal(await list({}, 2), 'D4 C3')
    assert.equal(await list({ before: { at: AT + 1, reference: 'C3' } }), 'B2 A1')
    assert.equal(await list({ before: { at: AT + 2, reference: 'D4' }, withTenantless: true }, 2), 'C3 B2')
    assert.equal(await list({ since: AT + 1 }), 'D4 C3 B2')
    assert.equal(await list({ reason: 'wrong-secret' }), 'D4 A1')
    assert.equal(await list({ stage: 'MAIL' }), 'C3')
    assert.equal(await list({ applicationId: A.applicationId.toUpperCase(), reason: 'missing-role' }), 'B2')
    assert.equal(await list({ resourceIds: ['/RESOURCE/One', '/resource/none'] }), 'C3 B2')
    assert.equal(await list({ resourceIds: ['/resource/one', '/resource/two'], withTenantless: true }, 2), 'D4 C3')
    assert.equal(await list({ resourceIds: [] }), '')
  })

  storeTest('a listed decision says how many attempts it stands for', async ({ read, write }) => {
    const decision = { references: ['A1', 'B2', 'C3'], tenantId: A.tenantId, at: AT, trace: '{"a":1}' }
    await write.decisions.recordDecisions([decision])
    const listed = await read.decisions.listDecisions({ tenantId: A.tenantId, limit: 10 })
    assert.deepEqual(listed, [{ reference: 'A1', tenantId: A.tenantId, at: AT, trace: '{"a":1}', attempts: 3 }])
    assert.deepEqual(await read.decisions.listDecisions({ tenantId: B.tenantId, limit: 10 }), [])
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

const { tenantId, applicationId } = A
const listedDecisions = [
  { references: ['A1'], tenantId, at: AT, trace: '{}', stage: 'AUTH', reason: 'wrong-secret' },
  { references: ['B2'], tenantId, at: AT + 1, trace: '{}', stage: 'AUTH', reason: 'missing-role', applicationId },
  { references: ['C3'], tenantId, at: AT + 1, trace: '{}', stage: 'MAIL', reason: 'sender-null', applicationId },
  { references: ['D4'], tenantId, at: AT + 2, trace: '{}', stage: 'AUTH', reason: 'wrong-secret' },
  { references: ['E5'], tenantId: B.tenantId, at: AT, trace: '{}', stage: 'AUTH', reason: 'wrong-secret' },
  { references: ['N1'], tenantId: undefined, at: AT + 3, trace: '{}', stage: 'AUTH', reason: 'malformed-response' },
].map((decision) => {
  const [first = ''] = decision.references
  const resourceId = { B2: '/resource/one', C3: '/resource/One', D4: '/resource/two' }[first]
  return { ...decision, ...(resourceId !== undefined && { resourceId }) }
})
