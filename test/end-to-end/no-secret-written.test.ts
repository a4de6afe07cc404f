// Everything that a service wrote, after a session with secrets, tokens and messages that are known: its output at the most talkative
// level, its files with SQLite's log of what is to come, every table of PostgreSQL. No secret and no token is anywhere, in no encoding
// that could be undone without a key; what a message says is where content is kept and nowhere else.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { eventually } from '../fixtures/eventually.ts'
import { filesIn, findLeaks, type Forbidden, type Written } from '../fixtures/leak-search.ts'
import { type PosternProcess, startPostern } from '../fixtures/postern-process.ts'
import { sharedPostgres } from '../fixtures/postgres-server.ts'
import {
  httpsRequest,
  QUICKSTART_ENVIRONMENT,
  type Quickstart,
  readQuickstart,
  temporaryDirectory,
} from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const server = await sharedPostgres()
const RECIPIENT = 'reader@recipient.example.test'
const WRONG = 'wrong-3f9a61c7d2e84b05-password'
const IN_WRONG_FIELD = 'abc8Q~pasted-7be1c90d34f2-in-the-wrong-field'
const IN_URL = 'abc8Q~given-51d0e7c88a93-in-a-url'
/** In what a message says, and in a field that nothing looks at. */
const BODY = 'confidential-e49f3b62a71c-body'
const FIELD = 'confidential-04b8d17f6e2a-field'
const REFUSED_BODY = 'confidential-c1a5f09e83d7-refused'
const LARGE_BODY = 'confidential-9d27e6b04c1f-large'

type Running = { readonly quickstart: Quickstart; readonly ca: string; readonly process: PosternProcess }
/** What the quickstart itself puts where only its owner reads. */
const OWN = ['quickstart.json', 'table quickstart_bootstrap']

/** Signs in, sends and asks in every way that carries something secret; gives what that was. */
async function session(running: Running): Promise<readonly Forbidden[]> {
  const { quickstart } = running
  const { application, administrator, connectionString } = quickstart
  const token = await fetchToken(running, administrator, `${quickstart.endpoint}.default`)
  const mailToken = await fetchToken(running, application, 'https://communication.azure.com/.default')
  const [added, rotated, device] = await makeSecrets(running, token)
  await signInInEveryWay(running, [application.clientSecret, added, rotated, device], mailToken)
  await sendMessages(running, rotated)
  await askWrongly(running, token)
  const secrets: [string, string, (readonly string[])?][] = [
    ['the application secret', application.clientSecret, OWN],
    ['the administrator secret', administrator.clientSecret, OWN],
    ['the access key', connectionString.split('accesskey=')[1] ?? '', OWN],
    ['an added secret', added],
    ['a rotated secret', rotated],
    ['a device password', device],
    ['a device password without its groups', device.replaceAll('-', '')],
    ['a wrong password', WRONG],
    ['a secret in the wrong field', IN_WRONG_FIELD],
    ['a secret in a URL', IN_URL],
  ]
  return [
    // Its first three characters may be shown.
    ...secrets.map(([what, text, known = []]) => ({ what, text: text.slice(3), known })),
    ...tokenParts('an access token', token),
    ...tokenParts('an access token for mail', mailToken),
  ]
}

const tokenParts = (what: string, token: string): readonly Forbidden[] => {
  const [, payload = '', signature = ''] = token.split('.')
  return [
    { what: `${what}, payload`, text: payload.slice(16, 56) },
    { what: `${what}, signature`, text: signature.slice(0, 32) },
  ]
}

async function request({ quickstart, ca }: Running, method: string, path: string, headers = {}, body = '') {
  const { status, octets } = await httpsRequest(new URL(path, quickstart.endpoint), ca, method, { headers, body })
  return { status, text: octets.toString() }
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const formOf = (client: { readonly applicationId: string; readonly clientSecret: string }, scope: string): string =>
  new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.applicationId,
    client_secret: client.clientSecret,
    scope,
  }).toString()

async function fetchToken(
  running: Running,
  client: { readonly applicationId: string; readonly clientSecret: string },
  scope: string,
): Promise<string> {
  const path = `/${running.quickstart.tenantId}/oauth2/v2.0/token`
  const { status, text } = await request(running, 'POST', path, FORM, formOf(client, scope))
  assert.equal(status, 200, text)
  return (JSON.parse(text) as { access_token: string }).access_token
}

/** One beside the first, one that takes the place of both, and a device password. */
async function makeSecrets(running: Running, token: string): Promise<readonly [string, string, string]> {
  const { applicationId } = running.quickstart.application
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const make = async (path: string, body: object): Promise<string> => {
    const { status, text } = await request(running, 'POST', path, headers, JSON.stringify(body))
    assert.equal(status, 200, text)
    return (JSON.parse(text) as { secretText: string }).secretText
  }
  const named = { passwordCredential: { displayName: 'second' } }
  return [
    await make(`/v1.0/applications(appId='${applicationId}')/addPassword`, named),
    await make(`/providers/Postern.Mail/applications/${applicationId}/rotateSecret`, { overlap: 3600 }),
    await make(`/providers/Postern.Mail/applications/${applicationId}/devicePassword`, {}),
  ]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** Every reply is read; what it says is another test's business, but for the secrets that are right. */
async function signInInEveryWay(running: Running, secrets: readonly string[], token: string): Promise<void> {
  const { usernames } = running.quickstart
  for (const secret of secrets) {
    assert.match(await converse(running, [`AUTH PLAIN ${base64(`\0${usernames.dot}\0${secret}`)}`]), /^235 /)
    const login = ['AUTH LOGIN', base64(usernames.alias), base64(secret)]
    assert.match(await converse(running, login), /^235 /)
    // Swapped, misspelt, with another identity, cut short, and where a command belongs.
    await Promise.all([
      converse(running, [`AUTH PLAIN ${base64(`\0${secret}\0${usernames.dot}`)}`]),
      converse(running, [`AUTH PLAIN ${base64(`\0${usernames.dot}\0${secret} `)}`]),
      converse(running, [`AUTH PLAIN ${base64(`other\0${usernames.dot}\0${secret}`)}`]),
      converse(running, [`AUTH PLAIN ${base64(secret)}`]),
      converse(running, [`AUTH LOGIN ${base64(usernames.dot)}`, secret]),
      converse(running, [secret]),
    ])
  }
  for (const wrong of [WRONG, IN_WRONG_FIELD]) {
    await converse(running, [`AUTH PLAIN ${base64(`\0${usernames.dot}\0${wrong}`)}`])
    await converse(running, [`AUTH PLAIN ${base64(`\0${wrong}\0${wrong}`)}`])
    await converse(running, [`EHLO ${wrong}`])
  }
  for (const sent of [token, `${token}x`]) {
    const bearer = base64(`user=${usernames.dot}\u0001auth=Bearer ${sent}\u0001\u0001`)
    const isRight = sent === token
    assert.match(await converse(running, [`AUTH XOAUTH2 ${bearer}`, '']), isRight ? /^235 / : /^535 /)
    const named = base64(`n,a=${usernames.dot},\u0001auth=Bearer ${sent}\u0001\u0001`)
    await converse(running, [`AUTH OAUTHBEARER ${named}`, 'AQ=='])
    await converse(running, [`AUTH PLAIN ${base64(`\0${usernames.dot}\0${sent}`)}`])
  }
}

/** The last reply; a line is only said while the server asks for more. */
async function converse({ quickstart, ca }: Running, lines: readonly string[]): Promise<string> {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, ca)
  let reply = '334 '
  for (const line of lines) if (reply.startsWith('334')) reply = await dialogue.command(line)
  dialogue.destroy()
  assert.doesNotMatch(reply, /^421 /, 'turned away, nothing was looked at')
  return reply
}

async function sendMessages(running: Running, secret: string): Promise<void> {
  const { quickstart, ca } = running
  const { senderAddress, usernames, smtp } = quickstart
  const dialogue = await SmtpDialogue.openSecure(smtp.port, ca)
  assert.match(await dialogue.authenticate(usernames.dot, secret), /^235 /)
  const header = [`From: ${senderAddress}`, 'Subject: kept', `X-Note: ${FIELD}`, '']
  const large = Array.from({ length: 2000 }, (_, index) => `${LARGE_BODY} ${index}`)
  for (const body of [[BODY], large])
    assert.match(await dialogue.submit(senderAddress, [RECIPIENT], [...header, ...body]), /^250 /)
  const other = [`From: other@elsewhere.example.test`, 'Subject: kept', '', REFUSED_BODY]
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], other), /^5/)
  assert.match(await dialogue.submit(senderAddress, [RECIPIENT], [...header, `${REFUSED_BODY}\n`]), /^5/)
  dialogue.destroy()
}

/** Requests that are refused with something secret in them. */
async function askWrongly(running: Running, token: string): Promise<void> {
  const { tenantId, administrator } = running.quickstart
  const tokenPath = `/${tenantId}/oauth2/v2.0/token`
  const { applicationId } = administrator
  const wrong = formOf({ applicationId, clientSecret: WRONG }, 'https://graph.microsoft.com/.default')
  await request(running, 'POST', tokenPath, FORM, wrong)
  await request(running, 'POST', `${tokenPath}?client_secret=${IN_URL}&client_id=${applicationId}`, FORM, '')
  await request(running, 'GET', `/v1.0/applications?client_secret=${IN_URL}`, { authorization: `Bearer ${token}` })
  await request(running, 'GET', `/${encodeURIComponent(IN_URL)}`, { authorization: `Bearer ${token}x` })
  await request(running, 'GET', '/subscriptions?api-version=2022-12-01', {
    authorization: `Basic ${base64(`a:${WRONG}`)}`,
  })
  const json = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  await request(running, 'POST', '/v1.0/applications', json, JSON.stringify({ secretText: WRONG, displayName: 1 }))
}

async function start(directory: string, variables: Readonly<Record<string, string>>): Promise<Running> {
  const environment = {
    ...QUICKSTART_ENVIRONMENT,
    POSTERN_LOG_LEVEL: 'trace',
    POSTERN_DATA_DIR: directory,
    ...variables,
  }
  const process = startPostern(['quickstart'], environment, 180_000)
  await process.printed('Stop with Ctrl-C.')
  const quickstart = readQuickstart(directory)
  return { quickstart, ca: readFileSync(quickstart.caFile, 'utf8'), process }
}

/** Waits until uses and traces are written, then ends it as a crash would: nothing is tidied up. */
async function finish(running: Running, isWritten: () => Promise<boolean>): Promise<readonly Written[]> {
  await eventually(async () => (await isWritten()) || undefined, 'everything to be written')
  const { stdout, stderr } = await running.process.signal('SIGKILL')
  // The quickstart prints the settings of its own application, secret included.
  const settings = stdout.replaceAll(running.quickstart.application.clientSecret, '')
  return [
    { where: 'standard output', octets: Buffer.from(settings) },
    { where: 'standard error', octets: Buffer.from(stderr) },
  ]
}

const markers: readonly Forbidden[] = Object.entries({ BODY, FIELD, REFUSED_BODY, LARGE_BODY }).map(([what, text]) => ({
  what,
  text,
}))

/** The search itself is proven on the spot: what is where it belongs is found there. */
function assertFound(written: readonly Written[], where: string, text: string): void {
  const [place] = written.filter((one) => one.where === where)
  assert.ok(place !== undefined, where)
  assert.notDeepEqual(findLeaks([place], [{ what: '', text }]), [], `${where} was not searched`)
}

describe('what was written', { concurrency: true }, () => {
  test('sqlite: no secret in any output or file, no message outside its content', async (t) => {
    const directory = temporaryDirectory(t)
    const running = await start(directory, {})
    const secrets = await session(running)
    const path = join(directory, 'postern.db')
    const output = await finish(running, async () => countUses(path) >= 2)
    const files = filesIn(directory)
    assert.ok(files.some(({ where, octets }) => where === 'postern.db-wal' && octets.length > 0))
    const tables = sqliteTables(path)
    assert.deepEqual(findLeaks([...output, ...files, ...tables], secrets), [])
    const rest = tables.filter(({ where }) => where !== 'table contents')
    const otherFiles = files.filter(({ where }) => !/^(?:postern\.db|content\/)/.test(where))
    assert.deepEqual(findLeaks([...output, ...otherFiles, ...rest], markers), [])
    assertFound(tables, 'table contents', BODY)
    assertFound(tables, 'table messages', RECIPIENT)
    assertFound(files, 'quickstart.json', running.quickstart.application.clientSecret)
  })

  test('postgres: no secret in any output, file or table, no message outside its content', async (t) => {
    const directory = temporaryDirectory(t)
    const url = await server.createDatabase()
    t.after(() => server.dropDatabase(url))
    const running = await start(directory, { POSTERN_STORE: url })
    const secrets = await session(running)
    const output = await finish(running, async () => {
      const [row] = await server.execute('SELECT count(*) AS n FROM credential_uses', url)
      return Number(row?.['n']) >= 2
    })
    const tables = await postgresTables(url)
    assert.deepEqual(findLeaks([...output, ...filesIn(directory), ...tables], secrets), [])
    const rest = tables.filter(({ where }) => where !== 'table contents' && where !== 'table content_chunks')
    assert.deepEqual(findLeaks([...output, ...filesIn(directory), ...rest], markers), [])
    assertFound(tables, 'table contents', BODY)
    assertFound(tables, 'table content_chunks', LARGE_BODY)
    assertFound(tables, 'table messages', RECIPIENT)
  })
})

function countUses(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare('SELECT count(*) AS n FROM credential_uses').get()
  database.close()
  return Number(row?.['n'])
}

function sqliteTables(path: string): readonly Written[] {
  const database = new DatabaseSync(path, { readOnly: true })
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  const tables = names.map(({ name }) => {
    const rows = database.prepare(`SELECT * FROM "${String(name)}"`).all()
    const cells = rows.flatMap((row) => Object.values(row))
    const octets = cells.map((cell) => (cell instanceof Uint8Array ? Buffer.from(cell) : Buffer.from(String(cell))))
    return {
      where: `table ${String(name)}`,
      octets: Buffer.concat(octets.flatMap((cell) => [cell, Buffer.from('\n')])),
    }
  })
  database.close()
  return tables
}

/** Every row as COPY would write it: octets are in hex. */
async function postgresTables(url: string): Promise<readonly Written[]> {
  const names = await server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", url)
  return Promise.all(
    names.map(async ({ tablename }) => {
      const rows = await server.execute(`SELECT t::text AS line FROM "${String(tablename)}" t`, url)
      const text = rows.map(({ line }) => `${String(line)}\n`).join('')
      return { where: `table ${String(tablename)}`, octets: Buffer.from(text) }
    }),
  )
}
