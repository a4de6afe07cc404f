// `node bench/signing.ts [--rounds 20]`: what signing one message costs, in CPU milliseconds of the process over all its threads: reading
// and hashing the content, and both signatures. Beside it the bare SHA-256 of the same octets, which no signer can do without.

import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { DOMAIN, inChunks, signerFor } from '../src/signing/signing.fixture.ts'
import { digestMessage, signDigest } from '../src/signing/sign-message.ts'
import { spread, table } from './figures.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const ROUNDS = Number(values.rounds)
/** As the content store hands it out. */
const CHUNK = 32 * 1024

const HEADER = [
  `From: Sender <a@${DOMAIN}>`,
  'To: b@example.test',
  'Subject: Figures',
  'Date: Tue, 1 Jan 2030 00:00:00 +0000',
  'Message-ID: <1@contoso.test>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '\r\n',
].join('\r\n')

const BODIES = {
  text: 'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod\r\n',
  base64: `${'QUJD'.repeat(19)}\r\n`,
}
const SIZES = { '4 KiB': 4096, '1 MiB': 1 << 20 }

const { keys } = await signerFor(DOMAIN)

async function cpuOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  for (let done = 0; done < count; done += 1) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / count
}

async function digestOf(message: Buffer) {
  const outcome = await digestMessage(inChunks(message, CHUNK))
  if (outcome.type !== 'digest') throw new Error(outcome.detail)
  return outcome.digest
}

async function measure(message: Buffer): Promise<readonly string[]> {
  const count = Math.max(20, Math.floor((4 << 20) / message.length))
  const parts = {
    whole: async () => signDigest(await digestOf(message), keys, Date.now()),
    digest: () => digestOf(message),
    bare: async () => createHash('sha256').update(message).digest(),
  }
  const figures: Record<keyof typeof parts, number[]> = { whole: [], digest: [], bare: [] }
  // Round 0 warms up.
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const name of ['whole', 'digest', 'bare'] as const) {
      const cpu = await cpuOf(count, parts[name])
      if (round > 0) figures[name].push(cpu)
    }
  return [spread(figures.whole, 2), spread(figures.digest, 2), spread(figures.bare, 2)]
}

const rows = [['', 'size', 'signed: CPU ms', 'of it reading and hashing', 'bare SHA-256']]
for (const [kind, line] of Object.entries(BODIES))
  for (const [name, size] of Object.entries(SIZES)) {
    const body = line.repeat(Math.ceil((size - HEADER.length) / line.length))
    rows.push([kind, name, ...(await measure(Buffer.from(HEADER + body)))])
  }
process.stdout.write(table(rows))
