// The yardstick: what a TLS server of this Node on this machine uses to accept, shake hands and close, with nothing behind it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import { createDevelopmentCa, issueServerCertificates } from '../src/keys/development-ca.ts'
import { secureContextOptions } from '../src/keys/secure-context.ts'
import { ticketKeysAt } from '../src/keys/ticket-keys.ts'

async function serve(): Promise<void> {
  const certificates = await issueServerCertificates(await createDevelopmentCa(Date.now()), Date.now())
  const options = secureContextOptions(certificates, ticketKeysAt(new Uint8Array(32), Date.now()))
  const server = createServer({ ...options, noDelay: true }, (socket) => {
    socket.on('error', () => {})
    socket.resume()
    socket.once('end', () => socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.((user + system) / 1000)
  })
  process.send?.((server.address() as { port: number }).port)
}

async function shake(port: number, end: number): Promise<number> {
  let count = 0
  while (Date.now() < end) {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    socket.end()
    socket.resume()
    await once(socket, 'close')
    count += 1
  }
  return count
}

async function main(duration: number): Promise<void> {
  const child = fork(new URL(import.meta.url).pathname, ['serve'])
  const [port] = (await once(child, 'message')) as [number]
  const cpu = async () => {
    child.send('cpu')
    return ((await once(child, 'message')) as [number])[0]
  }
  await shake(port, Date.now() + duration / 4)
  const before = await cpu()
  const begin = Date.now()
  const counts = await Promise.all(Array.from({ length: 8 }, () => shake(port, begin + duration)))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const used = (await cpu()) - before
  child.kill()
  process.stdout.write(JSON.stringify({ cpu: used / total, perSecond: total / ((Date.now() - begin) / 1000), rss: 0 }))
}

if (process.argv[2] === 'serve') await serve()
else await main(Number(process.argv[2] ?? 2000))
