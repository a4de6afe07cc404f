// Fixture: everything that the ports can tell of a store, so that two can be compared without looking at a table.

import { claimAt, isStored, type MailStore, readStored, SERVICE } from '../mail-store.fixture.ts'
import type { Claim } from '../../spool/spool.ts'
import { A, AT, B } from '../two-tenants.fixture.ts'
import { readSignIns } from './populated-sign-ins.fixture.ts'
import { idIn } from './populated-store.fixture.ts'

const DAY = 86_400_000

/** All that readers tell, by what was asked. */
export async function readEverything(store: MailStore): Promise<Record<string, unknown>> {
  const { read } = store
  const tenants = await read.directory.listTenants()
  const parts = await Promise.all(
    tenants.map(async ({ tenantId }) => ({ [tenantId]: await readTenant(store, tenantId) })),
  )
  return {
    tenants,
    ...Object.assign({}, ...parts),
    services: await Promise.all(
      ['CONTOSO-a', 'contoso-b'].map((name) => read.resources.findCommunicationService(name)),
    ),
    usernames: await Promise.all(['Printer-A', 'printer-b'].map((name) => read.resources.findSmtpUsername(name))),
    sealed: await Promise.all(['even', 'odd'].map((purpose) => read.sealed.listSealed(purpose))),
    loginLimits: await read.loginLimits.listLoginLimits({ at: AT, limit: 10 }),
    destinations: await read.destinations.listDestinations({ at: AT, limit: 10 }),
    stsPolicy: await read.transportPolicies.readStsPolicy('contoso.example'),
    tlsResults: await read.transportPolicies.readTlsResults('2031-05-04', 'contoso.example'),
    emailOperation: await read.emailOperations.findOperation(SERVICE, idIn(A, 15)),
    upstream: await read.upstreamOperations.listOperations('acs', 'upstream'),
    known: await read.loginLimits.readStanding({ known: { usernameKey: 'ä key', sourceKey: 'Z' }, sourceKey: 'Z' }),
    webhookWork: await read.webhooks.lookForWork(),
    decisions: await Promise.all(
      ['AAAAAAAAA1', 'BBBBBBBBB2', 'CCCCCCCCC3'].map((reference) => read.decisions.findDecision(reference)),
    ),
  }
}

/** A few at a time: whoever waits for a connection waits for ten seconds at most. */
async function each<T>(ids: readonly string[], ask: (id: string) => Promise<T>): Promise<readonly T[]> {
  const answers: T[] = []
  for (let from = 0; from < ids.length; from += 20)
    answers.push(...(await Promise.all(ids.slice(from, from + 20).map(ask))))
  return answers
}

async function readTenant(store: MailStore, tenantId: string): Promise<Record<string, unknown>> {
  const { directory, resources, roles, audit, captures, messages, credentials, events, holds, suppressions } =
    store.read
  const applications = await directory.listApplications(tenantId)
  const principals = await directory.listServicePrincipals(tenantId)
  const groups = await directory.listGroups(tenantId)
  const { messages: log } = await messages.search({ tenantId, limit: 10_000 })
  const clientIds = applications.map(({ applicationId }) => applicationId)
  const objectIds = [...applications, ...principals, ...groups].map(({ objectId }) => objectId)
  const services = [SERVICE, `${A.resourceGroupId}/providers/Microsoft.Communication/communicationServices/contoso-a`]
  return {
    applications,
    principals,
    groups,
    log,
    users: await directory.listUsers(tenantId),
    signIns: await readSignIns(store, tenantId),
    identityProvider: await directory.readIdentityProvider(tenantId),
    logins: await each(clientIds, (id) => directory.readLogin(tenantId, id)),
    credentials: await credentials.listCredentials(tenantId, { limit: 100 }),
    devices: await each(clientIds, (applicationId) =>
      credentials.listDevices({ tenantId, applicationId, since: 0, limit: 100 }),
    ),
    events: await events.listEvents({ tenantId, limit: 100 }),
    webhooks: await store.read.webhooks.listEventSubscriptions(tenantId),
    deliveries: await store.read.webhooks.listDeliveries({ subscriptionId: idIn(A, 50), limit: 100 }),
    holds: await holds.listHolds({ tenantId, limit: 100 }),
    suppressions: await suppressions.listSuppressions({ tenantId, at: AT, limit: 100 }),
    faults: await store.read.faults.listFaults({ tenantId, at: AT, limit: 100 }),
    quotas: await store.read.quotas.listQuotas({ tenantId, limit: 100 }),
    statistics: await store.read.statistics.readSums({ tenantId, subjects: [{}], from: 0, to: AT + DAY }),
    counted: await store.read.quotas.readCounters(tenantId, [{ kind: 'application', key: A.applicationId }]),
    keys: await each(clientIds, (id) => directory.readAssertionKeys(tenantId, id)),
    members: await each(objectIds, (id) => directory.listMembers(tenantId, id, 'transitive')),
    owners: await each(objectIds, (id) => directory.listOwners(tenantId, id)),
    subscriptions: await resources.listSubscriptions(tenantId),
    resources: await resources.listResources({ tenantId }),
    standing: await each(services, (id) => resources.readSenderStanding(id, 'DoNotReply', 'contoso.example')),
    definitions: await roles.listRoleDefinitions(tenantId),
    assignments: await roles.listRoleAssignments(tenantId),
    denies: await roles.listDenyAssignments(tenantId),
    access: await each(objectIds, async (id) => {
      const facts = await roles.readAccessFacts(tenantId, id)
      return { ...facts, groupIds: [...facts.groupIds].sort() }
    }),
    audit: await audit.listAudit(tenantId, 10_000),
    captures: await captures.listCaptures({ tenantId, limit: 10_000 }),
    details: await each(
      log.map(({ queueId }) => queueId),
      (id) => messages.find(tenantId, id),
    ),
    engaged: await each(
      log.map(({ queueId }) => queueId),
      (id) => store.read.engagement.findEngaged(id),
    ),
    contents: await each(
      log.map(({ queueId }) => queueId),
      async (id) => ((await isStored(store, id)) ? Buffer.from(await readStored(store, id)).toString('base64') : id),
    ),
  }
}

/** What waits, as whoever claims it sees it, now and in some days; and how often a client has polled. Changes the store. */
export async function drain(store: MailStore) {
  await store.write.spool.voidClaims()
  // Before the leases end that were taken when the store was filled.
  const now = await claimAll(store, AT + 20_000)
  const days = await claimAll(store, AT + 2 * DAY)
  const polls = await Promise.all(
    [A, B].map((tenant) => store.write.resources.pollAsyncOperation(tenant.tenantId, idIn(tenant, 9))),
  )
  return { now, days, polls }
}

async function claimAll(store: MailStore, at: number): Promise<readonly Claim[]> {
  const claims: Claim[] = []
  for (let more = await claimAt(store, at, 1000); more.length > 0; more = await claimAt(store, at, 1000))
    claims.push(...more)
  return claims.sort((one, other) => (one.token < other.token ? -1 : 1))
}
