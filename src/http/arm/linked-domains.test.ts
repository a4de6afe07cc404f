// Linking domains to a communication service: what may be linked, how what may not is told, and what a link keeps from happening.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { A, B, change, communicationService, domain } from '../../storage/two-tenants.fixture.ts'
import {
  type ArmCalls,
  COMMUNICATION,
  openArmCalls,
  programWith,
  putDomain,
  RG,
  serviceBody,
} from './arm-calls.fixture.ts'

let arm: ArmCalls
let verified: string
let second: string
before(async () => {
  arm = await openArmCalls()
  verified = (await putDomain(arm, 'mail', 'contoso.test')).id
  second = (await putDomain(arm, 'mail', 'second.test')).id
  await arm.put(SERVICE, serviceBody())
})
after(() => arm.close())

const SERVICE = `${COMMUNICATION}/communicationServices/contoso`
const link = (linkedDomains: readonly unknown[], token?: string) =>
  arm.ask('PATCH', SERVICE, { json: { properties: { linkedDomains } }, ...(token === undefined ? {} : { token }) })
const linked = async () => (await arm.ask('GET', SERVICE)).body.properties['linkedDomains']

test('links are replaced, not merged, and stored as the domains are spelt', async () => {
  const { status, body } = await link([verified.toUpperCase(), verified, second])
  assert.deepEqual([status, body.properties['linkedDomains']], [200, [verified, second]])
  assert.deepEqual((await link([second])).body.properties['linkedDomains'], [second])
  await arm.ask('PATCH', SERVICE, { json: { tags: { a: 'b' } } })
  assert.deepEqual(await linked(), [second])
  await arm.put(SERVICE, serviceBody())
  assert.deepEqual(await linked(), [second])
  assert.deepEqual((await link([])).body.properties['linkedDomains'], [])
  await arm.put(SERVICE, serviceBody({ linkedDomains: [verified] }))
  assert.deepEqual(await linked(), [verified])
})

test('each domain that cannot be linked is named with its reason, and nothing changes', async () => {
  await link([verified])
  const pending = (await putDomain(arm, 'mail', 'pending.test', 'NotStarted')).id
  const african = domain(A, 'mail', 'african.test')
  const elsewhere = { ...african, properties: { ...african.properties, dataLocation: 'Africa' } }
  await arm.http.storage.write.resources.putResource(change(), elsewhere)
  const absent = verified.replace('contoso.test', 'absent.test')
  const { status, body } = await link([verified, absent, pending, elsewhere.id, 'nonsense', RG])
  assert.deepEqual(
    [status, body.error.code, body.error.target],
    [400, 'InvalidLinkedDomains', 'properties.linkedDomains'],
  )
  const details = body.error.details?.map(({ code, target }) => [code, target])
  assert.deepEqual(details, [
    ['InvalidLinkedDomains', absent],
    ['DomainValidationError', pending],
    ['InvalidLinkedDomains', elsewhere.id],
    ['InvalidLinkedDomains', 'nonsense'],
    ['InvalidLinkedDomains', RG],
  ])
  for (const text of ['does not exist', 'SPF is NotStarted', '"Africa"', 'is not the id'])
    assert.ok(body.error.message.includes(text), text)
  assert.deepEqual(await linked(), [verified])
})

test('a domain that is not verified has a code of its own', async () => {
  const pending = (await putDomain(arm, 'mail', 'pending.test', 'VerificationFailed')).id
  const { status, body } = await link([pending])
  assert.deepEqual([status, body.error.code], [400, 'DomainValidationError'])
  const json = serviceBody({ linkedDomains: [pending] })
  assert.deepEqual(await arm.outcome('PUT', SERVICE, { json }), [
    400,
    'DomainValidationError',
    'properties.linkedDomains',
  ])
})

test('whoever links must be allowed to see the domain, and learns nothing otherwise', async () => {
  const writer = await programWith(arm, ['Microsoft.Communication/CommunicationServices/*'], RG)
  const token = await arm.http.token(writer)
  for (const id of [verified, verified.replace('contoso.test', 'absent.test')]) {
    const { status, body } = await link([id], token)
    assert.deepEqual([status, body.error.code], [403, 'LinkedAuthorizationFailed'])
    assert.match(body.error.message, /Domains\/read/)
    assert.ok(body.error.message.includes(id))
  }
  assert.equal((await link([], token)).status, 200)
})

test('a domain of another tenant is not there', async () => {
  const foreign = domain(B, 'mail', 'fabrikam.test')
  await arm.http.storage.write.resources.putResource(change(), foreign)
  const { status, body } = await link([foreign.id])
  assert.deepEqual([status, body.error.code], [400, 'InvalidLinkedDomains'])
  assert.match(body.error.details?.[0]?.message ?? '', /does not exist/)
})

test('a linked domain keeps its email service from being deleted', async () => {
  await link([verified])
  const email = `${COMMUNICATION}/emailServices/mail`
  const { status, body } = await arm.ask('DELETE', email)
  assert.deepEqual([status, body.error.code], [409, 'Conflict'])
  assert.deepEqual(
    body.error.details?.map(({ code, target }) => [code, target]),
    [['DomainLinked', SERVICE]],
  )
  const blind = await programWith(arm, ['Microsoft.Communication/EmailServices/*'], RG)
  const told = await arm.ask('DELETE', email, { token: await arm.http.token(blind) })
  assert.ok(!told.body.error.message.includes(SERVICE))
  assert.equal((await arm.ask('GET', verified)).status, 200)
})

test('links of a service in another tenant keep nothing', async () => {
  await link([])
  const foreign = communicationService(B, 'fabrikam', [verified])
  await arm.http.storage.write.resources.putResource(change(), foreign)
  assert.deepEqual(await arm.outcome('DELETE', `${COMMUNICATION}/emailServices/mail`), [200])
  assert.deepEqual(await arm.outcome('GET', verified), [404, 'ResourceNotFound'])
})
