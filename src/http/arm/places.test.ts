// Where types live: a path that puts one anywhere else names nothing, whoever asks, so that no right on a small scope reaches a larger
// one by an odd path.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CONTRIBUTOR, OWNER } from '../../access/built-in-roles.ts'
import { A } from '../../storage/two-tenants.fixture.ts'
import { type ArmCalls, COMMUNICATION, openArmCalls, RG, S, serviceBody, tokenOf } from './arm-calls.fixture.ts'

let arm: ArmCalls
let ofGroup: string
const SERVICE = `${COMMUNICATION}/communicationServices/placed`
before(async () => {
  arm = await openArmCalls()
  await arm.put(SERVICE, serviceBody())
  ofGroup = await tokenOf(arm, CONTRIBUTOR.name, RG)
})
after(() => arm.close())

const P = 'providers/Microsoft.Communication'
const M = 'providers/Microsoft.Authorization'
const R = 'providers/Microsoft.Resources'
/** A subscription and a group, spelt as what extends a group. */
const ALIAS = `${RG}/${R}/subscriptions/zzz`
const misplaced: readonly [string, string, unknown?][] = [
  ['POST', `${RG}/${P}/unregister`],
  ['POST', `${RG}/${P}/register`],
  ['POST', `${SERVICE}/${P}/unregister`],
  ['POST', `/${P}/register`],
  ['POST', `${RG}/${P}/checkNameAvailability`, { name: 'x', type: 'Microsoft.Communication/communicationServices' }],
  ['POST', `${RG}/${P}/listVerifiedExchangeOnlineDomains`],
  ['GET', `${RG}/${P}/operations`],
  ['GET', `${RG}/${P}/locations/global/operationStatuses/${randomUUID()}`],
  ['GET', `${S}/${M}/providerOperations`],
  ['POST', `${RG}/${M}/elevateAccess`],
  ['GET', `${RG}/${M}/classicAdministrators`],
  ['GET', `${RG}/${R}/locations`],
  ['GET', `${RG}/${R}/tenants`],
  ['GET', `${SERVICE}/${R}/resources`],
  ['GET', `${RG}/${R}/resourceProviders/Microsoft.Communication`],
  ['GET', `${RG}/providers/Postern.Mail/smtpSettings`],
  ['POST', `${SERVICE}/providers/Postern.Mail/rotateDkim`, {}],
  ['GET', `${SERVICE}/providers/Postern.Mail/dnsRecords`],
  ['GET', `${SERVICE}/${P}/communicationServices/inner`],
  ['PUT', `${S}/${P}/communicationServices/outer`, serviceBody()],
  ['PUT', `${SERVICE}/${P}/communicationServices/inner`, serviceBody()],
  ['GET', `${SERVICE}/${P}/emailServices`],
  ['GET', `/${P}/communicationServices`],
  ['GET', ALIAS],
  ['GET', ALIAS.replace(R, `/${R.toUpperCase()}//`)],
  ['GET', `/${R}/subscriptions/${A.subscriptionId}`],
  ['GET', `${RG}/${R}/subscriptions`],
  ['PUT', `${ALIAS}/${R}/tags/default`, { properties: { tags: { owned: 'yes' } } }],
  ['GET', `${ALIAS}/${R}/resources`],
  ['GET', `${ALIAS}/${P}/communicationServices`],
  ['GET', `${ALIAS}/${R}/resourceGroups/inner`],
  ['PUT', `${RG}/${R}/resourceGroups/inner`, { location: 'global' }],
  ['GET', `${S}/${R}/resourceGroups/mail-rg`],
  ['PUT', `${S}/${R}/resourceGroups/mail-rg/${R}/tags/default`, { properties: { tags: {} } }],
]
for (const [method, path, json] of misplaced) {
  test(`nothing there: ${method} ${path}`, async () => {
    for (const token of [arm.token, ofGroup]) {
      const call = json === undefined ? { token } : { token, json }
      assert.deepEqual(await arm.outcome(method, path, call), [404, 'InvalidResourceType'])
    }
  })
}

test('nobody gets a role on a scope that is none', async () => {
  const owner = await arm.http.program(A, OWNER.name, RG)
  const token = await arm.http.token(owner)
  const properties = { roleDefinitionId: OWNER.name, principalId: owner.principalId }
  for (const scope of [ALIAS, `/${R}/subscriptions/zzz`, `${S}/${R}/resourceGroups/zzz`]) {
    for (const bearer of [token, arm.token]) {
      const path = `${scope}/${M}/roleAssignments/${randomUUID()}`
      const outcome = await arm.outcome('PUT', path, { token: bearer, json: { properties } })
      assert.deepEqual(outcome, [404, 'InvalidResourceType'])
    }
  }
})

test('what is tried on a group has changed nothing of the subscription', async () => {
  const { body } = await arm.ask('GET', `${S}/${P}`)
  assert.equal(body['registrationState'], 'Registered')
  assert.equal((await arm.ask('GET', S)).body['tags'], undefined)
})

const placed: readonly [string, string, unknown?][] = [
  ['GET', '/subscriptions'],
  ['GET', S],
  ['GET', '/tenants'],
  ['GET', `/${P}`],
  ['GET', `${S}/${P}`],
  ['GET', `${S}/locations`],
  ['GET', `${S}/resources`],
  ['GET', `${RG.replace('resourceGroups', 'RESOURCEGROUPS')}/resources`],
  ['GET', `/${P}/operations`],
  ['GET', `${S}/${P}/communicationServices`],
  ['GET', `${RG}/${P}/communicationServices`],
  ['GET', `${SERVICE}/smtpUsernames`],
  ['GET', `${SERVICE}/providers/Postern.Mail/smtpSettings`],
  ['GET', `${S}/${R}/tags/default`],
  ['GET', `${SERVICE}/${M}/permissions`],
  ['GET', `/${M}/roleAssignments`],
  ['GET', `/${M}/providerOperations/Microsoft.Communication`],
  ['POST', `${S}/${P}/checkNameAvailability`, { name: 'x', type: 'Microsoft.Communication/communicationServices' }],
  ['POST', `${S}/${P}/register`],
]
for (const [method, path, json] of placed) {
  test(`there: ${method} ${path}`, async () => {
    const { status, text } = await arm.ask(method, path, json === undefined ? {} : { json })
    assert.equal(status, 200, text)
  })
}
