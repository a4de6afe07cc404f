// The configuration of a quickstart, from environment variables alone: everything in one directory, localhost only. A variable that
// cannot be understood stops the start; nothing is quietly started that is smaller than what was asked for.

import { join, resolve } from 'node:path'
import { isNetwork } from '../identity/private-address.ts'
import { QUICKSTART_DATA_DIRECTORY, QUICKSTART_PORTS, QUICKSTART_SERVICE } from './defaults.ts'
import type { ConfigProblem } from './explain-issue.ts'
import { readDelivery } from './quickstart-delivery.ts'
import { type ConfigOutcome, type Environment, parseConfig } from './parse-config.ts'
import { DNS_SERVER, isPostgresUrl, parseDnsServer, POSTGRES_URL } from './schema-fields.ts'

const LOOPBACK = 'localhost'

/** Every client of a quickstart is this machine, so the limit by address must not be the one that counts. */
const CONNECTIONS = { perAddress: 15_000, total: 15_000 }
const HTTPS_CONNECTIONS = { perAddress: 1000, total: 1000 }

/** Problems name the variable; values are not repeated, since some hold passwords. An empty variable counts as not set. */
export function quickstartConfig(env: Environment): ConfigOutcome {
  const ports = {
    submission: readPort(env, 'POSTERN_SMTP_PORT', QUICKSTART_PORTS.submission),
    submissions: readPort(env, 'POSTERN_SMTPS_PORT', QUICKSTART_PORTS.submissions),
    smtp: readPort(env, 'POSTERN_SMTP25_PORT', QUICKSTART_PORTS.smtp),
    https: readPort(env, 'POSTERN_HTTPS_PORT', QUICKSTART_PORTS.https),
  }
  const resolver = readResolver(env)
  const store = readStore(env)
  const networks = readNetworks(env)
  const delivery = readDelivery(env)
  const problems = [
    ...delivery.problems,
    ...findPortProblems(Object.values(ports)),
    ...resolver.problems,
    ...store.problems,
    ...networks.problems,
  ]
  if (problems.length > 0) return { type: 'invalid', problems }
  const dataDirectory = resolve(env['POSTERN_DATA_DIR'] || QUICKSTART_DATA_DIRECTORY)
  const outcome = parseConfig(
    {
      dataDirectory,
      hostname: 'localhost',
      keys: { file: join(dataDirectory, 'installation.key') },
      smtp: {
        connections: CONNECTIONS,
        listeners: [
          { name: 'submission', address: LOOPBACK, port: ports.submission.port, tls: 'starttls' },
          { name: 'submissions', address: LOOPBACK, port: ports.submissions.port, tls: 'implicit' },
          { name: 'smtp', address: LOOPBACK, port: ports.smtp.port, tls: 'starttls' },
        ],
      },
      ...(store.url === undefined ? {} : { store: { postgres: { url: store.url } } }),
      https: { address: LOOPBACK, port: ports.https.port, connections: HTTPS_CONNECTIONS },
      dns: { resolvers: resolver.servers },
      network: { allowPrivate: networks.networks },
      emulation: true,
      dataPlane: { defaultResource: QUICKSTART_SERVICE },
      delivery: delivery.section,
    },
    dataDirectory,
    env,
  )
  return outcome.type === 'config' ? { type: 'config', config: delivery.signIn(outcome.config) } : outcome
}

type VariablePort = { readonly name: string; readonly port: number | undefined }

function readPort(env: Environment, name: string, standard: number): VariablePort {
  const text = env[name] || String(standard)
  const port = Number(text)
  return { name, port: /^[0-9]{1,5}$/.test(text) && port <= 65_535 ? port : undefined }
}

function findPortProblems(ports: readonly VariablePort[]): readonly ConfigProblem[] {
  return ports.flatMap(({ name, port }, index) => {
    if (port === undefined)
      return [{ path: name, message: 'must be a port number from 1 to 65535, or 0 for any free one' }]
    const twin = ports.slice(0, index).find((other) => port > 0 && other.port === port)
    return twin === undefined ? [] : [{ path: name, message: `is the same port as ${twin.name}` }]
  })
}

type VariableResolver = { readonly servers: readonly string[]; readonly problems: readonly ConfigProblem[] }

/** Without the variable: the machine's own. */
function readResolver(env: Environment): VariableResolver {
  const text = env['POSTERN_DNS'] || undefined
  if (text === undefined) return { servers: [], problems: [] }
  const server = parseDnsServer(text)
  if (server !== undefined) return { servers: [server], problems: [] }
  return { servers: [], problems: [{ path: 'POSTERN_DNS', message: `must be ${DNS_SERVER}` }] }
}

type VariableStore = { readonly url: string | undefined; readonly problems: readonly ConfigProblem[] }

/** Without the variable: SQLite in the data directory. */
function readStore(env: Environment): VariableStore {
  const url = env['POSTERN_STORE'] || undefined
  if (url === undefined || isPostgresUrl(url)) return { url, problems: [] }
  return { url: undefined, problems: [{ path: 'POSTERN_STORE', message: `must be ${POSTGRES_URL}` }] }
}

type VariableNetworks = { readonly networks: readonly string[]; readonly problems: readonly ConfigProblem[] }

/** Without the variable: none. */
function readNetworks(env: Environment): VariableNetworks {
  const networks = (env['POSTERN_ALLOW_PRIVATE'] ?? '').split(/[\s,]+/).filter((network) => network !== '')
  if (networks.every(isNetwork)) return { networks, problems: [] }
  const message = 'must be networks such as 10.0.0.0/8 or fd00::/8, separated by commas'
  return { networks: [], problems: [{ path: 'POSTERN_ALLOW_PRIVATE', message }] }
}
