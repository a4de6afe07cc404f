// Plays every script three ways. The replies must be the scripted ones each time, in their place where the client waits for them, and
// the owner must be told the same however the octets are cut.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { play, readTranscript } from './transcript.ts'

const scripts = globSync('**/*.smtp', { cwd: import.meta.dirname }).sort()

for (const name of scripts) {
  test(name, () => {
    const transcript = readTranscript(readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
    const expected = transcript.steps.flatMap((step) => (step.type === 'expect' ? [step.line] : []))
    const lockStep = play(transcript, 'lock-step')
    assert.deepEqual(lockStep.lines, [], 'a reply that the script does not mention')
    const pipelined = play(transcript, 'all at once')
    assert.deepEqual(pipelined.lines, expected)
    const trickled = play(transcript, 'one octet at a time')
    assert.deepEqual(trickled.lines, expected)

    assert.deepEqual(pipelined.events, lockStep.events)
    assert.deepEqual(trickled.events, lockStep.events)
    for (const { message } of [lockStep, pipelined, trickled])
      if (transcript.message !== undefined) assert.equal(message, transcript.message)
    const isClosed = lockStep.events.at(-1) === '{"type":"Closed"}'
    assert.equal(
      isClosed,
      transcript.steps.at(-1)?.type === 'closed',
      'the script must end in CLOSED if the session does',
    )
  })
}

test('there are scripts', () => {
  assert.ok(scripts.length >= 60)
})
