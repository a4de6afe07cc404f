// What a running quickstart holds from its first moment, and what mail leaves behind, read over TLS and held against the document that it
// serves: the objects of an installation are not made through the API whose answers the document describes.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type ApiDocument, createAnswerChecker } from '../../src/http/described-answers.fixture.ts'
import { startService } from '../fixtures/quickstart-service.ts'
import { SmtpDialogue } from '../fixtures/smtp-dialogue.ts'

const service = await startService({ after })
const { quickstart } = service
const subscription = `/subscriptions/${quickstart.subscriptionId}`
const group = `${subscription}/resourceGroups/${quickstart.resourceGroup}`
const email = `${group}/providers/Microsoft.Communication/emailServices/${quickstart.emailService}`
const { communicationServiceId, application, tenantId } = quickstart
const checker = createAnswerChecker((await service.api('GET', '/openapi.json')).json as ApiDocument)

async function read(path: string): Promise<{ readonly value?: readonly object[] }> {
  const versioned = path.startsWith('/v1.0/') ? path : `${path}?api-version=2025-09-01`
  const { status, json } = await service.api('GET', versioned)
  assert.equal(status, 200, path)
  const headers = { 'content-type': 'application/json' }
  await checker.check({ method: 'GET', path }, new Response(JSON.stringify(json), { headers }))
  return json as { readonly value?: readonly object[] }
}

const LISTS = [
  '/subscriptions',
  `${subscription}/resourceGroups`,
  `${subscription}/resources`,
  `${group}/providers/Microsoft.Communication/communicationServices`,
  `${communicationServiceId}/smtpUsernames`,
  `${group}/providers/Microsoft.Communication/emailServices`,
  `${email}/domains`,
  `${email}/domains/AzureManagedDomain/senderUsernames`,
  `${subscription}/providers/Microsoft.Authorization/roleAssignments`,
  `${subscription}/providers/Microsoft.Authorization/roleDefinitions`,
  '/providers/Postern.Mail/auditEvents',
  '/providers/Postern.Mail/messages',
  '/capture/messages',
  '/v1.0/applications',
  '/v1.0/servicePrincipals',
]

for (const path of LISTS)
  test(`the list of ${path.split('/').at(-1)}`, async () => {
    assert.notEqual((await read(path)).value?.length, 0)
  })

test('single things: the tenant, the device sheet, the token service', async () => {
  await read('/tenants')
  await read(`${communicationServiceId}/providers/Postern.Mail/smtpSettings`)
  await read(`/${tenantId}/v2.0/.well-known/openid-configuration`)
  await read(`/${tenantId}/discovery/v2.0/keys`)
  await read(`/v1.0/applications(appId='${application.applicationId}')`)
})

test('a message with its timeline, and the trace of a refusal', async () => {
  const dialogue = await SmtpDialogue.openSecure(quickstart.smtp.port, service.ca)
  await dialogue.authenticate(quickstart.usernames.dot, application.clientSecret)
  const content = [`From: <${quickstart.senderAddress}>`, 'Subject: described', '', 'body']
  await dialogue.submit(quickstart.senderAddress, ['you@example.test'], content)
  const { reference } = await service.explain(await dialogue.command('MAIL FROM:<stranger@example.test>'))
  dialogue.destroy()
  const { id } = await service.arrived('described')
  await read(`/providers/Postern.Mail/messages/${id}`)
  await read(`/providers/Postern.Mail/decisions/${reference}`)
})
