// Suppressed addresses and destinations over HTTP: who sees and changes them, each in its tenant, and what is asked wrongly.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { A, AT, B } from '../../storage/two-tenants.fixture.ts'
import { BASE, hideOtherTenants, type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const MAIL = '/providers/Postern.Mail'

let http: HttpFixture
const tokens: Record<string, string> = {}
before(async () => {
  http = await openHttpFixture()
  const { id } = await putService(http.storage, A, 'one')
  const programs = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    ownerOfOne: await http.program(A, OWNER.name, id),
    reader: await http.program(A, READER.name),
    nobody: await http.program(A),
  }
  for (const [name, program] of Object.entries(programs)) tokens[name] = await http.token(program)
})
after(() => http.close())

type Answer = {
  readonly status: number
  readonly value: readonly Record<string, unknown>[]
  readonly body: Record<string, unknown> & { readonly nextLink?: string }
}
async function ask(method: string, path: string, by = 'administrator', json?: unknown): Promise<Answer> {
  const url = path.startsWith('/') ? path : `${MAIL}/${path}`
  const response = await http.request(method, url, { token: tokens[by] ?? '', ...(json === undefined ? {} : { json }) })
  const text = await response.text()
  const body = (text === '' ? {} : JSON.parse(text)) as Answer['body']
  return { status: response.status, body, value: (body['value'] ?? []) as Answer['value'] }
}

test('suppressions: written, read, listed in pages, removed, each in its tenant', async () => {
  const put = (address: string, json: object, by = 'administrator') => ask('PUT', `suppressions/${address}`, by, json)
  assert.equal((await put('One@B%C3%BCcher.example', { detail: 'asked to' })).status, 201)
  const again = await put('one@xn--bcher-kva.example', { expiresAt: '2030-01-02T00:00:00+01:00' })
  assert.equal(again.status, 200)
  assert.deepEqual(again.body, {
    address: 'one@xn--bcher-kva.example',
    reason: 'operator',
    detail: '',
    createdAt: '2030-01-01T00:00:00.000Z',
    expiresAt: '2030-01-01T23:00:00.000Z',
    bounces: 0,
  })
  await put('two@x.example', {})
  const seen: unknown[] = []
  let next: string | undefined = `${MAIL}/suppressions?limit=1`
  for (let page = 0; next !== undefined && page < 5; page++) {
    const answer: Answer = await ask('GET', next, 'reader')
    seen.push(...answer.value.map(({ address }) => address))
    next = answer.body.nextLink?.slice(BASE.length)
  }
  assert.deepEqual(seen, ['one@xn--bcher-kva.example', 'two@x.example'])
  for (const [method, by, status] of [
    ['GET', 'reader', 200],
    ['GET', 'administratorOfB', 404],
    ['DELETE', 'administratorOfB', 204],
    ['DELETE', 'reader', 403],
    ['DELETE', 'ownerOfOne', 403],
    ['GET', 'nobody', 403],
    ['DELETE', 'administrator', 200],
    ['DELETE', 'administrator', 204],
  ] as const)
    assert.equal((await ask(method, 'suppressions/TWO@x.example', by)).status, status, `${method} ${by}`)
  assert.equal((await put('three@x.example', {}, 'reader')).status, 403)
  await ask('DELETE', 'suppressions/one@xn--bcher-kva.example')
})

test('destinations are the installation’s to see', async (context) => {
  const limits = { initial: 2, most: 5 }
  const request = {
    destination: 'x.example',
    limits,
    inUse: 0,
    wanted: 1,
    messages: 0,
    successes: 0,
    failures: 1,
    reply: '421 busy',
  }
  const exchange = {
    node: 'n',
    at: AT,
    until: AT + 1000,
    backOff: { first: 60_000, most: 60_000, jitter: 0 },
    requests: [request],
  }
  await http.storage.write.destinations.exchangePermits(exchange)
  assert.equal((await ask('GET', 'destinations')).status, 403)
  context.after(hideOtherTenants(http.storage))
  assert.equal((await ask('GET', 'destinations', 'nobody')).status, 403)
  const { value } = await ask('GET', 'destinations?limit=5', 'reader')
  const [{ updatedAt: _, ...shown } = {}] = value
  assert.deepEqual(shown, {
    destination: 'x.example',
    window: 1,
    connections: 1,
    failures: 1,
    pausedUntil: '2030-01-01T00:01:00.000Z',
    lastReply: '421 busy',
  })
})

const malformed: readonly [method: string, path: string, json?: unknown][] = [
  ['GET', 'suppressions?limit=1001'],
  ['GET', 'destinations?limit=x'],
  ['PUT', 'suppressions/nobody', {}],
  ['PUT', 'suppressions/a@x.example', { expiresAt: '2029-01-01T00:00:00Z' }],
  ['PUT', 'suppressions/a@x.example', { expiresAt: 'soon' }],
  ['PUT', 'suppressions/a%20b@x.example', {}],
  ['PUT', 'suppressions/%E0%A4%A', {}],
  ['DELETE', 'suppressions/x.example'],
]
for (const [method, path, json] of malformed)
  test(`${method} ${path} ${JSON.stringify(json ?? '')} is not understood`, async () => {
    assert.equal((await ask(method, path, 'administrator', json)).status, 400)
  })
