// The document against the app that it describes: every operation in it is answered by a route, no path answers to a method that is not
// in it, and it is a document that tools can read.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { z } from 'zod'
import { A, B } from '../storage/two-tenants.fixture.ts'
import { openHttpFixture } from './http.fixture.ts'

type Schema = z.core.JSONSchema.BaseSchema
type Content = Readonly<Record<string, { readonly schema?: Schema }>>
type Response = { readonly $ref?: string; readonly description?: string; readonly content?: Content }
type Parameter = { readonly name?: string; readonly in?: string; readonly $ref?: string; readonly schema?: Schema }
type Operation = {
  readonly operationId: string
  readonly parameters: readonly Parameter[]
  readonly security?: readonly unknown[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, Response>>
}
type Document = {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Response>>
  }
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
  assert.doesNotMatch(JSON.stringify(document), /"\$(?:defs|schema|id)"/)
  const open = operations.filter(({ operation }) => operation.security?.length === 0).map(({ path }) => path)
  assert.ok(open.every((path) => /^\/(?:health|metadata|webhook-validation|engagement)\/|^\/\{tenant\}\//.test(path)))
})

test('no parameter is told twice, and no two templates match the same path', () => {
  for (const { path, method, operation } of operations) {
    const parameters = operation.parameters.map((one) => one.$ref ?? `${one.in} ${one.name}`)
    assert.equal(new Set(parameters).size, parameters.length, `${method} ${path}`)
    for (const one of operation.parameters)
      assert.notDeepEqual(one.schema, {}, `${method} ${path}: ${one.name} may be anything`)
  }
  const shapes = Object.keys(document.paths).map((path) => path.toLowerCase().replaceAll(/\{\w+\}/g, '{}'))
  assert.equal(new Set(shapes).size, shapes.length)
})

/** Those that refuse everybody. */
const NEVER_DONE = /\/elevateAccess$|\/Microsoft\.(?:Authorization|Resources)\/unregister$/

test('every operation tells what it answers, and with which errors', () => {
  for (const { path, method, operation } of operations) {
    const { default: refusal, ...told } = operation.responses
    const surface = path.startsWith('/v1.0/')
      ? 'GraphRefusal'
      : path.startsWith('/{tenant}/')
        ? 'TokenRefusal'
        : path.startsWith('/emails')
          ? 'EmailRefusal'
          : 'Refusal'
    assert.equal(refusal?.$ref, `#/components/responses/${surface}`, `${method} ${path}`)
    const isDone = Object.keys(told).some((status) => /^[23]/.test(status))
    assert.equal(isDone, !NEVER_DONE.test(path), `${method} ${path}`)
    for (const response of Object.values(told)) assert.ok(response.description, `${method} ${path}`)
    if (method === 'GET' || method === 'DELETE') assert.equal(operation.requestBody, undefined, path)
  }
})

test('every schema is one that a validator can be made of', () => {
  const { schemas, responses } = document.components
  const $defs = JSON.parse(JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/$defs/')) as typeof schemas
  const contents = operations.flatMap(({ operation }) => [
    ...Object.values(operation.responses).map(({ content }) => content),
    operation.requestBody?.content,
  ])
  const bodies = [...contents, ...Object.values(responses).map(({ content }) => content)]
    .flatMap((content = {}) => Object.values(content))
    .flatMap(({ schema }) => (schema === undefined ? [] : [schema]))
  const parameters = operations.flatMap(({ operation }) => operation.parameters.map(({ schema = {} }) => schema))
  for (const schema of [...bodies, ...parameters]) {
    const pointed = JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')) as Schema
    assert.doesNotThrow(() => z.fromJSONSchema({ ...pointed, $defs }), JSON.stringify(schema))
  }
  for (const name of Object.keys(schemas)) assert.match(name, /^[A-Z][A-Za-z]+$/)
})

test('the token endpoints take a form', () => {
  for (const [path, where] of [
    ['/{tenant}/oauth2/v2.0/token', 'scope'],
    ['/{tenant}/oauth2/token', 'resource'],
  ] as const) {
    const { required, content = {} } = document.paths[path]?.['post']?.requestBody ?? {}
    assert.deepEqual([required, Object.keys(content)], [true, ['application/x-www-form-urlencoded']])
    const { schema } = content['application/x-www-form-urlencoded'] ?? {}
    assert.deepEqual(schema?.required?.toSorted(), ['grant_type', where].toSorted())
    assert.ok(schema?.properties?.['client_assertion'])
  }
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
