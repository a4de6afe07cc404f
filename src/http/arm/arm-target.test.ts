// From method and path to the name of an operation and its scope; and what is no path of ARM.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as check, constantFrom, oneof, property, string } from 'fast-check'
import type { RouteMethod } from '../route.ts'
import { operationOf, readArmTarget } from './arm-target.ts'

const S = '/subscriptions/11111111-1111-4111-8111-111111111111'
const RG = `${S}/resourceGroups/Mail`
const C = `${RG}/providers/Microsoft.Communication/communicationServices/contoso`
const MA = 'providers/Microsoft.Authorization'

/** Method, path, the action asked and the scope it is asked on. Azure: control-plane reference §6.6. */
const operations: readonly [RouteMethod, string, string, string][] = [
  ['GET', RG, 'Microsoft.Resources/subscriptions/resourceGroups/read', RG],
  ['DELETE', RG.toLowerCase(), 'Microsoft.Resources/subscriptions/resourceGroups/delete', RG.toLowerCase()],
  ['GET', `${S}/resourcegroups`, 'Microsoft.Resources/subscriptions/resourceGroups/read', S],
  ['GET', '/subscriptions', 'Microsoft.Resources/subscriptions/read', '/'],
  ['GET', S, 'Microsoft.Resources/subscriptions/read', S],
  ['GET', C, 'Microsoft.Communication/communicationServices/read', C],
  ['PUT', C, 'Microsoft.Communication/communicationServices/write', C],
  ['POST', `${C}/ListKeys`, 'Microsoft.Communication/communicationServices/ListKeys/action', C],
  ['GET', `${C}/smtpUsernames`, 'Microsoft.Communication/communicationServices/smtpUsernames/read', C],
  [
    'DELETE',
    `${C}/smtpUsernames/printer`,
    'Microsoft.Communication/communicationServices/smtpUsernames/delete',
    `${C}/smtpUsernames/printer`,
  ],
  [
    'PUT',
    `${RG}/providers/microsoft.communication/EMAILSERVICES/e/domains/d`,
    'Microsoft.Communication/emailServices/domains/write',
    `${RG}/providers/microsoft.communication/EMAILSERVICES/e/domains/d`,
  ],
  ['GET', `${C}/${MA}/roleAssignments`, 'Microsoft.Authorization/roleAssignments/read', C],
  ['PUT', `${C}/${MA}/roleAssignments/g`, 'Microsoft.Authorization/roleAssignments/write', C],
  ['DELETE', `${S}/${MA}/roleAssignments/g`, 'Microsoft.Authorization/roleAssignments/delete', S],
  ['GET', `/${MA}/roleDefinitions`, 'Microsoft.Authorization/roleDefinitions/read', '/'],
  ['GET', `//${MA}//roleDefinitions/g`, 'Microsoft.Authorization/roleDefinitions/read', '/'],
  ['PATCH', C, 'Microsoft.Communication/communicationServices/write', C],
  ['GET', '/tenants', 'Microsoft.Resources/tenants/read', '/'],
  ['GET', `${S}/locations`, 'Microsoft.Resources/subscriptions/locations/read', S],
  ['GET', `${S}/resources`, 'Microsoft.Resources/subscriptions/resources/read', S],
  ['GET', `${RG}/resources`, 'Microsoft.Resources/subscriptions/resources/read', RG],
  ['GET', `//${S}//providers//`, 'Microsoft.Resources/subscriptions/providers/read', S],
  ['POST', `${S}/providers/Microsoft.Communication/register`, 'Microsoft.Communication/register/action', S],
  [
    'POST',
    `${S}/providers/Microsoft.Communication/listVerifiedExchangeOnlineDomains`,
    'Microsoft.Communication/EmailServices/verifiedExchangeOnlineDomains/action',
    S,
  ],
  [
    'POST',
    `${S}/providers/Microsoft.Communication/checkNameAvailability`,
    'Microsoft.Communication/CheckNameAvailability/action',
    S,
  ],
  ['PUT', `${C}/providers/Microsoft.Resources/tags/default`, 'Microsoft.Resources/tags/write', C],
  ['GET', `${C}/providers/Postern.Mail/smtpSettings`, 'Microsoft.Communication/communicationServices/read', C],
]
for (const [method, path, action, scope] of operations) {
  test(`${method} ${path} takes ${action}`, () => {
    const target = readArmTarget(path)
    assert.deepEqual(target && operationOf(method, target), { action, scope })
  })
}

const refused = [
  ['dots', `${RG}/providers/Microsoft.Communication/communicationServices/..`],
  ['an encoded slash', `${RG}/providers/Microsoft.Communication/communicationServices/a%2Fb`],
  ['an encoded percent sign', `${RG}/providers/Microsoft.Communication/communicationServices/a%252Fb`],
  ['a control character', `${S}/resourceGroups/a%00b`],
  ['bad percent-encoding', `${S}/resourceGroups/a%GG`],
  ['bad UTF-8', `${S}/resourceGroups/a%FF`],
  ['a provider and no type', `${RG}/providers/Microsoft.Communication`],
  ['a stray segment', '/foo'],
] as const
for (const [name, path] of refused) test(`no target: ${name}`, () => assert.equal(readArmTarget(path), undefined))

test('names are decoded once and keep their casing', () => {
  const target = readArmTarget(`${S}/resourceGroups/M%C3%A4il%20Rg`)
  assert.equal(target?.id, `${S}/resourceGroups/Mäil Rg`)
})

test('a resource may be called like a keyword', () => {
  const group = `${S}/resourceGroups/providers`
  assert.equal(readArmTarget(`${group}/${MA}/roleAssignments/g`)?.parent, group)
})

test('any path has a target or none, and never throws', () => {
  const segment = oneof(constantFrom('subscriptions', 'resourceGroups', 'providers', '%2F', '..', ''), string())
  check(property(array(segment), (segments) => void readArmTarget(`/${segments.join('/')}`)))
})
