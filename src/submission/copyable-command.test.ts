// What a shell makes of a suggested command: every word exactly as it was, whatever a client called itself.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { posternCommand, shellWord } from './copyable-command.ts'

const words = [
  'contoso',
  'Email Sender',
  '$(touch /tmp/owned)',
  '`id`',
  "it's",
  "'; rm -rf / #",
  '"double"',
  'a\\b',
  '*',
  '~',
  '&& reboot',
  '!history',
  '',
  'bücher@bücher.example',
]

for (const word of words)
  test(`a shell reads ${JSON.stringify(word)} back`, () => {
    const read = execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' })
    assert.equal(read, word)
  })

test('what no terminal shows is not pasted', () => {
  for (const hidden of ['a\nreboot', 'a\rb', '\u001b[2J', 'a\u202eb', 'a\u2028b'])
    assert.doesNotMatch(shellWord(hidden), /[\p{Cc}\p{Cf}\p{Zl}]/u)
})

test('options without a value are left out, lists are words', () => {
  const command = posternCommand(['role', 'list'], { '--name': undefined, '--all': true, '--ids': ['a', 'b c'] })
  assert.equal(command, "postern role list --all --ids a 'b c'")
})
