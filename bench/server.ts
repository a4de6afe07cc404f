// The service under measurement, in a process of its own: a quickstart on free ports, without dispatch unless asked for, so that the
// figures are those of accepting. BENCH_WORKERS sets the number of edge threads.

import { randomUUID } from 'node:crypto'
import { quickstartConfig } from '../src/config/quickstart-config.ts'
import { type QuotaLimits, subjectsOf } from '../src/quota/quota.ts'
import { startQuickstart } from '../src/server/run.ts'
import { startServer } from '../src/server/start-server.ts'
import type { Role } from '../src/server/thread-protocol.ts'
import { developmentCaFile } from '../src/server/places.ts'
import { answerParent } from './measured-process.ts'

const outcome = quickstartConfig(process.env)
if (outcome.type !== 'config') throw new Error(JSON.stringify(outcome.problems))
const workers = Number(process.env['BENCH_WORKERS'] ?? outcome.config.smtp.workers)
const config = { ...outcome.config, smtp: { ...outcome.config.smtp, workers } }
// The first start makes the objects and sends the welcome, as every quickstart does.
const { server: first, objects } = await startQuickstart(config, process.env)
await first.stop()
const roles: readonly Role[] = process.env['BENCH_DISPATCH'] === 'on' ? ['edge', 'api', 'dispatch'] : ['edge']
// On a shared store the key is in the database.
const createKey = config.store.postgres !== undefined
const server = await startServer({ config, createKey, environment: process.env, roles }, async () => {})

const { communicationService, application, tenantId, senderAddress } = objects
answerParent(
  {
    port: server.doors.find(({ name }) => name === 'submission')?.port ?? 0,
    caFile: developmentCaFile(config),
    username: [communicationService, application.applicationId, tenantId].join('.'),
    password: application.clientSecret,
    sender: senderAddress,
  },
  () => server.stop(),
)

/** Far from being used up: what is measured is counting. */
const LARGE: QuotaLimits = { messages: { minute: 1e7, hour: 1e8, day: 1e9 }, recipients: { day: 1e9 } }
const domain = senderAddress.slice(senderAddress.lastIndexOf('@') + 1)
const subjects = subjectsOf({
  applicationId: application.applicationId,
  resourceId: objects.communicationServiceId,
  domain,
})

/** The first of application, service and domain have one from now on, the others none. */
async function setQuotas(count: number): Promise<void> {
  const change = { at: Date.now(), principalId: application.applicationId, requestId: randomUUID() }
  const by = { changedAt: change.at, changedBy: change.principalId }
  const { quotas } = server.storage.write
  for (const [index, subject] of subjects.entries())
    if (index >= count) await quotas.deleteQuota(change, tenantId, subject)
    else await quotas.putQuota(change, { tenantId, subject, limits: LARGE, target: subject.key, ...by })
}

process.on('message', (message: { readonly quotas?: number }) => {
  const { quotas } = message
  if (quotas !== undefined) void setQuotas(quotas).then(() => process.send?.({ quotas }))
})
