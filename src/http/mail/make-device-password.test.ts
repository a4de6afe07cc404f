// Device passwords over HTTP: who may make one, what is shown and kept of it, and that it signs in to nothing here.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { DEVICE_PASSWORD_IDENTIFIER, hashDevicePassword } from '../../identity/device-password.ts'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import { credentialsForm, type HttpFixture, openHttpFixture, pepper, type Program } from '../http.fixture.ts'

const DAY = 86_400_000
const iso = (at: number) => new Date(at).toISOString()

let http: HttpFixture
let token: string
before(async () => {
  http = await openHttpFixture({ dependencies: { networkNames: ['printers'] } })
  token = await http.token(await http.program(A, POSTERN_ADMINISTRATOR.name))
})
after(() => http.close())

type Made = { keyId: string; secretText: string; endDateTime: string; network: string | null; hint: string }
type Answer = { status: number; body: Made & { error: { code: string; target?: string } } }
async function make(application: string, json: object = {}, bearer = token): Promise<Answer> {
  const path = `/providers/Postern.Mail/applications/${application}/devicePassword`
  const response = await http.request('POST', path, { token: bearer, json })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
const storedOf = async ({ tenantId, applicationId }: Program, keyId: string) =>
  (await http.storage.read.directory.readLogin(tenantId, applicationId))?.secrets.find((one) => one.keyId === keyId)

test('it is shown once; its hash, its hint, its end and its network are kept', async () => {
  const program = await http.program(A)
  const { status, body } = await make(program.applicationId, {
    displayName: 'copier',
    endDateTime: iso(AT + DAY),
    network: 'printers',
  })
  assert.equal(status, 200)
  assert.match(body.secretText, /^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
  assert.deepEqual(
    [body.hint, body.endDateTime, body.network],
    [body.secretText.slice(0, 3), iso(AT + DAY), 'printers'],
  )
  const stored = await storedOf(program, body.keyId)
  assert.deepEqual(stored?.device, { network: 'printers' })
  const typed = Buffer.from(body.secretText.replaceAll('-', '').toLowerCase())
  assert.deepEqual(Buffer.from(stored?.hash ?? []), Buffer.from(hashDevicePassword(typed, pepper)))
})

test('without anything asked for it is good from everywhere, for two years', async () => {
  const program = await http.program(A)
  const { body } = await make(program.objectId)
  assert.equal(Date.parse(body.endDateTime), new Date(AT).setUTCFullYear(new Date(AT).getUTCFullYear() + 2))
  assert.equal(body.network, null)
  assert.deepEqual((await storedOf(program, body.keyId))?.device, {})
})

test('Graph lists it among the passwords under its mark and removes it, and a rotation leaves it alone', async () => {
  const program = await http.program(A)
  const { body } = await make(program.applicationId)
  const path = `/v1.0/applications/${program.objectId}`
  const list = async () => {
    const answer = await http.request('GET', path, { token })
    const { passwordCredentials } = (await answer.json()) as {
      passwordCredentials: { keyId: string; customKeyIdentifier: string | null; endDateTime: string }[]
    }
    return passwordCredentials
  }
  const marks = new Map((await list()).map((one) => [one.keyId, one.customKeyIdentifier]))
  assert.deepEqual([marks.get(body.keyId), marks.get(program.keyId)], [DEVICE_PASSWORD_IDENTIFIER, null])
  const rotation = `/providers/Postern.Mail/applications/${program.applicationId}/rotateSecret`
  await http.request('POST', rotation, { token, json: { overlap: 60 } })
  assert.equal((await list()).find((one) => one.keyId === body.keyId)?.endDateTime, body.endDateTime)
  const removed = await http.request('POST', `${path}/removePassword`, { token, json: { keyId: body.keyId } })
  assert.deepEqual([removed.status, await storedOf(program, body.keyId)], [204, undefined])
})

test('it is listed as a kind of its own', async () => {
  const program = await http.program(A)
  const { body } = await make(program.applicationId)
  const path = `/providers/Postern.Mail/credentials?applicationId=${program.applicationId}`
  const { value } = (await (await http.request('GET', path, { token })).json()) as {
    value: { keyId: string; kind: string; supersededBy: string | null }[]
  }
  assert.deepEqual(
    new Map(value.map((one) => [one.keyId, one.kind])),
    new Map([
      [program.keyId, 'password'],
      [body.keyId, 'device-password'],
    ]),
  )
})

test('the token service knows no device password, in any spelling, bound or not', async () => {
  const program = await http.program(A)
  const plain = (await make(program.applicationId)).body.secretText
  const bound = (await make(program.applicationId, { network: 'printers' })).body.secretText
  for (const secret of [plain, plain.replaceAll('-', ''), plain.toLowerCase(), bound]) {
    const form = credentialsForm({ ...program, secret })
    const answer = await http.request('POST', `/${program.tenantId}/oauth2/v2.0/token`, { form })
    assert.deepEqual([answer.status, ((await answer.json()) as { error: string }).error], [401, 'invalid_client'])
  }
})

const refusals: readonly [string, object, string][] = [
  ['an end that is over', { endDateTime: iso(AT) }, 'endDateTime'],
  ['a network that is not configured', { network: 'scanners' }, 'network'],
]
for (const [name, json, target] of refusals)
  test(`refused: ${name}`, async () => {
    const { status, body } = await make((await http.program(A)).applicationId, json)
    assert.deepEqual([status, body.error.target], [400, target])
  })

test('nobody makes one for an application of another tenant, or without the right', async () => {
  const program = await http.program(A)
  const ofB = await http.token(await http.program(B, POSTERN_ADMINISTRATOR.name))
  assert.equal((await make(program.applicationId, {}, ofB)).status, 404)
  const reader = await http.token(await http.program(A, READER.name))
  assert.equal((await make(program.applicationId, {}, reader)).status, 403)
  assert.equal((await http.storage.read.directory.readLogin(A.tenantId, program.applicationId))?.secrets.length, 1)
})
