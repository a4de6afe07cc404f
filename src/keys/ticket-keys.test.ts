import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ticketKeysAt } from './ticket-keys.ts'

const SEED = new Uint8Array(32).fill(7)
const NOON = Date.UTC(2030, 4, 17, 12)
const MIDNIGHT = Date.UTC(2030, 4, 18)

test('the same on every thread for one UTC day, other keys on the next', () => {
  const keys = ticketKeysAt(SEED, NOON)
  assert.equal(keys.octets.length, 48)
  assert.equal(keys.validUntil, MIDNIGHT)
  assert.deepEqual(ticketKeysAt(SEED, MIDNIGHT - 1), keys)
  assert.notDeepEqual(ticketKeysAt(SEED, MIDNIGHT).octets, keys.octets)
})

test('follow from the seed', () => {
  assert.notDeepEqual(ticketKeysAt(new Uint8Array(32).fill(8), NOON).octets, ticketKeysAt(SEED, NOON).octets)
})
