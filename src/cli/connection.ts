// Which server a command speaks to, and as whom. Flags come before POSTERN_* variables, both before the quickstart in the data
// directory. The quickstart's credential and its CA go to the quickstart's own endpoint and nowhere else, whatever else is given.

import { readCaFile } from './ca-file.ts'
import { type Failure, failed, misused } from './failure.ts'
import { type Quickstart, dataDirectoryOf, readQuickstartFile } from './quickstart-file.ts'
import { readSecret } from './secret-source.ts'
import type { Terminal } from './terminal.ts'

export type ConnectionFlags = {
  readonly endpoint?: string
  readonly caFile?: string
  readonly tenant?: string
  readonly clientId?: string
  readonly clientSecretFile?: string
}

export type Connection = {
  readonly type: 'connection'
  /** Scheme, host and port, with the final slash. */
  readonly endpoint: string
  /** PEM; undefined trusts the roots of this machine. */
  readonly ca: string | undefined
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  /** The quickstart at this endpoint: what commands take when an argument is left out. */
  readonly quickstart: Quickstart | undefined
}

const NO_ENDPOINT_HINT = 'Start one with `npm start`, or name a server with --endpoint or POSTERN_ENDPOINT.'

export async function resolveConnection(flags: ConnectionFlags, terminal: Terminal): Promise<Connection | Failure> {
  const file = readQuickstartFile(dataDirectoryOf(terminal.env))
  const given = flags.endpoint ?? value(terminal, 'POSTERN_ENDPOINT')
  if (given === undefined && file.type === 'failed') return file
  const local = file.type === 'quickstart' ? file.quickstart : undefined
  const chosen = given ?? local?.endpoint
  if (chosen === undefined) {
    return failed(
      `There is no quickstart in ${dataDirectoryOf(terminal.env)} and no endpoint was given.`,
      NO_ENDPOINT_HINT,
    )
  }
  const endpoint = canonicalEndpoint(chosen)
  if (endpoint === undefined) {
    return misused(`${chosen} is not an endpoint.`, 'Give https://host:port/ and nothing behind it.')
  }
  const quickstart = local !== undefined && canonicalEndpoint(local.endpoint) === endpoint ? local : undefined
  return withCredential(flags, terminal, endpoint, quickstart)
}

async function withCredential(
  flags: ConnectionFlags,
  terminal: Terminal,
  endpoint: string,
  quickstart: Quickstart | undefined,
): Promise<Connection | Failure> {
  const ca = readCaFile(flags.caFile ?? value(terminal, 'POSTERN_CA_FILE') ?? quickstart?.caFile)
  if (ca?.type === 'failed') return ca
  const credential = await chooseCredential(flags, terminal, endpoint, quickstart)
  if (credential.type === 'failed') return credential
  return { ...credential, type: 'connection', endpoint, ca: ca?.pem, quickstart }
}

type Credential = {
  readonly type: 'credential'
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
}

async function chooseCredential(
  flags: ConnectionFlags,
  terminal: Terminal,
  endpoint: string,
  quickstart: Quickstart | undefined,
): Promise<Credential | Failure> {
  const clientId = flags.clientId ?? value(terminal, 'POSTERN_CLIENT_ID')
  const tenantId = flags.tenant ?? value(terminal, 'POSTERN_TENANT_ID') ?? quickstart?.tenantId
  if (clientId === undefined && quickstart !== undefined) {
    const half = halfOfCredential(flags, terminal, quickstart)
    if (half !== undefined)
      return misused(`There is a ${half} but no client id.`, 'Give --client-id (or POSTERN_CLIENT_ID) too, or neither.')
    const { applicationId, clientSecret } = quickstart.administrator
    return { type: 'credential', tenantId: quickstart.tenantId, clientId: applicationId, clientSecret }
  }
  if (clientId === undefined || tenantId === undefined) {
    const missing = clientId === undefined ? '--client-id (or POSTERN_CLIENT_ID)' : '--tenant (or POSTERN_TENANT_ID)'
    return failed(
      `There is no credential for ${endpoint}.`,
      `Give ${missing}; the secret comes from POSTERN_CLIENT_SECRET.`,
    )
  }
  const secret = await readSecret(terminal, {
    variable: 'POSTERN_CLIENT_SECRET',
    flag: '--client-secret-file',
    file: flags.clientSecretFile,
    question: `Client secret of ${clientId}`,
  })
  return secret.type === 'failed' ? secret : { type: 'credential', tenantId, clientId, clientSecret: secret.secret }
}

/** What was given of another credential than the quickstart's, which must not be used in its place. */
function halfOfCredential(flags: ConnectionFlags, terminal: Terminal, quickstart: Quickstart): string | undefined {
  const tenantId = flags.tenant ?? value(terminal, 'POSTERN_TENANT_ID')
  if (tenantId !== undefined && tenantId !== quickstart.tenantId) return 'tenant id'
  const secret = flags.clientSecretFile ?? value(terminal, 'POSTERN_CLIENT_SECRET')
  return secret === undefined ? undefined : 'client secret'
}

function value(terminal: Terminal, variable: string): string | undefined {
  return terminal.env[variable] || undefined
}

/** Undefined for anything but `https://host[:port]`. */
function canonicalEndpoint(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.hash !== '') return undefined
  return url.username === '' && url.password === '' ? url.href : undefined
}
