// A stand-in for the API, for tests of commands: it answers what a case says and records what it was asked. What the real API answers
// is shown end to end in test/end-to-end/.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { createDevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import { runCommandLine } from './program.ts'

export const NOW = Date.UTC(2031, 0, 1)
export const ADMIN_SECRET = 'CANARY-admin-secret'
export const APP = '11111111-2222-3333-4444-555555555555'
export const OBJECT = '66666666-7777-8888-9999-000000000000'
export const PRINCIPAL = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
export const ROLE = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
export const SERVICE =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Communication/communicationServices/contoso'

export type Reply = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly text?: string
}
/** Several replies are given one after the other, the last one again and again. */
type Routes = Readonly<Record<string, Reply | readonly Reply[]>>
type Asked = { readonly line: string; readonly body: unknown }

/** What it answers; `token` set refuses to sign anybody in. */
export const standIn: { routes: Routes; asked: Asked[]; token: Reply | undefined } = {
  routes: {},
  asked: [],
  token: undefined,
}
const ca = await createDevelopmentCa(Date.now())
const [{ certificate: cert, privateKey: key }] = await issueServerCertificates(ca, Date.now())
const server = createServer({ key, cert }, (request, response) => {
  void answer(request).then(({ status = 200, headers = {}, body, text }) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-ms-request-id': 'request-1', ...headers })
    response.end(text ?? (body === undefined ? '' : JSON.stringify(body)))
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
export const endpoint = `https://localhost:${(server.address() as AddressInfo).port}/`

const directory = mkdtempSync(join(tmpdir(), 'postern-api-'))
const caFile = join(directory, 'ca.pem')
writeFileSync(caFile, ca.certificate)
writeFileSync(
  join(directory, 'quickstart.json'),
  JSON.stringify({
    smtp: { host: 'localhost', port: 1, implicitTlsPort: 2, port25: 3 },
    caFile,
    tenantId: 'tenant',
    subscriptionId: 's',
    communicationServiceId: SERVICE,
    senderAddress: 'DoNotReply@example.test',
    application: { applicationId: APP, clientSecret: 'app-secret' },
    usernames: { dot: 'd', pipe: 'p', alias: 'a' },
    endpoint,
    administrator: { applicationId: 'admin', clientSecret: ADMIN_SECRET },
  }),
)
/** The same server for a command that has no quickstart. */
export const ELSEWHERE = {
  POSTERN_DATA_DIR: join(directory, 'nothing'),
  POSTERN_ENDPOINT: endpoint,
  POSTERN_CA_FILE: caFile,
  POSTERN_TENANT_ID: 'tenant',
  POSTERN_CLIENT_ID: 'admin',
  POSTERN_CLIENT_SECRET: ADMIN_SECRET,
}
after(() => {
  server.close()
  rmSync(directory, { recursive: true })
})

async function answer(request: IncomingMessage): Promise<Reply> {
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  const text = Buffer.concat(pieces).toString('utf8')
  if (request.url === '/tenant/oauth2/v2.0/token') return answerToken(new URLSearchParams(text))
  const line = `${request.method} ${decodeURIComponent(request.url ?? '').replaceAll('+', ' ')}`
  if (request.headers.authorization !== 'Bearer the-token') return { status: 500, body: { line } }
  standIn.asked.push({ line, body: text === '' ? undefined : JSON.parse(text) })
  const replies = [standIn.routes[line.replace(/(roleAssignments\/)[0-9a-f-]{36}/, '$1*')] ?? notFound].flat()
  const before = standIn.asked.filter((asked) => asked.line === line).length - 1
  return replies[Math.min(before, replies.length - 1)] ?? notFound
}

function answerToken(form: URLSearchParams): Reply {
  if (standIn.token !== undefined) return standIn.token
  assert.deepEqual(Object.fromEntries(form), {
    grant_type: 'client_credentials',
    client_id: 'admin',
    client_secret: ADMIN_SECRET,
    scope: `${endpoint}.default`,
  })
  return { body: { token_type: 'Bearer', expires_in: 3599, access_token: 'the-token' } }
}

const notFound: Reply = { status: 404, body: { error: { code: 'NotFound', message: 'It is not there.' } } }

type Run = { readonly exitCode: number; readonly out: string; readonly err: string; readonly asked: readonly Asked[] }

/** Runs one command against it, with its quickstart, and finds no secret in what was printed. */
export async function run(line: readonly string[], routes: Routes, env = {}): Promise<Run> {
  standIn.routes = routes
  standIn.asked = []
  const text = { out: '', err: '' }
  const terminal = {
    out: { write: (piece: string) => (text.out += piece) },
    err: { write: (piece: string) => (text.err += piece) },
    env: { POSTERN_DATA_DIR: directory, ...env },
    askSecret: async () => undefined,
  }
  const exitCode = await runCommandLine(line, terminal, () => NOW)
  assert.doesNotMatch(text.out + text.err, /CANARY/)
  return { exitCode, ...text, asked: standIn.asked }
}

export type Case = {
  readonly name: string
  readonly line: readonly string[]
  readonly routes: Routes
  readonly env?: Readonly<Record<string, string>>
  readonly exitCode?: number
  readonly asked?: readonly string[]
  readonly bodies?: readonly unknown[]
  readonly out?: RegExp | string
  readonly err?: RegExp
}

/** One test for each case. */
export function testCommands(cases: readonly Case[]): void {
  for (const { name, line, routes, env, exitCode = 0, asked, bodies, out, err } of cases)
    test(`postern ${name}`, async () => {
      const result = await run(line, routes, env)
      assert.equal(result.exitCode, exitCode, result.err)
      const lines = result.asked.map((each) => each.line)
      assert.deepEqual(lines, asked ?? lines)
      const sent = result.asked.map((each) => each.body)
      assert.deepEqual(sent, bodies ?? sent)
      if (typeof out === 'string') assert.equal(result.out, out)
      else if (out !== undefined) assert.match(result.out, out)
      if (err !== undefined) assert.match(result.err, err)
      else if (exitCode === 0) assert.equal(result.err, '')
    })
}
