import assert from 'node:assert/strict'
import test from 'node:test'
import type { RecipientOutcome } from '../spool/spool.ts'
import { isHardBounce } from './hard-bounce.ts'

const cases: readonly [
  reply: string | undefined,
  code: string,
  isHard: boolean,
  status?: RecipientOutcome['status'],
][] = [
  ['550 5.1.1 no such user', '5.1.1', true],
  ['550-5.1.1 no such user 550 5.1.1 really', '5.1.1', true],
  ['550', '5.1.1', true],
  ['521 5.2.1 takes no mail', '5.2.1', true],
  ['525 5.7.13 disabled', '5.7.13', true],
  ['553 5.1.3 bad address', '5.1.3', true],
  ['550 5.4.310 no such domain', '5.4.310', true],
  ['551 5.1.1 moved', '5.1.1', false],
  ['554 5.1.0 other', '5.1.0', false],
  ['552 5.2.2 full', '5.2.2', false],
  ['550 5.7.1 refused', '5.7.1', false],
  ['550 5.2.2 full', '5.2.2', false],
  [undefined, '5.1.2', true],
  [undefined, '5.1.10', true],
  [undefined, '5.4.6', false],
  [undefined, '5.4.7', false],
  ['450 4.1.1 later', '5.4.7', false],
  ['550 5.1.1 no such user', '5.1.1', false, 'deferred'],
]
for (const [reply, enhancedStatusCode, isHard, status = 'failed'] of cases)
  test(`${status} by ${reply ?? `our own ${enhancedStatusCode}`} ${isHard ? 'suppresses' : 'does not suppress'}`, () => {
    const outcome = { index: 0, status, enhancedStatusCode, diagnostic: '', transport: 'mx' }
    const remote = reply === undefined ? {} : { remote: { host: 'mx.example', reply } }
    assert.equal(isHardBounce({ ...outcome, ...remote }), isHard)
  })
