// Many clients at both doors and two edge threads count against one quota at the same time: exactly as many messages are accepted as it
// allows, what is refused is not counted, and what is left is told while it goes.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Config } from '../../src/config/schema.ts'
import { openQuotaClients, sendFromAll } from '../fixtures/quota-clients.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { addSendingApplication } from '../fixtures/sending-application.ts'

const CLIENTS = 64
const LIMIT = 100

const twoThreads = (config: Config): Config => ({ ...config, smtp: { ...config.smtp, workers: 2 } })
const service = await startIn(temporaryDirectory({ after }), {}, twoThreads)
after(() => service.stop())

type Usage = { readonly limit: number; readonly used: number; readonly remaining: number; readonly resetsAt: string }

test(`of ${CLIENTS} clients at both doors exactly the limit is accepted`, async () => {
  const application = await addSendingApplication(service)
  const path = `/providers/Postern.Mail/applications/${application.applicationId}/quotas/default`
  const usage = async () => {
    const { json } = await service.api('GET', path)
    const [first] = (json as { properties: { usage: readonly Usage[] } }).properties.usage
    return first ?? assert.fail()
  }
  const { status } = await service.api('PUT', path, { properties: { limits: { messages: { day: LIMIT } } } })
  assert.equal(status, 201)
  const clients = await openQuotaClients([service], application, `${LIMIT} messages per day`, CLIENTS)
  assert.equal(await sendFromAll(clients, 1), CLIENTS)
  const { used, remaining } = await usage()
  assert.deepEqual([used, remaining], [CLIENTS, LIMIT - CLIENTS])
  assert.equal(await sendFromAll(clients, 3), LIMIT - CLIENTS)
  const end = await usage()
  assert.deepEqual([end.limit, end.used, end.remaining], [LIMIT, LIMIT, 0])
  assert.equal(Date.parse(end.resetsAt) % 86_400_000, 0)
  assert.equal((await service.accepted(application.applicationId)).length, LIMIT)
  await service.api('PUT', path, { properties: { limits: { messages: { day: LIMIT + 5 } } } })
  for (const client of clients) client.close()
  const more = await openQuotaClients([service], application, `${LIMIT + 5} messages per day`, 16)
  assert.equal(await sendFromAll(more, 2), 5)
  for (const client of more) client.close()
})
