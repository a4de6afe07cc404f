// Resources of every type at once: which are listed, how they are filtered, and in pages.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { READER } from '../../access/built-in-roles.ts'
import {
  type ArmCalls,
  COMMUNICATION,
  openArmCalls,
  putDomain,
  RG,
  S,
  serviceBody,
  tokenOf,
} from './arm-calls.fixture.ts'

let arm: ArmCalls
const OTHER = `${S}/resourceGroups/other`
before(async () => {
  arm = await openArmCalls()
  await putDomain(arm, 'mail', 'contoso.test')
  await arm.put(`${COMMUNICATION}/communicationServices/alpha`, { ...serviceBody(), tags: { Env: 'prod' } })
  await arm.put(OTHER, { location: 'westus' })
  await arm.put(`${OTHER}/providers/Microsoft.Communication/communicationServices/beta`, {
    ...serviceBody(),
    tags: { env: 'test' },
  })
  const sender = `${COMMUNICATION}/emailServices/mail/domains/contoso.test/senderUsernames/info`
  await arm.put(sender, { properties: { username: 'info' } })
})
after(() => arm.close())

const list = async (scope: string, query = '', token?: string) => {
  const { status, body } = await arm.ask('GET', `${scope}/resources${query}`, token === undefined ? {} : { token })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
const names = (body: { value: readonly { name: string }[] }) => body.value.map(({ name }) => name)

test('tracked resources of a subscription and of a group', async () => {
  assert.deepEqual(names(await list(S)), ['alpha', 'mail', 'contoso.test', 'beta'])
  assert.deepEqual(names(await list(OTHER)), ['beta'])
  assert.deepEqual(await arm.outcome('GET', `${S}/resourceGroups/none/resources`), [404, 'ResourceGroupNotFound'])
})

const filters: readonly [string, readonly string[]][] = [
  ["resourceType eq 'Microsoft.Communication/CommunicationServices'", ['alpha', 'beta']],
  ["name eq 'ALPHA'", ['alpha']],
  ["resourceGroup eq 'OTHER'", ['beta']],
  ["tagName eq 'env'", ['alpha', 'beta']],
  ["tagName eq 'env' and tagValue eq 'prod'", ['alpha']],
  ["substringof('a', name) and resourceType eq 'microsoft.communication/communicationservices'", ['alpha', 'beta']],
  ["substringof('ET', name)", ['beta']],
]
for (const [filter, expected] of filters) {
  test(`filter ${filter}`, async () => {
    assert.deepEqual(names(await list(S, `?$filter=${encodeURIComponent(filter)}`)), expected)
  })
}

test('a filter that is not understood is refused', async () => {
  for (const filter of ["name ne 'x'", "name eq 'a' or name eq 'b'", "plan eq 'x'", "substringof('a', type)"])
    assert.deepEqual(await arm.outcome('GET', `${S}/resources?$filter=${encodeURIComponent(filter)}`), [
      400,
      'InvalidFilterInQueryString',
    ])
})

test('times and state when they are asked for', async () => {
  const [plain] = (await list(OTHER)).value
  assert.deepEqual(Object.keys(plain ?? {}), ['id', 'name', 'type', 'location', 'tags'])
  const [full] = (await list(OTHER, '?$expand=createdTime,changedTime,provisioningState')).value
  const expected = {
    createdTime: '2030-01-01T00:00:00.000Z',
    changedTime: '2030-01-01T00:00:00.000Z',
    provisioningState: 'Succeeded',
  }
  assert.deepEqual(full, { ...plain, ...expected })
})

test('pages follow their links to the end', async () => {
  const seen: string[] = []
  let path: string | undefined = `${S}/resources?$top=1`
  for (let page = 0; path !== undefined && page < 9; page++) {
    const { body }: Awaited<ReturnType<typeof arm.ask>> = await arm.ask('GET', path)
    seen.push(...names(body))
    path = body.nextLink
  }
  assert.deepEqual(seen, ['alpha', 'mail', 'contoso.test', 'beta'])
  assert.deepEqual(await arm.outcome('GET', `${S}/resources?$top=0`), [400, 'InvalidRequestContent', '$top'])
  assert.deepEqual(await arm.outcome('GET', `${S}/resources?$skipToken=%20`), [
    400,
    'InvalidRequestContent',
    '$skipToken',
  ])
})

test('only what the caller may read', async () => {
  const token = await tokenOf(arm, READER.name, `${COMMUNICATION}/communicationServices/alpha`)
  assert.deepEqual(names(await list(S, '', token)), ['alpha'])
  assert.deepEqual(names(await list(RG, '', token)), ['alpha'])
  assert.deepEqual(await arm.outcome('GET', `${OTHER}/resources`, { token }), [403, 'AuthorizationFailed'])
})

test('a default page holds a hundred', async () => {
  const group = `${S}/resourceGroups/crowd`
  await arm.put(group, { location: 'global' })
  for (let index = 0; index < 101; index++) {
    const path = `${group}/providers/Microsoft.Communication/emailServices/e${String(index).padStart(3, '0')}`
    await arm.put(path, serviceBody())
  }
  const first = await arm.ask('GET', `${group}/providers/Microsoft.Communication/emailServices`)
  assert.deepEqual([first.body.value.length, first.body.value.at(-1)?.name], [100, 'e099'])
  const second = await arm.ask('GET', first.body.nextLink ?? '')
  assert.deepEqual([names(second.body), second.body.nextLink], [['e100'], undefined])
})
