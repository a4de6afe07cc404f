// Who sees which counted failures and may have them forgotten, what the audit log says of it, and that an unknown short username is not
// shown to anybody.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, POSTERN_ADMINISTRATOR, READER } from '../../access/built-in-roles.ts'
import { createAttemptCounter } from '../../identity/attempt-counter.ts'
import { CEILING, costOf } from '../../identity/failure-rules.ts'
import { createSubjectKey, loginSubjects, sourceSubject } from '../../identity/login-subjects.ts'
import { startSubject } from '../sign-in/start-limit.ts'
import type { LoginSubject } from '../../storage/storage.ts'
import { A, AT, B, change, smtpUsername, type TenantFixture } from '../../storage/two-tenants.fixture.ts'
import { hideOtherTenants, type HttpFixture, openHttpFixture, pepper, putService } from '../http.fixture.ts'

const PATH = '/providers/Postern.Mail/loginLimits'
const subjectKey = createSubjectKey(pepper)

let http: HttpFixture
const tokens: Record<string, string> = {}
before(async () => {
  http = await openHttpFixture()
  for (const tenant of [A, B]) {
    const letter = tenant.tenantId.charAt(0)
    await putService(http.storage, tenant, `contoso-${letter}`)
    const alias = smtpUsername(tenant, `contoso-${letter}`, 'printer', `Printer-${letter}`)
    await http.storage.write.resources.putResource(change(), alias)
    tokens[letter] = await http.token(await http.program(tenant, POSTERN_ADMINISTRATOR.name))
  }
  tokens['owner'] = await http.token(await http.program(A, OWNER.name))
  tokens['reader'] = await http.token(await http.program(A, READER.name))
  tokens['stranger'] = await http.token(await http.program(A))
})
after(() => http.close())

const nameOf = (tenant: TenantFixture) =>
  `contoso-${tenant.tenantId.charAt(0)}.${tenant.applicationId}.${tenant.tenantId}`

/** So many failures of each name, from a network of its own. */
async function fail(...attempts: readonly (readonly [username: string, address: string, times: number])[]) {
  await http.storage.write.loginLimits.clearLoginLimits('everything')
  const counter = createAttemptCounter(http.storage.write.loginLimits, () => AT)
  const count = (subject: LoginSubject) => counter.count({ subject, cost: costOf(20), ceiling: CEILING })
  for (const [username, address, times] of attempts)
    for (const subject of Object.values(loginSubjects(subjectKey, username, address)))
      await Promise.all(Array.from({ length: times }, () => count(subject)))
  await count(sourceSubject(subjectKey, '192.0.2.9', 'token'))
}

const everybody = () =>
  fail(
    [nameOf(A), '192.0.2.1', 50],
    [nameOf(B), '192.0.2.2', 24],
    ['Printer-a', '192.0.2.3', 22],
    ['PRINTER-B', '192.0.2.4', 21],
    ['pasted secret', '2001:db8::1', 10],
  )

type Row = {
  readonly kind: string
  readonly subject: string | null
  readonly wait: number
  readonly turnedAway: boolean
}

async function list(who: string): Promise<readonly Row[]> {
  const response = await http.request('GET', PATH, { token: tokens[who] ?? '' })
  assert.equal(response.status, 200)
  return ((await response.json()) as { readonly value: readonly Row[] }).value
}
const shown = async (who: string) => (await list(who)).map(({ kind, subject }) => `${kind} ${subject}`)
const clear = (who: string, json: unknown) => http.request('POST', `${PATH}/clear`, { token: tokens[who] ?? '', json })

test('of two tenants each sees its own names, and no networks', async () => {
  await everybody()
  assert.deepEqual(await shown('a'), [`tenant ${A.tenantId}`, `username ${nameOf(A)}`, 'username Printer-a'])
  assert.deepEqual(await shown('b'), [`tenant ${B.tenantId}`, `username ${nameOf(B)}`, 'username Printer-b'])
  assert.deepEqual(await shown('reader'), await shown('a'))
})

test('where there is one tenant, its administrator sees everything, the worst first, and what the next login waits', async (context) => {
  await everybody()
  context.after(hideOtherTenants(http.storage))
  const rows = await list('a')
  assert.deepEqual(
    rows.map(({ kind, subject, wait, turnedAway }) => [kind, subject, wait, turnedAway]),
    [
      ['source', '192.0.2.1', 10, true],
      ['tenant', A.tenantId, 10, false],
      ['username', nameOf(A), 10, false],
      ['source', '192.0.2.2', 10, false],
      ['tenant', B.tenantId, 10, false],
      ['username', nameOf(B), 10, false],
      ['source', '192.0.2.3', 4, false],
      ['username', 'Printer-a', 4, false],
      ['source', '192.0.2.4', 2, false],
      ['username', null, 2, false],
      ['source', '2001:db8:0:0::/64', 0, false],
      ['username', null, 0, false],
      ['token', '192.0.2.9', 0, false],
    ],
  )
  const { since, lastAt, attempts } = rows[0] as unknown as Record<string, unknown>
  assert.deepEqual(
    { since, lastAt, attempts },
    {
      since: new Date(AT).toISOString(),
      lastAt: new Date(AT).toISOString(),
      attempts: 50,
    },
  )
})

test('a name is forgotten by whom it belongs to, however it is written', async () => {
  await everybody()
  assert.equal((await clear('a', { username: nameOf(A).toUpperCase().replaceAll('.', '|') })).status, 204)
  assert.equal((await clear('a', { username: 'PRINTER-A' })).status, 204)
  assert.deepEqual(await shown('a'), [`tenant ${A.tenantId}`])
  for (const username of [nameOf(B), 'printer-b', 'pasted secret'])
    assert.equal((await clear('a', { username })).status, 403)
  assert.equal((await shown('b')).length, 3)
})

test('a tenant is forgotten with all its names, networks only by the installation', async (context) => {
  await everybody()
  assert.equal((await clear('owner', { scope: 'tenant' })).status, 204)
  assert.deepEqual(await shown('a'), [])
  assert.equal((await shown('b')).length, 3)
  for (const body of [{ network: '192.0.2.1' }, { scope: 'installation' }])
    assert.equal((await clear('a', body)).status, 403)
  context.after(hideOtherTenants(http.storage))
  assert.equal((await clear('a', { network: '192.0.2.9' })).status, 204)
  assert.equal((await clear('a', { network: '2001:db8:0:0::/64' })).status, 204)
  assert.deepEqual(
    (await shown('a')).filter((row) => /^(source|token)/.test(row)),
    ['source 192.0.2.1', 'source 192.0.2.2', 'source 192.0.2.3', 'source 192.0.2.4'],
  )
  assert.equal((await clear('a', { scope: 'installation' })).status, 204)
  assert.deepEqual(await shown('a'), [])
})

test('a network is forgotten by whatever it was counted for', async (context) => {
  await fail()
  const counter = createAttemptCounter(http.storage.write.loginLimits, () => AT)
  for (const subject of [sourceSubject(subjectKey, '192.0.2.9', 'people'), startSubject(subjectKey, '192.0.2.9')])
    await counter.count({ subject, cost: costOf(20), ceiling: CEILING })
  context.after(hideOtherTenants(http.storage))
  assert.equal((await shown('a')).length, 3)
  assert.equal((await clear('a', { network: '192.0.2.9' })).status, 204)
  assert.deepEqual(await shown('a'), [])
})

test('the audit log says who had what forgotten, and repeats no name that may be a secret', async (context) => {
  await everybody()
  context.after(hideOtherTenants(http.storage))
  for (const body of [{ network: '::ffff:192.0.2.1' }, { username: 'pasted secret' }, { username: 'Printer-a' }])
    await clear('a', body)
  const entries = await http.storage.read.audit.listAudit(A.tenantId, 3, {
    operation: 'Postern.Mail/loginLimits/clear/action',
  })
  const pasted = loginSubjects(subjectKey, 'pasted secret', '').username?.key ?? ''
  assert.deepEqual(
    entries.map(({ target }) => target.slice(PATH.length)),
    ['/username/Printer-a', `/username/${pasted}`, '/source/192.0.2.1'],
  )
})

test('neither is for whoever has no right to it', async () => {
  assert.equal((await http.request('GET', PATH, { token: tokens['stranger'] ?? '' })).status, 403)
  assert.equal((await http.request('GET', PATH)).status, 401)
  for (const who of ['stranger', 'reader']) assert.equal((await clear(who, { scope: 'tenant' })).status, 403)
})

const malformed: readonly unknown[] = [
  {},
  { network: 'printer.example.test' },
  { network: '192.0.2.0/24' },
  { network: 5 },
  { username: '' },
  { username: 'x'.repeat(1025) },
  { scope: 'everything' },
  { network: '192.0.2.1', username: 'x' },
]
for (const body of malformed)
  test(`${JSON.stringify(body).slice(0, 60)} is not understood`, async () => {
    assert.equal((await clear('a', body)).status, 400)
  })
