// The listener over real TLS: verified certificates, bodies in both framings, limits, renewal and a patient end.

import assert from 'node:assert/strict'
import { EventEmitter, on, once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https'
import { connect, type SecureContextOptions } from 'node:tls'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { createDevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import { secureContextOptions } from '../keys/secure-context.ts'
import { ticketKeysAt } from '../keys/ticket-keys.ts'
import { A } from '../storage/two-tenants.fixture.ts'
import { credentialsForm, type HttpFixture, openHttpFixture } from './http.fixture.ts'
import type { HttpEnv } from './request-context.ts'
import { type HttpsServer, startHttpsServer } from './serve.ts'

const GLOBALS = [globalThis.Request, globalThis.Response]

let http: HttpFixture
let server: HttpsServer
let ca: string
let secureContext: SecureContextOptions
before(async () => {
  http = await openHttpFixture()
  const authority = await createDevelopmentCa(Date.now())
  ca = authority.certificate
  secureContext = await issue(authority)
  server = await startHttpsServer({ app: http.app, address: '127.0.0.1', port: 0, secureContext })
})
after(async () => {
  await server.close(0)
  await http.close()
})

async function issue(authority: Awaited<ReturnType<typeof createDevelopmentCa>>): Promise<SecureContextOptions> {
  const certificates = await issueServerCertificates(authority, Date.now())
  return secureContextOptions(certificates, ticketKeysAt(Buffer.alloc(32), Date.now()))
}

type Answer = { readonly status: number; readonly text: string; readonly headers: NodeJS.Dict<string | string[]> }
async function ask(path: string, options: RequestOptions = {}, ...chunks: string[]): Promise<Answer> {
  const request = httpsRequest({ host: '127.0.0.1', port: server.port, path, ca, agent: false, ...options })
  for (const chunk of chunks) request.write(chunk)
  request.end()
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode ?? 0, text, headers: response.headers }
}

test('a client that verifies the certificate is answered', async () => {
  const { status, headers } = await ask('/health/live')
  assert.deepEqual([status, headers['x-content-type-options']], [200, 'nosniff'])
})

test('the globals of the thread are left alone', () => {
  assert.deepEqual([globalThis.Request, globalThis.Response], GLOBALS)
})

test('a body in one piece and a body in chunks sign in alike', async () => {
  const program = await http.program(A)
  const body = new URLSearchParams(credentialsForm(program)).toString()
  const path = `/${A.tenantId}/oauth2/v2.0/token`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const whole = { method: 'POST', headers: { ...headers, 'content-length': String(body.length) } }
  const chunked = { method: 'POST', headers: { ...headers, 'transfer-encoding': 'chunked' } }
  assert.equal((await ask(path, whole, body)).status, 200)
  assert.equal((await ask(path, chunked, body.slice(0, 9), body.slice(9))).status, 200)
})

test('a body over 1 MiB is 413, declared or not', async () => {
  const path = `/${A.tenantId}/oauth2/v2.0/token`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const declared = { method: 'POST', headers: { ...headers, 'content-length': String(1024 * 1024 + 1) } }
  const chunked = { method: 'POST', headers: { ...headers, 'transfer-encoding': 'chunked' } }
  const body = 'x'.repeat(1024 * 1024 + 1)
  assert.equal((await ask(path, declared, body)).status, 413)
  assert.equal((await ask(path, chunked, body)).status, 413)
})

test('headers over 16 KiB are 431', async () => {
  assert.equal((await ask('/health/live', { headers: { x: 'y'.repeat(17 * 1024) } })).status, 431)
})

test('a Host that is none, and a target that is no path, are 400', async () => {
  const servername = 'localhost'
  assert.equal((await ask('/health/live', { servername, headers: { host: 'a b' } })).status, 400)
  assert.equal((await ask('/a\\b', { servername, headers: { host: 'localhost:99' } })).status, 400)
})

const hosts: readonly [string, readonly string[], RegExp][] = [
  ['one Host', ['Host: localhost'], /^HTTP\/1\.1 200 /],
  ['no Host', [], /^HTTP\/1\.1 400 /],
  ['two Hosts', ['Host: localhost', 'Host: contoso.comm.localhost'], /^HTTP\/1\.1 400 /],
  ['the same Host twice, in other letters', ['Host: localhost', 'HOST: localhost'], /^HTTP\/1\.1 400 /],
]
for (const [name, fields, expected] of hosts)
  test(`a request with ${name} is answered ${expected.source.slice(-4, -1)}`, async () => {
    const socket = connect({ port: server.port, host: '127.0.0.1', servername: 'localhost', ca })
    socket.write(['GET /health/live HTTP/1.1', ...fields, 'Connection: close', '', ''].join('\r\n'))
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    assert.match(text, expected)
  })

test('a compressed body is 415 before it is read, and the next request is answered', async () => {
  const path = `/${A.tenantId}/oauth2/v2.0/token`
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' }
  const body = gzipSync(new URLSearchParams(credentialsForm(await http.program(A))).toString()).toString('latin1')
  const agent = new Agent({ keepAlive: true })
  const { status, headers } = await ask(path, { method: 'POST', headers: form, agent }, body)
  assert.deepEqual([status, headers['accept-encoding']], [415, 'identity'])
  assert.equal((await ask('/health/live', { agent })).status, 200)
  agent.destroy()
})

test('a broken handshake and a client without TLS harm nobody', async () => {
  const socket = connectPlain(server.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.end('GET / HTTP/1.1\r\n\r\n')
  await once(socket, 'close')
  assert.equal((await ask('/health/live')).status, 200)
})

test('one address cannot take the connections of another, and what it lets go it may open again', async (context) => {
  const limited = await startHttpsServer({
    app: http.app,
    address: '127.0.0.1',
    port: 0,
    secureContext,
    connections: { perAddress: 3, total: 100 },
  })
  context.after(() => limited.close(0))
  const open = async (): Promise<Socket> => {
    const socket = connectPlain({ port: limited.port, host: '127.0.0.1' })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }
  const mute = [await open(), await open(), await open()]
  const refused = (await open()).resume()
  const askFrom = async (localAddress: string) =>
    (await ask('/health/live', { port: limited.port, localAddress })).status
  assert.equal(await askFrom('127.0.0.2'), 200)
  assert.deepEqual(
    [refused, ...mute].map(({ closed }) => closed),
    [true, false, false, false],
  )
  for (const socket of mute) socket.destroy()
  // By the end of a whole exchange the server has seen them go.
  assert.equal(await askFrom('127.0.0.2'), 200)
  assert.equal(await askFrom('127.0.0.1'), 200)
})

test('a renewed certificate is what the next connection sees', async () => {
  const renewed = await createDevelopmentCa(Date.now())
  server.setSecureContext(await issue(renewed))
  await assert.rejects(ask('/health/live'), { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  assert.equal((await ask('/health/live', { ca: renewed.certificate })).status, 200)
  server.setSecureContext(secureContext)
})

test('a port that is taken rejects', async () => {
  await assert.rejects(startHttpsServer({ app: http.app, address: '127.0.0.1', port: server.port, secureContext }), {
    code: 'EADDRINUSE',
  })
})

test('the end waits for a request under way, and no longer than it is told', async () => {
  let finish = () => {}
  const requests = new EventEmitter()
  const requested = on(requests, 'request')
  const app = new Hono<HttpEnv>().get('/slow', async (c) => {
    requests.emit('request')
    await new Promise<void>((resolve) => (finish = resolve))
    return c.text('done')
  })
  const expire: (() => void)[] = []
  const clock = { now: () => 0, after: (_delay: number, callback: () => void) => (expire.push(callback), () => {}) }
  const open = () => startHttpsServer({ app, address: '127.0.0.1', port: 0, secureContext, clock })

  const patient = await open()
  const answer = ask('/slow', { port: patient.port })
  await requested.next()
  const closed = patient.close(1000)
  finish()
  assert.equal((await answer).text, 'done')
  await closed

  const cut = await open()
  const socket = connect({ port: cut.port, host: '127.0.0.1', ca })
  socket.on('error', () => {})
  socket.write('GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await requested.next()
  const silent = connectPlain(cut.port, '127.0.0.1')
  silent.on('error', () => {})
  await once(silent, 'connect')
  const ended = cut.close(1000)
  for (const callback of expire) callback()
  await Promise.all([ended, once(socket, 'close'), once(silent, 'close')])
})
