// The load generator, a process of its own so that its work is in nobody's figure. Each connection goes through STARTTLS, AUTH PLAIN
// and lock-step transactions, checks every reply, and begins again until the time is up. It prints one line of JSON.

import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls'

export type Load = {
  readonly port: number
  readonly caFile: string
  readonly username: string
  readonly password: string
  readonly sender: string
  readonly connections: number
  readonly messagesPerConnection: number
  readonly size: number
  /** Milliseconds. */
  readonly duration: number
}

export type LoadResult = {
  readonly accepted: number
  readonly connections: number
  readonly failures: number
  readonly firstFailure: string
  readonly seconds: number
}

const LINE = `${'0123456789abcdef'.repeat(4)}0123456789\r\n`

function composeMessage({ sender, size }: Load): Buffer {
  const header = `From: <${sender}>\r\nTo: <you@example.test>\r\nSubject: bench\r\nDate: Sun, 22 Nov 2026 06:00:00 +0000\r\nMessage-ID: <${process.pid}.${Date.now()}@bench.example.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n`
  const lines = Math.max(0, Math.floor((size - header.length) / LINE.length))
  return Buffer.from(`${header}${LINE.repeat(lines)}.\r\n`, 'latin1')
}

/** One connection at a time, again and again. */
async function work(load: Load, context: SecureContext, end: number, tally: { accepted: number; connections: number }) {
  const message = composeMessage(load)
  const auth = Buffer.from(`\0${load.username}\0${load.password}`).toString('base64')
  while (Date.now() < end) {
    const session = await openSession(load, context)
    tally.connections += 1
    await session.expect(`AUTH PLAIN ${auth}\r\n`, '235')
    for (let sent = 0; sent < load.messagesPerConnection && Date.now() < end; sent++) {
      await session.expect(`MAIL FROM:<${load.sender}>\r\n`, '250')
      await session.expect('RCPT TO:<you@example.test>\r\n', '250')
      await session.expect('DATA\r\n', '354')
      await session.expect(message, '250')
      tally.accepted += 1
    }
    await session.expect('QUIT\r\n', '221')
    session.end()
  }
}

async function openSession(load: Load, secureContext: SecureContext) {
  const socket = connect({ host: '127.0.0.1', port: load.port, noDelay: true })
  const plain = readReplies(socket)
  await plain.next('220')
  socket.write('EHLO bench.example.test\r\n')
  await plain.next('250')
  socket.write('STARTTLS\r\n')
  await plain.next('220')
  socket.removeAllListeners('data')
  const secured = connectTls({ socket, secureContext, servername: 'localhost' })
  await new Promise<void>((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject))
  const replies = readReplies(secured)
  const expect = (octets: string | Buffer, code: string) => {
    secured.write(octets)
    return replies.next(code)
  }
  await expect('EHLO bench.example.test\r\n', '250')
  return { expect, end: () => secured.end() }
}

function readReplies(socket: Socket) {
  let received = ''
  let waiting: { code: string; resolve: () => void; reject: (error: Error) => void } | undefined
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.once('close', () => fail(new Error('closed by the server')))
  socket.on('data', (octets: Buffer) => {
    received += octets.toString('latin1')
    const last = received.lastIndexOf('\r\n', received.length - 3)
    const line = received.slice(last < 0 ? 0 : last + 2)
    if (!line.endsWith('\r\n') || line[3] !== ' ') return
    received = ''
    const { code, resolve, reject } = waiting ?? { code: '', resolve: () => {}, reject: () => {} }
    waiting = undefined
    if (line.startsWith(code)) resolve()
    else reject(new Error(`expected ${code}, got ${line.trim()}`))
  })
  return {
    next: (code: string) =>
      new Promise<void>((resolve, reject) => {
        waiting = { code, resolve, reject }
      }),
  }
}

async function main(load: Load): Promise<LoadResult> {
  const context = createSecureContext({ ca: readFileSync(load.caFile) })
  const tally = { accepted: 0, connections: 0 }
  const failures: string[] = []
  const begin = Date.now()
  const workers = Array.from({ length: load.connections }, () =>
    work(load, context, begin + load.duration, tally).catch((error: Error) => failures.push(error.message)),
  )
  await Promise.all(workers)
  const seconds = (Date.now() - begin) / 1000
  return { ...tally, failures: failures.length, firstFailure: failures[0] ?? '', seconds }
}

process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2] ?? '{}') as Load))}\n`)
