import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClaimPace } from './claim-pace.ts'

const cases = [
  { name: 'quick claims are always thorough', took: 250, thoroughAfter: 0 },
  { name: 'slow ones take a twentieth of the time', took: 300, thoroughAfter: 5_700 },
]
for (const { name, took, thoroughAfter } of cases)
  test(`claim pace: ${name}`, async () => {
    let elapsed = 1_000
    const pace = new ClaimPace(() => elapsed)
    await pace.measure(async () => (elapsed += took))
    elapsed += thoroughAfter
    assert.equal(pace.isThorough, true)
    elapsed -= 1
    assert.equal(pace.isThorough, thoroughAfter === 0)
  })

test('claim pace: a slow claim that fails counts too', async () => {
  let elapsed = 0
  const pace = new ClaimPace(() => elapsed)
  const failing = async () => {
    elapsed += 300
    throw new Error('lost')
  }
  await assert.rejects(pace.measure(failing), { message: 'lost' })
  assert.equal(pace.isThorough, false)
})

test('claim pace: a look that is not thorough begins before what was found', () => {
  const pace = new ClaimPace(() => 0)
  assert.equal(pace.from, 0)
  pace.found(90_000)
  assert.equal(pace.from, 85_000)
})
