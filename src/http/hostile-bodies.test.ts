// Bodies that are JSON and still cannot be taken: too deep, or with what no store can hold. Each is refused by its member before
// anything looks at it, at ARM and at Graph alike.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { POSTERN_ADMINISTRATOR } from '../access/built-in-roles.ts'
import { A } from '../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, VERSION } from './http.fixture.ts'

const GROUP = `/subscriptions/${A.subscriptionId}/resourceGroups/odd`
const APPLICATIONS = '/v1.0/applications'

let http: HttpFixture
let token: string
before(async () => {
  http = await openHttpFixture()
  token = await http.token(await http.program(A, POSTERN_ADMINISTRATOR.name))
})
after(() => http.close())

type Body = { readonly error?: { readonly code: string; readonly message: string; readonly target?: string } }
async function send(method: string, path: string, body: string) {
  const headers = { 'content-type': 'application/json' }
  const response = await http.request(method, path, { token, headers, body })
  return { status: response.status, error: ((await response.json()) as Body).error }
}
const putGroup = (body: string) => send('PUT', `${GROUP}?${VERSION}`, body)
const createApplication = (body: string) => send('POST', APPLICATIONS, body)
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

const refused: readonly [string, string, string?][] = [
  ['nested too deep', `{"location":"global","tags":${nested(64)}}`],
  ['nested as deep as a body can be', `{"location":"global","tags":${nested(500_000)}}`],
  ['U+0000', '{"location":"global","tags":{"a":"x\\u0000y"}}', 'tags.a'],
  ['half a surrogate pair', '{"location":"global","tags":{"a":"\\ud800"}}', 'tags.a'],
  ['the halves the wrong way round', '{"location":"global","tags":{"a":"\\udc00\\ud800"}}', 'tags.a'],
  ['U+0000 in a name', '{"location":"global","tags":{"a\\u0000":"x"}}', 'tags'],
  ['half a surrogate pair in a name', '{"location":"global","tags":{"\\udfff":"x"}}', 'tags'],
  ['a length that compares with nothing', '{"location":{"length":{"toString":0}}}', 'location.length'],
  ['a tag that is called __proto__', '{"location":"global","tags":{"a":"b","__proto__":"x"}}', 'tags'],
]
for (const [name, body, target] of refused) {
  test(`refused by ARM: ${name}`, async () => {
    const { status, error } = await putGroup(body)
    assert.deepEqual([status, error?.code, error?.target], [400, 'InvalidRequestContent', target])
    assert.equal(await http.storage.read.resources.readResource(GROUP), undefined)
  })
}

const unstorable: readonly [string, string][] = [
  ['a length that compares with nothing', '{"displayName":{"length":{"valueOf":0,"toString":0}}}'],
  ['nested too deep', `{"displayName":"odd","web":${nested(20_000)}}`],
  ['U+0000 in what is kept as it is', '{"displayName":"odd","web":{"homePageUrl":"\\u0000"}}'],
  ['half a surrogate pair in the name', '{"displayName":"odd \\ud83d"}'],
  ['__proto__ in what is kept as it is', '{"displayName":"odd","web":{"__proto__":{"a":1}}}'],
]
for (const [name, body] of unstorable) {
  test(`refused by Graph: ${name}`, async () => {
    const { status, error } = await createApplication(body)
    assert.deepEqual([status, error?.code], [400, 'Request_BadRequest'])
    const page = { limit: 1000, after: '' }
    const stored = await http.storage.read.directory.listApplications(A.tenantId, page)
    assert.equal(
      stored.some(({ displayName }) => displayName.startsWith('odd')),
      false,
    )
  })
}

test('refused: U+0000 in a query', async () => {
  const filter = encodeURIComponent("appId eq '\0'")
  const response = await http.request('GET', `${APPLICATIONS}?$filter=${filter}`, { token })
  assert.equal(response.status, 400)
})

test('taken: as deep as anything is, and every character there is', async () => {
  const web = `${'{"a":'.repeat(63)}1${'}'.repeat(63)}`
  const { status, error } = await createApplication(`{"displayName":"odd \\ud83d\\ude00","web":${web}}`)
  assert.equal(status, 201, error?.message ?? '')
  assert.equal((await putGroup('{"location":"global","tags":{"constructor":"x","toString":"\\u2028"}}')).status, 201)
})
