// The content hook against a real rspamd with nothing but its built-in test patterns. It is too heavy to be asked of everybody: skipped
// wherever it is not installed.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { CheckedMessage } from '../../src/submission/content-hook.ts'
import { createRspamdHook } from '../../src/submission/rspamd-hook.ts'
import { eventually } from '../fixtures/eventually.ts'
import { ManualClock } from '../fixtures/manual-clock.ts'
import { type Cleanup, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { runProcess } from './clients/foreign-client.ts'
import { findFreePort } from './knot.ts'

const probe = await runProcess(['rspamd', '--version']).catch(() => undefined)
const skip = probe?.code === 0 ? false : 'rspamd is not installed'

/** https://docs.rspamd.com/other/gtube_patterns */
const TEST_PATTERN = 'JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'

type Rspamd = { readonly url: string; stop(): Promise<void>; start(): Promise<void> }

async function openRspamd(context: Cleanup): Promise<Rspamd> {
  const directory = temporaryDirectory(context)
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const file = join(directory, 'rspamd.conf')
  writeFileSync(file, configurationOf(directory, port))
  let child: ChildProcess | undefined
  async function start(): Promise<void> {
    // It will not run as root without being told to.
    child = spawn('rspamd', ['--no-fork', '--insecure', '--config', file], { stdio: 'ignore' })
    const kill = () => void child?.kill()
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    await eventually(() => isUp(url), 'the start of rspamd')
  }
  async function stop(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill()
    await exit
  }
  context.after(stop)
  await start()
  return { url: `${url}/checkv2`, start, stop }
}

const isUp = async (url: string): Promise<true | undefined> =>
  (await fetch(`${url}/ping`).catch(() => undefined))?.ok === true || undefined

const configurationOf = (directory: string, port: number): string => `
options {
  filters = "";
  # The name that it had, and the one that it has.
  enable_test_patterns = true;
  gtube_patterns = "all";
  dns { nameserver = ["127.0.0.1:1"]; }
  url_tld = "/dev/null";
  tempdir = "${directory}";
  hs_cache_dir = "${directory}";
  history_file = "${directory}/history";
  pidfile = "${directory}/rspamd.pid";
}
logging { type = "file"; filename = "${directory}/rspamd.log"; level = "info"; }
actions { reject = 15; "add header" = 6; greylist = 4; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
`

const messageOf = (body: string, rest: Partial<CheckedMessage> = {}): CheckedMessage => {
  const octets = Buffer.from(
    `From: a@contoso.com\r\nTo: b@example.org\r\nMessage-ID: <1@contoso.com>\r\n\r\n${body}\r\n`,
  )
  return {
    queueId: '0190f3a1-1111-7222-8333-944455556666',
    reversePath: 'a@contoso.com',
    recipients: ['b@example.org', '"a b"@example.org', 'zoë@example.org'],
    client: { address: '192.0.2.1', name: 'app.contoso.com' },
    username: 'contoso.app.tenant',
    size: octets.length,
    async *open() {
      for (let at = 0; at < octets.length; at += 16_384) yield octets.subarray(at, at + 16_384)
    },
    ...rest,
  }
}

test('rspamd is understood', { skip }, async () => {
  const rspamd = await openRspamd({ after })
  const clock = new ManualClock()
  const hook = createRspamdHook(
    { url: rspamd.url, timeout: 10_000, onFailure: 'refuse', hostname: 'mail.example.net' },
    { clock, onFinding: () => {} },
  )
  after(() => hook.close())

  assert.equal((await hook.check(messageOf('Hello.'))).type, 'accepted')
  assert.deepEqual(await hook.check(messageOf(`X${TEST_PATTERN}`)), {
    type: 'refused',
    detail: 'it says "reject" (15 of 15): Gtube pattern',
  })
  assert.match((await hook.check(messageOf(`Y${TEST_PATTERN}`))).detail, /^it says "add header"/)
  assert.match((await hook.check(messageOf(`Z${TEST_PATTERN}`))).detail, /^it says "rewrite subject"/)
  const large = `${'a line of a large message\r\n'.repeat(200_000)}X${TEST_PATTERN}`
  assert.match((await hook.check(messageOf(large))).detail, /^it says /)
  assert.equal(
    (await hook.check(messageOf('Hello.', { recipients: Array<string>(100).fill('b@example.org') }))).type,
    'accepted',
  )

  await rspamd.stop()
  assert.equal((await hook.check(messageOf('Hello.'))).type, 'unavailable')
  await rspamd.start()
  clock.advance(1000)
  assert.equal((await hook.check(messageOf('Hello.'))).type, 'accepted')
})
