// The watch over a real store, with a clock moved by hand: what is told, when, how often, and to whom.

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { createQueueIds } from '../spool/queue-id.ts'
import type { MailStore } from '../storage/mail-store.fixture.ts'
import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { A, AT, B, change, seedTwoTenants, type TenantFixture } from '../storage/two-tenants.fixture.ts'
import type { WarningLine } from './credential-events.ts'
import { type ApplicationExpiry, startCredentialWatch } from './credential-watch.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

async function open(t: TestContext) {
  const store = await seedTwoTenants(await openTemporaryMailStore())
  t.after(() => store.close())
  const clock = new ManualClock(AT)
  const addSecret = async (tenant: TenantFixture, endAt: number, startAt = AT - DAY): Promise<string> => {
    const keyId = randomUUID()
    const password = { keyId, displayName: 'Copier', hint: 'abc', startAt, endAt, hash: randomBytes(32) }
    await store.write.directory.addPassword(change(), tenant.tenantId, tenant.applicationObjectId, password)
    return keyId
  }
  const events = async (tenant: TenantFixture) =>
    (await store.read.events.listEvents({ tenantId: tenant.tenantId, limit: 1000 })).toReversed()
  return { store, clock, addSecret, events, node: (failing = {}) => watch(t, store, clock, failing) }
}

/** One node's watch. `looked` waits for the end of its next look. */
function watch(t: TestContext, store: MailStore, clock: ManualClock, failing: { now?: boolean }) {
  const lines: WarningLine[] = []
  const failures: string[] = []
  const expiries: (readonly ApplicationExpiry[])[] = []
  let finish = () => {}
  const { appendEvents } = store.write.events
  const running = startCredentialWatch({
    directory: store.read.directory,
    credentials: store.read.credentials,
    events: {
      appendEvents: async (events) => {
        if (failing.now === true) throw new Error('gone')
        return appendEvents(events)
      },
    },
    clock,
    nextEventId: createQueueIds(() => clock.now(), randomBytes),
    onWarning: (_, line) => lines.push(line),
    onLook: (found) => {
      expiries.push(found)
      finish()
    },
    onFailure: (what) => {
      failures.push(what)
      finish()
    },
  })
  t.after(() => running.stop())
  const looked = () =>
    new Promise<void>((resolve) => {
      finish = resolve
    })
  return { lines, failures, expiries, looked, stop: () => running.stop() }
}

type Node = ReturnType<typeof watch>

async function lookAll(clock: ManualClock, nodes: readonly Node[], by = HOUR): Promise<void> {
  const all = Promise.all(nodes.map((node) => node.looked()))
  clock.advance(by)
  await all
}

test('each threshold once, over two nodes and a restart, and the walls stand', async (t) => {
  const { clock, addSecret, events, node } = await open(t)
  const keyId = await addSecret(A, AT + 31 * DAY)
  await addSecret(B, AT + 365 * DAY)
  let nodes = [node(), node()]
  for (let hour = 0; hour < 35 * 24; hour += 1) {
    if (hour === 20 * 24) {
      await Promise.all(nodes.map((one) => one.stop()))
      nodes = [...nodes, node(), node()]
    }
    await lookAll(clock, nodes.slice(-2))
  }
  const found = await events(A)
  assert.deepEqual(
    found.map(({ type, data, at }) => [type, data['days'], Math.floor((at - AT) / DAY)]),
    [
      ['Postern.Mail.CredentialExpiring', 30, 1],
      ['Postern.Mail.CredentialExpiring', 14, 17],
      ['Postern.Mail.CredentialExpiring', 7, 24],
      ['Postern.Mail.CredentialExpiring', 1, 30],
      ['Postern.Mail.CredentialExpired', undefined, 31],
    ],
  )
  assert.deepEqual(await events(B), [])
  const lines = nodes.flatMap((one) => one.lines)
  assert.equal(lines.length, 5)
  assert.deepEqual(lines.find(({ text }) => text === 'a client secret ends within 7 days')?.fields, {
    tenantId: A.tenantId,
    applicationId: A.applicationId,
    keyId,
    kind: 'password',
    endsAt: '2030-02-01T00:00:00.000Z',
    lastUsedAt: null,
    network: null,
    command: `postern ad app credential reset --id ${A.applicationId} --overlap 7d`,
  })
})

test('an event says what it is about and what to do', async (t) => {
  const { store, clock, addSecret, events, node } = await open(t)
  const keyId = await addSecret(A, AT + 7 * DAY)
  const { tenantId, applicationId, applicationObjectId } = A
  const use = {
    tenantId,
    applicationId,
    keyId,
    at: AT,
    network: '192.0.2.7',
    door: 'smtp',
    username: 'copier',
  } as const
  await store.write.credentials.recordUses([use])
  await lookAll(clock, [node()])
  const [event] = await events(A)
  assert.equal(event?.source, `/tenants/${tenantId}/applications/${applicationId}`)
  assert.equal(event.subject, `credentials/${keyId}`)
  assert.deepEqual(event.data, {
    applicationObjectId,
    applicationId,
    applicationName: 'Printer',
    credential: { kind: 'password', keyId, displayName: 'Copier', hint: 'abc', endsAt: '2030-01-08T00:00:00.000Z' },
    days: 7,
    lastUse: { at: '2030-01-01T00:00:00.000Z', network: '192.0.2.7', door: 'smtp', username: 'copier' },
    command: `postern ad app credential reset --id ${applicationId} --overlap 7d`,
  })
})

test('an old secret in use and an unused one', async (t) => {
  const { store, clock, addSecret, events, node } = await open(t)
  const old = await addSecret(A, AT + 365 * DAY, AT - 20 * DAY)
  const newer = await addSecret(A, AT + 365 * DAY, AT - 10 * DAY)
  const forgotten = await addSecret(B, AT + 365 * DAY, AT - 100 * DAY)
  const { tenantId, applicationId } = A
  const use = { tenantId, applicationId, keyId: old, at: AT - DAY, network: '192.0.2.7', door: 'smtp' } as const
  await store.write.credentials.recordUses([use])
  await lookAll(clock, [node()])
  const [inUse, ...others] = await events(A)
  assert.deepEqual(others, [])
  assert.deepEqual([inUse?.type, inUse?.subject], ['Postern.Mail.CredentialOldInUse', `credentials/${old}`])
  assert.equal(inUse?.data['successorKeyId'], newer)
  assert.equal(inUse?.data['command'], `postern ad app credential list --id ${applicationId} --superseded`)
  const [unused] = await events(B)
  assert.deepEqual([unused?.type, unused?.subject], ['Postern.Mail.CredentialUnused', `credentials/${forgotten}`])
  const command = `postern ad app credential delete --id ${B.applicationId} --key-id ${forgotten}`
  assert.equal(unused?.data['command'], command)
})

test('a look that fails is made again, and nothing is lost', async (t) => {
  const { clock, addSecret, events, node } = await open(t)
  await addSecret(A, AT + DAY)
  const failing = { now: true }
  const one = node(failing)
  await lookAll(clock, [one])
  assert.equal(one.failures.length, 1)
  failing.now = false
  await lookAll(clock, [one])
  assert.equal((await events(A)).length, 1)
})

test('what ends next is told after each look, the nearest first', async (t) => {
  const { clock, addSecret, node } = await open(t)
  await addSecret(A, AT + 50 * DAY)
  await addSecret(A, AT + 40 * DAY)
  await addSecret(A, AT - HOUR, AT - DAY)
  await addSecret(B, AT + 30 * DAY)
  const one = node()
  await lookAll(clock, [one])
  assert.deepEqual(one.expiries, [
    [
      { tenantId: B.tenantId, applicationId: B.applicationId, endAt: AT + 30 * DAY },
      { tenantId: A.tenantId, applicationId: A.applicationId, endAt: AT + 40 * DAY },
    ],
  ])
})

test('more applications than a page holds are all looked at', async (t) => {
  const { store, clock, events, node } = await open(t)
  const { tenantId } = A
  for (let index = 0; index < 450; index += 1) {
    const [objectId, applicationId, keyId] = [randomUUID(), randomUUID(), randomUUID()]
    const made = { objectId, applicationId, tenantId, displayName: 'Printer', disabled: false, createdAt: AT }
    await store.write.directory.createApplication(change(), made)
    const times = { startAt: AT - DAY, endAt: AT + DAY }
    const password = { keyId, displayName: '', hint: 'abc', hash: randomBytes(32), ...times }
    await store.write.directory.addPassword(change(), tenantId, objectId, password)
  }
  await lookAll(clock, [node()])
  assert.equal((await events(A)).length, 450)
})
