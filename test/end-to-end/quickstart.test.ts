// The life of a quickstart: what the first start makes and writes, what a stop keeps, and what later starts find again. The tests
// follow one data directory through its starts, in this order.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { after, test } from 'node:test'
import { describeSettings } from '../../src/server/quickstart.ts'
import { startServer } from '../../src/server/start-server.ts'
import { type Quickstart, type QuickstartService, startIn } from '../fixtures/quickstart-service.ts'
import { eventually } from '../fixtures/eventually.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const RECIPIENT = 'reader@recipient.example.test'
const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

const directory = mkdtempSync(join(tmpdir(), 'postern-test-'))
let service = await startIn(directory)
after(async () => {
  await service.stop()
  rmSync(directory, { recursive: true, force: true })
})
const first: Quickstart = service.quickstart

/** Every value replaced by its type. */
function typesOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, typesOf(member)]))
}

test('quickstart.json holds exactly the documented members', () => {
  assert.deepEqual(typesOf(first), {
    smtp: { host: 'string', port: 'number', implicitTlsPort: 'number', port25: 'number' },
    caFile: 'string',
    https: { url: 'string' },
    tenantId: 'string',
    subscriptionId: 'string',
    resourceGroup: 'string',
    communicationService: 'string',
    communicationServiceId: 'string',
    emailService: 'string',
    domain: 'string',
    senderAddress: 'string',
    application: { applicationId: 'string', servicePrincipalId: 'string', secretId: 'string', clientSecret: 'string' },
    usernames: { dot: 'string', pipe: 'string', alias: 'string' },
    roleDefinitionId: 'string',
    roleAssignmentId: 'string',
    endpoint: 'string',
    connectionString: 'string',
    administrator: { applicationId: 'string', clientSecret: 'string' },
    portal: { url: 'string', userName: 'string', password: 'string' },
  })
})

test('quickstart.json is for its owner alone, and its values have the documented forms', () => {
  assert.equal(statSync(join(directory, 'quickstart.json')).mode & 0o777, 0o600)
  const { smtp, application, tenantId, subscriptionId, resourceGroup, communicationService, endpoint } = first
  assert.equal(smtp.host, 'localhost')
  assert.equal(new Set([smtp.port, smtp.implicitTlsPort, smtp.port25]).size, 3)
  assert.ok(isAbsolute(first.caFile))
  assert.match(endpoint, /^https:\/\/localhost:\d+\/$/)
  assert.equal(first.https.url, endpoint)
  assert.match(first.domain, new RegExp(`^${GUID}\\.postern\\.test$`))
  assert.equal(first.senderAddress, `DoNotReply@${first.domain}`)
  const parts = [communicationService, application.applicationId, tenantId]
  assert.deepEqual([first.usernames.dot, first.usernames.pipe], [parts.join('.'), parts.join('|')])
  const subscription = `/subscriptions/${subscriptionId}`
  const group = `${subscription}/resourceGroups/${resourceGroup}`
  const serviceId = `${group}/providers/Microsoft.Communication/communicationServices/${communicationService}`
  const authorization = 'providers/Microsoft\\.Authorization'
  assert.equal(first.communicationServiceId, serviceId)
  assert.match(first.roleDefinitionId, new RegExp(`^${subscription}/${authorization}/roleDefinitions/${GUID}$`))
  assert.match(first.roleAssignmentId, new RegExp(`^${serviceId}/${authorization}/roleAssignments/${GUID}$`))
  assert.match(first.connectionString, new RegExp(`^endpoint=${endpoint};accesskey=[A-Za-z0-9+/]{40,}={0,2}$`))
})

test('the application, its secret, its role and the assignment are there', async () => {
  const { application, roleAssignmentId, roleDefinitionId, communicationServiceId } = first
  const { json } = await service.api('GET', `/v1.0/applications(appId='${application.applicationId}')`)
  const { passwordCredentials } = json as { passwordCredentials: { keyId: string; hint: string }[] }
  const shown = passwordCredentials.map(({ keyId, hint }) => [keyId, hint])
  assert.deepEqual(shown, [[application.secretId, application.clientSecret.slice(0, 3)]])

  const assignment = await service.api('GET', `${roleAssignmentId}?api-version=2022-04-01`)
  const { properties } = assignment.json as { properties: Record<string, unknown> }
  const { principalId, scope } = properties
  assert.deepEqual([principalId, scope], [application.servicePrincipalId, communicationServiceId])
  assert.equal(String(properties['roleDefinitionId']).split('/').at(-1), roleDefinitionId.split('/').at(-1))

  const definition = await service.api('GET', `${roleDefinitionId}?api-version=2022-04-01`)
  const role = (definition.json as { properties: { roleName: string; permissions: { actions: string[] }[] } })
    .properties
  assert.equal(role.roleName, 'SMTP Email Sender')
  assert.deepEqual(role.permissions[0]?.actions, [
    '*/read',
    'Microsoft.Communication/CommunicationServices/Read',
    'Microsoft.Communication/CommunicationServices/Write',
    'Microsoft.Communication/EmailServices/write',
  ])
})

const welcomes = async () => (await service.captures()).filter(({ subject }) => subject === 'Welcome to Postern')

test('the welcome message is in the capture inbox, once', async () => {
  const { octets, envelope, resource } = await service.arrived('Welcome to Postern')
  assert.equal(envelope.reversePath, first.senderAddress)
  assert.equal(resource, first.communicationServiceId)
  assert.match(octets.toString(), /^Received: .* with ESMTPSA id /s)
  assert.equal((await welcomes()).length, 1)
})

test('the service is ready', async () => {
  const { status, octets } = await service.http('GET', '/health/ready')
  assert.deepEqual([status, JSON.parse(octets.toString())], [200, { status: 'ready', waitingFor: [] }])
})

const usernames = [
  { form: 'dots', username: first.usernames.dot },
  { form: 'pipes', username: first.usernames.pipe },
  { form: 'the alias', username: first.usernames.alias },
  { form: 'dots in capitals', username: first.usernames.dot.toUpperCase() },
  { form: 'the alias in capitals', username: first.usernames.alias.toUpperCase() },
]

for (const { form, username } of usernames)
  test(`the printed secret signs in with ${form}`, async () => {
    const dialogue = await openSession(service, username)
    dialogue.destroy()
  })

async function openSession({ quickstart, ca }: QuickstartService, username = first.usernames.dot) {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, ca)
  assert.match(await dialogue.authenticate(username, first.application.clientSecret), /^235 2\.7\.0 /)
  return dialogue
}

test('the settings that are printed are complete', () => {
  const printed = describeSettings(service.config, service.server, service.objects)
  const { smtp, usernames: names, application, senderAddress, caFile, endpoint } = first
  const numbers = [smtp.port, smtp.implicitTlsPort, smtp.port25].map(String)
  const texts = [names.dot, names.alias, application.clientSecret, senderAddress, caFile, endpoint]
  for (const text of [...numbers, ...texts]) assert.ok(printed.includes(text), text)
  assert.match(
    printed,
    new RegExp(`^  POSTERN_DATA_DIR='${directory}' npx postern send --to \\S+ --subject '.+'$`, 'm'),
  )
})

const content = (subject: string) => [`From: ${first.senderAddress}`, `Subject: ${subject}`, '', 'Hello.']
const SHUTTING_DOWN = '421 4.3.2 Service shutting down, closing'

async function refusal(port: number): Promise<true | undefined> {
  const dialogue = await SmtpDialogue.open(port).catch((error: NodeJS.ErrnoException) => error)
  if (dialogue instanceof Error) return dialogue.code === 'ECONNREFUSED' || undefined
  dialogue.destroy()
  return undefined
}

test('a stop tells idle sessions 421 and lets a message that is being sent come to its 250', async () => {
  const stranger = await SmtpDialogue.open(service.quickstart.smtp.port25)
  assert.match(await stranger.reply(), /^220 /)
  const idle = await openSession(service)
  const sending = await openSession(service)
  await sending.command(`MAIL FROM:<${first.senderAddress}>`)
  await sending.command(`RCPT TO:<${RECIPIENT}>`)
  assert.match(await sending.command('DATA'), /^354 /)
  const stopped = service.stop()
  for (const dialogue of [stranger, idle]) {
    assert.equal(await dialogue.reply(), SHUTTING_DOWN)
    assert.equal(await dialogue.closed(), '')
  }
  // Each edge thread closes its own listener.
  await eventually(() => refusal(service.quickstart.smtp.port), 'a connection refused')
  assert.match(await sending.finish(content('sent while stopping')), /^250 2\.0\.0 Ok: queued as /)
  assert.equal(await sending.reply(), SHUTTING_DOWN)
  await stopped
})

test('mail that was accepted and not delivered waits for the next start', async () => {
  const options = { config: service.config, createKey: false, environment: {}, roles: ['edge', 'api'] as const }
  const withoutDispatch = await startServer(options, async () => {})
  try {
    const port = withoutDispatch.doors.find(({ name }) => name === 'submission')?.port ?? 0
    const dialogue = await SmtpDialogue.openSecure(port, service.ca)
    await dialogue.authenticate(first.usernames.dot, first.application.clientSecret)
    const reply = await dialogue.submit(first.senderAddress, [RECIPIENT], content('accepted before the start'))
    assert.match(reply, /^250 2\.0\.0 Ok: queued as /)
    dialogue.destroy()
  } finally {
    await withoutDispatch.stop()
  }
})

/** Without what a start may change. */
const withoutPorts = (document: Quickstart) => ({
  ...document,
  smtp: document.smtp.host,
  https: '',
  endpoint: '',
  connectionString: document.connectionString.replace(document.endpoint, ''),
  portal: { ...document.portal, url: '' },
})

test('a second start finds everything again, sends no second welcome, and writes its new ports down', async () => {
  service = await startIn(directory)
  const second = service.quickstart
  assert.deepEqual(withoutPorts(second), withoutPorts(first))
  const ports = service.server.doors.map(({ port }) => port)
  assert.deepEqual([second.smtp.port, second.smtp.implicitTlsPort, second.smtp.port25], ports)
  assert.equal(second.endpoint, `https://localhost:${service.server.https.port}/`)
  assert.equal(second.portal.url, `${second.endpoint}portal/`)
  assert.ok(second.connectionString.startsWith(`endpoint=${second.endpoint};`))
  assert.notDeepEqual(second.smtp, first.smtp)
  assert.equal(statSync(join(directory, 'quickstart.json')).mode & 0o777, 0o600)
  for (const subject of ['sent while stopping', 'accepted before the start']) await service.arrived(subject)
  assert.equal((await welcomes()).length, 1)
})

test('once its secret was removed, quickstart.json says so at the next start', async () => {
  const { applicationId, secretId } = first.application
  const path = `/v1.0/applications(appId='${applicationId}')/removePassword`
  assert.equal((await service.api('POST', path, { keyId: secretId })).status, 204)
  await service.stop()
  service = await startIn(directory)
  const { secretValid, ...third } = service.quickstart
  assert.equal(secretValid, false)
  assert.deepEqual(withoutPorts(third), withoutPorts(first))
  assert.equal((await service.http('GET', '/health/ready')).status, 200)
})
