// Quotas over HTTP: set, read with what is left, removed; who may, each in its tenant, and what is asked wrongly.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { packTerms } from '../../quota/packed-terms.ts'
import { subjectsOf } from '../../quota/quota.ts'
import { envelope, inline } from '../../storage/mail-store.fixture.ts'
import { A, B, change, domain, emailService } from '../../storage/two-tenants.fixture.ts'
import { BASE, type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

const APPLICATION = `/providers/Postern.Mail/applications/${A.applicationId}/quotas/default`
const DAY = Date.UTC(2030, 0, 1)

let http: HttpFixture
let service: string
let ownDomain: string
const tokens: Record<string, string> = {}
before(async () => {
  http = await openHttpFixture({ dependencies: { quotaDefaults: { domain: { messages: { day: 7 } } } } })
  service = (await putService(http.storage, A, 'Contoso')).id
  const sender = domain(A, 'domains', 'contoso.example')
  for (const resource of [emailService(A, 'domains'), sender])
    await http.storage.write.resources.putResource(change(), resource)
  ownDomain = sender.id
  const programs = {
    administrator: await http.program(A, POSTERN_ADMINISTRATOR.name),
    administratorOfB: await http.program(B, POSTERN_ADMINISTRATOR.name),
    ownerOfService: await http.program(A, OWNER.name, service),
    contributor: await http.program(A, CONTRIBUTOR.name),
    reader: await http.program(A, READER.name),
    nobody: await http.program(A),
  }
  for (const [name, program] of Object.entries(programs)) tokens[name] = await http.token(program)
})
after(() => http.close())

type Properties = {
  kind: string
  subject: string
  origin: string
  limits: object
  usage: { name: string; used: number; remaining: number; resetsAt: string }[]
}
type Body = {
  id: string
  properties: Properties
  value: Body[]
  nextLink?: string
  error: { code: string; target?: string }
}
async function ask(method: string, path: string, by = 'administrator', limits?: object) {
  const json = limits === undefined ? {} : { json: { properties: { limits } } }
  const response = await http.request(method, path, { token: tokens[by] ?? '', ...json })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
}
const on = (resource: string, name = 'default') => `${resource}/providers/Postern.Mail/quotas/${name}`

test('one is set, shows what is left, is replaced and removed', async () => {
  const first = await ask('PUT', on(service), 'ownerOfService', { messages: { day: 3 }, recipients: { day: 9 } })
  assert.equal(first.status, 201)
  const [, subject] = subjectsOf({ applicationId: '', resourceId: service, domain: '' })
  assert(subject !== undefined)
  await http.storage.write.spool.enqueue({
    envelope: envelope({ resourceId: service, receivedAt: DAY }),
    content: inline('Subject: hi\r\n\r\n'),
    terms: packTerms([{ subject, limits: { messages: { day: 3 } } }]),
  })
  const { body } = await ask('GET', on(service.toUpperCase()), 'reader')
  assert.deepEqual(body, {
    id: on(service),
    name: 'default',
    type: 'Postern.Mail/quotas',
    properties: {
      kind: 'resource',
      subject: service.toLowerCase(),
      origin: 'api',
      limits: { messages: { day: 3 }, recipients: { day: 9 } },
      usage: [
        {
          name: 'resource-messages-per-day',
          unit: 'messages',
          window: 'day',
          limit: 3,
          used: 1,
          remaining: 2,
          resetsAt: '2030-01-02T00:00:00.000Z',
        },
        {
          name: 'resource-recipients-per-day',
          unit: 'recipients',
          window: 'day',
          limit: 9,
          used: 1,
          remaining: 8,
          resetsAt: '2030-01-02T00:00:00.000Z',
        },
      ],
    },
  })
  assert.equal((await ask('PUT', on(service), 'contributor', { messages: { day: 1 } })).status, 200)
  assert.equal((await ask('GET', on(service))).body.properties.usage[0]?.remaining, 0)
  assert.equal((await ask('DELETE', on(service))).status, 200)
  assert.equal((await ask('DELETE', on(service))).status, 204)
  const gone = (await ask('GET', on(service))).body.properties
  assert.deepEqual([gone.origin, gone.limits, gone.usage], ['configuration', { messages: {}, recipients: {} }, []])
})

test('where nothing is set the configuration holds, and a quota that is set takes its place whole', async () => {
  const before = (await ask('GET', on(ownDomain))).body.properties
  assert.deepEqual([before.kind, before.subject, before.origin], ['domain', 'contoso.example', 'configuration'])
  assert.deepEqual(before.limits, { messages: { day: 7 }, recipients: {} })
  await ask('PUT', on(ownDomain), 'administrator', { recipients: { minute: 5 } })
  const after = (await ask('GET', on(ownDomain))).body.properties
  assert.deepEqual(after.limits, { messages: {}, recipients: { minute: 5 } })
  await ask('DELETE', on(ownDomain))
})

test('they are listed in pages, each tenant its own', async () => {
  await ask('PUT', APPLICATION, 'administrator', { messages: { hour: 5 } })
  await ask('PUT', on(service), 'administrator', { messages: { hour: 5 } })
  const seen: unknown[] = []
  let next: string | undefined = '/providers/Postern.Mail/quotas?limit=1'
  for (let page = 0; next !== undefined && page < 5; page++) {
    const { body }: { body: Body } = await ask('GET', next)
    seen.push(...body.value.map(({ id }) => id))
    next = body.nextLink?.slice(BASE.length)
  }
  assert.deepEqual(seen, [APPLICATION, on(service)])
  const together = (await ask('GET', '/providers/Postern.Mail/quotas')).body.value
  assert.deepEqual(
    together.map(({ properties: { usage } }) => usage.map(({ name, used }) => [name, used])),
    [[['application-messages-per-hour', 0]], [['resource-messages-per-hour', 1]]],
  )
  assert.deepEqual((await ask('GET', '/providers/Postern.Mail/quotas', 'administratorOfB')).body.value, [])
})

test('one goes with its resource', async () => {
  const { id } = await putService(http.storage, A, 'Passing')
  await ask('PUT', on(id), 'administrator', { messages: { hour: 5 } })
  await http.storage.write.resources.deleteResource(change(), id)
  await putService(http.storage, A, 'Passing')
  assert.equal((await ask('GET', on(id))).body.properties.origin, 'configuration')
})

const LIMITS = { messages: { hour: 5 } }
const refusals: readonly (readonly [name: string, status: number, ask: () => ReturnType<typeof ask>])[] = [
  ['a reader sets none', 403, () => ask('PUT', on(service), 'reader', LIMITS)],
  ['nobody reads none', 403, () => ask('GET', on(service), 'nobody')],
  ['an owner of one service sets none of an application', 403, () => ask('PUT', APPLICATION, 'ownerOfService', LIMITS)],
  ['another tenant’s service is not there', 404, () => ask('PUT', on(service), 'administratorOfB', LIMITS)],
  ['another tenant’s application is not there', 404, () => ask('PUT', APPLICATION, 'administratorOfB', LIMITS)],
  ['a service that is not there', 404, () => ask('PUT', on(`${service}2`), 'administrator', LIMITS)],
  ['another name', 404, () => ask('PUT', on(service, 'second'), 'administrator', LIMITS)],
  ['a tenant as a whole', 404, () => ask('PUT', on(''), 'administrator', LIMITS)],
  [
    'an application that is no id',
    404,
    () => ask('PUT', APPLICATION.replace(/[0-9a-f-]{36}/, 'x'), 'administrator', LIMITS),
  ],
  ['an unknown window', 400, () => ask('PUT', on(service), 'administrator', { messages: { week: 1 } })],
  ['less than none', 400, () => ask('PUT', on(service), 'administrator', { messages: { day: -1 } })],
  ['half a message', 400, () => ask('PUT', on(service), 'administrator', { messages: { day: 1.5 } })],
  ['no limits at all', 400, () => ask('PUT', on(service), 'administrator')],
]
for (const [name, status, asking] of refusals)
  test(`refused: ${name}`, async () => assert.equal((await asking()).status, status))
