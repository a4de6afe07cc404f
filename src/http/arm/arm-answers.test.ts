// Every operation of Resource Manager, asked for real: what it answers is what the document of the API says, and the document says nothing
// that no answer shows.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { EVERYONE } from '../../access/access.ts'
import { POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import type { DnsResolver } from '../../dns/dns.ts'
import { type DomainProperties, domainPropertiesOf } from '../../domains/domain-properties.ts'
import { fullNameOf } from '../../domains/verification-records.ts'
import { A, AT, change } from '../../storage/two-tenants.fixture.ts'
import { type AnswerChecker, type ApiDocument, createAnswerChecker } from '../described-answers.fixture.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { type HttpFixture, openHttpFixture, type Program } from '../http.fixture.ts'

const S = `/subscriptions/${A.subscriptionId}`
const GROUP = `${S}/resourceGroups/answers`
const COMMUNICATION = `${GROUP}/providers/Microsoft.Communication`
const SERVICE = `${COMMUNICATION}/communicationServices/answers`
const EMAIL = `${COMMUNICATION}/emailServices/answers`
const DOMAIN = `${EMAIL}/domains/contoso.test`
const MANAGED = `${EMAIL}/domains/AzureManagedDomain`
const LIST = `${DOMAIN}/suppressionLists/all`
const AUTHORIZATION = '/providers/Microsoft.Authorization'

/** A DNS in which every record is another one, but those that are put here. */
const published = new Map<string, string>()
const other = async (name: string) =>
  ({ type: 'found', records: [published.get(name) ?? 'something else'], secure: false }) as const
const none = async () => ({ type: 'none', secure: false }) as const
const dns: DnsResolver = {
  resolveTxt: other,
  resolveCname: other,
  resolveMx: none,
  resolveAddresses: none,
  resolveTlsa: none,
}
const domains = {
  managedSuffix: 'postern.test',
  spfInclude: 'spf.postern.test',
  dkimRecords: 'cname',
  zone: 'dkim.postern.test',
} as const

let http: HttpFixture
let administrator: Program
let checker: AnswerChecker
/** Asks, and gives the body of an answer of the status that is meant. */
let ask: (method: string, path: string, expected: number, json?: unknown) => Promise<Record<string, unknown>>

async function open(dependencies: Partial<HttpDependencies>): Promise<void> {
  http = await openHttpFixture({ dependencies: { dns, domains, ...dependencies } })
  administrator = await http.program(A, POSTERN_ADMINISTRATOR.name)
  const token = await http.token(administrator)
  const document = (await (await http.request('GET', '/openapi.json', { token })).json()) as ApiDocument
  checker ??= createAnswerChecker(document)
  ask = async (method, path, expected, json) => {
    const versioned = `${path}${path.includes('?') ? '&' : '?'}api-version=2025-09-01`
    const answer = await http.request(method, versioned, { token, ...(json === undefined ? {} : { json }) })
    const text = await checker.check({ method, path }, answer)
    assert.equal(answer.status, expected, `${method} ${path}: ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  }
}
before(() => open({}))
after(() => http.close())

const tags = { cost: 'mail' }
const tracked = (properties: object) => ({ location: 'global', tags, properties })
const GROUP_BODY = { location: 'global', tags, managedBy: `${S}/somebody` }

/** What can be read, written anew, and read in a list; `lists` are paths with their queries. */
async function walk(path: string, body: object, { again = 200, lists = [] as readonly string[] } = {}): Promise<void> {
  await ask('PUT', path, 201, body)
  await ask('PUT', path, again, body)
  await ask('GET', path, 200)
  for (const list of lists) await ask('GET', list, 200)
}

test('subscriptions, tenants, locations, providers', async () => {
  for (const path of ['/tenants', '/providers', '/providers/Microsoft.Communication', `${S}/locations`])
    await ask('GET', path, 200)
  for (const path of ['providers', 'providers/Microsoft.Communication']) await ask('GET', `${S}/${path}`, 200)
  for (const namespace of ['Microsoft.Communication', 'Microsoft.Authorization', 'Microsoft.Resources']) {
    const unregistered = namespace === 'Microsoft.Communication' ? 200 : 409
    await ask('POST', `${S}/providers/${namespace}/unregister`, unregistered)
    await ask('POST', `${S}/providers/${namespace}/register`, 200)
  }
  await ask('PUT', `${S}/providers/Microsoft.Resources/tags/default`, 200, { properties: { tags } })
  for (const path of ['/subscriptions', S]) await ask('GET', path, 200)
  const patch = { operation: 'Merge', properties: { tags } }
  await ask('PATCH', `${S}/providers/Microsoft.Resources/tags/default`, 200, patch)
  await ask('GET', `${S}/providers/Microsoft.Resources/tags/default`, 200)
  await ask('DELETE', `${S}/providers/Microsoft.Resources/tags/default`, 200)
})

test('groups and services', async () => {
  // The group of the fixture is less than the API makes.
  await ask('PUT', A.resourceGroupId, 200, GROUP_BODY)
  await walk(GROUP, GROUP_BODY, { lists: [`${S}/resourceGroups`] })
  await ask('PATCH', GROUP, 200, { tags })
  await ask('POST', `${S}/providers/Microsoft.Communication/listVerifiedExchangeOnlineDomains`, 200)
  const emailLists = [`${COMMUNICATION}/emailServices`, `${S}/providers/Microsoft.Communication/emailServices`]
  await walk(EMAIL, tracked({ dataLocation: 'Europe' }), { lists: emailLists })
  await ask('PATCH', EMAIL, 200, { tags })
  const settings = { disableLocalAuth: true, publicNetworkAccess: 'Enabled' }
  const lists = [
    `${COMMUNICATION}/communicationServices`,
    `${S}/providers/Microsoft.Communication/communicationServices`,
  ]
  await walk(SERVICE, tracked({ dataLocation: 'Europe', ...settings }), { lists })
  await ask('PATCH', SERVICE, 200, { tags })
  await ask('POST', `${SERVICE}/listKeys`, 200)
  await ask('POST', `${SERVICE}/regenerateKey`, 200, { keyType: 'Primary' })
  const check = `${S}/providers/Microsoft.Communication/checkNameAvailability`
  for (const name of ['answers', 'free', '-'])
    await ask('POST', check, 200, { name, type: 'Microsoft.Communication/communicationServices' })
  await ask('GET', `${S}/resources?$expand=createdTime,changedTime,provisioningState`, 200)
  await ask('GET', `${GROUP}/resources`, 200)
})

/** One is replaced, the other one is to be. */
async function rotateKeys(): Promise<void> {
  const rotate = (json = {}) => ask('POST', `${MANAGED}/providers/Postern.Mail/rotateDkim`, 200, json)
  const { properties } = (await rotate()) as { properties: DomainProperties }
  const record = properties.dkimRotation?.DKIM?.next?.record
  assert(record !== undefined)
  published.set(fullNameOf(record, properties.fromSenderDomain), record.value)
  await rotate()
  await rotate({ key: 'DKIM2' })
}

/** As the watch leaves a domain whose record is not there any more. */
async function loseRecord(): Promise<void> {
  const domain = await http.storage.read.resources.readResource(DOMAIN)
  assert(domain !== undefined)
  const { verificationStates } = domainPropertiesOf(domain)
  const lost = { status: 'Verified', errorCode: 'RecordNotFound', seen: [] } as const
  const times = { lostSince: new Date(AT).toISOString(), countsUntil: new Date(AT + 1).toISOString() }
  const properties = { ...domain.properties, verificationStates: { ...verificationStates, SPF: { ...lost, ...times } } }
  await http.storage.write.resources.putResource(change(), { ...domain, properties })
  await ask('GET', DOMAIN, 200)
}

test('domains and what is below them', async () => {
  await walk(DOMAIN, tracked({ domainManagement: 'CustomerManaged' }), { lists: [`${EMAIL}/domains`] })
  await walk(MANAGED, tracked({ domainManagement: 'AzureManaged' }))
  await ask('PATCH', DOMAIN, 200, { tags })
  await ask('POST', `${DOMAIN}/initiateVerification`, 200, { verificationType: 'Domain' })
  await ask('POST', `${DOMAIN}/cancelVerification`, 200, { verificationType: 'Domain' })
  await ask('POST', `${DOMAIN}/providers/Postern.Mail/rotateDkim`, 409, {})
  await rotateKeys()
  await loseRecord()
  for (const path of [DOMAIN, MANAGED]) await ask('GET', `${path}/providers/Postern.Mail/dnsRecords`, 200)
  const sender = { properties: { username: 'sales', displayName: 'Sales' } }
  await walk(`${DOMAIN}/senderUsernames/sales`, sender, { lists: [`${DOMAIN}/senderUsernames`] })
  await walk(LIST, { properties: { listName: 'sales' } }, { lists: [`${DOMAIN}/suppressionLists`] })
  const address = { properties: { email: 'no@example.test', firstName: 'No', lastName: 'Mail', notes: 'asked' } }
  const addresses = `${LIST}/suppressionListAddresses`
  await walk(`${addresses}/one`, address, { lists: [addresses] })
})

test('usernames, the device sheet, and links', async () => {
  const { applicationId, tenantId } = A
  await ask('PATCH', SERVICE, 200, { properties: { linkedDomains: [MANAGED] } })
  const { properties } = (await ask('GET', MANAGED, 200)) as { properties: { fromSenderDomain: string } }
  const defaultFrom = `DoNotReply@${properties.fromSenderDomain}`
  const alias = { properties: { username: 'fax', entraApplicationId: applicationId, tenantId, defaultFrom } }
  await walk(`${SERVICE}/smtpUsernames/fax`, alias, { lists: [`${SERVICE}/smtpUsernames`] })
  await ask('GET', `${SERVICE}/providers/Postern.Mail/smtpSettings`, 200)
  await ask('GET', `${SERVICE}/providers/Postern.Mail/smtpSettings?applicationId=${applicationId}`, 200)
  // The fullest of refusals.
  await ask('PATCH', SERVICE, 400, { properties: { linkedDomains: [DOMAIN] } })
})

test('roles, assignments, denials, permissions, operations, the audit log', async () => {
  const [role, assignment, denial] = [randomUUID(), randomUUID(), randomUUID()]
  const permissions = [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }]
  const roleBody = { properties: { roleName: 'Answers', description: '', permissions, assignableScopes: [S] } }
  const roles = `${S}${AUTHORIZATION}/roleDefinitions`
  await walk(`${roles}/${role}`, roleBody, { again: 201, lists: [roles] })
  const roleDefinitionId = `${AUTHORIZATION}/roleDefinitions/${READER.name}`
  const properties = { roleDefinitionId, principalId: A.principalId, description: 'why' }
  const assignments = `${GROUP}${AUTHORIZATION}/roleAssignments`
  await walk(`${assignments}/${assignment}`, { properties }, { lists: [assignments] })
  const principals = [{ id: EVERYONE, type: 'SystemDefined' }]
  const excludePrincipals = [{ id: administrator.principalId, type: 'ServicePrincipal' }]
  const denied = { denyAssignmentName: 'Freeze', permissions, principals, excludePrincipals }
  const denials = `${GROUP}${AUTHORIZATION}/denyAssignments`
  await walk(`${denials}/${denial}`, { properties: denied }, { lists: [denials] })
  const frozen = { principalId: A.principalId, action: 'Microsoft.Communication/communicationServices/read' }
  await ask('POST', `${GROUP}/providers/Postern.Mail/checkAccess`, 200, frozen)
  for (const path of [`${denials}/${denial}`, `${assignments}/${assignment}`, `${roles}/${role}`])
    for (const status of [200, 204]) await ask('DELETE', path, status)
  await ask('GET', `${S}${AUTHORIZATION}/permissions`, 200)
  const checked = { principalId: administrator.principalId }
  for (const action of [{}, { action: '*/read' }])
    await ask('POST', `${S}/providers/Postern.Mail/checkAccess`, 200, { ...checked, ...action })
  await ask('GET', `${S}${AUTHORIZATION}/classicAdministrators`, 200)
  await ask('POST', `${AUTHORIZATION}/elevateAccess`, 403)
  await ask('GET', `${AUTHORIZATION}/providerOperations`, 200)
  await ask('GET', `${AUTHORIZATION}/providerOperations/Microsoft.Communication`, 200)
  await ask('GET', '/providers/Microsoft.Communication/operations', 200)
  await ask('GET', `${S}/providers/Postern.Mail/auditEvents?limit=1`, 200)
})

test('everything is deleted', async () => {
  await ask('PATCH', SERVICE, 200, { properties: { linkedDomains: [] } })
  const paths = [`${LIST}/suppressionListAddresses/one`, LIST, `${DOMAIN}/senderUsernames/sales`, DOMAIN, EMAIL]
  for (const path of [...paths, `${SERVICE}/smtpUsernames/fax`, SERVICE])
    for (const status of [200, 204]) await ask('DELETE', path, status)
  await ask('DELETE', GROUP, 200)
})

test('where operations run long', async () => {
  await http.close()
  await open({ compatibility: 'azure' })
  await ask('PUT', GROUP, 201, GROUP_BODY)
  await ask('PUT', SERVICE, 201, tracked({ dataLocation: 'Europe' }))
  await ask('PUT', EMAIL, 201, tracked({ dataLocation: 'Europe' }))
  await ask('PATCH', EMAIL, 201, { tags })
  await ask('PUT', DOMAIN, 201, tracked({ domainManagement: 'CustomerManaged' }))
  await ask('PATCH', DOMAIN, 201, { tags })
  for (const action of ['initiateVerification', 'cancelVerification'])
    await ask('POST', `${DOMAIN}/${action}`, 202, { verificationType: 'Domain' })
  const { operationId } = await startedOperation()
  const status = `${S}/providers/Microsoft.Communication/locations/global/operationStatuses/${operationId}`
  for (const expected of [202, 200]) await ask('GET', status, expected)
  for (const path of [DOMAIN, EMAIL, SERVICE, GROUP]) await ask('DELETE', path, 202)
})

/** A deletion that nobody has polled yet. */
async function startedOperation(): Promise<{ readonly operationId: string }> {
  const operationId = randomUUID()
  const { tenantId, subscriptionId } = A
  const { principalId } = administrator
  const operation = { operationId, tenantId, subscriptionId, principalId, verb: 'delete', resourceId: GROUP } as const
  await http.storage.write.resources.createAsyncOperation({ ...operation, startedAt: http.state.now })
  return { operationId }
}

test('nothing of the document was missed', () => {
  const isOfArm = (path: string) => /^\/(?:subscriptions|tenants|providers|\{scope\})(?:\/|$)/.test(path)
  // Our own ones without a scope, and those that also go without one, are asked beside what else is no ARM.
  const isElsewhere = (path: string) =>
    path.startsWith('/providers/Postern.Mail/') || /\/Postern\.Mail\/(?:quotas|events|eventSubscriptions)/.test(path)
  checker.assertComplete((path) => isOfArm(path) && !isElsewhere(path))
})
