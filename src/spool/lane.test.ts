import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A, B } from '../storage/two-tenants.fixture.ts'
import { applicationOf, firstLane, LANE_END, laneOf } from './lane.ts'

const lane = (tenantId: string, applicationId: string, forwardPath: string) =>
  laneOf({ tenantId, applicationId, recipients: [{ forwardPath, parameters: {} }] })

const printer = lane(A.tenantId, A.applicationId, 'one@example.com')

// Stored with every message: other numbers would split the queues of an installation.
test('a lane has the number that it always had', () => assert.equal(printer, 191_347_454_407_596))

const others = [
  { name: 'another tenant', other: lane(B.tenantId, A.applicationId, 'one@example.com'), together: false },
  { name: 'another application', other: lane(A.tenantId, B.applicationId, 'one@example.com'), together: false },
  { name: 'another destination', other: lane(A.tenantId, A.applicationId, 'one@example.net'), together: true },
]
for (const { name, other, together } of others)
  test(`a lane of its own: ${name}`, () => {
    assert.notEqual(other, printer)
    assert.equal(applicationOf(other) === applicationOf(printer), together)
  })

test('a destination is a domain, whatever its case', () =>
  assert.equal(lane(A.tenantId, A.applicationId, 'Two@EXAMPLE.com'), printer))

test('a message without a recipient has a lane', () => {
  const none = laneOf({ tenantId: A.tenantId, applicationId: A.applicationId, recipients: [] })
  assert.equal(applicationOf(none), applicationOf(printer))
})

test('lanes are exact numbers from zero up', () => {
  assert.equal(applicationOf(firstLane(5)), 5)
  assert.equal(applicationOf(firstLane(5) - 1), 4)
  assert(printer >= 0 && printer < LANE_END && Number.isSafeInteger(LANE_END))
})
