import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { type ConnectionOptions, connect, type SecureContext, TLSSocket } from 'node:tls'
import { createDevelopmentCa, issueServerCertificates } from './development-ca.ts'
import { createServerSecureContext, secureContextOptions } from './secure-context.ts'
import { ticketKeysAt } from './ticket-keys.ts'

// Clients judge certificates by the system's clock, so these are made for now.
const NOW = Date.now()
const TICKET_KEYS = ticketKeysAt(new Uint8Array(32).fill(1), NOW)
const ca = await createDevelopmentCa(NOW)
const certificates = await issueServerCertificates(ca, NOW)

const directory = mkdtempSync(join(tmpdir(), 'postern-tls-'))
const caFile = join(directory, 'ca.pem')
let context = createServerSecureContext(certificates, TICKET_KEYS)
const server = createServer((socket) => serve(socket, () => context))
before(() => listen(server))
after(() => {
  server.close()
  rmSync(directory, { recursive: true })
})
writeFileSync(caFile, ca.certificate)

/** As the connection loop does it: the accepted socket is wrapped. Sends one line, then answers whatever comes. */
function serve(socket: ConstructorParameters<typeof TLSSocket>[0], currentContext: () => SecureContext): void {
  const secured = new TLSSocket(socket, { isServer: true, secureContext: currentContext() })
  for (const end of [socket, secured]) end.on('error', () => undefined)
  secured.on('data', () => secured.write('heard\n'))
  // Octets queued before the handshake is over would make Node drop the alert of a failed one.
  secured.on('secure', () => secured.write('hello\n'))
}

async function listen(listener: Server): Promise<void> {
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
}

function portOf(listener: Server): number {
  return (listener.address() as AddressInfo).port
}

function dial(options: ConnectionOptions): TLSSocket {
  return connect({ port: portOf(server), host: '127.0.0.1', servername: 'localhost', ca: ca.certificate, ...options })
}

async function open(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = dial(options)
  await once(socket, 'data')
  return socket
}

/** What a client got: protocol, kind of the server's key, and whether its session was resumed. */
async function handshake(options: ConnectionOptions) {
  const socket = await open(options)
  const { publicKey } = socket.getPeerX509Certificate() ?? {}
  const got = { protocol: socket.getProtocol(), key: publicKey?.asymmetricKeyType, reused: socket.isSessionReused() }
  socket.destroy()
  return got
}

const RSA_SIGNATURES = 'rsa_pss_rsae_sha256:rsa_pkcs1_sha256'

const clients: { name: string; options: ConnectionOptions; protocol: string; key: string }[] = [
  { name: 'a client of today', options: {}, protocol: 'TLSv1.3', key: 'ec' },
  { name: 'a TLS 1.2 client', options: { maxVersion: 'TLSv1.2' }, protocol: 'TLSv1.2', key: 'ec' },
  {
    name: 'a TLS 1.3 client that prefers RSA but knows ECDSA',
    options: { sigalgs: `${RSA_SIGNATURES}:ecdsa_secp256r1_sha256` },
    protocol: 'TLSv1.3',
    key: 'ec',
  },
  {
    name: 'a TLS 1.3 client that knows only RSA',
    options: { sigalgs: RSA_SIGNATURES },
    protocol: 'TLSv1.3',
    key: 'rsa',
  },
  {
    name: 'a TLS 1.2 client that knows only RSA signatures',
    options: { maxVersion: 'TLSv1.2', sigalgs: RSA_SIGNATURES },
    protocol: 'TLSv1.2',
    key: 'rsa',
  },
  {
    name: 'a TLS 1.2 client with ciphers for RSA only',
    options: { maxVersion: 'TLSv1.2', ciphers: 'aRSA' },
    protocol: 'TLSv1.2',
    key: 'rsa',
  },
  {
    name: 'a client that addresses us by IP',
    options: { servername: '', checkServerIdentity: () => undefined },
    protocol: 'TLSv1.3',
    key: 'ec',
  },
]

for (const { name, options, protocol, key } of clients)
  test(`${name} gets ${protocol} and the ${key} certificate`, async () => {
    assert.deepEqual(await handshake(options), { protocol, key, reused: false })
  })

const VERSION_ALERT = 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'
const HANDSHAKE_ALERT = /^ERR_SSL_(SSLV3|SSL\/TLS)_ALERT_HANDSHAKE_FAILURE$/

const refusedClients: { name: string; options: ConnectionOptions; code: string | RegExp }[] = [
  {
    name: 'TLS 1.0',
    options: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' },
    code: VERSION_ALERT,
  },
  {
    name: 'TLS 1.1',
    options: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
    code: VERSION_ALERT,
  },
  { name: 'RSA key exchange', options: { maxVersion: 'TLSv1.2', ciphers: 'kRSA:@SECLEVEL=0' }, code: HANDSHAKE_ALERT },
  {
    name: 'CBC ciphers',
    options: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256' },
    code: HANDSHAKE_ALERT,
  },
]

for (const { name, options, code } of refusedClients)
  test(`${name} is refused`, async () => {
    await assert.rejects(handshake(options), (error: NodeJS.ErrnoException) => {
      assert.match(error.code ?? '', code instanceof RegExp ? code : new RegExp(`^${code}$`))
      return true
    })
  })

test('renegotiation is refused', async () => {
  const socket = await open({ maxVersion: 'TLSv1.2' })
  const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
    socket.on('error', resolve)
    socket.renegotiate({}, resolve)
  })
  socket.destroy()
  assert.equal(error?.code, 'ERR_SSL_NO_RENEGOTIATION')
})

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`a ${maxVersion} session resumes on another thread and after new certificates, not under another day's keys`, async () => {
    context = createServerSecureContext(certificates, TICKET_KEYS)
    const first = dial({ maxVersion })
    const [session] = await once(first, 'session')
    first.destroy()
    const resume = async (next: SecureContext) => {
      context = next
      return (await handshake({ maxVersion, session })).reused
    }
    const renewed = await issueServerCertificates(ca, NOW)
    assert.equal(await resume(createServerSecureContext(certificates, TICKET_KEYS)), true)
    assert.equal(await resume(createServerSecureContext(renewed, TICKET_KEYS)), true)
    const tomorrow = ticketKeysAt(new Uint8Array(32).fill(1), TICKET_KEYS.validUntil)
    assert.equal(await resume(createServerSecureContext(renewed, tomorrow)), false)
  })

/** Runs a foreign client; its input, if any, is all it is ever told. */
function run(command: string, args: readonly string[], input = ''): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    )
    child.stdin?.end(input)
  })
}

function skipWithout(t: TestContext, command: string): boolean {
  const missing = spawnSync(command, ['--version']).error !== undefined
  if (missing) t.skip(`${command} is not installed`)
  return missing
}

for (const [cipher, signature] of [
  ['ALL', 'ECDSA'],
  ['aRSA', 'RSA'],
] as const)
  test(`openssl s_client -tls1_2 -cipher ${cipher} verifies us and gets ${signature}`, async (t) => {
    if (skipWithout(t, 'openssl')) return
    const at = `127.0.0.1:${portOf(server)}`
    const checks = ['-CAfile', caFile, '-verify_return_error', '-verify_hostname', 'localhost', '-x509_strict']
    const { code, output } = await run(
      'openssl',
      ['s_client', '-connect', at, '-tls1_2', '-cipher', cipher, ...checks],
      'Q\n',
    )
    assert.equal(code, 0, output)
    assert.match(output, new RegExp(`Peer signature type: ${signature}`))
    assert.match(output, /Verify return code: 0/)
  })

test('openssl s_client cannot renegotiate', async (t) => {
  if (skipWithout(t, 'openssl')) return
  const { output } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${portOf(server)}`, '-tls1_2'], 'R\n')
  assert.match(output, /no renegotiation/)
})

const PYTHON = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
if sys.argv[4] == 'aRSA':
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers('aRSA')
with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[3]) as secured:
        print(secured.cipher()[0], secured.recv(6))
`

for (const name of ['localhost', 'a-resource.comm.localhost', '127.0.0.1', '::1'])
  for (const cipher of ['ALL', 'aRSA'])
    test(`Python's ssl, at its strictest, accepts us as ${name} with ${cipher}`, async (t) => {
      if (skipWithout(t, 'python3')) return
      const { code, output } = await run('python3', ['-c', PYTHON, caFile, String(portOf(server)), name, cipher])
      assert.equal(code, 0, output)
      assert.match(output, /hello/)
    })

test('an HTTPS server with the same options is accepted by curl', async (t) => {
  if (skipWithout(t, 'curl')) return
  const https = createHttpsServer(secureContextOptions(certificates, TICKET_KEYS), (_, response) =>
    response.end('hello'),
  )
  await listen(https)
  const { code, output } = await run('curl', [
    '--silent',
    '--show-error',
    '--cacert',
    caFile,
    `https://localhost:${portOf(https)}/`,
  ])
  https.close()
  assert.deepEqual({ code, output }, { code: 0, output: 'hello' })
})
