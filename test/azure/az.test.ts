// The article with `az`, as somebody at a terminal would follow it, and mail with the secret that it printed. What this build of `az`
// cannot do by itself goes through `az rest`. Skipped with a reason where `az` cannot run, unless POSTERN_REQUIRE_CLIENTS is set: then
// it fails. Azure: control-plane reference §3.4.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { DEFAULT_REQUIRED_ACTIONS } from '../../src/access/check-send.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { READER, sendMail } from './article.ts'
import { originOf } from './azure-clients.ts'
import { type Az, findAzProblem, openAz } from './az-command-line.ts'

type Json = Readonly<Record<string, unknown>>

const problem = await findAzProblem()
const skip = problem === undefined || process.env['POSTERN_REQUIRE_CLIENTS'] !== undefined ? false : problem

test('the article with az, from the registration of the cloud to a delivered message', { skip }, async () => {
  assert.equal(problem, undefined)
  const service = await startService({ after })
  const { tenantId, subscriptionId, administrator } = service.quickstart
  const az = await openAz({ after }, service)
  const arm = `${originOf(service)}/subscriptions/${subscriptionId}`
  const suffix = randomUUID().slice(0, 8)
  const [group, emailService, name] = [`rg-${suffix}`, `email-${suffix}`, `mail-${suffix}`] as const

  const secret = az.file('secret', administrator.clientSecret)
  const principal = ['--username', administrator.applicationId, '--password', `@${secret}`, '--tenant', tenantId]
  await az.run('login', '--service-principal', ...principal)
  assert.equal(((await az.run('account', 'show')) as Json)['id'], subscriptionId)

  await az.run('group', 'create', '--name', group, '--location', 'westeurope')
  const { serviceId, domain } = await createWithResourceCommands(az, { group, emailService, name })

  const app = (await az.run('ad', 'app', 'create', '--display-name', `scanner ${suffix}`)) as Json
  const appId = String(app['appId'])
  const servicePrincipal = (await az.run('ad', 'sp', 'create', '--id', appId)) as Json
  const reset = (await az.run('ad', 'app', 'credential', 'reset', '--id', appId, '--append')) as Json
  assert.equal(reset['appId'], appId)

  const role = await createClonedRole(az, {
    arm,
    roleName: `SMTP sender ${suffix}`,
    scope: `/subscriptions/${subscriptionId}`,
  })
  const assignment = `${originOf(service)}${serviceId}/providers/Microsoft.Authorization/roleAssignments`
  const principalId = String(servicePrincipal['id'])
  const body = az.file(
    'assignment.json',
    JSON.stringify({ properties: { roleDefinitionId: role, principalId, principalType: 'ServicePrincipal' } }),
  )
  const version = 'api-version=2022-04-01'
  await az.run('rest', '--method', 'put', '--url', `${assignment}/${randomUUID()}?${version}`, '--body', `@${body}`)
  const filter = encodeURIComponent(`principalId eq '${principalId}'`)
  const listed = (await az.run(
    'rest',
    '--method',
    'get',
    '--url',
    `${assignment}?${version}&$filter=${filter}`,
  )) as Json
  assert.equal((listed['value'] as readonly unknown[]).length, 1)

  await sendMail(service, {
    username: `${name}.${appId}.${tenantId}`,
    secret: String(reset['password']),
    from: `DoNotReply@${domain}`,
  })

  const again = ['rest', '--method', 'put', '--url', `${assignment}/${randomUUID()}?${version}`, '--body', `@${body}`]
  assert.match(await az.fail(...again), /role assignment already exists/)
  await az.run('group', 'delete', '--name', group, '--yes')
  assert.equal(await az.run('group', 'exists', '--name', group), false)
})

/** The email service with its managed domain, and the communication service, which is then linked by an update. */
async function createWithResourceCommands(
  az: Az,
  { group, emailService, name }: { readonly group: string; readonly emailService: string; readonly name: string },
): Promise<{ readonly serviceId: string; readonly domain: string }> {
  const create = async (what: readonly string[], properties: object, file: string) => {
    const full = az.file(file, JSON.stringify({ location: 'global', properties }))
    const args = ['--resource-group', group, ...what, '--is-full-object', '--properties', `@${full}`]
    return (await az.run('resource', 'create', '--api-version', '2023-04-01', ...args)) as Json
  }
  const email = ['--name', emailService, '--resource-type', 'Microsoft.Communication/emailServices']
  await create(email, { dataLocation: 'Europe' }, 'email.json')
  const under = ['--namespace', 'Microsoft.Communication', '--parent', `emailServices/${emailService}`]
  const managed = [...under, '--resource-type', 'domains', '--name', 'AzureManagedDomain']
  const domain = await create(managed, { domainManagement: 'AzureManaged' }, 'domain.json')
  const communication = ['--name', name, '--resource-type', 'Microsoft.Communication/communicationServices']
  await create(communication, { dataLocation: 'Europe' }, 'service.json')

  const at = ['--resource-group', group, ...communication]
  const links = az.file('links.json', JSON.stringify([domain['id']]))
  await az.run('resource', 'update', ...at, '--set', `properties.linkedDomains=@${links}`)
  const shown = (await az.run('resource', 'show', ...at)) as { id: string; properties: { linkedDomains: string[] } }
  assert.deepEqual(shown.properties.linkedDomains, [domain['id']])
  const { fromSenderDomain } = domain['properties'] as { fromSenderDomain: string }
  return { serviceId: shown.id, domain: fromSenderDomain }
}

/** Reader as it is shown, in the spelling of the file that `az role definition create` takes, with the three permissions more. */
async function createClonedRole(
  az: Az,
  { arm, roleName, scope }: { readonly arm: string; readonly roleName: string; readonly scope: string },
): Promise<string> {
  const definitions = `${arm}/providers/Microsoft.Authorization/roleDefinitions`
  const url = `${definitions}/${READER}?api-version=2022-04-01`
  const reader = (await az.run('rest', '--method', 'get', '--url', url)) as {
    readonly properties: { readonly permissions: readonly { readonly actions: readonly string[] }[] }
  }
  const definition = {
    Name: roleName,
    IsCustom: true,
    Description: 'A clone of Reader that may also send mail over SMTP.',
    Actions: [...(reader.properties.permissions[0]?.actions ?? []), ...DEFAULT_REQUIRED_ACTIONS],
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: [scope],
  }
  const file = az.file('role.json', JSON.stringify(definition))
  const created = (await az.run('role', 'definition', 'create', '--role-definition', `@${file}`)) as Json
  assert.equal(created['roleName'], roleName)
  return String(created['id'])
}
