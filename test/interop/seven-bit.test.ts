// Messages before and after they were written in 7 bits, as Python's email package takes them apart: octet for octet the same parts.
// Skipped where there is no python3, unless POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { anySevenBitMessage, inSevenBits } from '../../src/message/seven-bit.fixture.ts'
import { runClient, runProcess } from './clients/foreign-client.ts'

const SCRIPT = fileURLToPath(new URL('read_parts.py', import.meta.url))

const probe = await runProcess(['python3', '-c', 'import email']).catch(() => undefined)
const skip = probe?.code === 0 || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : 'there is no python3'

/** In one process for all. */
async function partsOf(messages: readonly string[]): Promise<readonly unknown[]> {
  const input = messages.map((message) => Buffer.from(message, 'latin1').toString('base64'))
  return JSON.parse(await runClient(['python3', SCRIPT], JSON.stringify(input))) as unknown[]
}

test("Python's email package finds the same parts in 7 bits", { skip }, async () => {
  const messages = fc.sample(anySevenBitMessage, 500)
  const written = await Promise.all(messages.map(async (message) => (await inSevenBits(message)) ?? ''))
  const [before, after] = await Promise.all([partsOf(messages), partsOf(written)])
  for (const [index, message] of messages.entries())
    assert.deepEqual(after[index], before[index], JSON.stringify(message))
})
