// The operations beside Resource Manager and Graph, asked for real: the token service, mail, health, metadata, and the document itself.
// What they answer is what the document says, and the document says nothing that no answer shows.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import { CONTRIBUTOR, POSTERN_ADMINISTRATOR } from '../access/built-in-roles.ts'
import { createEngagementLinks } from '../engagement/engagement-links.ts'
import { deriveKeys } from '../keys/installation-key.ts'
import { claimAt, enqueue, inline, outcome, queueIdAt, settleAll } from '../storage/mail-store.fixture.ts'
import { addFact, noCounts } from '../storage/count-facts.ts'
import { FACT_KINDS, STEP } from '../storage/statistics.ts'
import { A, AT, change, domain, emailService } from '../storage/two-tenants.fixture.ts'
import type { DecisionTrace } from '../submission/decision-trace.ts'
import { type AnswerChecker, type ApiDocument, createAnswerChecker } from './described-answers.fixture.ts'
import {
  BASE,
  credentialsForm,
  hideOtherTenants,
  type HttpFixture,
  openHttpFixture,
  type Program,
  putService,
} from './http.fixture.ts'

let http: HttpFixture
let program: Program
let token: string
let checker: AnswerChecker
before(async () => {
  const webhooks = { send: async () => ({ type: 'answer', status: 202, headers: {}, body: Buffer.alloc(0) }) as const }
  http = await openHttpFixture({ dependencies: { webhooks, findFaults: async () => [] } })
  program = await http.program(A, POSTERN_ADMINISTRATOR.name)
  token = await http.token(program)
  const document = (await (await http.request('GET', '/openapi.json', { token })).json()) as ApiDocument
  checker = createAnswerChecker(document)
})
after(() => http.close())

async function ask(method: string, path: string, expected: number, form?: Record<string, string>): Promise<string> {
  const answer = await http.request(method, path, form === undefined ? { token } : { form })
  const text = await checker.check({ method, path }, answer)
  assert.equal(answer.status, expected, `${method} ${path}: ${text}`)
  return text
}

async function send(method: string, path: string, json: object, expected: number): Promise<string> {
  const answer = await http.request(method, path, { token, json })
  const text = await checker.check({ method, path }, answer)
  assert.equal(answer.status, expected, `${method} ${path}: ${text}`)
  return text
}

test('the token service', async () => {
  const tenant = `/${A.tenantId}`
  await ask('POST', `${tenant}/oauth2/v2.0/token`, 200, credentialsForm(program))
  await ask('POST', `${tenant}/oauth2/token`, 200, credentialsForm(program, { resource: BASE }))
  await ask('POST', `${tenant}/oauth2/token`, 401, credentialsForm({ ...program, secret: 'wrong' }, { resource: BASE }))
  for (const name of [A.tenantId, 'common'])
    for (const version of ['', '/v2.0']) await ask('GET', `/${name}${version}/.well-known/openid-configuration`, 200)
  for (const path of ['discovery/keys', 'discovery/v2.0/keys']) await ask('GET', `${tenant}/${path}`, 200)
  const asked = encodeURIComponent(`${BASE}${tenant}/oauth2/v2.0/authorize`)
  await ask('GET', `/common/discovery/instance?api-version=1.1&authorization_endpoint=${asked}`, 200)
})

test('messages and captures', async () => {
  const { tenantId } = A
  const { id: resourceId } = await putService(http.storage, A, 'one')
  const content = inline('Subject: hi\r\n\r\n')
  const ids = [
    await enqueue(http.storage, { resourceId }, content),
    await enqueue(http.storage, { resourceId }, content),
  ]
  const [first = ''] = ids
  for (const id of ids) {
    const envelope = { reversePath: 'a@contoso.test', recipients: ['b@example.test'], subject: 'hi' }
    const capture = { id, tenantId, resourceId, ...envelope, receivedAt: AT, size: content.size }
    await http.storage.write.captures.addCapture(capture, { kind: 'stored', size: content.size, contentId: id })
  }
  const claims = await http.storage.write.spool.claim({ at: AT, limit: 2, leaseUntil: AT + 1000 })
  for (const [place, one] of claims.entries())
    await settleAll(http.storage, one, place === 0 ? 'delivered' : 'deferred', AT)
  for (const path of ['/providers/Postern.Mail/messages', '/capture/messages']) await ask('GET', `${path}?limit=1`, 200)
  for (const id of ids) await ask('GET', `/providers/Postern.Mail/messages/${id}`, 200)
  await ask('GET', `/capture/messages/${first}`, 200)
  assert.match(await ask('GET', `/capture/messages/${first}/raw`, 200), /^Subject: hi/)
  await ask('DELETE', '/capture/messages', 200)
})

/** Settled, with everything that a timeline may tell. */
async function putSettled(): Promise<string> {
  const queueId = await enqueue(http.storage)
  const claim = (await claimAt(http.storage, AT)).find(({ envelope }) => envelope.queueId === queueId)
  const remote = { host: 'mx.test', address: '192.0.2.9', tls: 'TLSv1.3', reply: '550 5.1.1 no' }
  const event = { tenantId: A.tenantId, source: '/s', subject: 's', type: 'T', at: AT, data: { status: 'Failed' } }
  const settlement = {
    ...{ queueId, token: claim?.token ?? '', at: AT },
    outcomes: [{ ...outcome(0, 'failed'), remote }],
    events: [{ ...event, eventId: randomUUID() }],
  }
  assert.deepEqual(await http.storage.write.spool.settle([settlement]), [{ type: 'settled' }])
  return queueId
}

test('decisions and timelines', async () => {
  const queueId = await putSettled()
  const trace: DecisionTrace = {
    stage: 'AUTH',
    at: AT,
    outcome: 'rejected',
    reason: 'access-denied',
    reply: '535 5.7.8 Authentication unsuccessful',
    client: { address: '192.0.2.1', name: 'printer.test' },
    listener: 'submission',
    mechanism: 'PLAIN',
    username: 'fax',
    tenantId: A.tenantId,
    resourceId: A.resourceGroupId,
    applicationId: A.applicationId,
    principalId: A.principalId,
    steps: [{ step: 'access', passed: false, detail: 'a right is missing' }],
    access: {
      scope: A.resourceGroupId,
      requiredActions: ['a/write'],
      missingActions: ['a/write'],
      dataAction: 'a/action',
      assignments: [
        {
          assignmentName: 'n',
          scope: '/',
          roleName: 'Reader',
          principalId: A.principalId,
          verdict: 'role has no such action',
        },
      ],
      deniedBy: 'Freeze',
    },
    sender: 'a@contoso.test',
    queueId,
    suggestions: [
      {
        text: 'Assign it.',
        command: 'postern role assignment create',
        setting: { name: 'sender', value: 'b@contoso.test' },
      },
    ],
  }
  const decision = { references: ['0123456789'], tenantId: A.tenantId, at: AT, trace: JSON.stringify(trace) }
  await http.storage.write.decisions.recordDecisions([decision])
  await ask('GET', '/providers/Postern.Mail/decisions/0123456789', 200)
  await ask('GET', '/providers/Postern.Mail/decisions', 200)
  const operationId = randomUUID()
  const operation = { operationId, requestKey: operationId, fingerprint: 'f', repeatsSince: AT }
  for (const name of ['once', 'twice']) {
    const { id: resourceId } = await putService(http.storage, A, name)
    await enqueue(http.storage, { resourceId }, undefined, operation)
  }
  for (const id of [queueId, '0123456789', operationId])
    await ask('GET', `/providers/Postern.Mail/messages/${id}/timeline`, 200)
})

test('the diagnosis of a login', async () => {
  const path = '/providers/Postern.Mail/diagnoseLogin'
  const { id: scope } = await putService(http.storage, A, 'diagnosed')
  const sender = await http.program(A, CONTRIBUTOR.name, scope)
  const denied = await http.program(A, CONTRIBUTOR.name, scope)
  await http.storage.write.roles.putDenyAssignment(change(), A.tenantId, {
    name: randomUUID(),
    denyAssignmentName: 'Freeze',
    description: '',
    scope,
    doNotApplyToChildScopes: false,
    permissions: [{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }],
    principals: [denied.principalId],
    excludePrincipals: [],
  })
  const usernames = ['fax', ...['diagnosed', 'diagnose'].map((name) => `${name}.${sender.applicationId}.${A.tenantId}`)]
  const questions = [...usernames, `diagnosed.${denied.applicationId}.${A.tenantId}`].map((username) => ({ username }))
  for (const json of questions) {
    const answer = await http.request('POST', path, { token, json })
    await checker.check({ method: 'POST', path }, answer)
    assert.equal(answer.status, 200)
  }
})

test('a test message', async () => {
  const path = '/providers/Postern.Mail/sendTest'
  const { id: scope, name } = await putService(http.storage, A, 'tested')
  const device = await http.program(A, CONTRIBUTOR.name, scope)
  const username = `${name}.${device.applicationId}.${A.tenantId}`
  const message = { username, from: 'a@contoso.test', to: 'b@example.test' }
  await send('POST', path, { ...message, password: 'wrong' }, 200)
  await send('POST', path, { ...message, password: device.secret }, 200)
})

test('credentials', async () => {
  const { tenantId, applicationId, keyId } = program
  const use = { tenantId, applicationId, keyId, at: AT, network: '192.0.2.1', door: 'smtp', username: 'fax' } as const
  await http.storage.write.credentials.recordUses([use])
  const path = '/providers/Postern.Mail/credentials'
  for (const query of ['?limit=1', '?limit=1000']) await ask('GET', `${path}${query}`, 200)
  await ask('GET', `/providers/Postern.Mail/credentialDevices?applicationId=${applicationId}`, 200)
  const rotation = `/providers/Postern.Mail/applications/${applicationId}/rotateSecret`
  const answer = await http.request('POST', rotation, { token, json: { overlap: 60 } })
  await checker.check({ method: 'POST', path: rotation }, answer)
  assert.equal(answer.status, 200)
  const devicePassword = `/providers/Postern.Mail/applications/${applicationId}/devicePassword`
  const made = await http.request('POST', devicePassword, { token, json: { displayName: 'copier' } })
  await checker.check({ method: 'POST', path: devicePassword }, made)
  assert.equal(made.status, 200)
})

/** What waits, with a reply from the last attempt, and a hold on it. */
async function putQueue(): Promise<{ readonly waiting: string; readonly held: string }> {
  const { id: resourceId } = await putService(http.storage, A, 'queue')
  const content = inline('Subject: hi\r\n\r\n')
  const waiting = await enqueue(http.storage, { resourceId }, content)
  const held = await enqueue(http.storage, { resourceId, reversePath: 'b@contoso.test' }, content)
  for (const { envelope, token } of await claimAt(http.storage, AT)) {
    const remote = { host: 'mx.example.test', reply: '450 4.2.0 later' }
    const outcomes = [{ ...outcome(0, 'deferred', AT + 1000), remote }]
    await http.storage.write.spool.settle([{ queueId: envelope.queueId, token, at: AT, outcomes }])
  }
  return { waiting, held }
}

test('the queue, holds and destinations', async () => {
  const { waiting, held } = await putQueue()
  const collection = '/providers/Postern.Mail/queue'
  const post = async (path: string, json: object) => {
    const answer = await http.request('POST', path, { token, json })
    const text = await checker.check({ method: 'POST', path }, answer)
    assert.equal(answer.status, 200, text)
    return JSON.parse(text) as { readonly value: readonly { readonly id: string }[] }
  }
  const selection = { applicationId: A.applicationId, sender: 'b@contoso.test', destination: 'example.com' }
  await post(`${collection}/hold`, { ...selection, reason: 'x' })
  const { value } = await post(`${collection}/hold`, { ids: [held] })
  for (const path of [`${collection}?limit=1`, `${collection}/${held}`, '/providers/Postern.Mail/holds?limit=2'])
    await ask('GET', path, 200)
  for (const path of [collection, `${collection}/${waiting}`, '/providers/Postern.Mail/holds', `${collection}groups`])
    await ask('GET', path, 200)
  await ask('DELETE', `/providers/Postern.Mail/holds/${value[0]?.id}`, 204)
  await post(`${collection}/retry`, { everything: true })
  for (let count = 0; count < 50; count++) await enqueue(http.storage, { reversePath: 'c@contoso.test' })
  for (const path of ['retry', 'delete']) await post(`${collection}/${path}`, { sender: 'c@contoso.test' })
  const limits = { initial: 2, most: 5 }
  const asked = { destination: 'mx', limits, inUse: 1, wanted: 1, messages: 0, successes: 0, failures: 1, reply: '421' }
  const backOff = { first: 1000, most: 1000, jitter: 0 }
  const exchange = { node: 'n', at: AT, until: AT + 1000, backOff, requests: [asked] }
  await http.storage.write.destinations.exchangePermits(exchange)
  const showAll = hideOtherTenants(http.storage)
  await ask('GET', '/providers/Postern.Mail/destinations', 200)
  showAll()
})

test('suppressions', async () => {
  const collection = '/providers/Postern.Mail/suppressions'
  const path = `${collection}/b@example.test`
  for (const status of [201, 200]) {
    const answer = await http.request('PUT', path, { token, json: { expiresAt: '2030-02-01T00:00:00Z' } })
    await checker.check({ method: 'PUT', path }, answer)
    assert.equal(answer.status, status)
  }
  const bounced = await enqueue(http.storage)
  const claims = await claimAt(http.storage, AT)
  const claim = claims.find(({ envelope }) => envelope.queueId === bounced)
  const bounce = { tenantId: A.tenantId, address: 'a@example.test', detail: '550 5.1.1', queueId: bounced, at: AT }
  const settlement = { queueId: bounced, token: claim?.token ?? '', at: AT, outcomes: [outcome(0, 'failed')] }
  await http.storage.write.spool.settle([{ ...settlement, suppressions: [bounce] }])
  for (const asked of [`${collection}?limit=1`, path]) await ask('GET', asked, 200)
  for (const status of [200, 204]) await ask('DELETE', path, status)
})

test('quotas', async () => {
  const service = await putService(http.storage, A, 'limited')
  const parent = emailService(A, 'limited')
  const sending = domain(A, 'limited', 'limited.test')
  for (const resource of [parent, sending]) await http.storage.write.resources.putResource(change(), resource)
  for (const place of [
    `/providers/Postern.Mail/applications/${A.applicationId}`,
    ...[service, sending].map(onResource),
  ])
    await askForQuotas(`${place}/quotas/default`)
})

const onResource = ({ id }: { readonly id: string }) => `${id}/providers/Postern.Mail`

async function askForQuotas(path: string): Promise<void> {
  for (const status of [201, 200]) {
    const windows = { minute: 3, hour: 4, day: 5 }
    await send('PUT', path, { properties: { limits: { messages: windows, recipients: windows } } }, status)
  }
  for (const asked of ['/providers/Postern.Mail/quotas', path]) await ask('GET', asked, 200)
  for (const status of [200, 204]) await ask('DELETE', path, status)
}

test('login limits', async () => {
  const subject = { kind: 'tenant', key: 'k', shown: A.tenantId, tenantId: A.tenantId } as const
  const charges = [{ subject, count: 3, cost: 30_000, ceiling: 1_200_000 }]
  await http.storage.write.loginLimits.recordAttempts({ at: AT, charges, refunds: [], known: [], trim: false })
  const path = '/providers/Postern.Mail/loginLimits'
  await ask('GET', path, 200)
  const cleared = await http.request('POST', `${path}/clear`, { token, json: { scope: 'tenant' } })
  await checker.check({ method: 'POST', path: `${path}/clear` }, cleared)
  assert.equal(cleared.status, 204)
})

test('identity providers', async () => {
  const collection = '/providers/Postern.Mail/identityProviders'
  const path = `${collection}/${A.tenantId}`
  const put = async (properties: object, expected: number) => {
    const answer = await http.request('PUT', path, { token, json: { properties } })
    await checker.check({ method: 'PUT', path }, answer)
    assert.equal(answer.status, expected)
  }
  const ca = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  await put({ provider: 'entra', entra: { authority: 'usgov' }, recheck: 'interval', ca }, 201)
  const signIn = { clientId: randomUUID() }
  await put({ provider: 'oidc', signIn, oidc: { issuer: 'https://issuer.example.test', groupsClaim: 'groups' } }, 200)
  for (const asked of [collection, path]) await ask('GET', asked, 200)
  await ask('DELETE', path, 200)
  await ask('DELETE', path, 204)
})

test('statistics', async () => {
  const { statistics, watches } = http.storage.write
  const counts = noCounts()
  addFact(counts, { ...FACT, kind: 'outcome', status: 'delivered', latency: 10 })
  addFact(counts, { ...FACT, kind: 'refusal', reason: 'wrong-secret', attempts: 1 })
  await statistics.putSums(FACT_KINDS, [{ tenantId: A.tenantId, subject: {}, at: AT - STEP, counts }])
  const turn = { name: 'statistics', holder: 'here' }
  await watches.takeTurn({ ...turn, at: AT, until: AT + 1 })
  await watches.endTurn({ ...turn, dueAt: 0, position: String(AT) })
  await ask('GET', '/providers/Postern.Mail/statistics', 200)
})
const FACT = { tenantId: A.tenantId, resourceKey: '', applicationId: '', at: AT }

test('events and who is told of them', async () => {
  await askForEvents('/providers/Postern.Mail', '/')
  const service = await putService(http.storage, A, 'watched')
  await askForEvents(onResource(service), service.id)
})

async function askForEvents(place: string, scope: string): Promise<void> {
  const path = `${place}/eventSubscriptions/monitor`
  const properties = { endpointUrl: 'https://receiver.example.test/hook', headers: { 'x-key': 'k' } }
  const ca = rootCertificates[0]
  for (const status of [201, 200])
    await send('PUT', path, { properties: { ...properties, eventTypes: ['A'], ca } }, status)
  const { read, write } = http.storage
  const stored = await read.webhooks.readEventSubscription(A.tenantId, scope, 'monitor')
  await ask('GET', `/webhook-validation/${stored?.subscriptionId}/${stored?.validation?.code}`, 200)
  for (const asked of [`${place}/eventSubscriptions`, path]) await ask('GET', asked, 200)
  const event = { tenantId: A.tenantId, source: scope, subject: 'b', type: 'A', at: AT, data: {} }
  await write.events.appendEvents([0, 1].map(() => ({ ...event, eventId: queueIdAt(AT) })))
  await write.webhooks.spreadEvents(10, AT)
  const { subscriptionId = '' } = stored ?? {}
  const [claimed] = await write.webhooks.claimDeliveries({ subscriptionId, at: AT, leaseUntil: AT + 1, limit: 1 })
  await write.webhooks.settleDelivery({
    subscriptionId,
    eventId: claimed?.event.eventId ?? '',
    token: claimed?.token ?? 0,
    attempt: { at: AT, status: 404, detail: 'it answers 404' },
    outcome: { type: 'pending', nextAt: AT + 1 },
  })
  for (const asked of [`${path}/deliveries?limit=1`, `${path}/deliveries`, `${place}/events?limit=1`])
    await ask('GET', asked, 200)
  await send('POST', `${path}/replay`, { from: new Date(AT).toISOString() }, 200)
  for (const body of [{}, { endOldSecrets: true }]) await send('POST', `${path}/rotateSecret`, body, 200)
  for (const status of [200, 204]) await ask('DELETE', path, status)
}

test('faults on request', async () => {
  const path = '/providers/Postern.Mail/faults'
  const { id: communicationServiceId } = await putService(http.storage, A, 'faulty')
  await send('POST', path, { kind: 'slow-reply', delay: 10, communicationServiceId }, 201)
  const asked = { kind: 'throttled', retryAfter: 10, applicationId: A.applicationId }
  const { id } = JSON.parse(await send('POST', path, asked, 201)) as { id: string }
  await ask('GET', path, 200)
  await ask('DELETE', `${path}/${id}`, 204)
})

test('the links of tracked mail', async () => {
  const links = createEngagementLinks(deriveKeys(Buffer.alloc(32, 7)).engagementKey, BASE)
  const queueId = queueIdAt(AT)
  const pathOf = (link: string) => link.slice(BASE.length)
  await ask('GET', pathOf(links.linkOf({ kind: 'view', queueId })), 200)
  await ask('GET', pathOf(links.linkOf({ kind: 'click', queueId, target: 'https://a.test/' })), 302)
})

test('health, metrics, metadata and the document', async () => {
  await ask('GET', '/health/live', 200)
  await ask('GET', '/health/ready', 200)
  http.state.readiness = { ready: false, waitingFor: ['smtp'] }
  await ask('GET', '/health/ready', 503)
  const showAll = hideOtherTenants(http.storage)
  await ask('GET', '/metrics', 200)
  showAll()
  for (const version of ['2015-01-01', '2019-05-01', '2022-09-01'])
    await ask('GET', `/metadata/endpoints?api-version=${version}`, 200)
  await ask('GET', '/openapi.json', 200)
})

test('nothing of the document was missed', () => {
  const isElsewhere = (path: string) => /^\/(?:emails.*|v1\.0|subscriptions|tenants|\{scope\})(?:\/|$)/.test(path)
  const isOfArm = (path: string) => /^\/providers(?!\/Postern\.Mail)/.test(path)
  const isOurs = (path: string) => /\/Postern\.Mail\/(?:quotas|events|eventSubscriptions)/.test(path)
  checker.assertComplete((path) => isOurs(path) || (!isElsewhere(path) && !isOfArm(path)), ['Error'])
})
