// Credentials and their last uses over HTTP, and the rotation of a secret: what is told to whom, and what works until when.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import type { CredentialUse } from '../../storage/storage.ts'
import { A, AT, B, change, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { BASE, credentialsForm, type HttpFixture, openHttpFixture, type Program } from '../http.fixture.ts'

const CREDENTIALS = '/providers/Postern.Mail/credentials'
const DAY = 86_400_000
const iso = (at: number) => new Date(at).toISOString()

const marked: CredentialUse[] = []
let http: HttpFixture
let token: string
let otherToken: string
before(async () => {
  http = await openHttpFixture({ dependencies: { uses: { mark: (use) => void marked.push(use) } } })
  token = await http.token(await http.program(A, POSTERN_ADMINISTRATOR.name))
  otherToken = await http.token(await http.program(B, POSTERN_ADMINISTRATOR.name))
})
after(() => http.close())

type Listed = {
  keyId: string
  applicationId: string
  endDateTime: string
  lastUse: object | null
  unusedSince: string | null
  supersededBy: string | null
}
type Answer = { status: number; body: { value: Listed[]; nextLink?: string; error: { code: string; target?: string } } }
async function ask(path: string, bearer = token): Promise<Answer> {
  const response = await http.request('GET', path, { token: bearer })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
const list = async ({ applicationId }: Program) =>
  (await ask(`${CREDENTIALS}?applicationId=${applicationId}`)).body.value

type Rotated = {
  keyId: string
  secretText: string
  endDateTime: string
  oldSecrets: { keyId: string; endDateTime: string }[]
  error: { code: string; target?: string }
}
async function rotate(application: string, json: object, bearer = token) {
  const path = `/providers/Postern.Mail/applications/${application}/rotateSecret`
  const response = await http.request('POST', path, { token: bearer, json })
  return { status: response.status, body: (await response.json()) as Rotated }
}

async function signIn(program: Program, secret: string): Promise<number> {
  const form = credentialsForm({ ...program, secret })
  return (await http.request('POST', `/${program.tenantId}/oauth2/v2.0/token`, { form })).status
}

async function addSecret({ tenantId, objectId }: Program, keyId: string, startAt: number, endAt: number) {
  const password = { keyId, displayName: '', hint: 'xyz', startAt, endAt, hash: new Uint8Array(32) }
  await http.storage.write.directory.addPassword(change(), tenantId, objectId, password)
}

test('a credential with its last use and what takes its place', async () => {
  const program = await http.program(A)
  const newer = '12345678-0000-4000-8000-000000000001'
  await addSecret(program, newer, AT - DAY / 2, AT + DAY)
  const { tenantId, applicationId, objectId, keyId } = program
  const use = {
    tenantId,
    applicationId,
    keyId,
    at: AT - 1,
    network: '192.0.2.7',
    door: 'smtp',
    username: 'fax',
  } as const
  await http.storage.write.credentials.recordUses([use])
  const [first, second, ...others] = await list(program)
  assert.deepEqual(others, [])
  assert.deepEqual(first, {
    kind: 'password',
    keyId,
    displayName: 'first',
    hint: program.secret.slice(0, 3),
    startDateTime: iso(AT - DAY),
    endDateTime: iso(AT + 365 * DAY),
    ofServicePrincipal: false,
    applicationId,
    applicationObjectId: objectId,
    applicationName: 'Program',
    lastUse: { at: iso(AT - 1), network: '192.0.2.7', door: 'smtp', username: 'fax' },
    unusedSince: iso(AT - 1),
    supersededBy: newer,
  })
  assert.equal(second?.keyId, newer)
  assert.deepEqual([second.lastUse, second.unusedSince, second.supersededBy], [null, iso(AT - DAY / 2), null])
})

type Devices = { isComplete: boolean; since: string; value: readonly object[]; error: { code: string } }
async function devices(query: string, bearer = token) {
  const path = `/providers/Postern.Mail/credentialDevices?${query}`
  const response = await http.request('GET', path, { token: bearer })
  return { status: response.status, body: (await response.json()) as Devices }
}

test('devices that used the credentials of an application in the last day, for those who may read applications', async () => {
  const program = await http.program(A)
  const { tenantId, applicationId, keyId } = program
  const use = { tenantId, applicationId, keyId, network: '192.0.2.7', door: 'smtp' } as const
  await http.storage.write.credentials.recordUses([
    { ...use, at: AT - DAY - 1, username: 'old' },
    { ...use, at: AT - 2, username: 'Fax' },
    { ...use, at: AT - 1, door: 'token' },
  ])
  const asked = `applicationId=${applicationId.toUpperCase()}`
  const { status, body } = await devices(asked)
  const fax = { network: '192.0.2.7', username: 'fax', lastUsedAt: iso(AT - 2) }
  const token = { network: '192.0.2.7', username: null, lastUsedAt: iso(AT - 1) }
  assert.deepEqual([status, body], [200, { since: iso(AT - DAY), isComplete: true, value: [token, fax] }])
  assert.deepEqual((await devices(`${asked}&username=FAX`)).body.value, [fax])
  assert.deepEqual((await devices(`${asked}&keyId=${keyId}`)).body.value, [token, fax])
  assert.deepEqual((await devices(`${asked}&keyId=another`)).body.value, [])
  assert.deepEqual((await devices(asked, otherToken)).body.value, [])
  assert.equal((await devices(asked, await http.token(program))).status, 403)
  assert.equal((await devices('')).status, 400)
})

test('only for those who may read applications, each in its own tenant', async () => {
  const program = await http.program(A)
  assert.equal((await ask(CREDENTIALS, await http.token(program))).status, 403)
  assert.equal((await ask(CREDENTIALS, await http.token(program, 'https://graph.microsoft.com'))).status, 401)
  const { body } = await ask(`${CREDENTIALS}?limit=1000`, otherToken)
  assert.ok(body.value.length > 0)
  const { applications } = await applicationsOf(B)
  assert.deepEqual(new Set(body.value.map(({ applicationId }) => applicationId)), applications)
  assert.deepEqual((await ask(`${CREDENTIALS}?applicationId=${program.applicationId}`, otherToken)).body.value, [])
})

async function applicationsOf({ tenantId }: TenantFixture) {
  const all = await http.storage.read.directory.listApplications(tenantId)
  const withSecrets = all.filter(({ passwordCredentials }) => passwordCredentials.length > 0)
  return { applications: new Set(withSecrets.map(({ applicationId }) => applicationId)) }
}

test('pages with absolute links reach every application once', async () => {
  for (let index = 0; index < 4; index += 1) await http.program(A)
  const seen: string[] = []
  let link: string | undefined = `${BASE}${CREDENTIALS}?limit=2`
  while (link !== undefined) {
    assert.ok(link.startsWith(`${BASE}/`), link)
    const { body }: Answer = await ask(link.slice(BASE.length))
    seen.push(...body.value.map(({ keyId }) => keyId))
    link = body.nextLink
  }
  assert.equal(new Set(seen).size, seen.length)
  assert.deepEqual(
    new Set(seen),
    new Set((await ask(`${CREDENTIALS}?limit=1000`)).body.value.map(({ keyId }) => keyId)),
  )
})

test('a query that is none is refused by its member', async () => {
  for (const [query, target] of [
    ['limit=0', 'limit'],
    ['after=x', 'after'],
    ['applicationId=x', 'applicationId'],
  ]) {
    const { status, body } = await ask(`${CREDENTIALS}?${query}`)
    assert.deepEqual([status, body.error.target], [400, target])
  }
})

test('a token that was given is a use of its secret, from where it was asked', async () => {
  const program = await http.program(A)
  marked.length = 0
  assert.equal(await signIn(program, 'wrong'), 401)
  assert.deepEqual(marked, [])
  assert.equal(await signIn(program, program.secret), 200)
  const { tenantId, applicationId, keyId } = program
  assert.deepEqual(marked, [{ tenantId, applicationId, keyId, at: AT, network: '', door: 'token' }])
})

test('a rotation: old and new secret work during the overlap, the old one not after it', async (t) => {
  const program = await http.program(A)
  t.after(() => {
    http.state.now = AT
  })
  const { status, body } = await rotate(program.applicationId, { overlap: 3600, displayName: 'new' })
  assert.equal(status, 200)
  assert.equal(body.endDateTime, iso(Date.UTC(2032, 0, 1)))
  assert.deepEqual(body.oldSecrets, [
    { keyId: program.keyId, displayName: 'first', hint: program.secret.slice(0, 3), endDateTime: iso(AT + 3_600_000) },
  ])
  const works = async () => [await signIn(program, program.secret), await signIn(program, body.secretText)]
  assert.deepEqual(await works(), [200, 200])
  http.state.now = AT + 3_599_000 - 1
  assert.deepEqual(await works(), [200, 200])
  http.state.now = AT + 3_600_000
  assert.deepEqual(await works(), [401, 200])
})

test('no old secret is given more time than it had, and what has ended is not told', async () => {
  const program = await http.program(A)
  const [soon, over] = ['12345678-0000-4000-8000-000000000002', '12345678-0000-4000-8000-000000000003'] as const
  await addSecret(program, soon, AT - DAY, AT + DAY)
  await addSecret(program, over, AT - 2 * DAY, AT - DAY)
  const { body } = await rotate(program.objectId, { overlap: 7 * 24 * 3600 })
  const told = new Map(body.oldSecrets.map(({ keyId, endDateTime }) => [keyId, endDateTime]))
  assert.deepEqual(
    told,
    new Map([
      [soon, iso(AT + DAY)],
      [program.keyId, iso(AT + 7 * DAY)],
    ]),
  )
  const stored = new Map((await list(program)).map(({ keyId, endDateTime }) => [keyId, endDateTime]))
  assert.equal(stored.get(soon), iso(AT + DAY))
  assert.equal(stored.get(program.keyId), iso(AT + 7 * DAY))
  assert.equal(stored.get(over), iso(AT - DAY))
})

test('a rotation of the client secret leaves device passwords alone', async () => {
  const program = await http.program(A)
  const { tenantId, objectId } = program
  const keyId = '12345678-0000-4000-8000-000000000004'
  const times = { startAt: AT - DAY, endAt: AT + 30 * DAY }
  const device = { keyId, displayName: '', hint: 'xyz', ...times, hash: new Uint8Array(32), device: {} }
  await http.storage.write.directory.addPassword(change(), tenantId, objectId, device)
  const { body } = await rotate(objectId, { overlap: 60 })
  assert.deepEqual(
    body.oldSecrets.map((old) => old.keyId),
    [program.keyId],
  )
  assert.equal((await list(program)).find((one) => one.keyId === keyId)?.endDateTime, iso(times.endAt))
})

test('every change of a rotation is in the log, without a secret', async () => {
  const program = await http.program(A)
  const { body } = await rotate(program.applicationId, { overlap: 60 })
  const entries = await http.storage.read.audit.listAudit(A.tenantId, 2)
  assert.deepEqual(
    entries.map(({ target, operation }) => [target, operation]),
    [
      [`${program.objectId}/${program.keyId}`, 'Microsoft.Directory/applications/credentials/write'],
      [`${program.objectId}/${body.keyId}`, 'Microsoft.Directory/applications/credentials/write'],
    ],
  )
  assert.equal(JSON.stringify(entries).includes(body.secretText), false)
})

test('only for those who may write credentials, owners of the application, and in their own tenant', async () => {
  const program = await http.program(A)
  const owner = await http.program(A)
  const stranger = await http.program(A, READER.name)
  const { tenantId, objectId, applicationId } = program
  await http.storage.write.directory.addOwner(change(), tenantId, objectId, owner.principalId)
  const [ownerToken, strangerToken] = [await http.token(owner), await http.token(stranger)]
  const statusOf = async (application: string, bearer: string) =>
    (await rotate(application, { overlap: 60 }, bearer)).status
  const unknown = '12345678-0000-4000-8000-00000000000f'
  assert.deepEqual(
    [
      await statusOf(applicationId, strangerToken),
      await statusOf(unknown, strangerToken),
      await statusOf(applicationId, otherToken),
      await statusOf(unknown, token),
      await statusOf(stranger.applicationId, ownerToken),
      await statusOf(applicationId, ownerToken),
      await statusOf(objectId, token),
    ],
    [403, 403, 404, 404, 403, 200, 200],
  )
})

test('bodies that are refused change nothing', async () => {
  const program = await http.program(A)
  const before = await list(program)
  for (const [json, target] of [
    [{}, 'overlap'],
    [{ overlap: 0 }, 'overlap'],
    [{ overlap: 1.5 }, 'overlap'],
    [{ overlap: 500 * 24 * 3600 }, 'overlap'],
    [{ overlap: 60, displayName: 'x'.repeat(91) }, 'displayName'],
    [{ overlap: 60, endDateTime: 'soon' }, 'endDateTime'],
    [{ overlap: 60, endDateTime: iso(AT + 59_000) }, 'endDateTime'],
  ] as const) {
    const { status, body } = await rotate(program.applicationId, json)
    assert.deepEqual([status, body.error.target], [400, target])
  }
  assert.deepEqual(await list(program), before)
})

test('an application has so many secrets and no more', async () => {
  const program = await http.program(A)
  for (let index = 1; index < 50; index += 1)
    await addSecret(program, `12345678-0000-4000-8001-0000000000${String(index).padStart(2, '0')}`, AT, AT + DAY)
  const { status, body } = await rotate(program.applicationId, { overlap: 60 })
  assert.deepEqual([status, body.error.code], [400, 'TooManySecrets'])
})
