// The process that gets killed: sends against two quotas until they are used up, and says so; one line for each message that was queued.

import { randomBytes } from 'node:crypto'
import { packTerms } from '../../src/quota/packed-terms.ts'
import { subjectsOf } from '../../src/quota/quota.ts'
import { createQueueIds } from '../../src/spool/queue-id.ts'
import { envelope, inline, SERVICE } from '../../src/storage/mail-store.fixture.ts'
import { createInProcessStore } from '../../src/storage/sqlite/in-process-store.ts'
import { A, AT } from '../../src/storage/two-tenants.fixture.ts'

const SENDERS = 24
const [path = '', limit] = process.argv.slice(2)

const subjects = subjectsOf({ applicationId: A.applicationId, resourceId: SERVICE, domain: 'contoso.example' })
const limits = { messages: { day: Number(limit) } }
const terms = packTerms(subjects.slice(0, 2).map((subject) => ({ subject, limits })))

const store = await createInProcessStore(path)
const epoch = (await store.read.directory.readEpoch(A.tenantId)) ?? 0
const nextQueueId = createQueueIds(Date.now, randomBytes)

async function send(): Promise<void> {
  for (;;) {
    const content = inline('Subject: hi\r\n\r\n')
    const message = { envelope: envelope({ queueId: nextQueueId(), receivedAt: AT }), content, epoch, terms }
    const { type } = await store.write.spool.enqueue(message)
    if (type === 'over quota') return
    if (type !== 'queued') throw new Error(type)
    process.stdout.write('queued\n')
  }
}

await Promise.all(Array.from({ length: SENDERS }, send))
process.stdout.write('used up\n')
await store.close()
