import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { createDevelopmentCa, issueServerCertificates } from '../keys/development-ca.ts'
import { createServerSecureContext } from '../keys/secure-context.ts'
import { ticketKeysAt } from '../keys/ticket-keys.ts'
import { upgradeToTls } from './tls-upgrade.ts'

const now = Date.now()
const authority = await createDevelopmentCa(now)
const certificates = await issueServerCertificates(authority, now)
const context = createServerSecureContext(certificates, ticketKeysAt(new Uint8Array(32), now))

const cases = [
  { name: 'plain text', octets: '.\r\nQUIT\r\n' },
  { name: 'a record that was not sealed under the key', octets: `\x17\x03\x03\0\x20${'A'.repeat(32)}` },
  { name: 'an alert in the clear', octets: '\x15\x03\x03\0\x02\x01\0' },
]

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  for (const { name, octets } of cases)
    test(`${name} inside ${version} ends the connection`, { timeout: 10_000 }, async (t) => {
      const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const raw = connect((server.address() as AddressInfo).port, '127.0.0.1')
      t.after(() => {
        raw.destroy()
        server.close()
      })
      const [accepted] = (await once(server, 'connection')) as [Socket]
      const client = connectTls({
        socket: raw,
        ca: authority.certificate,
        servername: 'localhost',
        maxVersion: version,
      })
      client.on('error', () => {})
      const secured = await new Promise<Socket | undefined>((resolve) => {
        upgradeToTls(accepted, context, resolve)
      })
      assert(secured !== undefined)
      if (!client.authorized) await once(client, 'secureConnect')
      raw.write(Buffer.from(octets, 'latin1'))
      await once(secured, 'close')
    })
