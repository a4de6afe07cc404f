// One look at one SMTP port, as a device would speak to it: greeting, EHLO, TLS, login, sender. It verifies no certificate by refusing
// the connection, because it has to tell what is wrong with it; whoever uses it gives no password where that is wrong. Every wait ends.
// RFC 5321 §3.1, RFC 3207, RFC 4954, RFC 8314.

import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'

export type TlsStart = 'starttls' | 'implicit'

export type ProbeTarget = { readonly host: string; readonly port: number; readonly ca: string | undefined }

/** What the server showed in the handshake. */
export type SeenTls = {
  readonly protocol: string
  readonly cipher: string
  /** Why the certificate is not trusted; undefined when it is. */
  readonly distrust: string | undefined
  readonly certificate: PeerCertificate
}

export type Reply = { readonly code: number; readonly lines: readonly string[] }

/** `refused` and `silent` are about the connection, `closed` and `garbage` about what came over it. */
export type ProbeFault = {
  readonly type: 'fault'
  readonly fault: 'refused' | 'silent' | 'closed' | 'garbage' | 'handshake'
  readonly detail: string
}

const PATIENCE = 10_000
const REPLY_LIMIT = 64 * 1024
const CLIENT_NAME = 'postern-doctor.invalid'

/** Whether something accepts connections there. */
export function knock(host: string, port: number, patience = PATIENCE): Promise<ProbeFault | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (fault: ProbeFault | undefined): void => {
      socket.destroy()
      resolve(fault)
    }
    socket.setTimeout(patience, () => end(fault('silent', `nothing answered within ${patience / 1000} s`)))
    socket.once('connect', () => end(undefined))
    socket.once('error', (error) => end(fault('refused', codeOf(error))))
  })
}

const fault = (kind: ProbeFault['fault'], detail: string): ProbeFault => ({ type: 'fault', fault: kind, detail })
const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message

export class SmtpProbe {
  #socket: Socket | TLSSocket
  readonly #target: ProbeTarget
  readonly #patience: number
  #received = ''
  #ended: string | undefined
  #wake: () => void = () => {}
  tls: SeenTls | undefined

  private constructor(socket: Socket, target: ProbeTarget, patience: number) {
    this.#socket = socket
    this.#target = target
    this.#patience = patience
    this.#attach()
  }

  /** Connects; nothing is read yet. */
  static open(target: ProbeTarget, patience = PATIENCE): Promise<SmtpProbe | ProbeFault> {
    return new Promise((resolve) => {
      const socket = connect({ host: target.host, port: target.port, noDelay: true })
      const timer = setTimeout(() => {
        socket.destroy()
        resolve(fault('silent', `nothing answered within ${patience / 1000} s`))
      }, patience)
      socket.once('connect', () => {
        clearTimeout(timer)
        socket.removeAllListeners('error')
        resolve(new SmtpProbe(socket, target, patience))
      })
      socket.once('error', (error) => {
        clearTimeout(timer)
        resolve(fault('refused', codeOf(error)))
      })
    })
  }

  async reply(): Promise<Reply | ProbeFault> {
    const deadline = Date.now() + this.#patience
    for (;;) {
      const whole = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(this.#received)
      if (whole !== null) {
        this.#received = this.#received.slice(whole[0].length)
        const lines = whole[0].trimEnd().split(/\r?\n/)
        return { code: Number(lines[0]?.slice(0, 3)), lines: lines.map((line) => line.slice(4)) }
      }
      if (this.#received.length > REPLY_LIMIT || /^[^\d\r\n]/.test(this.#received))
        return fault('garbage', 'what answers is no SMTP server')
      if (this.#ended !== undefined) return fault('closed', this.#ended)
      if (!(await this.#something(deadline - Date.now())))
        return fault('silent', `it said nothing within ${this.#patience / 1000} s`)
    }
  }

  say(line: string): Promise<Reply | ProbeFault> {
    this.#socket.write(`${line}\r\n`)
    return this.reply()
  }

  hello(): Promise<Reply | ProbeFault> {
    return this.say(`EHLO ${CLIENT_NAME}`)
  }

  /** The handshake alone. A distrusted certificate is seen, not refused. */
  secure(maxVersion: 'TLSv1.2' | 'TLSv1.3' = 'TLSv1.3'): Promise<ProbeFault | undefined> {
    const { host, ca } = this.#target
    const raw = this.#socket
    raw.removeAllListeners()
    this.#received = ''
    return new Promise((resolve) => {
      const names = isIP(host) === 0 ? { servername: host } : {}
      const secured = connectTls({
        socket: raw,
        ...names,
        ...(ca !== undefined && { ca }),
        host,
        minVersion: 'TLSv1.2',
        maxVersion,
        rejectUnauthorized: false,
      })
      const timer = setTimeout(
        () => end(fault('silent', `no handshake within ${this.#patience / 1000} s`)),
        this.#patience,
      )
      const end = (outcome: ProbeFault | undefined): void => {
        clearTimeout(timer)
        secured.removeAllListeners('error')
        secured.removeAllListeners('close')
        if (outcome !== undefined) secured.on('error', () => {}).destroy()
        resolve(outcome)
      }
      secured.once('secureConnect', () => {
        this.#socket = secured
        this.tls = seenIn(secured)
        end(undefined)
        this.#attach()
      })
      secured.once('error', (error) => end(fault('handshake', reasonOf(error))))
      secured.once('close', () => end(fault('handshake', 'the connection ended in the handshake')))
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #attach(): void {
    const socket = this.#socket
    socket.on('data', (octets: Buffer) => {
      this.#received += octets.toString('latin1')
      this.#wake()
    })
    socket.on('error', (error) => this.#end(codeOf(error)))
    socket.on('close', () => this.#end('the server closed the connection'))
  }

  #end(why: string): void {
    this.#ended ??= why
    this.#wake()
  }

  #something(patience: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, patience))
      this.#wake = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  }
}

function seenIn(socket: TLSSocket): SeenTls {
  const { authorized, authorizationError } = socket
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    distrust: authorized ? undefined : textOf(authorizationError),
    certificate: socket.getPeerCertificate(),
  }
}

/** Node gives the code as text, whatever its types say. */
const textOf = (error: unknown): string =>
  error instanceof Error ? codeOf(error) : typeof error === 'string' ? error : 'not trusted'

/** OpenSSL's own words, without its file names. */
function reasonOf(error: Error): string {
  const { reason } = error as Error & { reason?: string }
  return reason ?? codeOf(error)
}
