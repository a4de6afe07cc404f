// Documents over real TLS from a server of the test: what is read, and what is not even connected to.

import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createDevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import { secureContextOptions } from '../keys/secure-context.ts'
import { ticketKeysAt } from '../keys/ticket-keys.ts'
import { createFetchDocument } from './fetch-document.ts'
import { createPrivateAddressCheck } from './private-address.ts'

let server: Server
let ca: string
let port: number
let connections = 0
before(async () => {
  const authority = await createDevelopmentCa(Date.now())
  ca = authority.certificate
  const certificates = await issueServerCertificates(authority, Date.now())
  server = createServer(secureContextOptions(certificates, ticketKeysAt(Buffer.alloc(32), Date.now())))
  server.on('connection', () => (connections += 1))
  server.on('request', ({ url }, response) => {
    if (url === '/moved') response.writeHead(302, { location: '/document' }).end()
    else if (url === '/large') response.end(`"${'x'.repeat(300 * 1024)}"`)
    else if (url === '/broken') response.end('{')
    else if (url === '/upgrade') response.socket?.end('HTTP/1.1 101 Go\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')
    else if (url === '/cut') response.write('{"cut":', () => response.destroy())
    else response.end('{"found":true}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const allowing = (...networks: string[]) => createFetchDocument({ isPrivate: createPrivateAddressCheck(networks), ca })

test('a document is read from a host whose address is allowed', async () => {
  const fetch = allowing('127.0.0.0/8')
  for (const host of ['localhost', '127.0.0.1'])
    assert.deepEqual(await fetch(`https://${host}:${port}/document`), { type: 'fetched', document: { found: true } })
})

const unread: readonly [string, string, RegExp][] = [
  ['moved elsewhere', '/moved', /answers 302/],
  ['too large', '/large', /too large/],
  ['no JSON', '/broken', /JSON/],
  ['cut off', '/cut', /aborted|hang up/],
  ['another protocol', '/upgrade', /answers 101/],
]
for (const [name, path, why] of unread)
  test(`a document that is ${name} is not read`, async () => {
    const outcome = await allowing('127.0.0.0/8')(`https://localhost:${port}${path}`)
    assert.match(outcome.type === 'failed' ? outcome.detail : '', why)
  })

test('a private address is not connected to, by whatever name', async () => {
  const before = connections
  const fetch = allowing('10.0.0.0/8')
  for (const host of ['localhost', '127.0.0.1', '127.1', '0x7f000001', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0']) {
    const outcome = await fetch(`https://${host}:${port}/document`)
    assert.match(outcome.type === 'failed' ? outcome.detail : '', /private address/, host)
  }
  assert.equal(connections, before)
})

test('nothing is read but over TLS from a server that proves its name', async () => {
  const untrusting = createFetchDocument({ isPrivate: () => false })
  const outcome = await untrusting(`https://localhost:${port}/document`)
  assert.match(outcome.type === 'failed' ? outcome.detail : '', /certificate/)
  for (const url of [`http://localhost:${port}/document`, 'file:///etc/passwd', 'x'])
    assert.equal((await allowing('127.0.0.0/8')(url)).type, 'failed')
})
