import {
  APP,
  ELSEWHERE,
  OBJECT,
  PRINCIPAL,
  ROLE,
  SERVICE,
  endpoint,
  testCommands,
  type Reply,
} from '../api-stand-in.fixture.ts'

const assignment = (name: string, scope: string, role = ROLE): Record<string, unknown> => ({
  id: `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
  name,
  type: 'Microsoft.Authorization/roleAssignments',
  properties: {
    roleDefinitionId: `/x/roleDefinitions/${role}`,
    principalId: PRINCIPAL,
    principalType: 'ServicePrincipal',
    scope,
  },
})
const roles = (...names: string[]): Reply => ({
  body: {
    value: names.map((roleName) => ({
      id: `/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
      name: ROLE,
      properties: { roleName, type: 'BuiltInRole', description: 'See all.', assignableScopes: ['/'] },
    })),
  },
})
const exists: Reply = {
  status: 409,
  body: { error: { code: 'RoleAssignmentExists', message: 'The role assignment already exists.' } },
}
const AUTHORIZATION = 'providers/Microsoft.Authorization'
const VERSION = 'api-version=2022-04-01'
const principalByAppId = `GET /v1.0/servicePrincipals(appId='${APP}')`

testCommands([
  {
    name: 'role definition list',
    line: ['role', 'definition', 'list'],
    routes: { [`GET /subscriptions/s/${AUTHORIZATION}/roleDefinitions?${VERSION}`]: roles('Reader') },
    out: `Role    Type         Name                                  Description\nReader  BuiltInRole  ${ROLE}  See all.\n`,
  },
  {
    name: 'role definition list: at the only subscription there is',
    line: ['role', 'definition', 'list', '--name', "Printers' role"],
    env: ELSEWHERE,
    routes: {
      'GET /subscriptions?api-version=2022-09-01': { body: { value: [{ subscriptionId: 'one' }] } },
      [`GET /subscriptions/one/${AUTHORIZATION}/roleDefinitions?${VERSION}&$filter=roleName eq 'Printers'' role'`]:
        roles('Reader'),
    },
    out: /^Reader /m,
  },
  {
    name: 'role definition list: at the root where no one subscription is meant',
    line: ['role', 'definition', 'list'],
    env: ELSEWHERE,
    routes: {
      'GET /subscriptions?api-version=2022-09-01': {
        body: { value: [{ subscriptionId: 'one' }, { subscriptionId: 'two' }] },
      },
      [`GET /${AUTHORIZATION}/roleDefinitions?${VERSION}`]: roles('Reader'),
    },
    out: /^Reader /m,
  },
  {
    name: 'role definition clone that cannot tell where',
    line: ['role', 'definition', 'clone', '--role', 'Reader', '--name', 'More'],
    env: ELSEWHERE,
    routes: { 'GET /subscriptions?api-version=2022-09-01': { body: { value: [] } } },
    exitCode: 2,
    err: /^error: A custom role is assignable at a subscription or below\.\nGive --scope /,
  },
  {
    name: 'a failure is not taken for a tenant without subscriptions',
    line: ['role', 'assignment', 'list'],
    env: ELSEWHERE,
    routes: {
      'GET /subscriptions?api-version=2022-09-01': {
        status: 503,
        body: { error: { code: 'ServiceUnavailable', message: 'Later.' } },
      },
    },
    asked: ['GET /subscriptions?api-version=2022-09-01'],
    exitCode: 1,
    err: /^error: Later\. \(ServiceUnavailable\)/,
  },
  {
    name: 'role assignment list: at the scope, with role names',
    line: ['role', 'assignment', 'list'],
    routes: {
      [`GET /subscriptions/s/${AUTHORIZATION}/roleAssignments?${VERSION}&$filter=atScope()`]: {
        body: { value: [assignment('a1', '/')] },
      },
      [`GET /subscriptions/s/${AUTHORIZATION}/roleDefinitions?${VERSION}`]: roles('Reader'),
    },
    out: new RegExp(`\n${PRINCIPAL} {2}ServicePrincipal {2}Reader {2}a1 {4}/\n$`),
  },
  {
    name: 'role assignment list --all follows the pages of its own server',
    line: ['role', 'assignment', 'list', '--all', '--scope', '/', '--output', 'json'],
    routes: {
      [`GET /${AUTHORIZATION}/roleAssignments?${VERSION}`]: {
        body: { value: [assignment('a1', '/')], nextLink: `${endpoint}next?page=2` },
      },
      'GET /next?page=2': { body: { value: [assignment('a2', SERVICE)] } },
    },
    out: `${JSON.stringify({ value: [assignment('a1', '/'), assignment('a2', SERVICE)] }, undefined, 2)}\n`,
  },
  {
    name: 'a next page elsewhere does not get the token',
    line: ['role', 'assignment', 'list', '--all', '--scope', '/', '--output', 'json'],
    routes: {
      [`GET /${AUTHORIZATION}/roleAssignments?${VERSION}`]: {
        body: { value: [], nextLink: 'https://evil.example.test/' },
      },
    },
    exitCode: 1,
    out: '',
    err: /named a next page that is not its own/,
  },
  {
    name: 'role assignment list of an application asks for its principal',
    line: ['role', 'assignment', 'list', '--all', '--assignee', APP, '--output', 'json'],
    routes: {
      [principalByAppId]: { body: { id: PRINCIPAL, appId: APP } },
      [`GET /subscriptions/s/${AUTHORIZATION}/roleAssignments?${VERSION}&$filter=principalId eq '${PRINCIPAL}'`]: {
        body: { value: [] },
      },
    },
    out: '{\n  "value": []\n}\n',
  },
  {
    name: 'role assignment create by names',
    line: ['role', 'assignment', 'create', '--assignee', APP, '--role', "Sender's", '--scope', SERVICE],
    routes: {
      [principalByAppId]: { body: { id: PRINCIPAL, appId: APP } },
      [`GET ${SERVICE}/${AUTHORIZATION}/roleDefinitions?${VERSION}&$filter=roleName eq 'Sender''s'`]: roles("Sender's"),
      [`PUT ${SERVICE}/${AUTHORIZATION}/roleAssignments/*?${VERSION}`]: {
        status: 201,
        body: assignment('a1', SERVICE),
      },
    },
    bodies: [
      undefined,
      undefined,
      {
        properties: {
          roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
          principalId: PRINCIPAL,
          principalType: 'ServicePrincipal',
        },
      },
    ],
    out: new RegExp(`^Principal {2}${PRINCIPAL}\nRole {7}Sender's\nScope {6}${SERVICE}\nName {7}a1\n$`),
  },
  {
    name: 'role assignment create by object id and role GUID',
    line: ['role', 'assignment', 'create', '--assignee', PRINCIPAL, '--role', ROLE, '--scope', '/'],
    routes: { [`PUT /${AUTHORIZATION}/roleAssignments/*?${VERSION}`]: { status: 201, body: assignment('a1', '/') } },
    bodies: [
      undefined,
      {
        properties: {
          roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${ROLE}`,
          principalId: PRINCIPAL,
        },
      },
    ],
  },
  {
    name: 'role assignment create of what is there already shows it',
    line: ['role', 'assignment', 'create', '--assignee', PRINCIPAL, '--role', ROLE, '--scope', SERVICE.toUpperCase()],
    routes: {
      [`PUT ${SERVICE.toUpperCase()}/${AUTHORIZATION}/roleAssignments/*?${VERSION}`]: exists,
      [`GET ${SERVICE.toUpperCase()}/${AUTHORIZATION}/roleAssignments?${VERSION}&$filter=principalId eq '${PRINCIPAL}'`]:
        {
          body: { value: [assignment('a1', '/'), assignment('a3', SERVICE, OBJECT), assignment('a2', SERVICE)] },
        },
      [`GET ${SERVICE}/${AUTHORIZATION}/roleAssignments/a2?${VERSION}`]: { body: assignment('a2', SERVICE) },
    },
    out: new RegExp(`^Principal {2}${PRINCIPAL}\nRole {7}${ROLE}\nScope {6}${SERVICE}\nName {7}a2\n$`),
  },
  {
    name: 'role assignment create of what is there already answers all of it as JSON',
    line: ['role', 'assignment', 'create', '--assignee', PRINCIPAL, '--role', ROLE, '--scope', '/', '--output', 'json'],
    routes: {
      [`PUT /${AUTHORIZATION}/roleAssignments/*?${VERSION}`]: exists,
      [`GET /${AUTHORIZATION}/roleAssignments?${VERSION}&$filter=principalId eq '${PRINCIPAL}'`]: {
        body: { value: [assignment('a1', '/')] },
      },
      [`GET /${AUTHORIZATION}/roleAssignments/a1?${VERSION}`]: { body: assignment('a1', '/') },
    },
    out: `${JSON.stringify(assignment('a1', '/'), undefined, 2)}\n`,
  },
  {
    name: 'role assignment create of what is there already, by somebody who may not see it',
    line: ['role', 'assignment', 'create', '--assignee', PRINCIPAL, '--role', ROLE, '--scope', '/'],
    routes: {
      [`PUT /${AUTHORIZATION}/roleAssignments/*?${VERSION}`]: exists,
      [`GET /${AUTHORIZATION}/roleAssignments?${VERSION}&$filter=principalId eq '${PRINCIPAL}'`]: {
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message: 'No.' } },
      },
    },
    exitCode: 1,
    err: /^error: The role assignment already exists\. \(RoleAssignmentExists\)/,
  },
  {
    name: 'role assignment create with a role that is not there',
    line: ['role', 'assignment', 'create', '--assignee', PRINCIPAL, '--role', 'Nobody', '--scope', '/'],
    routes: { [`GET /${AUTHORIZATION}/roleDefinitions?${VERSION}&$filter=roleName eq 'Nobody'`]: roles() },
    exitCode: 1,
    err: /^error: There is no role named Nobody at \/\.\nSee the roles: postern role definition list --scope \/\n$/,
  },
  {
    name: 'role assignment delete by who, what and where leaves other scopes and roles alone',
    line: ['role', 'assignment', 'delete', '--assignee', PRINCIPAL, '--role', ROLE, '--scope', SERVICE.toUpperCase()],
    routes: {
      [`GET ${SERVICE.toUpperCase()}/${AUTHORIZATION}/roleAssignments?${VERSION}&$filter=principalId eq '${PRINCIPAL}'`]:
        {
          body: { value: [assignment('a1', '/'), assignment('a2', SERVICE), assignment('a3', SERVICE, OBJECT)] },
        },
      [`DELETE ${SERVICE}/${AUTHORIZATION}/roleAssignments/a2?${VERSION}`]: { body: assignment('a2', SERVICE) },
    },
    out: `Deleted ${SERVICE}/${AUTHORIZATION}/roleAssignments/a2\n`,
  },
  {
    name: 'role assignment delete by id',
    line: ['role', 'assignment', 'delete', '--ids', `/${AUTHORIZATION}/roleAssignments/a1`, '--output', 'json'],
    routes: { [`DELETE /${AUTHORIZATION}/roleAssignments/a1?${VERSION}`]: { status: 204 } },
    out: '',
  },
  {
    name: 'role assignment delete of what is not there',
    line: ['role', 'assignment', 'delete', '--ids', `/${AUTHORIZATION}/roleAssignments/a1`],
    routes: { [`DELETE /${AUTHORIZATION}/roleAssignments/a1?${VERSION}`]: { status: 204 } },
    out: `Was not there: /${AUTHORIZATION}/roleAssignments/a1\n`,
  },
  {
    name: 'role assignment delete of nothing in particular is a mistake',
    line: ['role', 'assignment', 'delete', '--scope', '/'],
    routes: {},
    exitCode: 2,
    asked: [],
  },
])
