import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { runCommandLine } from './program.ts'

const directory = mkdtempSync(join(tmpdir(), 'postern-program-'))
after(() => rmSync(directory, { recursive: true }))
const broken = join(directory, 'broken.yaml')
writeFileSync(broken, 'bogus: 1\n', { mode: 0o600 })

type Run = { readonly exitCode: number; readonly out: string; readonly err: string }

async function run(line: readonly string[], env: Readonly<Record<string, string>> = {}, isTTY = false): Promise<Run> {
  const text = { out: '', err: '' }
  const terminal = {
    out: { isTTY, write: (piece: string) => (text.out += piece) },
    err: { isTTY, write: (piece: string) => (text.err += piece) },
    env: { POSTERN_DATA_DIR: join(directory, 'nothing'), ...env },
    askSecret: async () => undefined,
  }
  return { exitCode: await runCommandLine(line, terminal, () => 0), ...text }
}

const LEAVES = [
  'ad app create',
  'ad app credential delete',
  'ad app credential list',
  'ad app credential reset',
  'ad app delete',
  'ad app list',
  'ad group create',
  'ad group delete',
  'ad group list',
  'ad group member add',
  'ad group member list',
  'ad group member remove',
  'ad sp create',
  'ad sp update',
  'ad user create',
  'ad user delete',
  'ad user list',
  'ad user update',
  'audit list',
  'identity-provider delete',
  'identity-provider list',
  'identity-provider set',
  'identity-provider show',
  'communication create',
  'communication delete',
  'communication email create',
  'communication email delete',
  'communication email domain create',
  'communication email domain delete',
  'communication email domain initiate-verification',
  'communication email domain list',
  'communication email domain rotate-dkim',
  'communication email domain update',
  'communication email domain sender-username create',
  'communication email domain sender-username delete',
  'communication email domain sender-username list',
  'communication email domain show',
  'communication email list',
  'communication list',
  'communication list-key',
  'communication regenerate-key',
  'communication settings',
  'communication show',
  'communication smtp-credential create',
  'communication smtp-username create',
  'communication smtp-username delete',
  'communication smtp-username list',
  'communication update',
  'config check',
  'config describe',
  'db copy',
  'db migrate',
  'db status',
  'doctor',
  'explain',
  'event list',
  'event replay',
  'event subscription create',
  'event subscription delete',
  'event subscription list',
  'event subscription rotate-secret',
  'event subscription show',
  'fault clear',
  'fault list',
  'fault set',
  'group create',
  'group delete',
  'group list',
  'init',
  'login-limits clear',
  'login-limits list',
  'message list',
  'message show',
  'queue delete',
  'queue destinations',
  'queue hold',
  'queue holds',
  'queue list',
  'queue release',
  'queue retry',
  'queue show',
  'queue summary',
  'quickstart',
  'role assignment create',
  'role assignment delete',
  'role assignment list',
  'role definition clone',
  'role definition create',
  'role definition delete',
  'role definition list',
  'role deny-assignment delete',
  'role deny-assignment list',
  'send',
  'serve',
  'suppression add',
  'quota list',
  'quota show',
  'quota set',
  'quota remove',
  'suppression list',
  'suppression remove',
]

for (const leaf of LEAVES)
  test(`postern ${leaf} --help shows its usage and an example`, async () => {
    const { exitCode, out, err } = await run([...leaf.split(' '), '--help'])
    assert.equal(exitCode, 0)
    assert.equal(err, '')
    assert.ok(out.startsWith(`Usage: postern ${leaf} `), out)
    assert.match(out, new RegExp(`\\nExamples?:\\n(.*\\n)*? .*postern ${leaf}`))
  })

test('--help says which options are required, and no default that is nothing', async () => {
  const { out } = await run(['role', 'definition', 'clone', '--help'])
  assert.match(out, /^ +--role <role> .*\(required\)$/m)
  assert.match(out, /^ +--add-actions <action\.\.\.> +actions to allow besides$/m)
  assert.doesNotMatch(out, /--scope.*\(required\)/)
})

test('docs/commands.md lists every command, and none that is not there', () => {
  const text = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(/^\| `([a-z -]+?)(?: -| [A-Z]|`)/gm)].map(([, leaf]) => leaf)
  assert.deepEqual(new Set(listed), new Set(LEAVES))
})

const GUID = '11111111-2222-3333-4444-555555555555'
const usage: readonly { line: string; exitCode: number; out?: RegExp; err?: RegExp }[] = [
  { line: '--version', exitCode: 0, out: /^\d+\.\d+\.\d+\n$/ },
  { line: '--help', exitCode: 0, out: /^Usage: postern / },
  { line: '', exitCode: 2, err: /^Usage: postern / },
  { line: 'role', exitCode: 2, err: /^Usage: postern role / },
  { line: 'nonsense', exitCode: 2, err: /^error: unknown command 'nonsense'\nSee: postern --help\n$/ },
  { line: 'role assignment nonsense', exitCode: 2, err: /unknown command/ },
  {
    line: 'explain',
    exitCode: 2,
    err: /^error: missing required argument 'reference'\nSee: postern explain --help\n$/,
  },
  { line: 'explain A B', exitCode: 2, err: /too many arguments/ },
  { line: 'message list --output yaml', exitCode: 2, err: /Allowed choices are table, json/ },
  { line: 'message list --limit 0', exitCode: 2, err: /whole number from 1 to 1000/ },
  { line: 'message list --limit 1e999', exitCode: 2, err: /whole number from 1 to 1000/ },
  { line: 'audit list --limit 1001', exitCode: 2, err: /whole number from 1 to 1000/ },
  { line: 'message show', exitCode: 2, err: /missing required argument 'id'/ },
  { line: 'serve', exitCode: 2, err: /required option '--config <file>'/ },
  { line: 'role assignment create --role Reader --scope /', exitCode: 2, err: /required option '--assignee <id>'/ },
  { line: `role assignment create --assignee ${GUID} --scope /`, exitCode: 2, err: /required option '--role <role>'/ },
  {
    line: `role assignment create --assignee ${GUID} --role Reader`,
    exitCode: 2,
    err: /required option '--scope <id>'/,
  },
  { line: 'ad app credential reset', exitCode: 2, err: /required option '--id <id>'/ },
  { line: `ad app credential reset --id ${GUID} --end-date tomorrow`, exitCode: 2, err: /Give a date such as/ },
  { line: `ad app credential reset --id ${GUID} --end-date 2027-13-01`, exitCode: 2, err: /Give a date such as/ },
  {
    line: `ad app credential reset --id ${GUID} --years 1 --end-date 2027-01-01`,
    exitCode: 2,
    err: /cannot be used with/,
  },
  { line: `ad app credential delete --id ${GUID}`, exitCode: 2, err: /required option '--key-id <id>'/ },
  { line: 'send --tls none', exitCode: 2, err: /Allowed choices are starttls, implicit/ },
  {
    line: 'send',
    exitCode: 1,
    err: /^error: There is no quickstart in .* and no server was named\.\nStart one with `npm start`/,
  },
  {
    line: 'send --host mail.example.test',
    exitCode: 1,
    err: /^error: There is no user name for mail\.example\.test:587\.\nGive --username and --from\.\n$/,
  },
  { line: 'message list', exitCode: 1, err: /^error: There is no quickstart in .*\nStart one with `npm start`/ },
  { line: 'message list --endpoint http://localhost/', exitCode: 2, err: /is not an endpoint/ },
  { line: 'config describe', exitCode: 0, out: /^# Configuration of Postern/ },
  { line: `config check --config ${broken}`, exitCode: 1, err: /^bogus: .*\n`postern config describe`/m },
  { line: `config check --config ${broken} --output json`, exitCode: 1, out: /"valid": false/ },
  { line: 'config check --config /no/such/file', exitCode: 1, err: /^\/no\/such\/file: / },
  {
    line: 'init --config /no/such/file',
    exitCode: 1,
    err: /^error: \/no\/such\/file: .*\nMake one: \(umask 077; postern config describe > \/no\/such\/file\)\n$/,
  },
  { line: `init --config ${broken}`, exitCode: 1, err: /^error: .*\nSee all: postern config check --config / },
]

for (const { line, exitCode, out, err } of usage)
  test(`postern ${line} exits ${exitCode}`, async () => {
    const result = await run(line.split(' ').filter((word) => word !== ''))
    assert.equal(result.exitCode, exitCode, result.err)
    if (out !== undefined) assert.match(result.out, out)
    if (err !== undefined) assert.match(result.err, err)
  })

for (const line of [
  'send --password CANARY',
  'send --password=CANARY',
  'message list --client-secret=CANARY',
  `ad app credential delete --id ${GUID} --key-id CANARY --endpoint https://localhost/`,
])
  test(`a secret given as an argument is refused and not repeated: ${line}`, async () => {
    const { exitCode, out, err } = await run(line.split(' '))
    assert.notEqual(exitCode, 0)
    assert.doesNotMatch(out + err, /CANARY/)
  })

for (const [env, isTTY, coloured] of [
  [{}, true, true],
  [{ NO_COLOR: '1' }, true, false],
  [{ TERM: 'dumb' }, true, false],
  [{}, false, false],
] as const)
  test(`colour: ${JSON.stringify(env)}, ${isTTY ? 'terminal' : 'pipe'}`, async () => {
    const { err } = await run(['send'], env, isTTY)
    assert.equal(err.includes('\u001b['), coloured)
  })
