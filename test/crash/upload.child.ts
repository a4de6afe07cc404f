// Many large messages at once, each a little at a time, in a process of its own so that its memory is not the service's. None ends
// before all are there but for their end. Every chunk comes from a few shared buffers.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect, type TLSSocket } from 'node:tls'
import { pathToFileURL } from 'node:url'
import type { RunningService } from '../fixtures/capture-inbox.ts'

export type Upload = { readonly subject: string; readonly reply: string }

const CHUNK = 64 * 1024
const LINE_LENGTH = 64
const DISTINCT = 16
/** With the header a little less than 25 MiB. */
const CHUNKS = 399

const chunks = Array.from({ length: DISTINCT }, (_, index) => {
  const digest = createHash('sha512').update(`${index}`).digest('hex')
  return Buffer.from(`${digest.slice(0, LINE_LENGTH - 2)}\r\n`.repeat(CHUNK / LINE_LENGTH))
})

/** The body of an upload, piece by piece: no two begin alike. */
export function* bodyOfUpload(index: number): Generator<Buffer> {
  for (let at = 0; at < CHUNKS; at += 1) yield chunks[(index + at) % DISTINCT] as Buffer
}

export const subjectOfUpload = (index: number): string => `upload ${index}`

class Uploader {
  readonly #socket: TLSSocket
  #received = ''
  #wake: () => void = () => {}

  constructor({ quickstart, ca }: RunningService) {
    const { implicitTlsPort: port } = quickstart.smtp
    this.#socket = connect({ host: '127.0.0.1', servername: 'localhost', port, ca })
    this.#socket.on('data', (octets: Buffer) => {
      this.#received += octets.toString('latin1')
      this.#wake()
    })
    this.#socket.on('error', (error) => {
      throw error
    })
  }

  async expect(form: RegExp): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#received)?.[0]
      if (whole !== undefined) {
        this.#received = this.#received.slice(whole.length)
        assert.match(whole, form)
        return whole.trimEnd()
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Resolves when it has gone to the kernel. */
  write(octets: Buffer | string): Promise<void> {
    return new Promise((resolve) => this.#socket.write(octets, () => resolve()))
  }

  async begin({ quickstart }: RunningService, index: number): Promise<void> {
    const { usernames, application, senderAddress } = quickstart
    const response = Buffer.from(`\0${usernames.dot}\0${application.clientSecret}`).toString('base64')
    const steps: [string, RegExp][] = [
      [`EHLO app.example.test`, /^250-/],
      [`AUTH PLAIN ${response}`, /^235 /],
      [`MAIL FROM:<${senderAddress}>`, /^250 /],
      ['RCPT TO:<you@example.test>', /^250 /],
      ['DATA', /^354 /],
    ]
    await this.expect(/^220 /)
    for (const [command, form] of steps) {
      await this.write(`${command}\r\n`)
      await this.expect(form)
    }
    await this.write(`From: <${senderAddress}>\r\nSubject: ${subjectOfUpload(index)}\r\n\r\n`)
  }

  close(): void {
    this.#socket.destroy()
  }
}

async function uploadAll(service: RunningService, count: number): Promise<readonly Upload[]> {
  const uploaders = Array.from({ length: count }, () => new Uploader(service))
  const bodies = uploaders.map((_, index) => bodyOfUpload(index))
  await Promise.all(uploaders.map((uploader, index) => uploader.begin(service, index)))
  for (let at = 0; at < CHUNKS; at += 1)
    await Promise.all(uploaders.map((uploader, index) => uploader.write(bodies[index]?.next().value ?? '')))
  return Promise.all(
    uploaders.map(async (uploader, index) => {
      await uploader.write('.\r\n')
      const reply = await uploader.expect(/^\d/)
      uploader.close()
      return { subject: subjectOfUpload(index), reply }
    }),
  )
}

/** The service comes on standard input, since it holds a secret; what became of the uploads goes to standard output. */
async function main(count: number): Promise<void> {
  let input = ''
  for await (const text of process.stdin.setEncoding('utf8')) input += text as string
  process.stdout.write(JSON.stringify(await uploadAll(JSON.parse(input) as RunningService, count)))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(Number(process.argv[2]))
