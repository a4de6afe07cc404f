// What a doctor is asked: which device, as it is set up, against which server. What is left out is that of the quickstart.

import { readCaFile } from '../ca-file.ts'
import type { Connection } from '../connection.ts'
import { type Failure, misused } from '../failure.ts'
import type { Quickstart } from '../quickstart-file.ts'
import { readSecret, storedSecret } from '../secret-source.ts'
import type { Terminal } from '../terminal.ts'
import type { TlsStart } from './smtp-probe.ts'

export type DoctorFlags = {
  readonly username?: string
  readonly password?: true
  readonly passwordFile?: string
  readonly from?: string
  readonly to?: readonly string[]
  readonly server?: string
  readonly port?: number
  readonly tls: TlsStart
  readonly tlsVersion: string
  readonly caFile?: string
}

/** The ports of a service: those of design §5, or what the quickstart chose. 0: there is none. */
export type Ports = { readonly submission: number; readonly submissions: number; readonly smtp: number }
const USUAL_PORTS: Ports = { submission: 587, submissions: 465, smtp: 25 }

export type DoctorQuestion = {
  readonly type: 'question'
  readonly server: string
  readonly port: number
  readonly tls: TlsStart
  /** The newest that the device has. */
  readonly tlsVersion: string
  readonly ports: Ports
  readonly ca: string | undefined
  readonly username: string
  /** Undefined: nobody gave one, so nobody signs in. */
  readonly password: string | undefined
  readonly from: string | undefined
  readonly to: readonly string[]
}

/** `known` is what the service itself says of where it listens. */
export type KnownPlace = { readonly server: string; readonly ports: Ports }

export async function readQuestion(
  flags: DoctorFlags,
  username: string,
  terminal: Terminal,
  connection: Connection | undefined,
  known: KnownPlace | undefined,
): Promise<DoctorQuestion | Failure> {
  const quickstart = connection?.quickstart
  const server = flags.server ?? placeOf(quickstart)?.server ?? known?.server
  if (server === undefined) return misused('Nothing says which server.', 'Give --server.')
  const ca = readCaFile(flags.caFile ?? (terminal.env['POSTERN_CA_FILE'] || quickstart?.caFile))
  if (ca?.type === 'failed') return ca
  const password = await readPassword(flags, terminal, quickstart, username)
  if (password?.type === 'failed') return password
  const ports = portsFor(server, placeOf(quickstart), known)
  return {
    type: 'question',
    server,
    port: flags.port ?? (flags.tls === 'implicit' ? ports.submissions : ports.submission),
    tls: flags.tls,
    tlsVersion: flags.tlsVersion,
    ports,
    ca: ca?.pem,
    username,
    password: password?.secret,
    from: flags.from,
    to: flags.to ?? [],
  }
}

function placeOf(quickstart: Quickstart | undefined): KnownPlace | undefined {
  if (quickstart === undefined) return undefined
  const { host, port, implicitTlsPort, port25 } = quickstart.smtp
  return { server: host, ports: { submission: port, submissions: implicitTlsPort, smtp: port25 } }
}

/** What is known of one server says nothing of another. */
function portsFor(server: string, ...places: readonly (KnownPlace | undefined)[]): Ports {
  return places.find((place) => place?.server.toLowerCase() === server.toLowerCase())?.ports ?? USUAL_PORTS
}

/** Asked for only when the flag says so; the quickstart's own goes with its own user name. */
async function readPassword(
  { password, passwordFile }: DoctorFlags,
  terminal: Terminal,
  quickstart: Quickstart | undefined,
  username: string,
): Promise<{ readonly type: 'secret'; readonly secret: string } | Failure | undefined> {
  const source = {
    variable: 'POSTERN_PASSWORD',
    flag: '--password-file',
    file: passwordFile,
    question: `Password of ${username}`,
  }
  if (password === true) return readSecret(terminal, source)
  const stored = storedSecret(terminal, source)
  if (stored !== undefined || quickstart === undefined || quickstart.secretValid === false) return stored
  const own = Object.values(quickstart.usernames).some((one) => one.toLowerCase() === username.toLowerCase())
  return own ? { type: 'secret', secret: quickstart.application.clientSecret } : undefined
}
