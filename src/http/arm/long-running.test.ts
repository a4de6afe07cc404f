// Long-running operations, which `compatibility: azure` asks for: what is answered, what is polled, and that it was done all along.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { OWNER, READER } from '../../access/built-in-roles.ts'
import { B } from '../../storage/two-tenants.fixture.ts'
import {
  type ArmCalls,
  COMMUNICATION,
  openArmCalls,
  programWith,
  RG,
  S,
  serviceBody,
  tokenOf,
} from './arm-calls.fixture.ts'

let arm: ArmCalls
before(async () => {
  arm = await openArmCalls({ compatibility: 'azure' })
})
after(() => arm.close())

const SERVICE = `${COMMUNICATION}/communicationServices/slow`
const EMAIL = `${COMMUNICATION}/emailServices/slow`
const VERSION = 'api-version=2025-09-01'
const ADDRESS = new RegExp(
  `^https://localhost:8443${S}/providers/Microsoft\\.Communication/locations/global/operationStatuses/[0-9a-f-]{36}\\?api-version=2025-09-01$`,
)

test('a PUT is done, and says so from the second poll on', async () => {
  for (const path of [SERVICE, EMAIL]) {
    const begun = await arm.ask('PUT', `${path}?${VERSION}`, { json: serviceBody() })
    assert.deepEqual([begun.status, begun.body.properties['provisioningState']], [201, 'Accepted'])
    const address = begun.headers.get('azure-asyncoperation') ?? ''
    assert.match(address, ADDRESS)
    assert.deepEqual([begun.headers.get('location'), begun.headers.get('retry-after')], [null, '1'])
    assert.ok(begun.headers.get('etag'))
    assert.equal((await arm.ask('GET', path)).body.properties['provisioningState'], 'Succeeded')
    const first = await arm.ask('GET', address)
    const { id, name } = first.body
    const startTime = '2030-01-01T00:00:00.000Z'
    assert.deepEqual([first.status, first.body], [200, { id, name, resourceId: path, status: 'Accepted', startTime }])
    const second = await arm.ask('GET', address)
    assert.equal(second.status, 200)
    const done = { id, name, resourceId: path, status: 'Succeeded', startTime, endTime: startTime, properties: null }
    assert.deepEqual(second.body, done)
    assert.equal((await arm.ask('GET', address)).body['status'], 'Succeeded')
  }
})

test('a PATCH of an email service runs long, one of a communication service does not', async () => {
  const slow = await arm.ask('PATCH', EMAIL, { json: { tags: { a: 'b' } } })
  assert.deepEqual([slow.status, slow.headers.has('azure-asyncoperation')], [201, true])
  const quick = await arm.ask('PATCH', SERVICE, { json: { tags: { a: 'b' } } })
  assert.deepEqual([quick.status, quick.headers.has('azure-asyncoperation')], [200, false])
  assert.equal(quick.body.properties['provisioningState'], 'Succeeded')
})

test('a DELETE: 202 with both addresses, 202 while it runs, 200 when it is over', async () => {
  await arm.ask('PUT', `${S}/resourceGroups/slow`, { json: { location: 'global' } })
  for (const path of [SERVICE, `${S}/resourceGroups/slow`]) {
    const begun = await arm.ask('DELETE', `${path}?${VERSION}`)
    assert.deepEqual([begun.status, begun.text], [202, 'null'])
    const location = begun.headers.get('location') ?? ''
    assert.match(location, ADDRESS)
    assert.equal(begun.headers.get('azure-asyncoperation'), location)
    assert.equal((await arm.ask('GET', path)).status, 404)
    const first = await arm.ask('GET', location)
    assert.deepEqual([first.status, first.body['status']], [202, 'Deleting'])
    const second = await arm.ask('GET', location)
    assert.deepEqual([second.status, second.body['status']], [200, 'Succeeded'])
  }
})

test('what did nothing has nothing to poll', async () => {
  assert.deepEqual(await arm.outcome('DELETE', `${EMAIL}x`), [204])
  const refused = await arm.ask('PUT', `${EMAIL}x`, { json: {} })
  assert.deepEqual([refused.status, refused.headers.has('azure-asyncoperation')], [400, false])
})

test('an operation is polled by whoever began it or may read operations, and by no other tenant', async () => {
  const program = await programWith(arm, ['Microsoft.Communication/EmailServices/write'], RG)
  const token = await arm.http.token(program)
  const begun = await arm.ask('PUT', `${EMAIL}-2`, { token, json: serviceBody() })
  const address = begun.headers.get('azure-asyncoperation') ?? ''
  assert.deepEqual(await arm.outcome('GET', address, { token }), [200])
  assert.deepEqual(await arm.outcome('GET', address, { token: await tokenOf(arm, READER.name) }), [200])
  const stranger = await tokenOf(arm)
  assert.deepEqual(await arm.outcome('GET', address, { token: stranger }), [403, 'AuthorizationFailed'])
  const unknown = address.replace(/[0-9a-f]{8}-[0-9a-f-]{27}\?/, '00000000-0000-4000-8000-000000000000?')
  assert.deepEqual(await arm.outcome('GET', unknown), [404, 'ResourceNotFound'])
  assert.deepEqual(await arm.outcome('GET', unknown, { token: stranger }), [403, 'AuthorizationFailed'])
  const other = await tokenOf(arm, OWNER.name, '/', B)
  assert.deepEqual(await arm.outcome('GET', address, { token: other }), [404, 'SubscriptionNotFound'])
  const inB = address.replace(S, `/subscriptions/${B.subscriptionId}`)
  assert.deepEqual(await arm.outcome('GET', inB, { token: other }), [404, 'ResourceNotFound'])
})

test('by default nothing runs long', async () => {
  const plain = await openArmCalls()
  const made = await plain.ask('PUT', SERVICE, { json: serviceBody() })
  const gone = await plain.ask('DELETE', SERVICE)
  for (const { headers } of [made, gone])
    for (const name of ['azure-asyncoperation', 'location', 'retry-after']) assert.equal(headers.get(name), null)
  assert.deepEqual([made.status, made.body.properties['provisioningState'], gone.status], [201, 'Succeeded', 200])
  await plain.close()
})

test('the address of an operation answers whatever api-version the write came with', async () => {
  const group = `${S}/resourceGroups/slow`
  const version = 'api-version=2022-09-01'
  assert.equal((await arm.ask('PUT', `${group}?${version}`, { json: { location: 'global' } })).status, 201)
  const begun = await arm.ask('DELETE', `${group}?${version}`)
  assert.equal(begun.status, 202)
  assert.equal((await arm.ask('GET', begun.headers.get('location') ?? '')).status, 202)
  assert.equal((await arm.ask('GET', begun.headers.get('location') ?? '')).status, 200)
})
