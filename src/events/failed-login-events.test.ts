import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginQueueIds, queueIdAt } from '../storage/mail-store.fixture.ts'
import type { NewEvent } from '../storage/storage.ts'
import { A, AT, B } from '../storage/two-tenants.fixture.ts'
import { createFailedLoginEvents, type FailedLogin } from './failed-login-events.ts'
import { createHandClock } from './webhook.fixture.ts'

const failure = (more: Partial<FailedLogin> = {}): FailedLogin => ({
  tenantId: A.tenantId,
  resourceId: '/services/a',
  applicationId: A.applicationId,
  username: 'printer',
  reason: 'wrong-secret',
  listener: 'submission',
  clientAddress: '192.0.2.1',
  reference: 'AAAAAAAAA1',
  ...more,
})

function open() {
  beginQueueIds()
  const stored: NewEvent[] = []
  const clock = createHandClock()
  const events = {
    appendEvents: async (given: readonly NewEvent[]) => {
      stored.push(...given)
      return given.map(({ eventId }) => eventId)
    },
  }
  const nextEventId = () => queueIdAt(AT)
  const onFailure = (error: unknown) => assert.fail(String(error))
  return { stored, clock, failedLogins: createFailedLoginEvents({ events, clock, nextEventId, onFailure }) }
}

test('failures of a minute that are alike are one event with their number', async () => {
  const { stored, clock, failedLogins } = open()
  for (const reference of ['AAAAAAAAA1', 'BBBBBBBBB2', 'CCCCCCCCC3']) failedLogins.note(failure({ reference }))
  failedLogins.note(failure({ tenantId: B.tenantId }))
  assert.equal(stored.length, 0)
  clock.advance(60_000)
  await failedLogins.stop()
  assert.deepEqual(
    stored.map(({ tenantId, data }) => [tenantId, data['count'], data['reference'], data['lastReference']]),
    [
      [A.tenantId, 3, 'AAAAAAAAA1', 'CCCCCCCCC3'],
      [B.tenantId, 1, 'AAAAAAAAA1', 'AAAAAAAAA1'],
    ],
  )
  assert.deepEqual([stored[0]?.type, stored[0]?.source], ['Postern.Mail.LoginFailed', '/services/a'])
})

test('an attack makes ten events a minute, none is left uncounted, and no other tenant is crowded out', async () => {
  const { stored, clock, failedLogins } = open()
  for (let index = 0; index < 5000; index += 1) failedLogins.note(failure({ username: `name ${index}` }))
  failedLogins.note(failure({ tenantId: B.tenantId }))
  clock.advance(60_000)
  await failedLogins.stop()
  const ofTenant = (wanted: string) => stored.filter(({ tenantId }) => tenantId === wanted)
  assert.equal(ofTenant(A.tenantId).length, 10)
  assert.deepEqual(
    ofTenant(B.tenantId).map(({ data }) => data['reason']),
    ['wrong-secret'],
  )
  assert.equal(
    ofTenant(A.tenantId).reduce((sum, { data }) => sum + Number(data['count']), 0),
    5000,
  )
})

test('what was gathered is told when the thread stops', async () => {
  const { stored, failedLogins } = open()
  failedLogins.note(failure())
  await failedLogins.stop()
  assert.equal(stored.length, 1)
})
