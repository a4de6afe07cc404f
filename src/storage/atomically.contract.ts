// Every store passes this suite: what is written together is written as a whole, and only if nothing changed since it was decided.

import assert from 'node:assert/strict'
import type { MailStore } from './mail-store.fixture.ts'
import { mailTests } from './mail-store.fixture.ts'
import { A, B, change, communicationService, domain } from './two-tenants.fixture.ts'
import { writeUndisturbed } from './write-undisturbed.ts'

/** `open` gives an empty store. */
export function describeAtomically(name: string, open: () => Promise<MailStore>): void {
  const atomicTest = mailTests(name, open)
  const service = communicationService(A, 'contoso')
  const other = domain(A, 'email', 'contoso.test')

  atomicTest('under its own epoch everything is written', async (store) => {
    const guard = { tenantId: A.tenantId, epoch: (await store.read.directory.readEpoch(A.tenantId)) ?? -1 }
    const outcome = await store.atomically((write) => {
      void write.resources.putResource(change(), service)
      void write.resources.putResource(change(), other)
    }, guard)
    assert.deepEqual(outcome, { type: 'committed' })
    assert.deepEqual(await store.read.resources.readResource(other.id), other)
  })

  atomicTest('under another epoch nothing is written; a change of another tenant does not count', async (store) => {
    const guard = { tenantId: A.tenantId, epoch: (await store.read.directory.readEpoch(A.tenantId)) ?? -1 }
    const put = () => store.atomically((write) => void write.resources.putResource(change(), service), guard)
    await store.write.resources.putResource(change(), communicationService(B, 'fabrikam'))
    assert.deepEqual(await put(), { type: 'committed' })
    assert.deepEqual(await put(), { type: 'changed' })
    assert.equal(await store.read.directory.readEpoch(A.tenantId), guard.epoch + 1)
  })

  atomicTest('what was disturbed is decided again from what is there then', async (store) => {
    const seen: number[] = []
    const result = await writeUndisturbed(store, A.tenantId, async () => {
      const count = (await store.read.resources.listResources({ tenantId: A.tenantId })).length
      if (seen.length === 0) await store.write.resources.putResource(change(), other)
      seen.push(count)
      return { result: 'put', record: (write) => void write.resources.putResource(change(), service) }
    })
    assert.equal(result, 'put')
    assert.deepEqual(seen, [1, 2])
    assert.deepEqual(await store.read.resources.readResource(service.id), service)
  })

  atomicTest('a crowd of writers gets through, and one that fails stops nobody', async (store) => {
    const write = (index: number) =>
      writeUndisturbed(store, A.tenantId, async () => {
        await store.read.resources.listResources({ tenantId: A.tenantId })
        if (index === 7) throw new Error('seven')
        const one = communicationService(A, `crowd-${index}`)
        return { result: index, record: (writers) => void writers.resources.putResource(change(), one) }
      })
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, (_, index) => write(index)))
    assert.deepEqual(
      outcomes.map(({ status }) => status === 'fulfilled'),
      outcomes.map((_, index) => index !== 7),
    )
    const stored = await store.read.resources.listResources({ tenantId: A.tenantId, type: service.type })
    assert.equal(stored.length, 59)
  })

  atomicTest('a name that another tenant took meanwhile is a change as well', async (store) => {
    const guard = { tenantId: A.tenantId, epoch: (await store.read.directory.readEpoch(A.tenantId)) ?? -1 }
    await store.write.resources.putResource(change(), communicationService(B, 'Contoso'))
    const outcome = await store.atomically((write) => {
      void write.resources.putResource(change(), service)
      void write.resources.putResource(change(), other)
    }, guard)
    assert.deepEqual(outcome, { type: 'changed' })
    assert.equal(await store.read.resources.readResource(other.id), undefined)
  })

  atomicTest('a taken name behind another write undoes all of it', async (store) => {
    await store.write.resources.putResource(change(), communicationService(B, 'Contoso'))
    const writing = store.atomically((write) => {
      void write.resources.putResource(change(), other)
      void write.resources.putResource(change(), service)
    })
    await assert.rejects(writing, { name: 'StoreError', code: 'internal' })
    assert.equal(await store.read.resources.readResource(other.id), undefined)
  })

  atomicTest('whoever is disturbed every time is told to come back', async (store) => {
    const crowded = writeUndisturbed(store, A.tenantId, async () => {
      await store.write.resources.putResource(change(), other)
      return { result: 'put', record: (write) => void write.resources.putResource(change(), service) }
    })
    await assert.rejects(crowded, { name: 'StoreError', code: 'unavailable' })
    assert.equal(await store.read.resources.readResource(service.id), undefined)
  })
}
