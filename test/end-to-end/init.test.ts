// `postern init` and what follows from it: the service that starts on what it made, and the starts and second inits that are refused.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runCommandLine } from '../../src/cli/program.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { runServe } from '../../src/server/run.ts'
import { startServer } from '../../src/server/start-server.ts'
import { type Cleanup, temporaryDirectory } from '../fixtures/quickstart-service.ts'

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }
type Variables = Readonly<Record<string, string>>

function collect() {
  const said = { stdout: '', stderr: '' }
  return {
    said,
    out: { write: (text: string) => (said.stdout += text) },
    err: { write: (text: string) => (said.stderr += text) },
  }
}

async function postern(args: readonly string[], env: Variables = {}): Promise<Ran> {
  const { said, ...streams } = collect()
  const code = await runCommandLine(args, { ...streams, env, askSecret: async () => undefined }, Date.now)
  return { code, ...said }
}

async function serve(config: string, env: Variables = {}): Promise<Ran> {
  const { said, ...streams } = collect()
  return { code: await runServe(config, env, streams), ...said }
}

/** A configuration in a directory of its own; only loopback, free ports. */
function configure(context: Cleanup, keys = 'keys: { file: installation.key }'): string {
  const file = join(temporaryDirectory(context), 'postern.yaml')
  const listener = '{ name: submission, address: 127.0.0.1, port: 0, tls: starttls }'
  const lines = [
    'dataDirectory: data',
    'hostname: localhost',
    keys,
    `smtp: { workers: 1, listeners: [ ${listener} ] }`,
    'https: { address: 127.0.0.1, port: 0 }',
    'log: { level: error }',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  return file
}

type Made = {
  readonly tenantId: string
  readonly subscriptionId: string
  readonly administrator: { readonly applicationId: string; readonly clientSecret: string }
  readonly createdKeyFile: string | null
  readonly caFile: string | null
}

const TENANT = '0B1D7C3E-1111-4222-8333-0123456789AB'
const config = configure({ after })
const keyFile = join(config, '..', 'installation.key')
const databaseFile = join(config, '..', 'data', 'postern.db')

test('serve on a store without a tenant is refused and names init; no key is made', async () => {
  const { code, stderr } = await serve(config)
  assert.equal(code, 1)
  assert.match(stderr, /holds no installation yet\. Make one: postern init --config .*postern\.yaml\n$/)
  assert.equal(existsSync(keyFile), false)
})

for (const option of ['--entra-tenant', '--entra-administrator'])
  test(`init ${option} says that it comes later, and makes nothing`, async (context) => {
    const unused = configure(context)
    const { code, stderr } = await postern(['init', '--config', unused, option, TENANT])
    assert.equal(code, 2)
    assert.match(stderr, /^error: Signing in with Microsoft Entra ID is not in this version\.\n/)
    assert.equal(existsSync(join(unused, '..', 'data')), false)
  })

test('init makes key, tenant, subscription and an administrator, and the service runs on them', async (context) => {
  const ran = await postern(['init', '--config', config, '--tenant-id', TENANT, '--output', 'json'])
  assert.equal(`${ran.code} ${ran.stderr}`, '0 ')
  const made = JSON.parse(ran.stdout) as Made
  assert.equal(made.tenantId, TENANT.toLowerCase())
  assert.equal(made.createdKeyFile, keyFile)
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)

  const loaded = loadConfig(config, {})
  assert.ok(loaded.type === 'config')
  const server = await startServer({ config: loaded.config, createKey: false, environment: {} }, async () => {})
  context.after(() => server.stop())
  const env = {
    POSTERN_DATA_DIR: join(config, '..', 'nothing'),
    POSTERN_ENDPOINT: server.publicUrl,
    POSTERN_CA_FILE: made.caFile ?? '',
    POSTERN_TENANT_ID: made.tenantId,
    POSTERN_CLIENT_ID: made.administrator.applicationId,
    POSTERN_CLIENT_SECRET: made.administrator.clientSecret,
  }
  const assignments = await postern(['role', 'assignment', 'list', '--scope', '/'], env)
  assert.match(assignments.stdout, /ServicePrincipal +Postern Administrator .* \/$/m, assignments.stderr)
  const group = await postern(['group', 'create', '--name', 'mail'], env)
  assert.equal(group.code, 0, group.stderr)
  assert.ok(group.stdout.includes(`/subscriptions/${made.subscriptionId}/`), group.stdout)
})

test('a second init is refused and changes nothing', async () => {
  const before = [readFileSync(keyFile), readFileSync(databaseFile)]
  const { code, stdout, stderr } = await postern(['init', '--config', config])
  assert.deepEqual([code, stdout], [1, ''])
  assert.match(
    stderr,
    new RegExp(`holds an installation already \\(tenant ${TENANT.toLowerCase()}\\): nothing was changed`),
  )
  assert.deepEqual([readFileSync(keyFile), readFileSync(databaseFile)], before)
})

test('serve with another installation key, or without its own, is refused', async () => {
  const other = await serve(config, { POSTERN_KEY: 'ab'.repeat(32) })
  assert.equal(other.code, 1)
  assert.match(other.stderr, /^This installation was made under another installation key\. Restore the key/)
  rmSync(keyFile)
  const lost = await serve(config)
  assert.equal(lost.code, 1)
  assert.match(lost.stderr, /installation\.key does not exist\. Restore it from your backup/)
})

test('init takes a key from POSTERN_KEY, and says what to do where there is none', async (context) => {
  const without = configure(context, 'keys: {}')
  const none = await postern(['init', '--config', without])
  assert.equal(none.code, 1)
  assert.match(none.stderr, /^error: there is no installation key\. Set keys\.file, POSTERN_KEY/)
  const given = await postern(['init', '--config', without, '--output', 'json'], { POSTERN_KEY: 'cd'.repeat(32) })
  assert.equal((JSON.parse(given.stdout) as Made).createdKeyFile, null, given.stderr)
})

test('what init prints for a person: the secret once, and commands that exist', async (context) => {
  const file = configure(context)
  const { code, stdout } = await postern(['init', '--config', file, '--display-name', 'Contoso'])
  assert.equal(code, 0)
  assert.match(stdout, /^Secret +\S{30,}$/m)
  assert.match(stdout, /^This is the only time the secret is shown\.$/m)
  const commands = [...stdout.matchAll(/^ +postern (.*)$/gm)].map(([, command = '']) => command)
  assert.ok(commands.length > 5, stdout)
  for (const command of commands) {
    const [path = ''] = command.split(' --')
    const help = await postern([...path.split(' '), '--help'])
    assert.equal(help.code, 0, command)
    for (const [option] of command.matchAll(/--[a-z-]+/g)) assert.ok(help.stdout.includes(option), command)
  }
})
