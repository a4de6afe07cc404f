import assert from 'node:assert/strict'
import test from 'node:test'
import { ManualClock } from '../../test/fixtures/manual-clock.ts'
import { createProgressBar } from './progress-bar.ts'

const STEPS: readonly (readonly [label: string, done: number, after: number])[] = [
  ['copying tenants', 0, 0],
  ['copying messages', 0.05, 50],
  ['copying messages', 0.06, 50],
  ['copying messages', 0.5, 100],
  ['copying messages', 1, 100],
]

const cases = [
  {
    name: 'a bar where a person looks, drawn ten times a second at most, gone in the end',
    isTTY: true,
    env: {},
    written: [
      '\r\u001b[K░░░░░░░░░░░░░░░░░░░░░░░░   0 %  copying tenants',
      '\r\u001b[K█░░░░░░░░░░░░░░░░░░░░░░░   6 %  copying messages',
      '\r\u001b[K████████████░░░░░░░░░░░░  50 %  copying messages',
      '\r\u001b[K████████████████████████ 100 %  copying messages',
      '\r\u001b[K',
    ],
  },
  ...[
    { name: 'a line for each part and each tenth elsewhere', isTTY: false, env: {} },
    { name: 'and on a dumb terminal', isTTY: true, env: { TERM: 'dumb' } },
  ].map((place) => ({
    ...place,
    written: [
      'copying tenants: 0 %\n',
      'copying messages: 5 %\n',
      'copying messages: 50 %\n',
      'copying messages: 100 %\n',
    ],
  })),
]

for (const { name, isTTY, env, written } of cases)
  test(`progress bar: ${name}`, () => {
    const clock = new ManualClock()
    const said: string[] = []
    const err = { isTTY, write: (text: string) => said.push(text) }
    const bar = createProgressBar({ out: err, err, env, askSecret: async () => undefined }, clock)
    for (const [label, done, after] of STEPS) {
      clock.advance(after)
      bar.show(label, done)
    }
    bar.clear()
    bar.clear()
    assert.deepEqual(said, written)
  })
