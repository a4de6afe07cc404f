// What the API offers, as an OpenAPI 3.1 document made from the routes themselves: those of ARM and Graph are data with the schemas of what
// they take and answer, all others are what the app was told to serve, with what was said of their handlers. It describes and decides nothing. OpenAPI 3.1.1; JSON Schema 2020-12.

import type { RouterRoute } from 'hono/types'
import type { z } from 'zod'
import { pathsOfArmRoute } from './arm/arm-paths.ts'
import type { ArmRoute } from './arm/arm-route.ts'
import { begunResponses } from './arm/long-running.ts'
import { errorSchemas } from './error-schemas.ts'
import type { GraphRoute } from './graph/graph-route.ts'
import { createSchemaWriter, type SchemaWriter } from './openapi-schemas.ts'
import type { Content, Responses } from './responses.ts'
import { descriptionOf } from './route.ts'
import type { Surface } from './surface.ts'

/** One operation of the document. */
export type DescribedOperation = {
  readonly method: string
  /** Parameters stand in braces; an ARM scope is one of them although it has slashes in it. */
  readonly path: string
  /** Whose errors it has. */
  readonly surface: Surface
  readonly tag: string
  readonly summary?: string
  readonly query?: z.ZodType | undefined
  readonly body?: z.ZodType | undefined
  /** A body in the encoding of a form. */
  readonly form?: z.ZodType | undefined
  readonly response: Responses
  readonly needsToken: boolean
  readonly needsVersion: boolean
}

export function describeArmRoutes(routes: readonly ArmRoute[]): readonly DescribedOperation[] {
  return routes.flatMap((route) => {
    const { types, shape, method, query, body } = route
    // What may only have begun is told whether or not this service is set to answer so.
    const response = route.longRunning ? { ...begunResponses(route), ...route.response } : route.response
    return types.flatMap((type) =>
      pathsOfArmRoute({ types: [type], shape }).map((path) => ({
        method,
        path,
        surface: 'arm',
        tag: type.split('/')[0] ?? '',
        query,
        body: takesBody(method) ? body : undefined,
        response,
        needsToken: true,
        // Our own operations have no versions yet.
        needsVersion: !type.startsWith('Postern.'),
      })),
    )
  })
}

const takesBody = (method: string) => ['PUT', 'PATCH', 'POST'].includes(method)

export function describeGraphRoutes(routes: readonly GraphRoute[]): readonly DescribedOperation[] {
  return routes.map(({ method, path, summary, query, body, response }) => ({
    method,
    path: `/v1.0${path}`,
    surface: 'graph',
    tag: 'Microsoft Graph',
    summary,
    // What takes anything takes nothing that is to be described.
    query: query.type === 'unknown' ? undefined : query,
    body: takesBody(method) && body.type !== 'unknown' ? body : undefined,
    response,
    needsToken: true,
    needsVersion: false,
  }))
}

/** Everything else. Routes for every method are middleware, or the answer to a method that is none of the path's. */
export function describeAppRoutes(routes: readonly RouterRoute[]): readonly DescribedOperation[] {
  const named = routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/v1.0/') && !isPage(path))
  return named.map(({ method, path, handler }) => ({
    method,
    path: path
      .replaceAll(/\/:(\w+)/g, '/{$1}')
      .replace('/postern.mail/', '/Postern.Mail/')
      .replace('/diagnoselogin', '/diagnoseLogin')
      .replace('/sendtest', '/sendTest'),
    surface: surfaceOfPath(path),
    tag: tagOf(path),
    ...descriptionOf(handler),
    needsToken: !isOpen(path),
    needsVersion: path.startsWith('/emails'),
  }))
}

/** The portal, and where people sign in to it: for browsers. */
const isPage = (path: string) =>
  path === '/' || /^\/(?:portal(?:\/|$)|:tenant\/(?:login|oauth2\/v2\.0\/(?:authorize|logout))(?:\/|$))/.test(path)

const surfaceOfPath = (path: string): Surface =>
  path.startsWith('/:tenant/') ? 'entra' : path.startsWith('/emails') ? 'email' : 'arm'

function tagOf(path: string): string {
  if (path.startsWith('/emails')) return 'Email'
  if (path.startsWith('/:tenant/')) return 'Token service'
  return /^\/(?:capture|providers)\//.test(path) ? 'Postern.Mail' : 'Service'
}

/** Health, metadata, what recipients follow and the token service are for anybody; a secret is what the last is asked with. */
const isOpen = (path: string) => /^\/(?:health\/|metadata\/|webhook-validation\/|engagement\/|:tenant\/)/.test(path)

/** The whole document. Two routes for one method and path are one operation: the first is the one that answers. */
export function openApiDocument(operations: readonly DescribedOperation[], publicUrl: string): object {
  const paths: Record<string, Record<string, object>> = {}
  const schemas = createSchemaWriter()
  for (const operation of operations.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))) {
    const item = (paths[operation.path] ??= {})
    item[operation.method.toLowerCase()] ??= operationObject(operation, schemas)
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
      responses: refusals(schemas),
      schemas: schemas.components,
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

const REFUSALS: Readonly<Record<Surface, string>> = {
  arm: 'Refusal',
  graph: 'GraphRefusal',
  entra: 'TokenRefusal',
  email: 'EmailRefusal',
}

function refusals(schemas: SchemaWriter): object {
  const surfaces = Object.entries(REFUSALS) as [Surface, string][]
  return Object.fromEntries(
    surfaces.map(([surface, name]) => [
      name,
      { description: 'A refusal', ...contentObject(errorSchemas[surface], schemas) },
    ]),
  )
}

const STATUSES: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made, or begun to be',
  202: 'Begun, and not done yet',
  204: 'Done, or there was nothing to be done',
  302: 'Somewhere else',
  503: 'Not ready',
}

function responsesObject({ response, surface }: DescribedOperation, schemas: SchemaWriter): object {
  const statuses = Object.entries(response).map(([status, content]) => [
    status,
    { description: STATUSES[status], ...contentObject(content, schemas) },
  ])
  return { ...Object.fromEntries(statuses), default: reference('responses', REFUSALS[surface]) }
}

function contentObject(content: Content, schemas: SchemaWriter): object {
  if (content === 'empty') return {}
  if (!('mediaType' in content)) return { content: { 'application/json': { schema: schemas.write(content) } } }
  const { mediaType, schema } = content
  return { content: { [mediaType]: schema === undefined ? {} : { schema: schemas.write(schema) } } }
}

function operationObject(operation: DescribedOperation, schemas: SchemaWriter): object {
  const { method, path, tag, summary, query, needsToken, needsVersion } = operation
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name))
  const version = needsVersion ? [reference('parameters', 'ApiVersion')] : []
  return {
    operationId: operationIdOf(method, path),
    tags: [tag],
    ...(summary === undefined ? {} : { summary }),
    parameters: [...inPath, ...version, ...queryParameters(query, schemas)],
    ...requestBodyObject(operation, schemas),
    responses: responsesObject(operation, schemas),
    ...(needsToken ? {} : { security: [] }),
  }
}

function requestBodyObject({ body, form }: DescribedOperation, schemas: SchemaWriter): object {
  if (form === undefined) return body === undefined ? {} : { requestBody: contentObject(body, schemas) }
  const content = contentObject({ mediaType: 'application/x-www-form-urlencoded', schema: form }, schemas)
  return { requestBody: { required: true, ...content } }
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

/** A parameter that is always refused is none. */
function queryParameters(query: z.ZodType | undefined, schemas: SchemaWriter): readonly object[] {
  if (query === undefined) return []
  const { properties = {}, required = [] } = schemas.write(query)
  const taken = Object.entries(properties).filter(([, schema]) => typeof schema !== 'object' || !('not' in schema))
  return taken.map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

/** Unique, since the path is in it. */
function operationIdOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const capitalized = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return [method.toLowerCase(), ...capitalized].join('')
}
