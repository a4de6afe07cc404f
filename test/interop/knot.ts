// Knot DNS, a name server that nobody here wrote, as a process of one test: on a free loopback port, everything it keeps in a directory
// that goes with the test, no privilege, no service of the system. It is authoritative only: a CNAME is followed within its own zones. A
// zone that was never published answers SERVFAIL, a name in no zone of its own REFUSED.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../fixtures/eventually.ts'
import { type Cleanup, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { findProblem, runClient, runProcess } from './clients/foreign-client.ts'

export type Knot = {
  /** For `POSTERN_DNS`. */
  readonly server: string
  /** Replaces what a zone has, beside its SOA and NS. Lines of a zone file; served when this resolves. RFC 1035 §5.1. */
  publish(zone: string, lines: readonly string[]): Promise<void>
  /** What a resolver is to trust a signed zone by: its DS records. */
  trustAnchors(zone: string): Promise<readonly string[]>
  /** How many queries came over TCP since it was started. */
  countTcpQueries(): Promise<number>
  /** Alive, its port open, and silent. */
  suspend(): void
  resume(): void
  stop(): Promise<void>
  /** Again, on the same port, with what was published. */
  start(): Promise<void>
}

/** Debian keeps them where only an administrator's PATH leads. */
export const programOf = (name: string) => (existsSync(`/usr/sbin/${name}`) ? `/usr/sbin/${name}` : name)

/** Why it cannot be run here, or undefined. */
export async function findKnotProblem(): Promise<string | undefined> {
  const probes = ['knotd', 'knotc'].map((name) =>
    findProblem({ name, probe: { command: [programOf(name), '--version'], shows: /Knot DNS/ }, variants: [] }),
  )
  return (await Promise.all(probes)).find((problem) => problem !== undefined)
}

/** Zones in `signed` have DNSSEC. */
export async function openKnot(
  context: Cleanup,
  zones: readonly string[],
  signed: readonly string[] = [],
): Promise<Knot> {
  const directory = temporaryDirectory(context)
  const port = await findFreePort()
  writeFileSync(
    join(directory, 'knot.conf'),
    configurationOf(directory, port, [
      ...zones.map((zone) => `  - domain: ${zone}\n`),
      ...signed.map((zone) => `  - domain: ${zone}\n    template: signed\n`),
    ]),
  )
  const control = [programOf('knotc'), '--config', join(directory, 'knot.conf')]
  let process = await run(directory, control)
  let serial = 0
  const stop = () => end(process)
  context.after(stop)
  return {
    server: `127.0.0.1:${port}`,
    async publish(zone, lines) {
      // Signing counts on by itself.
      serial += 10
      writeFileSync(join(directory, `${zone}.zone`), zoneFile(zone, serial, lines))
      await runClient([...control, '--blocking', 'zone-reload', zone])
    },
    async trustAnchors(zone) {
      const keys = await runClient([programOf('keymgr'), '--config', join(directory, 'knot.conf'), zone, 'ds'])
      return keys.split('\n').filter((line) => line.includes(' DS '))
    },
    async countTcpQueries() {
      const said = await runClient([...control, '--force', 'stats', 'mod-stats.request-protocol'])
      return Number(/\[tcp4\] = (\d+)/.exec(said)?.[1])
    },
    suspend: () => void process.kill('SIGSTOP'),
    resume: () => void process.kill('SIGCONT'),
    stop,
    async start() {
      process = await run(directory, control)
    },
  }
}

/** Octets as the quoted strings of one TXT record, each of at most `size`. */
export function txt(value: string, size = 255): string {
  const pieces = Buffer.from(value)
    .toString('latin1')
    .match(new RegExp(`[^]{1,${size}}`, 'g')) ?? ['']
  const escaped = (octet: string) => `\\${String(octet.charCodeAt(0)).padStart(3, '0')}`
  return `TXT ${pieces.map((piece) => `"${piece.replace(/[^ !#-[\]-~]/g, escaped)}"`).join(' ')}`
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function configurationOf(directory: string, port: number, zones: readonly string[]): string {
  return `
server:
    rundir: "${directory}"
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: "${directory}/knot.sock"
log:
  - target: "${directory}/knot.log"
    any: info
database:
    storage: "${directory}"
policy:
  - id: signing
    algorithm: ecdsap256sha256
    single-type-signing: on
mod-stats:
  - id: counting
    request-protocol: on
template:
  - id: default
    global-module: mod-stats/counting
    storage: "${directory}"
    zonefile-sync: -1
    journal-content: none
  - id: signed
    storage: "${directory}"
    zonefile-sync: -1
    journal-content: none
    dnssec-signing: on
    dnssec-policy: signing
zone:
${zones.join('')}`
}

const zoneFile = (zone: string, serial: number, lines: readonly string[]) => `$ORIGIN ${zone}.
$TTL 3600
@ SOA ns hostmaster ${serial} 3600 600 86400 300
@ NS ns
ns A 127.0.0.1
${lines.join('\n')}
`

/** Resolves when it answers: its zones are loaded by then. */
async function run(directory: string, control: readonly string[]): Promise<ChildProcess> {
  const child = spawn(programOf('knotd'), ['--config', join(directory, 'knot.conf')], { stdio: 'ignore' })
  // Whatever ends this process, it leaves no server behind.
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  await once(child, 'spawn')
  const isUp = async () => {
    if (child.exitCode !== null) throw new Error(`knotd ended: ${readFileSync(join(directory, 'knot.log'), 'utf8')}`)
    return (await runProcess([...control, 'status'])).code === 0 || undefined
  }
  await eventually(isUp, 'the start of knotd')
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  // It has nothing to save, and one that is suspended hears no other signal.
  child.kill('SIGKILL')
  await exit
}
