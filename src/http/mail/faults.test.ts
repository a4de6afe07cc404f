// Who may ask for a fault, see one and clear it: for a communication service whoever has the right there, for an application whoever has
// it on the whole tenant, and nobody in another tenant.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { A, B } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const FAULTS = '/providers/Postern.Mail/faults'

let http: HttpFixture
let one: string
let two: string
const tokens: Record<string, string> = {}
before(async () => {
  http = await openHttpFixture({ dependencies: { findFaults: async () => [] } })
  one = (await putService(http.storage, A, 'one')).id
  two = (await putService(http.storage, A, 'two')).id
  const programs = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    ownerOfOne: await http.program(A, OWNER.name, one),
    reader: await http.program(A, READER.name),
    nobody: await http.program(A),
  }
  for (const [name, program] of Object.entries(programs)) tokens[name] = await http.token(program)
})
after(() => http.close())

async function ask(method: string, path: string, by: string, json?: object) {
  const response = await http.request(method, path, { token: tokens[by] ?? '', ...(json && { json }) })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

const idsSeen = async (by: string) => {
  const { body } = await ask('GET', FAULTS, by)
  return (body['value'] as { id: string }[]).map(({ id }) => id)
}

test('asking takes the right on the target', async () => {
  const ofApplication = { kind: 'throttled', applicationId: A.applicationId }
  const ofOne = { kind: 'throttled', communicationServiceId: one }
  const ofTwo = { kind: 'throttled', communicationServiceId: two }
  const cases: readonly (readonly [by: string, asked: object, status: number])[] = [
    ['administrator', ofApplication, 201],
    ['administrator', ofOne, 201],
    ['ownerOfOne', ofApplication, 403],
    ['ownerOfOne', { ...ofOne, communicationServiceId: one.toUpperCase() }, 201],
    ['ownerOfOne', ofTwo, 403],
    ['reader', ofOne, 403],
    ['nobody', ofOne, 403],
    ['administratorOfB', ofApplication, 400],
    ['administratorOfB', ofOne, 400],
  ]
  for (const [by, asked, status] of cases)
    assert.equal((await ask('POST', FAULTS, by, asked)).status, status, `${by} ${JSON.stringify(asked)}`)
})

test('seeing and clearing likewise; what may not be cleared is as if it were not there', async () => {
  const put = async (asked: object) => {
    const { body } = await ask('POST', FAULTS, 'administrator', { kind: 'missing-role', ...asked })
    return String(body['id'])
  }
  const ofApplication = await put({ applicationId: A.applicationId })
  const [ofOne, ofTwo] = [await put({ communicationServiceId: one }), await put({ communicationServiceId: two })]
  const all = [ofApplication, ofOne, ofTwo]
  const seenBy = async (by: string) => (await idsSeen(by)).filter((id) => all.includes(id))
  assert.deepEqual(await seenBy('reader'), all)
  assert.deepEqual(await seenBy('ownerOfOne'), [ofOne])
  assert.deepEqual(await seenBy('administratorOfB'), [])
  assert.equal((await ask('GET', FAULTS, 'nobody')).status, 403)
  for (const [by, id, status] of [
    ['reader', ofOne, 404],
    ['administratorOfB', ofOne, 404],
    ['ownerOfOne', ofTwo, 404],
    ['ownerOfOne', ofOne, 204],
    ['ownerOfOne', ofOne, 404],
    ['administrator', ofTwo, 204],
    ['administrator', 'nonsense', 404],
  ] as const)
    assert.equal((await ask('DELETE', `${FAULTS}/${id}`, by)).status, status, `${by} ${id}`)
})

test('an application that another tenant has does not exist', async () => {
  const { body } = await ask('POST', FAULTS, 'administratorOfB', { kind: 'throttled', applicationId: A.applicationId })
  const { body: made } = await ask('POST', FAULTS, 'administratorOfB', {
    kind: 'throttled',
    applicationId: '99999999-9999-4999-8999-999999999999',
  })
  assert.deepEqual(body, made)
})

test('a fault tells what was asked for', async () => {
  const asked = { kind: 'slow-reply', delay: 1500, applicationId: A.applicationId.toUpperCase() }
  const { body } = await ask('POST', FAULTS, 'administrator', { ...asked, endsAt: '2030-01-01T02:00:00+01:00' })
  const { id, createdBy, ...told } = body
  assert.deepEqual(told, {
    kind: 'slow-reply',
    delay: 1500,
    applicationId: A.applicationId,
    createdAt: '2030-01-01T00:00:00.000Z',
    endsAt: '2030-01-01T01:00:00.000Z',
  })
  assert.ok(typeof id === 'string' && typeof createdBy === 'string')
})
