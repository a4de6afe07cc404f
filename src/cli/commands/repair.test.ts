// The commands that suggestions name and that have no other use in the tests: service principals, deny assignments, sender usernames.

import { APP, OBJECT, PRINCIPAL, SERVICE, testCommands } from '../api-stand-in.fixture.ts'

const EMAIL = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Communication/emailServices/mail'
const SENDERS = `${EMAIL}/domains/example.test/senderUsernames`
const DENY = `${SERVICE}/providers/Microsoft.Authorization/denyAssignments`
const application = { id: OBJECT, appId: APP, displayName: 'Printer', passwordCredentials: [] }
const deny = {
  id: `${DENY}/d`,
  name: 'd',
  properties: { denyAssignmentName: 'Block', scope: SERVICE, principals: [{ id: PRINCIPAL }] },
}
const sender = { id: `${SENDERS}/fax`, name: 'fax', properties: { username: 'fax', displayName: 'Scanner' } }

testCommands([
  {
    name: 'ad sp create makes the one that is missing',
    line: ['ad', 'sp', 'create', '--id', APP],
    routes: {
      [`GET /v1.0/applications(appId='${APP}')`]: { body: application },
      'POST /v1.0/servicePrincipals': { body: { id: PRINCIPAL } },
    },
    asked: [
      `GET /v1.0/applications(appId='${APP}')`,
      `GET /v1.0/servicePrincipals(appId='${APP}')`,
      'POST /v1.0/servicePrincipals',
    ],
    bodies: [undefined, undefined, { appId: APP }],
    out: new RegExp(`Service principal {2}${PRINCIPAL}`),
  },
  {
    name: 'ad sp create shows the one that is there',
    line: ['ad', 'sp', 'create', '--id', APP, '--output', 'json'],
    routes: {
      [`GET /v1.0/applications(appId='${APP}')`]: { body: application },
      [`GET /v1.0/servicePrincipals(appId='${APP}')`]: { body: { id: PRINCIPAL } },
    },
    out: /"created": false/,
  },
  {
    name: 'ad sp update says what is then',
    line: ['ad', 'sp', 'update', '--id', APP, '--account-enabled', 'false'],
    routes: { [`PATCH /v1.0/servicePrincipals(appId='${APP}')`]: { status: 204 } },
    bodies: [{ accountEnabled: false }],
    out: `${APP} may not sign in\n`,
  },
  {
    name: 'ad sp update takes no other words',
    line: ['ad', 'sp', 'update', '--id', APP, '--account-enabled', 'yes'],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /Allowed choices are true, false/,
  },
  {
    name: 'ad sp update wants a GUID',
    line: ['ad', 'sp', 'update', '--id', 'printer', '--account-enabled', 'true'],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /printer is not an application id/,
  },
  {
    name: 'role deny-assignment list shows ids whole',
    line: ['role', 'deny-assignment', 'list', '--scope', SERVICE],
    routes: { [`GET ${DENY}?api-version=2022-04-01`]: { body: { value: [deny] } } },
    out: new RegExp(`^Denies +To +Id\nBlock +${PRINCIPAL} +${DENY}/d\n$`),
  },
  {
    name: 'role deny-assignment delete takes several',
    line: ['role', 'deny-assignment', 'delete', '--ids', `${DENY}/d`, `${DENY}/e`],
    routes: {
      [`DELETE ${DENY}/d?api-version=2022-04-01`]: { body: deny },
      [`DELETE ${DENY}/e?api-version=2022-04-01`]: { status: 204 },
    },
    out: `Deleted ${DENY}/d\nWas not there: ${DENY}/e\n`,
  },
  {
    name: 'role deny-assignment delete takes nothing else',
    line: ['role', 'deny-assignment', 'delete', '--ids', SERVICE],
    routes: {},
    asked: [],
    exitCode: 2,
    err: /is not the id of a deny assignment/,
  },
  {
    name: 'communication email domain sender-username create names the resource after it',
    line: [
      ...['communication', 'email', 'domain', 'sender-username', 'create', '--domain-name', 'example.test'],
      ...['--email-service-name', EMAIL, '--username', 'fax', '--display-name', 'Scanner'],
    ],
    routes: { [`PUT ${SENDERS}/fax?api-version=2025-09-01`]: { status: 201, body: sender } },
    bodies: [{ properties: { username: 'fax', displayName: 'Scanner' } }],
    out: /^Name {10}fax\nLocal part {4}fax\nDisplay name {2}Scanner\n$/,
  },
  {
    name: 'communication email domain sender-username list',
    line: [
      ...['communication', 'email', 'domain', 'sender-username', 'list', '--domain-name', 'example.test'],
      ...['--email-service-name', EMAIL],
    ],
    routes: { [`GET ${SENDERS}?api-version=2025-09-01`]: { body: { value: [sender] } } },
    out: /^Name +Local part +Display name\nfax +fax +Scanner\n$/,
  },
  {
    name: 'communication email domain sender-username delete',
    line: [
      ...['communication', 'email', 'domain', 'sender-username', 'delete', '--domain-name', 'example.test'],
      ...['--email-service-name', EMAIL, '--sender-username', 'fax'],
    ],
    routes: { [`DELETE ${SENDERS}/fax?api-version=2025-09-01`]: { status: 200 } },
    out: `Deleted ${SENDERS}/fax\n`,
  },
])
