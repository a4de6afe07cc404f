// Fixture: a server that takes mail on a loopback address, with TLS where it has a certificate. It answers each command with what it is
// told to say, else with yes, and remembers who said what. Good manners only; what hostile servers do is tested elsewhere.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ServerCertificate } from '../keys/server-certificates.ts'

export type ReceivingOptions = {
  readonly address?: string
  /** 0: any. */
  readonly port?: number
  readonly tls?: ServerCertificate
  readonly keywords?: readonly string[]
  /** By verb, or by the whole line; `undefined` hangs up. `CONNECT` is the greeting, `.` the end of the content. */
  readonly replies?: Readonly<Record<string, string | undefined>>
}

/** What was said on one connection, commands only; `TLS` stands for the handshake, with the name that was asked for. */
export type ReceivedSession = { readonly lines: string[]; readonly contents: string[] }

export async function openReceivingServer(options: ReceivingOptions = {}) {
  const sessions: ReceivedSession[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    const session: ReceivedSession = { lines: [], contents: [] }
    sessions.push(session)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    converse(socket, session, options, true)
  })
  server.listen(options.port ?? 0, options.address ?? '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    contents: () => sessions.flatMap(({ contents }) => contents),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
export type ReceivingServer = Awaited<ReturnType<typeof openReceivingServer>>

function converse(socket: Socket, session: ReceivedSession, options: ReceivingOptions, greets: boolean): void {
  const { replies = {} } = options
  let text = ''
  let inContent = false
  const say = (key: string, fallback: string): void => {
    const reply = key in replies ? replies[key] : fallback
    if (reply === undefined) socket.destroy()
    else socket.write(`${reply}\r\n`)
  }
  const take = (line: string): void => {
    session.lines.push(line)
    const verb = line.split(' ')[0]?.toUpperCase() ?? ''
    const key = line in replies ? line : verb
    if (verb === 'EHLO') return say(key, ehloReply(socket, options))
    if (verb === 'STARTTLS' && !(key in replies)) {
      say(key, '220 2.0.0 go')
      return startTls(socket, session, options)
    }
    if (verb === 'DATA') inContent = !(key in replies)
    return say(key, verb === 'DATA' ? '354 go' : verb === 'QUIT' ? '221 2.0.0 bye' : '250 2.0.0 ok')
  }
  socket.setEncoding('latin1')
  socket.on('error', () => {})
  socket.on('data', (piece: string) => {
    text += piece
    for (;;) {
      const end = text.indexOf(inContent ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const taken = text.slice(0, end)
      text = text.slice(end + (inContent ? 5 : 2))
      if (inContent) {
        session.contents.push(taken)
        inContent = false
        say('.', '250 2.0.0 taken')
      } else take(taken)
    }
  })
  if (greets) say('CONNECT', '220 mx ESMTP')
}

function ehloReply(
  socket: Socket,
  { tls, keywords = ['PIPELINING', '8BITMIME', 'SMTPUTF8'] }: ReceivingOptions,
): string {
  const offered = [...keywords, ...(tls !== undefined && !(socket instanceof TLSSocket) ? ['STARTTLS'] : [])]
  return ['mx', ...offered]
    .map((keyword, index, all) => `250${index === all.length - 1 ? ' ' : '-'}${keyword}`)
    .join('\r\n')
}

/** Without a certificate it answers the handshake with what is no TLS. */
function startTls(socket: Socket, session: ReceivedSession, options: ReceivingOptions): void {
  const { tls } = options
  if (tls === undefined) return void socket.once('data', () => socket.write('500 what?\r\n'))
  socket.removeAllListeners('data')
  const secured = new TLSSocket(socket, { isServer: true, cert: tls.certificate, key: tls.privateKey, SNICallback })
  secured.on('error', () => {})
  secured.once('secure', () => session.lines.push(`TLS ${Reflect.get(secured, 'servername') || ''}`.trim()))
  converse(secured, session, options, false)
}

/** With it Node tells which name was asked for. */
const SNICallback = (_name: string, callback: (error: Error | null) => void) => callback(null)
