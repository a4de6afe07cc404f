// Memory per connection is bounded whatever the size of the message: a hundred of the largest messages, all on their way at once, fit
// into what is left of 600 MiB beside the service itself. Nothing of them is lost on the way.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventually } from '../fixtures/eventually.ts'
import { temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { bodyOf, CaptureInbox, type RunningService } from '../fixtures/capture-inbox.ts'
import { type ServiceProcess, spawnService } from './service-process.ts'
import { bodyOfUpload, subjectOfUpload, type Upload } from './upload.child.ts'

const UPLOADS = 100
const LIMIT = 600
/** The inbox keeps the newest GiB; of these each is the size of 25 MiB. */
const LOOKED_AT = 4
/** An edge thread for each core, and each costs memory of its own: the limit is that of two. */
const ON_TWO_CORES = availableParallelism() > 2 ? ['taskset', '--cpu-list', '0,1'] : []
const CHILD = fileURLToPath(new URL('upload.child.ts', import.meta.url))

const skip = existsSync('/proc/self/status') ? false : 'peak memory is read from /proc'

/** The most that was ever resident, in MiB. */
function peakMemory(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1024
}

async function upload(service: RunningService): Promise<readonly Upload[]> {
  const child = spawn(process.execPath, [CHILD, `${UPLOADS}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(service))
  let output = ''
  child.stdout.on('data', (octets: Buffer) => {
    output += octets
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0)
  return JSON.parse(output) as readonly Upload[]
}

async function assertIntact(service: RunningService): Promise<void> {
  const inbox = await CaptureInbox.open(service)
  const find = async () => {
    const found = (await inbox.list()).filter(({ subject }) => subject.startsWith('upload '))
    return found.length >= LOOKED_AT ? found.slice(0, LOOKED_AT) : undefined
  }
  for (const { id, subject } of await eventually(find, 'their capture')) {
    const index = Number(subject.slice(subjectOfUpload(0).length - 1))
    const expected = createHash('sha256')
    for (const piece of bodyOfUpload(index)) expected.update(piece)
    const found = createHash('sha256').update(bodyOf(await inbox.read(id)))
    assert.equal(found.digest('hex'), expected.digest('hex'), subject)
  }
  inbox.close()
}

test(`${UPLOADS} messages of 25 MiB at once stay below ${LIMIT} MiB`, { skip }, async (t) => {
  let service: ServiceProcess | undefined
  t.after(() => service?.kill())
  service = spawnService(temporaryDirectory(t), ON_TWO_CORES)
  const running = await service.ready
  assert(running !== undefined, service.complaint())
  const before = peakMemory(service.pid)
  const uploads = await upload(running)
  const peak = peakMemory(service.pid)
  t.diagnostic(`peak ${peak.toFixed(0)} MiB, ${before.toFixed(0)} MiB before the first of them`)
  for (const { subject, reply } of uploads) assert.match(reply, /^250 2\.0\.0 Ok: queued as /, subject)
  assert.equal(uploads.length, UPLOADS)
  await assertIntact(running)
  assert.equal(service.complaint(), '')
  assert(peak < LIMIT, `${peak} MiB`)
})
