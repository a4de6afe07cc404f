// Domains checked against a real authoritative name server, Knot DNS, through Azure's own management client and a running service that
// asks nobody else: what an owner publishes, rightly and wrongly, and servers that give no answer. Skipped where Knot is not installed,
// unless POSTERN_REQUIRE_CLIENTS is set: then it fails. Azure: control-plane reference §5.7.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { VerificationType } from '../../src/domains/verification-records.ts'
import {
  administratorCredential,
  type AzureClients,
  collect,
  connectAzure,
  errorOf,
  secretCredential,
} from '../azure/azure-clients.ts'
import { openSession, sendMail } from '../azure/article.ts'
import { type Cleanup, type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { addSecondTenant } from '../fixtures/second-tenant.ts'
import { findKnotProblem, type Knot, openKnot, txt } from './knot.ts'

const problem = await findKnotProblem()
const skip = problem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : problem

/** One for each test, so that none sees what another published; the last is never published. */
const ZONES = [
  'contoso.test',
  'judged.test',
  'claimed.test',
  'long.test',
  'silent.test',
  'pointing.test',
  'unloaded.test',
]
const TYPES = ['Domain', 'SPF', 'DKIM', 'DKIM2', 'DMARC'] as const
const OUR_ZONE = 'dkim.postern.test'

/** Last made, first ended. */
const endings: (() => Promise<void> | void)[] = []
const scene: Cleanup = { after: (run) => void endings.unshift(run) }
after(async () => {
  for (const run of endings) await run()
})

let knot: Knot
let service: QuickstartService
let clients: AzureClients
before(async () => {
  if (skip !== false) return
  assert.equal(problem, undefined)
  knot = await openKnot(scene, ZONES)
  service = await startIn(temporaryDirectory(scene), { POSTERN_DNS: knot.server })
  scene.after(() => service.stop())
  clients = connectAzure(service, administratorCredential(service))
})

type State = { readonly status: string; readonly errorCode: string }
const VERIFIED: State = { status: 'Verified', errorCode: '' }
const NOT_STARTED: State = { status: 'NotStarted', errorCode: '' }
const failed = (errorCode: string): State => ({ status: 'VerificationFailed', errorCode })

type IssuedRecord = { readonly owner: string; readonly type: string; readonly value: string }

type Customer = {
  readonly id: string
  readonly records: Readonly<Record<VerificationType, IssuedRecord>>
  /** Each gives the state that is read afterwards. */
  initiate(type: VerificationType): Promise<State>
  cancel(type: VerificationType): Promise<State>
  state(type: VerificationType): Promise<State>
}

/** A domain that its owner manages, made with the client. `place`: resource group and email service. */
async function createDomain(
  name: string,
  { communication: { domains } }: AzureClients = clients,
  place: readonly [string, string] = [service.quickstart.resourceGroup, service.quickstart.emailService],
): Promise<Customer> {
  const body = { location: 'global', domainManagement: 'CustomerManaged' }
  const made = await domains.beginCreateOrUpdateAndWait(...place, name, body)
  const records = Object.fromEntries(
    TYPES.map((type) => {
      const { name: owner = '', type: kind = '', value = '' } = made.verificationRecords?.[keyOf(type)] ?? {}
      return [type, { owner: owner === name ? '@' : owner, type: kind, value }]
    }),
  ) as Customer['records']
  const state = async (type: VerificationType) => {
    const { verificationStates } = await domains.get(...place, name)
    // What the DNS had instead comes along, though the client does not know of it.
    const { status = '', errorCode = '' } = verificationStates?.[keyOf(type)] ?? {}
    return { status, errorCode }
  }
  return {
    id: made.id ?? '',
    records,
    state,
    async initiate(verificationType) {
      await domains.beginInitiateVerificationAndWait(...place, name, { verificationType })
      return state(verificationType)
    },
    async cancel(verificationType) {
      await domains.beginCancelVerificationAndWait(...place, name, { verificationType })
      return state(verificationType)
    },
  }
}

/** The client spells the keys of the wire in its own way. */
const keyOf = (type: VerificationType) => type.toLowerCase() as Lowercase<VerificationType>

const asIssued = ({ owner, value }: IssuedRecord) => `${owner} ${txt(value)}`
const allIssued = ({ records }: Customer) => TYPES.map((type) => asIssued(records[type]))

test('from the records that are shown to the first mail, and back by a check that is cancelled or fails', {
  skip,
}, async () => {
  const { quickstart } = service
  const { communicationServices } = clients.communication
  const place = [quickstart.resourceGroup, quickstart.communicationService] as const
  const domain = await createDomain('contoso.test')
  for (const type of TYPES) assert.deepEqual(await domain.state(type), NOT_STARTED)
  await knot.publish('contoso.test', allIssued(domain))
  assert.equal((await errorOf(domain.initiate('SPF'))).code, 'DomainOwnershipNotVerified')
  const { linkedDomains: before = [] } = await communicationServices.get(...place)
  const links = { linkedDomains: [...before, domain.id] }
  for (const type of TYPES) {
    if (type !== 'DMARC')
      assert.equal((await errorOf(communicationServices.update(...place, links))).code, 'DomainValidationError')
    assert.deepEqual(await domain.initiate(type), VERIFIED, type)
  }
  const link = async () =>
    assert.deepEqual((await communicationServices.update(...place, links)).linkedDomains, links.linkedDomains)
  await link()

  const credential = { username: quickstart.usernames.alias, secret: quickstart.application.clientSecret }
  await sendMail(service, { ...credential, from: 'DoNotReply@contoso.test' })

  const session = await openSession(service, credential.username, credential.secret)
  const assertCutOff = async () => {
    assert.match(await session.command('MAIL FROM:<DoNotReply@contoso.test>'), /^550 5\.1\.7 /)
    assert.deepEqual((await communicationServices.get(...place)).linkedDomains, before)
  }
  assert.deepEqual(await domain.cancel('DKIM2'), NOT_STARTED)
  await assertCutOff()
  assert.deepEqual(await domain.initiate('DKIM2'), VERIFIED)
  await link()
  assert.match(await session.command('MAIL FROM:<DoNotReply@contoso.test>'), /^250 /)
  await session.command('RSET')
  await knot.publish('contoso.test', [])
  assert.deepEqual(await domain.initiate('Domain'), failed('RecordNotFound'))
  await assertCutOff()
  session.destroy()
})

type Published = (record: IssuedRecord, records: Customer['records']) => readonly string[]

const JUDGED: readonly [string, VerificationType, Published, State][] = [
  ['as issued', 'Domain', (record) => [asIssued(record)], VERIFIED],
  ['no text at the apex', 'Domain', () => [], failed('RecordNotFound')],
  ['only texts of others', 'Domain', () => [`@ ${txt('unrelated=1')}`], failed('RecordNotFound')],
  ['an octet too many', 'Domain', ({ value }) => [`@ ${txt(`${value}\0`)}`], failed('RecordMismatch')],
  ['the wrong token', 'Domain', ({ value }) => [`@ ${txt(value.replace(/=.*/, '=0'))}`], failed('RecordMismatch')],
  ['a string for each octet', 'Domain', ({ value }) => [`@ ${txt(value, 1)}`], VERIFIED],
  [
    'among texts that are empty or no text',
    'Domain',
    (record) => ['@ TXT ""', '@ TXT "\\255\\000" ""', asIssued(record)],
    VERIFIED,
  ],
  ['as issued', 'SPF', (record) => [asIssued(record)], VERIFIED],
  ['none', 'SPF', () => [], failed('RecordNotFound')],
  ['two', 'SPF', (record) => [asIssued(record), `@ ${txt('v=spf1 mx -all')}`], failed('MultipleRecords')],
  ['without ours', 'SPF', () => [`@ ${txt('v=spf1 mx -all')}`], failed('RecordMismatch')],
  ['split within a word', 'SPF', ({ value }) => [`@ ${txt(value, 12)}`], VERIFIED],
  [
    'split where a blank is lost',
    'SPF',
    () => ['@ TXT "v=spf1" "include:spf.postern.test -all"'],
    failed('RecordNotFound'),
  ],
  ['as issued, in two strings', 'DKIM', (record) => [asIssued(record)], VERIFIED],
  ['in many strings', 'DKIM', ({ owner, value }) => [`${owner} ${txt(value, 37)}`], VERIFIED],
  ['no such name', 'DKIM', () => [], failed('RecordNotFound')],
  ['an address in its place', 'DKIM', ({ owner }) => [`${owner} A 127.0.0.1`], failed('RecordNotFound')],
  ['revoked', 'DKIM', ({ owner }) => [`${owner} ${txt('v=DKIM1; k=rsa; p=')}`], failed('RecordMismatch')],
  [
    'two keys',
    'DKIM',
    (record) => [asIssued(record), `${record.owner} ${txt('v=DKIM1; p=AAAA')}`],
    failed('MultipleRecords'),
  ],
  [
    'a CNAME to the key',
    'DKIM',
    ({ owner, value }) => [`${owner} CNAME Keys`, `keys CNAME held.keys`, `held.keys ${txt(value)}`],
    VERIFIED,
  ],
  [
    'a CNAME to another key',
    'DKIM',
    ({ owner }) => [`${owner} CNAME keys`, `keys ${txt('v=DKIM1; p=AAAA')}`],
    failed('RecordMismatch'),
  ],
  ['a CNAME to nowhere', 'DKIM', ({ owner }) => [`${owner} CNAME keys`], failed('RecordNotFound')],
  ['a CNAME to itself', 'DKIM', ({ owner }) => [`${owner} CNAME a`, `a CNAME ${owner}`], failed('RecordNotFound')],
  [
    'below a DNAME',
    'DKIM',
    ({ owner, value }) => ['_domainkey DNAME keys', `${owner.replace('_domainkey', 'keys')} ${txt(value)}`],
    VERIFIED,
  ],
  ['from a wildcard', 'DKIM', ({ value }) => [`*._domainkey ${txt(value)}`], VERIFIED],
  ["another's text from a wildcard", 'DKIM', () => [`* ${txt('v=spf1 -all')}`], failed('RecordMismatch')],
  ['as issued', 'DKIM2', (record) => [asIssued(record)], VERIFIED],
  [
    'the key of the other selector',
    'DKIM2',
    ({ owner }, records) => [`${owner} ${txt(records.DKIM.value)}`],
    failed('RecordMismatch'),
  ],
  ['as advised', 'DMARC', (record) => [asIssued(record)], VERIFIED],
  ['none', 'DMARC', () => [], failed('RecordNotFound')],
  ['stricter', 'DMARC', () => [`_dmarc ${txt('v=DMARC1; p=reject; rua=mailto:d@judged.test')}`], VERIFIED],
  ['no policy', 'DMARC', () => [`_dmarc ${txt('v=DMARC1; pct=100')}`], failed('RecordMismatch')],
  ['two', 'DMARC', (record) => [asIssued(record), `_dmarc ${txt('v=DMARC1; p=reject')}`], failed('MultipleRecords')],
  ['only a text from a wildcard', 'DMARC', () => [`* ${txt('v=spf1 -all')}`], failed('RecordNotFound')],
]

test('what the zone has decides the state and its code', { skip }, async (context) => {
  const domain = await createDomain('judged.test')
  const { records } = domain
  for (const [name, type, linesOf, expected] of JUDGED)
    await context.test(`${type}: ${name}`, async () => {
      const owned = type === 'Domain' ? [] : [asIssued(records.Domain)]
      await knot.publish('judged.test', [...owned, ...linesOf(records[type], records)])
      assert.deepEqual(await domain.cancel(type), NOT_STARTED)
      if (type !== 'Domain') assert.deepEqual(await domain.initiate('Domain'), VERIFIED)
      assert.deepEqual(await domain.initiate(type), expected)
    })
})

test('a name that does not exist in a zone that does', { skip }, async () => {
  await knot.publish('judged.test', [])
  const domain = await createDomain('absent.judged.test')
  assert.deepEqual(await domain.initiate('Domain'), failed('RecordNotFound'))
})

test('two tenants that claim one name: each is judged by its own proof', { skip }, async () => {
  const own = await createDomain('claimed.test')
  const second = await addSecondTenant(service, own.id)
  const credential = secretCredential(
    service,
    { applicationId: second.applicationId, clientSecret: second.secret },
    second.tenantId,
  )
  const [subscription] = await collect(connectAzure(service, credential).subscriptions.subscriptions.list())
  const theirs = connectAzure(service, credential, { subscriptionId: subscription?.subscriptionId ?? '' })
  const of = { location: 'global', dataLocation: 'Europe' }
  await theirs.communication.emailServices.beginCreateOrUpdateAndWait('second', 'claims', of)
  const claim = await createDomain('claimed.test', theirs, ['second', 'claims'])

  await knot.publish('claimed.test', allIssued(own))
  assert.deepEqual(await own.initiate('Domain'), VERIFIED)
  assert.deepEqual(await claim.initiate('Domain'), failed('RecordMismatch'))
  await knot.publish('claimed.test', [...allIssued(own), asIssued(claim.records.Domain), asIssued(claim.records.DKIM)])
  assert.deepEqual(await claim.initiate('Domain'), VERIFIED)
  for (const domain of [own, claim]) assert.deepEqual(await domain.initiate('DKIM'), VERIFIED)
  assert.deepEqual(await claim.initiate('DKIM2'), failed('RecordNotFound'))
})

test('an answer that is too long for a datagram comes over TCP', { skip }, async () => {
  const domain = await createDomain('long.test')
  const others = Array.from({ length: 80 }, (_, index) => `@ ${txt(`${index}=`.padEnd(255, 'x'))}`)
  const policy = `_dmarc ${txt(`v=DMARC1; p=none; rua=mailto:${'x'.repeat(1300)}@long.test`)}`
  const { Domain, SPF } = domain.records
  await knot.publish('long.test', [...others, asIssued(Domain), asIssued(SPF), policy])
  const before = await knot.countTcpQueries()
  for (const [index, type] of (['Domain', 'SPF', 'DMARC'] as const).entries()) {
    assert.deepEqual(await domain.initiate(type), VERIFIED)
    assert.equal(await knot.countTcpQueries(), before + index + 1)
  }
  await knot.publish('long.test', [...others, asIssued(SPF), asIssued(SPF).replace('-all', '~all')])
  assert.deepEqual(await domain.initiate('Domain'), failed('RecordNotFound'))
})

async function assertUnavailable(call: Promise<unknown>, says: RegExp): Promise<void> {
  const error = await errorOf(call)
  assert.deepEqual([error.statusCode, error.code], [503, 'DnsUnavailable'], error.message)
  assert.match(error.message, says)
}

const UNANSWERED = [
  ['unloaded.test', 'SERVFAIL'],
  ['elsewhere.test', 'REFUSED'],
] as const
for (const [name, code] of UNANSWERED)
  test(`a server that answers ${code} has not judged`, { skip }, async () => {
    const domain = await createDomain(name)
    await assertUnavailable(domain.initiate('Domain'), new RegExp(`${code}.*unchanged`))
    assert.deepEqual(await domain.state('Domain'), NOT_STARTED)
  })

test('a server that falls silent or is gone takes nothing back, and is asked again when it is there again', {
  skip,
}, async () => {
  const domain = await createDomain('silent.test')
  await knot.publish('silent.test', allIssued(domain))
  assert.deepEqual(await domain.initiate('Domain'), VERIFIED)
  await knot.publish('silent.test', [])

  knot.suspend()
  await assertUnavailable(domain.initiate('Domain'), /no DNS server answered in time/)
  await knot.stop()
  await assertUnavailable(domain.initiate('Domain'), /no DNS server could be reached/)
  assert.deepEqual(await domain.state('Domain'), VERIFIED)

  await knot.start()
  assert.deepEqual(await domain.initiate('Domain'), failed('RecordNotFound'))
})

const POINTED: readonly [string, (record: IssuedRecord) => readonly string[], State][] = [
  ['as issued', ({ owner, value }) => [`${owner} CNAME ${value}.`], VERIFIED],
  ['in capitals', ({ owner, value }) => [`${owner} CNAME ${value.toUpperCase()}.`], VERIFIED],
  ['below a DNAME', () => [`_domainkey DNAME _domainkey.${OUR_ZONE}.`], VERIFIED],
  ['elsewhere', ({ owner }) => [`${owner} CNAME selector.example.test.`], failed('RecordMismatch')],
  [
    'into the own zone, the final dot forgotten',
    ({ owner, value }) => [`${owner} CNAME ${value}`],
    failed('RecordMismatch'),
  ],
  ['a text in its place', ({ owner, value }) => [`${owner} ${txt(value)}`], failed('RecordNotFound')],
  ['none', () => [], failed('RecordNotFound')],
]

test('DKIM by a pointer into our own zone', { skip }, async (context) => {
  const directory = temporaryDirectory(context)
  const pointing = await startIn(directory, { POSTERN_DNS: knot.server }, (config) => ({
    ...config,
    domains: { ...config.domains, dkimRecords: 'cname', zone: OUR_ZONE },
  }))
  context.after(() => pointing.stop())
  const { resourceGroup, emailService } = pointing.quickstart
  const azure = connectAzure(pointing, administratorCredential(pointing))
  const domain = await createDomain('pointing.test', azure, [resourceGroup, emailService])
  const { Domain, DKIM } = domain.records
  assert.equal(DKIM.type, 'CNAME')
  for (const [name, linesOf, expected] of POINTED)
    await context.test(name, async () => {
      await knot.publish('pointing.test', [asIssued(Domain), ...linesOf(DKIM)])
      assert.deepEqual(await domain.initiate('Domain'), VERIFIED)
      assert.deepEqual(await domain.cancel('DKIM'), NOT_STARTED)
      assert.deepEqual(await domain.initiate('DKIM'), expected)
    })
})
