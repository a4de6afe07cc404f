// openssl s_client as a person at a terminal uses it: TLS by OpenSSL, every SMTP line by hand.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Delivery, ForeignClient } from './foreign-client.ts'

const TIME_LIMIT = 30_000

async function sendWithOpenssl(delivery: Delivery): Promise<string> {
  const child = spawn(
    'openssl',
    [
      's_client',
      ...['-connect', `localhost:${delivery.port}`],
      ...(delivery.implicitTls ? [] : ['-starttls', 'smtp', '-name', 'app.example.test']),
      ...['-CAfile', delivery.caFile],
      ...['-verify_hostname', 'localhost', '-verify_return_error'],
      // Prints nothing of its own, and reads no line as a command to itself: RCPT would renegotiate.
      '-quiet',
    ],
    { stdio: 'pipe', timeout: TIME_LIMIT, killSignal: 'SIGKILL' },
  )
  const exited = once(child, 'close')
  let said = ''
  let complaints = ''
  child.stderr.on('data', (text: Buffer) => (complaints += text.toString('latin1')))
  child.stdin.on('error', () => {})
  const output = child.stdout.setEncoding('latin1')[Symbol.asyncIterator]()
  let unread = ''
  const expect = async (code: number) => {
    for (;;) {
      const reply = /^(?:\d{3}-.*\r\n)*(\d{3})(?: .*)?\r\n/.exec(unread)
      if (reply?.[1] === String(code)) {
        unread = unread.slice(reply[0].length)
        return
      }
      const next = reply === null ? await output.next() : undefined
      if (next === undefined || next.done) throw new Error(`expected ${code}, got "${unread}" ${complaints}`)
      unread += String(next.value)
      said += String(next.value)
    }
  }
  const say = async (line: string, code: number) => {
    said += `${line}\n`
    child.stdin.write(`${line}\r\n`)
    await expect(code)
  }
  try {
    if (delivery.implicitTls) await expect(220)
    await say('EHLO app.example.test', 250)
    await signIn(say, delivery)
    await say(`MAIL FROM:<${delivery.from}> BODY=8BITMIME`, 250)
    for (const recipient of delivery.recipients) await say(`RCPT TO:<${recipient}>`, 250)
    await say('DATA', 354)
    child.stdin.write(Buffer.from(delivery.content.toString('latin1').replaceAll(/^\./gm, '..'), 'latin1'))
    await say('.', 250)
    await say('QUIT', 221)
    await exited
    return said
  } finally {
    child.kill('SIGKILL')
  }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

async function signIn(
  say: (line: string, code: number) => Promise<void>,
  { mechanism, username, secret }: Delivery,
): Promise<void> {
  if (mechanism === 'PLAIN') return say(`AUTH PLAIN ${base64(`\0${username}\0${secret}`)}`, 235)
  await say('AUTH LOGIN', 334)
  await say(base64(username), 334)
  await say(base64(secret), 235)
}

export const openssl: ForeignClient = {
  name: 'openssl s_client',
  probe: { command: ['openssl', 'version'], shows: /OpenSSL/ },
  variants: [
    { name: '-starttls smtp, LOGIN', door: 'submission', mechanism: 'LOGIN', send: sendWithOpenssl },
    { name: '-starttls smtp, PLAIN', door: 'smtp', mechanism: 'PLAIN', send: sendWithOpenssl },
    { name: '-connect, LOGIN', door: 'submissions', mechanism: 'LOGIN', send: sendWithOpenssl },
  ],
}
