// The yardstick: the same dialogue over the same TLS with nothing behind it. No parser, no checks, no store: every command is answered
// with what the load generator waits for. What Postern uses beyond this is Postern's own.

import { writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { createDevelopmentCa, issueServerCertificates } from '../src/keys/development-ca.ts'
import { createServerSecureContext } from '../src/keys/secure-context.ts'
import { ticketKeysAt } from '../src/keys/ticket-keys.ts'
import { answerParent } from './measured-process.ts'

const directory = process.env['POSTERN_DATA_DIR'] ?? '.'
const authority = await createDevelopmentCa(Date.now())
const certificates = await issueServerCertificates(authority, Date.now())
const secureContext = createServerSecureContext(certificates, ticketKeysAt(new Uint8Array(32), Date.now()))
const caFile = join(directory, 'ca.pem')
writeFileSync(caFile, authority.certificate)

function serve(raw: Socket): void {
  raw.on('error', () => {})
  raw.write('220 bare ESMTP\r\n')
  raw.on('data', (octets: Buffer) => {
    if (octets.toString('latin1').startsWith('EHLO')) return void raw.write('250-bare\r\n250 STARTTLS\r\n')
    raw.removeAllListeners('data')
    raw.write('220 go on\r\n')
    serveSecured(new TLSSocket(raw, { isServer: true, secureContext }))
  })
}

const ANSWERS: Readonly<Record<string, string>> = {
  EHLO: '250-bare\r\n250 AUTH PLAIN\r\n',
  AUTH: '235 2.7.0 Ok\r\n',
  DATA: '354 go on\r\n',
  QUIT: '221 2.0.0 Bye\r\n',
}

function serveSecured(socket: TLSSocket): void {
  let inContent = false
  socket.on('error', () => {})
  socket.on('data', (octets: Buffer) => {
    const command = inContent ? '' : octets.toString('latin1', 0, 4)
    if (inContent && octets.indexOf('\r\n.\r\n', octets.length - 5) < 0) return
    inContent = command === 'DATA'
    socket.write(ANSWERS[command] ?? '250 2.0.0 Ok: queued as 01a20341-ee1a-72ed-9dac-bc189ebf7953\r\n')
    if (command === 'QUIT') socket.end()
  })
}

const server = createServer({ noDelay: true }, serve).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  const credential = { username: 'nobody', password: 'nothing', sender: 'DoNotReply@bare.example.test' }
  answerParent({ port, caFile, ...credential }, async () => {})
})
