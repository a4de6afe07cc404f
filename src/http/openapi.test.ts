// The document against the app that it describes: every operation in it is answered by a route, no path answers to a method that is not
// in it, and it is a document that tools can read.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { A, B } from '../storage/two-tenants.fixture.ts'
import { openHttpFixture } from './http.fixture.ts'

type Operation = {
  readonly operationId: string
  readonly parameters: readonly { readonly name?: string; readonly in?: string; readonly $ref?: string }[]
  readonly security?: readonly unknown[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
}
type Document = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const METHODS = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'] as const

const fixture = await openHttpFixture()
after(() => fixture.close())
const stranger = await fixture.program(A)
const token = await fixture.token(stranger)
const graphToken = await fixture.token(stranger, 'https://graph.microsoft.com')
const response = await fixture.request('GET', '/openapi.json', { token })
const document = (await response.json()) as Document
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

test('any token of the management door may read it, nobody else', async () => {
  assert.equal(response.status, 200)
  assert.equal((await fixture.request('GET', '/openapi.json')).status, 401)
  assert.equal((await fixture.request('GET', '/openapi.json', { token: graphToken })).status, 401)
  const otherTenant = await fixture.token(await fixture.program(B))
  const other = (await (await fixture.request('GET', '/openapi.json', { token: otherTenant })).json()) as Document
  assert.deepEqual(other, document)
})

test('it is well formed: version, parameters of every path, references, unique ids, no open operation but those meant', () => {
  assert.equal(document.openapi, '3.1.1')
  const ids = operations.map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length)
  for (const { path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const declared = operation.parameters.filter((one) => one.in === 'path').map((one) => one.name)
    assert.deepEqual(declared, inPath, path)
  }
  for (const [, kind = '', name = ''] of JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/(\w+)"/g))
    assert.ok((document as { components?: Record<string, object> }).components?.[kind]?.[name as keyof object], name)
  const open = operations.filter(({ operation }) => operation.security?.length === 0).map(({ path }) => path)
  assert.ok(open.every((path) => /^\/(?:health|metadata)\/|^\/\{tenant\}\//.test(path)))
})

test('bodies are described by the schemas that requests are read by', () => {
  const schemaOf = (path: string, method: string) =>
    document.paths[path]?.[method]?.requestBody?.content['application/json']?.schema as {
      readonly properties?: Readonly<Record<string, unknown>>
    }
  const service =
    '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Communication/communicationServices/{communicationServiceName}'
  assert.ok(schemaOf(service, 'put').properties?.['properties'])
  assert.ok(
    schemaOf('/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}', 'put').properties,
  )
  assert.ok(schemaOf('/v1.0/applications/{objectId}/addPassword', 'post').properties?.['passwordCredential'])
})

/** A path that the template stands for. The scope is a subscription of the caller's. */
function example(template: string): string {
  return template
    .replace('{scope}', `subscriptions/${A.subscriptionId}`)
    .replace('{subscriptionId}', A.subscriptionId)
    .replace('{tenant}', A.tenantId)
    .replace('{namespace}', 'Microsoft.Communication')
    .replace(/\{\w+\}/g, randomUUID())
}

const ask = (method: string, path: string) => {
  const bearer = path.startsWith('/v1.0/') ? graphToken : token
  const body = method === 'GET' ? {} : { json: {} }
  return fixture.request(method, `${example(path)}?api-version=2023-04-01`, { token: bearer, ...body })
}

test('every operation is answered by a route of its own', async () => {
  for (const { method, path } of operations) {
    const answer = await ask(method, path)
    assert.notEqual(answer.status, 405, `${method} ${path}`)
    // What is said where there is no route, whatever the surface.
    const nowhere = /There is nothing at this path|InvalidResourceType|InvalidResourceNamespace/
    assert.doesNotMatch(await answer.text(), nowhere, `${method} ${path}`)
  }
})

test('no path answers to a method that is not in the document', async () => {
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      if (item[method.toLowerCase()] !== undefined) continue
      const { status } = await ask(method, path)
      assert.ok(status === 405 || status === 404, `${method} ${path}: ${status}`)
    }
})
