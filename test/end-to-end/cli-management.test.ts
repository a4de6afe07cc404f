// The commands that manage, against a running service over TLS, each run in this process as `bin/postern.js` would run it. The tests go
// through one story: a resource group, an email service with a domain, a communication service, and everything that sends through it.

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runCommandLine } from '../../src/cli/program.ts'
import { openDnsZone } from '../fixtures/dns-zone.ts'
import { startIn, temporaryDirectory } from '../fixtures/quickstart-service.ts'

const zone = await openDnsZone()
after(() => zone.close())
const files = temporaryDirectory({ after })
const service = await startIn(join(files, 'data'), { POSTERN_DNS: zone.server })
after(() => service.stop())
const { tenantId, subscriptionId } = service.quickstart
const SUBSCRIPTION = `/subscriptions/${subscriptionId}`
const MAIL = `${SUBSCRIPTION}/resourceGroups/mail`
const EMAIL = `${MAIL}/providers/Microsoft.Communication/emailServices/mail-domains`
const MANAGED = `${EMAIL}/domains/AzureManagedDomain`
const CONTOSO = `${MAIL}/providers/Microsoft.Communication/communicationServices/contoso`

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

async function postern(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const said = { stdout: '', stderr: '' }
  const terminal = {
    out: { write: (text: string) => (said.stdout += text) },
    err: { write: (text: string) => (said.stderr += text) },
    env: { POSTERN_DATA_DIR: service.directory, ...variables },
    askSecret: async () => undefined,
  }
  return { code: await runCommandLine(args, terminal, Date.now), ...said }
}

/** What it printed; it must have succeeded and complained of nothing. */
async function succeed(line: string, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await postern([...line.split(' '), ...more])
  assert.equal(`${code} ${stderr}`, '0 ', line)
  return stdout
}

async function succeedJson<T>(line: string, ...more: readonly string[]): Promise<T> {
  return JSON.parse(await succeed(line, ...more, '--output', 'json')) as T
}

async function fail(line: string, ...more: readonly string[]): Promise<Ran> {
  const ran = await postern([...line.split(' '), ...more])
  assert.notEqual(ran.code, 0, line)
  return ran
}

type Resource = { readonly id: string; readonly name: string; readonly properties: Record<string, unknown> }
type List<T> = { readonly value: readonly T[] }

test('group create makes one and leaves one that is there; list shows it', async () => {
  assert.match(await succeed('group create --name mail --location global'), /^Name +mail\n/)
  await succeed('group create --name mail --location global')
  assert.match(await succeed('group list'), /^mail +global +Succeeded$/m)
})

test('communication email create, list', async () => {
  const made = await succeedJson<Resource>(
    'communication email create --name mail-domains -g mail --data-location Europe',
  )
  assert.equal(made.id, EMAIL)
  const again = await fail('communication email create --name mail-domains -g mail --data-location Europe')
  assert.match(again.stderr, /mail-domains exists already; nothing was changed\.\nChoose another name\.\n$/)
  assert.match(await succeed('communication email list -g mail'), /^mail-domains +mail +global +Europe +Succeeded$/m)
})

test('communication email domain create: a managed one is verified at once', async () => {
  const out = await succeed(
    'communication email domain create --domain-management AzureManaged --email-service-name mail-domains',
  )
  assert.match(out, /^DKIM2 +Verified$/m)
  const listed = await succeed('communication email domain list --email-service-name mail-domains')
  assert.match(listed, /^AzureManagedDomain +\S+\.postern\.test +AzureManaged +nothing$/m)
})

test('communication create, show, list, update', async () => {
  const made = await succeedJson<Resource>('communication create --name contoso -g mail --data-location Europe')
  assert.equal(made.id, CONTOSO)
  assert.match(await succeed('communication show --name contoso'), /^Host name +contoso\./m)
  assert.match(await succeed('communication list'), /^contoso +mail +global +Europe +Succeeded$/m)
  const linked = await succeed('communication update --name contoso --linked-domains', MANAGED)
  assert.ok(linked.includes(`Linked domains  ${MANAGED}`), linked)
  const refused = await fail(
    'communication email domain delete --domain-name AzureManagedDomain --email-service-name',
    EMAIL,
  )
  assert.ok(refused.stderr.includes('contoso'), refused.stderr)
  const lost = await fail('communication show --name nobody')
  assert.match(lost.stderr, /^error: There is no communication service nobody .*\nSee: postern communication list\n$/)
})

/** Publishes the lines of a zone file that `show` prints, as their owner would paste them. */
function publish(printed: string): void {
  for (const [, name = '', text = ''] of printed.matchAll(/^(\S+)\. 3600 IN TXT (.*)$/gm)) {
    const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner = '']) => inner.replace(/\\(.)/g, '$1'))
    zone.add(name, { type: 'TXT', value: strings.join('') })
  }
}

test('a customer domain: verified by pasting what is printed; before that the reason is shown', async () => {
  const domain = '--domain-name example.com --email-service-name mail-domains'
  const made = await succeed(`communication email domain create ${domain}`)
  assert.match(made, /^Domain +NotStarted$/m)
  assert.match(made, /^example\.com\. 3600 IN TXT "postern-domain-verification=[0-9a-f-]{36}"$/m)
  assert.match(made, /^pst1-[0-9a-f]{8}\._domainkey\.example\.com\. 3600 IN TXT "v=DKIM1; .{200,}" "[^"]+"$/m)
  assert.match(made, /^_dmarc\.example\.com\. 3600 IN TXT "v=DMARC1; p=none"$/m)
  const list = 'communication email domain list --email-service-name mail-domains'
  assert.match(await succeed(list), /^example\.com .* Domain, SPF, DKIM, DKIM2$/m)

  zone.publish('example.com', { type: 'TXT', value: 'postern-domain-verification=another' })
  const verify = `communication email domain initiate-verification ${domain}`
  const early = await fail(verify)
  assert.equal(early.code, 1)
  assert.match(early.stdout, /^Domain +VerificationFailed +\S+ +postern-domain-verification=another$/m)
  assert.match(early.stderr, /^error: Not verified: Domain, SPF, DKIM, DKIM2\.\nPublish the records above;/)

  zone.clear()
  publish(await succeed(`communication email domain show ${domain}`))
  assert.match(await succeed(verify), /^Domain +Verified\nSPF +Verified\nDKIM +Verified\nDKIM2 +Verified$/m)
  assert.match(await succeed(list), /^example\.com .* nothing$/m)
  await succeed(`communication email domain delete ${domain}`)
  assert.match((await fail(`communication email domain show ${domain}`)).stderr, /ResourceNotFound/)
})

test('a DNS that does not answer is said, and is nobody’s failed check', async () => {
  const domain = '--domain-name example.net --email-service-name mail-domains'
  await succeed(`communication email domain create ${domain}`)
  zone.state.mood = 'SERVFAIL'
  const { code, stderr } = await fail(`communication email domain initiate-verification ${domain}`)
  zone.clear()
  assert.equal(code, 1)
  assert.match(stderr, /DNS|SERVFAIL/)
  assert.match(await succeed(`communication email domain show ${domain}`), /^Domain +NotStarted .*RecordNotFound/m)
  await succeed(`communication email domain delete ${domain}`)
})

test('access keys: shown, and one replaced', async () => {
  type Keys = { readonly primaryKey: string; readonly secondaryKey: string; readonly primaryConnectionString: string }
  const before = await succeedJson<Keys>('communication list-key --name contoso')
  assert.ok(before.primaryConnectionString.endsWith(`;accesskey=${before.primaryKey}`))
  const now = await succeedJson<Keys>('communication regenerate-key --name contoso --key-type secondary')
  assert.equal(now.primaryKey, before.primaryKey)
  assert.notEqual(now.secondaryKey, before.secondaryKey)
})

type Application = { readonly id: string; readonly appId: string; readonly servicePrincipalId: string }

test('ad app create, list, delete', async () => {
  const made = await succeedJson<Application>('ad app create --display-name', "Printer's")
  assert.match(made.servicePrincipalId, /^[0-9a-f-]{36}$/)
  assert.ok((await succeed('ad app list --display-name', "Printer's")).includes(made.appId))
  assert.match(await succeed('ad app delete --id', made.appId), /^Deleted Printer's \(/)
  assert.deepEqual((await succeedJson<List<Application>>('ad app list --app-id', made.appId)).value, [])
})

test('groups: a role given to a group is its members’', async () => {
  const group = await succeedJson<{ readonly id: string }>('ad group create --display-name Printers')
  const app = await succeedJson<Application>('ad app create --display-name Member')
  await succeed('ad group member add --group Printers --member-id', app.appId)
  assert.match(
    await succeed('ad group member list --group Printers'),
    new RegExp(`^${app.servicePrincipalId} +servicePrincipal +Member$`, 'm'),
  )
  await succeed('role assignment create --role Reader --scope', CONTOSO, '--assignee', group.id)
  const through = await succeed('role assignment list --all --include-groups --assignee', app.appId)
  assert.match(through, new RegExp(`^${group.id} +Group +Reader `, 'm'))
  assert.doesNotMatch(await succeed('role assignment list --all --assignee', app.appId), /Reader/)
  await succeed('ad group member remove --group Printers --member-id', app.appId)
  assert.doesNotMatch(await succeed('ad group member list --group Printers'), /Member$/m)
  await succeed('role assignment delete --assignee', group.id, '--role', 'Reader', '--scope', CONTOSO)
  assert.ok((await succeed('ad group list')).includes(group.id))
  await succeed('ad group delete --group Printers')
  assert.match((await fail('ad group delete --group Printers')).stderr, /There is no group named Printers/)
})

const ROLE_FILES = {
  capitalised: {
    Name: 'Sender A',
    IsCustom: true,
    Description: 'a',
    Actions: ['*/read', 'Microsoft.Communication/EmailServices/write'],
    NotActions: [],
    AssignableScopes: [SUBSCRIPTION],
  },
  rest: {
    properties: {
      roleName: 'Sender B',
      description: 'b',
      permissions: [{ actions: ['*/read'], dataActions: ['Postern.Mail/messages/send/action'] }],
      assignableScopes: [SUBSCRIPTION],
    },
  },
}

for (const [name, content] of Object.entries(ROLE_FILES))
  test(`role definition create from a file, ${name}; list, delete`, async () => {
    const file = join(files, `${name}.json`)
    writeFileSync(file, JSON.stringify(content))
    const roleName = 'Name' in content ? content.Name : content.properties.roleName
    const made = await succeed('role definition create --role-definition', `@${file}`)
    assert.ok(made.startsWith(`Role           ${roleName}\n`) || made.startsWith(`Role `), made)
    assert.match(
      await succeed('role definition list --custom-role-only --name', roleName),
      new RegExp(`^${roleName} `, 'm'),
    )
    assert.match(await succeed('role definition delete --name', roleName), /^Deleted/)
    assert.doesNotMatch(await succeed('role definition list --custom-role-only'), new RegExp(roleName))
  })

test('role definition clone; deleting it while it is assigned is refused', async () => {
  const added = ['Microsoft.Communication/CommunicationServices/Write', 'Microsoft.Communication/EmailServices/write']
  const made = await succeed('role definition clone --role Reader --name Clone --add-actions', ...added)
  for (const action of ['*/read', ...added]) assert.ok(made.includes(action), made)
  const app = await succeedJson<Application>('ad app create --display-name Cloned')
  const assignment = ['--assignee', app.appId, '--role', 'Clone', '--scope', CONTOSO]
  await succeed('role assignment create', ...assignment)
  assert.match((await fail('role definition delete --name Clone')).stderr, /RoleDefinitionHasAssignments/)
  assert.match(await succeed('role assignment list --all --role Clone'), new RegExp(app.servicePrincipalId))
  await succeed('role assignment delete', ...assignment)
  await succeed('role definition delete --name Clone')
})

type Credential = {
  readonly applicationId: string
  readonly keyId: string
  readonly secretText: string
  readonly made: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

test('communication smtp-credential create: what it prints sends; a second run only adds a secret', async () => {
  const line = 'communication smtp-credential create --name printer --comm-service-name contoso'
  const made = await succeedJson<Credential>(line)
  assert.deepEqual(made.made, ['application with its service principal', 'role assignment', 'SMTP user name', 'secret'])
  const { SMTP_USERNAME = '', SMTP_PASSWORD = '', SMTP_FROM = '' } = made.environment
  assert.deepEqual([SMTP_USERNAME, SMTP_PASSWORD], ['printer', made.secretText])
  const send = ['send', '--username', SMTP_USERNAME, '--from', SMTP_FROM]
  const sent = await postern(send, { POSTERN_PASSWORD: SMTP_PASSWORD })
  assert.equal(sent.code, 0, sent.stderr)

  const again = await succeedJson<Credential>(line)
  assert.deepEqual([again.made, again.applicationId], [['secret'], made.applicationId])
  const printed = await succeed(line)
  assert.match(printed, new RegExp(`^User name +contoso\\.${made.applicationId}\\.${tenantId}$`, 'm'))
  assert.match(
    printed,
    /^SMTP_HOST=localhost\nSMTP_PORT=\d+\nSMTP_USERNAME=printer\nSMTP_PASSWORD=\S+\nSMTP_FROM=\S+@\S+\n$/m,
  )
})

test('smtp-credential makes the role where it is missing, and says how to undo everything when a step fails', async () => {
  const role = { name: 'SMTP Email Sender', scope: service.quickstart.communicationServiceId }
  await succeed(
    'role assignment delete --assignee',
    service.quickstart.application.applicationId,
    '--scope',
    role.scope,
  )
  const printer = (await succeedJson<List<Application>>('ad app list --display-name printer')).value[0]?.appId ?? ''
  await succeed('role assignment delete --assignee', printer, '--scope', CONTOSO)
  await succeed('role definition delete --name', role.name)
  const { stderr, code } = await fail(
    'communication smtp-credential create --name second --comm-service-name contoso --username printer',
  )
  assert.equal(code, 1)
  const commands = [...stderr.matchAll(/: (postern .*)$/gm)].map(([, command = '']) => command)
  assert.deepEqual(
    commands.map((command) => command.split(' ').slice(1, 4).join(' ')),
    ['role assignment delete', 'role definition delete', 'ad app delete'],
    stderr,
  )
  for (const command of commands) await succeed(command.slice('postern '.length))
  assert.deepEqual((await succeedJson<List<Application>>('ad app list --display-name second')).value, [])
})

test('communication smtp-username create, list, delete', async () => {
  const app = await succeedJson<Application>('ad app create --display-name Named')
  const line = 'communication smtp-username'
  await succeed(`${line} create --comm-service-name contoso --username scan.room --entra-application-id`, app.appId)
  const twice = await fail(
    `${line} create --comm-service-name contoso --username scan-room --entra-application-id`,
    app.appId,
  )
  assert.match(twice.stderr, /scan-room exists already; nothing was changed\./)
  const listed = await succeed(`${line} list --comm-service-name contoso`)
  assert.match(listed, new RegExp(`^scan-room +scan\\.room +${app.appId} +${tenantId}$`, 'm'))
  await succeed(`${line} delete --comm-service-name contoso --smtp-username scan-room`)
  assert.doesNotMatch(await succeed(`${line} list --comm-service-name contoso`), /scan/)
})

test('audit list tells who changed what', async () => {
  const listed = await succeed('audit list --limit 5')
  assert.match(
    listed,
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +[0-9a-f-]{36} +Microsoft\.Communication\/communicationServices\/smtpUsernames\/delete /im,
  )
  assert.match(listed, /\nOlder ones: the same with --before \S+\n$/)
  const before = /--before (\S+)/.exec(listed)?.[1] ?? ''
  assert.notEqual(await succeed('audit list --limit 1 --before', before), await succeed('audit list --limit 1'))
  const other = await succeed('audit list --principal', service.quickstart.application.applicationId)
  assert.equal(other, 'No changes.\n')
})

test('communication delete, email delete, and group delete only with --yes', async () => {
  await succeed('communication delete --name contoso')
  await succeed('communication email delete --name mail-domains')
  const { code } = await fail('group delete --name mail')
  assert.equal(code, 2)
  await succeed('group delete --name mail --yes')
  assert.doesNotMatch(await succeed('group list'), /^mail /m)
})

test('a caller without the right is told which one, and nothing is made', async () => {
  const app = await succeedJson<Application>('ad app create --display-name Nobody')
  const { secretText } = await succeedJson<{ readonly secretText: string }>('ad app credential reset --id', app.appId)
  const { endpoint, caFile } = service.quickstart
  mkdirSync(join(files, 'empty'))
  const { code, stderr } = await postern(['ad', 'app', 'create', '--display-name', 'More'], {
    POSTERN_DATA_DIR: join(files, 'empty'),
    POSTERN_ENDPOINT: endpoint,
    POSTERN_CA_FILE: caFile,
    POSTERN_TENANT_ID: tenantId,
    POSTERN_CLIENT_ID: app.appId,
    POSTERN_CLIENT_SECRET: secretText,
  })
  assert.equal(code, 1)
  assert.match(stderr, /Authorization_RequestDenied/)
})
