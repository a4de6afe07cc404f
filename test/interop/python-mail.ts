// What Python's email package reads in messages, all in one process. Where there is no python3 tests are skipped, unless
// POSTERN_REQUIRE_CLIENTS is set: then they fail.

import { fileURLToPath } from 'node:url'
import { runClient, runProcess } from './clients/foreign-client.ts'

export type PythonPart = {
  readonly type: string
  readonly disposition: string | null
  readonly name: string | null
  readonly contentId: string | null
  /** Of its own header, as written. */
  readonly fields: readonly string[]
  /** Base64 of what was decoded; null for what holds parts. */
  readonly octets: string | null
}

export type PythonMail = {
  /** Of the whole message, decoded. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The whole message first, then every part in it. */
  readonly parts: readonly PythonPart[]
  /** By the field that they are in, if any. */
  readonly defects: readonly (readonly [field: string, defect: string])[]
}

const SCRIPT = fileURLToPath(new URL('read_mail.py', import.meta.url))
const probe = await runProcess(['python3', '-c', 'import email']).catch(() => undefined)

/** For `skip`. */
export const withoutPython =
  probe?.code === 0 || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : 'there is no python3'

export async function readInPython(messages: readonly Uint8Array[]): Promise<readonly PythonMail[]> {
  const input = messages.map((message) => Buffer.from(message).toString('base64'))
  return JSON.parse(await runClient(['python3', SCRIPT], JSON.stringify(input))) as PythonMail[]
}
