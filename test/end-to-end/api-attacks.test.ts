// What a caller of the API may try who is somebody, but not the one: the administrator of another tenant, for whom nothing of this one
// exists, and an application that may only send. And what no request may do, whoever makes it: choose the host in our links, slip a
// second request in, or find an input that we have no answer to.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { connect } from 'node:tls'
import { POSTERN_ADMINISTRATOR } from '../../src/access/built-in-roles.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { addSecondTenant } from '../fixtures/second-tenant.ts'
import { ROLE_API_VERSION } from '../fixtures/sending-application.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const service = await startService({ after })
const { quickstart, objects } = service
const group = `/subscriptions/${quickstart.subscriptionId}/resourceGroups/${quickstart.resourceGroup}`
const domainId = `${group}/providers/Microsoft.Communication/emailServices/${quickstart.emailService}/domains/AzureManagedDomain`
const second = await addSecondTenant(service, domainId)
const VERSION = `api-version=${ROLE_API_VERSION}`
const AUTHORIZATION = 'providers/Microsoft.Authorization'

async function tokenOf(tenantId: string, applicationId: string, secret: string): Promise<string> {
  const { status, octets } = await service.http('POST', `/${tenantId}/oauth2/v2.0/token`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: applicationId,
      client_secret: secret,
      scope: `${quickstart.endpoint}.default`,
    }).toString(),
  })
  assert.equal(status, 200)
  return (JSON.parse(octets.toString()) as { access_token: string }).access_token
}

async function call(token: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await service.http(method, path.replaceAll(' ', '%20'), {
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, text: answer.octets.toString() }
}

const { applicationId, clientSecret } = quickstart.application
const secondToken = await tokenOf(second.tenantId, second.applicationId, second.secret)
const senderToken = await tokenOf(quickstart.tenantId, applicationId, clientSecret)

/** Something of the first tenant to be after: a message, a refusal, an application. */
async function plant() {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  await dialogue.authenticate(quickstart.usernames.dot, clientSecret)
  const content = [`From: <${quickstart.senderAddress}>`, 'Subject: planted', '', 'body']
  await dialogue.submit(quickstart.senderAddress, ['you@example.test'], content)
  const refusal = await dialogue.command('MAIL FROM:<stranger@example.test>')
  dialogue.destroy()
  const { id } = await service.arrived('planted')
  const { json } = await service.api('GET', `/v1.0/applications(appId='${applicationId}')`)
  return { messageId: id, reference: refusal.slice(-11, -1), objectId: (json as { id: string }).id }
}
const planted = await plant()

type Try = { readonly name: string; readonly method: string; readonly path: string; readonly body?: object }

/** Every operation that takes an identifier, on the first tenant's own, and on such as nobody has. */
function tries(
  of: Readonly<Record<'subscription' | 'object' | 'message' | 'reference' | 'app' | 'assignment', string>>,
) {
  const scope = quickstart.communicationServiceId.replace(quickstart.subscriptionId, of.subscription)
  const administrator = { roleDefinitionId: POSTERN_ADMINISTRATOR.name, principalId: second.principalId }
  const list: readonly (readonly [string, string, string, object?])[] = [
    ['reads a resource', 'GET', `${scope}?${VERSION}`],
    [
      'reads a resource group',
      'GET',
      `/subscriptions/${of.subscription}/resourceGroups/${quickstart.resourceGroup}?${VERSION}`,
    ],
    ['lists what is below', 'GET', `${scope}/smtpUsernames?${VERSION}`],
    ['reads settings', 'GET', `${scope}/providers/Postern.Mail/smtpSettings`],
    ['lists assignments', 'GET', `${scope}/${AUTHORIZATION}/roleAssignments?${VERSION}`],
    ['reads an assignment', 'GET', `${scope}/${AUTHORIZATION}/roleAssignments/${of.assignment}?${VERSION}`],
    ['reads an assignment at the root', 'GET', `/${AUTHORIZATION}/roleAssignments/${of.assignment}?${VERSION}`],
    ['deletes an assignment', 'DELETE', `${scope}/${AUTHORIZATION}/roleAssignments/${of.assignment}?${VERSION}`],
    ['deletes at the root', 'DELETE', `/${AUTHORIZATION}/roleAssignments/${of.assignment}?${VERSION}`],
    [
      'makes itself administrator',
      'PUT',
      `${scope}/${AUTHORIZATION}/roleAssignments/${randomUUID()}?${VERSION}`,
      { properties: administrator },
    ],
    ['reads an application', 'GET', `/v1.0/applications/${of.object}`],
    ['reads an application by client id', 'GET', `/v1.0/applications(appId='${of.app}')`],
    ['finds an application', 'GET', `/v1.0/applications?$filter=appId eq '${of.app}'`],
    ['reads a service principal', 'GET', `/v1.0/servicePrincipals(appId='${of.app}')`],
    ['adds a secret', 'POST', `/v1.0/applications/${of.object}/addPassword`, {}],
    [
      'removes a secret',
      'POST',
      `/v1.0/applications/${of.object}/removePassword`,
      { keyId: quickstart.application.secretId },
    ],
    ['reads a message', 'GET', `/providers/Postern.Mail/messages/${of.message}`],
    ['lists messages from there on', 'GET', `/providers/Postern.Mail/messages?before=${of.message}`],
    ['reads a decision', 'GET', `/providers/Postern.Mail/decisions/${of.reference}`],
    ['reads captured content', 'GET', `/capture/messages/${of.message}/raw`],
    ['lists captures from there on', 'GET', `/capture/messages?before=${of.message}`],
  ]
  return list.map(
    ([name, method, path, body]): Try => ({ name, method, path, ...(body === undefined ? {} : { body }) }),
  )
}

const theirs = {
  subscription: quickstart.subscriptionId,
  object: planted.objectId,
  message: planted.messageId,
  reference: planted.reference,
  app: applicationId,
  assignment: quickstart.roleAssignmentId.slice(-36),
}
const nobodys = {
  subscription: randomUUID(),
  object: randomUUID(),
  message: randomUUID(),
  reference: '0ABCDEFGHJ',
  app: randomUUID(),
  assignment: randomUUID(),
}

/** Without what was asked for, and without what differs from one request to the next. */
function scrub(text: string): string {
  const asked = [...Object.values(theirs), ...Object.values(nobodys)]
  return asked.reduce((left, id) => left.replaceAll(id, '…'), text.replace(/"innerError":\{.*?\}/, ''))
}

const onNobody = tries(nobodys)
for (const [index, { name, method, path, body }] of tries(theirs).entries())
  test(`the administrator of another tenant ${name}: as if there were nothing`, async () => {
    const [found, absent] = [
      await call(secondToken, method, path, body),
      await call(secondToken, method, onNobody[index]?.path ?? '', body),
    ]
    assert.equal(found.status, absent.status)
    assert.equal(scrub(found.text), scrub(absent.text))
    for (const known of [quickstart.communicationService, 'planted', 'SMTP Email Sender'])
      assert(!found.text.includes(known) || absent.text.includes(known), found.text)
  })

test('lists of another tenant are empty, and emptying the inbox there leaves this one alone', async () => {
  for (const path of ['/capture/messages', '/providers/Postern.Mail/messages'])
    assert.deepEqual(await call(secondToken, 'GET', path), { status: 200, text: '{"value":[]}' })
  assert.equal((await call(secondToken, 'DELETE', '/capture/messages')).text, '{"deleted":0}')
  assert((await service.captures()).some(({ subject }) => subject === 'planted'))
})

const crossings = [
  { name: 'own secret, their resource', resource: objects.communicationService, tenantId: second.tenantId },
  { name: 'own secret, their resource and tenant', resource: objects.communicationService, tenantId: objects.tenantId },
]

for (const { name, resource, tenantId } of crossings)
  test(`no way in from another tenant: ${name}`, async () => {
    const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
    const username = [resource, second.applicationId, tenantId].join('.')
    assert.match(await dialogue.authenticate(username, second.secret), /^535 5\.7\.8 /)
    dialogue.destroy()
  })

test('a link to a domain of another tenant lets nobody send from it', async () => {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  assert.match(await dialogue.authenticate(second.username, second.secret), /^235 /)
  assert.match(await dialogue.command(`MAIL FROM:<${quickstart.senderAddress}>`), /^550 5\.1\.7 /)
  dialogue.destroy()
})

const beyondSending: readonly (readonly [string, string, number, object?])[] = [
  ['GET', '/capture/messages', 403],
  ['DELETE', '/capture/messages', 403],
  ['GET', `/capture/messages/${planted.messageId}/raw`, 404],
  ['GET', `/providers/Postern.Mail/decisions/${planted.reference}`, 404],
  ['GET', '/v1.0/applications', 403],
  ['POST', `/v1.0/applications/${planted.objectId}/addPassword`, 403, {}],
  ['DELETE', `${quickstart.roleAssignmentId}?${VERSION}`, 403],
  [
    'PUT',
    `${quickstart.communicationServiceId}/${AUTHORIZATION}/roleAssignments/${randomUUID()}?${VERSION}`,
    403,
    {
      properties: {
        roleDefinitionId: POSTERN_ADMINISTRATOR.name,
        principalId: quickstart.application.servicePrincipalId,
      },
    },
  ],
  ['GET', '/metrics', 403],
]

for (const [method, path, status, body] of beyondSending)
  test(`who may send may not ${method} ${path.split('?')[0]?.replaceAll(/[0-9a-f-]{36}/g, '…')}`, async () =>
    assert.equal((await call(senderToken, method, path, body)).status, status))

/** One connection, exactly these octets, and everything that comes back. */
function converse(request: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname: servername, port } = new URL(quickstart.endpoint)
    const socket = connect({ host: '127.0.0.1', port: Number(port), servername, ca: service.ca }, () =>
      socket.write(request),
    )
    let answer = ''
    socket.on('data', (octets: Buffer) => {
      answer += octets.toString('latin1')
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(answer))
  })
}

const EVIL =
  'Host: evil.test\r\nX-Forwarded-Host: evil.test\r\nForwarded: host=evil.test\r\nX-Original-URL: /metrics\r\nConnection: close\r\n'

test('our links lead to us, whatever host a request names', async () => {
  const authorization = `Authorization: Bearer ${secondToken}\r\n`
  for (const path of [
    `/${quickstart.tenantId}/v2.0/.well-known/openid-configuration`,
    `/v1.0/applications`,
    '/capture/messages',
    '/metadata/endpoints',
    '/nothing',
  ]) {
    const answers = [EVIL, EVIL + authorization].map((fields) => converse(`GET ${path} HTTP/1.1\r\n${fields}\r\n`))
    for (const answer of await Promise.all(answers)) assert.doesNotMatch(answer, /evil/, path)
  }
})

const BEHIND = `GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
const twoInOne = [
  { name: 'two framings', fields: 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', body: '0\r\n\r\n' },
  { name: 'two lengths', fields: 'Content-Length: 4\r\nContent-Length: 5\r\n', body: 'aaaaa' },
  { name: 'an unknown coding', fields: 'Transfer-Encoding: xchunked\r\n', body: '0\r\n\r\n' },
  { name: 'a folded field', fields: 'Content-Length:\r\n 0\r\nX-Fold: a\r\n b\r\n', body: '' },
]

for (const { name, fields, body } of twoInOne)
  test(`${name}: refused, and what follows is no request`, async () => {
    const path = `/${quickstart.tenantId}/oauth2/v2.0/token`
    const answer = await converse(`POST ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n${body}${BEHIND}`)
    assert.match(answer, /^HTTP\/1\.1 400 /)
    assert.equal(answer.match(/^HTTP\/1\.1 /gm)?.length, 1)
  })

const hostilePaths = [
  '/..%2f..%2fmetrics',
  '/%00',
  '/%ff%fe',
  '/%E0%A4%A',
  "/' OR 1=1--",
  '/__proto__',
  `/${'a/'.repeat(3000)}`,
  `/${'%3c'.repeat(2000)}`,
]

test('every path has an answer, and none is a fault of ours', async () => {
  const token = await tokenOf(
    quickstart.tenantId,
    quickstart.administrator.applicationId,
    quickstart.administrator.clientSecret,
  )
  const rooms = [
    '/subscriptions',
    quickstart.communicationServiceId,
    `/${AUTHORIZATION}/roleAssignments`,
    `/${AUTHORIZATION}/roleDefinitions`,
    '/v1.0/applications',
    '/v1.0/servicePrincipals',
    '/capture/messages',
    '/providers/Postern.Mail/messages',
    '/providers/Postern.Mail/decisions',
    `/${quickstart.tenantId}/oauth2`,
  ]
  for (const room of rooms)
    for (const path of hostilePaths)
      for (const suffix of ['', `?${VERSION}&$filter=${encodeURIComponent("principalId eq ''''")}`]) {
        const { status, text } = await call(token, 'GET', `${room}${path}${suffix}`)
        assert(status >= 400 && status < 500, `${room}${path.slice(0, 30)}: ${status} ${text}`)
      }
})
