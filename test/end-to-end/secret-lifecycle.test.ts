// The life of a secret in a running service, as an operator and a device see it: a login is remembered, an end is announced once over
// every node and every start, a rotation refuses nobody, and the report names the device that still has the old secret.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { startPostern } from '../fixtures/postern-process.ts'
import { sharedPostgres } from '../fixtures/postgres-server.ts'
import { type QuickstartService, startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { addSecret, addSendingApplication } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const DAY = 86_400_000
/** Before anything of this process narrows the modes of the files it makes. */
const server = await sharedPostgres()
const ENGINES = ['sqlite', 'postgres'] as const

type Listed = {
  readonly keyId: string
  readonly lastUse: { readonly network: string; readonly door: string; readonly username: string | null } | null
  readonly supersededBy: string | null
}

async function postern<T>({ directory }: QuickstartService, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await startPostern([...args, '--output', 'json'], { POSTERN_DATA_DIR: directory })
    .ended
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as T
}

async function signIn({ quickstart, ca }: QuickstartService, username: string, secret: string): Promise<string> {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, ca)
  const reply = await dialogue.authenticate(username, secret)
  dialogue.destroy()
  return reply.slice(0, 3)
}

async function lastUses(service: QuickstartService, applicationId: string): Promise<ReadonlyMap<string, Listed>> {
  const { status, json } = await service.api(
    'GET',
    `/providers/Postern.Mail/credentials?applicationId=${applicationId}`,
  )
  assert.equal(status, 200)
  return new Map((json as { value: Listed[] }).value.map((one) => [one.keyId, one]))
}

async function metric(service: QuickstartService, name: string): Promise<string[]> {
  const text = await service.http('GET', '/metrics', { headers: { authorization: await bearer(service) } })
  return text.octets
    .toString()
    .split('\n')
    .filter((line) => line.startsWith(name))
}

async function bearer({ http, quickstart }: QuickstartService): Promise<string> {
  const { tenantId, administrator, endpoint } = quickstart
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: administrator.applicationId,
    client_secret: administrator.clientSecret,
    scope: `${endpoint}.default`,
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { octets } = await http('POST', `/${tenantId}/oauth2/v2.0/token`, { headers, body })
  return `Bearer ${(JSON.parse(octets.toString()) as { access_token: string }).access_token}`
}

for (const engine of ENGINES)
  test(`${engine}: a login is remembered with its source, a refused one is not, and who still has the old secret is told`, async (t) => {
    const service = await startOn(engine, t)
    const application = await addSendingApplication(service)
    const { applicationId, username, keyId, secret } = application
    const other = await addSecret(service, application.objectId)
    assert.equal(await signIn(service, username, 'wrong'), '535')
    assert.equal(await signIn(service, username, other.secret), '235')
    const use = await eventually(
      async () => (await lastUses(service, applicationId)).get(other.keyId)?.lastUse ?? undefined,
      'a use',
    )
    assert.deepEqual({ ...use, at: '' }, { at: '', network: '127.0.0.1', door: 'smtp', username })
    assert.equal((await lastUses(service, applicationId)).get(keyId)?.lastUse, null)

    const id = ['--id', applicationId]
    const credential = ['ad', 'app', 'credential']
    const made = await postern<{ keyId: string; secretText: string; oldSecrets: { keyId: string }[] }>(
      service,
      ...credential,
      'reset',
      ...id,
      '--overlap',
      '1h',
    )
    assert.deepEqual(made.oldSecrets.map((old) => old.keyId).sort(), [keyId, other.keyId].sort())
    assert.equal(await signIn(service, username, secret), '235')
    assert.equal(await signIn(service, username, made.secretText), '235')
    const report = () => postern<(Listed & { keyId: string })[]>(service, ...credential, 'list', '--superseded')
    const [device, ...others] = await eventually(async () => {
      const found = await report()
      return found.length > 0 ? found : undefined
    }, 'the device on the old secret')
    assert.deepEqual(others, [])
    assert.equal(device?.keyId, keyId)
    assert.equal(device.supersededBy, made.keyId)
    assert.deepEqual({ ...device.lastUse, at: '' }, { at: '', network: '127.0.0.1', door: 'smtp', username })
  })

test('a rotation refuses nobody while it overlaps, and the old secret afterwards', async (t) => {
  const service = await startOn('sqlite', t)
  const { applicationId, username, secret } = await addSendingApplication(service)
  const session = await SmtpDialogue.openSecure(service.quickstart.smtp.port, service.ca)
  assert.match(await session.authenticate(username, secret), /^235 /)
  const args = ['ad', 'app', 'credential', 'reset', '--id', applicationId, '--overlap', '5s']
  const { secretText } = await postern<{ secretText: string }>(service, ...args)
  assert.equal(await signIn(service, username, secret), '235')
  assert.equal(await signIn(service, username, secretText), '235')
  const { senderAddress } = service.quickstart
  const message = [`From: ${senderAddress}`, 'Subject: overlap', '', 'Hello.']
  assert.match(await session.submit(senderAddress, ['reader@recipient.example.test'], message), /^250 /)
  await eventually(
    async () => (await signIn(service, username, secret)) === '535' || undefined,
    'the end of the overlap',
  )
  assert.match(await session.command(`MAIL FROM:<${senderAddress}>`), /^421 4\.7\.0 /)
  assert.equal(await signIn(service, username, secretText), '235')
})

for (const engine of ENGINES)
  test(`${engine}: an end is announced at each threshold, once over every node and start`, async (t) => {
    const directory = temporaryDirectory(t)
    const store: Record<string, string> = engine === 'postgres' ? { POSTERN_STORE: await database(t) } : {}
    const first = await startIn(directory, store)
    const application = await addSendingApplication(first)
    const expected = new Map<string, string>()
    for (const [days, announced] of [
      [29.5, 'CredentialExpiring 30'],
      [13.5, 'CredentialExpiring 14'],
      [6.5, 'CredentialExpiring 7'],
      [0.5, 'CredentialExpiring 1'],
      [-0.5, 'CredentialExpired '],
      [31, undefined],
    ] as const) {
      const [startDateTime, endDateTime] = [-1, days].map((from) => new Date(Date.now() + from * DAY).toISOString())
      const { keyId } = await addSecret(first, application.objectId, { startDateTime, endDateTime })
      if (announced !== undefined) expected.set(`credentials/${keyId}`, announced)
    }
    await first.stop()

    for (const start of ['a start', 'another start']) {
      const nodes = [await startIn(directory, store)]
      if (engine === 'postgres') nodes.push(await startIn(temporaryDirectory(t), store))
      for (const node of nodes)
        await eventually(
          async () => (await metric(node, 'postern_credential_expiry_seconds{'))[0],
          `a look after ${start}`,
        )
      const [node] = nodes as [QuickstartService]
      const { events } = node.server.storage.read
      const found = await events.listEvents({ tenantId: node.quickstart.tenantId, limit: 100 })
      const told = found
        .filter(({ type }) => type.startsWith('Postern.Mail.Credential'))
        .map(({ subject, type, data }) => {
          const days = typeof data['days'] === 'number' ? data['days'] : ''
          return [subject, `${type.replace('Postern.Mail.', '')} ${days}`] as const
        })
      assert.equal(told.length, expected.size)
      assert.deepEqual(new Map(told), expected)
      const counted = (await Promise.all(nodes.map((one) => metric(one, 'postern_credential_warnings_total{')))).flat()
      const inTotal = counted.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
      assert.equal(inTotal, start === 'a start' ? expected.size : 0)
      await Promise.all(nodes.map((one) => one.stop()))
    }
  })

type Context = Parameters<typeof temporaryDirectory>[0]

async function database(context: Context): Promise<string> {
  const url = await server.createDatabase()
  context.after(() => server.dropDatabase(url))
  return url
}

async function startOn(engine: (typeof ENGINES)[number], context: Context): Promise<QuickstartService> {
  const store: Record<string, string> = engine === 'postgres' ? { POSTERN_STORE: await database(context) } : {}
  const service = await startIn(temporaryDirectory(context), store)
  context.after(() => service.stop())
  return service
}
