// The secrets of a session are erased when they are replaced and when it ends.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eraseSecrets, replaceVerdict, type Sender } from './sender.ts'
import type { Verdict } from './verdict.ts'

const verdictWith = (octets: Uint8Array | undefined) =>
  ({ credential: octets === undefined ? {} : { accessToken: { octets, endsAt: 0 } } }) as unknown as Verdict

const senderWith = (verdict: Verdict, clientSecret?: Uint8Array): Sender => ({
  peer: { address: '192.0.2.1', listener: 'submission' },
  clientName: 'printer',
  clientSecret,
  verdict,
})

test('the token of a verdict goes with it, unless the next one has the same', () => {
  const [first, second] = [Uint8Array.of(1), Uint8Array.of(2)]
  const verdict = verdictWith(first)
  const sender = senderWith(verdict)
  replaceVerdict(sender, { ...verdict })
  assert.equal(first[0], 1)
  replaceVerdict(sender, verdictWith(second))
  assert.deepEqual([first[0], second[0]], [0, 2])
  replaceVerdict(sender, verdictWith(undefined))
  assert.equal(second[0], 0)
})

test('at the end nothing is left', () => {
  const [token, secret] = [Uint8Array.of(1), Uint8Array.of(2)]
  eraseSecrets(senderWith(verdictWith(token), secret))
  assert.deepEqual([token[0], secret[0]], [0, 0])
  eraseSecrets(senderWith(verdictWith(undefined)))
})
