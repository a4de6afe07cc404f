// TLS of the running service from a client's side: which certificate each kind of client gets at each door, what is refused, and what
// happens to clients when the certificate files are replaced under it.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectPlain } from 'node:net'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { after, test } from 'node:test'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { createDevelopmentCa, issueServerCertificates } from '../../src/keys/development-ca.ts'
import { replaceFile } from '../../src/server/development-certificates.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const service = await startService({ after })
const { smtp, https, usernames, application, senderAddress } = service.quickstart

/** The whole handshake with verification on, behind STARTTLS where the door wants that. */
async function shakeHands(door: keyof typeof DOORS, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = await DOORS[door]({ ca: service.ca, servername: 'localhost', ...options })
  await once(socket, 'secureConnect')
  socket.on('error', () => {})
  return socket
}

type Opens = (options: ConnectionOptions) => Promise<TLSSocket>

const implicitTls =
  (port: number): Opens =>
  async (options) =>
    connect({ port, host: '127.0.0.1', ...options })

const startTls =
  (port: number): Opens =>
  async (options) => {
    const dialogue = await SmtpDialogue.open(port)
    await dialogue.reply()
    await dialogue.command('EHLO app.example.test')
    return dialogue.requestTls(options)
  }

const DOORS = {
  'STARTTLS on the port like 587': startTls(smtp.port),
  'STARTTLS on the port like 25': startTls(smtp.port25),
  'implicit TLS': implicitTls(smtp.implicitTlsPort),
  HTTPS: implicitTls(Number(new URL(https.url).port)),
} as const

const doors = Object.keys(DOORS) as (keyof typeof DOORS)[]

const keyTypeOf = (socket: TLSSocket) => socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType

const CLIENTS: readonly {
  readonly name: string
  readonly options: ConnectionOptions
  readonly keyType: string
  readonly protocol: string
}[] = [
  { name: 'a client of today', options: {}, keyType: 'ec', protocol: 'TLSv1.3' },
  { name: 'a TLS 1.2 client', options: { maxVersion: 'TLSv1.2' }, keyType: 'ec', protocol: 'TLSv1.2' },
  {
    name: 'a TLS 1.2 client that knows only RSA',
    options: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', sigalgs: 'RSA+SHA256' },
    keyType: 'rsa',
    protocol: 'TLSv1.2',
  },
  {
    name: 'a TLS 1.3 client that knows only RSA signatures',
    options: { sigalgs: 'rsa_pss_rsae_sha256' },
    keyType: 'rsa',
    protocol: 'TLSv1.3',
  },
]

for (const { name, options, keyType, protocol } of CLIENTS)
  for (const door of doors)
    test(`${name} gets the certificate it can use: ${door}`, async () => {
      const socket = await shakeHands(door, options)
      assert.deepEqual([keyTypeOf(socket), socket.getProtocol(), socket.authorized], [keyType, protocol, true])
      socket.destroy()
    })

for (const door of doors)
  test(`TLS 1.1 is refused: ${door}`, async () => {
    // The alert comes from the server: this client is able to speak TLS 1.1.
    const options = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await assert.rejects(shakeHands(door, options), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })
  })

/** The first octets that a real client sends. */
function recordClientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({ read: () => {}, write: (octets: Buffer) => resolve(octets) })
    connect({ socket: wire, servername: 'localhost' }).on('error', () => {})
  })
}

test('a client that leaves in the middle of a handshake is let go, not kept until its time is over', async () => {
  const socket = connectPlain({ port: smtp.implicitTlsPort, host: '127.0.0.1', allowHalfOpen: true })
  socket.write(await recordClientHello())
  await once(socket, 'data')
  socket.end()
  // Far below the 15 seconds that a handshake may take.
  await once(socket, 'end', { signal: AbortSignal.timeout(8_000) })
  socket.destroy()
})

/** What a client keeps to resume later: the last ticket of a connection. */
async function keepTicket(options: ConnectionOptions): Promise<Buffer> {
  const socket = await DOORS['implicit TLS']({ ca: service.ca, servername: 'localhost', ...options })
  const [ticket] = (await once(socket, 'session')) as [Buffer]
  socket.destroy()
  return ticket
}

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

test('certificate files are replaced: new handshakes get the new ones, open sessions and tickets go on', async () => {
  const dialogue = await SmtpDialogue.openSecure(smtp.port, service.ca)
  assert.match(await dialogue.authenticate(usernames.dot, application.clientSecret), /^235 /)
  const tickets = await Promise.all(VERSIONS.map((version) => keepTicket({ maxVersion: version })))

  const ca = await createDevelopmentCa(Date.now())
  const issued = await issueServerCertificates(ca, Date.now())
  for (const [index, kind] of ['ecdsa', 'rsa'].entries()) {
    const file = join(service.directory, 'tls', kind)
    replaceFile(`${file}.key`, issued[index]?.privateKey ?? '', 0o600)
    replaceFile(`${file}.crt`, issued[index]?.certificate ?? '', 0o644)
  }
  await eventually(async () => (await everyThreadServes(ca.certificate)) || undefined, 'the new certificates')

  const rsaOnly = { maxVersion: 'TLSv1.2', sigalgs: 'RSA+SHA256', ca: ca.certificate } as const
  const rsa = await shakeHands('implicit TLS', rsaOnly)
  assert.equal(keyTypeOf(rsa), 'rsa')
  rsa.destroy()
  for (const [index, version] of VERSIONS.entries()) {
    const session = tickets[index] as Buffer
    // Whichever thread takes the connection.
    for (let time = 0; time < 4; time++) {
      const resumed = await shakeHands('implicit TLS', { maxVersion: version, session })
      assert.equal(resumed.isSessionReused(), true, version)
      resumed.destroy()
    }
  }
  const content = [`From: ${senderAddress}`, 'Subject: across a renewal', '', 'Hello.']
  assert.match(await dialogue.submit(senderAddress, ['reader@recipient.example.test'], content), /^250 2\.0\.0 /)
  dialogue.destroy()
})

/** Several threads share a port and each loads for itself: only a row of handshakes shows them all. */
async function everyThreadServes(authority: string): Promise<boolean> {
  for (const door of doors)
    for (let time = 0; time < 8; time++) {
      const socket = await shakeHands(door, { ca: [service.ca, authority] })
      const isNew = socket.getPeerX509Certificate()?.issuer === new X509Certificate(authority).subject
      socket.destroy()
      if (!isNew) return false
    }
  return true
}
