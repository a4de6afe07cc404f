// Users at the command line: where a password comes from, that it is never an argument, and that only one that was made here is shown.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { OBJECT, run, testCommands } from '../api-stand-in.fixture.ts'

const NAME = 'ada@example.com'
const USER = { id: OBJECT, displayName: 'Ada', userPrincipalName: NAME, accountEnabled: true }
const CREATE = ['ad', 'user', 'create', '--display-name', 'Ada', '--user-principal-name', NAME]
const named = { accountEnabled: true, displayName: 'Ada', userPrincipalName: NAME, mailNickname: 'ada' }

const directory = mkdtempSync(join(tmpdir(), 'postern-user-'))
const file = join(directory, 'password')
writeFileSync(file, 'CANARY-from-file\n')
after(() => rmSync(directory, { recursive: true }))

const made = { 'POST /v1.0/users': { status: 201, body: USER } }
const changed = { [`PATCH /v1.0/users/${NAME}`]: { status: 204 } }
const must = (password: string, forceChangePasswordNextSignIn = true) => ({
  passwordProfile: { password, forceChangePasswordNextSignIn },
})

testCommands([
  {
    name: 'ad user create with the password of a file',
    line: [...CREATE, '--password-file', file, '--force-change-password-next-sign-in', 'false'],
    routes: made,
    bodies: [{ ...named, ...must('CANARY-from-file', false) }],
    out: new RegExp(`${NAME}[\\s\\S]*${OBJECT}`),
  },
  {
    name: 'ad user create with the password of a variable',
    line: CREATE,
    routes: made,
    env: { POSTERN_USER_PASSWORD: 'CANARY-from-variable' },
    bodies: [{ ...named, ...must('CANARY-from-variable') }],
  },
  {
    name: 'ad user create that asks and is not answered',
    line: [...CREATE, '--password'],
    routes: made,
    exitCode: 1,
    err: /No password of the user was given[\s\S]*--password-file/,
  },
  {
    name: 'ad user create does not take a password as an argument',
    line: [...CREATE, '--password=secret'],
    routes: made,
    exitCode: 2,
    err: /password/,
  },
  {
    name: 'ad user list',
    line: ['ad', 'user', 'list', '--display-name', "O'Neill"],
    routes: { "GET /v1.0/users?$filter=startswith(displayName,'O''Neill')": { body: { value: [USER] } } },
    out: /ada@example\.com +Ada +yes/,
  },
  {
    name: 'ad user update',
    line: ['ad', 'user', 'update', '--id', NAME, '--account-enabled', 'false', '--display-name', 'Ada L.'],
    routes: changed,
    bodies: [{ displayName: 'Ada L.', accountEnabled: false }],
    out: `Changed ${NAME}\n`,
  },
  {
    name: 'ad user update with the password of a file',
    line: ['ad', 'user', 'update', '--id', NAME, '--password-file', file],
    routes: changed,
    bodies: [must('CANARY-from-file')],
    out: `Changed ${NAME}\n`,
  },
  {
    name: 'ad user update has the password changed at the next sign-in',
    line: ['ad', 'user', 'update', '--id', NAME, '--force-change-password-next-sign-in', 'true'],
    routes: changed,
    bodies: [{ passwordProfile: { forceChangePasswordNextSignIn: true } }],
  },
  {
    name: 'ad user update without a change',
    line: ['ad', 'user', 'update', '--id', NAME],
    routes: changed,
    exitCode: 2,
    err: /Nothing is to be changed/,
  },
  {
    name: 'ad user delete',
    line: ['ad', 'user', 'delete', '--id', NAME],
    routes: { [`DELETE /v1.0/users/${NAME}`]: { status: 204 } },
    out: `Deleted ${NAME}\n`,
  },
])

const sentPassword = (body: unknown): string => (body as ReturnType<typeof must>).passwordProfile.password

test('a password that is made is sent, and shown once', async () => {
  for (const [line, routes] of [
    [CREATE, made],
    [['ad', 'user', 'update', '--id', NAME, '--reset-password'], changed],
  ] as const) {
    const first = await run(line, routes)
    const password = sentPassword(first.asked[0]?.body)
    assert.match(password, /^[\w-]{20}$/)
    assert.match(first.out, new RegExp(`Password ${password}\n`))
    const second = await run([...line, '--output', 'json'], routes)
    assert.notEqual(sentPassword(second.asked[0]?.body), password)
    assert.equal((JSON.parse(second.out) as { password: string }).password, sentPassword(second.asked[0]?.body))
  }
})
