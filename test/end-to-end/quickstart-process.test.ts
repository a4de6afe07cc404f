// `npm start` as a person runs it: a process that says when it is ready, obeys Ctrl-C, may be killed, and whose printed test command
// works.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startProcess, startQuickstartProcess } from '../fixtures/postern-process.ts'
import { readQuickstart } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const READY = 'Stop with Ctrl-C.'

const root = mkdtempSync(join(tmpdir(), 'postern-test-'))
const directory = join(root, 'postern-data')
let running = startQuickstartProcess(directory)
after(async () => {
  await running.signal('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

test('the test command that is printed sends a message', async () => {
  await running.printed(READY)
  const command = /^  (POSTERN_DATA_DIR=.* npx postern send .*)$/m.exec(running.output().stdout)?.[1]
  assert.ok(command !== undefined, running.output().stdout)
  const { code, stdout, stderr } = await startProcess(['sh', '-c', command], {}).ended
  assert.equal(code, 0, stderr)
  assert.match(stdout, /250 2\.0\.0 Ok: queued as [0-9a-f-]{36}/)
})

test('a second process on the same directory ends at once and names the first', async () => {
  const { code, stderr } = await startQuickstartProcess(directory).ended
  assert.equal(code, 1)
  assert.equal(
    stderr,
    `${directory} is in use by another Postern (process ${running.process.pid}). Stop that one, or choose another data directory.\n`,
  )
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} ends it in good order: sessions are told, the exit code is 0`, async () => {
    await running.printed(READY)
    const { smtp, caFile } = readQuickstart(directory)
    const dialogue = await SmtpDialogue.openSecure(smtp.port, readFileSync(caFile, 'utf8'))
    const { code, stdout, stderr } = await running.signal(signal)
    assert.equal(await dialogue.reply(), '421 4.3.2 Service shutting down, closing')
    assert.equal(code, 0)
    assert.match(stdout, /Stopping: sessions are told, accepted mail is kept\.\n$/)
    assert.equal(stderr, '')
    running = startQuickstartProcess(directory)
  })

test('after SIGKILL the next start works at once and knows the same installation', async () => {
  await running.printed(READY)
  const { tenantId, application } = readQuickstart(directory)
  assert.equal((await running.signal('SIGKILL')).signal, 'SIGKILL')
  running = startQuickstartProcess(directory)
  await running.printed(READY)
  const again = readQuickstart(directory)
  assert.deepEqual([again.tenantId, again.application], [tenantId, application])
  const dialogue = await SmtpDialogue.openSecure(again.smtp.port, readFileSync(again.caFile, 'utf8'))
  assert.match(await dialogue.authenticate(again.usernames.alias, application.clientSecret), /^235 /)
  dialogue.destroy()
})
