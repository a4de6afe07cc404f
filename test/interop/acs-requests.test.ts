// Requests to Azure Communication Services hold what Python's email package finds in the messages they were made of. Skipped where there
// is no Python, unless POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { composeMail, type Found, foundIn, mail } from '../../src/transport/acs-mail.fixture.ts'
import { carried, converted, crlf } from '../../src/transport/acs-message.fixture.ts'
import { runClient, runProcess } from './clients/foreign-client.ts'

const SCRIPT = fileURLToPath(new URL('parse_mail.py', import.meta.url))
const probe = await runProcess(['python3', '-c', 'import email.policy']).catch(() => undefined)
const skip = probe?.code === 0 || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : 'there is no python3'

async function parse(messages: readonly string[]): Promise<readonly Found[]> {
  const octets = messages.map((message) => Buffer.from(message).toString('base64'))
  return JSON.parse(await runClient(['python3', SCRIPT], JSON.stringify(octets))) as Found[]
}

/** A picture that had no name was given one. */
const withoutGivenNames = ({ files, ...texts }: Found): Found => ({
  ...texts,
  files: files.map(([name, octets]) => [name.startsWith('image-') ? '' : name, octets]),
})

test('the table of what is carried', { skip }, async () => {
  const found = await Promise.all(carried.map(async (one) => withoutGivenNames(foundIn(await converted(one)))))
  assert.deepEqual(found, await parse(carried.map(({ message }) => crlf(message))))
})

test('whatever is composed', { skip }, async () => {
  const messages = await Promise.all(fc.sample(mail, 200).map(composeMail))
  const found = await Promise.all(messages.map(async (message) => foundIn(await converted({ message }))))
  assert.deepEqual(found, await parse(messages))
})
