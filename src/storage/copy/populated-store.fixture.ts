// Fixture: a SQLite store with something in every table, in more than one batch where that matters.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createSegmentContentStore } from '../../content/sqlite.ts'
import { noCounts } from '../count-facts.ts'
import {
  claimAt,
  enqueue,
  message,
  type MailStore,
  OTHER_SERVICE,
  outcome,
  sampleOctets,
  SERVICE,
  writeContent,
} from '../mail-store.fixture.ts'
import { packTerms } from '../../quota/packed-terms.ts'
import { openReader } from '../sqlite/database.ts'
import { createInProcessStore } from '../sqlite/in-process-store.ts'
import { FACT_KINDS } from '../statistics.ts'
import {
  A,
  AT,
  B,
  change,
  communicationService,
  domain,
  emailService,
  seedTwoTenants,
  senderUsername,
  smtpUsername,
  type TenantFixture,
} from '../two-tenants.fixture.ts'
import { subscriptionOf } from '../webhooks.contract.ts'
import { addSignIns } from './populated-sign-ins.fixture.ts'

const DAY = 86_400_000

/** In a directory that stays; `postern.db` and its segment files are made there. */
export async function openMailStoreIn(directory: string): Promise<MailStore> {
  const path = join(directory, 'postern.db')
  const store = await createInProcessStore(path)
  const database = openReader(path)
  const { segments } = store.write
  const content = createSegmentContentStore({
    directory: join(directory, 'content'),
    segments,
    database,
    now: () => AT,
  })
  return {
    ...store,
    content,
    close: async () => {
      await content.close()
      await store.close()
      database.close()
    },
  }
}

/** The store is empty. `messages`: how many small ones wait besides one of every kind. */
export async function populate(store: MailStore, messages = 300): Promise<void> {
  await seedTwoTenants(store)
  for (const tenant of [A, B]) {
    await addDirectory(store, tenant)
    await addSignIns(store, tenant)
    await addResources(store, tenant)
    await addRoles(store, tenant)
  }
  await addSealedAndDecisions(store)
  await addLoginLimits(store)
  await addUsesAndEvents(store)
  await addTransportPolicies(store)
  await addDestinations(store)
  await addUpstreamOperations(store)
  await store.write.watches.takeTurn({ name: 'ä', holder: 'node', at: AT, until: AT + DAY })
  await addMail(store, messages)
  await addHoldsAndSuppressions(store)
  await addQuotas(store)
  await addFaults(store)
  await addStatistics(store)
  await addWebhooks(store)
}

/** The same digits in both tenants but for the first. */
export const idIn = (tenant: TenantFixture, kind: number) =>
  `${(tenant.tenantId[0] ?? '').repeat(8)}-1${String(kind).padStart(3, '0')}-4000-8000-000000000000`

async function addDirectory({ write: { directory } }: MailStore, tenant: TenantFixture): Promise<void> {
  const { tenantId, applicationObjectId, principalId } = tenant
  const id = (kind: number) => idIn(tenant, kind)
  const times = { startAt: AT, endAt: AT + DAY }
  await directory.addPassword(change(), tenantId, applicationObjectId, {
    keyId: id(1),
    displayName: 'Grüße',
    hint: 'abc',
    hash: sampleOctets(32, 1),
    device: { network: 'printers' },
    ...times,
  })
  await directory.updateApplication(change(), tenantId, applicationObjectId, {
    identifierUris: ['api://Printer', 'https://printer.example'],
    keyCredentials: [
      { keyId: id(2), displayName: '', customKeyIdentifier: 'A', certificate: sampleOctets(700, 2), ...times },
    ],
    facts: { tags: ['x', '\u{1f5a8}'] },
  })
  await directory.putFederatedCredential(change(), tenantId, applicationObjectId, {
    credentialId: id(3),
    name: 'Pipeline',
    issuer: 'https://issuer.example',
    subject: 'repo',
    audience: 'api://exchange',
    description: '',
  })
  await directory.putIdentityProvider(change(), tenantId, { provider: 'entra', entra: { authority: 'ä' } })
  await directory.createUser(change(), {
    objectId: id(4),
    tenantId,
    userPrincipalName: 'Ada@contoso.example',
    displayName: 'Ada',
    accountEnabled: false,
    createdAt: AT,
    facts: {},
  })
  for (const group of [id(5), id(6)])
    await directory.createGroup(change(), { objectId: group, tenantId, displayName: 'Team' })
  await directory.addMember(change(), tenantId, id(5), id(6))
  await directory.addMember(change(), tenantId, id(6), principalId)
  await directory.addOwner(change(), tenantId, applicationObjectId, id(4))
  const disabled = {
    objectId: id(7),
    applicationId: id(8),
    tenantId,
    displayName: 'Off',
    disabled: true,
    createdAt: AT,
  }
  await directory.createApplication(change(), disabled)
}

async function addResources({ write: { resources } }: MailStore, tenant: TenantFixture): Promise<void> {
  const name = `contoso-${tenant.tenantId[0]}`
  const sender = domain(tenant, 'domains', 'contoso.example')
  for (const resource of [
    emailService(tenant, 'domains'),
    sender,
    senderUsername(tenant, 'domains', 'contoso.example', 'donotreply'),
    communicationService(tenant, name, [sender.id]),
    smtpUsername(tenant, name, 'printer', `printer-${tenant.tenantId[0]}`),
  ])
    assert.deepEqual(await resources.putResource(change(), resource), { type: 'created' })
  const { tenantId, subscriptionId, principalId, resourceGroupId } = tenant
  await resources.updateSubscription(change(), 'tags', { subscriptionId, tenantId, displayName: 'M', tags: { a: 'b' } })
  const operation = { tenantId, subscriptionId, principalId, resourceId: resourceGroupId, verb: 'write' } as const
  await resources.createAsyncOperation({ ...operation, operationId: idIn(tenant, 9), startedAt: AT })
}

async function addRoles({ write: { roles } }: MailStore, tenant: TenantFixture): Promise<void> {
  const { tenantId, principalId, resourceGroupId } = tenant
  const permissions = [{ actions: ['*/read'], notActions: ['a/b'], dataActions: [], notDataActions: [] }]
  await roles.putRoleDefinition(change(), tenantId, {
    name: idIn(tenant, 10),
    roleName: 'SMTP Email Sender',
    description: 'May send.',
    type: 'CustomRole',
    permissions,
    assignableScopes: [resourceGroupId],
  })
  await roles.putRoleAssignment(change(), tenantId, {
    name: idIn(tenant, 11),
    scope: resourceGroupId,
    roleDefinitionName: idIn(tenant, 10),
    principalId,
    principalType: 'ServicePrincipal',
  })
  await roles.putDenyAssignment(change(), tenantId, {
    name: idIn(tenant, 12),
    denyAssignmentName: 'block',
    description: '',
    scope: '/',
    doNotApplyToChildScopes: true,
    permissions,
    principals: [principalId],
    excludePrincipals: [],
  })
}

/** Ids that languages, and UTF-16, order otherwise than octets do. */
const LETTERS = ['a', 'B', 'ä', 'Z', 'z', '\u{ff21}', '\u{1f5a8}', '_', '-', 'ß']

async function addSealedAndDecisions({ write }: MailStore): Promise<void> {
  for (let index = 0; index < 300; index += 1) {
    const recordId = `${LETTERS[index % LETTERS.length]}${LETTERS[(index * 7) % LETTERS.length]}${index}`
    const purpose = index % 2 === 0 ? 'even' : 'odd'
    await write.sealed.putSealed({ recordId, purpose, sealed: sampleOctets(index % 50, index), createdAt: AT + index })
  }
  await write.decisions.recordDecisions([
    { references: ['AAAAAAAAA1', 'BBBBBBBBB2'], tenantId: A.tenantId, at: AT, trace: '{"a":"\\u0000 \\ud800"}' },
    { references: ['CCCCCCCCC3'], tenantId: undefined, at: AT, trace: '{}' },
  ])
}

async function addUsesAndEvents({ write }: MailStore): Promise<void> {
  const { tenantId, applicationId } = A
  const use = { tenantId, applicationId, keyId: idIn(A, 1), at: AT, network: '2001:db8::/64', door: 'smtp' } as const
  await write.credentials.recordUses([{ ...use, username: 'Grüße' }])
  const event = { tenantId, source: 'a', subject: 'b', type: 'c', at: AT, data: { name: 'Grüße' } }
  await write.events.appendEvents([{ ...event, eventId: idIn(A, 13), once: { mark: 'x', until: AT + DAY } }])
}

async function addTransportPolicies({ write }: MailStore): Promise<void> {
  const policy = { domain: 'contoso.example', policyId: '1', mode: 'enforce', patterns: ['*.contoso.example'] } as const
  await write.transportPolicies.putStsPolicy({ ...policy, fetchedAt: AT, until: AT + DAY })
  const result = {
    policyDomain: 'contoso.example',
    policyType: 'sts',
    policy: 'mode: enforce\nä',
    day: '2031-05-04',
  } as const
  await write.transportPolicies.addTlsResults([{ ...result, result: 'success', host: '', address: '', sessions: 3 }])
}

async function addUpstreamOperations({ write }: MailStore): Promise<void> {
  const { tenantId } = A
  const operationId = idIn(A, 14)
  const message = { transport: 'acs', tenantId, queueId: 'upstream', recipients: [0, 2], most: 50, at: AT }
  await write.upstreamOperations.beginOperations({
    ...message,
    operationIds: [operationId],
    again: { fingerprint: 'ä', since: 0 },
  })
  await write.upstreamOperations.recordOperation({ operationId, standing: 'accepted', at: AT + 1, resume: '{}' })
  await write.upstreamOperations.pauseRequests('acs', AT + DAY)
}

async function addDestinations({ write }: MailStore): Promise<void> {
  const request = { limits: { initial: 2, most: 5, perMinute: 60 }, inUse: 1, wanted: 3, messages: 2 }
  const report = { successes: 0, failures: 1, reply: '421 4.3.2 closing' }
  const backOff = { first: 10_000, most: DAY, jitter: 0 }
  const requests = ['contoso.example', 'relay'].map((destination) => ({ destination, ...request, ...report }))
  await write.destinations.exchangePermits({ node: idIn(A, 14), at: AT, until: AT + DAY, backOff, requests })
}

async function addLoginLimits({ write }: MailStore): Promise<void> {
  const subject = { kind: 'username', key: 'ä key', shown: '', tenantId: A.tenantId } as const
  await write.loginLimits.recordAttempts({
    at: AT,
    charges: [
      { subject, count: 3, cost: DAY, ceiling: 30 * DAY },
      { subject: { kind: 'source', key: 'Z', shown: '192.0.2.1' }, count: 1, cost: DAY, ceiling: 30 * DAY },
    ],
    refunds: [],
    known: [{ usernameKey: 'ä key', sourceKey: 'Z' }],
    trim: false,
  })
}

async function addQuotas(store: MailStore): Promise<void> {
  const { quotas, spool } = store.write
  const subject = { kind: 'application', key: A.applicationId } as const
  const limits = { messages: { day: 9 }, recipients: { minute: 5 } }
  const target = `/providers/Postern.Mail/applications/${A.applicationId}/quotas/default`
  await quotas.putQuota(change(), { tenantId: A.tenantId, subject, limits, target, changedAt: AT, changedBy: 'ä' })
  const counted = await message(store)
  assert.deepEqual(await spool.enqueue({ ...counted, terms: packTerms([{ subject, limits }]) }), { type: 'queued' })
}

async function addHoldsAndSuppressions({ read, write }: MailStore): Promise<void> {
  const made = { tenantId: A.tenantId, createdAt: AT, reason: 'Grüße', createdBy: 'operator' }
  const [newest] = (await read.queue.listQueue({ tenantId: A.tenantId, limit: 1 })).messages
  for (const [kind, selection] of [{ queueId: newest?.queueId ?? '' }, { destination: 'held.example' }].entries())
    await write.holds.putHold(change(), { ...made, holdId: idIn(A, 20 + kind), selection })
  const suppression = { tenantId: A.tenantId, reason: 'operator', detail: 'ä', createdAt: AT, bounces: 0 } as const
  for (const [index, letter] of LETTERS.entries())
    await write.suppressions.putSuppression(change(), { ...suppression, address: `${letter}${index}@one.example` })
}

async function addWebhooks({ write: { events, webhooks } }: MailStore): Promise<void> {
  const subscription = subscriptionOf({ subscriptionId: idIn(A, 50), validation: { code: 'ä', until: AT + DAY } })
  await webhooks.putEventSubscription(change(), subscription)
  await webhooks.validateEventSubscription(subscription.subscriptionId, 'ä', AT)
  const event = { tenantId: A.tenantId, source: 'a', subject: 'b', type: 'c', at: AT, data: {} }
  await events.appendEvents([51, 52, 53].map((kind) => ({ ...event, eventId: idIn(A, kind) })))
  await webhooks.spreadEvents(2, AT)
  const { subscriptionId } = subscription
  const claims = await webhooks.claimDeliveries({ subscriptionId, at: AT, leaseUntil: AT + DAY, limit: 1 })
  for (const {
    event: { eventId },
    token,
  } of claims) {
    const attempt = { at: AT, detail: 'ä' }
    await webhooks.settleDelivery({ subscriptionId, eventId, token, attempt, outcome: { type: 'dead' } })
  }
}

async function addStatistics({ write }: MailStore): Promise<void> {
  const counts = { ...noCounts(), submissions: 7, refusals: { 'wrong-secret': 2 } }
  await write.statistics.putSums(FACT_KINDS, [{ tenantId: A.tenantId, subject: {}, at: AT - DAY, counts }])
}

async function addFaults({ write }: MailStore): Promise<void> {
  const made = { tenantId: A.tenantId, createdAt: AT, createdBy: 'Grüße', endsAt: AT + DAY }
  const faults = [
    { target: { applicationId: A.applicationId }, kind: 'slow-reply', delay: 1500 },
    { target: { resourceId: SERVICE.toLowerCase() }, kind: 'throttled', retryAfter: 60 },
  ] as const
  for (const [index, fault] of faults.entries())
    await write.faults.putFault(change(), { ...made, ...fault, faultId: idIn(A, 40 + index) })
}

async function addMail(store: MailStore, messages: number): Promise<void> {
  const recipients = (...names: string[]) => names.map((name) => ({ forwardPath: name, parameters: {} }))
  // Settled first, while nothing else waits.
  const delivered = await enqueue(store, { subject: 'delivered' })
  await settle(store, delivered, 'delivered', true)
  const opened = { tenantId: A.tenantId, source: 'a', subject: 'b', type: 'c', at: AT, data: {} }
  await store.write.engagement.recordEngagement({
    queueId: delivered,
    most: 2,
    event: { ...opened, eventId: idIn(A, 54) },
  })
  const operation = { operationId: idIn(A, 15), requestKey: 'ä', fingerprint: 'f', repeatsSince: 0 }
  await settle(store, await enqueue(store, { subject: 'failed' }, undefined, operation), 'failed')
  await settle(
    store,
    await enqueue(store, { subject: 'deferred', recipients: recipients('a@one', 'b@two') }),
    'deferred',
  )
  const captured = await enqueue(store, { subject: 'captured, large' }, await large(store, 600_000, 1))
  await settle(store, captured, 'delivered', true)
  const shared = await enqueue(store, { subject: 'large' }, await large(store, 1_500_000, 2))
  for (const subject of ['shared', 'shared again'])
    await enqueue(store, { subject, resourceId: OTHER_SERVICE }, { kind: 'stored', size: 1_500_000, contentId: shared })
  await enqueue(store, { subject: 'just above' }, await large(store, 33_000, 3))
  await enqueue(store, { subject: 'empty' }, { kind: 'inline', size: 0, octets: new Uint8Array() })
  // Held by a dispatcher that will not come back.
  assert.ok((await claimAt(store, AT + 1, 2)).length === 2)
  await enqueue(store, { subject: 'in B', ...{ tenantId: B.tenantId, applicationId: B.applicationId } })
  for (let index = 0; index < messages; index += 1) {
    const octets = sampleOctets(200 + index, index)
    await enqueue(store, { receivedAt: AT + index }, { kind: 'inline', size: octets.byteLength, octets })
  }
}

const large = (store: MailStore, size: number, seed: number) => writeContent(store.content, sampleOctets(size, seed))

/** The message is the only one that is due. */
async function settle(store: MailStore, queueId: string, status: 'delivered' | 'failed' | 'deferred', capture = false) {
  const claims = await claimAt(store, AT + 1)
  const claim = claims.find(({ envelope }) => envelope.queueId === queueId)
  assert(claim !== undefined && claims.length === 1)
  const { envelope, content, token } = claim
  if (capture) {
    const paths = envelope.recipients.map(({ forwardPath }) => forwardPath)
    await store.write.captures.addCapture({ ...envelope, id: queueId, recipients: paths, size: content.size }, content)
  }
  const outcomes = claim.recipients.map(({ index }) =>
    outcome(index, index === 1 ? 'delivered' : status, status === 'deferred' ? AT + DAY : undefined),
  )
  assert.deepEqual(await store.write.spool.settle([{ queueId, token, at: AT + 2, outcomes }]), [{ type: 'settled' }])
}
