// Our signatures, verified by dkimpy (Debian's python3-dkim, with python3-nacl for Ed25519): messages of every shape, and what somebody on
// the way did to one. Skipped where it is not installed, unless POSTERN_REQUIRE_CLIENTS is set: then it fails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import {
  anyMessage,
  harmless,
  sampleMessages,
  tamperedSample,
  tamperings,
} from '../../src/signing/message-samples.fixture.ts'
import { DOMAIN, signed, signerFor } from '../../src/signing/signing.fixture.ts'
import { runClient, runProcess } from './clients/foreign-client.ts'

const SCRIPT = fileURLToPath(new URL('verify_dkim.py', import.meta.url))
/** Debian's own, which is the one that Debian's modules are for. */
const PYTHON = '/usr/bin/python3'

const probe = await runProcess([PYTHON, '-c', 'import dkim, nacl.signing']).catch(() => undefined)
const skip =
  probe?.code === 0 || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : 'python3-dkim is not installed'

const { keys, records } = await signerFor(DOMAIN)

/** In one process for all. */
async function verdictsOfDkimpy(messages: readonly Buffer[]): Promise<readonly (readonly string[])[]> {
  const input = { records, messages: messages.map((message) => message.toString('base64')) }
  return JSON.parse(await runClient([PYTHON, SCRIPT], JSON.stringify(input))) as string[][]
}

test('dkimpy passes both signatures of the samples', { skip }, async () => {
  const samples = Object.entries(sampleMessages(DOMAIN))
  const arrived = async (message: Buffer) => {
    const octets = await signed(message, keys)
    // By SMTP every message ends with a line end; dkimpy adds none that is not there.
    return octets.subarray(-2).toString() === '\r\n' ? octets : Buffer.concat([octets, Buffer.from('\r\n')])
  }
  const verdicts = await verdictsOfDkimpy(await Promise.all(samples.map(([, message]) => arrived(message))))
  for (const [index, [name]] of samples.entries()) assert.deepEqual(verdicts[index], ['pass', 'pass'], name)
})

test('dkimpy passes both signatures of any message', { skip }, async () => {
  const messages = fc.sample(anyMessage(DOMAIN), 200)
  const verdicts = await verdictsOfDkimpy(await Promise.all(messages.map((message) => signed(message, keys))))
  for (const [index, message] of messages.entries())
    assert.deepEqual(verdicts[index], ['pass', 'pass'], JSON.stringify(message.toString('latin1')))
})

test('dkimpy sees what was done to a message on the way, and nothing where nothing was', { skip }, async () => {
  const sample = (await signed(tamperedSample(DOMAIN), keys)).toString('latin1')
  const changes = [...Object.entries(tamperings), ...Object.entries(harmless)]
  const verdicts = await verdictsOfDkimpy(changes.map(([, change]) => Buffer.from(change(sample), 'latin1')))
  for (const [index, [name]] of changes.entries()) {
    const expected = name in harmless ? /^pass,pass$/ : /^fail.*,fail.*$/
    assert.match(verdicts[index]?.join() ?? '', expected, name)
  }
})
