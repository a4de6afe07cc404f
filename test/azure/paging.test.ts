// Lists of more than one page, read to their end by clients that follow links and know nothing of what is in them. Nothing is missing
// and nothing comes twice. Azure: control-plane reference §1.6, §7.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startService } from '../fixtures/quickstart-service.ts'
import { createMailPlace, expectStatus } from './article.ts'
import { administratorCredential, collect, connectAzure, connectGraph, originOf } from './azure-clients.ts'

const service = await startService({ after })
const credential = administratorCredential(service)
const clients = connectAzure(service, credential)
const graph = connectGraph(service, credential)
/** More than two pages of the hundred that a page holds. */
const COUNT = 205

async function pagesOf<Item>(pages: AsyncIterable<readonly Item[]>): Promise<readonly (readonly Item[])[]> {
  return collect(pages)
}

function assertWhole(pages: readonly (readonly { readonly name?: string }[])[], expected: readonly string[]): void {
  assert.ok(pages.length > 2, `${pages.length} pages`)
  const names = pages.flat().map((one) => one.name?.toLowerCase() ?? '')
  assert.deepEqual(names.sort(), expected.map((one) => one.toLowerCase()).sort())
}

test('sender usernames, resource groups and generic resources', async () => {
  const { group, emailService } = await createMailPlace(clients)
  const { senderUsernames, emailServices } = clients.communication
  const domain = 'AzureManagedDomain'
  const names = Array.from({ length: COUNT }, (_, index) => `sender-${index}`)
  for (const username of names)
    await senderUsernames.createOrUpdate(group, emailService, domain, username, { username })
  const listed = await pagesOf(senderUsernames.listByDomains(group, emailService, domain).byPage())
  assertWhole(listed, [...names, 'donotreply'])

  // Some clients would forgive a link without a host; others do not.
  const { subscriptionId } = service.quickstart
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Communication/emailServices`
  const list = `${path}/${emailService}/domains/${domain}/senderUsernames?api-version=2023-04-01`
  const { nextLink } = (await service.api('GET', list)).json as { readonly nextLink: string }
  assert.equal(new URL(nextLink).origin, originOf(service))
  assert.equal(new URL(nextLink).searchParams.get('api-version'), '2023-04-01')

  const services = Array.from({ length: COUNT }, () => `mail-${randomUUID()}`)
  const body = { location: 'global', dataLocation: 'Europe' }
  const crowd = `crowd-${randomUUID().slice(0, 8)}`
  await clients.resources.resourceGroups.createOrUpdate(crowd, { location: 'westeurope' })
  for (const name of services) await emailServices.beginCreateOrUpdateAndWait(crowd, name, body)
  assertWhole(await pagesOf(emailServices.listByResourceGroup(crowd).byPage()), services)
  assertWhole(await pagesOf(clients.resources.resources.listByResourceGroup(crowd).byPage()), services)
})

test('role assignments', async () => {
  const { serviceId } = await createMailPlace(clients)
  const { quickstart } = service
  const names: string[] = []
  const roleDefinitionId = quickstart.roleDefinitionId
  for (let count = 0; count < COUNT; count++) {
    const group = await expectStatus(graph('POST', '/groups', newGroup(`crowd ${count}`)), 201)
    const name = randomUUID()
    names.push(name)
    const parameters = { roleDefinitionId, principalId: String(group['id']), principalType: 'Group' }
    await clients.authorization.roleAssignments.create(serviceId, name, parameters)
  }
  const pages = await pagesOf(clients.authorization.roleAssignments.listForScope(serviceId).byPage())
  const own = pages.map((page) => page.filter((one) => names.includes(one.name ?? '')))
  assertWhole(own, names)
})

const newGroup = (displayName: string) => ({
  displayName,
  mailEnabled: false,
  mailNickname: displayName.replaceAll(' ', '-'),
  securityEnabled: true,
})

test('groups of Graph, by their own link', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `paged ${index}`)
  for (const name of names) await expectStatus(graph('POST', '/groups', newGroup(name)), 201)
  const filter = encodeURIComponent("startswith(displayName,'paged ')")
  const seen: string[] = []
  let next: string | undefined = `/groups?$top=10&$filter=${filter}`
  let pages = 0
  for (; next !== undefined; pages++) {
    const page: Readonly<Record<string, unknown>> = await expectStatus(graph('GET', next), 200)
    const value = page['value'] as readonly { readonly displayName: string }[]
    assert.ok(value.length <= 10)
    seen.push(...value.map((one) => one.displayName))
    next = page['@odata.nextLink'] as string | undefined
  }
  assert.equal(pages, 3)
  assert.deepEqual(seen.sort(), names.sort())
})
