// Every store of events passes this suite: newest first, each tenant for itself, and what is to be told once is stored once.

import assert from 'node:assert/strict'
import { type MailStore, mailTests, queueIdAt } from './mail-store.fixture.ts'
import type { NewEvent } from './storage.ts'
import { A, AT, B } from './two-tenants.fixture.ts'

const DAY = 86_400_000

const event = (number: number, tenantId = A.tenantId, more: Partial<NewEvent> = {}): NewEvent => ({
  eventId: `01900000-0000-7000-8000-${tenantId[0]}0000000000${number}`,
  tenantId,
  source: '/applications/a',
  subject: 'credentials/b',
  type: 'Postern.Mail.CredentialExpiring',
  at: AT + number,
  data: { daysLeft: 7, name: 'Grüße' },
  ...more,
})
const once = (mark: string, until = AT + 100 * DAY) => ({ once: { mark, until } })

/** `open` gives an empty store. */
export function describeEvents(name: string, open: () => Promise<MailStore>): void {
  const eventTest = mailTests(`${name} events`, open)

  eventTest('events come back as they were told, newest first, in pages, by type', async ({ read, write }) => {
    const other = event(2, A.tenantId, { type: 'Other' })
    const all = [event(1), other, event(3)]
    const epoch = await read.directory.readEpoch(A.tenantId)
    assert.deepEqual(
      await write.events.appendEvents([...all, event(1, B.tenantId)]),
      [...all, event(1, B.tenantId)].map(({ eventId }) => eventId),
    )
    const { tenantId } = A
    assert.deepEqual(await read.events.listEvents({ tenantId, limit: 10 }), [event(3), other, event(1)])
    assert.deepEqual(await read.events.listEvents({ tenantId, limit: 1 }), [event(3)])
    assert.deepEqual(await read.events.listEvents({ tenantId, limit: 1, before: event(3).eventId }), [other])
    const { type } = event(1)
    assert.deepEqual(await read.events.listEvents({ tenantId, type, limit: 10 }), [event(3), event(1)])
    assert.deepEqual(await read.events.listEvents({ tenantId: B.tenantId, limit: 10 }), [event(1, B.tenantId)])
    assert.equal(await read.directory.readEpoch(tenantId), epoch)
  })

  eventTest('events of a stretch of time', async ({ read, write }) => {
    const events = [0, 1, 2].map((at) => ({ ...event(1), eventId: queueIdAt(AT + at), at: AT + at }))
    await write.events.appendEvents(events)
    const { tenantId } = A
    const found = await read.events.listEvents({ tenantId, since: AT + 1, until: AT + 2, limit: 10 })
    assert.deepEqual(found, [events[1]])
  })

  eventTest('what is to be told once is stored once in each tenant', async ({ read, write }) => {
    const stored = async (events: readonly NewEvent[]) => write.events.appendEvents(events)
    assert.deepEqual(await stored([event(1, A.tenantId, once('x')), event(2, A.tenantId, once('x'))]), [
      event(1).eventId,
    ])
    const both = [event(3, A.tenantId, once('x')), event(3, B.tenantId, once('x')), event(4, A.tenantId, once('y'))]
    assert.deepEqual(await stored(both), [event(3, B.tenantId).eventId, event(4).eventId])
    const left = await read.events.listEvents({ tenantId: A.tenantId, limit: 10 })
    assert.deepEqual(
      left.map(({ eventId }) => eventId),
      [event(4).eventId, event(1).eventId],
    )
  })

  eventTest('of many who tell the same at once, one does', async ({ write }) => {
    const told = await Promise.all(
      Array.from({ length: 8 }, (_, index) => write.events.appendEvents([event(index, A.tenantId, once('x'))])),
    )
    assert.equal(told.flat().length, 1)
  })

  eventTest('old events go; what was told once is not told again until its mark is forgotten', async (store) => {
    const tell = (number: number) => store.write.events.appendEvents([event(number, A.tenantId, once('x', AT + DAY))])
    await tell(1)
    await sweep(store, AT + 2, 1)
    assert.equal((await store.read.events.listEvents({ tenantId: A.tenantId, limit: 1 })).length, 1)
    await sweep(store, AT + 3, 1)
    assert.deepEqual(await store.read.events.listEvents({ tenantId: A.tenantId, limit: 1 }), [])
    await sweep(store, AT + DAY, 1)
    assert.deepEqual(await tell(2), [])
    await sweep(store, AT + DAY + 1, 1)
    assert.deepEqual(await tell(3), [event(3).eventId])
  })
}

async function sweep({ write }: MailStore, at: number, eventAge: number): Promise<void> {
  const never = { messageAge: 1e15, captureCount: 1e15, captureSize: 1e15, decisionAge: 1e15, decisionCount: 1e15 }
  await write.retention.sweep(at, { ...never, auditAge: 1e15, eventAge })
}
