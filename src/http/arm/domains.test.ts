// Domains over HTTP: what is issued when they are made, what may be changed, who may check them, and what a check leaves behind. The
// DNS is a zone of the test, asked through the real resolver.

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { type DnsZone, openDnsZone } from '../../../test/fixtures/dns-zone.ts'
import { CONTRIBUTOR, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { createPacketResolver } from '../../dns/packet-resolver.ts'
import { A, B, change, emailService } from '../../storage/two-tenants.fixture.ts'
import type { TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, putService, sealer, VERSION } from '../http.fixture.ts'

const RG = `${A.resourceGroupId}/providers/Microsoft.Communication`
const EMAIL = `${RG}/emailServices/mail`
const DOMAIN = `${EMAIL}/domains/contoso.test`
const MANAGED = `${EMAIL}/domains/AzureManagedDomain`
const CUSTOMER = { location: 'global', properties: { domainManagement: 'CustomerManaged' } }
const AZURE = { location: 'global', properties: { domainManagement: 'AzureManaged' } }
const TYPES = ['Domain', 'SPF', 'DKIM', 'DKIM2', 'DMARC'] as const

type Type = (typeof TYPES)[number]
type DnsRecord = { type: 'TXT' | 'CNAME'; name: string; value: string; ttl: number }
type State = { status: string; errorCode: string; seen?: string[] }
type Body = {
  id: string
  name: string
  location: string
  tags?: Record<string, string>
  properties: Record<string, unknown> & {
    fromSenderDomain: string
    verificationStates: Record<Type, State>
    verificationRecords: Record<Type, DnsRecord>
    linkedDomains?: string[]
  }
  error: { code: string; message: string; target?: string }
  value: Body[]
}

let zone: DnsZone
let http: HttpFixture
let administrator: string
before(async () => {
  zone = await openDnsZone()
})
after(() => zone.close())
beforeEach(async () => {
  http = await openHttpFixture({
    dependencies: { dns: createPacketResolver({ servers: [zone.server], timeout: 300 }) },
  })
  for (const tenant of [A, B]) {
    const service = emailService(tenant, 'mail')
    await http.storage.write.resources.putResource(change(), { ...service, properties: { dataLocation: 'Europe' } })
  }
  administrator = await http.token(await http.program(A, POSTERN_ADMINISTRATOR.name))
})
afterEach(async () => {
  zone.clear()
  await http.close()
})

type Answer = { status: number; body: Body; headers: Headers }
async function ask(method: string, path: string, json?: unknown, token = administrator, headers = {}): Promise<Answer> {
  const response = await http.request(method, `${path}?${VERSION}`, {
    token,
    headers,
    ...(json === undefined ? {} : { json }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body, headers: response.headers }
}

const create = async (path = DOMAIN, json: unknown = CUSTOMER) => {
  const { status, body } = await ask('PUT', path, json)
  assert.equal(status, 201, JSON.stringify(body))
  return body
}
const verify = (type: string, path = DOMAIN) => ask('POST', `${path}/initiateVerification`, { verificationType: type })
const stateOf = async (type: Type) => (await ask('GET', DOMAIN)).body.properties.verificationStates[type]

/** Publishes the records as they are shown: names are the domain itself or stand below it. */
function publish({ properties }: Body, ...types: readonly Type[]): void {
  for (const type of types) {
    const { name, value, type: kind } = properties.verificationRecords[type]
    const isApex = name === properties.fromSenderDomain
    zone.add(isApex ? name : `${name}.${properties.fromSenderDomain}`, { type: kind, value })
  }
}

test('a customer domain is made with all its records, nothing verified, and DoNotReply', async () => {
  const { properties, ...body } = await create()
  const none = { status: 'NotStarted', errorCode: '' }
  const { verificationRecords: records, ...others } = properties
  assert.deepEqual([body.id, body.name, body.location], [DOMAIN, 'contoso.test', 'global'])
  assert.deepEqual(others, {
    provisioningState: 'Succeeded',
    dataLocation: 'Europe',
    fromSenderDomain: 'contoso.test',
    mailFromSenderDomain: 'contoso.test',
    domainManagement: 'CustomerManaged',
    userEngagementTracking: 'Disabled',
    verificationStates: { Domain: none, SPF: none, DKIM: none, DKIM2: none, DMARC: none },
  })
  const [, digits] = /^pst1-([0-9a-f]{8})\._domainkey$/.exec(records.DKIM.name) ?? []
  assert.match(records.Domain.value, /^postern-domain-verification=[0-9a-f-]{36}$/)
  assert.match(records.DKIM.value, /^v=DKIM1; k=rsa; p=[A-Za-z0-9+/=]{392}$/)
  assert.match(records.DKIM2.value, /^v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=$/)
  const text = { type: 'TXT', ttl: 3600 }
  assert.deepEqual(records, {
    Domain: { ...text, name: 'contoso.test', value: records.Domain.value },
    SPF: { ...text, name: 'contoso.test', value: 'v=spf1 include:spf.postern.test -all' },
    DKIM: { ...text, name: `pst1-${digits}._domainkey`, value: records.DKIM.value },
    DKIM2: { ...text, name: `pst2-${digits}._domainkey`, value: records.DKIM2.value },
    DMARC: { ...text, name: '_dmarc', value: 'v=DMARC1; p=none' },
  })
  const { body: senders } = await ask('GET', `${DOMAIN}/senderUsernames`)
  assert.deepEqual(
    senders.value.map((sender) => [sender.name, sender.properties['username']]),
    [['donotreply', 'DoNotReply']],
  )
})

test('a managed domain is a new name below the suffix, verified at once, one for each email service', async () => {
  const { properties } = await create(MANAGED, AZURE)
  assert.match(properties.fromSenderDomain, /^[0-9a-f-]{36}\.postern\.test$/)
  for (const type of TYPES) assert.deepEqual(properties.verificationStates[type], { status: 'Verified', errorCode: '' })
  const again = await ask('PUT', MANAGED.toLowerCase(), AZURE)
  assert.deepEqual([again.status, again.body.properties.fromSenderDomain], [200, properties.fromSenderDomain])
})

test('private keys are sealed and told by nobody', async () => {
  await create()
  const records = await http.storage.read.sealed.listSealed('dkim-key')
  assert.equal(records.length, 2)
  const audit = await http.storage.read.audit.listAudit(A.tenantId, 1000)
  const told = JSON.stringify([(await ask('GET', DOMAIN)).body, audit, http.state.log])
  for (const { recordId, sealed } of records) {
    const opened = sealer.open(recordId, 'dkim-key', sealed)
    assert(opened !== undefined)
    // The end of a PKCS #8 is private in both algorithms.
    assert(!told.includes(Buffer.from(opened.slice(-30)).toString('base64')))
    assert(!Buffer.from(sealed).includes(opened.slice(-30)))
  }
})

const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(36)}`
const refused: readonly [string, string, unknown, number, string, string | undefined][] = [
  ['no location', DOMAIN, { properties: CUSTOMER.properties }, 400, 'LocationRequired', 'location'],
  ['no management', DOMAIN, { location: 'global' }, 400, 'InvalidRequestContent', 'properties.domainManagement'],
  [
    'a management that is not offered',
    DOMAIN,
    { location: 'global', properties: { domainManagement: 'CustomerManagedInExchangeOnline' } },
    400,
    'InvalidRequestContent',
    'properties.domainManagement',
  ],
  [
    'a tracking that is none',
    DOMAIN,
    { location: 'global', properties: { domainManagement: 'CustomerManaged', userEngagementTracking: 'On' } },
    400,
    'InvalidRequestContent',
    'properties.userEngagementTracking',
  ],
  ['no domain name', `${EMAIL}/domains/contoso`, CUSTOMER, 400, 'InvalidResourceName', 'name'],
  ['an address', `${EMAIL}/domains/192.0.2.1`, CUSTOMER, 400, 'InvalidResourceName', 'name'],
  ["a managed domain's name", MANAGED, CUSTOMER, 400, 'InvalidResourceName', 'name'],
  ['a managed domain by another name', DOMAIN, AZURE, 400, 'InvalidResourceName', 'name'],
  ['a name below the suffix', `${EMAIL}/domains/x.Postern.test`, CUSTOMER, 400, 'InvalidResourceName', 'name'],
  ['a name too long for DKIM', `${EMAIL}/domains/${long}.test`, CUSTOMER, 400, 'InvalidResourceName', 'name'],
  ['no email service', `${RG}/emailServices/none/domains/a.test`, CUSTOMER, 404, 'ParentResourceNotFound', undefined],
]
for (const [name, path, json, status, code, target] of refused) {
  test(`not made: ${name}`, async () => {
    const answer = await ask('PUT', path, json)
    assert.deepEqual([answer.status, answer.body.error.code, answer.body.error.target], [status, code, target])
    assert.equal((await ask('GET', path)).status, 404)
  })
}

test('a PUT over it keeps states and records, and replaces tags and tracking', async () => {
  const made = await create(DOMAIN, { ...CUSTOMER, tags: { a: '1' } })
  publish(made, 'Domain')
  await verify('Domain')
  const properties = { domainManagement: 'customermanaged', userEngagementTracking: 'enabled' }
  const { status, body } = await ask('PUT', DOMAIN.toUpperCase(), { location: 'GLOBAL', tags: { b: '2' }, properties })
  assert.equal(status, 200)
  assert.deepEqual([body.id, body.location, body.tags], [DOMAIN, 'global', { b: '2' }])
  assert.equal(body.properties['userEngagementTracking'], 'Enabled')
  assert.equal(body.properties.verificationStates.Domain.status, 'Verified')
  assert.deepEqual(body.properties.verificationRecords, made.properties.verificationRecords)
  const bare = await ask('PUT', DOMAIN, CUSTOMER)
  assert.deepEqual([bare.body.tags, bare.body.properties['userEngagementTracking']], [undefined, 'Disabled'])
})

test('a PATCH changes what it names', async () => {
  await create(DOMAIN, { ...CUSTOMER, tags: { a: '1' } })
  const tracked = await ask('PATCH', DOMAIN, { properties: { userEngagementTracking: 'Enabled' } })
  assert.deepEqual([tracked.status, tracked.body.tags], [200, { a: '1' }])
  const tagged = await ask('PATCH', DOMAIN, { tags: { b: '2' } })
  assert.deepEqual([tagged.body.tags, tagged.body.properties['userEngagementTracking']], [{ b: '2' }, 'Enabled'])
  assert.equal((await ask('PATCH', `${DOMAIN}x`, {})).body.error.code, 'ResourceNotFound')
})

const immutable: readonly [string, unknown, string, string][] = [
  [
    'PUT',
    { location: 'global', properties: { domainManagement: 'AzureManaged' } },
    'PropertyChangeNotAllowed',
    'properties.domainManagement',
  ],
  ['PUT', { ...CUSTOMER, location: 'westeurope' }, 'InvalidResourceLocation', 'location'],
  [
    'PATCH',
    { properties: { domainManagement: 'AzureManaged' } },
    'PropertyChangeNotAllowed',
    'properties.domainManagement',
  ],
  ['PATCH', { location: 'westeurope' }, 'InvalidResourceLocation', 'location'],
]
for (const [method, json, code, target] of immutable) {
  test(`${method} cannot change ${target}`, async () => {
    await create()
    const { status, body } = await ask(method, DOMAIN, json)
    assert.deepEqual([status, body.error.code, body.error.target], [409, code, target])
  })
}

test('a write that names another etag than the stored one does nothing', async () => {
  await create()
  const stale = { 'if-match': '"other"' }
  for (const [method, json] of [
    ['PUT', CUSTOMER],
    ['PATCH', { tags: {} }],
    ['DELETE', undefined],
  ] as const)
    assert.equal((await ask(method, DOMAIN, json, administrator, stale)).status, 412, method)
  assert.equal((await ask('GET', DOMAIN)).status, 200)
})

test('publish as shown, verify in order, link, and lose the link with the proof', async () => {
  const made = await create()
  publish(made, ...TYPES)
  for (const type of TYPES) {
    const { status, body } = await verify(type)
    assert.equal(status, 200)
    assert.deepEqual(body.properties.verificationStates[type], { status: 'Verified', errorCode: '' })
  }
  const service = await putService(http.storage, A, 'contoso', [DOMAIN])
  zone.clear()
  assert.equal((await verify('Domain')).status, 200)
  assert.deepEqual(await stateOf('Domain'), { status: 'VerificationFailed', errorCode: 'RecordNotFound', seen: [] })
  assert.deepEqual((await ask('GET', service.id)).body.properties.linkedDomains, [])
})

test('as Azure answers: a check is an operation to be polled, done all the same', async () => {
  const azure = await openHttpFixture({
    dependencies: { compatibility: 'azure', dns: createPacketResolver({ servers: [zone.server], timeout: 300 }) },
  })
  await azure.storage.write.resources.putResource(change(), {
    ...emailService(A, 'mail'),
    properties: { dataLocation: 'Europe' },
  })
  const token = await azure.token(await azure.program(A, POSTERN_ADMINISTRATOR.name))
  const put = await azure.request('PUT', `${DOMAIN}?${VERSION}`, { token, json: CUSTOMER })
  publish((await put.json()) as Body, 'Domain')
  const json = { verificationType: 'Domain' }
  const begun = await azure.request('POST', `${DOMAIN}/initiateVerification?${VERSION}`, { token, json })
  assert.equal(begun.status, 202)
  const polls: number[] = []
  for (const _ of [1, 2])
    polls.push((await azure.request('GET', begun.headers.get('location') ?? '', { token })).status)
  assert.deepEqual(polls, [202, 200])
  const { properties } = (await (await azure.request('GET', `${DOMAIN}?${VERSION}`, { token })).json()) as Body
  assert.equal(properties.verificationStates.Domain.status, 'Verified')
  await azure.close()
})

test('ownership first', async () => {
  publish(await create(), ...TYPES)
  for (const type of ['SPF', 'DKIM', 'DKIM2', 'DMARC']) {
    const { status, body } = await verify(type)
    assert.deepEqual([status, body.error.code], [409, 'DomainOwnershipNotVerified'])
  }
})

test('what is wrong is told with what was seen', async () => {
  await create()
  zone.publish('contoso.test', { type: 'TXT', value: 'postern-domain-verification=other' })
  const { status, body } = await verify('domain')
  assert.equal(status, 200)
  assert.deepEqual(body.properties.verificationStates.Domain, {
    status: 'VerificationFailed',
    errorCode: 'RecordMismatch',
    seen: ['postern-domain-verification=other'],
  })
})

test('where the DNS does not answer, the domain is not blamed', async () => {
  publish(await create(), 'Domain')
  await verify('Domain')
  zone.state.mood = 'SERVFAIL'
  const { status, body, headers } = await verify('Domain')
  assert.deepEqual([status, body.error.code, headers.get('retry-after')], [503, 'DnsUnavailable', '5'])
  assert.match(body.error.message, /SERVFAIL/)
  assert.deepEqual(await stateOf('Domain'), { status: 'Verified', errorCode: '' })
})

test('a verification is taken back', async () => {
  publish(await create(), 'Domain')
  await verify('Domain')
  const { status, body } = await ask('POST', `${DOMAIN}/cancelVerification`, { verificationType: 'Domain' })
  assert.equal(status, 200)
  assert.deepEqual(body.properties.verificationStates.Domain, { status: 'NotStarted', errorCode: '' })
})

for (const action of ['initiateVerification', 'cancelVerification']) {
  for (const [name, json] of [
    ['no type', {}],
    ['an unknown type', { verificationType: 'MX' }],
  ] as const) {
    test(`${action} with ${name} is refused`, async () => {
      await create()
      const { status, body } = await ask('POST', `${DOMAIN}/${action}`, json)
      assert.deepEqual([status, body.error.code, body.error.target], [400, 'InvalidRequestContent', 'verificationType'])
    })
  }
  test(`${action} of what is not there`, async () => {
    const { status, body } = await ask('POST', `${DOMAIN}/${action}`, { verificationType: 'SPF' })
    assert.deepEqual([status, body.error.code], [404, 'ResourceNotFound'])
  })
}

test('a linked domain is not deleted; without the link it goes with all that is below it', async () => {
  await create(MANAGED, AZURE)
  const service = await putService(http.storage, A, 'contoso', [MANAGED])
  const { status, body } = await ask('DELETE', MANAGED)
  assert.equal(status, 409)
  assert(body.error.message.includes(service.id))
  const owner = await http.token(await http.program(A, CONTRIBUTOR.name, EMAIL))
  const other = await ask('DELETE', MANAGED, undefined, owner)
  assert.equal(other.status, 409)
  assert(!other.body.error.message.includes(service.id))
  await putService(http.storage, A, 'contoso')
  assert.equal((await ask('DELETE', MANAGED)).status, 200)
  assert.equal((await ask('DELETE', MANAGED)).status, 204)
  assert.equal(await http.storage.read.resources.readResource(`${MANAGED}/senderUsernames/donotreply`), undefined)
  assert.deepEqual(await http.storage.read.sealed.listSealed('dkim-key'), [])
})

test('each call needs its action: a reader reads, and nobody of another tenant finds anything', async () => {
  await create()
  const reader = await http.token(await http.program(A, READER.name))
  const stranger = await http.token(await http.program(B, POSTERN_ADMINISTRATOR.name))
  const type = { verificationType: 'SPF' }
  const calls: readonly [string, string, unknown][] = [
    ['PUT', DOMAIN, CUSTOMER],
    ['PATCH', DOMAIN, {}],
    ['POST', `${DOMAIN}/initiateVerification`, type],
    ['POST', `${DOMAIN}/cancelVerification`, type],
    ['POST', `${DOMAIN}/providers/Postern.Mail/rotateDkim`, {}],
    ['DELETE', DOMAIN, undefined],
  ]
  for (const [method, path, json] of calls) {
    assert.equal((await ask(method, path, json, reader)).body.error.code, 'AuthorizationFailed', method)
    assert.equal((await ask(method, path, json, stranger)).body.error.code, 'SubscriptionNotFound', method)
  }
  for (const path of [DOMAIN, `${DOMAIN}/providers/Postern.Mail/dnsRecords`])
    assert.equal((await ask('GET', path, undefined, reader)).status, 200)
})

test('what the DNS has now is told, and changes nothing', async () => {
  const { properties } = await create()
  publish({ properties } as Body, 'Domain', 'DKIM')
  zone.add('contoso.test', { type: 'MX', preference: 20, value: 'b.test' })
  zone.add('contoso.test', { type: 'MX', preference: 10, value: 'a.test' })
  type Observed = { check: string; status: string; errorCode: string; seen: string[] }
  const observe = async () => {
    const { status, body } = await ask('GET', `${DOMAIN}/providers/Postern.Mail/dnsRecords`)
    assert.equal(status, 200)
    return (body as unknown as { value: Observed[] }).value
  }
  assert.deepEqual(
    (await observe()).map(({ check, status, errorCode, seen }) => [check, status, errorCode, seen]),
    [
      ['Domain', 'AsIssued', '', []],
      ['SPF', 'Different', 'RecordNotFound', [properties.verificationRecords.Domain.value]],
      ['DKIM', 'AsIssued', '', []],
      ['DKIM2', 'Different', 'RecordNotFound', []],
      ['DMARC', 'Different', 'RecordNotFound', []],
      ['MX', 'AsIssued', '', ['10 a.test.', '20 b.test.']],
    ],
  )
  assert.equal((await stateOf('Domain')).status, 'NotStarted')
  zone.state.mood = 'SERVFAIL'
  assert.deepEqual(new Set((await observe()).map(({ status }) => status)), new Set(['Unknown']))
})

test('a key is rotated: made, looked for, changed over; too early, unproven and unknown are refused', async () => {
  const { properties } = await create()
  const rotate = (json: unknown = {}, path = DOMAIN) => ask('POST', `${path}/providers/Postern.Mail/rotateDkim`, json)
  assert.equal((await rotate()).body.error.code, 'DomainOwnershipNotVerified')
  publish({ properties } as Body, 'Domain')
  await verify('Domain')
  const rotation = ({ body }: Answer) =>
    body.properties['dkimRotation'] as Record<Type, { next?: { record: DnsRecord } }>
  const begun = await rotate({ key: 'DKIM2' })
  const { record } = rotation(begun).DKIM2.next ?? {}
  assert.equal(begun.status, 200)
  assert.match(record?.name ?? '', /^pst4-/)
  zone.add(`${record?.name}.contoso.test`, { type: 'TXT', value: record?.value ?? '' })
  const done = await rotate()
  assert.deepEqual(done.body.properties.verificationRecords.DKIM2, record)
  assert.deepEqual(Object.keys(rotation(done).DKIM2), ['previous', 'rotatedAt'])
  const early = await rotate({ key: 'DKIM2' })
  assert.deepEqual([early.status, early.body.error.code], [409, 'DkimRotationTooEarly'])
  assert.equal((await rotate({ key: 'SPF' })).status, 400)
  assert.equal((await rotate({}, `${EMAIL}/domains/none.test`)).status, 404)
  assert.equal((await rotate({}, EMAIL)).body.error.code, 'InvalidResourceType')
  zone.state.mood = 'SERVFAIL'
  await rotate()
  assert.equal((await rotate()).body.error.code, 'DnsUnavailable')
})

test('a managed domain is rotated too: its owner is the operator', async () => {
  await create(MANAGED, AZURE)
  const { status, body } = await ask('POST', `${MANAGED}/providers/Postern.Mail/rotateDkim`, {})
  assert.equal(status, 200)
  const { DKIM } = body.properties['dkimRotation'] as { DKIM: { next: { record: DnsRecord } } }
  assert.deepEqual([DKIM.next.record.type, DKIM.next.record.name.slice(0, 5)], ['TXT', 'pst3-'])
})

test('two tenants with one domain: only whose proof is published', async () => {
  const own = await create()
  const [token, theirs] = [await http.token(await http.program(B, POSTERN_ADMINISTRATOR.name)), domainOf(B)]
  assert.equal((await ask('PUT', theirs, CUSTOMER, token)).status, 201)
  publish(own, 'Domain')
  assert.equal((await verify('Domain')).body.properties.verificationStates.Domain.status, 'Verified')
  const { body } = await ask('POST', `${theirs}/initiateVerification`, { verificationType: 'Domain' }, token)
  assert.equal(body.properties.verificationStates.Domain.errorCode, 'RecordMismatch')
  assert.notDeepEqual(body.properties.verificationRecords.DKIM.name, own.properties.verificationRecords.DKIM.name)
})

const domainOf = ({ resourceGroupId }: TenantFixture) =>
  `${resourceGroupId}/providers/Microsoft.Communication/emailServices/mail/domains/contoso.test`
