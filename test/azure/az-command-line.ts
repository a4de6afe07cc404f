// `az` as it is installed, against a service under test. It asks the public login host for instance discovery before it asks any other,
// so it runs in a mount namespace of its own whose hosts file leads that one name to loopback, where a tiny server answers as the public
// host would. Nothing of this reaches the machine. Azure: control-plane reference §3.4.

import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { createDevelopmentCa, issueServerCertificates } from '../../src/keys/development-ca.ts'
import { type Cleanup, type QuickstartService, temporaryDirectory } from '../fixtures/quickstart-service.ts'
import { originOf } from './azure-clients.ts'

const LOGIN_HOST = 'login.microsoftonline.com'
/** A loopback address of this process's own: the usual one may have its port taken, and two runs must not meet. */
const LOGIN_ADDRESS = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}`
const TIME_LIMIT = 120_000
const CLOUD = 'Postern'

type Outcome = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

function run(program: string, args: readonly string[], env = process.env): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIME_LIMIT })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text
      })
    child.on('error', (error) => resolve({ code: null, ...output, stderr: error.message }))
    child.on('close', (code) => resolve({ code, ...output }))
  })
}

/** Why `az` cannot be driven here, or undefined. */
export async function findAzProblem(): Promise<string | undefined> {
  if ((await run('az', ['version'])).code !== 0) return 'azure-cli is not installed'
  if ((await run('unshare', ['--mount', 'true'])).code !== 0) return 'no mount namespace may be made here'
  return process.getuid?.() === 0 ? undefined : 'port 443 of loopback needs a privileged user'
}

export type Az = {
  /** Rejects unless `az` ended with 0; gives the JSON that it printed, or undefined. */
  run(...args: readonly string[]): Promise<unknown>
  /** The standard error of a command that must fail. */
  fail(...args: readonly string[]): Promise<string>
  /** Writes a file that an argument can name as `@path`: a secret never is an argument. */
  file(name: string, content: string): string
}

/** The cloud is registered and set; nobody is signed in. */
export async function openAz(context: Cleanup, service: QuickstartService): Promise<Az> {
  const directory = temporaryDirectory(context)
  const file = (name: string, content: string) => {
    const path = join(directory, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  const login = await startLoginHost(service)
  context.after(() => new Promise<void>((resolve) => login.server.close(() => resolve())))
  const configuration = join(directory, 'azure')
  mkdirSync(configuration)
  const env = {
    ...process.env,
    AZURE_CONFIG_DIR: configuration,
    AZURE_CORE_COLLECT_TELEMETRY: 'false',
    AZURE_CORE_NO_COLOR: 'true',
    REQUESTS_CA_BUNDLE: file('trusted.pem', service.ca + login.ca),
  }
  const hosts = file('hosts', `127.0.0.1 localhost\n${LOGIN_ADDRESS} ${LOGIN_HOST}\n`)
  const inNamespace = (args: readonly string[]) => {
    const script = 'mount --bind "$0" /etc/hosts && exec az "$@"'
    return run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, hosts, ...args], env)
  }
  const az: Az = {
    async run(...args) {
      const { code, stdout, stderr } = await inNamespace([...args, '--output', 'json'])
      if (code !== 0) throw new Error(`az ${args.slice(0, 3).join(' ')} ended with ${code}:\n${stderr}`)
      return stdout.trim() === '' ? undefined : JSON.parse(stdout)
    },
    async fail(...args) {
      const { code, stdout, stderr } = await inNamespace([...args, '--output', 'json'])
      if (code === 0) throw new Error(`az ${args.slice(0, 3).join(' ')} succeeded:\n${stdout}`)
      return stderr
    },
    file,
  }
  await az.run('cloud', 'register', '--name', CLOUD, '--cloud-config', `@${file('cloud.json', cloudConfig(service))}`)
  await az.run('cloud', 'set', '--name', CLOUD)
  return az
}

function cloudConfig(service: QuickstartService): string {
  const origin = originOf(service)
  const endpoints = {
    resourceManager: origin,
    management: origin,
    activeDirectory: origin,
    activeDirectoryResourceId: origin,
    activeDirectoryGraphResourceId: origin,
    microsoftGraphResourceId: origin,
  }
  return JSON.stringify({ endpoints, suffixes: {} })
}

/** Answers the one question that is asked of the public host: yes, that authority is one, and there is its discovery document. */
async function startLoginHost(service: QuickstartService): Promise<{ readonly server: Server; readonly ca: string }> {
  const ca = await createDevelopmentCa(Date.now())
  const [, certificate] = await issueServerCertificates(ca, Date.now(), [LOGIN_HOST])
  const { host } = new URL(originOf(service))
  const server = createServer({ key: certificate.privateKey, cert: certificate.certificate }, (request, response) => {
    const url = new URL(request.url ?? '/', `https://${LOGIN_HOST}`)
    const [, tenant = ''] = new URL(url.searchParams.get('authorization_endpoint') ?? 'about:blank').pathname.split('/')
    const known = url.pathname === '/common/discovery/instance'
    const answer = {
      tenant_discovery_endpoint: `${originOf(service)}/${tenant}/v2.0/.well-known/openid-configuration`,
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    }
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(known ? answer : {}))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(443, LOGIN_ADDRESS, () => resolve())
  })
  return { server, ca: ca.certificate }
}
