import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { withProgress } from './progress.ts'

const cases = [
  { name: 'quick work shows nothing', isTTY: true, env: {}, elapsed: 999, shown: false },
  { name: 'slow work shows a line and removes it', isTTY: true, env: {}, elapsed: 1000, shown: true },
  { name: 'nothing is shown where no person looks', isTTY: false, env: {}, elapsed: 5000, shown: false },
  { name: 'nor on a dumb terminal', isTTY: true, env: { TERM: 'dumb' }, elapsed: 5000, shown: false },
]

for (const { name, isTTY, env, elapsed, shown } of cases)
  test(`progress: ${name}`, async () => {
    const clock = new ManualClock()
    let written = ''
    const err = { isTTY, write: (text: string) => (written += text) }
    const terminal = { out: err, err, env, askSecret: async () => undefined }
    const result = await withProgress(terminal, 'Asking', async () => (clock.advance(elapsed), 'done'), clock)
    assert.equal(result, 'done')
    assert.equal(written, shown ? '\r\u001b[K⠋ Asking\r\u001b[K' : '')
    assert.equal(clock.pending, 0)
  })

test('progress: work that throws leaves no timer', async () => {
  const clock = new ManualClock()
  const err = { isTTY: true, write: () => true }
  const terminal = { out: err, err, env: {}, askSecret: async () => undefined }
  await assert.rejects(
    withProgress(terminal, 'Asking', () => Promise.reject(new Error('bug')), clock),
    /bug/,
  )
  assert.equal(clock.pending, 0)
})
