// Haraka, a mail server that nobody here wrote, as a process of one test: on the addresses and the port it is given, everything it keeps
// in a directory that goes with the test. It takes mail for everybody but `nobody@…`, each message into a file as it came, and sends
// none. It needs no privilege.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { eventually } from '../fixtures/eventually.ts'
import { type Cleanup, temporaryDirectory } from '../fixtures/quickstart-service.ts'

export type Haraka = {
  /** What has come, in no order. */
  arrived(): readonly Buffer[]
  /** Everything that it said. */
  log(): string
}

export type HarakaOptions = {
  /** Each as `127.0.0.3:2525`, an IPv6 address in brackets. */
  readonly listen: readonly string[]
  /** Key and chain in PEM; it offers STARTTLS with them. */
  readonly tls: { readonly key: string; readonly certificate: string }
}

const PACKAGE = dirname(createRequire(import.meta.url).resolve('Haraka/package.json'))

/** The only code of it that is ours. */
const PLUGIN = `
const { createWriteStream, renameSync } = require('node:fs')
const { join } = require('node:path')
exports.hook_rcpt = (next, connection, [recipient]) =>
  /^<?nobody@/i.test(String(recipient)) ? next(DENY, require('haraka-dsn').addr_bad_dest_mbox('no such mailbox')) : next(OK)
exports.hook_queue = (next, connection) => {
  const { uuid, message_stream } = connection.transaction
  const [partial, whole] = ['tmp', 'new'].map((name) => join(process.env.HARAKA, 'inbox', name, uuid))
  const file = createWriteStream(partial)
  file.on('finish', () => {
    renameSync(partial, whole)
    next(OK)
  })
  message_stream.pipe(file, { line_endings: '\\r\\n' })
}
`

export async function openHaraka(context: Cleanup, { listen, tls }: HarakaOptions): Promise<Haraka> {
  const directory = temporaryDirectory(context)
  for (const name of ['config', 'plugins', 'inbox', 'inbox/new', 'inbox/tmp', 'queue']) mkdirSync(join(directory, name))
  const files = {
    'config/smtp.ini': `listen=${listen.join(',')}\nnodes=0\n`,
    // It has no defaults of its own for these.
    'config/connection.ini': readFileSync(join(PACKAGE, 'config', 'connection.ini'), 'utf8'),
    'config/me': 'haraka.example.org\n',
    'config/plugins': 'tls\ninto_file\n',
    'config/log.ini': '[main]\nlevel=info\n',
    'config/tls.ini': 'key=tls_key.pem\ncert=tls_cert.pem\n',
    'config/tls_key.pem': tls.key,
    'config/tls_cert.pem': tls.certificate,
    'plugins/into_file.js': PLUGIN,
    'package.json': '{}',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 })
  const log = await run(context, directory, listen)
  const inbox = join(directory, 'inbox', 'new')
  return { arrived: () => readdirSync(inbox).map((name) => readFileSync(join(inbox, name))), log }
}

/** Gives what it says. */
async function run(context: Cleanup, directory: string, listen: readonly string[]): Promise<() => string> {
  const child = spawn(process.execPath, [join(PACKAGE, 'bin', 'haraka'), '-c', directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Whatever ends this process, it leaves no server behind.
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'exit')
  ended.then(
    () => process.off('exit', kill),
    () => {},
  )
  context.after(async () => {
    kill()
    await ended
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('latin1').on('data', (text: string) => {
      said += text
    })
  const isUp = async () => {
    if (child.exitCode !== null) throw new Error(`haraka ended: ${said}`)
    const all = await Promise.all(listen.map(isListening))
    return all.every(Boolean) || undefined
  }
  await eventually(isUp, 'the start of haraka', 60_000)
  return () => said
}

async function isListening(place: string): Promise<boolean> {
  const at = place.lastIndexOf(':')
  const socket = connect({ host: place.slice(0, at).replace(/[[\]]/g, ''), port: Number(place.slice(at + 1)) })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
