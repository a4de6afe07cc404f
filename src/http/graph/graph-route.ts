// What every Graph call has in common: its right is asked before its body is looked at, its body is checked by a schema, and its outcome
// is a response or a refusal. Routes are data; this is all that runs them. Azure: control-plane reference §7.

import type { Context, Hono } from 'hono'
import { z } from 'zod'
import type { Change, DirectoryReader } from '../../storage/storage.ts'
import { baseUrlOf } from '../audiences.ts'
import { authorize, type Caller, controlAction, TENANT_ROOT } from '../authorization.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { answerRefusal, type Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import type { Responses } from '../responses.ts'
import { route, type RouteMethod } from '../route.ts'
import { readBody, readQuery } from '../validation.ts'

export type GraphDependencies = Pick<HttpDependencies, 'storage' | 'pepper' | 'random' | 'publicUrl' | 'clock'> & {
  readonly submission: Pick<HttpDependencies['submission'], 'loginLimits'>
}

export type GraphCall<Body = unknown, Query = unknown> = {
  readonly c: Context<HttpEnv>
  readonly caller: Caller
  readonly dependencies: GraphDependencies
  readonly directory: DirectoryReader
  readonly change: Change
  readonly body: Body
  readonly query: Query
}

type Right = (call: GraphCall) => Promise<Refusal | undefined> | Refusal | undefined

export type GraphRoute = {
  readonly method: RouteMethod
  /** Below `/v1.0`, as it is documented. `{objectId}` of an application or a service principal may also be a client id. */
  readonly path: string
  readonly summary: string
  /** Asked before anything is read. */
  readonly right: Right
  readonly query: z.ZodType
  readonly body: z.ZodType
  readonly response: Responses
  readonly handle: (call: GraphCall<never, never>) => Promise<Response | Refusal>
}

/** A route whose body and query have the types of their schemas; without a schema nothing is taken. */
export function graphRoute<Body extends z.ZodType, Query extends z.ZodType>(
  method: RouteMethod,
  path: string,
  described: {
    readonly summary: string
    /** An action at the root of the tenant, or what decides otherwise. */
    readonly right: string | Right
    readonly query?: Query
    readonly body?: Body
    readonly response: Responses
    readonly handle: (call: GraphCall<z.output<Body>, z.output<Query>>) => Promise<Response | Refusal>
  },
): GraphRoute {
  const { right, query = z.unknown(), body = z.unknown(), ...rest } = described
  return { method, path, ...rest, right: typeof right === 'string' ? mayAtRoot(right) : right, query, body }
}

const mayAtRoot = (action: string) => refuseUnless(action)

/** The refusal of an action at the root of the tenant, if the caller may not do it. */
export function refuseUnless(action: string): (call: Pick<GraphCall, 'caller'>) => Refusal | undefined {
  return ({ caller }) => authorize(caller, controlAction(action), TENANT_ROOT)
}

/** What any caller may ask about itself and its tenant. */
export const anyCaller = (): undefined => undefined

const ALTERNATE_KEY = /^\/(applications|servicePrincipals)\/\{objectId\}/

/** The paths that requests are matched on: in lower case, but for the names of parameters. */
export function routedPaths({ path }: GraphRoute): readonly string[] {
  const routed = (text: string) =>
    text
      .split('/')
      .map((segment) => segment.replace(/^\{(.*)\}$/, ':$1'))
      .map((segment) => (segment.startsWith(':') ? segment : segment.toLowerCase()))
      .join('/')
  const [whole, set] = ALTERNATE_KEY.exec(path) ?? []
  if (whole === undefined || set === undefined) return [`/v1.0${routed(path)}`]
  const byKey = `:byKey{${set.toLowerCase()}\\(appid='[^']*'\\)}`
  return [`/v1.0${routed(path)}`, `/v1.0/${byKey}${routed(path.slice(whole.length))}`]
}

/** Paths without parameters come first: `/applications/$count` is no application. */
export function mountGraphRoutes(app: Hono<HttpEnv>, dependencies: GraphDependencies, routes: readonly GraphRoute[]) {
  const parameters = (path: string) => path.split(':').length
  const routed = routes.flatMap((one) => routedPaths(one).map((path) => ({ path, route: one })))
  const byPath = Map.groupBy(routed, ({ path }) => path)
  for (const [path, served] of [...byPath].toSorted(([one], [other]) => parameters(one) - parameters(other)))
    route(
      app,
      path,
      Object.fromEntries(served.map(({ route: one }) => [one.method, (c) => serve(dependencies, one, c)])),
    )
}

async function serve(dependencies: GraphDependencies, one: GraphRoute, c: Context<HttpEnv>): Promise<Response> {
  const { directory } = dependencies.storage.read
  const asked = { body: undefined, query: undefined }
  const call = { c, caller: c.var.caller, dependencies, directory, change: changeOf(c), ...asked }
  const refusal = await one.right(call)
  if (refusal !== undefined) return answerRefusal(c, refusal)
  const query = readQuery(c.req.url, one.query)
  if (query.type === 'refused') return answerRefusal(c, query)
  const body = one.method === 'GET' || one.method === 'DELETE' ? undefined : readBody(c, one.body)
  if (body?.type === 'refused') return answerRefusal(c, body)
  const outcome = await one.handle({ ...call, query: query.value as never, body: body?.value as never })
  return outcome instanceof Response ? outcome : answerRefusal(c, outcome)
}

export function contextUrl({ publicUrl }: Pick<GraphDependencies, 'publicUrl'>, fragment: string): string {
  return `${baseUrlOf(publicUrl())}/v1.0/$metadata#${fragment}`
}

export type WireForm = Readonly<Record<string, unknown>>

/** Of whatever answers with an entity. */
export const selectQuery = z.looseObject({ $select: z.string().optional() })

/** One object, with the members that `$select` names. */
export function entity(
  { c, dependencies }: Pick<GraphCall, 'c' | 'dependencies'>,
  set: string,
  form: WireForm,
  status: 200 | 201 = 200,
): Response {
  const context = contextUrl(dependencies, `${set}/$entity`)
  return c.json({ '@odata.context': context, ...selected(form, c.req.query('$select')) }, status)
}

/** Names in any case; what an object has not is not shown. */
export function selected(form: WireForm, select: string | undefined): WireForm {
  if (select === undefined || select.trim() === '') return form
  const names = new Set(select.split(',').map((name) => name.trim().toLowerCase()))
  return Object.fromEntries(
    Object.entries(form).filter(([name]) => name.startsWith('@odata.') || names.has(name.toLowerCase())),
  )
}

export const noContent = ({ c }: Pick<GraphCall, 'c'>): Response => c.body(null, 204)
