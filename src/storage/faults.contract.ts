// Every store of faults passes this suite. A case may be skipped only with a written reason.

import assert from 'node:assert/strict'
import type { Fault, FaultTarget } from './faults.ts'
import { type MailStore, mailTests, queueIdAt, SERVICE } from './mail-store.fixture.ts'
import { A, AT, B, change } from './two-tenants.fixture.ts'

const HOUR = 3_600_000
const OF_APPLICATION: FaultTarget = { applicationId: A.applicationId }
const OF_SERVICE: FaultTarget = { resourceId: SERVICE.toLowerCase() }

async function put(store: MailStore, changes: Partial<Fault> = {}): Promise<Fault> {
  const fault: Fault = {
    faultId: queueIdAt(AT),
    tenantId: A.tenantId,
    target: OF_APPLICATION,
    kind: 'throttled',
    endsAt: AT + HOUR,
    createdAt: AT,
    createdBy: 'developer',
    ...changes,
  }
  await store.write.faults.putFault({ ...change(), at: fault.createdAt }, fault)
  return fault
}

const find = (store: MailStore, changes: { tenantId?: string; at?: number; resourceId?: string } = {}) =>
  store.read.faults.findFaults({ tenantId: A.tenantId, applicationId: A.applicationId, at: AT, ...changes })

/** `open` gives an empty store. */
export function describeFaults(name: string, open: () => Promise<MailStore>): void {
  const faultTest = mailTests(`${name} faults`, open)

  faultTest('what is asked for an application or a service is found by either, the oldest first', async (store) => {
    const slow = await put(store, { kind: 'slow-reply', delay: 2000 })
    const limited = await put(store, { target: OF_SERVICE, retryAfter: 60 })
    await put(store, { target: { applicationId: B.applicationId } })
    assert.deepEqual(await find(store), [slow])
    assert.deepEqual(await find(store, { resourceId: SERVICE.toUpperCase() }), [slow, limited])
    assert.deepEqual(await find(store, { resourceId: SERVICE, tenantId: B.tenantId }), [])
  })

  faultTest('a fault ends by itself', async (store) => {
    const { endsAt, faultId } = await put(store)
    assert.equal((await find(store, { at: endsAt - 1 })).length, 1)
    assert.deepEqual(await find(store, { at: endsAt }), [])
    assert.deepEqual(await store.read.faults.listFaults({ tenantId: A.tenantId, at: endsAt, limit: 9 }), [])
    await put(store, { kind: 'missing-role', createdAt: endsAt, endsAt: endsAt + HOUR })
    assert.equal(await store.read.faults.readFault(A.tenantId, faultId), undefined)
  })

  faultTest('a second one of the kind takes the place of the first, another kind stands beside it', async (store) => {
    const first = await put(store, { retryAfter: 10 })
    const second = await put(store, { retryAfter: 20 })
    const other = await put(store, { kind: 'missing-role' })
    assert.deepEqual(await find(store), [second, other])
    assert.equal(await store.write.faults.deleteFault(change(), A.tenantId, first.faultId), false)
  })

  faultTest('each tenant lists and clears its own', async (store) => {
    const fault = await put(store)
    const theirs = await put(store, { tenantId: B.tenantId })
    const list = (tenantId: string, limit = 9) => store.read.faults.listFaults({ tenantId, at: AT, limit })
    assert.deepEqual([await list(A.tenantId), await list(B.tenantId)], [[fault], [theirs]])
    await put(store, { kind: 'missing-role' })
    assert.deepEqual(await list(A.tenantId, 1), [fault])
    assert.equal(await store.write.faults.deleteFault(change(), B.tenantId, fault.faultId), false)
    assert.equal(await store.read.faults.readFault(B.tenantId, fault.faultId), undefined)
    assert.equal(await store.write.faults.deleteFault(change(), A.tenantId, fault.faultId), true)
    assert.equal(await store.write.faults.deleteFault(change(), A.tenantId, fault.faultId), false)
  })

  faultTest('both are changes: the epoch moves and the audit log is told', async (store) => {
    const epoch = (await store.read.directory.readEpoch(A.tenantId)) ?? 0
    const fault = await put(store)
    await store.write.faults.deleteFault(change(), A.tenantId, fault.faultId)
    assert.equal(await store.read.directory.readEpoch(A.tenantId), epoch + 2)
    const audit = await store.read.audit.listAudit(A.tenantId, 2)
    assert.deepEqual(
      audit.map(({ operation, target, before, after }) => [operation, target, before, after]),
      [
        ['Postern.Mail/faults/write', `/providers/Postern.Mail/faults/${fault.faultId}`, fault, undefined],
        ['Postern.Mail/faults/write', `/providers/Postern.Mail/faults/${fault.faultId}`, undefined, fault],
      ],
    )
  })
}
