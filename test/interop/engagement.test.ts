// Messages before and after their links were tracked, as Python's email package takes them apart: octet for octet the same parts, but
// for HTML. Skipped where there is no python3, unless POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { openTrackingScene, unsigned } from '../../src/engagement/engagement.fixture.ts'
import { anySevenBitMessage } from '../../src/message/seven-bit.fixture.ts'
import { runClient, runProcess } from './clients/foreign-client.ts'

const SCRIPT = fileURLToPath(new URL('read_parts.py', import.meta.url))

const probe = await runProcess(['python3', '-c', 'import email']).catch(() => undefined)
const skip = probe?.code === 0 || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : 'there is no python3'

/** In one process for all. */
async function partsOf(messages: readonly string[]): Promise<readonly (readonly Part[])[]> {
  const input = messages.map((message) => Buffer.from(message, 'latin1').toString('base64'))
  return JSON.parse(await runClient(['python3', SCRIPT], JSON.stringify(input))) as (readonly Part[])[]
}

test("Python's email package finds the same parts", { skip }, async (t) => {
  const scene = await openTrackingScene()
  t.after(() => scene.close())
  await scene.connect('Enabled')
  const messages = fc.sample(anySevenBitMessage, 500)
  const tracked: string[] = []
  for (const message of messages) tracked.push(unsigned(await scene.leaving(message)))
  assert.ok(tracked.some((message, index) => message !== messages[index]))
  const [before, after] = await Promise.all([partsOf(messages), partsOf(tracked)])
  for (const [index, message] of messages.entries())
    assert.deepEqual(withoutHtml(after[index]), withoutHtml(before[index]), JSON.stringify(message))
})

type Part = readonly [
  type: string,
  charset: string,
  fileName: string,
  defects: readonly string[],
  octets: string | null,
]

/** What became of it is tested where links are. */
const withoutHtml = (parts: readonly Part[] | undefined) =>
  parts?.map(([type, charset, fileName, defects, octets]) => [
    type,
    charset,
    fileName,
    defects,
    type === 'text/html' && fileName === 'None' ? '' : octets,
  ])
