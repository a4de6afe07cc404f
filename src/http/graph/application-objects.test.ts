// Applications as objects: made, listed, changed, deleted; what is refused; whose they are.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { B } from '../../storage/two-tenants.fixture.ts'
import { BASE } from '../http.fixture.ts'
import { ABSENT, assertError, filterBy, type GraphFixture, openGraphFixture } from './graph.fixture.ts'

let graph: GraphFixture
before(async () => {
  graph = await openGraphFixture()
})
after(() => graph.close())

const full = {
  displayName: 'Scanner in hall 1',
  identifierUris: ['api://scanner', 'https://scanner.example/app'],
  signInAudience: 'AzureADMyOrg',
  tags: ['hall'],
  notes: 'by the door',
  web: { redirectUris: ['https://localhost'] },
  keyCredentials: [],
}

test('an application is made with what it was told, found by its ids, and gone when deleted', async () => {
  const created = await graph.create('/applications', full)
  const { keyCredentials, ...told } = full
  assert.deepEqual({ ...created, ...told, keyCredentials }, created)
  assert.equal(created['createdDateTime'], '2030-01-01T00:00:00.000Z')
  assert.notEqual(created.id, created['appId'])
  const read = await graph.ask('GET', `/applications/${created.id}`)
  assert.deepEqual(read.body, created)
  const principal = await graph.create('/servicePrincipals', { appId: created['appId'] })
  assert.equal((await graph.ask('DELETE', `/applications(appId='${String(created['appId'])}')`)).status, 204)
  for (const path of [`/applications/${created.id}`, `/servicePrincipals/${principal.id}`])
    assertError(await graph.ask('GET', path), 404, 'Request_ResourceNotFound')
  assertError(await graph.ask('DELETE', `/applications/${created.id}`), 404, 'Request_ResourceNotFound')
})

test('a change replaces what it names, null takes away, the rest stays', async () => {
  const { id } = await graph.create('/applications', { ...full, identifierUris: ['api://changing'] })
  const changes = { notes: null, tags: [], identifierUris: ['api://changed'], spa: { redirectUris: [] } }
  assert.equal((await graph.ask('PATCH', `/applications/${id}`, changes)).status, 204)
  const { body } = await graph.ask('GET', `/applications/${id}`)
  const { displayName, web } = full
  const shown = {
    displayName,
    web,
    notes: null,
    tags: [],
    identifierUris: ['api://changed'],
    spa: { redirectUris: [] },
  }
  assert.deepEqual({ ...body, ...shown }, body)
})

test('a principal is renamed with its application unless it has a name of its own', async () => {
  const { id, appId } = await graph.create('/applications', { displayName: 'Before' })
  const principal = await graph.create('/servicePrincipals', { appId })
  const nameOf = async () => (await graph.ask('GET', `/servicePrincipals/${principal.id}`)).body['displayName']
  await graph.ask('PATCH', `/applications/${id}`, { displayName: 'After' })
  assert.equal(await nameOf(), 'After')
  await graph.ask('PATCH', `/servicePrincipals/${principal.id}`, { displayName: 'Own' })
  await graph.ask('PATCH', `/applications/${id}`, { displayName: 'Later' })
  assert.equal(await nameOf(), 'Own')
})

const refused: readonly [string, unknown][] = [
  ['no name', { notes: 'x' }],
  ['an empty name', { displayName: '' }],
  ['a blank name', { displayName: ' ' }],
  ['a name with a line break', { displayName: 'a\nb' }],
  ['a name too long', { displayName: 'x'.repeat(257) }],
  ['a name that is no text', { displayName: 1 }],
  ['secrets', { displayName: 'x', passwordCredentials: [] }],
  ['a URI that is none', { displayName: 'x', identifierUris: ['scanner'] }],
  ['a URI twice', { displayName: 'x', identifierUris: ['api://a', 'API://A'] }],
  ['an unknown audience', { displayName: 'x', signInAudience: 'everybody' }],
  ['a member nobody knows', { displayName: 'x', dispalyName: 'y' }],
  ['its own id', { displayName: 'x', appId: ABSENT }],
  ['too much', { displayName: 'x', web: { note: 'x'.repeat(65_536) } }],
  ['a list', []],
]
for (const [name, body] of refused)
  test(`an application is not made from ${name}`, async () => {
    const count = async () => (await graph.ask('GET', '/applications?$count=true')).body['@odata.count']
    const before = await count()
    assertError(await graph.ask('POST', '/applications', body), 400, 'Request_BadRequest')
    assert.equal(await count(), before)
  })

test('an identifier URI belongs to one application of a tenant', async () => {
  const uri = 'api://taken'
  const { id } = await graph.create('/applications', { displayName: 'First', identifierUris: [uri] })
  const other = await graph.create('/applications', { displayName: 'Second' })
  for (const answer of [
    await graph.ask('POST', '/applications', { displayName: 'Third', identifierUris: ['API://TAKEN'] }),
    await graph.ask('PATCH', `/applications/${other.id}`, { displayName: 'Renamed', identifierUris: [uri] }),
  ])
    assertError(answer, 400, 'Request_MultipleObjectsWithSameKeyValue')
  assert.equal((await graph.ask('GET', `/applications/${other.id}`)).body['displayName'], 'Second')
  assert.equal((await graph.ask('PATCH', `/applications/${id}`, { identifierUris: [uri] })).status, 204)
  const elsewhere = await graph.programWith(['Microsoft.Directory/applications/*'], B)
  const inB = { displayName: 'First', identifierUris: [uri] }
  assert.equal((await graph.ask('POST', '/applications', inB, elsewhere.token)).status, 201)
})

test('what another tenant has is absent, to be changed and deleted as well', async () => {
  for (const [method, json] of [['PATCH', { displayName: 'mine' }], ['DELETE'], ['GET']] as const) {
    assertError(
      await graph.ask(method, `/applications/${B.applicationObjectId}`, json),
      404,
      'Request_ResourceNotFound',
    )
  }
})

const names = ['O’Brien', "O'Brien", 'obrien (old)', 'Other']
const filters: readonly [string, readonly string[]][] = [
  ["displayName eq 'o''brien'", ["O'Brien"]],
  ["startswith(displayName,'o''')", ["O'Brien"]],
  ["startswith(displayName,'Ob')", ['obrien (old)']],
  ["displayName in ('Other','O’Brien')", ['O’Brien', 'Other']],
  [
    "startswith(displayName,'o') and not startswith(displayName,'ob') and displayName ne 'Other'",
    ['O’Brien', "O'Brien"],
  ],
  [
    "(displayName eq 'Other' or displayName eq 'Obrien (Old)') and tags/any(t:t eq 'filtered')",
    ['obrien (old)', 'Other'],
  ],
  ["identifierUris/any(s:s eq 'api://OTHER')", ['Other']],
]
test('filters find what they name', async () => {
  for (const displayName of names) {
    const uris = displayName === 'Other' ? ['api://other'] : []
    await graph.create('/applications', { displayName, tags: ['filtered'], identifierUris: uris })
  }
  for (const [filter, expected] of filters) {
    const { body } = await graph.ask('GET', `/applications?${filterBy(filter)}`)
    const found = body.value.map(({ displayName }) => String(displayName))
    assert.deepEqual(found.toSorted(), [...expected].toSorted(), filter)
  }
  const search = async (terms: string) =>
    (await graph.ask('GET', `/applications?$search=${encodeURIComponent(terms)}`)).body.value.length
  assert.deepEqual(
    [await search('"displayName:BRIEN"'), await search('"displayName:brien" AND "displayName:old"')],
    [3, 1],
  )
})

test('by its keys an application is looked up, not searched for', async () => {
  const { id, appId } = await graph.create('/applications', { displayName: 'Looked up' })
  const { directory } = graph.storage.read
  const list = directory.listApplications
  directory.listApplications = () => assert.fail('every application was read')
  try {
    for (const filter of [
      `appId eq '${String(appId).toUpperCase()}'`,
      `id eq '${id}' and displayName eq 'looked up'`,
    ]) {
      const { body } = await graph.ask('GET', `/applications?${filterBy(filter)}`)
      assert.deepEqual(
        body.value.map((one) => one.id),
        [id],
      )
    }
    const none = await graph.ask(
      'GET',
      `/applications?${filterBy(`appId eq '${String(appId)}' and displayName eq 'x'`)}`,
    )
    assert.deepEqual(none.body.value, [])
  } finally {
    directory.listApplications = list
  }
})

test('pages hold every application once; their links are absolute and keep what was asked', async () => {
  for (let count = 0; count < 7; count += 1) await graph.create('/applications', { displayName: `Paged ${count}` })
  const filter = "startswith(displayName,'Paged')"
  const sizes: number[] = []
  const seen = new Set<unknown>()
  let path = `/applications?${filterBy(filter)}&$top=3&$select=displayName&$count=true`
  for (let page = 0; path !== ''; page += 1) {
    const { body } = await graph.ask('GET', path)
    assert.equal(body['@odata.count'], page === 0 ? 7 : undefined)
    sizes.push(body.value.length)
    for (const one of body.value) {
      assert.deepEqual(Object.keys(one), ['displayName'])
      seen.add(one['displayName'])
    }
    const link = body['@odata.nextLink'] as string | undefined
    if (link !== undefined) assert.ok(link.startsWith(`${BASE}/v1.0/applications?`), link)
    path = link?.slice(`${BASE}/v1.0`.length) ?? ''
  }
  assert.deepEqual([sizes, seen.size], [[3, 3, 1], 7])
  const response = await graph.request('GET', `/v1.0/applications/$count?${filterBy(filter)}`, {
    token: await graph.tokenOf(await graph.program({ ...B }, undefined)),
  })
  assert.equal(response.status, 403)
})

test('$count alone is a bare number', async () => {
  const { token } = await graph.programWith(['*/read'])
  const { body } = await graph.ask('GET', '/applications?$count=true&$top=1')
  const response = await graph.request('GET', '/v1.0/applications/%24count', { token })
  assert.equal(await response.text(), String(body['@odata.count']))
})

const queries: readonly [string, string][] = [
  ['$top=0', 'Request_BadRequest'],
  ['$top=1000', 'Request_BadRequest'],
  ['$top=x', 'Request_BadRequest'],
  ['$skiptoken=x', 'Request_BadRequest'],
  ['$orderby=displayName', 'Request_BadRequest'],
  ['$expand=owners', 'Request_BadRequest'],
  ['$search=displayName', 'Request_BadRequest'],
  [filterBy('displayName'), 'Request_UnsupportedQuery'],
  [filterBy("passwordCredentials eq 'x'"), 'Request_UnsupportedQuery'],
]
for (const [query, code] of queries)
  test(`a list refuses ${decodeURIComponent(query)}`, async () => {
    assertError(await graph.ask('GET', `/applications?${query}`), 400, code)
  })
