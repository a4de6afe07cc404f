// One ARM route: a type, a shape, a method, the schemas of what it takes and answers, and what it does. Access has been checked when it runs, and
// for a write that what it is written into exists.

import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { z } from 'zod'
import type { Change } from '../../storage/storage.ts'
import type { Caller } from '../authorization.ts'
import type { Refusal } from '../refusal.ts'
import { changeOf, type HttpEnv } from '../request-context.ts'
import type { RouteMethod } from '../route.ts'
import type { Responses } from '../responses.ts'
import { readBody, readQuery } from '../validation.ts'
import type { ArmTarget } from './arm-target.ts'
import { type Conditions, conditionsOf } from './conditions.ts'

export type ArmAnswer =
  | {
      readonly type: 'answer'
      readonly status: ContentfulStatusCode
      readonly body: object | null
      readonly etag?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Without a body; 204 unless it says 200. */
  | { readonly type: 'no content'; readonly status?: 200 | 204 }
  | Refusal

export const answer = (status: ContentfulStatusCode, body: object): ArmAnswer => ({ type: 'answer', status, body })

export type ArmRequest<Query, Body> = {
  readonly caller: Caller
  readonly target: ArmTarget
  readonly change: Change
  readonly query: Query
  readonly body: Body
  /** `If-Match` and `If-None-Match`. */
  readonly conditions: Conditions
  /** As it was asked; what the link to the next page is made from. */
  readonly url: URL
}

export type ArmRoute = {
  readonly method: RouteMethod
  readonly types: readonly string[]
  readonly shape: ArmTarget['shape']
  /** The route filters by itself what the caller may see, instead of needing the right on the whole scope. */
  readonly authorizesItself: boolean
  /** Answered with the address of an operation to be polled where `compatibility: azure` asks for it; done at once either way. */
  readonly longRunning: boolean
  readonly query: z.ZodType
  readonly body: z.ZodType
  readonly response: Responses
  run(c: Context<HttpEnv>, target: ArmTarget): Promise<ArmAnswer>
}

export function armRoute<Query extends z.ZodType, Body extends z.ZodType>(route: {
  readonly method: RouteMethod
  readonly types: readonly string[]
  readonly shape: ArmTarget['shape']
  readonly authorizesItself?: true
  readonly longRunning?: true
  readonly query: Query
  readonly body: Body
  readonly response: Responses
  readonly handle: (request: ArmRequest<z.output<Query>, z.output<Body>>) => Promise<ArmAnswer>
}): ArmRoute {
  return {
    ...route,
    authorizesItself: route.authorizesItself ?? false,
    longRunning: route.longRunning ?? false,
    async run(c, target) {
      const query = readQuery(c.req.url, route.query)
      if (query.type === 'refused') return query
      const body = readBody(c, route.body)
      if (body.type === 'refused') return body
      return route.handle({
        caller: c.var.caller,
        target,
        change: changeOf(c),
        query: query.value,
        body: body.value,
        conditions: conditionsOf(c.req),
        url: new URL(c.req.url),
      })
    },
  }
}
