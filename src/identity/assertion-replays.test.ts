import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAssertionReplays } from './assertion-replays.ts'

test('an assertion is admitted again from its first source until it is over, and from no other', () => {
  const replays = createAssertionReplays()
  const admit = (source: string, at: number, until = 100) => replays.admit('one', source, until, at)
  assert.deepEqual([admit('a', 0), admit('a', 50), admit('b', 99), admit('a', 99)], [true, true, false, true])
  assert.equal(replays.admit('two', 'b', 100, 0), true)
  assert.deepEqual([admit('b', 100, 200), admit('a', 100)], [true, false])
})

test('the memory is bounded: what is over goes first, then the oldest', () => {
  const replays = createAssertionReplays(2)
  const admit = (id: string, source: string, until: number, at: number) => replays.admit(id, source, until, at)
  admit('long', 'a', 1000, 0)
  admit('short', 'a', 10, 0)
  admit('third', 'a', 1000, 20)
  assert.equal(admit('long', 'b', 1000, 20), false, 'the one that was over made room')
  admit('fourth', 'a', 1000, 20)
  assert.equal(admit('long', 'b', 1000, 20), true, 'the oldest made room')
})
