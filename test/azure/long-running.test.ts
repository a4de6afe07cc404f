// `compatibility: azure`: the pollers of Azure's packages wait for operations that a service answers as begun, and give what the service
// made. Azure: control-plane reference §1.7, §5.5.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { DATA_LOCATION } from './article.ts'
import { administratorCredential, connectAzure } from './azure-clients.ts'

/** The welcome message of a new installation is sent by what was granted just before. */
const AT_ONCE = { grantDelay: 0, usernameDelay: 0 }
const directory = temporaryDirectory({ after })
const service = await startIn(directory, {}, (config) => ({ ...config, compatibility: 'azure', azure: AT_ONCE }))
after(() => service.stop())
const { communication, resources } = connectAzure(service, administratorCredential(service))
/** The pollers would wait as long as the service asks them to: a second. */
const quick = { updateIntervalInMs: 1 }

test('resources are made, changed, verified and deleted through pollers', async () => {
  const suffix = randomUUID().slice(0, 8)
  const [group, emailService, name] = [`rg-${suffix}`, `email-${suffix}`, `mail-${suffix}`] as const
  await resources.resourceGroups.createOrUpdate(group, { location: 'westeurope' })
  const of = { location: 'global', dataLocation: DATA_LOCATION }
  const { emailServices, domains, communicationServices } = communication

  const making = await emailServices.beginCreateOrUpdate(group, emailService, of, quick)
  assert.equal(making.isDone(), false)
  assert.equal((await making.pollUntilDone()).provisioningState, 'Succeeded')

  const domain = `${suffix}.example.test`
  const customer = { location: 'global', domainManagement: 'CustomerManaged' }
  await domains.beginCreateOrUpdateAndWait(group, emailService, domain, customer, quick)
  const engagement = { userEngagementTracking: 'Enabled' }
  const changed = await domains.beginUpdateAndWait(group, emailService, domain, engagement, quick)
  assert.equal(changed.userEngagementTracking, 'Enabled')
  const type = { verificationType: 'Domain' }
  await domains.beginInitiateVerificationAndWait(group, emailService, domain, type, quick)
  await domains.beginCancelVerificationAndWait(group, emailService, domain, type, quick)

  const made = await communicationServices.beginCreateOrUpdateAndWait(group, name, of, quick)
  assert.deepEqual([made.provisioningState, made.name], ['Succeeded', name])
  await communicationServices.beginDeleteAndWait(group, name, quick)
  await resources.resourceGroups.delete(group, quick)
  assert.equal((await resources.resourceGroups.checkExistence(group)).body, false)
})
