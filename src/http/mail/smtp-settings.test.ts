// The device sheet: what it says, of whom, and to whom.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import { A, B, change, domain, emailService, senderUsername, smtpUsername } from '../../storage/two-tenants.fixture.ts'
import { type HttpFixture, openHttpFixture, putService } from '../http.fixture.ts'

let http: HttpFixture
let token: string
let service: string
before(async () => {
  http = await openHttpFixture()
  const [verified, pending, foreign] = [
    domain(A, 'mail', 'contoso.test'),
    domain(A, 'mail', 'pending.test', 'NotStarted'),
    domain(B, 'mail', 'fabrikam.test'),
  ]
  service = (await putService(http.storage, A, 'Contoso', [verified.id, pending.id, foreign.id, 'nonsense'])).id
  const resources = [
    emailService(A, 'mail'),
    verified,
    pending,
    domain(A, 'mail', 'unlinked.test'),
    emailService(B, 'mail'),
    foreign,
    senderUsername(B, 'mail', 'fabrikam.test', 'ceo'),
    senderUsername(A, 'mail', 'contoso.test', 'DoNotReply'),
    senderUsername(A, 'mail', 'pending.test', 'DoNotReply'),
    smtpUsername(A, 'Contoso', 'fax', 'fax@contoso.test'),
  ]
  for (const resource of resources) await http.storage.write.resources.putResource(change(), resource)
  token = await http.token(await http.program(A, READER.name, service))
})
after(() => http.close())

const SHEET = 'providers/Postern.Mail/smtpSettings'
type Body = { properties: Record<string, unknown>; error: { code: string } }
async function ask(path: string) {
  const response = await http.request('GET', path, { token })
  return { status: response.status, body: (await response.json()) as Body }
}

test('the sheet: where to connect, and what is connected, verified and ours', async () => {
  const { status, body } = await ask(`${service.toLowerCase()}/${SHEET}`)
  assert.equal(status, 200)
  assert.deepEqual(body, {
    id: `${service}/${SHEET}`,
    name: 'smtpSettings',
    type: 'Postern.Mail/smtpSettings',
    properties: {
      host: 'localhost',
      port: 2587,
      implicitTlsPort: 2465,
      port25: 2525,
      minimumTlsVersion: '1.2',
      usernames: null,
      aliases: [{ username: 'fax@contoso.test', applicationId: A.applicationId }],
      aliasesAreComplete: true,
      connectedDomains: ['contoso.test'],
      senderAddresses: ['DoNotReply@contoso.test'],
    },
  })
})

test('for an application, its usernames in every form', async () => {
  const { body } = await ask(`${service}/${SHEET}?applicationId=${A.applicationId.toUpperCase()}`)
  const { usernames, aliases } = body.properties
  assert.deepEqual(usernames, {
    dot: `Contoso.${A.applicationId}.${A.tenantId}`,
    pipe: `Contoso|${A.applicationId}|${A.tenantId}`,
  })
  assert.deepEqual(aliases, [{ username: 'fax@contoso.test', applicationId: A.applicationId }])
  const other = await ask(`${service}/${SHEET}?applicationId=${B.applicationId}`)
  assert.deepEqual(other.body.properties['aliases'], [])
})

const refusals: readonly [string, () => string, number, string][] = [
  ['no GUID', () => `${service}/${SHEET}?applicationId=x`, 400, 'InvalidRequestContent'],
  ['another type of resource', () => `${service}/smtpUsernames/fax/${SHEET}`, 404, 'InvalidResourceType'],
  ['a service beside it', () => `${service}x/${SHEET}`, 403, 'AuthorizationFailed'],
  [
    'a service of another tenant',
    () => `${B.resourceGroupId}/providers/Microsoft.Communication/communicationServices/z/${SHEET}`,
    404,
    'SubscriptionNotFound',
  ],
]
for (const [name, path, status, code] of refusals) {
  test(`no sheet for ${name}`, async () => {
    const answer = await ask(path())
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
  })
}
