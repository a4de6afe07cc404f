// What the API offers, as an OpenAPI 3.1 document made from the routes themselves: those of ARM and Graph are data with their schemas, all
// others are what the app was told to serve. It describes and decides nothing. OpenAPI 3.1.1; JSON Schema 2020-12.

import type { RouterRoute } from 'hono/types'
import { z } from 'zod'
import { pathsOfArmRoute } from './arm/arm-paths.ts'
import type { ArmRoute } from './arm/arm-route.ts'
import type { GraphRoute } from './graph/graph-route.ts'
import { takenBy } from './route.ts'

/** One operation of the document. */
export type DescribedOperation = {
  readonly method: string
  /** Parameters stand in braces; an ARM scope is one of them although it has slashes in it. */
  readonly path: string
  readonly tag: string
  readonly summary?: string
  readonly query?: z.ZodType | undefined
  readonly body?: z.ZodType | undefined
  readonly needsToken: boolean
  readonly needsVersion: boolean
}

export function describeArmRoutes(routes: readonly ArmRoute[]): readonly DescribedOperation[] {
  return routes.flatMap(({ types, shape, method, query, body }) =>
    types.flatMap((type) =>
      pathsOfArmRoute({ types: [type], shape }).map((path) => ({
        method,
        path,
        tag: type.split('/')[0] ?? '',
        query,
        body: takesBody(method) ? body : undefined,
        needsToken: true,
        // Our own operations have no versions yet.
        needsVersion: !type.startsWith('Postern.'),
      })),
    ),
  )
}

const takesBody = (method: string) => ['PUT', 'PATCH', 'POST'].includes(method)

export function describeGraphRoutes(routes: readonly GraphRoute[]): readonly DescribedOperation[] {
  return routes.map(({ method, path, summary, body }) => ({
    method,
    path: `/v1.0${path}`,
    tag: 'Microsoft Graph',
    summary,
    // A route without a body takes anything, which is nothing to be described.
    body: takesBody(method) && body.type !== 'unknown' ? body : undefined,
    needsToken: true,
    needsVersion: false,
  }))
}

/** Everything else. Routes for every method are middleware, or the answer to a method that is none of the path's. */
export function describeAppRoutes(routes: readonly RouterRoute[]): readonly DescribedOperation[] {
  const named = routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/v1.0/'))
  return named.map(({ method, path, handler }) => ({
    method,
    path: path.replaceAll(/:(\w+)/g, '{$1}').replace('/postern.mail/', '/Postern.Mail/'),
    tag: path.startsWith('/:tenant/') ? 'Token service' : 'Postern.Mail',
    ...takenBy(handler),
    needsToken: !isOpen(path),
    needsVersion: false,
  }))
}

/** Health, metadata and the token service are for anybody; a secret is what the last is asked with. */
const isOpen = (path: string) => /^\/(?:health\/|metadata\/|:tenant\/)/.test(path)

/** The whole document. Two routes for one method and path are one operation: the first is the one that answers. */
export function openApiDocument(operations: readonly DescribedOperation[], publicUrl: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))) {
    const item = (paths[operation.path] ??= {})
    item[operation.method.toLowerCase()] ??= operationObject(operation)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Postern',
      version: '1',
      description:
        'The management API: Resource Manager, Microsoft Graph and token service as Azure spells them, and our own.',
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: ERROR_SCHEMA },
      responses: {
        Error: { description: 'A refusal', content: { 'application/json': { schema: reference('schemas', 'Error') } } },
      },
      parameters: {
        ApiVersion: {
          name: 'api-version',
          in: 'query',
          required: true,
          schema: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?$' },
        },
      },
    },
  }
}

const reference = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })

/** Of all but the token service, whose errors are those of RFC 6749 §5.2. */
const ERROR_SCHEMA = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' }, target: { type: 'string' } },
    },
  },
}

function operationObject(operation: DescribedOperation): object {
  const { method, path, tag, summary, query, body, needsToken, needsVersion } = operation
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name))
  const version = needsVersion ? [reference('parameters', 'ApiVersion')] : []
  return {
    operationId: operationIdOf(method, path),
    tags: [tag],
    ...(summary === undefined ? {} : { summary }),
    parameters: [...inPath, ...version, ...queryParameters(query)],
    ...(body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: jsonSchemaOf(body) } } } }),
    responses: { '2XX': { description: 'Done' }, default: reference('responses', 'Error') },
    ...(needsToken ? {} : { security: [] }),
  }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  scope: 'The id of what it is on, without its first slash; empty for the root of the tenant.',
  objectId:
    "The object id. Applications and service principals can also be named as (appId='…') in the place of /{objectId}.",
}

function pathParameter(name: string): object {
  const text = DESCRIPTIONS[name]
  return {
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(text === undefined ? {} : { description: text }),
  }
}

function queryParameters(query: z.ZodType | undefined): readonly object[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = jsonSchemaOf(query)
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

/** Of what a client sends: before defaults and conversions. */
function jsonSchemaOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return described
}

/** Unique, since the path is in it. */
function operationIdOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const capitalized = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return [method.toLowerCase(), ...capitalized].join('')
}
