// The diagnosis of a login over HTTP: what it says, who may ask, and that a tenant learns nothing of another one, neither by asking nor
// by what is suggested to it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import {
  A,
  AT,
  B,
  change,
  domain,
  emailService,
  senderUsername,
  smtpUsername,
} from '../../storage/two-tenants.fixture.ts'
import { assign, type HttpFixture, openHttpFixture, type Program, putService } from '../http.fixture.ts'

const PATH = '/providers/Postern.Mail/diagnoseLogin'

let http: HttpFixture
const programs: Record<string, Program> = {}
const services = { one: '', foreign: '' }

before(async () => {
  http = await openHttpFixture()
  const put = http.storage.write.resources.putResource.bind(http.storage.write.resources)
  const mail = domain(A, 'mail', 'a.example.test')
  const unverified = domain(A, 'mail', 'new.example.test', 'NotStarted')
  const foreign = domain(B, 'mail', 'b.example.test')
  for (const one of [emailService(A, 'mail'), emailService(B, 'mail'), mail, unverified, foreign])
    await put(change(), one)
  await put(change(), senderUsername(A, 'mail', 'a.example.test', 'donotreply'))
  await put(change(), senderUsername(B, 'mail', 'b.example.test', 'donotreply'))
  services.one = (await putService(http.storage, A, 'one', [mail.id, unverified.id])).id
  services.foreign = (await putService(http.storage, B, 'foreign', [foreign.id])).id
  await put(change(), smtpUsername(B, 'foreign', 'fax', 'fax'))
  programs['administrator'] = await http.program(A, POSTERN_ADMINISTRATOR.name)
  programs['administratorOfB'] = await http.program(B, POSTERN_ADMINISTRATOR.name)
  programs['reader'] = await http.program(A, READER.name)
  programs['sender'] = await http.program(A, CONTRIBUTOR.name, services.one)
  programs['roleless'] = await http.program(A)
  programs['readerOfDecisions'] = await http.program(A)
  await assign(http.storage, programs['readerOfDecisions'], await putDecisionsRole(), services.one)
})
after(() => http.close())

async function putDecisionsRole(): Promise<string> {
  const name = randomUUID()
  await http.storage.write.roles.putRoleDefinition(change(), A.tenantId, {
    name,
    roleName: 'Help desk',
    description: '',
    type: 'CustomRole',
    permissions: [{ actions: [], notActions: [], dataActions: ['Postern.Mail/decisions/read'], notDataActions: [] }],
    assignableScopes: [`/subscriptions/${A.subscriptionId}`],
  })
  return name
}

const program = (name: string): Program => programs[name] ?? assert.fail(`no program ${name}`)
const usernameOf = (service: string, name: string) =>
  [service, program(name).applicationId, program(name).tenantId].join('.')

type Body = {
  readonly outcome: string
  readonly reason: string
  readonly at: string
  readonly steps: readonly { readonly step: string; readonly passed: boolean; readonly detail: string }[]
  readonly login?: { readonly resourceId: string }
  readonly secretEndsAt?: string
  readonly senderAddresses: readonly string[]
  readonly suggestions: readonly {
    readonly text: string
    readonly command?: string
    readonly setting?: { value: string }
  }[]
  readonly error: { readonly code: string }
}

async function ask(
  by: string,
  json: unknown,
): Promise<{ readonly status: number; readonly body: Body; readonly text: string }> {
  const response = await http.request('POST', PATH, { token: await http.token(program(by)), json })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text) as Body, text }
}

test('a login that may send: each step of the walk, each action, its senders, and when its secret ends', async () => {
  const { status, body } = await ask('administrator', {
    username: usernameOf('one', 'sender'),
    from: 'DoNotReply@a.example.test',
  })
  assert.equal(status, 200)
  assert.deepEqual([body.outcome, body.reason, body.suggestions], ['may send', 'may send', []])
  assert.deepEqual(
    body.steps.map(({ step, passed }) => `${step} ${passed}`),
    ['username', 'resource', 'tenant', 'credential', 'access', 'access', 'access', 'sender', 'quota'].map(
      (step) => `${step} true`,
    ),
  )
  assert.deepEqual(body.senderAddresses, ['donotreply@a.example.test'])
  assert.equal(body.login?.resourceId, services.one)
  assert.equal(body.secretEndsAt, new Date(AT + 365 * 24 * 3600 * 1000).toISOString())
  assert.equal(body.at, new Date(AT).toISOString())
})

const refused: readonly { name: string; question: () => object; reason: string; first: RegExp }[] = [
  {
    name: 'no role',
    question: () => ({ username: usernameOf('one', 'roleless') }),
    reason: 'missing-role',
    first: /^postern role assignment create --assignee \S+ --role 'Email Sender' --scope \S+\/one$/,
  },
  {
    name: 'an unknown resource',
    question: () => ({ username: usernameOf('two', 'sender') }),
    reason: 'unknown-resource',
    first: /^postern communication settings --name \S+\/one --app-id /,
  },
  {
    name: 'a sender of a domain that is linked and not verified: the records to publish are told',
    question: () => ({ username: usernameOf('one', 'sender'), from: 'x@new.example.test' }),
    reason: 'sender-domain-not-verified',
    first:
      /^postern communication email domain initiate-verification --domain-name new\.example\.test --email-service-name \S+\/mail$/,
  },
  {
    name: 'a sender that is none of its domain',
    question: () => ({ username: usernameOf('one', 'sender'), from: "o'hara@a.example.test" }),
    reason: 'sender-not-allowed',
    first: /sender-username create --domain-name a\.example\.test --email-service-name \S+ --username 'o'\\''hara'$/,
  },
  {
    name: "a sender of another tenant's domain is of nobody",
    question: () => ({ username: usernameOf('one', 'sender'), from: 'donotreply@b.example.test' }),
    reason: 'sender-domain-not-linked',
    first: /^postern communication settings --name \S+\/one$/,
  },
]

for (const { name, question, reason, first } of refused)
  test(`refused: ${name}`, async () => {
    const { body, text } = await ask('administrator', question())
    assert.deepEqual([body.outcome, body.reason], ['refused', reason])
    assert.match(body.suggestions[0]?.command ?? '', first)
    assert.ok(!text.includes(B.tenantId) && !text.includes(B.subscriptionId), 'nothing of the other tenant')
  })

test('what is missing of a domain is told record by record', async () => {
  const { body } = await ask('administrator', { username: usernameOf('one', 'sender'), from: 'x@new.example.test' })
  const missing = body.steps.filter(({ detail }) => detail.includes(': publish '))
  assert.deepEqual(
    missing.map(({ detail }) => detail.split(':')[0]),
    ['Domain', 'SPF', 'DKIM', 'DKIM2'],
  )
})

const askers: readonly { by: string; username: () => string; status: number }[] = [
  { by: 'administrator', username: () => usernameOf('one', 'sender'), status: 200 },
  { by: 'administrator', username: () => 'no-such-alias', status: 200 },
  { by: 'readerOfDecisions', username: () => usernameOf('one', 'sender'), status: 200 },
  { by: 'readerOfDecisions', username: () => usernameOf('two', 'sender'), status: 403 },
  { by: 'readerOfDecisions', username: () => 'no-such-alias', status: 403 },
  { by: 'reader', username: () => usernameOf('one', 'sender'), status: 403 },
  { by: 'sender', username: () => usernameOf('one', 'sender'), status: 403 },
  { by: 'roleless', username: () => usernameOf('one', 'roleless'), status: 403 },
]

for (const { by, username, status } of askers)
  test(`${by} asks: ${status}`, async () => {
    assert.equal((await ask(by, { username: username() })).status, status)
  })

const foreign: readonly { name: string; theirs: () => string; nobodys: () => string }[] = [
  {
    name: 'a username of another tenant',
    theirs: () => `foreign.${B.applicationId}.${B.tenantId}`,
    nobodys: () => `missing.${B.applicationId}.${B.tenantId}`,
  },
  { name: 'a stored username of another tenant', theirs: () => 'fax', nobodys: () => 'gin' },
  {
    name: "another tenant's service with an application of one's own",
    theirs: () => usernameOf('foreign', 'sender'),
    nobodys: () => usernameOf('missing', 'sender'),
  },
]

for (const { name, theirs, nobodys } of foreign)
  for (const by of ['administrator', 'readerOfDecisions'])
    test(`${name} is as good as none to ${by}`, async () => {
      const [one, other] = [await ask(by, { username: theirs() }), await ask(by, { username: nobodys() })]
      const { at: _, ...said } = one.body
      assert.deepEqual(
        [one.status, JSON.parse(JSON.stringify(said).replaceAll('foreign', 'missing'))],
        [other.status, JSON.parse(JSON.stringify({ ...other.body, at: undefined }))],
      )
      assert.ok(!one.text.includes(B.subscriptionId))
    })

test('of a tenant whose logins another provider proves, only the name is looked at', async () => {
  await http.storage.write.directory.putIdentityProvider(change(), B.tenantId, { provider: 'oidc' })
  const { body } = await ask('administratorOfB', { username: `foreign.${B.applicationId}.${B.tenantId}` })
  assert.equal(body.outcome, 'not seen')
  assert.match(body.steps.at(-1)?.detail ?? '', /only signing in/)
})

for (const json of [
  {},
  { username: '' },
  { username: 'x'.repeat(513) },
  { username: 'a', from: 'nobody' },
  { username: 'a', from: 'a\n@b.test' },
])
  test(`${JSON.stringify(json).slice(0, 40)} is no question`, async () => {
    assert.equal((await ask('administrator', json)).status, 400)
  })

test('suggestions of a trace are looked up within its own tenant', async () => {
  const trace = {
    stage: 'AUTH',
    reason: 'unknown-resource',
    username: `forein.${program('sender').applicationId}.${A.tenantId}`,
    tenantId: A.tenantId,
    suggestions: [{ text: 'as kept' }],
  }
  const decision = { references: ['ABCDEFGH77'], tenantId: A.tenantId, at: AT, trace: JSON.stringify(trace) }
  await http.storage.write.decisions.recordDecisions([decision])
  const token = await http.token(program('administrator'))
  const response = await http.request('GET', '/providers/Postern.Mail/decisions/ABCDEFGH77', { token })
  const { trace: shown } = (await response.json()) as { trace: { suggestions: Body['suggestions'] } }
  assert.equal(shown.suggestions[0]?.setting?.value, usernameOf('one', 'sender'))
  assert.equal(shown.suggestions.at(-1)?.text, 'as kept')
})
